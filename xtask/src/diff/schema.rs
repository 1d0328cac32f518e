//! Compares two schemas. References and `allOf` are resolved, and the order of alternatives
//! doesn't count, so that there is a graph on each side. Both are followed in lock-step; a pair of
//! schemas is compared once, wherever it is.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::alternatives;
use super::keywords;
use super::node::{ANY, Edge, Node};
use super::pairs::{Comparing, Found, Pair, Pairs};
use super::rules::{self, Direction, Rule};
use crate::surface::Step;

/// Compares all pairs, and those that they lead to.
pub(super) fn compare_all(pairs: &mut Pairs) {
    let mut next = 0;
    while next < pairs.all.len() {
        let Pair { old, new, context, .. } = pairs.all[next];
        let mut walk = Comparing::new(pairs, context);
        compare(&mut walk, old, new);
        let (old, new) = (walk.graph().node(old), walk.graph().node(new));
        walk.check_explained(&old, &new);
        let Comparing { found, within, unmatched, .. } = walk;
        let pair = &mut pairs.all[next];
        (pair.found, pair.within, pair.unmatched) = (found, within, unmatched);
        next += 1;
    }
    // Lists of values are plain values one step deeper.
    for _ in 0..MAX_PLAIN {
        lift_plain(pairs);
    }
}

/// How many steps plain values are within each other.
const MAX_PLAIN: usize = 3;

/// Moves the changes of plain values, such as texts, to the schemas that they are in. Many places
/// have the same two of them, and still each place has a separate change.
fn lift_plain(pairs: &mut Pairs) {
    let is_plain: Vec<bool> = pairs
        .all
        .iter()
        .map(|pair| {
            let edges = [pair.old, pair.new].map(|id| pairs.graph.node(id).edges.len());
            pair.within.is_empty()
                && pair.unmatched.is_none()
                && edges.into_iter().all(|edges| edges <= 1)
        })
        .collect();
    for index in 0..pairs.all.len() {
        let within = std::mem::take(&mut pairs.all[index].within);
        let (plain, others) = within.into_iter().partition(|(_, to)| is_plain[*to]);
        pairs.all[index].within = others;
        let plain: Vec<(Vec<Step>, usize)> = plain;
        for (steps, to) in plain {
            let lifted: Vec<Found> = pairs.all[to]
                .found
                .iter()
                .map(|found| {
                    let steps = [steps.as_slice(), found.steps.as_slice()].concat();
                    Found { steps, ..found.clone() }
                })
                .collect();
            pairs.all[index].found.extend(lifted);
        }
    }
}

fn compare(walk: &mut Comparing<'_>, old_id: usize, new_id: usize) {
    let (old, new) = (walk.graph().node(old_id), walk.graph().node(new_id));
    keywords::compare_mapping(walk, &old.values("mapping"), &new.values("mapping"));
    if alternatives::compare_wrapped(walk, old_id, new_id) {
        return;
    }
    let sides = Sides { ids: [old_id, new_id], old, new };
    let types = compare_types(walk, &sides);
    if types == Types::Replaced {
        return;
    }
    let Sides { old, new, .. } = &sides;
    keywords::compare_flags(walk, old, new);
    if types == Types::Disjoint {
        return;
    }
    keywords::compare(walk, old, new, types == Types::Same);
    alternatives::compare(walk, old_id, new_id);
    compare_values(walk, old, new);
    compare_elements(walk, &Step::Items, old, new);
    compare_properties(walk, old, new);
    compare_subschemas(walk, old, new);
}

