//! A surface as trees, one for each operation, so that what is missing on one side is a subtree.

use std::collections::{BTreeMap, BTreeSet};

use crate::surface::{Fact, OperationName, Part, Step, Surface};
use crate::text::counted;

/// Keywords that name the type of a schema, in the order of descriptions.
const TYPES: [&str; 5] = ["any", "never", "type", "returns", "format"];
/// Keywords without a value that come before all others in descriptions.
const FLAGS: [&str; 3] = ["required", "nullable", "deprecated"];
/// Keywords that descriptions don't repeat: reports name the operation and the parameter, and
/// values are counted.
const NOT_DESCRIBED: [&str; 6] = ["declared", "enum", "name", "scheme", "security", "server"];

/// What a surface says, by operation.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// What it says about the API as a whole.
    pub(super) api: Node,
    pub(super) operations: BTreeMap<OperationName, Node>,
}

/// A place: what is said about it, and the places within.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) facts: BTreeSet<Fact>,
    pub(super) children: BTreeMap<Key, Self>,
}

/// How to find a place within another. Its `Debug` output is part of the fingerprints in the
/// ledger of drift: no name here may change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Parameter {
        location: String,
        name: String,
    },
    Request,
    Response(String),
    Header(String),
    MediaType(String),
    /// The schema of a parameter, header or body.
    Schema,
    /// A step into a schema.
    Step(Step),
}

impl Tree {
    pub(super) fn of(surface: &Surface) -> Self {
        let mut tree = Self::default();
        for line in &surface.lines {
            let mut node = match &line.place.operation {
                None => &mut tree.api,
                Some(operation) => tree.operations.entry(operation.clone()).or_default(),
            };
            for key in keys(&line.place.part) {
                node = node.children.entry(key).or_default();
            }
            if let Some(steps) = &line.place.schema {
                node = node.children.entry(Key::Schema).or_default();
                for step in steps {
                    node = node.children.entry(Key::Step(step.clone())).or_default();
                }
            }
            node.facts.insert(line.fact.clone());
        }
        tree
    }
}

impl Node {
    pub(super) fn has(&self, keyword: &str) -> bool {
        self.facts.iter().any(|fact| fact.keyword == keyword)
    }

    /// Returns the values of a keyword.
    pub(super) fn values<'n>(&'n self, keyword: &str) -> BTreeSet<&'n str> {
        let facts = self.facts.iter().filter(|fact| fact.keyword == keyword);
        facts.map(|fact| fact.value.as_str()).collect()
    }

    /// Returns the place one step deeper in the schema.
    pub(super) fn step(&self, step: &Step) -> Option<&Self> {
        self.children.get(&Key::Step(step.clone()))
    }

    /// Counts the facts here and within.
    pub(super) fn count(&self) -> usize {
        self.facts.len() + self.children.values().map(Self::count).sum::<usize>()
    }

    /// Returns all facts here and within, as sorted texts.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        self.collect("", &mut lines);
        lines.sort_unstable();
        lines
    }

    fn collect(&self, place: &str, lines: &mut Vec<String>) {
        for Fact { keyword, value } in &self.facts {
            lines.push(format!("{place} {keyword} {value}"));
        }
        for (key, child) in &self.children {
            child.collect(&format!("{place}/{key:?}"), lines);
        }
    }

    /// Returns how alike two trees are: the share of all their facts that both have.
    pub(super) fn similarity(&self, other: &Self) -> f64 {
        let [a, b] = [self, other].map(|node| node.lines().into_iter().collect::<BTreeSet<_>>());
        let shared = a.intersection(&b).count();
        let all = a.len() + b.len() - shared;
        #[expect(clippy::cast_precision_loss, reason = "a share of few lines")]
        match all {
            0 => 1.0,
            _ => shared as f64 / all as f64,
        }
    }

    /// Describes what is here in a few words, for reports that it was added or removed: its type,
    /// its keywords, and how much is within.
    pub(super) fn description(&self) -> String {
        let schema = self.children.get(&Key::Schema).unwrap_or(self);
        let mut words = schema.types();
        for keyword in FLAGS {
            if self.has(keyword) || schema.has(keyword) {
                words.push(keyword.to_owned());
            }
        }
        for Fact { keyword, value } in self.facts.union(&schema.facts) {
            if ![&TYPES[..], &FLAGS, &NOT_DESCRIBED]
                .iter()
                .any(|list| list.contains(&keyword.as_str()))
            {
                words.push(format!("{keyword} {value}").trim_end().to_owned());
            }
        }
        words.extend(self.contents(schema));
        match words.is_empty() {
            true if self.has("declared") => "no content".to_owned(),
            true => "any".to_owned(),
            false => words.join(", "),
        }
    }

    /// Returns the type of a schema, with those of the items of a list and the values of a map.
    fn types(&self) -> Vec<String> {
        let list = |node: &Self| node.values("type").into_iter().collect::<Vec<_>>().join("|");
        let items = self.step(&Step::Items).map(list).filter(|types| !types.is_empty());
        let values = self.step(&Step::Values).map(list).filter(|types| !types.is_empty());
        let mut words = Vec::new();
        for keyword in TYPES {
            for value in self.values(keyword) {
                words.push(match (keyword, &items, &values) {
                    ("type", Some(items), _) if value == "array" => format!("array of {items}"),
                    ("type", _, Some(values)) if value == "object" => format!("map of {values}"),
                    ("type", ..) => value.to_owned(),
                    _ => format!("{keyword} {value}").trim_end().to_owned(),
                });
            }
        }
        words
    }

    /// Counts what is within.
    fn contents(&self, schema: &Self) -> Vec<String> {
        let mut words = Vec::new();
        let (mut parameters, mut responses, mut headers) = (0, 0, 0);
        for key in self.children.keys() {
            match key {
                Key::MediaType(media_type) => words.push(media_type.clone()),
                Key::Request => words.push("request body".to_owned()),
                Key::Parameter { .. } => parameters += 1,
                Key::Response(_) => responses += 1,
                Key::Header(_) => headers += 1,
                Key::Schema | Key::Step(_) => {}
            }
        }
        let branch = |key: &&Key| matches!(key, Key::Step(Step::Branch { .. }));
        for (count, noun) in [
            (parameters, "parameter"),
            (responses, "response"),
            (headers, "header"),
            (schema.children.keys().filter(branch).count(), "alternative"),
            (schema.values("enum").len(), "value"),
            (self.properties(), "property"),
        ] {
            if count > 0 {
                words.push(counted(count, noun));
            }
        }
        words
    }

    /// Counts the properties within, at any depth.
    fn properties(&self) -> usize {
        let children = self.children.iter().map(|(key, child)| {
            usize::from(matches!(key, Key::Step(Step::Property(_)))) + child.properties()
        });
        children.sum()
    }
}

