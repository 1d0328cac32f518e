//! The draft for the changelog.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::diff::change::Change;
use crate::diff::render;
use crate::diff::report::{Bump, Report};
use crate::diff::source::Source;
use crate::drift::pin::Pin;
use crate::text::{code, counted};

/// Returns a draft for the changelog, which a person rewrites.
pub(super) fn changelog(now: &Source, pin: Option<&Pin>, report: Option<&Report>) -> String {
    let mut output = "## Unreleased\n\n".to_owned();
    if let Some(document) = &now.document {
        let _ = writeln!(output, "Generated from `{}`, sha256 `{}`.", now.name, document.sha256);
    }
    if let Some(Pin { date, sha256, .. }) = pin {
        let _ =
            writeln!(output, "Reviewed against the vendor's spec of {date}, sha256 `{sha256}`.");
    }
    let Some(report) = report else {
        output.push_str("\nFirst release.\n");
        return output;
    };
    let bumps = report.bumps().map(|(name, bump)| format!("{name} {}", bump.name()));
    let _ = writeln!(output, "Version bump: {}.\n", bumps.join(", "));
    let mut changes: BTreeMap<String, Vec<&Change>> = BTreeMap::new();
    for change in &report.changes {
        changes.entry(change.shared_fingerprint()).or_default().push(change);
    }
    // In the order of the report. A change that operations share is listed once.
    for first in &report.changes {
        let Some(sharing) = changes.remove(&first.shared_fingerprint()) else { continue };
        let effect = first.effect();
        let place = match sharing.len() {
            1 => code(&first.operation_name()),
            count => counted(count, "operation"),
        };
        let _ = writeln!(
            output,
            "- {place}: {} at {}: {} (wire {}, source {})",
            first.rule.id,
            code(&first.at),
            render::values(first, code),
            effect.wire,
            effect.source
        );
    }
    let mut lines = render::api_lines(report, code).into_iter().skip(1).peekable();
    if lines.peek().is_some() {
        output.push_str("- The generated code:\n");
    }
    for line in lines {
        let _ = writeln!(output, "  - {}", line.trim_start());
    }
    if report.bumps().iter().all(|(_, bump)| *bump == Bump::None) {
        output.push_str("- No change of the API.\n");
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "openapi: 3.0.3\npaths: {/a: {get: {parameters: [{name: q, in: query}]}}, \
                       /b: {get: {parameters: [{name: q, in: query}]}}}\n";
    const NEW: &str = "openapi: 3.0.3\npaths: {/a: {get: {}}, /b: {get: {}}}\n";

    #[test]
    fn the_changelog_has_hashes_date_bump_and_each_change_once() {
        let [old, new] = [OLD, NEW].map(|text| Source::parse("spec.yaml", text).unwrap());
        let hash = &new.document.as_ref().unwrap().sha256;
        let report = Report::of(&old, &new).unwrap();
        let pin = Pin::new("2026-03-30", Source::parse("up.yaml", OLD).unwrap()).unwrap();
        let text = changelog(&new, Some(&pin), Some(&report));
        for part in [
            &format!("Generated from `spec.yaml`, sha256 `{hash}`."),
            &format!("vendor's spec of 2026-03-30, sha256 `{}`.", pin.sha256),
            "Version bump: jogg-api minor, jogg-api-ext minor.",
            "- 2 operations: parameter-removed at `query q`: removed `any` (wire risk, source break)",
        ] {
            assert!(text.contains(part), "`{part}` is not in\n{text}");
        }
        assert_eq!(text.matches("\n- ").count(), 1, "{text}");
        assert!(changelog(&new, None, None).ends_with("First release.\n"));
        let same = Report::of(&new, &new).unwrap();
        assert!(changelog(&new, None, Some(&same)).ends_with("- No change of the API.\n"));
    }
}