struct Sides {
    ids: [usize; 2],
    old: Rc<Node>,
    new: Rc<Node>,
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

fn compare_types(walk: &mut Comparing<'_>, sides: &Sides) -> Types {
    let Sides { old, new, .. } = sides;
    let says = |node: &Node| node.has("type") || node.has("never") || !node.edges.is_empty();
    match (is_any(old), is_any(new)) {
        (true, false) if says(new) => {
            record_replaced(walk, &rules::TYPE_ADDED, sides);
            return Types::Replaced;
        }
        (false, true) if says(old) => {
            record_replaced(walk, &rules::TYPE_REMOVED, sides);
            return Types::Replaced;
        }
        _ => {}
    }
    let (from, to) = (Admitted::of(old), Admitted::of(new));
    if from == to {
        return Types::Same;
    }
    let is_text = walk.context.is_text;
    // A text of a format, such as a time, has another meaning than a number.
    let reads_as = |some: &Admitted<'_>, all: &Admitted<'_>, node: &Node| {
        is_text && !node.has("format") && some.reads_as(all)
    };
    let (is_wider, is_narrower) = (
        from.within(&to) || reads_as(&from, &to, new),
        to.within(&from) || reads_as(&to, &from, old),
    );
    let (rule, types) = match (is_wider, is_narrower) {
        _ if from.types.is_none() => (&rules::TYPE_ADDED, Types::Related),
        _ if to.types.is_none() => (&rules::TYPE_REMOVED, Types::Related),
        (true, _) => (&rules::TYPE_WIDENED, Types::Related),
        (_, true) => (&rules::TYPE_NARROWED, Types::Related),
        _ => (&rules::TYPE_CHANGED, Types::Disjoint),
    };
    match types {
        Types::Disjoint => record_replaced(walk, rule, sides),
        _ => walk.record(rule, Some(&from.description(old)), Some(&to.description(new))),
    }
    types
}

/// Records that one schema took the place of another.
fn record_replaced(walk: &mut Comparing<'_>, rule: &'static Rule, sides: &Sides) {
    let [old, new] = sides.ids.map(|id| {
        let mut written = walk.graph().written(id);
        written.facts.retain(|fact| fact.keyword != "mapping");
        written
    });
    walk.record_written(rule, Some(&old), Some(&new));
}

/// Whether a schema admits any value.
fn is_any(node: &Node) -> bool {
    node.edges.is_empty() && node.facts.iter().all(|fact| fact.keyword == "mapping")
}

/// The types of values that are texts once they are written.
const PLAIN: [&str; 4] = ["boolean", "integer", "number", "string"];

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
        // Parts of an `allOf` that disagree have a fact each, and a value has to fit all.
        let sides = node.values("type").into_iter().map(|types| types.split('|').collect());
        Self { types: sides.reduce(|a, b| both(&a, &b)) }
    }

    fn within(&self, other: &Self) -> bool {
        let (Some(types), Some(others)) = (&self.types, &other.types) else { return false };
        let admitted = |name: &&str| {
            others.contains(name) || (*name == "integer" && others.contains("number"))
        };
        types.iter().all(admitted)
    }

    /// Whether all values, written as texts, are among the others.
    fn reads_as(&self, other: &Self) -> bool {
        let (Some(types), Some(others)) = (&self.types, &other.types) else { return false };
        others.contains("string") && types.iter().all(|name| PLAIN.contains(name))
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

/// Returns the types of values that have one of each.
fn both<'n>(some: &BTreeSet<&'n str>, others: &BTreeSet<&'n str>) -> BTreeSet<&'n str> {
    let within = |types: &BTreeSet<&'n str>, name: &str| {
        types.contains(name) || (name == "integer" && types.contains("number"))
    };
    let of = |types: &BTreeSet<&'n str>, others: &BTreeSet<&'n str>| {
        types.iter().copied().filter(|name| within(others, name)).collect::<BTreeSet<&'n str>>()
    };
    &of(some, others) | &of(others, some)
}

/// Compares what properties that aren't listed may be: anything, nothing, or what a schema admits.
fn compare_values(walk: &mut Comparing<'_>, old: &Node, new: &Node) {
    let closed = |node: &Node| node.has("additionalProperties");
    let rule = match (closed(old), closed(new)) {
        (false, true) => &rules::ADDITIONAL_PROPERTIES_FORBIDDEN,
        (true, false) => &rules::ADDITIONAL_PROPERTIES_ALLOWED,
        (true, true) => return,
        (false, false) => return compare_elements(walk, &Step::Values, old, new),
    };
    let [old, new] = [old, new].map(|node| match node.edge(&Step::Values) {
        _ if closed(node) => "none".to_owned(),
        Some(edge) => walk.graph().written_edge(edge).description(),
        None => "any".to_owned(),
    });
    walk.record(rule, Some(&old), Some(&new));
}

