//! Checks the differences against the ledger.

use std::collections::{BTreeMap, BTreeSet};

use super::difference::{Comparison, Difference, Occurrence};
use super::ledger::{Entry, Ledger, Operations};

/// How the ledger and the differences agree.
#[derive(Debug)]
pub(crate) struct Review<'r> {
    /// How many changes of the diff the ledger acknowledges.
    pub(crate) acknowledged: usize,
    pub(crate) problems: Vec<Problem<'r>>,
}

/// Where the ledger and the differences disagree.
#[derive(Debug)]
pub(crate) enum Problem<'r> {
    /// No entry acknowledges the difference.
    Unacknowledged {
        difference: &'r Difference,
        occurrences: Vec<&'r Occurrence>,
        /// The entries for the same place and rule, which acknowledge another difference there.
        similar: Vec<&'r Entry>,
    },
    /// An entry acknowledges a difference that doesn't exist, in these operations.
    Stale { entry: &'r Entry, operations: BTreeSet<String> },
    /// The entry has no reason.
    Unfinished { entry: &'r Entry },
    /// The entry describes another difference than the one its fingerprint stands for.
    Misleading { entry: &'r Entry, difference: &'r Difference },
    /// Another entry acknowledges the same difference in these operations.
    Repeated { entry: &'r Entry, operations: BTreeSet<String> },
}

impl<'r> Review<'r> {
    pub(crate) fn of(comparison: &'r Comparison, ledger: &'r Ledger) -> Self {
        let mut open: BTreeMap<(&str, &str), &Occurrence> = BTreeMap::new();
        for occurrence in &comparison.occurrences {
            let fingerprint = &occurrence.difference.fingerprint;
            open.insert((&occurrence.operation, fingerprint), occurrence);
        }
        let known = open.clone();
        let (mut acknowledged, mut problems) = (0, Vec::new());
        let (policies, entries): (Vec<_>, Vec<_>) =
            ledger.entries.iter().partition(|entry| entry.operations == Operations::Any);
        for entry in entries {
            let (mut stale, mut repeated) = (BTreeSet::new(), BTreeSet::new());
            let mut misleading = None;
            for operation in entry.expanded(&comparison.common) {
                let key = (operation.as_str(), entry.difference.fingerprint.as_str());
                let Some(occurrence) = known.get(&key) else {
                    stale.insert(operation.clone());
                    continue;
                };
                match open.remove(&key) {
                    Some(_) => acknowledged += occurrence.changes.len(),
                    None => drop(repeated.insert(operation.clone())),
                }
                if occurrence.difference != entry.difference {
                    misleading = Some(&occurrence.difference);
                }
            }
            if let Some(difference) = misleading {
                problems.push(Problem::Misleading { entry, difference });
            }
            if !repeated.is_empty() {
                problems.push(Problem::Repeated { entry, operations: repeated });
            }
            if !stale.is_empty() {
                problems.push(Problem::Stale { entry, operations: stale });
            }
        }
        for entry in policies {
            let before = open.len();
            open.retain(|_, occurrence| {
                let covered = entry.covers(&occurrence.difference);
                acknowledged += if covered { occurrence.changes.len() } else { 0 };
                !covered
            });
            if open.len() == before {
                let operations = entry.expanded(&comparison.common).clone();
                problems.push(Problem::Stale { entry, operations });
            }
        }
        let unfinished = ledger.entries.iter().filter(|entry| !entry.has_reason());
        problems.extend(unfinished.map(|entry| Problem::Unfinished { entry }));
        let mut unacknowledged = unacknowledged(open.into_values().collect(), ledger);
        unacknowledged.append(&mut problems);
        Self { acknowledged, problems: unacknowledged }
    }
}

/// Returns a problem for each difference that is left, with the operations that share it.
fn unacknowledged<'r>(open: Vec<&'r Occurrence>, ledger: &'r Ledger) -> Vec<Problem<'r>> {
    let mut differences: BTreeMap<&Difference, Vec<&Occurrence>> = BTreeMap::new();
    for occurrence in open {
        differences.entry(&occurrence.difference).or_default().push(occurrence);
    }
    let problem = |(difference, occurrences): (&'r Difference, Vec<&'r Occurrence>)| {
        let is_similar = |entry: &&Entry| {
            let other = &entry.difference;
            (&other.at, &other.rule) == (&difference.at, &difference.rule)
                && other.fingerprint != difference.fingerprint
        };
        let similar = ledger.entries.iter().filter(is_similar).collect();
        Problem::Unacknowledged { difference, occurrences, similar }
    };
    differences.into_iter().map(problem).collect()
}
