//! Prose is not on the wire, but this API hides limits in it: so it is counted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document::Document;
use crate::spec;
use crate::surface::{Operation, template};

const TEXTS: [&str; 3] = ["description", "summary", "title"];
const VALUES: [&str; 3] = ["example", "examples", "x-enum-descriptions"];
/// Maps whose keys are names, not keywords.
const NAMED: [&str; 3] = ["headers", "properties", "responses"];

/// How much prose differs between two specs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prose {
    /// Descriptions, summaries, titles and examples that are not the same, each counted once.
    pub(crate) differences: usize,
    /// The operations that they belong to, by their new path.
    pub(crate) operations: Vec<Operation>,
}

type Texts = BTreeSet<(&'static str, String)>;

/// Counts the prose that differs, in operations that are on both sides and around them.
pub(super) fn compare(old: &Document, new: &Document, pairs: &[(&Operation, &Operation)]) -> Prose {
    let (olds, news) = (texts_by_operation(old), texts_by_operation(new));
    let (mut lost, mut gained) = around(old, new);
    let mut operations = BTreeSet::new();
    for (from, to) in pairs {
        let (Some(from), Some(texts)) = (olds.get(*from), news.get(*to)) else { continue };
        if from != texts {
            operations.insert((*to).clone());
            lost.extend(from.difference(texts).cloned());
            gained.extend(texts.difference(from).cloned());
        }
    }
    Prose {
        differences: lost.len().max(gained.len()),
        operations: operations.into_iter().collect(),
    }
}

/// What differs in what is said of the API as a whole.
fn around(old: &Document, new: &Document) -> (Texts, Texts) {
    let [old, new] = [old, new].map(|document| {
        let sections = ["info", "tags", "servers"];
        texts(document, sections.iter().filter_map(|section| document.value.get(section)).collect())
    });
    (old.difference(&new).cloned().collect(), new.difference(&old).cloned().collect())
}

fn texts_by_operation(document: &Document) -> BTreeMap<Operation, Texts> {
    let operations = spec::operations(document).into_iter().map(|operation| {
        let mut nodes = vec![operation.node];
        nodes.extend(operation.parameters(document).iter().map(|parameter| parameter.node));
        let (path, _) = template(operation.path);
        (Operation { method: operation.method.to_uppercase(), path }, texts(document, nodes))
    });
    operations.collect()
}

/// The prose of some nodes and of all they refer to: where it is written down does not matter.
fn texts<'d>(document: &'d Document, nodes: Vec<&'d Value>) -> Texts {
    let mut texts = Texts::new();
    let mut seen = BTreeSet::new();
    let mut queue = nodes;
    while let Some(node) = queue.pop() {
        let mut targets = Vec::new();
        collect(node, &mut targets, &mut texts);
        targets.retain(|target| seen.insert(*target));
        let targets = targets.into_iter().filter_map(|target| spec::resolve(document, target));
        queue.extend(targets.map(|(node, _)| node));
    }
    texts
}

fn collect<'d>(node: &'d Value, targets: &mut Vec<&'d str>, texts: &mut Texts) {
    let members = match node {
        Value::Object(members) => members,
        Value::Array(items) => {
            return items.iter().for_each(|item| collect(item, targets, texts));
        }
        _ => return,
    };
    for (key, value) in members {
        let known = |list: &[&'static str]| list.iter().copied().find(|keyword| keyword == key);
        match (key.as_str(), value) {
            ("$ref", Value::String(target)) => targets.push(target),
            ("default" | "enum", _) => {}
            (key, Value::Object(named)) if NAMED.contains(&key) => {
                named.values().for_each(|value| collect(value, targets, texts));
            }
            _ => match (known(&TEXTS), known(&VALUES), value) {
                (Some(keyword), _, Value::String(text)) => {
                    texts.insert((keyword, text.trim().to_owned()));
                }
                (_, Some(keyword), _) => {
                    texts.insert((keyword, value.to_string()));
                }
                _ => collect(value, targets, texts),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = "openapi: 3.0.3
info: {title: A, version: '1', description: All}
paths:
  /a/{id}:
    parameters: [{name: id, in: path, required: true, description: Id, schema: {type: string}}]
    get:
      summary: Read
      responses: {'200': {$ref: '#/components/responses/Found'}}
  /b: {get: {summary: Other, responses: {'200': {$ref: '#/components/responses/Found'}}}}
components:
  responses:
    Found:
      description: Found
      content:
        application/json:
          schema:
            type: object
            properties:
              description: {type: string, example: x, enum: [x, y]}
              next: {$ref: '#/components/responses/Found/content/application~1json/schema'}
";

    #[track_caller]
    fn check(from: &str, to: &str, differences: usize, operations: usize) {
        let new = SPEC.replace(from, to);
        assert!(from.is_empty() || new != SPEC, "`{from}` is not in the spec");
        let [old, new] = [SPEC, &new].map(|text| Document::parse("spec.yaml", text).unwrap());
        let keys: Vec<Operation> = texts_by_operation(&old).into_keys().collect();
        let pairs: Vec<_> = keys.iter().map(|key| (key, key)).collect();
        let prose = compare(&old, &new, &pairs);
        assert_eq!((prose.differences, prose.operations.len()), (differences, operations), "{to}");
    }

    #[test]
    fn prose_is_counted_where_it_is_used() {
        check("", "", 0, 0);
        check("summary: Read", "summary: Read it", 1, 1);
        check("description: Found", "description: Found it", 1, 2);
        check("description: Id", "description: An id", 1, 1);
        check("example: x", "example: y", 1, 2);
        check("description: All", "description: Everything", 1, 0);
        check("      summary: Read\n", "", 1, 1);
        // A property's name is no keyword, and what an enum holds is no prose.
        check("description: {type: string", "description: {type: integer", 0, 0);
        check("enum: [x, y]", "enum: [x, z]", 0, 0);
    }
}
