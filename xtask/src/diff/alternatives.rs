//! `oneOf`, `anyOf` and `not` of two schemas at the same place. Branches have no names, so they
//! are paired by what they say.

use std::collections::{BTreeMap, BTreeSet};

use super::keywords;
use super::rules;
use super::schema::{self, OF_PLACE};
use super::tree::{Key, Node};
use super::walk::Walk;
use crate::surface::{Fact, Step};

/// Branches less alike than this are not the same one changed.
const LIKE: f64 = 0.5;
/// More pairs of branches than this are not compared to find out which are alike.
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
            Some(new) => group(walk, &old, &new),
            None if is_not(&old) => not(walk, Some(&old), None),
            None => lost(walk, &old),
        }
    }
    for new in added {
        match is_not(&new) {
            true => not(walk, None, Some(&new)),
            false => gained(walk, &new),
        }
    }
}

/// Where a schema became one of several alternatives, or the other way round, it is compared with
/// that one. Tells whether that is so; nothing else is left to compare then.
pub(super) fn compare_wrapped(walk: &mut Walk<'_>, old: &Node, new: &Node) -> bool {
    let wrapped = plain(old).zip(frame(new));
    let Some((schema, branches)) = wrapped.or_else(|| plain(new).zip(frame(old))) else {
        return false;
    };
    keywords::flags(walk, old, new);
    keywords::discriminator(walk, old, new);
    let like = |(_, branch): &&Branch<'_>| similarity(&schema, branch) >= LIKE;
    let Some((step, _)) = branches.iter().find(like) else {
        walk.found_subtree(&rules::TYPE_CHANGED, Some(old), Some(new));
        return true;
    };
    let single = vec![(*step, &schema)];
    match groups(old).is_empty() {
        true => align(walk, &single, &branches),
        false => align(walk, &branches, &single),
    }
    true
}

/// How alike two trees are: what both say, of all that either says.
pub(super) fn similarity(a: &Node, b: &Node) -> f64 {
    let [a, b] = [a, b].map(|node| node.lines().into_iter().collect::<BTreeSet<_>>());
    let shared = a.intersection(&b).count();
    let all = a.len() + b.len() - shared;
    #[expect(clippy::cast_precision_loss, reason = "a share of few lines")]
    match all {
        0 => 1.0,
        _ => shared as f64 / all as f64,
    }
}

/// Keywords that stand beside alternatives and say nothing of what is in them.
fn beside(fact: &Fact) -> bool {
    let flags = ["deprecated", "discriminator", "nullable", "readOnly", "writeOnly"];
    OF_PLACE.contains(&fact.keyword.as_str()) || flags.contains(&fact.keyword.as_str())
}

/// A schema that says something and is no alternative, without what stands beside it.
fn plain(node: &Node) -> Option<Node> {
    let facts: BTreeSet<Fact> = node.facts.iter().filter(|fact| !beside(fact)).cloned().collect();
    let says = facts.iter().any(|fact| fact.keyword != "any") || !node.children.is_empty();
    (says && groups(node).is_empty()).then(|| Node { facts, children: node.children.clone() })
}

/// The branches of a schema that is nothing but alternatives.
fn frame(node: &Node) -> Option<Group<'_>> {
    let mut groups = groups(node);
    let branches = groups.pop()?;
    let only = groups.is_empty()
        && !is_not(&branches)
        && branches.len() == node.children.len()
        && node.facts.iter().all(beside);
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

fn group(walk: &mut Walk<'_>, old: &Group<'_>, new: &Group<'_>) {
    if is_not(old) {
        return not(walk, Some(old), Some(new));
    }
    if keyword(old) != keyword(new) {
        walk.found(&rules::ALTERNATIVES_CHANGED, Some(keyword(old)), Some(keyword(new)));
    }
    align(walk, old, new);
}

/// What may not be: its parts are not findings of their own, since they mean the opposite there.
fn not(walk: &mut Walk<'_>, old: Option<&Group<'_>>, new: Option<&Group<'_>>) {
    let (old, new) = (old.and_then(|group| group.first()), new.and_then(|group| group.first()));
    if let Some((step, _)) = new.or(old) {
        let (old, new) = (old.map(|(_, node)| *node), new.map(|(_, node)| *node));
        walk.in_step(step, |walk| walk.found_subtree(&rules::NOT_CHANGED, old, new));
    }
}

/// All alternatives at once are one finding, as a tree of what they were.
fn lost(walk: &mut Walk<'_>, group: &Group<'_>) {
    walk.found_subtree(&rules::ALTERNATIVES_REMOVED, Some(&tree(group)), None);
}

fn gained(walk: &mut Walk<'_>, group: &Group<'_>) {
    walk.found_subtree(&rules::ALTERNATIVES_ADDED, None, Some(&tree(group)));
}

fn tree(group: &Group<'_>) -> Node {
    let children = group.iter().map(|(step, node)| (Key::Step((*step).clone()), (*node).clone()));
    Node { facts: BTreeSet::new(), children: children.collect() }
}

/// Pairs the branches and compares each pair; what has no partner was added or removed.
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
            walk.found_subtree(&rules::ALTERNATIVE_REMOVED, Some(old), None);
        });
    }
    for (step, new) in added {
        walk.in_step(step, |walk| walk.found_subtree(&rules::ALTERNATIVE_ADDED, None, Some(new)));
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

/// The most alike first, so that one changed branch does not take another's partner.
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
            alike.push((similarity(old.1, new.1), *old, *new));
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
