//! Schemas as a graph. Each is merged from the places in the document that apply together, so that
//! references, `allOf` and recursion are resolved before anything is compared or printed.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::branches::{branches, has_null_branch, selecting_values};
use super::bundle::{Bundle, Node, References, Unread};
use super::keywords::{self, Keywords, Merged};
use super::line::{Fact, Step};
use super::subschemas;
use super::subtypes::Subtypes;
use crate::document::Value;

/// The limit for schemas, which can combine without end: each is merged from parts of others.
const MAX_SCHEMAS: usize = 2_000_000;
/// How many more than the schemas that are written in the files there may be by combination.
const MAX_COMBINED: usize = 50_000;

/// Keywords by which other schemas apply too.
const COMBINING: [&str; 4] = ["$ref", "allOf", "anyOf", "oneOf"];

/// Keywords of alternatives, which few schemas have.
const ALTERNATIVES: [&str; 4] = ["anyOf", "discriminator", "not", "oneOf"];

/// The schemas of a document that are on the wire.
pub(super) struct Schemas<'b> {
    bundle: &'b Bundle<'b>,
    references: References<'b>,
    /// Whether the document is of OpenAPI 3.0, which ignores keywords beside a reference.
    is_3_0: bool,
    pub(super) schemas: Vec<Schema>,
    /// The schema that is merged from the nodes with these addresses.
    known: HashMap<Box<[usize]>, usize>,
    combined: usize,
    pending: Vec<(usize, Vec<Node<'b>>)>,
    /// Lists of facts are few and shared.
    facts: HashSet<Arc<[Fact]>>,
    subtypes: Subtypes<'b>,
    pub(super) unread: BTreeSet<Unread>,
}

/// A schema without references and `allOf`. Other schemas are given by their index.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    /// Sorted.
    pub(crate) facts: Arc<[Fact]>,
    pub(crate) required: Box<[Arc<str>]>,
    /// Sorted by their steps.
    pub(crate) children: Box<[(Step, usize)]>,
    pub(crate) alternatives: Vec<Alternatives>,
}

/// One `oneOf`, `anyOf` or `not`.
#[derive(Clone, Debug)]
pub(crate) struct Alternatives {
    pub(crate) keyword: &'static str,
    /// The branches, each with the discriminator's values that select it.
    pub(crate) branches: Vec<(Vec<String>, usize)>,
}

impl Schema {
    fn any() -> Self {
        Self {
            facts: Arc::from([]),
            required: Box::default(),
            children: Box::default(),
            alternatives: Vec::new(),
        }
    }

    /// Returns the schema after a step, if it isn't into an alternative.
    pub(crate) fn child(&self, step: &Step) -> Option<usize> {
        Some(self.children[self.index(step)?].1)
    }

    /// Returns the place of a step among the children.
    pub(crate) fn index(&self, step: &Step) -> Option<usize> {
        self.children.binary_search_by(|(other, _)| other.cmp(step)).ok()
    }
}

/// A set of addresses, most often of two or three.
#[derive(Default)]
struct Seen {
    few: Vec<usize>,
    many: HashSet<usize>,
}

impl Seen {
    const FEW: usize = 8;

    fn insert(&mut self, address: usize) -> bool {
        if self.few.contains(&address) {
            return false;
        }
        if self.few.len() < Self::FEW {
            self.few.push(address);
            return true;
        }
        self.many.insert(address)
    }
}

/// A schema that is being merged.
#[derive(Default)]
struct Draft {
    facts: Vec<Fact>,
    children: Vec<(Step, usize)>,
    alternatives: Vec<Alternatives>,
}

impl<'b> Schemas<'b> {
    pub(super) fn new(bundle: &'b Bundle<'b>) -> Self {
        Self {
            bundle,
            references: References::new(bundle),
            is_3_0: bundle.root().text("openapi").starts_with("3.0"),
            schemas: Vec::new(),
            known: HashMap::new(),
            combined: 0,
            pending: Vec::new(),
            facts: HashSet::new(),
            subtypes: Subtypes::default(),
            unread: BTreeSet::new(),
        }
    }

    /// Adds a schema, and everything it reaches.
    pub(super) fn add(&mut self, node: Node<'b>) -> Result<usize, String> {
        let root = self.reserve(vec![node])?;
        while let Some((schema, parts)) = self.pending.pop() {
            self.fill(schema, &parts)?;
        }
        Ok(root)
    }

