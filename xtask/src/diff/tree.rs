//! A surface as trees, one for each operation, so that what is missing on one side is a subtree.

use std::collections::{BTreeMap, BTreeSet};

use crate::surface::{Fact, Operation, Part, Step, Surface};

/// What a surface says, by operation.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// What it says of the API as a whole.
    pub(super) api: Node,
    pub(super) operations: BTreeMap<Operation, Node>,
}

/// The facts about a place, and the places within.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) facts: BTreeSet<Fact>,
    pub(super) children: BTreeMap<Key, Self>,
}

/// How a place within another is found.
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
    /// A way into a schema.
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

    /// The values of a keyword.
    pub(super) fn values<'n>(&'n self, keyword: &str) -> BTreeSet<&'n str> {
        let facts = self.facts.iter().filter(|fact| fact.keyword == keyword);
        facts.map(|fact| fact.value.as_str()).collect()
    }

    /// The place within, if there is one.
    pub(super) fn step(&self, step: &Step) -> Option<&Self> {
        self.children.get(&Key::Step(step.clone()))
    }

    /// How much is said here and within.
    pub(super) fn count(&self) -> usize {
        self.facts.len() + self.children.values().map(Self::count).sum::<usize>()
    }

    /// Everything said here and within, as sorted texts.
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

    /// A few words on what there is, for whoever reads that it was added or removed.
    pub(super) fn description(&self) -> String {
        let schema = self.children.get(&Key::Schema).unwrap_or(self);
        let mut words: Vec<String> = Vec::new();
        let mut named = 0;
        for keyword in ["any", "never", "type", "returns", "format"] {
            for value in schema.values(keyword) {
                words.push(match keyword {
                    "type" => value.to_owned(),
                    _ => format!("{keyword} {value}").trim_end().to_owned(),
                });
                named += 1;
            }
        }
        for keyword in ["required", "nullable", "deprecated"] {
            if self.has(keyword) || schema.has(keyword) {
                words.push(keyword.to_owned());
                named += 1;
            }
        }
        for key in self.children.keys() {
            if let Key::MediaType(media_type) = key {
                words.push(media_type.clone());
            }
        }
        let count = self.count();
        if count > named {
            words.push(if count == 1 { "1 fact".to_owned() } else { format!("{count} facts") });
        }
        if words.is_empty() {
            words.push("any".to_owned());
        }
        words.join(", ")
    }
}

/// The way to a part of an operation.
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

    #[track_caller]
    fn check_description(lines: &str, expected: &str) {
        let text = format!("# jogg surface 1\n{lines}");
        let tree = Tree::of(&Surface::parse("surface", &text).unwrap());
        let operation = tree.operations.values().next().unwrap();
        assert_eq!(operation.children.values().next().unwrap().description(), expected);
    }

    #[test]
    fn a_subtree_is_described_in_a_few_words() {
        check_description("GET /x query a $ type string\n", "string");
        check_description(
            "GET /x query a $ format uri\nGET /x query a $ type string\nGET /x query a required\n",
            "string, format uri, required",
        );
        check_description(
            "GET /x response 200 declared\nGET /x response 200 a/b $ type object\n\
             GET /x response 200 a/b $.a type string\n",
            "a/b, 3 facts",
        );
    }
}
