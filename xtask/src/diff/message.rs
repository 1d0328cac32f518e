//! What goes over the wire in one operation: parameters, body, answers, headers, media types.

use std::collections::{BTreeMap, BTreeSet};

use super::operations::flag;
use super::rules;
use super::schema;
use super::tree::{Key, Node};
use super::walk::Walk;
use crate::surface::Part;

/// How a value is written, where it is not written as usual.
const SERIALIZATION: [&str; 4] = ["allowReserved", "encoding", "explode", "style"];

/// Compares what goes over the wire.
pub(super) fn compare(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    let keys: BTreeSet<&Key> = old.children.keys().chain(new.children.keys()).collect();
    for key in keys {
        let sides = (old.children.get(key), new.children.get(key));
        match key {
            Key::Parameter { location, name } => parameter(walk, location, name, sides),
            Key::Request => body(walk, sides),
            Key::Response(status) => response(walk, status, sides),
            Key::Header(_) | Key::MediaType(_) | Key::Schema | Key::Step(_) => {}
        }
    }
}

type Sides<'n> = (Option<&'n Node>, Option<&'n Node>);

fn parameter(walk: &mut Walk<'_>, location: &str, name: &str, sides: Sides<'_>) {
    let part = |media_type| Part::Parameter {
        location: location.to_owned(),
        name: name.to_owned(),
        media_type,
    };
    walk.part(part(None));
    let (old, new) = match sides {
        (Some(old), Some(new)) => (old, new),
        (None, Some(new)) if new.has("required") => {
            return walk.found_subtree(&rules::REQUIRED_PARAMETER_ADDED, None, Some(new));
        }
        (old, None) => return walk.found_subtree(&rules::PARAMETER_REMOVED, old, None),
        (None, new) => return walk.found_subtree(&rules::PARAMETER_ADDED, None, new),
    };
    let (was, is) = (old.values("name"), new.values("name"));
    if let (Some(was), Some(is)) = (was.first(), is.first())
        && was != is
    {
        walk.found(&rules::PATH_PARAMETER_RENAMED, Some(was), Some(is));
    }
    // The path alone makes a place for a parameter. Unless it is described, anything may go there.
    match (old.children.is_empty(), new.children.is_empty()) {
        (true, false) => walk.found_subtree(&rules::TYPE_ADDED, None, Some(new)),
        (false, true) => walk.found_subtree(&rules::TYPE_REMOVED, Some(old), None),
        _ => described(walk, old, new, part),
    }
}

/// What a parameter and a header have in common.
fn described(walk: &mut Walk<'_>, old: &Node, new: &Node, part: impl Fn(Option<String>) -> Part) {
    flag(walk, "required", (&rules::BECAME_REQUIRED, &rules::BECAME_OPTIONAL), old, new);
    flag(walk, "deprecated", (&rules::DEPRECATED, &rules::REINSTATED), old, new);
    let empty = (&rules::CONSTRAINT_REMOVED, &rules::CONSTRAINT_ADDED);
    flag(walk, "allowEmptyValue", empty, old, new);
    serialization(walk, old, new);
    match (old.children.get(&Key::Schema), new.children.get(&Key::Schema)) {
        (Some(old), Some(new)) => walk.in_schema(|walk| schema::compare(walk, old, new)),
        (None, None) => content(walk, old, new, part),
        // A value that was written plainly is now written in a media type, or the other way.
        _ => walk.found_subtree(&rules::SERIALIZATION_CHANGED, Some(old), Some(new)),
    }
}

/// How a value is written, as one fact: style and explode change together.
fn serialization(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    let [was, is] = [old, new].map(|node| {
        let facts = SERIALIZATION.iter().flat_map(|keyword| {
            node.values(keyword).into_iter().map(move |value| format!("{keyword} {value}"))
        });
        facts.map(|fact| fact.trim_end().to_owned()).collect::<Vec<_>>().join(", ")
    });
    if was != is {
        let [was, is] = [&was, &is].map(|facts| match facts.is_empty() {
            true => "as usual",
            false => facts,
        });
        walk.found(&rules::SERIALIZATION_CHANGED, Some(was), Some(is));
    }
}

fn body(walk: &mut Walk<'_>, sides: Sides<'_>) {
    let part = |media_type| Part::Request { media_type };
    walk.part(part(None));
    match sides {
        (Some(old), Some(new)) => {
            let required = (&rules::BODY_BECAME_REQUIRED, &rules::BODY_BECAME_OPTIONAL);
            flag(walk, "required", required, old, new);
            content(walk, old, new, part);
        }
        (None, Some(new)) if new.has("required") => {
            walk.found_subtree(&rules::REQUIRED_BODY_ADDED, None, Some(new));
        }
        (None, new) => walk.found_subtree(&rules::BODY_ADDED, None, new),
        (old, None) => walk.found_subtree(&rules::BODY_REMOVED, old, None),
    }
}

fn response(walk: &mut Walk<'_>, status: &str, sides: Sides<'_>) {
    let part = |media_type| Part::Response { status: status.to_owned(), media_type };
    walk.part(part(None));
    let (added, removed) = match status.starts_with('2') {
        true => (&rules::SUCCESS_STATUS_ADDED, &rules::SUCCESS_STATUS_REMOVED),
        false => (&rules::ERROR_STATUS_ADDED, &rules::ERROR_STATUS_REMOVED),
    };
    let (old, new) = match sides {
        (Some(old), Some(new)) => (old, new),
        (None, new) => return walk.found_subtree(added, None, new),
        (old, None) => return walk.found_subtree(removed, old, None),
    };
    let keys: BTreeSet<&Key> = old.children.keys().chain(new.children.keys()).collect();
    for key in keys {
        let Key::Header(name) = key else { continue };
        let part = |media_type| Part::ResponseHeader {
            status: status.to_owned(),
            name: name.clone(),
            media_type,
        };
        walk.part(part(None));
        match (old.children.get(key), new.children.get(key)) {
            (Some(old), Some(new)) => described(walk, old, new, part),
            (None, new) => walk.found_subtree(&rules::HEADER_ADDED, None, new),
            (old, None) => walk.found_subtree(&rules::HEADER_REMOVED, old, None),
        }
    }
    walk.part(part(None));
    content(walk, old, new, part);
}

/// Bodies by their media types.
fn content(walk: &mut Walk<'_>, old: &Node, new: &Node, part: impl Fn(Option<String>) -> Part) {
    let [olds, news] = [old, new].map(media_types);
    let mut added: Vec<_> = news.iter().filter(|(name, _)| !olds.contains_key(*name)).collect();
    for (name, old) in &olds {
        walk.part(part(Some((*name).clone())));
        if let Some(new) = news.get(name) {
            media_type(walk, old, new);
            continue;
        }
        // The same type with other parameters, such as the character set.
        match added.iter().position(|(other, _)| essence(other) == essence(name)) {
            Some(index) => {
                let (other, new) = added.remove(index);
                walk.part(part(Some((*other).clone())));
                walk.found(&rules::MEDIA_TYPE_CHANGED, Some(name), Some(other));
                media_type(walk, old, new);
            }
            None => walk.found_subtree(&rules::MEDIA_TYPE_REMOVED, Some(old), None),
        }
    }
    for (name, new) in added {
        walk.part(part(Some((*name).clone())));
        walk.found_subtree(&rules::MEDIA_TYPE_ADDED, None, Some(new));
    }
}

fn media_type(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    serialization(walk, old, new);
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

fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or(media_type)
}
