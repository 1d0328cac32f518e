//! A report for people, for machines, and for GitHub.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::finding::Finding;
use super::report::Report;
use super::rules::Verdict;
use super::source::Source;
use crate::document::Position;
use crate::spec;
use crate::surface::template;
use crate::text::{code, command_message, command_property, counted, escaped, shortened};

const VERDICTS: [Verdict; 4] = [Verdict::Break, Verdict::Loss, Verdict::Risk, Verdict::Ok];

/// A change that this many operations share is shown once.
const SHARED: usize = 3;
/// So many of the operations that share it are named in a terminal.
const NAMED: usize = 3;

/// For a terminal: the findings under their operations.
pub(crate) fn text(report: &Report) -> String {
    let mut output = String::new();
    for (operations, findings) in groups(report) {
        let names = operations.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let _ = match operations.len() {
            1 => writeln!(output, "{names}"),
            count if count <= NAMED => writeln!(output, "{count} operations: {names}"),
            count => {
                writeln!(output, "{count} operations: {names} and {} more", count - NAMED)
            }
        };
        for finding in findings {
            let effect = finding.effect();
            let (wire, source) = (effect.wire.to_string(), effect.source.to_string());
            let _ = writeln!(
                output,
                "  wire {wire:<5}  source {source:<5}  {}  {}: {}",
                finding.rule.id,
                finding.at,
                change(finding, str::to_owned)
            );
        }
    }
    if !report.findings.is_empty() {
        output.push('\n');
    }
    output + &summary(report)
}

/// For a pull request, an issue or a job summary.
pub(crate) fn markdown(report: &Report) -> String {
    let [old, new] = report.names.each_ref().map(|name| code(name));
    let mut output = format!("### API changes from {old} to {new}\n\n");
    for (operations, findings) in groups(report) {
        let names: Vec<String> = operations.iter().map(|name| code(name)).collect();
        let _ = match names.as_slice() {
            [name] => writeln!(output, "#### {name}\n"),
            names => writeln!(output, "#### {} operations\n\n{}\n", names.len(), names.join(", ")),
        };
        output.push_str("| wire | source | what | where | change |\n|---|---|---|---|---|\n");
        for finding in findings {
            let effect = finding.effect();
            let _ = writeln!(
                output,
                "| {} | {} | {} | {} | {} |",
                effect.wire,
                effect.source,
                finding.rule.id,
                code(&finding.at),
                change(finding, code)
            );
        }
        output.push('\n');
    }
    for line in summary(report).lines() {
        let _ = writeln!(output, "- {}", escaped(line));
    }
    output
}

/// For machines.
pub(crate) fn json(report: &Report) -> Value {
    let findings: Vec<Value> = report.findings.iter().map(finding_json).collect();
    let counts = VERDICTS.map(|verdict| (verdict.to_string(), report.count(verdict)));
    let wire: Value = counts.iter().map(|(name, (wire, _))| (name.clone(), *wire)).collect();
    let source: Value = counts.iter().map(|(name, (_, source))| (name.clone(), *source)).collect();
    let [old, new] = &report.names;
    let [old_operations, new_operations] = report.operations;
    let prose = report.prose.as_ref();
    json!({
        "old": {"name": old, "operations": old_operations},
        "new": {"name": new, "operations": new_operations},
        "findings": findings,
        "wire": wire,
        "source": source,
        "prose": prose.map(|prose| prose.differences),
        "prose_operations": prose.map(|prose| {
            prose.operations.iter().map(ToString::to_string).collect::<Vec<_>>()
        }),
        "bump": report.bumps().map(|(name, bump)| (name.to_owned(), Value::from(bump.name())))
            .into_iter().collect::<Value>(),
    })
}

