//! Finds the counterpart of each operation: the one with the same `operationId`, else the one at
//! the same address, else the one that a change of several paths leads to, else a similar one.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::bases::Bases;
use super::graph::Graph;
use super::tree::Tree;
use super::written::shared;
use crate::surface::OperationName;

/// More possible pairs of removed and added operations than this are not searched for moves.
const MAX_PAIRS: usize = 10_000;
/// How alike operations must be when one path is the end of the other.
const LIKE_MOVED: f64 = 0.8;
/// How alike operations must be when their paths differ in a single segment.
const LIKE_RENAMED: f64 = 0.9;
/// Operations with fewer lines than these are too similar to each other to recognise.
const RECOGNISABLE_MOVED: usize = 6;
const RECOGNISABLE_RENAMED: usize = 12;
/// How alike operations must be to show that a change of paths holds.
const LIKE_EXAMPLE: f64 = 0.5;
/// How many operations show that a change of paths holds, and how many are tried.
const EXAMPLES: usize = 2;
const MAX_TRIED: usize = 64;

/// The operations of both sides, in pairs as far as there are any.
#[derive(Debug, Default)]
pub(super) struct Matches<'t> {
    pub(super) both: Vec<(&'t OperationName, &'t OperationName)>,
    pub(super) removed: Vec<&'t OperationName>,
    pub(super) added: Vec<&'t OperationName>,
    pub(super) bases: Bases,
}

/// Operations by their `operationId`, as far as it belongs to one alone.
pub(super) type Ids = BTreeMap<String, OperationName>;

/// Finds the counterparts.
pub(super) fn matches<'t>(
    old: &'t Tree,
    new: &'t Tree,
    ids: [&Ids; 2],
    graph: &Graph,
) -> Matches<'t> {
    let (olds, news) = (&old.operations, &new.operations);
    let bases = Bases::of(old, new);
    let mut pairs = BTreeMap::new();
    for (id, from) in ids[0] {
        let from = olds.get_key_value(from);
        let to = ids[1].get(id).and_then(|to| news.get_key_value(to));
        if let (Some((from, _)), Some((to, _))) = (from, to) {
            pairs.insert(from, to);
        }
    }
    let mut taken: BTreeSet<&OperationName> = pairs.values().copied().collect();
    for from in olds.keys() {
        let to = news.get_key_value(&bases.expected(from)).filter(|(to, _)| !taken.contains(to));
        if let Some((to, _)) = to.filter(|_| !pairs.contains_key(from)) {
            pairs.insert(from, to);
            taken.insert(to);
        }
    }
    let removed = olds.keys().filter(|key| !pairs.contains_key(key)).collect();
    let added = news.keys().filter(|key| !taken.contains(key)).collect();
    let mut matches = Matches { both: pairs.into_iter().collect(), removed, added, bases };
    let likeness = Likeness { old, new, graph, lines: RefCell::default() };
    match_rewritten(&mut matches, &likeness);
    match_similar(&mut matches, &likeness);
    matches
}

impl<'t> Matches<'t> {
    /// Makes a pair of two operations, if both are still without one.
    fn pair(&mut self, from: &'t OperationName, to: &'t OperationName) {
        if self.removed.contains(&from) && self.added.contains(&to) {
            self.removed.retain(|other| *other != from);
            self.added.retain(|other| *other != to);
            self.both.push((from, to));
        }
    }
}

/// Hashes of what operations say, by whether they are of the old side.
type Lines<'t> = HashMap<(bool, &'t OperationName), Rc<BTreeSet<u64>>>;

/// How alike operations are.
struct Likeness<'t, 'g> {
    old: &'t Tree,
    new: &'t Tree,
    graph: &'g Graph,
    lines: RefCell<Lines<'t>>,
}

impl<'t> Likeness<'t, '_> {
    fn of(&self, old: &'t OperationName, new: &'t OperationName) -> f64 {
        shared(&self.lines(true, old), &self.lines(false, new))
    }

    fn lines(&self, is_old: bool, name: &'t OperationName) -> Rc<BTreeSet<u64>> {
        let mut known = self.lines.borrow_mut();
        let tree = if is_old { self.old } else { self.new };
        let lines = known
            .entry((is_old, name))
            .or_insert_with(|| Rc::new(self.graph.place_lines(&tree.operations[name])));
        Rc::clone(lines)
    }
}

/// The beginnings of two paths with the same end.
type Rewrite = (String, String);