/// Returns the keys that lead to a part of an operation.
fn keys(part: &Part) -> Vec<Key> {
    let (mut keys, media_type) = match part {
        Part::Whole => (Vec::new(), &None),
        Part::Parameter { location, name, media_type } => {
            let (location, name) = (location.clone(), name.clone());
            (vec![Key::Parameter { location, name }], media_type)
        }
        Part::Request { media_type } => (vec![Key::Request], media_type),
        Part::Response { status, media_type } => (vec![Key::Response(status.clone())], media_type),
        Part::ResponseHeader { status, name, media_type } => {
            (vec![Key::Response(status.clone()), Key::Header(name.clone())], media_type)
        }
    };
    keys.extend(media_type.clone().map(Key::MediaType));
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares the description of the first part of the first operation.
    #[track_caller]
    fn check_description(lines: &str, expected: &str) {
        let text = format!("# jogg surface 1\n{lines}");
        let tree = Tree::of(&Surface::parse("surface", &text).unwrap());
        let operation = tree.operations.values().next().unwrap();
        assert_eq!(operation.children.values().next().unwrap().description(), expected);
    }

    #[test]
    fn a_subtree_is_described_by_what_it_is() {
        check_description("GET /x query a $ type string\n", "string");
        check_description(
            "GET /x query a $ format uri\nGET /x query a $ type string\nGET /x query a required\n",
            "string, format uri, required",
        );
        check_description(
            "GET /x query a $ enum \"x\"\nGET /x query a $ enum \"y\"\nGET /x query a $ maxLength 3\n\
             GET /x query a $ type string\nGET /x query a style simple\n",
            "string, maxLength 3, style simple, 2 values",
        );
        check_description(
            "GET /x query a $ type array\nGET /x query a $[] type string\n",
            "array of string",
        );
        check_description(
            "GET /x query a $ type object\nGET /x query a ${} type string\n",
            "map of string",
        );
        check_description(
            "GET /x response 200 declared\nGET /x response 200 a/b $ type object\n\
             GET /x response 200 a/b $.a type object\nGET /x response 200 a/b $.a.b type string\n\
             GET /x response 200 header h $ any\n",
            "a/b, 1 header, 2 properties",
        );
        check_description("GET /x response 200 declared\n", "no content");
    }
}
