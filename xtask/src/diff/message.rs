//! Compares the messages of one operation: parameters, bodies, responses, headers and media types.

use std::collections::BTreeMap;

use super::rules::{self, Rule};
use super::tidy::is_json;
use super::tree::{Key, Place};
use super::walk::Walk;
use crate::surface::Part;

/// Keywords for a value that isn't written in the default form.
const SERIALIZATION: [&str; 4] = ["allowReserved", "encoding", "explode", "style"];

/// Compares the messages of an operation.
pub(super) fn compare(walk: &mut Walk<'_>, old: &Place, new: &Place) {
    let keys = old.keys(new);
    compare_responses(walk, old, new);
    let in_query =
        |key: &Key| matches!(key, Key::Parameter { location, .. } if location == "query");
    let has_query = old.children.iter().any(|(key, _)| in_query(key));
    for key in keys {
        let sides = (old.child(key), new.child(key));
        match key {
            Key::Parameter { location, name } => {
                let added = match in_query(key) && !has_query {
                    true => &rules::FIRST_PARAMETER_ADDED,
                    false => &rules::PARAMETER_ADDED,
                };
                compare_parameter(walk, (location, name), added, sides);
            }
            Key::Request => compare_body(walk, sides),
            // Responses are compared by the statuses that cover each other.
            Key::Response(_) | Key::Header(_) | Key::MediaType(_) | Key::Schema | Key::Step(_) => {}
        }
    }
}

/// The same place on both sides, where it is there.
type Sides<'n> = (Option<&'n Place>, Option<&'n Place>);

/// Compares a parameter. `added` is the rule for one that is new and optional.
fn compare_parameter(
    walk: &mut Walk<'_>,
    (location, name): (&str, &str),
    added: &'static Rule,
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
        walk.record(&rules::PATH_PARAMETER_RENAMED, Some(was), Some(is));
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
        (Some(old), Some(new)) => walk.compare_schemas(old, new),
        (None, None) => compare_content(walk, old, new, part),
        // A plain value became one in a media type, or the other way round.
        _ => walk.record_subtree(&rules::SERIALIZATION_CHANGED, Some(old), Some(new)),
    }
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
    for (name, old) in &olds {
        walk.enter(part(Some((*name).clone())));
        if let Some(new) = news.get(name) {
            compare_media_type(walk, old, new);
            continue;
        }
        // The same type with other parameters, such as the character set. All JSON of errors is
        // read by the envelope.
        let is_error = walk.is_in_error();
        let both_json = |other: &str| is_json(essence(other)) && is_json(essence(name));
        let alike = |other: &str| essence(other) == essence(name) || (is_error && both_json(other));
        match added.iter().position(|(other, _)| alike(other)) {
            Some(index) => {
                let (other, new) = added.remove(index);
                walk.enter(part(Some((*other).clone())));
                walk.record(&rules::MEDIA_TYPE_CHANGED, Some(name), Some(other));
                compare_media_type(walk, old, new);
            }
            None if is_error => {
                walk.record_subtree(&rules::ERROR_MEDIA_TYPE_REMOVED, Some(old), None);
            }
            None => walk.record_subtree(&rules::MEDIA_TYPE_REMOVED, Some(old), None),
        }
    }
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
