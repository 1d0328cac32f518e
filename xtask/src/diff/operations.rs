//! Matches the operations of two surfaces, and compares what stands outside of schemas.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Change;
use super::message;
use super::rules::{self, Rule};
use super::tree::{Node, Tree};
use super::walk::Walk;
use crate::surface::OperationName;

/// More possible pairs of removed and added operations than this are not searched for moves.
const MAX_PAIRS: usize = 10_000;
/// How alike operations must be when one path is the end of the other.
const LIKE_MOVED: f64 = 0.5;
/// How alike operations must be when their paths differ in a single segment.
const LIKE_RENAMED: f64 = 0.9;
/// Operations with fewer lines than this are too similar to each other to recognise.
const RECOGNISABLE: usize = 12;

/// The operations of both sides, in pairs as far as there are any.
#[derive(Debug, Default)]
pub(super) struct Matches<'t> {
    pub(super) both: Vec<(&'t OperationName, &'t OperationName)>,
    removed: Vec<&'t OperationName>,
    added: Vec<&'t OperationName>,
}

/// Operations by their `operationId`, as far as it belongs to one alone.
pub(super) type Ids = BTreeMap<String, OperationName>;

/// Finds the counterpart of each operation: the one with the same `operationId`, else with the same
/// method and path, else a similar one whose path lost or gained its beginning, or differs in one
/// segment.
pub(super) fn matches<'t>(old: &'t Tree, new: &'t Tree, ids: [&Ids; 2]) -> Matches<'t> {
    let mut matches = Matches::default();
    let (olds, news) = (&old.operations, &new.operations);
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
        let to = news.get_key_value(from).filter(|(to, _)| !taken.contains(to));
        if let Some((to, _)) = to.filter(|_| !pairs.contains_key(from)) {
            pairs.insert(from, to);
            taken.insert(to);
        }
    }
    matches.removed = olds.keys().filter(|key| !pairs.contains_key(key)).collect();
    matches.added = news.keys().filter(|key| !taken.contains(key)).collect();
    matches.both = pairs.into_iter().collect();
    if matches.removed.len().saturating_mul(matches.added.len()) > MAX_PAIRS {
        return matches;
    }
    let mut moves = Vec::new();
    for removed in &matches.removed {
        for added in matches.added.iter().filter(|added| added.method == removed.method) {
            let Some(threshold) = threshold(&removed.path, &added.path) else { continue };
            let likeness = olds[*removed].similarity(&news[*added]);
            let recognisable = threshold < LIKE_RENAMED || olds[*removed].count() >= RECOGNISABLE;
            if recognisable && likeness >= threshold {
                moves.push((likeness, *removed, *added));
            }
        }
    }
    moves.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
    for (_, removed, added) in moves {
        if matches.removed.contains(&removed) && matches.added.contains(&added) {
            matches.removed.retain(|other| *other != removed);
            matches.added.retain(|other| *other != added);
            matches.both.push((removed, added));
        }
    }
    matches
}

/// Compares everything.
pub(super) fn compare(old: &Tree, new: &Tree, matches: &Matches<'_>) -> Vec<Change> {
    let mut walk = Walk::new(None);
    compare_servers(&mut walk, &old.api, &new.api);
    compare_schemes(&mut walk, &old.api, &new.api);
    let security = security(old, new, matches);
    let everywhere = match security.values().next() {
        Some(change) if security.len() > 1 && security.values().all(|other| other == change) => {
            record_security(&mut walk, change);
            true
        }
        _ => false,
    };
    let mut all = walk.into_changes();
    for (from, to) in &matches.both {
        let (old, new) = (&old.operations[*from], &new.operations[*to]);
        let mut walk = Walk::new(Some(to));
        if from.path != to.path {
            walk.record(&rules::OPERATION_MOVED, Some(&from.path), Some(&to.path));
        }
        if let Some(changes) = security.get(to).filter(|_| !everywhere) {
            record_security(&mut walk, changes);
        }
        compare_servers(&mut walk, old, new);
        let deprecated = (&rules::OPERATION_DEPRECATED, &rules::OPERATION_REINSTATED);
        walk.record_flag("deprecated", deprecated, old, new);
        message::compare(&mut walk, old, new);
        all.extend(walk.into_changes());
    }
    for operation in &matches.removed {
        let mut walk = Walk::new(Some(operation));
        walk.record_subtree(&rules::OPERATION_REMOVED, Some(&old.operations[*operation]), None);
        all.extend(walk.into_changes());
    }
    for operation in &matches.added {
        let mut walk = Walk::new(Some(operation));
        walk.record_subtree(&rules::OPERATION_ADDED, None, Some(&new.operations[*operation]));
        all.extend(walk.into_changes());
    }
    all
}

