//! The normal form of a schema's keywords: what is the same on the wire is written the same way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::node::{ANY, Edge, Node};
use crate::surface::{Fact, Step};

/// Patterns that fit all texts, as facts write them.
const ANY_TEXT: [&str; 4] = ["\"\"", "\".*\"", "\"^.*\"", "\".*$\""];

/// Returns the normal form of a node. `done` returns nodes that it leads to, as far as they are
/// known already.
pub(super) fn normal<'n>(node: Node, done: impl Fn(usize) -> Option<&'n Node>) -> Node {
    let Node { facts, mut edges } = node;
    // A list or map of anything is the same as one without a schema for its elements.
    let optional = |edge: &Edge| match &edge.step {
        Step::Items | Step::Values => true,
        Step::Sub { keyword, .. } => !["contains", "subtype"].contains(&&**keyword),
        Step::Property(_) | Step::Branch { .. } => false,
    };
    edges.retain(|edge| edge.to != ANY || !optional(edge));
    edges.sort_unstable();
    if is_normal(&facts, &edges) {
        return Node { facts, edges };
    }
    let mut facts: BTreeSet<Fact> =
        facts.iter().filter(|fact| !says_nothing(fact)).cloned().collect();
    fold_alternatives(&mut facts, &mut edges, done);
    fold_null(&mut facts);
    type_values(&mut facts);
    whole_bounds(&mut facts);
    Node { facts: facts.into_iter().collect(), edges }
}

/// Whether there is nothing to write in another way, as in most schemas.
fn is_normal(facts: &[Fact], edges: &[Edge]) -> bool {
    let has_type = facts.iter().any(|fact| fact.keyword == "type");
    let says_more = |fact: &Fact| match fact.keyword.as_str() {
        "exclusiveMinimum" | "exclusiveMaximum" => true,
        "enum" => fact.value == "null" || !has_type,
        _ => says_nothing(fact),
    };
    !facts.iter().any(says_more)
        && !edges.iter().any(|edge| matches!(edge.step, Step::Branch { .. }))
}

fn says_nothing(fact: &Fact) -> bool {
    match fact.keyword.as_str() {
        "any" => true,
        "pattern" => ANY_TEXT.contains(&fact.value.as_str()),
        _ => false,
    }
}

/// Writes alternatives that only say which values or types there are as a list of those.
fn fold_alternatives<'n>(
    facts: &mut BTreeSet<Fact>,
    edges: &mut Vec<Edge>,
    done: impl Fn(usize) -> Option<&'n Node>,
) {
    let mut groups: BTreeMap<(Arc<str>, usize), Vec<usize>> = BTreeMap::new();
    for edge in edges.iter() {
        if let Step::Branch { keyword, group, .. } = &edge.step {
            let plain = edge.mapping.is_empty() && **keyword != *"not";
            let group = groups.entry((keyword.clone(), *group)).or_default();
            group.push(if plain { edge.to } else { usize::MAX });
        }
    }
    for ((keyword, group), targets) in groups {
        let branches: Option<Vec<&Node>> = targets.into_iter().map(&done).collect();
        let Some(branches) = branches else { continue };
        let Some(folded) = folded(&keyword, &branches) else { continue };
        // What the schema says itself limits them further.
        let said = |keyword: &str| Fact::values(&*facts, keyword).next().is_some();
        let again = |fact: &Fact| said(&fact.keyword) && !facts.contains(fact);
        if folded.iter().any(again)
            || (said("enum") && folded.iter().any(|fact| fact.keyword == "enum"))
        {
            continue;
        }
        facts.extend(folded);
        edges.retain(|edge| {
            !matches!(&edge.step, Step::Branch { keyword: other, group: index, .. }
                if *other == keyword && *index == group)
        });
    }
}

/// Returns the facts that stand for alternatives of plain values, or of plain types.
fn folded(keyword: &str, branches: &[&Node]) -> Option<Vec<Fact>> {
    let mut types: BTreeSet<&str> = BTreeSet::new();
    let mut values: BTreeSet<&Fact> = BTreeSet::new();
    let (mut typed, mut listed) = (0, 0);
    for branch in branches {
        if !branch.edges.is_empty() {
            return None;
        }
        listed += usize::from(branch.has("enum"));
        typed += usize::from(branch.has("type"));
        for fact in branch.facts.iter() {
            let is_new = match fact.keyword.as_str() {
                // Values of one type may be in several branches.
                "type" => types.insert(&fact.value) || branch.has("enum"),
                "enum" => values.insert(fact),
                _ => return None,
            };
            // Of overlapping alternatives, exactly one couldn't fit.
            if !is_new && keyword == "oneOf" {
                return None;
            }
        }
    }
    let either = listed == branches.len() || listed == 0;
    let numbers = listed == 0 && types.contains("integer") && types.contains("number");
    if !either || (typed != branches.len() && typed != 0) || typed + listed == 0 || numbers {
        return None;
    }
    let types: BTreeSet<&str> = types.into_iter().flat_map(|types| types.split('|')).collect();
    let mut facts: Vec<Fact> = values.into_iter().cloned().collect();
    if typed > 0 {
        let types: Vec<&str> = types.into_iter().collect();
        facts.push(Fact::word("type", &types.join("|")));
    }
    Some(facts)
}

/// Writes null among the values of an enum as `nullable`.
fn fold_null(facts: &mut BTreeSet<Fact>) {
    let null = Fact { keyword: "enum".to_owned(), value: "null".to_owned() };
    let has_type = Fact::values(&*facts, "type").next().is_some();
    if Fact::values(&*facts, "enum").count() > 1 && facts.remove(&null) && !has_type {
        facts.insert(Fact::flag("nullable"));
    }
}

/// Writes down the types of an enum's values, which follow from them.
fn type_values(facts: &mut BTreeSet<Fact>) {
    if Fact::values(&*facts, "type").next().is_some() {
        return;
    }
    let values = Fact::values(&*facts, "enum").map(serde_json::from_str::<Value>);
    let types: BTreeSet<&str> = values
        .map(|value| match value.unwrap_or_default() {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        })
        .collect();
    if !types.is_empty() {
        let types: Vec<&str> = types.into_iter().collect();
        facts.insert(Fact::word("type", &types.join("|")));
    }
}

/// Writes exclusive bounds of whole numbers as inclusive ones.
fn whole_bounds(facts: &mut BTreeSet<Fact>) {
    if !Fact::values(&*facts, "type").eq(["integer"]) {
        return;
    }
    for (exclusive, inclusive, step) in
        [("exclusiveMinimum", "minimum", 1), ("exclusiveMaximum", "maximum", -1)]
    {
        let bounds: Vec<Fact> =
            facts.iter().filter(|fact| fact.keyword == exclusive).cloned().collect();
        for bound in bounds {
            let number = serde_json::from_str::<Value>(&bound.value).ok();
            let number = number.and_then(|number| number.as_i64());
            if let Some(next) = number.and_then(|number| number.checked_add(step)) {
                facts.remove(&bound);
                facts.insert(Fact::json(inclusive, next));
            }
        }
    }
}
