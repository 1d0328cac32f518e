//! Counts the prose that differs. It isn't on the wire, but this API states limits in it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::texts::Texts as PlacedTexts;
use crate::document::Document;
use crate::spec;
use crate::surface::{OperationName, template};

const TEXTS: [&str; 3] = ["description", "summary", "title"];
const VALUES: [&str; 3] = ["example", "examples", "x-enum-descriptions"];
/// Maps whose keys are names instead of keywords.
const NAMED: [&str; 3] = ["headers", "properties", "responses"];

/// How much prose differs between two specs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prose {
    /// How many descriptions, summaries, titles and examples differ. Shared ones count once.
    pub(crate) differences: usize,
    /// The operations they belong to, with their new paths.
    pub(crate) operations: Vec<OperationName>,
    /// Where they are, each with its line in the new spec, unless it is gone from there.
    pub(crate) places: Vec<(String, Option<usize>)>,
}

type Texts = BTreeSet<(&'static str, String)>;

/// Counts the prose that differs: in operations on both sides, and in the API's own sections.
pub(super) fn compare(
    old: &Document,
    new: &Document,
    pairs: &[(&OperationName, &OperationName)],
) -> Prose {
    let (olds, news) = (texts_by_operation(old), texts_by_operation(new));
    let (mut removed, mut added) = compare_sections(old, new);
    let mut operations = BTreeSet::new();
    for (from, to) in pairs {
        let (Some(from), Some(texts)) = (olds.get(*from), news.get(*to)) else { continue };
        if from != texts {
            operations.insert((*to).clone());
            removed.extend(from.difference(texts).cloned());
            added.extend(texts.difference(from).cloned());
        }
    }
    let differences = removed.len().max(added.len());
    let places = match differences {
        0 => Vec::new(),
        _ => places(old, new),
    };
    Prose { differences, operations: operations.into_iter().collect(), places }
}

/// Returns where the prose differs. The prose of what is new or gone is a part of that change.
fn places(old: &Document, new: &Document) -> Vec<(String, Option<usize>)> {
    let [olds, news] = [old, new].map(PlacedTexts::of);
    let is_on_both_sides = |place: &String| {
        let pointer = news.pointer(place).or_else(|| olds.pointer(place)).unwrap_or_default();
        let owner = pointer.rsplit_once('/').map_or("", |(owner, _)| owner);
        [old, new].iter().all(|side| side.value.pointer(owner).is_some())
    };
    let changed = olds.changed_to(&news).into_iter().filter(is_on_both_sides);
    changed.map(|place| (place.clone(), news.line(&place, new))).collect()
}

/// Compares the prose about the API as a whole: what is on the old side only, and on the new one.
fn compare_sections(old: &Document, new: &Document) -> (Texts, Texts) {
    let [old, new] = [old, new].map(|document| {
        let sections = ["info", "tags", "servers"];
        texts(document, sections.iter().filter_map(|section| document.value.get(section)).collect())
    });
    (old.difference(&new).cloned().collect(), new.difference(&old).cloned().collect())
}

fn texts_by_operation(document: &Document) -> BTreeMap<OperationName, Texts> {
    let operations = spec::operations(document).into_iter().map(|operation| {
        let mut nodes = vec![operation.node];
        nodes.extend(operation.parameters(document).iter().map(|parameter| parameter.node));
        let (path, _) = template(operation.path);
        (OperationName { method: operation.method.to_uppercase(), path }, texts(document, nodes))
    });
    operations.collect()
}

/// Returns the prose of some nodes and of all they refer to, wherever it is written.
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
        let keys: Vec<OperationName> = texts_by_operation(&old).into_keys().collect();
        let pairs: Vec<_> = keys.iter().map(|key| (key, key)).collect();
        let prose = compare(&old, &new, &pairs);
        assert_eq!((prose.differences, prose.operations.len()), (differences, operations), "{to}");
        assert_eq!(prose.places.len(), differences, "{to}: {:?}", prose.places);
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
        // The name of a property isn't a keyword, and the values of an enum aren't prose.
        check("description: {type: string", "description: {type: integer", 0, 0);
        check("enum: [x, y]", "enum: [x, z]", 0, 0);
    }
}
