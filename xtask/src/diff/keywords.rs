//! Keywords of two schemas at the same place.

use std::collections::BTreeSet;

use serde_json::Value;

use super::operations::flag;
use super::rules::{self, Rule};
use super::tree::Node;
use super::walk::Walk;

/// Rules for a keyword that appears, has another value, or disappears.
type Rules = (&'static Rule, &'static Rule, &'static Rule);

const FORMAT: Rules = (&rules::FORMAT_ADDED, &rules::FORMAT_CHANGED, &rules::FORMAT_REMOVED);
const DEFAULT: Rules = (&rules::DEFAULT_ADDED, &rules::DEFAULT_CHANGED, &rules::DEFAULT_REMOVED);
const PATTERN: Rules = (&rules::PATTERN_ADDED, &rules::PATTERN_CHANGED, &rules::PATTERN_REMOVED);
const CONSTRAINT: Rules =
    (&rules::CONSTRAINT_ADDED, &rules::CONSTRAINT_CHANGED, &rules::CONSTRAINT_REMOVED);
const OTHER: Rules = (&rules::KEYWORD_CHANGED, &rules::KEYWORD_CHANGED, &rules::KEYWORD_CHANGED);

/// Bounds, those together that bound the same thing from the same side.
const BOUNDS: [(&[&str], Side); 8] = [
    (&["minimum", "exclusiveMinimum"], Side::Lower),
    (&["maximum", "exclusiveMaximum"], Side::Upper),
    (&["minItems"], Side::Lower),
    (&["maxItems"], Side::Upper),
    (&["minLength"], Side::Lower),
    (&["maxLength"], Side::Upper),
    (&["minProperties"], Side::Lower),
    (&["maxProperties"], Side::Upper),
];

/// What is compared elsewhere.
const ELSEWHERE: [&str; 13] = [
    "additionalProperties",
    "any",
    "deprecated",
    "discriminator",
    "enum",
    "mapping",
    "never",
    "nullable",
    "readOnly",
    "required",
    "returns",
    "type",
    "writeOnly",
];

/// What is said of the place, whatever stands there.
pub(super) fn of_place(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    flag(walk, "required", (&rules::BECAME_REQUIRED, &rules::BECAME_OPTIONAL), old, new);
    let (old, new) = (old.values("mapping"), new.values("mapping"));
    old.difference(&new).for_each(|old| walk.found(&rules::MAPPING_REMOVED, Some(old), None));
    new.difference(&old).for_each(|new| walk.found(&rules::MAPPING_ADDED, None, Some(new)));
}

/// What is said of the schema, whatever its type.
pub(super) fn flags(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    flag(walk, "nullable", (&rules::NULLABLE_ADDED, &rules::NULLABLE_REMOVED), old, new);
    flag(walk, "readOnly", (&rules::READ_ONLY_ADDED, &rules::READ_ONLY_REMOVED), old, new);
    flag(walk, "writeOnly", (&rules::WRITE_ONLY_ADDED, &rules::WRITE_ONLY_REMOVED), old, new);
    flag(walk, "deprecated", (&rules::DEPRECATED, &rules::REINSTATED), old, new);
}

/// Everything else. A format belongs to its type, so it is not looked at when that is another.
pub(super) fn compare(walk: &mut Walk<'_>, old: &Node, new: &Node, same_type: bool) {
    enumeration(walk, old, new);
    for (keywords, side) in BOUNDS {
        bound(walk, keywords, side, old, new);
    }
    discriminator(walk, old, new);
    let bounded = |keyword: &str| BOUNDS.iter().any(|(keywords, _)| keywords.contains(&keyword));
    let facts = old.facts.iter().chain(&new.facts);
    let keywords: BTreeSet<&str> = facts
        .map(|fact| fact.keyword.as_str())
        .filter(|keyword| !ELSEWHERE.contains(keyword) && !bounded(keyword))
        .filter(|keyword| *keyword != "format" || same_type)
        .collect();
    for keyword in keywords {
        let rules = match keyword {
            "default" => DEFAULT,
            "format" => FORMAT,
            "multipleOf" | "uniqueItems" => CONSTRAINT,
            "pattern" => PATTERN,
            _ => OTHER,
        };
        keyword_values(walk, keyword, rules, old, new);
    }
}

/// What tells alternatives apart.
pub(super) fn discriminator(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    let (old, new) = (old.values("discriminator"), new.values("discriminator"));
    if old != new {
        walk.found(&rules::DISCRIMINATOR_CHANGED, old.first().copied(), new.first().copied());
    }
}

fn enumeration(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    let (old, new) = (old.values("enum"), new.values("enum"));
    let list = |values: &BTreeSet<&str>| values.iter().copied().collect::<Vec<_>>().join(" ");
    match (old.is_empty(), new.is_empty()) {
        (true, false) => walk.found(&rules::ENUM_ADDED, None, Some(&list(&new))),
        (false, true) => walk.found(&rules::ENUM_REMOVED, Some(&list(&old)), None),
        _ => {
            let (removed, added) = (old.difference(&new), new.difference(&old));
            removed.for_each(|old| walk.found(&rules::ENUM_VALUE_REMOVED, Some(old), None));
            added.for_each(|new| walk.found(&rules::ENUM_VALUE_ADDED, None, Some(new)));
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Lower,
    Upper,
}

fn bound(walk: &mut Walk<'_>, keywords: &[&str], side: Side, old: &Node, new: &Node) {
    // The surface has at most one of them: the tightest.
    let find = |node: &Node| {
        let facts = node.facts.iter();
        facts.filter(|fact| keywords.contains(&fact.keyword.as_str())).max().cloned()
    };
    let tightness = |fact: &crate::surface::Fact| {
        let value = serde_json::from_str::<Value>(&fact.value).ok();
        let value = value.and_then(|value| value.as_f64()).unwrap_or_default();
        let value = if side == Side::Lower { value } else { -value };
        (value, fact.keyword.starts_with("exclusive"))
    };
    let (old, new) = (find(old), find(new));
    if old == new {
        return;
    }
    let tightened = match (&old, &new) {
        (Some(old), Some(new)) => tightness(new) > tightness(old),
        (old, _) => old.is_none(),
    };
    let rule = if tightened { &rules::BOUND_TIGHTENED } else { &rules::BOUND_LOOSENED };
    let [old, new] =
        [old, new].map(|fact| fact.map(|fact| format!("{} {}", fact.keyword, fact.value)));
    walk.found(rule, old.as_deref(), new.as_deref());
}

/// A keyword whose values, of which there is rarely more than one, are paired in their order.
fn keyword_values(
    walk: &mut Walk<'_>,
    keyword: &str,
    (added, changed, removed): Rules,
    old: &Node,
    new: &Node,
) {
    let (old, new) = (old.values(keyword), new.values(keyword));
    // Formats and the like are known by their rule, other keywords are not.
    let shown = |value: &&str| match std::ptr::eq(changed, CONSTRAINT.1)
        || std::ptr::eq(changed, OTHER.1)
    {
        true => format!("{keyword} {value}").trim_end().to_owned(),
        false => (*value).to_owned(),
    };
    let mut lost = old.difference(&new).map(shown);
    let mut gained = new.difference(&old).map(shown);
    loop {
        match (lost.next(), gained.next()) {
            (None, None) => return,
            (Some(old), None) => walk.found(removed, Some(&old), None),
            (None, Some(new)) => walk.found(added, None, Some(&new)),
            (Some(old), Some(new)) => walk.found(changed, Some(&old), Some(&new)),
        }
    }
}
