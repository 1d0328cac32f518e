//! Compares two schemas, place by place. In a surface, references and `allOf` are resolved and the
//! order of alternatives doesn't count, so that there is a tree on each side.

use std::collections::BTreeSet;

use super::alternatives;
use super::keywords;
use super::rules::{self, Rule};
use super::tree::{Key, Node};
use super::walk::Walk;
use crate::surface::Step;

/// Keywords that are about the place, not about its schema.
pub(super) const OF_PLACE: [&str; 2] = ["mapping", "required"];

/// Compares two schemas at the same place.
pub(super) fn compare(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    keywords::compare_place(walk, old, new);
    if old.values("returns") != new.values("returns") {
        return walk.record_subtree(&rules::RECURSION_CHANGED, Some(old), Some(new));
    }
    if alternatives::compare_wrapped(walk, old, new) {
        return;
    }
    let types = compare_types(walk, old, new);
    if types == Types::Replaced {
        return;
    }
    keywords::compare_flags(walk, old, new);
    if types == Types::Disjoint {
        return;
    }
    keywords::compare(walk, old, new, types == Types::Same);
    alternatives::compare(walk, old, new);
    compare_values(walk, old, new);
    compare_elements(walk, &Step::Items, old.step(&Step::Items), new.step(&Step::Items));
    compare_properties(walk, old, new);
}

/// How the types of two schemas are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Types {
    Same,
    /// Narrower or wider: other keywords can still be compared.
    Related,
    /// No value has both types: other keywords change with the type.
    Disjoint,
    /// One of the two schemas is empty.
    Replaced,
}

fn compare_types(walk: &mut Walk<'_>, old: &Node, new: &Node) -> Types {
    let says = |node: &Node| node.has("type") || node.has("never") || !node.children.is_empty();
    match (is_any(old), is_any(new)) {
        (true, false) if says(new) => {
            record_replaced(walk, &rules::TYPE_ADDED, old, new);
            return Types::Replaced;
        }
        (false, true) if says(old) => {
            record_replaced(walk, &rules::TYPE_REMOVED, old, new);
            return Types::Replaced;
        }
        _ => {}
    }
    let (from, to) = (Admitted::of(old), Admitted::of(new));
    if from == to {
        return Types::Same;
    }
    let (rule, types) = match (from.within(&to), to.within(&from)) {
        _ if from.types.is_none() => (&rules::TYPE_ADDED, Types::Related),
        _ if to.types.is_none() => (&rules::TYPE_REMOVED, Types::Related),
        (true, _) => (&rules::TYPE_WIDENED, Types::Related),
        (_, true) => (&rules::TYPE_NARROWED, Types::Related),
        _ => (&rules::TYPE_CHANGED, Types::Disjoint),
    };
    match types {
        Types::Disjoint => record_replaced(walk, rule, old, new),
        _ => walk.record(rule, Some(&from.description(old)), Some(&to.description(new))),
    }
    types
}

/// Records that one schema took the place of another. Keywords about the place are compared
/// already.
fn record_replaced(walk: &mut Walk<'_>, rule: &'static Rule, old: &Node, new: &Node) {
    let [old, new] = [old, new].map(|node| {
        let facts = node.facts.iter().filter(|fact| !OF_PLACE.contains(&fact.keyword.as_str()));
        Node { facts: facts.cloned().collect(), children: node.children.clone() }
    });
    walk.record_subtree(rule, Some(&old), Some(&new));
}

/// Whether a schema admits any value.
fn is_any(node: &Node) -> bool {
    let silent = |keyword: &str| keyword == "any" || OF_PLACE.contains(&keyword);
    node.children.is_empty() && node.facts.iter().all(|fact| silent(&fact.keyword))
}

/// The types that a schema admits, if it has a keyword for them.
#[derive(Debug, PartialEq, Eq)]
struct Admitted<'n> {
    types: Option<BTreeSet<&'n str>>,
}

impl<'n> Admitted<'n> {
    fn of(node: &'n Node) -> Self {
        if node.has("never") {
            return Self { types: Some(BTreeSet::new()) };
        }
        // Parts of an `allOf` that disagree have a line each.
        let types = node.values("type").into_iter().flat_map(|types| types.split('|')).collect();
        Self { types: Some(types).filter(|types: &BTreeSet<&str>| !types.is_empty()) }
    }

    fn within(&self, other: &Self) -> bool {
        let (Some(types), Some(others)) = (&self.types, &other.types) else { return false };
        let admitted = |name: &&str| {
            others.contains(name) || (*name == "integer" && others.contains("number"))
        };
        types.iter().all(admitted)
    }

    fn description(&self, node: &Node) -> String {
        let Some(types) = &self.types else { return "any".to_owned() };
        let mut words = match types.is_empty() {
            true => vec!["never".to_owned()],
            false => vec![types.iter().copied().collect::<Vec<_>>().join("|")],
        };
        words.extend(node.values("format").iter().map(|format| format!("format {format}")));
        words.join(", ")
    }
}

/// Compares what properties that aren't listed may be: anything, nothing, or what a schema admits.
fn compare_values(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    let closed = |node: &Node| node.has("additionalProperties");
    let rule = match (closed(old), closed(new)) {
        (false, true) => &rules::ADDITIONAL_PROPERTIES_FORBIDDEN,
        (true, false) => &rules::ADDITIONAL_PROPERTIES_ALLOWED,
        (true, true) => return,
        (false, false) => {
            let (old, new) = (old.step(&Step::Values), new.step(&Step::Values));
            return compare_elements(walk, &Step::Values, old, new);
        }
    };
    let [old, new] = [old, new].map(|node| match node.step(&Step::Values) {
        _ if closed(node) => "none".to_owned(),
        Some(schema) => schema.description(),
        None => "any".to_owned(),
    });
    walk.record(rule, Some(&old), Some(&new));
}

/// Compares the items of a list or the values of a map. Without a schema they are anything.
fn compare_elements(walk: &mut Walk<'_>, step: &Step, old: Option<&Node>, new: Option<&Node>) {
    let any = Node::default();
    if old.is_some() || new.is_some() {
        let (old, new) = (old.unwrap_or(&any), new.unwrap_or(&any));
        walk.in_step(step, |walk| compare(walk, old, new));
    }
}

fn compare_properties(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    let keys: BTreeSet<&Key> = old.children.keys().chain(new.children.keys()).collect();
    for key in keys {
        let Key::Step(step @ Step::Property(_)) = key else { continue };
        let is_result = *step == Step::Property("data".to_owned());
        walk.in_step(step, |walk| match (old.children.get(key), new.children.get(key)) {
            (Some(old), Some(new)) => compare(walk, old, new),
            // The envelope's result, which methods return.
            (None, new) if is_result && walk.is_at_top_of_response() => {
                walk.record_subtree(&rules::RESULT_ADDED, None, new);
            }
            (None, Some(new)) if new.has("required") => {
                walk.record_subtree(&rules::REQUIRED_PROPERTY_ADDED, None, Some(new));
            }
            (None, new) => walk.record_subtree(&rules::PROPERTY_ADDED, None, new),
            (old, None) => walk.record_subtree(&rules::PROPERTY_REMOVED, old, None),
        });
    }
}
