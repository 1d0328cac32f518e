//! Compares the messages of one operation: parameters, bodies, responses, headers and media types.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{self, Rule};
use super::tidy::{is_json, is_scalar};
use super::tree::{Key, Place};
use super::walk::Walk;
use crate::surface::{Part, Step};

/// Keywords for a value that isn't written in the default form.
const SERIALIZATION: [&str; 4] = ["allowReserved", "encoding", "explode", "style"];

/// Compares the messages of an operation.
pub(super) fn compare(walk: &mut Walk<'_>, old: &Place, new: &Place) {
    let keys = old.keys(new);
    compare_responses(walk, old, new);
    let in_query =
        |key: &Key| matches!(key, Key::Parameter { location, .. } if location == "query");
    let has_query = old.children.iter().any(|(key, _)| in_query(key));
    let swapped = variables(old) == variables(new);
    for key in keys {
        let sides = (old.child(key), new.child(key));
        match key {
            Key::Parameter { location, name } => {
                let renamed = match swapped {
                    true => &rules::PATH_PARAMETERS_SWAPPED,
                    false => &rules::PATH_PARAMETER_RENAMED,
                };
                let added = match in_query(key) && !has_query {
                    true => &rules::FIRST_PARAMETER_ADDED,
                    false => &rules::PARAMETER_ADDED,
                };
                compare_parameter(walk, (location, name), (added, renamed), sides);
            }
            Key::Request => compare_body(walk, sides),
            // Responses are compared by the statuses that cover each other.
            Key::Response(_) | Key::Header(_) | Key::MediaType(_) | Key::Schema | Key::Step(_) => {}
        }
    }
}

/// Returns the names of the variables in the path, in alphabetical order.
fn variables(place: &Place) -> BTreeSet<&str> {
    let parameters = place.children.iter().filter(|(key, _)| matches!(key, Key::Parameter { .. }));
    parameters.flat_map(|(_, parameter)| parameter.values("name")).collect()
}

/// The same place on both sides, where it is there.
type Sides<'n> = (Option<&'n Place>, Option<&'n Place>);

/// Compares a parameter. `added` is the rule for one that is new and optional, `renamed` that for
/// another name at the same position.
fn compare_parameter(
    walk: &mut Walk<'_>,
    (location, name): (&str, &str),
    (added, renamed): (&'static Rule, &'static Rule),
    sides: Sides<'_>,
) {
    let part = |media_type| Part::Parameter {
        location: location.to_owned(),
        name: name.to_owned(),
        media_type,
    };
    walk.enter(part(None));
    let (old, new) = match sides {
        (Some(old), Some(new)) => (old, new),
        (None, Some(new)) if new.has("required") => {
            return walk.record_subtree(&rules::REQUIRED_PARAMETER_ADDED, None, Some(new));
        }
        (old, None) => return walk.record_subtree(&rules::PARAMETER_REMOVED, old, None),
        (None, new) => return walk.record_subtree(added, None, new),
    };
    let (was, is) = (old.values("name"), new.values("name"));
    if let (Some(was), Some(is)) = (was.first(), is.first())
        && was != is
    {
        walk.record(renamed, Some(was), Some(is));
    }
    // The path alone makes a parameter. Unless one is declared for it, its value is anything.
    match (old.is_undeclared(), new.is_undeclared()) {
        (true, false) => walk.record_subtree(&rules::TYPE_ADDED, None, Some(new)),
        (false, true) => walk.record_subtree(&rules::TYPE_REMOVED, Some(old), None),
        _ => compare_value(walk, old, new, part),
    }
}

/// Compares what parameters and headers have in common.
fn compare_value(
    walk: &mut Walk<'_>,
    old: &Place,
    new: &Place,
    part: impl Fn(Option<String>) -> Part,
) {
    for (keyword, rules) in [
        ("required", (&rules::BECAME_REQUIRED, &rules::BECAME_OPTIONAL)),
        ("deprecated", (&rules::DEPRECATED, &rules::REINSTATED)),
        ("allowEmptyValue", (&rules::CONSTRAINT_REMOVED, &rules::CONSTRAINT_ADDED)),
    ] {
        walk.record_flag(keyword, rules, old, new);
    }
    compare_serialization(walk, old, new);
    match (old.schema, new.schema) {
        (Some(was), Some(is)) => match list_of_one(walk, (old, was), (new, is)) {
            Some(items) => {
                let values = [was, is].map(|id| walk.pairs.graph.written(id).description());
                let [old, new] = values.each_ref().map(|value| Some(value.as_str()));
                walk.record(&rules::PARAMETER_BECAME_LIST, old, new);
                walk.compare_schemas(was, items);
            }
            None => walk.compare_schemas(was, is),
        },
        (None, None) => compare_content(walk, old, new, part),
        // A plain value became one in a media type, or the other way round.
        _ => walk.record_subtree(&rules::SERIALIZATION_CHANGED, Some(old), Some(new)),
    }
}