/// Compares the items of a list or the values of a map. Without a schema they are anything.
fn compare_elements(walk: &mut Comparing<'_>, step: &Step, old: &Node, new: &Node) {
    let target = |node: &Node| node.edge(step).map_or(ANY, |edge| edge.to);
    let (old, new) = (target(old), target(new));
    walk.in_step(step, |walk| walk.compare_within(old, new, false));
}

/// Returns the steps of two schemas that `wanted` accepts, with what they lead to on each side.
fn merged<'n>(
    old: &'n Node,
    new: &'n Node,
    wanted: impl Fn(&Step) -> bool,
) -> Vec<(&'n Step, Option<&'n Edge>, Option<&'n Edge>)> {
    let edges = old.edges.iter().chain(&new.edges);
    let steps: BTreeSet<&Step> = edges.map(|edge| &edge.step).filter(|step| wanted(step)).collect();
    steps.into_iter().map(|step| (step, old.edge(step), new.edge(step))).collect()
}

fn compare_properties(walk: &mut Comparing<'_>, old: &Node, new: &Node) {
    for (step, old, new) in merged(old, new, |step| matches!(step, Step::Property(_))) {
        let visible = |edge: Option<&Edge>| edge.is_some_and(|edge| !is_hidden(walk, edge));
        let (was_visible, is_visible) = (visible(old), visible(new));
        let compare = |walk: &mut Comparing<'_>| match (old, new) {
            (Some(_), Some(new)) if !was_visible && is_visible && new.required && is_sent(walk) => {
                walk.record_edges(&rules::REQUIRED_PROPERTY_ADDED, None, Some(new));
            }
            (Some(old), Some(new)) if was_visible != is_visible => {
                let (old, new) = (walk.graph().node(old.to), walk.graph().node(new.to));
                keywords::compare_flags(walk, &old, &new);
            }
            (Some(old), Some(new)) => compare_places(walk, old, new),
            (None, Some(new)) if new.required => {
                walk.record_edges(&rules::REQUIRED_PROPERTY_ADDED, None, Some(new));
            }
            (None, new) => walk.record_edges(&rules::PROPERTY_ADDED, None, new),
            (old, None) => walk.record_edges(&rules::PROPERTY_REMOVED, old, None),
        };
        let is_hidden = !was_visible && !is_visible;
        walk.in_step(step, |walk| walk.in_hidden(is_hidden, compare));
    }
}

fn compare_places(walk: &mut Comparing<'_>, old: &Edge, new: &Edge) {
    keywords::compare_place(walk, old, new);
    walk.compare_within(old.to, new.to, old.required && new.required);
}

fn is_sent(walk: &Comparing<'_>) -> bool {
    walk.context.direction == Direction::Request
}

/// Whether a property is never sent in this direction.
fn is_hidden(walk: &Comparing<'_>, edge: &Edge) -> bool {
    let keyword = if is_sent(walk) { "readOnly" } else { "writeOnly" };
    walk.graph().node(edge.to).has(keyword)
}

/// Compares what other keywords with schemas hold.
fn compare_subschemas(walk: &mut Comparing<'_>, old: &Node, new: &Node) {
    for (step, old, new) in merged(old, new, |step| matches!(step, Step::Sub { .. })) {
        let Step::Sub { keyword, .. } = step else { continue };
        let (added, removed) = match &**keyword {
            "subtype" => (&rules::ALTERNATIVE_ADDED, &rules::ALTERNATIVE_REMOVED),
            _ => (&rules::CONSTRAINT_ADDED, &rules::CONSTRAINT_REMOVED),
        };
        walk.in_step(step, |walk| match (old, new) {
            (Some(old), Some(new)) if old.to == new.to => {}
            // What it admits decides which of two other schemas counts.
            (Some(_), Some(_)) if **keyword == *"if" => {
                walk.record_edges(&rules::KEYWORD_CHANGED, old, new);
            }
            (Some(old), Some(new)) => compare_places(walk, old, new),
            (None, new) => walk.record_edges(added, None, new),
            (old, None) => walk.record_edges(removed, old, None),
        });
    }
}
