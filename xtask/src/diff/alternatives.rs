//! Compares `oneOf`, `anyOf` and `not` of two schemas at the same place. Branches have no names, so
//! they are paired by their content.

use std::collections::{BTreeMap, BTreeSet};

use super::keywords;
use super::rules;
use super::schema::{self, OF_PLACE};
use super::tree::{Key, Node};
use super::walk::Walk;
use crate::surface::{Fact, Step};

/// Branches that are less alike than this don't become a pair.
const LIKE: f64 = 0.5;
/// More possible pairs of branches than this are not searched for those that are alike.
const MAX_PAIRS: usize = 2_500;

/// One `oneOf`, `anyOf` or `not`.
type Group<'n> = Vec<(&'n Step, &'n Node)>;

/// Compares the alternatives of two schemas.
pub(super) fn compare(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    let (mut removed, mut added) = (groups(old), groups(new));
    added.retain(|new| match removed.iter().position(|old| same(old, new)) {
        Some(index) => {
            removed.remove(index);
            false
        }
        None => true,
    });
    for old in removed {
        let partner = added
            .iter()
            .position(|new| keyword(new) == keyword(&old))
            .or_else(|| added.iter().position(|new| (keyword(new) == "not") == is_not(&old)));
        match partner.map(|index| added.remove(index)) {
            Some(new) => compare_groups(walk, &old, &new),
            None if is_not(&old) => record_not(walk, Some(&old), None),
            None => walk.record_subtree(&rules::ALTERNATIVES_REMOVED, Some(&tree(&old)), None),
        }
    }
    for new in added {
        match is_not(&new) {
            true => record_not(walk, None, Some(&new)),
            false => walk.record_subtree(&rules::ALTERNATIVES_ADDED, None, Some(&tree(&new))),
        }
    }
}

/// Compares a schema that became one of several alternatives with that one, or the other way round.
/// Returns whether that was the case; nothing else is left to compare then.
pub(super) fn compare_wrapped(walk: &mut Walk<'_>, old: &Node, new: &Node) -> bool {
    let wrapped = plain(old).zip(frame(new));
    let Some((schema, branches)) = wrapped.or_else(|| plain(new).zip(frame(old))) else {
        return false;
    };
    keywords::compare_flags(walk, old, new);
    keywords::compare_discriminator(walk, old, new);
    let like = |(_, branch): &&Branch<'_>| schema.similarity(branch) >= LIKE;
    let Some((step, _)) = branches.iter().find(like) else {
        walk.record_subtree(&rules::TYPE_CHANGED, Some(old), Some(new));
        return true;
    };
    let single = vec![(*step, &schema)];
    match groups(old).is_empty() {
        true => align(walk, &single, &branches),
        false => align(walk, &branches, &single),
    }
    true
}

/// Whether a keyword may stand beside alternatives without being about their content.
fn is_beside(fact: &Fact) -> bool {
    let flags = ["deprecated", "discriminator", "nullable", "readOnly", "writeOnly"];
    OF_PLACE.contains(&fact.keyword.as_str()) || flags.contains(&fact.keyword.as_str())
}

/// Returns a schema without alternatives, and without what may stand beside them. `None` if nothing
/// is left.
fn plain(node: &Node) -> Option<Node> {
    let facts: BTreeSet<Fact> =
        node.facts.iter().filter(|fact| !is_beside(fact)).cloned().collect();
    let says = facts.iter().any(|fact| fact.keyword != "any") || !node.children.is_empty();
    (says && groups(node).is_empty()).then(|| Node { facts, children: node.children.clone() })
}

/// Returns the branches of a schema that consists of alternatives alone.
fn frame(node: &Node) -> Option<Group<'_>> {
    let mut groups = groups(node);
    let branches = groups.pop()?;
    let only = groups.is_empty()
        && !is_not(&branches)
        && branches.len() == node.children.len()
        && node.facts.iter().all(is_beside);
    only.then_some(branches)
}

fn groups(node: &Node) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<(&str, usize), Group<'_>> = BTreeMap::new();
    for (key, child) in &node.children {
        if let Key::Step(step @ Step::Branch { keyword, group, .. }) = key {
            groups.entry((keyword, *group)).or_default().push((step, child));
        }
    }
    groups.into_values().collect()
}

fn keyword<'n>(group: &Group<'n>) -> &'n str {
    match group.first() {
        Some((Step::Branch { keyword, .. }, _)) => keyword,
        _ => "",
    }
}

