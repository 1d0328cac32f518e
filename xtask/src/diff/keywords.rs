//! Compares the keywords of two schemas at the same place.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::Value;

use super::node::{Edge, Node};
use super::pairs::Comparing;
use super::rules::{self, Rule};

use crate::surface::Fact;

/// The rules for a keyword with a value.
struct KeywordRules {
    added: &'static Rule,
    changed: &'static Rule,
    removed: &'static Rule,
    /// Whether the rules are about this keyword alone, so that reports needn't name it.
    named: bool,
}

const FORMAT: KeywordRules = KeywordRules {
    added: &rules::FORMAT_ADDED,
    changed: &rules::FORMAT_CHANGED,
    removed: &rules::FORMAT_REMOVED,
    named: true,
};
const DEFAULT: KeywordRules = KeywordRules {
    added: &rules::DEFAULT_ADDED,
    changed: &rules::DEFAULT_CHANGED,
    removed: &rules::DEFAULT_REMOVED,
    named: true,
};
const PATTERN: KeywordRules = KeywordRules {
    added: &rules::PATTERN_ADDED,
    changed: &rules::PATTERN_CHANGED,
    removed: &rules::PATTERN_REMOVED,
    named: true,
};
const CONSTRAINT: KeywordRules = KeywordRules {
    added: &rules::CONSTRAINT_ADDED,
    changed: &rules::CONSTRAINT_CHANGED,
    removed: &rules::CONSTRAINT_REMOVED,
    named: false,
};
const OTHER: KeywordRules = KeywordRules {
    added: &rules::KEYWORD_CHANGED,
    changed: &rules::KEYWORD_CHANGED,
    removed: &rules::KEYWORD_CHANGED,
    named: false,
};

/// Bounds. Keywords that bound the same thing from the same end stand together.
const BOUNDS: [(&[&str], End); 8] = [
    (&["minimum", "exclusiveMinimum"], End::Lower),
    (&["maximum", "exclusiveMaximum"], End::Upper),
    (&["minItems"], End::Lower),
    (&["maxItems"], End::Upper),
    (&["minLength"], End::Lower),
    (&["maxLength"], End::Upper),
    (&["minProperties"], End::Lower),
    (&["maxProperties"], End::Upper),
];

/// Keywords that are compared elsewhere.
const ELSEWHERE: [&str; 12] = [
    "additionalProperties",
    "any",
    "deprecated",
    "discriminator",
    "enum",
    "mapping",
    "never",
    "nullable",
    "open",
    "readOnly",
    "type",
    "writeOnly",
];

/// Compares what is said about a place, whatever schema it has.
pub(super) fn compare_place(walk: &mut Comparing<'_>, old: &Edge, new: &Edge) {
    match (old.required, new.required) {
        (false, true) => walk.record(&rules::BECAME_REQUIRED, None, Some("required")),
        (true, false) => walk.record(&rules::BECAME_OPTIONAL, Some("required"), None),
        _ => {}
    }
    let json = |values: &[String]| -> BTreeSet<String> {
        values.iter().map(|value| Value::from(value.as_str()).to_string()).collect()
    };
    let (old, new) = (json(&old.mapping), json(&new.mapping));
    compare_mapping(
        walk,
        &old.iter().map(String::as_str).collect(),
        &new.iter().map(String::as_str).collect(),
    );
}

/// Compares the discriminator's values for a schema.
pub(super) fn compare_mapping(
    walk: &mut Comparing<'_>,
    old: &BTreeSet<&str>,
    new: &BTreeSet<&str>,
) {
    old.difference(new).for_each(|old| walk.record(&rules::MAPPING_REMOVED, Some(old), None));
    new.difference(old).for_each(|new| walk.record(&rules::MAPPING_ADDED, None, Some(new)));
}

/// Compares the keywords that any type can have.
pub(super) fn compare_flags(walk: &mut Comparing<'_>, old: &Node, new: &Node) {
    let nullable = match walk.context.is_required {
        true => (&rules::REQUIRED_NULLABLE_ADDED, &rules::REQUIRED_NULLABLE_REMOVED),
        false => (&rules::NULLABLE_ADDED, &rules::NULLABLE_REMOVED),
    };
    for (keyword, rules) in [
        ("nullable", nullable),
        ("readOnly", (&rules::READ_ONLY_ADDED, &rules::READ_ONLY_REMOVED)),
        ("writeOnly", (&rules::WRITE_ONLY_ADDED, &rules::WRITE_ONLY_REMOVED)),
        ("deprecated", (&rules::DEPRECATED, &rules::REINSTATED)),
    ] {
        walk.record_flag(keyword, rules, old, new);
    }
}

