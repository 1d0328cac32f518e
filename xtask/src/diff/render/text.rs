//! A report for a terminal.

use std::fmt::Write as _;

use super::super::report::Report;
use super::groups::{Group, reasons, sections};
use super::lines::{NAMED, api_lines, more, values};
use super::summary;

/// Prints the changes of each operation for a terminal.
pub(crate) fn text(report: &Report) -> String {
    let mut output = String::new();
    for section in sections(report) {
        if let Some(title) = section.title {
            let separator = if output.is_empty() { "" } else { "\n" };
            let _ = writeln!(output, "{separator}{title}");
        }
        for group in &section.groups {
            print_group(&mut output, report, group);
        }
    }
    for line in api_lines(report, str::to_owned) {
        let _ = writeln!(output, "{line}");
    }
    if !output.is_empty() {
        output.push('\n');
    }
    output + &summary::lines(report)
}

fn print_group(output: &mut String, report: &Report, group: &Group<'_>) {
    let named = group.operations.iter().take(NAMED).map(|(operation, call)| match call {
        Some(call) => format!("{operation} ({call})"),
        None => operation.clone(),
    });
    let names = named.collect::<Vec<_>>().join(", ");
    let _ = match group.operations.len() {
        1 => writeln!(output, "{names}"),
        count => writeln!(output, "{count} operations: {names}{}", more(count, NAMED)),
    };
    for (change, why) in group.changes.iter().zip(reasons(&group.changes)) {
        let effect = change.effect();
        let (wire, source) = (effect.wire.to_string(), effect.source.to_string());
        let _ = writeln!(
            output,
            "  wire {wire:<5}  source {source:<5}  {}  {}: {}",
            change.rule.id,
            change.at,
            values(change, str::to_owned)
        );
        if let Some(reason) = report.reason(change) {
            let _ = writeln!(output, "    allowed: {reason}");
        }
        if let Some(why) = why {
            let _ = writeln!(output, "    {why}");
        }
    }
}