/// Returns the items of a list that took the place of one value, if a list of one is written like
/// that value: apart from others, which is so in a query without a style.
fn list_of_one(
    walk: &Walk<'_>,
    (old, was): (&Place, usize),
    (new, is): (&Place, usize),
) -> Option<usize> {
    let Part::Parameter { location, media_type: None, .. } = walk.part() else { return None };
    let usual = |place: &Place| !SERIALIZATION.iter().any(|keyword| place.has(keyword));
    let graph = &walk.pairs.graph;
    let list = graph.node(is);
    let long = ["minItems", "enum"].iter().any(|keyword| list.has(keyword));
    let is_list = list.values("type").into_iter().eq(["array"]) && !long;
    let apart = location == "query" && usual(old) && usual(new);
    (apart && is_list && is_scalar(graph, was))
        .then(|| list.edge(&Step::Items))?
        .map(|edge| edge.to)
}

/// Compares how a value is written, as one change: style and explode change together.
fn compare_serialization(walk: &mut Walk<'_>, old: &Place, new: &Place) {
    let [was, is] = [old, new].map(|node| {
        let facts = SERIALIZATION.iter().flat_map(|keyword| {
            node.values(keyword).into_iter().map(move |value| format!("{keyword} {value}"))
        });
        facts.map(|fact| fact.trim_end().to_owned()).collect::<Vec<_>>().join(", ")
    });
    if was != is {
        let [was, is] = [&was, &is].map(|facts| match facts.is_empty() {
            true => "the default",
            false => facts,
        });
        walk.record(&rules::SERIALIZATION_CHANGED, Some(was), Some(is));
    }
}

fn compare_body(walk: &mut Walk<'_>, sides: Sides<'_>) {
    let part = |media_type| Part::Request { media_type };
    walk.enter(part(None));
    match sides {
        (Some(old), Some(new)) => {
            let required = (&rules::BODY_BECAME_REQUIRED, &rules::BODY_BECAME_OPTIONAL);
            walk.record_flag("required", required, old, new);
            compare_content(walk, old, new, part);
        }
        (None, Some(new)) if new.has("required") => {
            walk.record_subtree(&rules::REQUIRED_BODY_ADDED, None, Some(new));
        }
        (None, new) => walk.record_subtree(&rules::BODY_ADDED, None, new),
        (old, None) => walk.record_subtree(&rules::BODY_REMOVED, old, None),
    }
}

fn compare_responses(walk: &mut Walk<'_>, old: &Place, new: &Place) {
    let (olds, news) = (responses(old), responses(new));
    let mut added: BTreeMap<&str, &Place> = news.clone();
    added.retain(|status, _| !olds.contains_key(status));
    let mut removed: BTreeMap<&str, &Place> = olds.clone();
    removed.retain(|status, _| !news.contains_key(status));
    let mut pairs: Vec<(&str, &str)> = news
        .keys()
        .filter(|status| olds.contains_key(*status))
        .map(|status| (*status, *status))
        .collect();
    // A range takes the place of what it covers, or the other way round.
    pairs.extend(removed.keys().filter_map(|old| Some((*old, covering(old, &added)?))));
    pairs.extend(added.keys().filter_map(|new| Some((covering(new, &removed)?, *new))));
    for (old, new) in pairs {
        removed.remove(old);
        added.remove(new);
        walk.enter(Part::Response { status: new.to_owned(), media_type: None });
        if old != new {
            walk.record(&rules::STATUS_RANGE_CHANGED, Some(old), Some(new));
        }
        compare_response(walk, new, olds[old], news[new]);
    }
    for (status, old) in removed {
        walk.enter(Part::Response { status: status.to_owned(), media_type: None });
        let rule = match status.starts_with('2') {
            true => &rules::SUCCESS_STATUS_REMOVED,
            false => &rules::ERROR_STATUS_REMOVED,
        };
        walk.record_subtree(rule, Some(old), None);
    }
    for (status, new) in added {
        walk.enter(Part::Response { status: status.to_owned(), media_type: None });
        let rule = match status.starts_with('2') {
            true => &rules::SUCCESS_STATUS_ADDED,
            false => &rules::ERROR_STATUS_ADDED,
        };
        walk.record_subtree(rule, None, Some(new));
    }
}

fn responses(place: &Place) -> BTreeMap<&str, &Place> {
    let responses = place.children.iter().filter_map(|(key, response)| match key {
        Key::Response(status) => Some((status.as_str(), response)),
        _ => None,
    });
    responses.collect()
}