/// Compares all other keywords. A format belongs to its type, so it is skipped when that changed.
pub(super) fn compare(walk: &mut Comparing<'_>, old: &Node, new: &Node, same_type: bool) {
    compare_enum(walk, old, new);
    compare_openness(walk, old, new);
    for (keywords, end) in BOUNDS {
        compare_bound(walk, keywords, end, old, new);
    }
    compare_discriminator(walk, old, new);
    let bounded = |keyword: &str| BOUNDS.iter().any(|(keywords, _)| keywords.contains(&keyword));
    let facts = old.facts.iter().chain(&*new.facts);
    let keywords: BTreeSet<&str> = facts
        .map(|fact| fact.keyword.as_str())
        .filter(|keyword| !ELSEWHERE.contains(keyword) && !bounded(keyword))
        .filter(|keyword| *keyword != "format" || same_type)
        .collect();
    for keyword in keywords {
        let rules = match keyword {
            "default" => &DEFAULT,
            "format" => &FORMAT,
            "multipleOf" | "uniqueItems" => &CONSTRAINT,
            "pattern" => &PATTERN,
            _ => &OTHER,
        };
        compare_values(walk, keyword, rules, old, new);
    }
}

/// Compares what tells alternatives apart.
pub(super) fn compare_discriminator(walk: &mut Comparing<'_>, old: &Node, new: &Node) {
    let (old, new) = (old.values("discriminator"), new.values("discriminator"));
    if old != new {
        walk.record(&rules::DISCRIMINATOR_CHANGED, old.first().copied(), new.first().copied());
    }
}

fn compare_enum(walk: &mut Comparing<'_>, old: &Node, new: &Node) {
    let (old, new) = (old.values("enum"), new.values("enum"));
    let list = |values: &BTreeSet<&str>| values.iter().copied().collect::<Vec<_>>().join(" ");
    match (old.is_empty(), new.is_empty()) {
        (true, false) => walk.record(&rules::ENUM_ADDED, None, Some(&list(&new))),
        (false, true) => walk.record(&rules::ENUM_REMOVED, Some(&list(&old)), None),
        _ => {
            let (removed, added) = (old.difference(&new), new.difference(&old));
            removed.for_each(|old| walk.record(&rules::ENUM_VALUE_REMOVED, Some(old), None));
            added.for_each(|new| walk.record(&rules::ENUM_VALUE_ADDED, None, Some(new)));
        }
    }
}

/// Compares whether an enum may grow. A new one is compared as a whole.
fn compare_openness(walk: &mut Comparing<'_>, old: &Node, new: &Node) {
    if old.has("enum") && new.has("enum") {
        walk.record_flag("open", (&rules::ENUM_OPENED, &rules::ENUM_CLOSED), old, new);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Lower,
    Upper,
}

fn compare_bound(walk: &mut Comparing<'_>, keywords: &[&str], end: End, old: &Node, new: &Node) {
    // A surface has at most one of them: the tightest.
    let find = |node: &Node| {
        let facts = node.facts.iter();
        facts.filter(|fact| keywords.contains(&fact.keyword.as_str())).max().cloned()
    };
    let is_tighter = |new: &Fact, old: &Fact| {
        let order = compare_numbers(&new.value, &old.value);
        let order = if end == End::Lower { order } else { order.reverse() };
        let exclusive = |fact: &Fact| fact.keyword.starts_with("exclusive");
        order.then(exclusive(new).cmp(&exclusive(old))).is_gt()
    };
    let (old, new) = (find(old), find(new));
    if old == new {
        return;
    }
    let tightened = match (&old, &new) {
        (Some(old), Some(new)) => is_tighter(new, old),
        (old, _) => old.is_none(),
    };
    let rule = if tightened { &rules::BOUND_TIGHTENED } else { &rules::BOUND_LOOSENED };
    let [old, new] =
        [old, new].map(|fact| fact.map(|fact| format!("{} {}", fact.keyword, fact.value)));
    walk.record(rule, old.as_deref(), new.as_deref());
}

/// Compares two numbers. Large whole ones would be the same as fractions.
fn compare_numbers(a: &str, b: &str) -> Ordering {
    if let (Ok(a), Ok(b)) = (a.parse::<i128>(), b.parse::<i128>()) {
        return a.cmp(&b);
    }
    let [a, b] = [a, b].map(|number| number.parse::<f64>().unwrap_or_default());
    a.total_cmp(&b)
}

/// Compares the values of a keyword. There is rarely more than one; several are paired in order.
fn compare_values(
    walk: &mut Comparing<'_>,
    keyword: &str,
    rules: &KeywordRules,
    old: &Node,
    new: &Node,
) {
    let (old, new) = (old.values(keyword), new.values(keyword));
    let shown = |value: &&str| match rules.named {
        true => (*value).to_owned(),
        false => format!("{keyword} {value}").trim_end().to_owned(),
    };
    let mut lost = old.difference(&new).map(shown);
    let mut gained = new.difference(&old).map(shown);
    loop {
        match (lost.next(), gained.next()) {
            (None, None) => return,
            (Some(old), None) => walk.record(rules.removed, Some(&old), None),
            (None, Some(new)) => walk.record(rules.added, None, Some(&new)),
            (Some(old), Some(new)) => walk.record(rules.changed, Some(&old), Some(&new)),
        }
    }
}
