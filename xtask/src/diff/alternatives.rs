//! Compares `oneOf`, `anyOf` and `not` of two schemas at the same place. Branches have no names, so
//! they are paired by their content.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::keywords;
use super::node::{Edge, Node};
use super::pairs::Comparing;
use super::rules;
use super::tree;
use crate::surface::{Fact, Step};

/// Branches that are less alike than this don't become a pair.
const LIKE: f64 = 0.5;
/// More branches than this are not searched for those that are alike.
const MAX_ALIKE: usize = 64;

/// One branch, with the step to it as reports write it.
#[derive(Clone, Debug)]
struct Branch {
    step: Step,
    edge: Edge,
}

/// One `oneOf`, `anyOf` or `not`.
type Group = Vec<Branch>;

/// Compares the alternatives of two schemas.
pub(super) fn compare(walk: &mut Comparing<'_>, old: usize, new: usize) {
    let (mut removed, mut added) = (groups(walk, old), groups(walk, new));
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
            .or_else(|| added.iter().position(|new| is_not(new) == is_not(&old)));
        match partner.map(|index| added.remove(index)) {
            Some(new) => compare_groups(walk, &old, &new),
            None if is_not(&old) => record_not(walk, Some(&old), None),
            None => {
                let written = written(walk, &old);
                walk.record_written(&rules::ALTERNATIVES_REMOVED, Some(&written), None);
            }
        }
    }
    for new in added {
        match is_not(&new) {
            true => record_not(walk, None, Some(&new)),
            false => {
                let written = written(walk, &new);
                walk.record_written(&rules::ALTERNATIVES_ADDED, None, Some(&written));
            }
        }
    }
}

/// Compares a schema that became one of several alternatives with that one, or the other way round.
/// Returns whether that was the case; nothing else is left to compare then.
pub(super) fn compare_wrapped(walk: &mut Comparing<'_>, old: usize, new: usize) -> bool {
    let wrapped = [(old, new), (new, old)].into_iter().find_map(|(schema, frame_of)| {
        let branches = frame(walk, frame_of)?;
        Some((plain(walk, schema)?, branches, schema == old))
    });
    let Some((schema, branches, was_plain)) = wrapped else { return false };
    let (old_node, new_node) = (walk.graph().node(old), walk.graph().node(new));
    keywords::compare_flags(walk, &old_node, &new_node);
    keywords::compare_discriminator(walk, &old_node, &new_node);
    let like = |branch: &&Branch| walk.graph().similarity(schema, branch.edge.to) >= LIKE;
    let Some(Branch { step, edge }) = branches.iter().find(like).cloned() else {
        let [old, new] = [old, new].map(|id| walk.graph().written(id));
        walk.record_written(&rules::TYPE_CHANGED, Some(&old), Some(&new));
        return true;
    };
    let single = vec![Branch { step, edge: Edge { mapping: Box::default(), to: schema, ..edge } }];
    match was_plain {
        true => align(walk, &single, &branches),
        false => align(walk, &branches, &single),
    }
    true
}

/// Whether a keyword may stand beside alternatives without being about their content.
fn is_beside(fact: &Fact) -> bool {
    let keywords = ["deprecated", "discriminator", "mapping", "nullable", "readOnly", "writeOnly"];
    keywords.contains(&fact.keyword.as_str())
}

/// Returns a schema without alternatives, and without what may stand beside them. `None` if nothing
/// is left.
fn plain(walk: &mut Comparing<'_>, id: usize) -> Option<usize> {
    let node = walk.graph().node(id);
    let facts: Vec<Fact> = node.facts.iter().filter(|fact| !is_beside(fact)).cloned().collect();
    let says = !facts.is_empty() || !node.edges.is_empty();
    let is_plain = says && !node.edges.iter().any(|edge| matches!(edge.step, Step::Branch { .. }));
    is_plain
        .then(|| walk.pairs.graph.add_node(Node { facts: facts.into(), edges: node.edges.clone() }))
}

/// Returns the branches of a schema that consists of alternatives alone.
fn frame(walk: &Comparing<'_>, id: usize) -> Option<Group> {
    let node = walk.graph().node(id);
    if !node.facts.iter().all(is_beside) {
        return None;
    }
    let mut groups = groups(walk, id);
    let branches = groups.pop()?;
    let only = groups.is_empty() && !is_not(&branches) && branches.len() == node.edges.len();
    only.then_some(branches)
}