/// A change of the ways to authenticate, yet without the operation.
#[derive(PartialEq, Eq)]
struct SecurityChange {
    rule: &'static Rule,
    old: Option<String>,
    new: Option<String>,
}

fn record_security(walk: &mut Walk<'_>, changes: &[SecurityChange]) {
    for SecurityChange { rule, old, new } in changes {
        walk.record_at(rule, "security".to_owned(), old.as_deref(), new.as_deref());
    }
}

/// Returns how alike two operations must be to be the same one, by how their paths are related.
/// `None` if they aren't.
fn threshold(old: &str, new: &str) -> Option<f64> {
    let [old, new] = [old, new].map(|path| path.trim_end_matches('/'));
    let ends_with = |long: &str, short: &str| !short.is_empty() && long.ends_with(short);
    if ends_with(old, new) || ends_with(new, old) {
        return Some(LIKE_MOVED);
    }
    let [old, new] = [old, new].map(|path| path.split('/').collect::<Vec<_>>());
    let different = old.iter().zip(&new).filter(|(old, new)| old != new).count();
    (old.len() == new.len() && different == 1).then_some(LIKE_RENAMED)
}

fn compare_servers(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    let (old, new) = (old.values("server"), new.values("server"));
    let removed: Vec<&str> = old.difference(&new).copied().collect();
    let added: Vec<&str> = new.difference(&old).copied().collect();
    let at = || "server".to_owned();
    if let ([removed], [added]) = (removed.as_slice(), added.as_slice()) {
        walk.record_at(&rules::SERVER_CHANGED, at(), Some(removed), Some(added));
        return;
    }
    removed.iter().for_each(|url| walk.record_at(&rules::SERVER_REMOVED, at(), Some(url), None));
    added.iter().for_each(|url| walk.record_at(&rules::SERVER_ADDED, at(), None, Some(url)));
}

/// Compares the security schemes. Schemes of the same kind are the same scheme.
fn compare_schemes(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    let (old, new) = (old.values("scheme"), new.values("scheme"));
    let mut removed: BTreeSet<&str> = old.difference(&new).copied().collect();
    let mut added: BTreeSet<&str> = new.difference(&old).copied().collect();
    let kind = |scheme: &str| {
        scheme.split([' ', '"']).find(|word| !word.is_empty()).unwrap_or_default().to_owned()
    };
    let at = || "scheme".to_owned();
    for scheme in removed.clone() {
        if let Some(now) = added.iter().copied().find(|now| kind(now) == kind(scheme)) {
            walk.record_at(&rules::SCHEME_CHANGED, at(), Some(scheme), Some(now));
            removed.remove(scheme);
            added.remove(now);
        }
    }
    if let (Some(old), Some(new), 1, 1) =
        (removed.first(), added.first(), removed.len(), added.len())
    {
        walk.record_at(&rules::SCHEME_CHANGED, at(), Some(old), Some(new));
        return;
    }
    removed.iter().for_each(|old| walk.record_at(&rules::SCHEME_REMOVED, at(), Some(old), None));
    added.iter().for_each(|new| walk.record_at(&rules::SCHEME_ADDED, at(), None, Some(new)));
}

/// Returns how each operation's security changed. The list is empty where it didn't.
fn security<'t>(
    old: &Tree,
    new: &Tree,
    matches: &Matches<'t>,
) -> BTreeMap<&'t OperationName, Vec<SecurityChange>> {
    let changes = matches.both.iter().map(|(from, to)| {
        let old = old.operations[*from].values("security");
        let new = new.operations[*to].values("security");
        (*to, security_changes(&old, &new))
    });
    changes.collect()
}

fn security_changes(old: &BTreeSet<&str>, new: &BTreeSet<&str>) -> Vec<SecurityChange> {
    let open = |ways: &BTreeSet<&str>| ways.iter().all(|way| *way == "[]");
    if old == new {
        return Vec::new();
    }
    if old.is_disjoint(new) {
        let rule = match (open(old), open(new)) {
            (true, _) => &rules::SECURITY_ADDED,
            (_, true) => &rules::SECURITY_REMOVED,
            _ => &rules::SECURITY_CHANGED,
        };
        let list = |ways: &BTreeSet<&str>| ways.iter().copied().collect::<Vec<_>>().join(" or ");
        return vec![SecurityChange { rule, old: Some(list(old)), new: Some(list(new)) }];
    }
    let removed = old.difference(new).map(|way| SecurityChange {
        rule: &rules::SECURITY_ALTERNATIVE_REMOVED,
        old: Some((*way).to_owned()),
        new: None,
    });
    let added = new.difference(old).map(|way| SecurityChange {
        rule: &rules::SECURITY_ALTERNATIVE_ADDED,
        old: None,
        new: Some((*way).to_owned()),
    });
    removed.chain(added).collect()
}
