//! The last lines of every report for people.

use std::fmt::Write as _;

use super::super::report::Report;
use super::super::rules::Verdict;
use crate::public_api::ApiEffect;
use crate::text::counted;

/// The verdicts, from harmful to harmless.
pub(super) const VERDICTS: [Verdict; 4] =
    [Verdict::Break, Verdict::Loss, Verdict::Risk, Verdict::Ok];

/// At most this many places of changed prose are named for people.
const PLACES: usize = 20;

/// Returns how much changed, and what that means for the version.
pub(super) fn lines(report: &Report) -> String {
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
    if report.hidden() > 0 {
        let _ = writeln!(output, "not shown: {} below --min", counted(report.hidden(), "change"));
    }
    if !report.changes.is_empty() {
        for (name, side) in [("wire", 0), ("source", 1)] {
            let counts = VERDICTS.map(|verdict| {
                let (wire, source) = report.count(verdict);
                format!("{} {verdict}", if side == 0 { wire } else { source })
            });
            let _ = writeln!(output, "{name}: {}", counts.join(", "));
        }
    }
    prose(report, &mut output);
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

fn prose(report: &Report, output: &mut String) {
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
            for (place, line) in prose.places.iter().take(PLACES) {
                let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
                let _ = writeln!(output, "  {place}{line}");
            }
            match prose.places.len().saturating_sub(PLACES) {
                0 => {}
                more => drop(writeln!(output, "  and {}", counted(more, "more place"))),
            }
        }
    }
}
