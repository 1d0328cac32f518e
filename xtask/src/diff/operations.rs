//! Operations of two surfaces: which is which, and how they differ outside of schemas.

use std::collections::{BTreeMap, BTreeSet};

use super::alternatives::similarity;
use super::finding::Finding;
use super::message;
use super::rules::{self, Rule};
use super::tree::{Node, Tree};
use super::walk::Walk;
use crate::surface::Operation;

/// More pairs of lost and new operations than this are not compared to find out which moved.
const MAX_PAIRS: usize = 10_000;
/// How much an operation must be like one whose path is the end of its own, or the other way.
const LIKE_MOVED: f64 = 0.5;
/// How much an operation must be like one whose path differs in a single word.
const LIKE_RENAMED: f64 = 0.9;
/// Operations that say less than this are too much alike to tell.
const TELLING: usize = 12;

/// Operations with their counterparts.
#[derive(Debug, Default)]
pub(super) struct Matches<'t> {
    pub(super) both: Vec<(&'t Operation, &'t Operation)>,
    removed: Vec<&'t Operation>,
    added: Vec<&'t Operation>,
}

/// Finds for each operation what it is on the other side: the one with the same method and path,
/// else one that lost or gained the beginning of its path, or another word in it.
pub(super) fn matches<'t>(old: &'t Tree, new: &'t Tree) -> Matches<'t> {
    let mut matches = Matches::default();
    let (olds, news) = (&old.operations, &new.operations);
    matches.both = olds.keys().filter_map(|key| Some((key, news.get_key_value(key)?.0))).collect();
    matches.removed = olds.keys().filter(|key| !news.contains_key(*key)).collect();
    matches.added = news.keys().filter(|key| !olds.contains_key(*key)).collect();
    if matches.removed.len().saturating_mul(matches.added.len()) > MAX_PAIRS {
        return matches;
    }
    let mut moves = Vec::new();
    for removed in &matches.removed {
        for added in matches.added.iter().filter(|added| added.method == removed.method) {
            let Some(threshold) = threshold(&removed.path, &added.path) else { continue };
            let likeness = similarity(&olds[*removed], &news[*added]);
            let telling = threshold < LIKE_RENAMED || olds[*removed].count() >= TELLING;
            if telling && likeness >= threshold {
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

/// Everything that differs.
pub(super) fn compare(old: &Tree, new: &Tree, matches: &Matches<'_>) -> Vec<Finding> {
    let mut walk = Walk::new(None);
    servers(&mut walk, &old.api, &new.api);
    schemes(&mut walk, &old.api, &new.api);
    let security = security(old, new, matches);
    let everywhere = match security.values().next() {
        Some(change) if security.len() > 1 && security.values().all(|other| other == change) => {
            report(&mut walk, "security", change);
            true
        }
        _ => false,
    };
    let mut findings = walk.findings();
    for (from, to) in &matches.both {
        let (old, new) = (&old.operations[*from], &new.operations[*to]);
        let mut walk = Walk::new(Some(to));
        if from.path != to.path {
            walk.found(&rules::OPERATION_MOVED, Some(&from.path), Some(&to.path));
        }
        if let Some(changes) = security.get(to).filter(|_| !everywhere) {
            report(&mut walk, "security", changes);
        }
        servers(&mut walk, old, new);
        let deprecated = (&rules::OPERATION_DEPRECATED, &rules::OPERATION_REINSTATED);
        flag(&mut walk, "deprecated", deprecated, old, new);
        message::compare(&mut walk, old, new);
        findings.extend(walk.findings());
    }
    for operation in &matches.removed {
        let mut walk = Walk::new(Some(operation));
        walk.found_subtree(&rules::OPERATION_REMOVED, Some(&old.operations[*operation]), None);
        findings.extend(walk.findings());
    }
    for operation in &matches.added {
        let mut walk = Walk::new(Some(operation));
        walk.found_subtree(&rules::OPERATION_ADDED, None, Some(&new.operations[*operation]));
        findings.extend(walk.findings());
    }
    findings
}

/// A keyword that says everything.
pub(super) fn flag(
    walk: &mut Walk<'_>,
    keyword: &str,
    (added, removed): (&'static Rule, &'static Rule),
    old: &Node,
    new: &Node,
) {
    match (old.has(keyword), new.has(keyword)) {
        (false, true) => walk.found(added, None, Some(keyword)),
        (true, false) => walk.found(removed, Some(keyword), None),
        _ => {}
    }
}

/// A change of one value, as a walk reports it.
type Change = (&'static Rule, Option<String>, Option<String>);

fn report(walk: &mut Walk<'_>, at: &str, changes: &[Change]) {
    for (rule, old, new) in changes {
        walk.found_at(rule, at.to_owned(), old.as_deref(), new.as_deref());
    }
}

/// How alike operations must be that may be one, by what became of the path.
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

fn servers(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    let (old, new) = (old.values("server"), new.values("server"));
    let removed: Vec<&str> = old.difference(&new).copied().collect();
    let added: Vec<&str> = new.difference(&old).copied().collect();
    let at = || "server".to_owned();
    if let ([removed], [added]) = (removed.as_slice(), added.as_slice()) {
        walk.found_at(&rules::SERVER_CHANGED, at(), Some(removed), Some(added));
        return;
    }
    removed.iter().for_each(|url| walk.found_at(&rules::SERVER_REMOVED, at(), Some(url), None));
    added.iter().for_each(|url| walk.found_at(&rules::SERVER_ADDED, at(), None, Some(url)));
}

/// The ways to be let in that are defined. One that asks for the same thing is the same.
fn schemes(walk: &mut Walk<'_>, old: &Node, new: &Node) {
    let (old, new) = (old.values("scheme"), new.values("scheme"));
    let mut removed: BTreeSet<&str> = old.difference(&new).copied().collect();
    let mut added: BTreeSet<&str> = new.difference(&old).copied().collect();
    let kind = |scheme: &str| {
        scheme.split([' ', '"']).find(|word| !word.is_empty()).unwrap_or_default().to_owned()
    };
    let at = || "scheme".to_owned();
    for scheme in removed.clone() {
        if let Some(now) = added.iter().copied().find(|now| kind(now) == kind(scheme)) {
            walk.found_at(&rules::SCHEME_CHANGED, at(), Some(scheme), Some(now));
            removed.remove(scheme);
            added.remove(now);
        }
    }
    if let (Some(old), Some(new), 1, 1) =
        (removed.first(), added.first(), removed.len(), added.len())
    {
        walk.found_at(&rules::SCHEME_CHANGED, at(), Some(old), Some(new));
        return;
    }
    removed.iter().for_each(|old| walk.found_at(&rules::SCHEME_REMOVED, at(), Some(old), None));
    added.iter().for_each(|new| walk.found_at(&rules::SCHEME_ADDED, at(), None, Some(new)));
}

/// How each operation's security changed. An empty list where it did not.
fn security<'t>(
    old: &Tree,
    new: &Tree,
    matches: &Matches<'t>,
) -> BTreeMap<&'t Operation, Vec<Change>> {
    let changes = matches.both.iter().map(|(from, to)| {
        let old = old.operations[*from].values("security");
        let new = new.operations[*to].values("security");
        (*to, security_changes(&old, &new))
    });
    changes.collect()
}

fn security_changes(old: &BTreeSet<&str>, new: &BTreeSet<&str>) -> Vec<Change> {
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
        return vec![(rule, Some(list(old)), Some(list(new)))];
    }
    let removed = old.difference(new).map(|way| -> Change {
        (&rules::SECURITY_ALTERNATIVE_REMOVED, Some((*way).to_owned()), None)
    });
    let added = new.difference(old).map(|way| -> Change {
        (&rules::SECURITY_ALTERNATIVE_ADDED, None, Some((*way).to_owned()))
    });
    removed.chain(added).collect()
}