    /// Adds a schema of an array with these items.
    pub(super) fn add_list(&mut self, items: Node<'b>) -> Result<usize, String> {
        let items = self.add(items)?;
        let facts = Arc::from([Fact::word("type", "array")]);
        self.schemas.push(Schema {
            facts,
            children: Box::from([(Step::Items, items)]),
            ..Schema::any()
        });
        Ok(self.schemas.len() - 1)
    }

    /// Returns the schema that is merged from these nodes. A new one is filled later.
    fn reserve(&mut self, nodes: Vec<Node<'b>>) -> Result<usize, String> {
        let first = nodes[0];
        let parts = self.closure(nodes)?;
        let mut key: Vec<usize> = parts.iter().map(|part| part.address()).collect();
        key.sort_unstable();
        if let Some(schema) = self.known.get(key.as_slice()) {
            return Ok(*schema);
        }
        self.combined += usize::from(parts.len() > 1);
        if self.schemas.len() == MAX_SCHEMAS || self.combined > MAX_COMBINED {
            return Err(format!(
                "{}: the schemas combine into more than {MAX_COMBINED}; simplify their allOf",
                self.bundle.location(first, "")
            ));
        }
        let schema = self.schemas.len();
        self.schemas.push(Schema::any());
        self.known.insert(key.into(), schema);
        self.pending.push((schema, parts));
        Ok(schema)
    }

