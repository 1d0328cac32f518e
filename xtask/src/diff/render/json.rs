//! A report for programs.

use serde_json::{Value, json};

use super::super::calls::Call;
use super::super::change::Change;
use super::super::contents;
use super::super::prose::Prose;
use super::super::report::{Bump, Report};
use super::summary::VERDICTS;
use crate::public_api::ApiChange;

/// Prints everything for programs. Its keys are a separate interface: the names of our types
/// may change without them.
pub(crate) fn json(report: &Report) -> Value {
    let changes: Vec<Value> = report.shown().map(|change| change_json(report, change)).collect();
    let counts = VERDICTS.map(|verdict| (verdict.to_string(), report.count(verdict)));
    let wire: Value = counts.iter().map(|(name, (wire, _))| (name.clone(), *wire)).collect();
    let source: Value = counts.iter().map(|(name, (_, source))| (name.clone(), *source)).collect();
    let [old, new] = &report.names;
    let [old_operations, new_operations] = report.operations;
    let prose = report.prose.as_ref();
    let places = |prose: &Prose| -> Vec<Value> {
        prose.places.iter().map(|(place, line)| json!({"at": place, "line": line})).collect()
    };
    let bump = |(name, bump): (&str, Bump)| (name.to_owned(), Value::from(bump.name()));
    json!({
        "old": {"name": old, "operations": old_operations},
        "new": {"name": new, "operations": new_operations},
        "compared": {
            "operations": report.compared.operations,
            "schemas": report.compared.schemas,
            "unread": report.compared.unread,
        },
        "findings": changes,
        "hidden": report.hidden(),
        "wire": wire,
        "source": source,
        "generated": report.api.as_ref().map(|changes| {
            changes.iter().map(api_change_json).collect::<Vec<_>>()
        }),
        "prose": prose.map(|prose| prose.differences),
        "prose_operations": prose.map(|prose| {
            prose.operations.iter().map(ToString::to_string).collect::<Vec<_>>()
        }),
        "prose_places": prose.map(places),
        "bump": report.bumps().into_iter().map(bump).collect::<Value>(),
    })
}

fn api_change_json(change: &ApiChange) -> Value {
    let ApiChange { item, old, new, effect } = change;
    json!({"item": item, "old": old, "new": new, "effect": effect.to_string()})
}

fn change_json(report: &Report, change: &Change) -> Value {
    let effect = change.effect();
    let Call { method, id } = report.calls.get(change.operation.as_ref());
    json!({
        "operation": change.operation_name(),
        "operation_id": id,
        "call": method,
        "direction": change.direction.to_string(),
        "at": change.at,
        "rule": change.rule.id,
        "old": change.old,
        "new": change.new,
        "properties": contents::properties(change),
        "wire": effect.wire.to_string(),
        "source": effect.source.to_string(),
        "why": effect.why,
        "allowed": report.reason(change),
        "fingerprint": change.fingerprint(),
        "places": change.elsewhere.map_or(1, |elsewhere| elsewhere.places),
        "operations": change.elsewhere.map_or(1, |elsewhere| elsewhere.operations),
    })
}
