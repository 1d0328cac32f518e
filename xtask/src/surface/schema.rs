//! Schemas as a graph: each node is the set of places in the document that hold at once, so that
//! references, `allOf` and recursion are gone before anything is compared or printed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::keywords::{self, Keywords};
use super::line::{Fact, Step};
use crate::document::{Document, pointer_token};
use crate::spec;

/// More nodes than this come from no sane spec: each merges parts of others.
const MAX_NODES: usize = 50_000;

/// The schemas of a document that are on the wire.
pub(super) struct Schemas<'d> {
    document: &'d Document,
    /// 3.0 ignores what stands beside a reference, 3.1 does not.
    siblings: bool,
    pub(super) nodes: Vec<Node>,
    known: HashMap<BTreeSet<String>, usize>,
    pending: Vec<(usize, BTreeSet<String>)>,
}

/// A schema without references and `allOf`.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    /// Where it begins, for messages.
    pub(super) pointer: String,
    pub(super) facts: BTreeSet<Fact>,
    pub(super) required: BTreeSet<String>,
    pub(super) children: BTreeMap<Step, usize>,
    pub(super) alternatives: Vec<Alternatives>,
}

/// One `oneOf`, `anyOf` or `not`.
#[derive(Clone, Debug)]
pub(super) struct Alternatives {
    pub(super) keyword: &'static str,
    /// Each with the discriminator's values that choose it.
    pub(super) branches: Vec<(Vec<String>, usize)>,
}

impl<'d> Schemas<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Self {
            document,
            siblings: !spec::text(&document.value, "openapi").starts_with("3.0"),
            nodes: Vec::new(),
            known: HashMap::new(),
            pending: Vec::new(),
        }
    }

    /// The node of the schema at a pointer; everything it reaches is added too.
    pub(super) fn add(&mut self, pointer: &str) -> Result<usize, String> {
        let root = self.node(BTreeSet::from([pointer.to_owned()]))?;
        while let Some((node, parts)) = self.pending.pop() {
            self.fill(node, &parts)?;
        }
        Ok(root)
    }

    fn node(&mut self, pointers: BTreeSet<String>) -> Result<usize, String> {
        let pointer = pointers.first().cloned().unwrap_or_default();
        let parts = self.closure(pointers)?;
        if let Some(node) = self.known.get(&parts) {
            return Ok(*node);
        }
        let node = self.nodes.len();
        if node == MAX_NODES {
            let location = self.document.location(&pointer);
            return Err(format!(
                "{location}: the schemas combine into more than {MAX_NODES}; simplify their allOf"
            ));
        }
        self.nodes.push(Node { pointer, ..Node::default() });
        self.known.insert(parts.clone(), node);
        self.pending.push((node, parts));
        Ok(node)
    }

    /// Everything that holds where some schemas hold: references and `allOf` followed.
    fn closure(&self, pointers: BTreeSet<String>) -> Result<BTreeSet<String>, String> {
        let start = pointers.first().cloned().unwrap_or_default();
        let mut parts = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut queue: Vec<String> = pointers.into_iter().collect();
        while let Some(pointer) = queue.pop() {
            if !seen.insert(pointer.clone()) {
                continue;
            }
            let Some(node) = self.document.value.pointer(&pointer) else { continue };
            if let Some(reference) = node.get("$ref") {
                queue.push(self.target(reference, &pointer)?);
                if !self.siblings {
                    continue;
                }
            }
            for index in 0..spec::list(node, "allOf").len() {
                queue.push(format!("{pointer}/allOf/{index}"));
            }
            // An alternative without an alternative.
            for keyword in ["oneOf", "anyOf"] {
                if let [only] = branches(node, keyword, &pointer).0.as_slice() {
                    queue.push(only.clone());
                }
            }
            parts.insert(pointer);
        }
        match parts.is_empty() {
            false => Ok(parts),
            true => Err(format!(
                "{}: this reference leads back to itself; let it end at a schema",
                self.document.location(&start)
            )),
        }
    }

    fn target(&self, reference: &Value, pointer: &str) -> Result<String, String> {
        let target = reference.as_str().unwrap_or_default();
        match spec::resolve(self.document, target) {
            Some((_, pointer)) => Ok(pointer),
            None => Err(unresolved(self.document, reference, pointer)),
        }
    }

    fn fill(&mut self, id: usize, parts: &BTreeSet<String>) -> Result<(), String> {
        let mut node = Node { pointer: self.nodes[id].pointer.clone(), ..Node::default() };
        let document = self.document;
        let mut keywords = Keywords::new();
        for pointer in parts {
            match document.value.pointer(pointer) {
                Some(Value::Object(members)) => {
                    for (keyword, value) in members {
                        let place = format!("{pointer}/{}", pointer_token(keyword));
                        keywords.entry(keyword).or_default().push((value, place));
                    }
                    nullable_branch(members, &mut node);
                }
                Some(Value::Bool(true)) => {}
                Some(Value::Bool(false)) => {
                    node.facts.insert(Fact::flag("never"));
                }
                _ => {
                    let location = document.location(pointer);
                    return Err(format!(
                        "{location}: a schema must be a map of keywords; make it one"
                    ));
                }
            }
        }
        self.children(&keywords, &mut node)?;
        self.alternatives(parts, &keywords, &mut node)?;
        keywords::facts(&keywords, &mut node);
        self.nodes[id] = node;
        Ok(())
    }

    fn children(&mut self, keywords: &Keywords<'d>, node: &mut Node) -> Result<(), String> {
        let mut places: BTreeMap<Step, BTreeSet<String>> = BTreeMap::new();
        for (properties, pointer) in keywords.get("properties").into_iter().flatten() {
            for (name, _) in spec::members(Some(properties)) {
                let place = format!("{pointer}/{}", pointer_token(name));
                places.entry(Step::Property(name.to_owned())).or_default().insert(place);
            }
        }
        for (_, pointer) in keywords.get("items").into_iter().flatten() {
            places.entry(Step::Items).or_default().insert(pointer.clone());
        }
        for (value, pointer) in keywords.get("additionalProperties").into_iter().flatten() {
            match value {
                Value::Bool(true) => {}
                Value::Bool(false) => {
                    node.facts.insert(Fact::word("additionalProperties", "false"));
                }
                _ => {
                    places.entry(Step::Values).or_default().insert(pointer.clone());
                }
            }
        }
        for (step, pointers) in places {
            let child = self.node(pointers)?;
            node.children.insert(step, child);
        }
        Ok(())
    }

    fn alternatives(
        &mut self,
        parts: &BTreeSet<String>,
        keywords: &Keywords<'d>,
        node: &mut Node,
    ) -> Result<(), String> {
        let discriminators: Vec<&Value> =
            keywords.get("discriminator").into_iter().flatten().map(|(value, _)| *value).collect();
        let mut unused: BTreeSet<&str> = BTreeSet::new();
        for discriminator in &discriminators {
            let property = spec::text(discriminator, "propertyName");
            node.facts.insert(Fact::word("discriminator", property));
            unused.extend(spec::members(discriminator.get("mapping")).map(|(value, _)| value));
        }
        for pointer in parts {
            let Some(part) = self.document.value.pointer(pointer) else { continue };
            for keyword in ["oneOf", "anyOf", "not"] {
                let (pointers, _) = branches(part, keyword, pointer);
                if pointers.is_empty() || (keyword != "not" && pointers.len() == 1) {
                    continue;
                }
                let mut branches = Vec::new();
                for pointer in pointers {
                    let values = self.chosen_by(&pointer, &discriminators);
                    values.iter().for_each(|value| {
                        unused.remove(value.as_str());
                    });
                    branches.push((values, self.node(BTreeSet::from([pointer]))?));
                }
                node.alternatives.push(Alternatives { keyword, branches });
            }
        }
        node.facts.extend(unused.into_iter().map(|value| Fact::json("mapping", &value.into())));
        Ok(())
    }

    /// The values that choose a branch. Without a mapping it is the component's name, which is the
    /// one way for such a name to be on the wire.
    fn chosen_by(&self, pointer: &str, discriminators: &[&Value]) -> Vec<String> {
        let mut branch = self.document.value.pointer(pointer).unwrap_or(&Value::Null);
        // A reference may be wrapped, as it is to carry a description.
        while let [only] = spec::list(branch, "allOf") {
            branch = only;
        }
        let target = spec::text(branch, "$ref");
        let Some((_, name)) = target.rsplit_once('/') else { return Vec::new() };
        let mut values: Vec<String> = discriminators
            .iter()
            .flat_map(|discriminator| spec::members(discriminator.get("mapping")))
            .filter(|(_, mapped)| [target, name].contains(&mapped.as_str().unwrap_or_default()))
            .map(|(value, _)| value.to_owned())
            .collect();
        if values.is_empty() && !discriminators.is_empty() {
            values.push(name.to_owned());
        }
        values.sort();
        values
    }
}

