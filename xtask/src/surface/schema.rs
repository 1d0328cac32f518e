//! Schemas as a graph. Each is merged from the places in the document that apply together, so that
//! references, `allOf` and recursion are resolved before anything is compared or printed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::keywords::{self, Keywords, Merged};
use super::line::{Fact, Step};
use crate::document::{Document, pointer_token};
use crate::spec;

/// The limit for schemas, which can combine without end: each is merged from parts of others.
const MAX_SCHEMAS: usize = 50_000;

/// The schemas of a document that are on the wire.
pub(super) struct Schemas<'d> {
    document: &'d Document,
    /// Whether keywords beside a reference count. OpenAPI 3.0 ignores them, 3.1 doesn't.
    siblings: bool,
    pub(super) schemas: Vec<Schema>,
    known: HashMap<BTreeSet<String>, usize>,
    pending: Vec<(usize, BTreeSet<String>)>,
}

/// A schema without references and `allOf`. Other schemas are given by their index.
#[derive(Clone, Debug, Default)]
pub(super) struct Schema {
    /// The pointer of its first part, for messages.
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
    /// The branches, each with the discriminator's values that select it.
    pub(super) branches: Vec<(Vec<String>, usize)>,
}

impl<'d> Schemas<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Self {
            document,
            siblings: !spec::text(&document.value, "openapi").starts_with("3.0"),
            schemas: Vec::new(),
            known: HashMap::new(),
            pending: Vec::new(),
        }
    }

    /// Adds the schema at a pointer, and everything it reaches.
    pub(super) fn add(&mut self, pointer: &str) -> Result<usize, String> {
        let root = self.reserve(BTreeSet::from([pointer.to_owned()]))?;
        while let Some((schema, parts)) = self.pending.pop() {
            self.fill(schema, &parts)?;
        }
        Ok(root)
    }

    /// Returns the schema that is merged from these pointers. A new one is filled later.
    fn reserve(&mut self, pointers: BTreeSet<String>) -> Result<usize, String> {
        let pointer = pointers.first().cloned().unwrap_or_default();
        let parts = self.closure(pointers)?;
        if let Some(schema) = self.known.get(&parts) {
            return Ok(*schema);
        }
        let schema = self.schemas.len();
        if schema == MAX_SCHEMAS {
            let location = self.document.location(&pointer);
            return Err(format!(
                "{location}: the schemas combine into more than {MAX_SCHEMAS}; simplify their allOf"
            ));
        }
        self.schemas.push(Schema { pointer, ..Schema::default() });
        self.known.insert(parts.clone(), schema);
        self.pending.push((schema, parts));
        Ok(schema)
    }

    /// Returns the pointers of everything that applies where some schemas apply: references and
    /// `allOf` are followed.
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
            // A single alternative always applies.
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
                "{}: this reference leads back to itself; make it end at a schema",
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
        let pointer = self.schemas[id].pointer.clone();
        let mut schema = Schema { pointer, ..Schema::default() };
        let document = self.document;
        let mut keywords = Keywords::new();
        for pointer in parts {
            match document.value.pointer(pointer) {
                Some(part @ Value::Object(members)) => {
                    for (keyword, value) in members {
                        let place = format!("{pointer}/{}", pointer_token(keyword));
                        keywords.entry(keyword).or_default().push((value, place));
                    }
                    if has_null_branch(part) {
                        schema.facts.insert(Fact::flag("nullable"));
                    }
                }
                Some(Value::Bool(true)) => {}
                Some(Value::Bool(false)) => {
                    schema.facts.insert(Fact::flag("never"));
                }
                _ => {
                    let location = document.location(pointer);
                    return Err(format!(
                        "{location}: a schema must be a map of keywords; change it to one"
                    ));
                }
            }
        }
        self.fill_children(&keywords, &mut schema)?;
        self.fill_alternatives(parts, &keywords, &mut schema)?;
        let Merged { facts, required } = keywords::merged(&keywords);
        schema.facts.extend(facts);
        schema.required = required;
        self.schemas[id] = schema;
        Ok(())
    }

    fn fill_children(
        &mut self,
        keywords: &Keywords<'d>,
        schema: &mut Schema,
    ) -> Result<(), String> {
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
                    schema.facts.insert(Fact::word("additionalProperties", "false"));
                }
                _ => {
                    places.entry(Step::Values).or_default().insert(pointer.clone());
                }
            }
        }
        for (step, pointers) in places {
            let child = self.reserve(pointers)?;
            schema.children.insert(step, child);
        }
        Ok(())
    }

    fn fill_alternatives(
        &mut self,
        parts: &BTreeSet<String>,
        keywords: &Keywords<'d>,
        schema: &mut Schema,
    ) -> Result<(), String> {
        let discriminators: Vec<&Value> =
            keywords.get("discriminator").into_iter().flatten().map(|(value, _)| *value).collect();
        let mut unused: BTreeSet<&str> = BTreeSet::new();
        for discriminator in &discriminators {
            let property = spec::text(discriminator, "propertyName");
            schema.facts.insert(Fact::word("discriminator", property));
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
                    let values = self.selecting_values(&pointer, &discriminators);
                    values.iter().for_each(|value| {
                        unused.remove(value.as_str());
                    });
                    branches.push((values, self.reserve(BTreeSet::from([pointer]))?));
                }
                schema.alternatives.push(Alternatives { keyword, branches });
            }
        }
        schema.facts.extend(unused.into_iter().map(|value| Fact::json("mapping", &value.into())));
        Ok(())
    }

    /// Returns the discriminator's values that select a branch. Without a mapping it is the name of
    /// the component, which is the only way for such a name to be on the wire.
    fn selecting_values(&self, pointer: &str, discriminators: &[&Value]) -> Vec<String> {
        let mut branch = self.document.value.pointer(pointer).unwrap_or(&Value::Null);
        // A reference may be wrapped to have a description.
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

/// Returns the message for a reference that can't be resolved.
pub(super) fn unresolved(document: &Document, reference: &Value, pointer: &str) -> String {
    let location = document.location(&format!("{pointer}/$ref"));
    format!(
        "{location}: the reference {reference} cannot be followed; use '#/…' to refer to something \
         in this file"
    )
}

/// Returns the branches of an alternative except `null`, and whether that was one.
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

/// Whether `null` is one of the alternatives.
fn has_null_branch(part: &Value) -> bool {
    ["oneOf", "anyOf"].iter().any(|keyword| branches(part, keyword, "").1)
}
