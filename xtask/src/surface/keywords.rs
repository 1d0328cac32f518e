//! Keywords of schemas, merged over all parts of a schema.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;

use super::bundle::Node;
use super::line::Fact;
use super::subschemas;
use crate::document::Value;

/// Each keyword with the values that the parts of a schema give it.
#[derive(Default)]
pub(super) struct Keywords<'b> {
    all: Vec<(&'b str, Node<'b>)>,
}

impl<'b> Keywords<'b> {
    pub(super) fn push(&mut self, keyword: &'b str, node: Node<'b>) {
        self.all.push((keyword, node));
    }

    pub(super) fn remove(&mut self, keyword: &str) {
        self.all.retain(|(other, _)| *other != keyword);
    }

    /// Returns the values that the parts give a keyword.
    pub(super) fn get(&self, keyword: &str) -> impl Iterator<Item = Node<'b>> {
        self.all.iter().filter(move |(other, _)| *other == keyword).map(|(_, node)| *node)
    }

    /// Whether there is one of these keywords.
    pub(super) fn any(&self, wanted: &[&str]) -> bool {
        self.all.iter().any(|(keyword, _)| wanted.contains(keyword))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&'b str, Node<'b>)> {
        self.all.iter().copied()
    }
}

/// Prose and names, which aren't on the wire, and what other functions follow or merge.
const ELSEWHERE: [&str; 32] = [
    "$anchor",
    "$comment",
    "$defs",
    "$id",
    "$ref",
    "$schema",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "definitions",
    "description",
    "discriminator",
    "enum",
    "example",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "not",
    "oneOf",
    "properties",
    "title",
];
const FLAGS: [&str; 5] = ["deprecated", "nullable", "readOnly", "uniqueItems", "writeOnly"];

/// What the keywords say about the schema itself, and the names of its required properties.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) facts: Vec<Fact>,
    pub(super) required: BTreeSet<Arc<str>>,
}

/// Merges the keywords.
pub(super) fn merged(keywords: &Keywords<'_>) -> Merged {
    let names = given(keywords, "required").filter_map(Value::as_array).flatten();
    let required = names.filter_map(Value::as_text).cloned().collect();
    let mut all: Vec<&str> = keywords.all().map(|(keyword, _)| keyword).collect();
    all.sort_unstable();
    all.dedup();
    let mut facts: Vec<Fact> =
        all.into_iter().flat_map(|keyword| keyword_facts(keyword, keywords)).collect();
    facts.extend(enum_facts(keywords));
    facts.extend(bound_facts(keywords));
    Merged { facts, required }
}

/// Returns what one keyword says, with the values that the parts give it.
fn keyword_facts(keyword: &str, keywords: &Keywords<'_>) -> Vec<Fact> {
    let mut values = given(keywords, keyword);
    match keyword {
        "required" => Vec::new(),
        "dependencies" => {
            let lists = values.map(subschemas::required_beside).filter(|lists| !lists.is_empty());
            lists.map(|lists| Fact::json(keyword, lists)).collect()
        }
        // One that was followed says nothing itself.
        "$ref" => values.map(|value| Fact::json(keyword, value)).collect(),
        _ if subschemas::holds_schemas(keyword) => Vec::new(),
        _ if ELSEWHERE.contains(&keyword) || keyword.starts_with("x-") => Vec::new(),
        _ if FLAGS.contains(&keyword) => {
            let set = values.any(|value| *value == Value::Bool(true));
            set.then(|| Fact::flag(keyword)).into_iter().collect()
        }
        "format" => {
            let formats = values.filter_map(Value::as_str);
            formats.map(|format| Fact::word("format", format)).collect()
        }
        "type" => values.flat_map(type_facts).collect(),
        _ => values.map(|value| Fact::json(keyword, canonical(value))).collect(),
    }
}

