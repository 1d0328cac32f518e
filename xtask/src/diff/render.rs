//! Prints a report: for people, for programs, and for GitHub.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::change::Change;
use super::report::Report;
use super::rules::Verdict;
use super::source::Source;
use crate::public_api::{ApiChange, ApiEffect};
use crate::text::{code, command_message, command_property, counted, escaped, shortened};

const VERDICTS: [Verdict; 4] = [Verdict::Break, Verdict::Loss, Verdict::Risk, Verdict::Ok];

/// A change that at least this many operations share is shown once.
const SHARED: usize = 3;
/// At most this many operations that share a change are named in a terminal.
const NAMED: usize = 3;

/// Prints the changes of each operation for a terminal.
pub(crate) fn text(report: &Report) -> String {
    let mut output = String::new();
    for (operations, changes) in groups(report) {
        let names = operations.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let _ = match operations.len() {
            1 => writeln!(output, "{names}"),
            count if count <= NAMED => writeln!(output, "{count} operations: {names}"),
            count => {
                writeln!(output, "{count} operations: {names} and {} more", count - NAMED)
            }
        };
        for change in changes {
            let effect = change.effect();
            let (wire, source) = (effect.wire.to_string(), effect.source.to_string());
            let _ = writeln!(
                output,
                "  wire {wire:<5}  source {source:<5}  {}  {}: {}",
                change.rule.id,
                change.at,
                values(change, str::to_owned)
            );
        }
    }
    for line in api_lines(report, str::to_owned) {
        let _ = writeln!(output, "{line}");
    }
    if !output.is_empty() {
        output.push('\n');
    }
    output + &summary(report)
}

/// Prints the changes of each operation for a pull request, an issue or a job summary.
pub(crate) fn markdown(report: &Report) -> String {
    let [old, new] = report.names.each_ref().map(|name| code(name));
    let mut output = format!("### API changes from {old} to {new}\n\n");
    for (operations, changes) in groups(report) {
        let names: Vec<String> = operations.iter().map(|name| code(name)).collect();
        let _ = match names.as_slice() {
            [name] => writeln!(output, "#### {name}\n"),
            names => writeln!(output, "#### {} operations\n\n{}\n", names.len(), names.join(", ")),
        };
        output.push_str("| wire | source | what | where | change |\n|---|---|---|---|---|\n");
        for change in changes {
            let effect = change.effect();
            let _ = writeln!(
                output,
                "| {} | {} | {} | {} | {} |",
                effect.wire,
                effect.source,
                change.rule.id,
                code(&change.at),
                values(change, code)
            );
        }
        output.push('\n');
    }
    let lines = api_lines(report, code);
    if let [title, changes @ ..] = lines.as_slice() {
        let _ = writeln!(output, "#### {title}\n");
        for change in changes {
            let _ = writeln!(output, "- {}", change.trim_start());
        }
        output.push('\n');
    }
    for line in summary(report).lines() {
        let _ = writeln!(output, "- {}", escaped(line));
    }
    output
}

/// Prints everything for programs. Its keys are an interface of their own: the names of our types
/// may change without them.
pub(crate) fn json(report: &Report) -> Value {
    let changes: Vec<Value> = report.changes.iter().map(change_json).collect();
    let counts = VERDICTS.map(|verdict| (verdict.to_string(), report.count(verdict)));
    let wire: Value = counts.iter().map(|(name, (wire, _))| (name.clone(), *wire)).collect();
    let source: Value = counts.iter().map(|(name, (_, source))| (name.clone(), *source)).collect();
    let [old, new] = &report.names;
    let [old_operations, new_operations] = report.operations;
    let prose = report.prose.as_ref();
    json!({
        "old": {"name": old, "operations": old_operations},
        "new": {"name": new, "operations": new_operations},
        "compared": {
            "operations": report.compared.operations,
            "schemas": report.compared.schemas,
            "unread": report.compared.unread,
        },
        "findings": changes,
        "wire": wire,
        "source": source,
        "generated": report.api.as_ref().map(|changes| {
            changes.iter().map(api_change_json).collect::<Vec<_>>()
        }),
        "prose": prose.map(|prose| prose.differences),
        "prose_operations": prose.map(|prose| {
            prose.operations.iter().map(ToString::to_string).collect::<Vec<_>>()
        }),
        "bump": report.bumps().map(|(name, bump)| (name.to_owned(), Value::from(bump.name())))
            .into_iter().collect::<Value>(),
    })
}

