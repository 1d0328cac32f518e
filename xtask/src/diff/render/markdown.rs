//! A report for a pull request, an issue or a job summary.

use std::fmt::Write as _;

use super::super::report::Report;
use super::groups::{Group, sections};
use super::lines::{api_lines, values};
use super::summary;
use crate::text::{code, escaped};

/// Prints the changes of each operation in Markdown. What is allowed or harmless is folded.
pub(crate) fn markdown(report: &Report) -> String {
    let [old, new] = report.names.each_ref().map(|name| code(name));
    let mut output = format!("### API changes from {old} to {new}\n\n");
    let (mut open, mut folded) = (String::new(), String::new());
    for section in sections(report) {
        let output = if section.title.is_some() { &mut folded } else { &mut open };
        if let Some(title) = &section.title {
            let _ = writeln!(output, "<details>\n<summary>{title}</summary>\n");
        }
        for group in &section.groups {
            print_group(output, report, group);
        }
        if section.title.is_some() {
            output.push_str("</details>\n\n");
        }
    }
    output.push_str(&open);
    if let [title, changes @ ..] = api_lines(report, code).as_slice() {
        let _ = writeln!(output, "#### {title}\n");
        for change in changes {
            let _ = writeln!(output, "- {}", change.trim_start());
        }
        output.push('\n');
    }
    output.push_str(&folded);
    for line in summary::lines(report).lines() {
        let _ = match line.strip_prefix("  ") {
            Some(detail) => writeln!(output, "  - {}", escaped(detail)),
            None => writeln!(output, "- {}", escaped(line)),
        };
    }
    output
}

fn print_group(output: &mut String, report: &Report, group: &Group<'_>) {
    let names = group.operations.iter().map(|(operation, call)| match call {
        Some(call) => format!("{} ({})", code(operation), code(call)),
        None => code(operation),
    });
    let names: Vec<String> = names.collect();
    let _ = match names.as_slice() {
        [name] => writeln!(output, "#### {name}\n"),
        names => writeln!(output, "#### {} operations\n\n{}\n", names.len(), names.join(", ")),
    };
    output.push_str("| wire | source | what | where | change | why |\n|---|---|---|---|---|---|\n");
    for change in &group.changes {
        let effect = change.effect();
        let why = match report.reason(change) {
            Some(reason) => format!("Allowed: {}", escaped(reason)),
            None => effect.why.to_owned(),
        };
        let _ = writeln!(
            output,
            "| {} | {} | {} | {} | {} | {why} |",
            effect.wire,
            effect.source,
            change.rule.id,
            code(&change.at),
            values(change, code),
        );
    }
    output.push('\n');
}