/// Returns the range that covers a status, or the default response if no other is for success.
fn covering<'p>(status: &str, responses: &BTreeMap<&'p str, &Place>) -> Option<&'p str> {
    let class = status.get(..1)?;
    let range = responses.keys().find(|other| **other == format!("{class}XX"));
    let is_success = |status: &str| status.starts_with('2');
    let rest = responses.keys().find(|other| **other == "default");
    let only = is_success(status) && !responses.keys().any(|other| is_success(other));
    range.or(rest.filter(|_| only)).copied().filter(|other| *other != status)
}

fn compare_response(walk: &mut Walk<'_>, status: &str, old: &Place, new: &Place) {
    let part = |media_type| Part::Response { status: status.to_owned(), media_type };
    let keys = old.keys(new);
    for key in keys {
        let Key::Header(name) = key else { continue };
        let part = |media_type| Part::ResponseHeader {
            status: status.to_owned(),
            name: name.clone(),
            media_type,
        };
        walk.enter(part(None));
        match (old.child(key), new.child(key)) {
            (Some(old), Some(new)) => compare_value(walk, old, new, part),
            (None, new) => walk.record_subtree(&rules::HEADER_ADDED, None, new),
            (old, None) => walk.record_subtree(&rules::HEADER_REMOVED, old, None),
        }
    }
    walk.enter(part(None));
    compare_content(walk, old, new, part);
}

/// Compares bodies by their media types.
fn compare_content(
    walk: &mut Walk<'_>,
    old: &Place,
    new: &Place,
    part: impl Fn(Option<String>) -> Part,
) {
    let [olds, news] = [old, new].map(media_types);
    let mut added: Vec<_> = news.iter().filter(|(name, _)| !olds.contains_key(*name)).collect();
    // Those that take the place of others.
    let mut wide: BTreeSet<&String> = BTreeSet::new();
    for (name, old) in &olds {
        walk.enter(part(Some((*name).clone())));
        if let Some(new) = news.get(name) {
            compare_media_type(walk, old, new);
            continue;
        }
        // The same type with other parameters, such as the character set. All JSON is read alike.
        let is_response = matches!(walk.part(), Part::Response { .. });
        let both_json = |other: &str| is_json(essence(other)) && is_json(essence(name));
        let alike =
            |other: &str| essence(other) == essence(name) || (is_response && both_json(other));
        let mut pairs = Vec::new();
        if let Some(index) = added.iter().position(|(other, _)| alike(other)) {
            pairs.push((&rules::MEDIA_TYPE_CHANGED, added.remove(index)));
        } else if let Some(wider) = news.iter().find(|(other, _)| covers(other, name)) {
            wide.insert(*wider.0);
            pairs.push((&rules::MEDIA_TYPE_WIDENED, wider));
        } else {
            let narrower = added.extract_if(.., |(other, _)| covers(name, other));
            pairs.extend(narrower.map(|narrower| (&rules::MEDIA_TYPE_NARROWED, narrower)));
        }
        if pairs.is_empty() {
            let rule = match walk.is_in_error() {
                true => &rules::ERROR_MEDIA_TYPE_REMOVED,
                false => &rules::MEDIA_TYPE_REMOVED,
            };
            walk.record_subtree(rule, Some(old), None);
        }
        for (rule, (other, new)) in pairs {
            walk.enter(part(Some((*other).clone())));
            walk.record(rule, Some(name), Some(other));
            compare_media_type(walk, old, new);
        }
    }
    added.retain(|(name, _)| !wide.contains(*name));
    for (name, new) in added {
        walk.enter(part(Some((*name).clone())));
        walk.record_subtree(&rules::MEDIA_TYPE_ADDED, None, Some(new));
    }
}

fn compare_media_type(walk: &mut Walk<'_>, old: &Place, new: &Place) {
    compare_serialization(walk, old, new);
    if let (Some(old), Some(new)) = (old.schema, new.schema) {
        walk.compare_schemas(old, new);
    }
}

fn media_types(node: &Place) -> BTreeMap<&String, &Place> {
    let types = node.children.iter().filter_map(|(key, node)| match key {
        Key::MediaType(name) => Some((name, node)),
        _ => None,
    });
    types.collect()
}

/// Returns a media type without its parameters.
fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or(media_type)
}

/// Whether a media type is a range, such as `text/*`, that another is in.
fn covers(range: &str, media_type: &str) -> bool {
    let start = essence(range).strip_suffix('*');
    range != media_type && start.is_some_and(|start| start == "*/" || media_type.starts_with(start))
}
