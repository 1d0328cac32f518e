//! What the diff reports, and what it doesn't.

mod alternatives;
mod bumps;
mod cases;
mod cost;
mod equivalences;
mod history;
mod mutations;
mod operations;
mod places;
mod rendering;
mod results;
mod schemas;
mod semver;
mod transport;
mod unread;
mod values;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value;

use super::change::Change;
use super::report::Report;
use super::rules::Verdict;
use super::source::Source;
use crate::document::{Document, pointer_token};
use crate::spec;

/// The project's own spec.
fn jogg() -> &'static Value {
    static SPEC: OnceLock<Value> = OnceLock::new();
    SPEC.get_or_init(|| spec::open(None).unwrap().value.to_json())
}

/// Creates a side of a diff from a parsed value.
fn source(value: Value) -> Source {
    parsed(&value.to_string())
}

fn parsed(text: &str) -> Source {
    Source::parse("spec.yaml", text).unwrap()
}

/// Returns the changes that the diff reports, one line each.
fn changes(old: &Source, new: &Source) -> Vec<String> {
    Report::of(old, new).unwrap().changes.iter().map(line).collect()
}

fn line(change: &Change) -> String {
    let effect = change.effect();
    let values = match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("{old} → {new}"),
        (Some(old), None) => format!("removed {old}"),
        (None, Some(new)) => format!("added {new}"),
        (None, None) => panic!("{change:?} has no value"),
    };
    format!(
        "{} | {} | {} {} | {values} | {} {}",
        change.operation_name(),
        change.at,
        change.direction,
        change.rule.id,
        effect.wire,
        effect.source
    )
}

/// The components that schemas of these tests can refer to.
const COMPONENTS: &str = "{
  A: {type: object, properties: {a: {type: string}}},
  B: {type: object, properties: {b: {type: string}}},
  C: {type: object, properties: {c: {type: string}, d: {type: string}, e: {type: string}}},
  D: {type: object, properties: {f: {type: string}}},
  N: {type: object, properties: {n: {$ref: '#/components/schemas/N'}}}
}";

/// Creates a side whose operation has a body with this schema.
fn with_body(schema: &str) -> Source {
    let paths = format!(
        "{{/x: {{post: {{requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}}}}}}}"
    );
    parsed(&format!("openapi: 3.1.0\npaths: {paths}\ncomponents: {{schemas: {COMPONENTS}}}\n"))
}

/// Compares two schemas as the body of an operation, and the reported changes with the expected.
#[track_caller]
fn check_schemas(old: &str, new: &str, expected: &[&str]) {
    let [old_spec, new_spec] = [old, new].map(with_body);
    let lines = changes(&old_spec, &new_spec);
    let short = |line: &String| {
        let line = line.replace("POST /x | request application/json ", "");
        line.replace(" | request ", " | ")
    };
    let lines: Vec<String> = lines.iter().map(short).collect();
    assert_eq!(lines, expected, "{old} → {new}");
    let back = changes(&new_spec, &old_spec);
    assert_eq!(back.is_empty(), expected.is_empty(), "{new} → {old}: {back:?}");
}

/// Returns the pointer of a place as the tables write it.
fn pointer(place: &str) -> String {
    match (place.strip_prefix('#'), place.split_once('|')) {
        (Some(component), _) => format!("/components/schemas/{component}"),
        (_, Some((operation, rest))) => {
            let (method, path) = operation.split_once(' ').unwrap();
            format!("/paths/{}/{method}{rest}", pointer_token(path))
        }
        _ => place.to_owned(),
    }
}

/// Makes an edit that is written as in the tables.
fn apply(spec: &mut Value, edit: &str) {
    let (verb, rest) = edit.split_once(' ').unwrap();
    let (place, value) = rest.split_once(" = ").unwrap_or((rest, "null"));
    let value: Value = serde_json::from_str(value).unwrap();
    let pointer = pointer(place);
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    let last = last.replace("~1", "/").replace("~0", "~");
    let parent = spec.pointer_mut(parent).unwrap_or_else(|| panic!("`{place}` isn't there"));
    match (verb, parent) {
        ("set", Value::Object(members)) => drop(members.insert(last, value)),
        ("remove", Value::Object(members)) => assert!(members.remove(&last).is_some(), "{edit}"),
        ("remove", Value::Array(items)) => drop(items.remove(last.parse().unwrap())),
        ("rename", Value::Object(members)) => {
            let node = members.remove(&last).unwrap_or_else(|| panic!("`{place}` isn't there"));
            members.insert(value.as_str().unwrap().to_owned(), node);
        }
        ("push", parent) => parent[last].as_array_mut().unwrap().push(value),
        ("drop", parent) => {
            let items = parent[last].as_array_mut().unwrap();
            assert!(items.contains(&value), "{edit}: it isn't there");
            items.retain(|item| *item != value);
        }
        _ => panic!("`{edit}` isn't an edit"),
    }
}

/// Returns the rules of all changes.
fn rules(reports: &[Report]) -> BTreeSet<&'static str> {
    reports.iter().flat_map(|report| &report.changes).map(|change| change.rule.id).collect()
}