/// The message for a reference that leads nowhere.
pub(super) fn unresolved(document: &Document, reference: &Value, pointer: &str) -> String {
    let location = document.location(&format!("{pointer}/$ref"));
    format!(
        "{location}: the reference {reference} cannot be followed; only '#/…' within this file can, \
         so define it or correct it"
    )
}

/// The branches of an alternative, apart from `null`, and whether that was one.
fn branches(node: &Value, keyword: &str, pointer: &str) -> (Vec<String>, bool) {
    if keyword == "not" {
        let pointers = node.get("not").map(|_| format!("{pointer}/not"));
        return (pointers.into_iter().collect(), false);
    }
    let all = spec::list(node, keyword);
    let null = |branch: &Value| spec::text(branch, "type") == "null";
    let nullable = all.iter().any(null) && !all.iter().all(null);
    let pointers = all
        .iter()
        .enumerate()
        .filter(|(_, branch)| !(nullable && null(branch)))
        .map(|(index, _)| format!("{pointer}/{keyword}/{index}"));
    (pointers.collect(), nullable)
}

fn nullable_branch(members: &Map<String, Value>, node: &mut Node) {
    for keyword in ["oneOf", "anyOf"] {
        if let Some(alternatives) = members.get(keyword) {
            let holder =
                Value::Object(Map::from_iter([(keyword.to_owned(), alternatives.clone())]));
            if branches(&holder, keyword, "").1 {
                node.facts.insert(Fact::flag("nullable"));
            }
        }
    }
}