/// Intersects the sets of values of all parts, those of `const` and of `enum`.
fn enum_facts(keywords: &Keywords<'_>) -> Vec<Fact> {
    let constants =
        given(keywords, "const").map(|value| BTreeSet::from([canonical(value).to_string()]));
    let enums = given(keywords, "enum").filter_map(Value::as_array);
    let enums =
        enums.map(|values| values.iter().map(|value| canonical(value).to_string()).collect());
    let sets = constants.chain(enums);
    match sets.reduce(|a, b| a.intersection(&b).cloned().collect()) {
        None => Vec::new(),
        Some(values) if values.is_empty() => vec![Fact::flag("never")],
        Some(values) => {
            let fact = |value| Fact { keyword: "enum".to_owned(), value };
            values.into_iter().map(fact).collect()
        }
    }
}

fn type_facts(value: &Value) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut names: BTreeSet<&str> = match value {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        name => name.as_str().into_iter().collect(),
    };
    if names.len() > 1 && names.remove("null") {
        facts.push(Fact::flag("nullable"));
    }
    if !names.is_empty() {
        let names: Vec<&str> = names.into_iter().collect();
        facts.push(Fact::word("type", &names.join("|")));
    }
    facts
}

/// Returns the tightest bounds of all parts, without those that exclude nothing.
fn bound_facts(keywords: &Keywords<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (keyword, exclusive, lower) in
        [("minimum", "exclusiveMinimum", true), ("maximum", "exclusiveMaximum", false)]
    {
        let inclusive = tightest(numbers(keywords, keyword), lower);
        let mut strict = numbers(keywords, exclusive);
        if given(keywords, exclusive).any(|value| *value == Value::Bool(true)) {
            strict.extend(inclusive.clone());
        }
        let strict = tightest(strict, lower);
        let looser = |a: &Json, b: &Json| {
            let (a, b) = (a.as_f64().unwrap_or_default(), b.as_f64().unwrap_or_default());
            if lower { a <= b } else { a >= b }
        };
        let fact = match (inclusive, strict) {
            (Some(bound), Some(strict)) if looser(&bound, &strict) => Fact::json(exclusive, strict),
            (Some(bound), _) => Fact::json(keyword, bound),
            (None, Some(strict)) => Fact::json(exclusive, strict),
            (None, None) => continue,
        };
        facts.push(fact);
    }
    for keyword in ["minItems", "minLength", "minProperties"] {
        let bound = tightest(numbers(keywords, keyword), true);
        let bound = bound.filter(|bound| bound.as_f64() != Some(0.0));
        facts.extend(bound.map(|bound| Fact::json(keyword, bound)));
    }
    for keyword in ["maxItems", "maxLength", "maxProperties"] {
        let bound = tightest(numbers(keywords, keyword), false);
        facts.extend(bound.map(|bound| Fact::json(keyword, bound)));
    }
    facts
}

/// Returns the values that the parts give a keyword.
fn given<'k, 'b>(
    keywords: &'k Keywords<'b>,
    keyword: &'k str,
) -> impl Iterator<Item = &'b Value> + use<'k, 'b> {
    keywords.get(keyword).map(|node| node.value)
}

fn numbers(keywords: &Keywords<'_>, keyword: &str) -> Vec<Json> {
    given(keywords, keyword).filter(|value| value.is_number()).map(canonical).collect()
}

fn tightest(values: Vec<Json>, lower: bool) -> Option<Json> {
    let number = |value: &Json| value.as_f64().unwrap_or_default();
    values.into_iter().reduce(|a, b| if (number(&a) >= number(&b)) == lower { a } else { b })
}

/// Returns a value in which whole numbers have no fraction. In JSON, `1` and `1.0` are the same.
pub(super) fn canonical(value: &Value) -> Json {
    /// Above this, several whole numbers share a float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64().unwrap_or_default();
            match float.fract() == 0.0 && float.abs() < EXACT {
                #[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
                true => Json::from(float as i64),
                false => value.to_json(),
            }
        }
        Value::Array(items) => items.iter().map(canonical).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.to_owned(), canonical(value))).collect()
        }
        _ => value.to_json(),
    }
}
