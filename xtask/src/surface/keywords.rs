//! Keywords of schemas as facts, merged over all parts of a schema.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::line::Fact;
use super::schema::Node;

/// Each keyword with the values that the parts of a schema give it, and where they stand.
pub(super) type Keywords<'d> = BTreeMap<&'d str, Vec<(&'d Value, String)>>;

/// Prose and names, which are not on the wire; and what is followed or merged elsewhere.
const OTHERWISE: [&str; 32] = [
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

/// Adds what the keywords say of the schema itself.
pub(super) fn facts(keywords: &Keywords<'_>, node: &mut Node) {
    for keyword in keywords.keys() {
        fact(keyword, keywords, node);
    }
    values(keywords, node);
    bounds(keywords, node);
}

/// What one keyword says, by the values that the parts give it.
fn fact(keyword: &str, keywords: &Keywords<'_>, node: &mut Node) {
    let mut values = given(keywords, keyword);
    match keyword {
        _ if OTHERWISE.contains(&keyword) || keyword.starts_with("x-") => {}
        _ if FLAGS.contains(&keyword) => {
            if values.any(|value| *value == Value::Bool(true)) {
                node.facts.insert(Fact::flag(keyword));
            }
        }
        "format" => {
            let formats = values.filter_map(Value::as_str);
            node.facts.extend(formats.map(|format| Fact::word("format", format)));
        }
        "required" => {
            let names = values.filter_map(Value::as_array).flatten().filter_map(Value::as_str);
            node.required.extend(names.map(str::to_owned));
        }
        "type" => values.for_each(|value| types(value, node)),
        _ => node.facts.extend(values.map(|value| Fact::json(keyword, &canonical(value)))),
    }
}

/// Values must be in every set: in those of all parts, and of `const` as well as `enum`.
fn values(keywords: &Keywords<'_>, node: &mut Node) {
    let constants =
        given(keywords, "const").map(|value| BTreeSet::from([canonical(value).to_string()]));
    let enums = given(keywords, "enum").filter_map(Value::as_array);
    let enums =
        enums.map(|values| values.iter().map(|value| canonical(value).to_string()).collect());
    let sets = constants.chain(enums);
    let Some(values) = sets.reduce(|a, b| a.intersection(&b).cloned().collect()) else { return };
    if values.is_empty() {
        node.facts.insert(Fact::flag("never"));
    }
    let facts = values.into_iter().map(|value| Fact { keyword: "enum".to_owned(), value });
    node.facts.extend(facts);
}

fn types(value: &Value, node: &mut Node) {
    let mut names: BTreeSet<&str> = match value {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        name => name.as_str().into_iter().collect(),
    };
    if names.len() > 1 && names.remove("null") {
        node.facts.insert(Fact::flag("nullable"));
    }
    if !names.is_empty() {
        let names: Vec<&str> = names.into_iter().collect();
        node.facts.insert(Fact::word("type", &names.join("|")));
    }
}

/// Bounds: the tightest of all parts holds, and one that says nothing is left out.
fn bounds(keywords: &Keywords<'_>, node: &mut Node) {
    for (keyword, exclusive, lower) in
        [("minimum", "exclusiveMinimum", true), ("maximum", "exclusiveMaximum", false)]
    {
        let inclusive = tightest(numbers(keywords, keyword), lower);
        let mut strict = numbers(keywords, exclusive);
        if given(keywords, exclusive).any(|value| *value == Value::Bool(true)) {
            strict.extend(inclusive.clone());
        }
        let strict = tightest(strict, lower);
        let looser = |a: &Value, b: &Value| {
            let (a, b) = (a.as_f64().unwrap_or_default(), b.as_f64().unwrap_or_default());
            if lower { a <= b } else { a >= b }
        };
        let fact = match (inclusive, strict) {
            (Some(bound), Some(strict)) if looser(&bound, &strict) => {
                Fact::json(exclusive, &strict)
            }
            (Some(bound), _) => Fact::json(keyword, &bound),
            (None, Some(strict)) => Fact::json(exclusive, &strict),
            (None, None) => continue,
        };
        node.facts.insert(fact);
    }
    for keyword in ["minItems", "minLength", "minProperties"] {
        let bound = tightest(numbers(keywords, keyword), true);
        let bound = bound.filter(|bound| bound.as_f64() != Some(0.0));
        node.facts.extend(bound.map(|bound| Fact::json(keyword, &bound)));
    }
    for keyword in ["maxItems", "maxLength", "maxProperties"] {
        let bound = tightest(numbers(keywords, keyword), false);
        node.facts.extend(bound.map(|bound| Fact::json(keyword, &bound)));
    }
}

/// The values that the parts give a keyword.
fn given<'d>(keywords: &Keywords<'d>, keyword: &str) -> impl Iterator<Item = &'d Value> {
    keywords.get(keyword).into_iter().flatten().map(|(value, _)| *value)
}

fn numbers(keywords: &Keywords<'_>, keyword: &str) -> Vec<Value> {
    given(keywords, keyword).filter(|value| value.is_number()).map(canonical).collect()
}

fn tightest(values: Vec<Value>, lower: bool) -> Option<Value> {
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    values.into_iter().reduce(|a, b| if (number(&a) >= number(&b)) == lower { a } else { b })
}

/// A value in which whole numbers have no fraction: JSON does not tell them apart.
pub(super) fn canonical(value: &Value) -> Value {
    /// Beyond this not every whole number has a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64().unwrap_or_default();
            match float.fract() == 0.0 && float.abs() < EXACT {
                #[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
                true => Value::from(float as i64),
                false => value.clone(),
            }
        }
        Value::Array(items) => items.iter().map(canonical).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), canonical(value))).collect()
        }
        _ => value.clone(),
    }
}
