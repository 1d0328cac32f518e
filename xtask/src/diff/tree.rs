//! What a spec says as trees, one for each operation, so that what is missing on one side is a
//! subtree.

use std::collections::{BTreeMap, BTreeSet};

use crate::surface::{Api, Fact, OperationName, Part, Step};
use crate::text::counted;

/// Keywords that name the type of a schema, in the order of descriptions.
const TYPES: [&str; 5] = ["any", "never", "type", "returns", "format"];
/// Keywords without a value that come before all others in descriptions.
const FLAGS: [&str; 3] = ["required", "nullable", "deprecated"];
/// Keywords that descriptions don't repeat: reports name the operation and the parameter, and
/// values are counted.
const NOT_DESCRIBED: [&str; 6] = ["declared", "enum", "name", "scheme", "security", "server"];

/// Says that not all of a schema is written out.
pub(super) const CUT: &str = "…";

/// What a spec says, by operation.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// What it says about the API as a whole.
    pub(super) api: Place,
    pub(super) operations: BTreeMap<OperationName, Place>,
}

/// A place of an operation: what is said about it, and the places within. Schemas are nodes of a
/// graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Sorted, as the children are. Most places have one or two.
    pub(super) facts: Vec<Fact>,
    pub(super) children: Vec<(Key, Self)>,
    pub(super) schema: Option<usize>,
}

/// A place that is written out, with what is within its schema.
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
    /// Arranges what a spec says. `schemas` has the node of each of its schemas.
    pub(super) fn of(api: &Api, schemas: &[usize], any: usize) -> Self {
        let mut tree = Self::default();
        let mut lines = api.lines.iter().peekable();
        while let Some(first) = lines.peek().copied() {
            let operation = &first.place.operation;
            let whole = tree.whole(operation.as_ref());
            while let Some(line) = lines.next_if(|line| line.place.operation == *operation) {
                let place = whole.part(&line.place.part);
                match line.place.schema {
                    // The lines of a place are sorted by their facts.
                    None => {
                        reserve_one(&mut place.facts);
                        place.facts.push(line.fact.clone());
                    }
                    Some(_) => place.schema = Some(any),
                }
            }
        }
        for (place, schema) in &api.roots {
            let whole = tree.whole(place.operation.as_ref());
            whole.part(&place.part).schema = Some(schemas[*schema]);
        }
        tree
    }

    fn whole(&mut self, operation: Option<&OperationName>) -> &mut Place {
        match operation {
            None => &mut self.api,
            Some(operation) => self.operations.entry(operation.clone()).or_default(),
        }
    }
}

impl Place {
    /// Returns the place of a part of an operation.
    fn part(&mut self, part: &Part) -> &mut Self {
        let mut node = self;
        for key in keys(part) {
            let index = match node.index(&key) {
                Ok(index) => index,
                Err(index) => {
                    reserve_one(&mut node.children);
                    node.children.insert(index, (key, Self::default()));
                    index
                }
            };
            node = &mut node.children[index].1;
        }
        node
    }

    pub(super) fn has(&self, keyword: &str) -> bool {
        Fact::values(&self.facts, keyword).next().is_some()
    }

    /// Returns the values of a keyword.
    pub(super) fn values<'n>(&'n self, keyword: &str) -> BTreeSet<&'n str> {
        Fact::values(&self.facts, keyword).collect()
    }

    /// Returns a place within.
    pub(super) fn child(&self, key: &Key) -> Option<&Self> {
        Some(&self.children[self.index(key).ok()?].1)
    }

    /// Returns the keys of the places within this or another.
    pub(super) fn keys<'p>(&'p self, other: &'p Self) -> BTreeSet<&'p Key> {
        self.children.iter().chain(&other.children).map(|(key, _)| key).collect()
    }

    fn index(&self, key: &Key) -> Result<usize, usize> {
        self.children.binary_search_by(|(other, _)| other.cmp(key))
    }

    /// Whether nothing is said about a value here.
    pub(super) fn is_undeclared(&self) -> bool {
        self.children.is_empty() && self.schema.is_none()
    }
}

impl Key {
    /// Returns the name of the place, as a surface writes it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Parameter { location, name } => format!("{location} {name}"),
            Self::Request => "request".to_owned(),
            Self::Response(status) => format!("response {status}"),
            Self::Header(name) => format!("header {name}"),
            Self::MediaType(name) => name.clone(),
            Self::Schema | Self::Step(_) => "$".to_owned(),
        }
    }
}

impl Node {
    pub(super) fn has(&self, keyword: &str) -> bool {
        Fact::values(&self.facts, keyword).next().is_some()
    }

    /// Returns the values of a keyword.
    pub(super) fn values<'n>(&'n self, keyword: &str) -> BTreeSet<&'n str> {
        Fact::values(&self.facts, keyword).collect()
    }

    /// Returns the place one step deeper in the schema.
    pub(super) fn step(&self, step: &Step) -> Option<&Self> {
        self.children.get(&Key::Step(step.clone()))
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

/// Makes room for one in an empty list. Most places have one fact and one child, and would take
/// room for four.
fn reserve_one<T>(list: &mut Vec<T>) {
    if list.is_empty() {
        list.reserve_exact(1);
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
    use super::super::graph::Graph;
    use super::super::node::ANY;
    use super::*;
    use crate::surface::Surface;

    /// Compares the description of the first part of the first operation.
    #[track_caller]
    fn check_description(lines: &str, expected: &str) {
        let text = format!("# jogg surface 1\n{lines}");
        let api = Api::of_surface(&Surface::parse("surface", &text).unwrap());
        let mut graph = Graph::default();
        let schemas = graph.add(&api.schemas);
        let tree = Tree::of(&api, &schemas, ANY);
        let operation = tree.operations.values().next().unwrap();
        let (_, part) = &operation.children[0];
        assert_eq!(graph.written_place(part).description(), expected);
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
        // Items are said of lists alone.
        check_description(
            "GET /x query a $ type array|string\nGET /x query a $[] type string\n",
            "array|string",
        );
        check_description(
            "GET /x query a $ type object\nGET /x query a $[] type string\n",
            "object",
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
