//! What the diff finds, and what it does not.

mod alternatives;
mod equivalences;
mod history;
mod mutations;
mod operations;
mod rendering;
mod schemas;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value;

use super::finding::Finding;
use super::report::Report;
use super::source::Source;
use crate::document::{Document, pointer_token};
use crate::spec;
use crate::surface::Surface;

/// The project's own spec.
fn jogg() -> &'static Value {
    static SPEC: OnceLock<Value> = OnceLock::new();
    SPEC.get_or_init(|| spec::open(None).unwrap().value)
}

/// A side of a diff, from a value that need not be parsed again.
fn source(value: Value) -> Source {
    let mut document = Document::parse("spec.yaml", "{}").unwrap();
    document.value = value;
    let surface = Surface::of(&document).unwrap();
    Source { name: "spec.yaml".to_owned(), file: None, surface, document: Some(document) }
}

fn parsed(text: &str) -> Source {
    Source::parse("spec.yaml", text).unwrap()
}

/// What the diff found, each finding in one line.
fn found(old: &Source, new: &Source) -> Vec<String> {
    Report::of(old, new).unwrap().findings.iter().map(line).collect()
}

fn line(finding: &Finding) -> String {
    let effect = finding.effect();
    let change = match (&finding.old, &finding.new) {
        (Some(old), Some(new)) => format!("{old} → {new}"),
        (Some(old), None) => format!("removed {old}"),
        (None, Some(new)) => format!("added {new}"),
        (None, None) => panic!("{finding:?} says nothing"),
    };
    format!(
        "{} | {} | {} {} | {change} | {} {}",
        finding.operation(),
        finding.at,
        finding.direction,
        finding.rule.id,
        effect.wire,
        effect.source
    )
}

/// What the schemas of these tests may refer to.
const COMPONENTS: &str = "{
  A: {type: object, properties: {a: {type: string}}},
  B: {type: object, properties: {b: {type: string}}},
  C: {type: object, properties: {c: {type: string}, d: {type: string}, e: {type: string}}},
  D: {type: object, properties: {f: {type: string}}},
  N: {type: object, properties: {n: {$ref: '#/components/schemas/N'}}}
}";

/// Two schemas in the place of the one in this operation's body, and what the diff finds.
#[track_caller]
fn check_schemas(old: &str, new: &str, expected: &[&str]) {
    let [old_spec, new_spec] = [old, new].map(|schema| {
        let paths = format!(
            "{{/x: {{post: {{requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}}}}}}}"
        );
        parsed(&format!("openapi: 3.1.0\npaths: {paths}\ncomponents: {{schemas: {COMPONENTS}}}\n"))
    });
    let lines = found(&old_spec, &new_spec);
    let short = |line: &String| {
        let line = line.replace("POST /x | request application/json ", "");
        line.replace(" | request ", " | ")
    };
    let lines: Vec<String> = lines.iter().map(short).collect();
    assert_eq!(lines, expected, "{old} → {new}");
    let back = found(&new_spec, &old_spec);
    assert_eq!(back.is_empty(), expected.is_empty(), "{new} → {old}: {back:?}");
}

/// A pointer as the tables write it.
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

/// Makes a change that is written as in the tables.
fn apply(spec: &mut Value, change: &str) {
    let (verb, rest) = change.split_once(' ').unwrap();
    let (place, value) = rest.split_once(" = ").unwrap_or((rest, "null"));
    let value: Value = serde_json::from_str(value).unwrap();
    let pointer = pointer(place);
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    let last = last.replace("~1", "/").replace("~0", "~");
    let parent = spec.pointer_mut(parent).unwrap_or_else(|| panic!("`{place}` is not there"));
    match (verb, parent) {
        ("set", Value::Object(members)) => drop(members.insert(last, value)),
        ("remove", Value::Object(members)) => assert!(members.remove(&last).is_some(), "{change}"),
        ("remove", Value::Array(items)) => drop(items.remove(last.parse().unwrap())),
        ("rename", Value::Object(members)) => {
            let node = members.remove(&last).unwrap_or_else(|| panic!("`{place}` is not there"));
            members.insert(value.as_str().unwrap().to_owned(), node);
        }
        ("push", parent) => parent[last].as_array_mut().unwrap().push(value),
        ("drop", parent) => {
            let items = parent[last].as_array_mut().unwrap();
            assert!(items.contains(&value), "{change}: it is not there");
            items.retain(|item| *item != value);
        }
        _ => panic!("`{change}` is no change"),
    }
}

/// The rules that some findings are by.
fn rules(reports: &[Report]) -> BTreeSet<&'static str> {
    reports.iter().flat_map(|report| &report.findings).map(|finding| finding.rule.id).collect()
}
