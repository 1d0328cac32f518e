//! A report for programs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::calls::Call;
use super::super::change::Change;
use super::super::contents;
use super::super::report::Report;
use super::summary::VERDICTS;
use crate::public_api::ApiChange;

/// A report as programs read it. Its keys are a separate interface, in alphabetical order: the
/// names of our types may change without them. It is written as it goes, since a tree of thousands
/// of findings would take more time and memory than the comparison.
#[derive(Serialize)]
struct Json<'r> {
    bump: BTreeMap<&'static str, &'static str>,
    compared: Compared<'r>,
    findings: Findings<'r>,
    generated: Option<Vec<Generated<'r>>>,
    hidden: usize,
    new: Side<'r>,
    old: Side<'r>,
    prose: Option<usize>,
    prose_operations: Option<Vec<String>>,
    prose_places: Option<Vec<ProsePlace<'r>>>,
    source: BTreeMap<String, usize>,
    wire: BTreeMap<String, usize>,
}

#[derive(Serialize)]
struct Compared<'r> {
    operations: usize,
    schemas: usize,
    unread: &'r [String],
}

#[derive(Serialize)]
struct Side<'r> {
    name: &'r str,
    operations: usize,
}

#[derive(Serialize)]
struct ProsePlace<'r> {
    at: &'r str,
    line: Option<u32>,
}

#[derive(Serialize)]
struct Generated<'r> {
    effect: String,
    item: &'r str,
    new: Option<&'r str>,
    old: Option<&'r str>,
}

/// The findings of a report, each made when it is written.
struct Findings<'r>(&'r Report);

#[derive(Serialize)]
struct Finding<'r> {
    allowed: Option<&'r str>,
    at: &'r str,
    call: Option<String>,
    direction: String,
    fingerprint: String,
    new: Option<&'r str>,
    old: Option<&'r str>,
    operation: String,
    operation_id: Option<String>,
    operations: usize,
    places: u64,
    properties: Vec<String>,
    rule: &'static str,
    source: String,
    why: &'static str,
    wire: String,
}

/// Returns everything for programs.
pub(crate) fn json(report: &Report) -> impl Serialize {
    let counts = VERDICTS.map(|verdict| (verdict.to_string(), report.count(verdict)));
    let [old, new] = &report.names;
    let [old_operations, new_operations] = report.operations;
    let prose = report.prose.as_ref();
    Json {
        bump: report.bumps().into_iter().map(|(name, bump)| (name, bump.name())).collect(),
        compared: Compared {
            operations: report.compared.operations,
            schemas: report.compared.schemas,
            unread: &report.compared.unread,
        },
        findings: Findings(report),
        generated: report.api.as_ref().map(|changes| changes.iter().map(generated).collect()),
        hidden: report.hidden(),
        new: Side { name: new, operations: new_operations },
        old: Side { name: old, operations: old_operations },
        prose: prose.map(|prose| prose.differences),
        prose_operations: prose
            .map(|prose| prose.operations.iter().map(ToString::to_string).collect()),
        prose_places: prose.map(|prose| {
            prose.places.iter().map(|(at, line)| ProsePlace { at, line: *line }).collect()
        }),
        source: counts.iter().map(|(name, (_, source))| (name.clone(), *source)).collect(),
        wire: counts.iter().map(|(name, (wire, _))| (name.clone(), *wire)).collect(),
    }
}

impl Serialize for Findings<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.shown().map(|change| finding(self.0, change)))
    }
}

fn generated(change: &ApiChange) -> Generated<'_> {
    let ApiChange { item, old, new, effect } = change;
    Generated { effect: effect.to_string(), item, new: new.as_deref(), old: old.as_deref() }
}

fn finding<'r>(report: &'r Report, change: &'r Change) -> Finding<'r> {
    let effect = change.effect();
    let Call { method, id } = report.calls.get(change.operation.as_ref());
    Finding {
        allowed: report.reason(change),
        at: &change.at,
        call: method,
        direction: change.direction.to_string(),
        fingerprint: change.fingerprint(),
        new: change.new.as_deref(),
        old: change.old.as_deref(),
        operation: change.operation_name(),
        operation_id: id,
        operations: change.elsewhere.map_or(1, |elsewhere| elsewhere.operations),
        places: change.elsewhere.map_or(1, |elsewhere| elsewhere.places),
        properties: contents::properties(change),
        rule: change.rule.id,
        source: effect.source.to_string(),
        why: effect.why,
        wire: effect.wire.to_string(),
    }
}
