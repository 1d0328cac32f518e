//! Compares upstream with our spec, by operation and place.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::change::{Change, fingerprint};
use crate::diff::report::Report;
use crate::diff::source::Source;
use crate::failure::Failure;
use crate::text::shortened;

/// The rule for an operation that only our spec has.
const ADDED: &str = "operation-added";

/// Everything of one kind that differs at one place. Ten added values of an enum are one
/// difference, as one reason explains them; an eleventh value makes it another difference.
/// Operations that share a component share the difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Difference {
    pub(crate) at: String,
    pub(crate) rule: String,
    /// The values in upstream, cut for people. Empty if it has none.
    pub(crate) upstream: Vec<String>,
    /// The values in our spec.
    pub(crate) ours: Vec<String>,
    /// Sixteen hexadecimal digits that identify all of it, uncut, including subtrees.
    pub(crate) fingerprint: String,
}

/// A difference in one operation.
#[derive(Clone, Debug)]
pub(crate) struct Occurrence {
    /// `GET /v2/voices`, or `api`.
    pub(crate) operation: String,
    pub(crate) difference: Difference,
    /// The changes it consists of.
    pub(crate) changes: Vec<Change>,
}

/// All differences between upstream and our spec.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// The operations on both sides, which `operations = "all"` stands for.
    pub(crate) common: BTreeSet<String>,
    pub(crate) occurrences: Vec<Occurrence>,
}

impl Comparison {
    /// Compares upstream with our spec. Fails if they have no operation in common: then one of them
    /// is the wrong file.
    pub(crate) fn of(upstream: &Source, spec: &Source) -> Result<Self, Failure> {
        let report = Report::of(upstream, spec)?;
        let operations = spec.api.lines.iter().filter_map(|line| line.place.operation.as_ref());
        let mut common: BTreeSet<String> = operations.map(ToString::to_string).collect();
        for change in report.changes.iter().filter(|change| change.rule.id == ADDED) {
            common.remove(&change.operation_name());
        }
        if common.is_empty() {
            return Err(Failure::nothing_compared(
                &format!("{} and {} have no operation in common", upstream.name, spec.name),
                "name the vendor's published spec, or a surface of it",
            ));
        }
        Ok(Self { common, occurrences: occurrences(report.changes) })
    }
}

impl Difference {
    /// Returns `upstream has string, our spec does not`, with each value formatted by `format`.
    pub(crate) fn values(&self, format: impl Fn(&str) -> String) -> String {
        let list = |values: &[String]| {
            values.iter().map(|value| format(value)).collect::<Vec<_>>().join(", ")
        };
        match (self.upstream.as_slice(), self.ours.as_slice()) {
            ([], []) => "differs".to_owned(),
            (upstream, []) => format!("upstream has {}, our spec does not", list(upstream)),
            ([], ours) => format!("our spec has {}, upstream does not", list(ours)),
            (upstream, ours) => {
                format!("upstream has {}, our spec {}", list(upstream), list(ours))
            }
        }
    }
}

/// Groups changes by operation, place and rule.
fn occurrences(changes: Vec<Change>) -> Vec<Occurrence> {
    let mut places: BTreeMap<_, Vec<Change>> = BTreeMap::new();
    for change in changes {
        let path = change.operation.as_ref().map(|operation| operation.path.clone());
        let key = (path, change.operation_name(), change.direction, change.at.clone());
        places.entry((key, change.rule.id)).or_default().push(change);
    }
    let occurrence = |(((_, operation, _, at), rule), changes): ((_, &str), Vec<Change>)| {
        let mut parts: Vec<String> = changes.iter().map(Change::shared_fingerprint).collect();
        parts.sort();
        let difference = Difference {
            at,
            rule: rule.to_owned(),
            upstream: values(&changes, |change| change.old.as_ref()),
            ours: values(&changes, |change| change.new.as_ref()),
            fingerprint: fingerprint(parts),
        };
        Occurrence { operation, difference, changes }
    };
    places.into_iter().map(occurrence).collect()
}

/// Returns the values on one side. If only some changes have one, the others count as empty, so
/// that both sides have the same order.
fn values(changes: &[Change], side: impl Fn(&Change) -> Option<&String>) -> Vec<String> {
    if changes.iter().all(|change| side(change).is_none()) {
        return Vec::new();
    }
    let value = |change| side(change).map(|value| shortened(value)).unwrap_or_default();
    changes.iter().map(value).collect()
}
