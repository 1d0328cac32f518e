//! What differs at one place of one operation between upstream and our spec.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::finding::{Finding, fingerprint};
use crate::diff::report::Report;
use crate::diff::source::Source;
use crate::failure::Failure;
use crate::text::shortened;

/// Everything of one kind that a diff found at one place: ten values that an enum has more are one
/// difference, as one reason explains them. An eleventh value makes it another difference.
#[derive(Clone, Debug)]
pub(crate) struct Difference {
    /// `GET /v2/voices`, or `api`.
    pub(crate) operation: String,
    pub(crate) change: Change,
    /// The findings, each for an annotation or a report.
    pub(crate) findings: Vec<Finding>,
}

/// A difference without its operation, as operations that share a component share it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Change {
    pub(crate) at: String,
    pub(crate) rule: String,
    /// What upstream has, cut for people; nothing where it has nothing.
    pub(crate) upstream: Vec<String>,
    /// What our spec has.
    pub(crate) ours: Vec<String>,
    /// Sixteen hexadecimal digits for all of it, uncut, with what a subtree holds.
    pub(crate) fingerprint: String,
}

/// What was compared, and what differs.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// The operations on both sides: those that `operations = "all"` stands for.
    pub(crate) common: BTreeSet<String>,
    pub(crate) differences: Vec<Difference>,
}

impl Comparison {
    /// Compares upstream with our spec. Having nothing in common is a wrong file, not a difference.
    pub(crate) fn of(upstream: &Source, spec: &Source) -> Result<Self, Failure> {
        let report = Report::of(upstream, spec)?;
        let operations = spec.surface.lines.iter().filter_map(|line| line.place.operation.as_ref());
        let mut common: BTreeSet<String> = operations.map(ToString::to_string).collect();
        for finding in report.findings.iter().filter(|finding| finding.rule.id == ADDED) {
            common.remove(&finding.operation());
        }
        if common.is_empty() {
            return Err(Failure::nothing_compared(
                &format!("{} and {} have no operation in common", upstream.name, spec.name),
                "name the vendor's published spec, or a surface of it",
            ));
        }
        Ok(Self { common, differences: differences(report.findings) })
    }
}

/// The rule for an operation that only our spec has.
const ADDED: &str = "operation-added";

impl Change {
    /// `upstream has string; our spec does not`, each value put as the format wants it.
    pub(crate) fn words(&self, put: impl Fn(&str) -> String) -> String {
        let list = |values: &[String]| {
            values.iter().map(|value| put(value)).collect::<Vec<_>>().join(", ")
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

/// The findings by operation, place and rule.
fn differences(findings: Vec<Finding>) -> Vec<Difference> {
    let mut places: BTreeMap<_, Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        let path = finding.operation.as_ref().map(|operation| operation.path.clone());
        let key = (path, finding.operation(), finding.direction, finding.at.clone());
        places.entry((key, finding.rule.id)).or_default().push(finding);
    }
    places
        .into_iter()
        .map(|(((_, operation, _, at), rule), findings)| {
            let mut parts: Vec<String> = findings.iter().map(Finding::change_fingerprint).collect();
            parts.sort();
            let change = Change {
                at,
                rule: rule.to_owned(),
                upstream: values(&findings, |finding| finding.old.as_ref()),
                ours: values(&findings, |finding| finding.new.as_ref()),
                fingerprint: fingerprint(parts),
            };
            Difference { operation, change, findings }
        })
        .collect()
}

/// One side of some findings. Where only some have a value, the others count as empty, so that both
/// sides stay in step.
fn values(findings: &[Finding], side: impl Fn(&Finding) -> Option<&String>) -> Vec<String> {
    if findings.iter().all(|finding| side(finding).is_none()) {
        return Vec::new();
    }
    let value = |finding| side(finding).map(|value| shortened(value)).unwrap_or_default();
    findings.iter().map(value).collect()
}