/// Matches operations by changes of the beginning of paths that hold for several.
fn match_rewritten<'t>(matches: &mut Matches<'t>, likeness: &Likeness<'t, '_>) {
    let mut rewrites: Vec<(Rewrite, Vec<_>)> = rewrites(matches).into_iter().collect();
    rewrites.retain(|(_, pairs)| pairs.len() >= EXAMPLES);
    rewrites.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
    let mut free: [BTreeSet<&OperationName>; 2] =
        [matches.removed.iter().copied().collect(), matches.added.iter().copied().collect()];
    for (_, mut pairs) in rewrites {
        pairs.retain(|(from, to)| free[0].contains(from) && free[1].contains(to));
        let tried = pairs.iter().take(MAX_TRIED);
        let examples = tried.filter(|(from, to)| likeness.of(from, to) >= LIKE_EXAMPLE);
        if examples.take(EXAMPLES).count() < EXAMPLES {
            continue;
        }
        for (from, to) in pairs {
            if free[0].contains(from) && free[1].contains(to) {
                free[0].remove(from);
                free[1].remove(to);
                matches.both.push((from, to));
            }
        }
    }
    matches.removed.retain(|name| free[0].contains(name));
    matches.added.retain(|name| free[1].contains(name));
}

fn rewrites<'t>(
    matches: &Matches<'t>,
) -> BTreeMap<Rewrite, Vec<(&'t OperationName, &'t OperationName)>> {
    let segments = |name: &'t OperationName| -> Vec<&'t str> {
        name.path.trim_matches('/').split('/').collect()
    };
    let key = |name: &'t OperationName, count: usize| {
        let path = segments(name);
        let end = path[path.len().saturating_sub(count)..].to_vec();
        (&*name.method, name.is_received(), end)
    };
    let mut ends: HashMap<_, Vec<&'t OperationName>> = HashMap::new();
    for &added in &matches.added {
        for count in [1, 2] {
            ends.entry((count, key(added, count))).or_default().push(added);
        }
    }
    let mut rewrites: BTreeMap<Rewrite, Vec<_>> = BTreeMap::new();
    let mut budget = 100 * MAX_PAIRS;
    for &removed in &matches.removed {
        // A longer end that is the same means more.
        let candidates =
            [2, 1].into_iter().find_map(|count| ends.get(&(count, key(removed, count))));
        for &added in candidates.into_iter().flatten() {
            let Some(left) = budget.checked_sub(1) else { return rewrites };
            budget = left;
            let (from, to) = (segments(removed), segments(added));
            let same = from.iter().rev().zip(to.iter().rev()).take_while(|(a, b)| a == b).count();
            let start = |path: &[&str]| path[..path.len() - same].join("/");
            rewrites.entry((start(&from), start(&to))).or_default().push((removed, added));
        }
    }
    rewrites
}

/// Matches operations whose paths differ little, the most similar first.
fn match_similar<'t>(matches: &mut Matches<'t>, likeness: &Likeness<'t, '_>) {
    if matches.removed.len().saturating_mul(matches.added.len()) > MAX_PAIRS {
        return;
    }
    let mut moves = Vec::new();
    for removed in matches.removed.iter().copied() {
        for added in matches.added.iter().copied() {
            let needed = threshold(&removed.path, &added.path);
            let needed = needed.filter(|_| removed.method == added.method);
            let Some((threshold, recognisable)) = needed else { continue };
            let alike = likeness.of(removed, added);
            if likeness.lines(true, removed).len() >= recognisable && alike >= threshold {
                moves.push((alike, removed, added));
            }
        }
    }
    moves.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
    for (_, removed, added) in moves {
        matches.pair(removed, added);
    }
}

/// Returns how alike two operations must be to be the same one, and how much they must say, by how
/// their paths are related. `None` if they aren't.
fn threshold(old: &str, new: &str) -> Option<(f64, usize)> {
    let [old, new] = [old, new].map(|path| path.trim_end_matches('/'));
    let ends_with = |long: &str, short: &str| !short.is_empty() && long.ends_with(short);
    if ends_with(old, new) || ends_with(new, old) {
        return Some((LIKE_MOVED, RECOGNISABLE_MOVED));
    }
    let [old, new] = [old, new].map(|path| path.split('/').collect::<Vec<_>>());
    let different = old.iter().zip(&new).filter(|(old, new)| old != new).count();
    (old.len() == new.len() && different == 1).then_some((LIKE_RENAMED, RECOGNISABLE_RENAMED))
}