    /// Returns everything that applies where some schemas apply: references and `allOf` are
    /// followed.
    fn closure(&mut self, nodes: Vec<Node<'b>>) -> Result<Vec<Node<'b>>, String> {
        if let [node] = nodes.as_slice()
            && !COMBINING.iter().any(|keyword| node.get(keyword).is_some())
        {
            return Ok(nodes);
        }
        let start = nodes[0];
        let mut parts = Vec::new();
        let mut seen = Seen::default();
        let mut queue = nodes;
        while let Some(node) = queue.pop() {
            if !seen.insert(node.address()) {
                continue;
            }
            if let Some(reference) = node.value.get("$ref") {
                match self.references.resolve(node, reference.as_str().unwrap_or_default()) {
                    Ok(target) => {
                        queue.push(target);
                        if self.is_3_0 {
                            continue;
                        }
                    }
                    // It is left in the schema as a keyword.
                    Err(reason) => {
                        self.unread.insert(Unread::reference(self.bundle, node, reason));
                    }
                }
            }
            queue.extend(node.list("allOf"));
            // A single alternative always applies.
            for keyword in ["oneOf", "anyOf"] {
                if let [only] = branches(node, keyword).0.as_slice() {
                    queue.push(*only);
                }
            }
            parts.push(node);
        }
        match parts.is_empty() {
            false => Ok(parts),
            true => Err(format!(
                "{}: this reference leads back to itself; make it end at a schema",
                self.bundle.location(start, "")
            )),
        }
    }

    fn fill(&mut self, id: usize, parts: &[Node<'b>]) -> Result<(), String> {
        let mut draft = Draft::default();
        let mut keywords = Keywords::default();
        for part in parts {
            match part.value {
                Value::Object(_) => {
                    for (keyword, node) in part.members() {
                        self.check_keyword(*part, keyword);
                        if keyword != "$ref" || self.is_unread(*part) {
                            keywords.push(keyword, node);
                        }
                    }
                    if keywords.any(&ALTERNATIVES) && has_null_branch(*part) {
                        draft.facts.push(Fact::flag("nullable"));
                    }
                }
                Value::Bool(true) => {}
                Value::Bool(false) => {
                    draft.facts.push(Fact::flag("never"));
                }
                _ => {
                    let location = self.bundle.location(*part, "");
                    return Err(format!(
                        "{location}: a schema must be a map of keywords; change it to one"
                    ));
                }
            }
        }
        // It says nothing in later versions.
        if !self.is_3_0 {
            keywords.remove("nullable");
        }
        self.fill_children(&keywords, &mut draft)?;
        if keywords.any(&ALTERNATIVES) {
            self.fill_alternatives(parts, &keywords, &mut draft)?;
        }
        let Merged { facts, required } = keywords::merged(&keywords);
        draft.facts.extend(facts);
        draft.facts.sort_unstable();
        draft.facts.dedup();
        let facts = match self.facts.get(draft.facts.as_slice()) {
            Some(known) => Arc::clone(known),
            None => {
                let facts: Arc<[Fact]> = draft.facts.into();
                self.facts.insert(Arc::clone(&facts));
                facts
            }
        };
        draft.children.sort();
        self.schemas[id] = Schema {
            facts,
            required: required.into_iter().collect(),
            children: draft.children.into(),
            alternatives: draft.alternatives,
        };
        Ok(())
    }

    /// Notes a keyword that refers to something which isn't followed.
    fn check_keyword(&mut self, part: Node<'b>, keyword: &str) {
        if ["$dynamicRef", "$recursiveRef"].contains(&keyword) {
            self.unread.insert(Unread::keyword(self.bundle, part, keyword));
        }
    }

    /// Whether a reference can't be followed.
    fn is_unread(&self, part: Node<'b>) -> bool {
        self.bundle.resolve(part, part.text("$ref")).is_err()
    }

    fn fill_children(&mut self, keywords: &Keywords<'b>, draft: &mut Draft) -> Result<(), String> {
        let mut places: Vec<(Step, Node<'b>)> = Vec::new();
        for properties in keywords.get("properties") {
            let properties = self.map(properties)?.named_members();
            places.extend(properties.map(|(name, node)| (Step::Property(Arc::clone(name)), node)));
        }
        for items in keywords.get("items") {
            // A list was how tuples were written.
            if !items.value.is_array() {
                places.push((Step::Items, items));
            }
        }
        for node in keywords.get("additionalProperties") {
            match node.value {
                Value::Bool(true) => {}
                Value::Bool(false) => {
                    draft.facts.push(Fact::word("additionalProperties", "false"));
                }
                _ => places.push((Step::Values, node)),
            }
        }
        subschemas::collect(keywords.all(), &mut places);
        places.sort_by(|(step, _), (other, _)| step.cmp(other));
        for same in places.chunk_by(|(step, _), (other, _)| step == other) {
            let nodes: Vec<Node<'b>> = same.iter().map(|(_, node)| *node).collect();
            let child = self.reserve(nodes)?;
            draft.children.push((same[0].0.clone(), child));
        }
        Ok(())
    }

    /// Returns a map of schemas, which may be written elsewhere.
    fn map(&mut self, node: Node<'b>) -> Result<Node<'b>, String> {
        let Some(target) = node.value.get("$ref").and_then(Value::as_str) else { return Ok(node) };
        let found = self.bundle.resolve(node, target);
        found.map_err(|reason| Unread::reference(self.bundle, node, reason).message)
    }

    fn fill_alternatives(
        &mut self,
        parts: &[Node<'b>],
        keywords: &Keywords<'b>,
        draft: &mut Draft,
    ) -> Result<(), String> {
        let discriminators: Vec<Node<'b>> = keywords.get("discriminator").collect();
        let mut unused: BTreeSet<&str> = BTreeSet::new();
        for discriminator in &discriminators {
            draft.facts.push(Fact::word("discriminator", discriminator.text("propertyName")));
            let mapping = discriminator.get("mapping").into_iter().flat_map(Node::members);
            unused.extend(mapping.map(|(value, _)| value));
        }
        for part in parts {
            for keyword in ["oneOf", "anyOf", "not"] {
                let (nodes, _) = branches(*part, keyword);
                if nodes.is_empty() || (keyword != "not" && nodes.len() == 1) {
                    continue;
                }
                let mut branches = Vec::new();
                for node in nodes {
                    let values = selecting_values(node, &discriminators);
                    values.iter().for_each(|value| {
                        unused.remove(value.as_str());
                    });
                    branches.push((values, self.reserve(vec![node])?));
                }
                draft.alternatives.push(Alternatives { keyword, branches });
            }
        }
        let listed = draft.alternatives.iter().any(|alternatives| alternatives.keyword != "not");
        if !discriminators.is_empty() && !listed {
            for (value, node) in self.subtypes.of(self.bundle, parts, &mut self.unread) {
                unused.remove(value.as_str());
                let step = Step::Sub { keyword: "subtype".into(), name: value.into() };
                let subtype = self.reserve(vec![node])?;
                draft.children.push((step, subtype));
            }
        }
        draft.facts.extend(unused.into_iter().map(|value| Fact::json("mapping", value)));
        Ok(())
    }
}