fn groups(walk: &Comparing<'_>, id: usize) -> Vec<Group> {
    let node = walk.graph().node(id);
    if !node.edges.iter().any(|edge| matches!(edge.step, Step::Branch { .. })) {
        return Vec::new();
    }
    let steps = walk.graph().steps(id);
    let mut groups: BTreeMap<(Arc<str>, usize), Group> = BTreeMap::new();
    for (edge, step) in node.edges.iter().zip(steps.iter()) {
        if let Step::Branch { keyword, group, .. } = step {
            let branch = Branch { step: step.clone(), edge: edge.clone() };
            groups.entry((keyword.clone(), *group)).or_default().push(branch);
        }
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.iter_mut().for_each(|group| group.sort_by(|a, b| a.step.cmp(&b.step)));
    groups
}

fn keyword(group: &Group) -> &str {
    match group.first().map(|branch| &branch.step) {
        Some(Step::Branch { keyword, .. }) => keyword,
        _ => "",
    }
}

fn is_not(group: &Group) -> bool {
    keyword(group) == "not"
}

fn same(a: &Group, b: &Group) -> bool {
    let schemas = |group: &Group| {
        let mut schemas: Vec<(Box<[String]>, usize)> =
            group.iter().map(|branch| (branch.edge.mapping.clone(), branch.edge.to)).collect();
        schemas.sort();
        schemas
    };
    keyword(a) == keyword(b) && a.len() == b.len() && schemas(a) == schemas(b)
}

fn compare_groups(walk: &mut Comparing<'_>, old: &Group, new: &Group) {
    if is_not(old) {
        return record_not(walk, Some(old), Some(new));
    }
    if keyword(old) != keyword(new) {
        walk.record(&rules::ALTERNATIVES_CHANGED, Some(keyword(old)), Some(keyword(new)));
    }
    align(walk, old, new);
}

/// Records an excluded schema as one change: its parts mean the opposite of what they say.
fn record_not(walk: &mut Comparing<'_>, old: Option<&Group>, new: Option<&Group>) {
    let (old, new) = (old.and_then(|group| group.first()), new.and_then(|group| group.first()));
    if let Some(Branch { step, .. }) = new.or(old) {
        // Without it, all values are still accepted.
        let rule = if new.is_none() { &rules::CONSTRAINT_REMOVED } else { &rules::NOT_CHANGED };
        let (old, new) = (old.map(|branch| &branch.edge), new.map(|branch| &branch.edge));
        walk.in_step(step, |walk| walk.record_edges(rule, old, new));
    }
}

/// Writes a group out, for one change of all its branches.
fn written(walk: &Comparing<'_>, group: &Group) -> tree::Node {
    let children = group.iter().map(|Branch { step, edge }| {
        (tree::Key::Step(step.clone()), walk.graph().written_edge(edge))
    });
    tree::Node { facts: BTreeSet::new(), children: children.collect() }
}

/// Pairs the branches and compares each pair. Branches without a partner were added or removed.
fn align(walk: &mut Comparing<'_>, old: &Group, new: &Group) {
    let (mut removed, mut added) = (old.clone(), new.clone());
    let mut pairs = Vec::new();
    let equal = |old: &Edge, new: &Edge| (old.to, &old.mapping) == (new.to, &new.mapping);
    pair(&mut removed, &mut added, &mut pairs, equal);
    let chosen =
        |old: &Edge, new: &Edge| old.mapping.iter().any(|value| new.mapping.contains(value));
    pair(&mut removed, &mut added, &mut pairs, chosen);
    pair_alike(walk, &mut removed, &mut added, &mut pairs);
    for (old, new) in pairs {
        walk.in_step(&new.step, |walk| {
            keywords::compare_place(walk, &old.edge, &new.edge);
            walk.compare_within(old.edge.to, new.edge.to, false);
        });
    }
    for Branch { step, edge } in removed {
        walk.in_step(&step, |walk| {
            walk.record_edges(&rules::ALTERNATIVE_REMOVED, Some(&edge), None);
        });
    }
    for Branch { step, edge } in added {
        walk.in_step(&step, |walk| {
            walk.record_edges(&rules::ALTERNATIVE_ADDED, None, Some(&edge));
        });
    }
}

fn pair(
    removed: &mut Group,
    added: &mut Group,
    pairs: &mut Vec<(Branch, Branch)>,
    alike: impl Fn(&Edge, &Edge) -> bool,
) {
    removed.retain(|old| match added.iter().position(|new| alike(&old.edge, &new.edge)) {
        Some(index) => {
            pairs.push((old.clone(), added.remove(index)));
            false
        }
        None => true,
    });
}

/// Pairs the most alike first, so that no branch takes the partner of another.
fn pair_alike(
    walk: &mut Comparing<'_>,
    removed: &mut Group,
    added: &mut Group,
    pairs: &mut Vec<(Branch, Branch)>,
) {
    if removed.is_empty() || added.is_empty() {
        return;
    }
    let most = removed.len().max(added.len());
    if most > MAX_ALIKE {
        walk.unmatched = Some(most);
        return;
    }
    let mut alike = Vec::new();
    for old in removed.iter() {
        for new in added.iter() {
            let likeness = walk.graph().similarity(old.edge.to, new.edge.to);
            alike.push((likeness, old.step.clone(), new.step.clone()));
        }
    }
    alike.retain(|(likeness, _, _)| *likeness >= LIKE);
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (&a.1, &a.2).cmp(&(&b.1, &b.2))));
    for (_, old, new) in alike {
        let place =
            |group: &Group, step: &Step| group.iter().position(|branch| branch.step == *step);
        if let (Some(from), Some(to)) = (place(removed, &old), place(added, &new)) {
            pairs.push((removed.remove(from), added.remove(to)));
        }
    }
}