/// Prints annotations for the log of a GitHub workflow, at the operation if the new side is a spec.
pub(super) fn github(report: &Report, new: &Source) -> String {
    let mut output = String::new();
    for change in &report.changes {
        let effect = change.effect();
        let level = match effect.wire.max(effect.source) {
            Verdict::Break => "error",
            Verdict::Loss | Verdict::Risk => "warning",
            Verdict::Ok => "notice",
        };
        let operation = change.operation_name();
        let title = command_property(&format!("{operation}: {}", change.rule.id));
        let message = format!(
            "{} {}: {} (wire {}, source {}: {})",
            operation,
            change.at,
            values(change, str::to_owned),
            effect.wire,
            effect.source,
            effect.why
        );
        let file = new.file.as_ref().map(|file| format!("file={},", command_property(file)));
        let line = line(change, new).map(|line| format!("line={line},"));
        let place = file.map(|file| file + &line.unwrap_or_default()).unwrap_or_default();
        let message = command_message(&message);
        let _ = writeln!(output, "::{level} {place}title={title}::{message}");
    }
    for line in api_lines(report, str::to_owned) {
        let _ = writeln!(output, "{line}");
    }
    output + &summary(report)
}

/// Returns what changes in the generated code, with a title: each break and change of behavior, and
/// how many additions. Empty if nothing changes.
pub(crate) fn api_lines(report: &Report, format: impl Fn(&str) -> String) -> Vec<String> {
    let Some(changes) = report.api.as_ref().filter(|changes| !changes.is_empty()) else {
        return Vec::new();
    };
    let mut lines = vec!["the generated code".to_owned()];
    let added = |change: &&ApiChange| change.effect == ApiEffect::Addition;
    for change in changes.iter().filter(|change| !added(change)) {
        let ApiChange { item, old, new, effect } = change;
        let values = old_and_new(old.as_ref(), new.as_ref(), &format);
        lines.push(format!("  {:<8}  {}: {values}", effect.to_string(), format(item)));
    }
    let added: Vec<&ApiChange> = changes.iter().filter(added).collect();
    if !added.is_empty() {
        let names = added.iter().take(NAMED).map(|change| format(&change.item));
        let names = names.collect::<Vec<_>>().join(", ");
        let more = match added.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        lines.push(format!("  {}: {names}{more}", counted(added.len(), "addition")));
    }
    lines
}

/// Returns `old → new`, `added …` or `removed …`, with each value formatted by `format`.
pub(crate) fn values(change: &Change, format: impl Fn(&str) -> String) -> String {
    let values = old_and_new(change.old.as_ref(), change.new.as_ref(), format);
    match change.elsewhere {
        Some(elsewhere) => format!("{values} ({elsewhere})"),
        None => values,
    }
}

fn old_and_new(
    old: Option<&String>,
    new: Option<&String>,
    format: impl Fn(&str) -> String,
) -> String {
    let format = |value: &String| format(&shortened(value));
    match (old.map(&format), new.map(&format)) {
        (Some(old), Some(new)) => format!("{old} → {new}"),
        (Some(old), None) => format!("removed {old}"),
        (None, Some(new)) => format!("added {new}"),
        (None, None) => "changed".to_owned(),
    }
}

/// Returns the line of the change's operation in the new side, if that is a spec.
pub(crate) fn line(change: &Change, new: &Source) -> Option<usize> {
    new.line(change.operation.as_ref()?)
}