fn is_not(group: &Group<'_>) -> bool {
    keyword(group) == "not"
}

fn same(a: &Group<'_>, b: &Group<'_>) -> bool {
    let schemas = |group: &Group<'_>| -> Vec<Vec<String>> {
        let mut schemas: Vec<_> = group.iter().map(|(_, node)| node.lines()).collect();
        schemas.sort();
        schemas
    };
    keyword(a) == keyword(b) && a.len() == b.len() && schemas(a) == schemas(b)
}

fn compare_groups(walk: &mut Walk<'_>, old: &Group<'_>, new: &Group<'_>) {
    if is_not(old) {
        return record_not(walk, Some(old), Some(new));
    }
    if keyword(old) != keyword(new) {
        walk.record(&rules::ALTERNATIVES_CHANGED, Some(keyword(old)), Some(keyword(new)));
    }
    align(walk, old, new);
}

/// Records an excluded schema as one change: its parts mean the opposite of what they say.
fn record_not(walk: &mut Walk<'_>, old: Option<&Group<'_>>, new: Option<&Group<'_>>) {
    let (old, new) = (old.and_then(|group| group.first()), new.and_then(|group| group.first()));
    if let Some((step, _)) = new.or(old) {
        let (old, new) = (old.map(|(_, node)| *node), new.map(|(_, node)| *node));
        walk.in_step(step, |walk| walk.record_subtree(&rules::NOT_CHANGED, old, new));
    }
}

/// Returns a group as a tree, for one change of all its branches.
fn tree(group: &Group<'_>) -> Node {
    let children = group.iter().map(|(step, node)| (Key::Step((*step).clone()), (*node).clone()));
    Node { facts: BTreeSet::new(), children: children.collect() }
}

/// Pairs the branches and compares each pair. Branches without a partner were added or removed.
fn align(walk: &mut Walk<'_>, old: &Group<'_>, new: &Group<'_>) {
    let (mut removed, mut added) = (old.clone(), new.clone());
    let mut pairs = Vec::new();
    pair(&mut removed, &mut added, &mut pairs, |old, new| old == new);
    let chosen =
        |old: &Node, new: &Node| !old.values("mapping").is_disjoint(&new.values("mapping"));
    pair(&mut removed, &mut added, &mut pairs, chosen);
    pair_alike(&mut removed, &mut added, &mut pairs);
    for (old, (step, new)) in pairs {
        walk.in_step(step, |walk| schema::compare(walk, old.1, new));
    }
    for (step, old) in removed {
        walk.in_step(step, |walk| {
            walk.record_subtree(&rules::ALTERNATIVE_REMOVED, Some(old), None);
        });
    }
    for (step, new) in added {
        walk.in_step(step, |walk| walk.record_subtree(&rules::ALTERNATIVE_ADDED, None, Some(new)));
    }
}

type Branch<'n> = (&'n Step, &'n Node);

fn pair<'n>(
    removed: &mut Group<'n>,
    added: &mut Group<'n>,
    pairs: &mut Vec<(Branch<'n>, Branch<'n>)>,
    alike: impl Fn(&Node, &Node) -> bool,
) {
    removed.retain(|old| match added.iter().position(|new| alike(old.1, new.1)) {
        Some(index) => {
            pairs.push((*old, added.remove(index)));
            false
        }
        None => true,
    });
}

/// Pairs the most alike first, so that no branch takes the partner of another.
fn pair_alike<'n>(
    removed: &mut Group<'n>,
    added: &mut Group<'n>,
    pairs: &mut Vec<(Branch<'n>, Branch<'n>)>,
) {
    if removed.len().saturating_mul(added.len()) > MAX_PAIRS {
        return;
    }
    let mut alike = Vec::new();
    for old in removed.iter() {
        for new in added.iter() {
            alike.push((old.1.similarity(new.1), *old, *new));
        }
    }
    alike.retain(|(likeness, _, _)| *likeness >= LIKE);
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1.0, a.2.0).cmp(&(b.1.0, b.2.0))));
    for (_, old, new) in alike {
        let is = |a: Branch<'_>, b: Branch<'_>| std::ptr::eq(a.1, b.1);
        if removed.iter().any(|other| is(*other, old)) && added.iter().any(|other| is(*other, new))
        {
            removed.retain(|other| !is(*other, old));
            added.retain(|other| !is(*other, new));
            pairs.push((old, new));
        }
    }
}
