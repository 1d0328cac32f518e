//! The differences held against the ledger.

use std::collections::{BTreeMap, BTreeSet};

use super::difference::{Change, Comparison, Difference};
use super::ledger::{Entry, Ledger};

/// What the ledger says of the differences, and what it fails to say.
#[derive(Debug)]
pub(crate) struct Review<'r> {
    /// How many findings of the diff the ledger accounts for.
    pub(crate) acknowledged: usize,
    pub(crate) problems: Vec<Problem<'r>>,
}

/// Why the two specs are not as the ledger says.
#[derive(Debug)]
pub(crate) enum Problem<'r> {
    /// No entry is about it.
    Unacknowledged {
        change: &'r Change,
        differences: Vec<&'r Difference>,
        /// The entries about the same place and rule, which acknowledge something else there.
        was: Vec<&'r Entry>,
    },
    /// An entry, or some of its operations, that no difference is about.
    Stale { entry: &'r Entry, operations: BTreeSet<String> },
    /// Nobody has said why.
    Unfinished { entry: &'r Entry },
    /// What the entry says for its readers is not what its fingerprint stands for.
    Misleading { entry: &'r Entry, change: &'r Change },
    /// Another entry has acknowledged it already.
    Repeated { entry: &'r Entry, operations: BTreeSet<String> },
}

impl<'r> Review<'r> {
    pub(crate) fn of(comparison: &'r Comparison, ledger: &'r Ledger) -> Self {
        let mut open: BTreeMap<(&str, &str), &Difference> = BTreeMap::new();
        for difference in &comparison.differences {
            open.insert((&difference.operation, &difference.change.fingerprint), difference);
        }
        let known = open.clone();
        let (mut acknowledged, mut problems) = (0, Vec::new());
        for entry in &ledger.entries {
            let (mut stale, mut repeated) = (BTreeSet::new(), BTreeSet::new());
            let mut misleading = None;
            for operation in entry.expanded(&comparison.common) {
                let key = (operation.as_str(), entry.change.fingerprint.as_str());
                let Some(difference) = known.get(&key) else {
                    stale.insert(operation.clone());
                    continue;
                };
                match open.remove(&key) {
                    Some(_) => acknowledged += difference.findings.len(),
                    None => drop(repeated.insert(operation.clone())),
                }
                if difference.change != entry.change {
                    misleading = Some(&difference.change);
                }
            }
            if !entry.has_reason() {
                problems.push(Problem::Unfinished { entry });
            }
            if let Some(change) = misleading {
                problems.push(Problem::Misleading { entry, change });
            }
            if !repeated.is_empty() {
                problems.push(Problem::Repeated { entry, operations: repeated });
            }
            if !stale.is_empty() {
                problems.push(Problem::Stale { entry, operations: stale });
            }
        }
        let mut unacknowledged = unacknowledged(open.into_values().collect(), ledger);
        unacknowledged.append(&mut problems);
        Self { acknowledged, problems: unacknowledged }
    }
}

/// What remains, each change once, with the operations that share it, in the order of the report.
fn unacknowledged<'r>(open: Vec<&'r Difference>, ledger: &'r Ledger) -> Vec<Problem<'r>> {
    let mut changes: BTreeMap<&Change, Vec<&Difference>> = BTreeMap::new();
    for difference in open {
        changes.entry(&difference.change).or_default().push(difference);
    }
    let problem = |(change, differences): (&'r Change, Vec<&'r Difference>)| {
        let same_place = |entry: &&Entry| {
            let Entry { change: other, .. } = entry;
            (&other.at, &other.rule) == (&change.at, &change.rule)
                && other.fingerprint != change.fingerprint
        };
        let was = ledger.entries.iter().filter(same_place).collect();
        Problem::Unacknowledged { change, differences, was }
    };
    changes.into_iter().map(problem).collect()
}