/// The last lines of every report for people.
fn summary(report: &Report) -> String {
    let mut output = String::new();
    let [old, new] = &report.names;
    let [old_operations, new_operations] = report.operations;
    let operations = report.changes.chunk_by(|a, b| a.operation == b.operation).count();
    let _ = writeln!(
        output,
        "{} in {}, comparing {old} ({old_operations}) with {new} ({new_operations})",
        counted(report.changes.len(), "change"),
        counted(operations, "operation"),
    );
    let _ = writeln!(output, "{}", report.compared.line());
    if !report.changes.is_empty() {
        for (name, side) in [("wire", 0), ("source", 1)] {
            let counts = VERDICTS.map(|verdict| {
                let (wire, source) = report.count(verdict);
                format!("{} {verdict}", if side == 0 { wire } else { source })
            });
            let _ = writeln!(output, "{name}: {}", counts.join(", "));
        }
    }
    match &report.prose {
        None => output.push_str("prose: not compared, since a surface has none\n"),
        Some(prose) if prose.differences == 0 => output.push_str("prose: the same\n"),
        Some(prose) => {
            let _ = writeln!(
                output,
                "prose: {} in {}; it may state limits, so read it",
                match prose.differences {
                    1 => "1 text differs".to_owned(),
                    many => format!("{many} texts differ"),
                },
                counted(prose.operations.len(), "operation"),
            );
        }
    }
    if let Some(changes) = &report.api {
        let count = |effect| changes.iter().filter(|change| change.effect == effect).count();
        let counts = [ApiEffect::Break, ApiEffect::Behavior, ApiEffect::Addition]
            .map(|effect| format!("{} {effect}", count(effect)));
        let _ = writeln!(output, "generated code: {}", counts.join(", "));
    }
    let bumps = report.bumps().map(|(name, bump)| format!("{name} {}", bump.name()));
    let _ = writeln!(output, "version bump: {}", bumps.join(", "));
    output
}

/// Groups the changes by the operations that have them: first those that many operations share,
/// then by operation.
fn groups(report: &Report) -> Vec<(Vec<String>, Vec<&Change>)> {
    let mut sharing: BTreeMap<_, Vec<&Change>> = BTreeMap::new();
    for change in &report.changes {
        sharing.entry(change.shared_key()).or_default().push(change);
    }
    let mut shared: BTreeMap<Vec<String>, Vec<&Change>> = BTreeMap::new();
    for changes in sharing.values().filter(|changes| changes.len() >= SHARED) {
        let operations = changes.iter().map(|change| change.operation_name()).collect();
        shared.entry(operations).or_default().extend(changes.first());
    }
    let mut groups: Vec<_> = shared.into_iter().collect();
    groups.sort_by_key(|(operations, _)| Reverse(operations.len()));
    for changes in report.changes.chunk_by(|a, b| a.operation == b.operation) {
        let single = changes.iter().filter(|change| {
            sharing.get(&change.shared_key()).is_none_or(|changes| changes.len() < SHARED)
        });
        let single: Vec<&Change> = single.collect();
        if let Some(first) = single.first() {
            groups.push((vec![first.operation_name()], single));
        }
    }
    groups
}

fn api_change_json(change: &ApiChange) -> Value {
    let ApiChange { item, old, new, effect } = change;
    json!({"item": item, "old": old, "new": new, "effect": effect.to_string()})
}

fn change_json(change: &Change) -> Value {
    let effect = change.effect();
    json!({
        "operation": change.operation_name(),
        "direction": change.direction.to_string(),
        "at": change.at,
        "rule": change.rule.id,
        "old": change.old,
        "new": change.new,
        "wire": effect.wire.to_string(),
        "source": effect.source.to_string(),
        "why": effect.why,
        "fingerprint": change.fingerprint(),
        "places": change.elsewhere.map_or(1, |elsewhere| elsewhere.places),
        "operations": change.elsewhere.map_or(1, |elsewhere| elsewhere.operations),
    })
}