/// For the log of a GitHub workflow: annotations, at the operation where the new side is a spec.
pub(super) fn github(report: &Report, new: &Source) -> String {
    let mut output = String::new();
    for finding in &report.findings {
        let effect = finding.effect();
        let level = match effect.wire.max(effect.source) {
            Verdict::Break => "error",
            Verdict::Loss | Verdict::Risk => "warning",
            Verdict::Ok => "notice",
        };
        let operation = finding.operation();
        let title = format!("{operation}: {}", finding.rule.id);
        let message = format!(
            "{} {}: {} (wire {}, source {}: {})",
            operation,
            finding.at,
            change(finding, str::to_owned),
            effect.wire,
            effect.source,
            effect.why
        );
        let file = new.file.as_ref().map(|file| format!("file={},", command_property(file)));
        let line = line(finding, new).map(|line| format!("line={line},"));
        let place = file.map(|file| file + &line.unwrap_or_default()).unwrap_or_default();
        let _ = writeln!(
            output,
            "::{level} {place}title={}::{}",
            command_property(&title),
            command_message(&message)
        );
    }
    output + &summary(report)
}

/// `old → new`, `added …` or `removed …`, each value put as the format wants it.
pub(crate) fn change(finding: &Finding, put: impl Fn(&str) -> String) -> String {
    let put = |value: &String| put(&shortened(value));
    match (finding.old.as_ref().map(put), finding.new.as_ref().map(put)) {
        (Some(old), Some(new)) => format!("{old} → {new}"),
        (Some(old), None) => format!("removed {old}"),
        (None, Some(new)) => format!("added {new}"),
        (None, None) => "changed".to_owned(),
    }
}

/// The last lines of every report for people.
fn summary(report: &Report) -> String {
    let mut output = String::new();
    let [old, new] = &report.names;
    let [old_operations, new_operations] = report.operations;
    let operations = report.findings.chunk_by(|a, b| a.operation == b.operation).count();
    let _ = writeln!(
        output,
        "{} in {}, comparing {old} ({old_operations}) with {new} ({new_operations})",
        counted(report.findings.len(), "finding"),
        counted(operations, "operation"),
    );
    if !report.findings.is_empty() {
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
                "prose: {} in {}; limits may hide there",
                match prose.differences {
                    1 => "1 text differs".to_owned(),
                    many => format!("{many} texts differ"),
                },
                counted(prose.operations.len(), "operation"),
            );
        }
    }
    let bumps = report.bumps().map(|(name, bump)| format!("{name} {}", bump.name()));
    let _ = writeln!(output, "version bump: {}", bumps.join(", "));
    output
}

/// The findings with the operations they are about: first what many share, then by operation.
pub(crate) fn groups(report: &Report) -> Vec<(Vec<String>, Vec<&Finding>)> {
    let mut sharing: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        sharing.entry(finding.change()).or_default().push(finding);
    }
    let mut shared: BTreeMap<Vec<String>, Vec<&Finding>> = BTreeMap::new();
    for findings in sharing.values().filter(|findings| findings.len() >= SHARED) {
        let operations = findings.iter().map(|finding| finding.operation()).collect();
        shared.entry(operations).or_default().extend(findings.first());
    }
    let mut groups: Vec<_> = shared.into_iter().collect();
    groups.sort_by_key(|(operations, _)| Reverse(operations.len()));
    for findings in report.findings.chunk_by(|a, b| a.operation == b.operation) {
        let own = findings.iter().filter(|finding| {
            sharing.get(&finding.change()).is_none_or(|findings| findings.len() < SHARED)
        });
        let own: Vec<&Finding> = own.collect();
        if let Some(first) = own.first() {
            groups.push((vec![first.operation()], own));
        }
    }
    groups
}

pub(crate) fn finding_json(finding: &Finding) -> Value {
    let effect = finding.effect();
    json!({
        "operation": finding.operation(),
        "direction": finding.direction.to_string(),
        "at": finding.at,
        "rule": finding.rule.id,
        "old": finding.old,
        "new": finding.new,
        "wire": effect.wire.to_string(),
        "source": effect.source.to_string(),
        "why": effect.why,
        "fingerprint": finding.fingerprint(),
    })
}

/// The line of the finding's operation.
pub(crate) fn line(finding: &Finding, new: &Source) -> Option<usize> {
    let (wanted, document) = (finding.operation.as_ref()?, new.document.as_ref()?);
    let operations = spec::operations(document);
    let operation = operations.iter().find(|operation| {
        template(operation.path).0 == wanted.path
            && operation.method.eq_ignore_ascii_case(&wanted.method)
    })?;
    let Position { line, .. } = document.position(&operation.pointer);
    Some(line)
}
