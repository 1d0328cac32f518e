//! The changes of a report, in the order in which people read them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::super::change::Change;
use super::super::report::Report;
use super::super::rules::Verdict;
use crate::text::counted;

/// A change that at least this many operations share is shown once.
const SHARED: usize = 3;

/// Changes that are shown together.
pub(super) struct Section<'r> {
    /// What the changes have in common, unless they are those to read.
    pub(super) title: Option<String>,
    pub(super) groups: Vec<Group<'r>>,
}

/// Changes that the same operations have, the most severe first.
pub(super) struct Group<'r> {
    /// The operations, each with what it is called in code.
    pub(super) operations: Vec<(String, Option<String>)>,
    pub(super) changes: Vec<&'r Change>,
}

/// Returns the sections that are not empty: what to read, what is allowed, and what is harmless.
pub(super) fn sections(report: &Report) -> Vec<Section<'_>> {
    let (mut open, mut allowed, mut harmless) = (Vec::new(), Vec::new(), Vec::new());
    for change in report.shown() {
        match change.severity() {
            _ if report.reason(change).is_some() => allowed.push(change),
            Verdict::Ok => harmless.push(change),
            _ => open.push(change),
        }
    }
    let title = |changes: &Vec<&Change>, what| Some(counted(changes.len(), what));
    let titles = [None, title(&allowed, "allowed change"), title(&harmless, "harmless change")];
    let sections = [open, allowed, harmless]
        .into_iter()
        .zip(titles)
        .map(|(changes, title)| Section { title, groups: groups(report, changes) });
    sections.filter(|section| !section.groups.is_empty()).collect()
}

/// Returns the reasons behind the verdicts of changes that stand together: each once, with the last
/// of the changes in a row that it explains.
pub(super) fn reasons<'c>(changes: &[&'c Change]) -> Vec<Option<&'c str>> {
    let why = |change: &&'c Change| change.effect().why;
    let next = changes.iter().skip(1).map(|change| Some(why(change))).chain([None]);
    changes
        .iter()
        .zip(next)
        .map(|(change, next)| Some(why(change)).filter(|_| Some(why(change)) != next))
        .collect()
}

/// Returns how urgent a change is: by the worse verdict, then by that for the wire.
fn rank(change: &Change) -> (Verdict, Verdict) {
    (change.severity(), change.effect().wire)
}

/// Groups changes by the operations that have them: those of the most severe change first, and of
/// these first what many operations share.
fn groups<'r>(report: &'r Report, changes: Vec<&'r Change>) -> Vec<Group<'r>> {
    let mut sharing: BTreeMap<_, Vec<&Change>> = BTreeMap::new();
    for change in &changes {
        sharing.entry(change.shared_key()).or_default().push(change);
    }
    let named = |change: &Change| (change.operation_name(), report.call(change));
    let mut shared: BTreeMap<Vec<_>, Vec<&Change>> = BTreeMap::new();
    for changes in sharing.values().filter(|changes| changes.len() >= SHARED) {
        let operations = changes.iter().map(|change| named(change)).collect();
        shared.entry(operations).or_default().extend(changes.first());
    }
    let mut groups: Vec<_> = shared.into_iter().collect();
    groups.sort_by_key(|(operations, _)| Reverse(operations.len()));
    for changes in changes.chunk_by(|a, b| a.operation == b.operation) {
        let single = changes.iter().filter(|change| {
            sharing.get(&change.shared_key()).is_none_or(|changes| changes.len() < SHARED)
        });
        let single: Vec<&Change> = single.copied().collect();
        if let Some(first) = single.first() {
            groups.push((vec![named(first)], single));
        }
    }
    for (_, changes) in &mut groups {
        changes.sort_by_key(|change| Reverse(rank(change)));
    }
    groups.sort_by_key(|(_, changes)| changes.first().map(|first| Reverse(rank(first))));
    let group = |(operations, changes)| Group { operations, changes };
    groups.into_iter().map(group).collect()
}
