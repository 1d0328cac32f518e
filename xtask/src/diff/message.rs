//! Compares the messages of one operation: parameters, bodies, responses, headers and media types.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{self, Rule};
use super::schema;
use super::tree::{Key, Node};
use super::walk::Walk;
use crate::surface::Part;

/// Keywords for a value that isn't written in the default form.
const SERIALIZATION: [&str; 4] = ["allowReserved", "encoding", "explode", "style"];

/// Compares the messages of an operation.
pub(super) fn compare(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    let keys: BTreeSet<&Key> = old.children.keys().chain(new.children.keys()).collect();
    let in_query =
        |key: &Key| matches!(key, Key::Parameter { location, .. } if location == "query");
    let has_query = old.children.keys().any(in_query);
    for key in keys {
        let sides = (old.children.get(key), new.children.get(key));
        match key {
            Key::Parameter { location, name } => {
                let added = match in_query(key) && !has_query {
                    true => &rules::FIRST_PARAMETER_ADDED,
                    false => &rules::PARAMETER_ADDED,
                };
                compare_parameter(walk, (location, name), added, sides);
            }
            Key::Request => compare_body(walk, sides),
            Key::Response(status) => compare_response(walk, status, sides),
            Key::Header(_) | Key::MediaType(_) | Key::Schema | Key::Step(_) => {}
        }
    }
}

/// The same place on both sides, where it is there.
type Sides<'n> = (Option<&'n Node>, Option<&'n Node>);

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
    match (old.children.is_empty(), new.children.is_empty()) {
        (true, false) => walk.record_subtree(&rules::TYPE_ADDED, None, Some(new)),
        (false, true) => walk.record_subtree(&rules::TYPE_REMOVED, Some(old), None),
        _ => compare_value(walk, old, new, part),
    }
}

/// Compares what parameters and headers have in common.
fn compare_value(
    walk: &mut Walk<'_>,
    old: &Node,
    new: &Node,
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
    match (old.children.get(&Key::Schema), new.children.get(&Key::Schema)) {
        (Some(old), Some(new)) => walk.in_schema(|walk| schema::compare(walk, old, new)),
        (None, None) => compare_content(walk, old, new, part),
        // A plain value became one in a media type, or the other way round.
        _ => walk.record_subtree(&rules::SERIALIZATION_CHANGED, Some(old), Some(new)),
    }
}

/// Compares how a value is written, as one change: style and explode change together.
fn compare_serialization(walk: &mut Walk<'_>, old: &Node, new: &Node) {
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

fn compare_response(walk: &mut Walk<'_>, status: &str, sides: Sides<'_>) {
    let part = |media_type| Part::Response { status: status.to_owned(), media_type };
    walk.enter(part(None));
    let (added, removed) = match status.starts_with('2') {
        true => (&rules::SUCCESS_STATUS_ADDED, &rules::SUCCESS_STATUS_REMOVED),
        false => (&rules::ERROR_STATUS_ADDED, &rules::ERROR_STATUS_REMOVED),
    };
    let (old, new) = match sides {
        (Some(old), Some(new)) => (old, new),
        (None, new) => return walk.record_subtree(added, None, new),
        (old, None) => return walk.record_subtree(removed, old, None),
    };
    let keys: BTreeSet<&Key> = old.children.keys().chain(new.children.keys()).collect();
    for key in keys {
        let Key::Header(name) = key else { continue };
        let part = |media_type| Part::ResponseHeader {
            status: status.to_owned(),
            name: name.clone(),
            media_type,
        };
        walk.enter(part(None));
        match (old.children.get(key), new.children.get(key)) {
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
    old: &Node,
    new: &Node,
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
        // The same type with other parameters, such as the character set.
        match added.iter().position(|(other, _)| essence(other) == essence(name)) {
            Some(index) => {
                let (other, new) = added.remove(index);
                walk.enter(part(Some((*other).clone())));
                walk.record(&rules::MEDIA_TYPE_CHANGED, Some(name), Some(other));
                compare_media_type(walk, old, new);
            }
            None => walk.record_subtree(&rules::MEDIA_TYPE_REMOVED, Some(old), None),
        }
    }
    for (name, new) in added {
        walk.enter(part(Some((*name).clone())));
        walk.record_subtree(&rules::MEDIA_TYPE_ADDED, None, Some(new));
    }
}

fn compare_media_type(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    compare_serialization(walk, old, new);
    if let (Some(old), Some(new)) = (old.children.get(&Key::Schema), new.children.get(&Key::Schema))
    {
        walk.in_schema(|walk| schema::compare(walk, old, new));
    }
}

fn media_types(node: &Node) -> BTreeMap<&String, &Node> {
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
