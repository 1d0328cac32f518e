//! The steps that the vendor's spec took, as surfaces.

use super::super::render;
use super::*;
use crate::workspace::root;

const DATES: [&str; 4] = ["2025-12-16", "2025-12-17", "2025-12-29", "2026-03-30"];

fn text(date: &str) -> String {
    let file = root().join(format!("xtask/fixtures/upstream-{date}.surface"));
    std::fs::read_to_string(file).unwrap()
}

fn upstream(date: &str) -> Source {
    Source::parse(date, &text(date)).unwrap()
}

/// A step, with the operations that changed but are on both sides, the findings in these, and the
/// operations that came.
#[track_caller]
fn check_step(old: &str, new: &str, changed: usize, findings: usize, added: usize) {
    let report = Report::of(&upstream(old), &upstream(new)).unwrap();
    let (came, others): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|finding| finding.rule.id == "operation-added");
    let operations: BTreeSet<String> = others.iter().map(|finding| finding.operation()).collect();
    assert_eq!((operations.len(), others.len(), came.len()), (changed, findings, added));
    insta::assert_snapshot!(format!("{old}-to-{new}"), render::text(&report));
    let same = Report::of(&upstream(new), &upstream(new)).unwrap();
    assert!(same.findings.is_empty());
}

#[test]
fn the_steps_give_the_true_findings() {
    check_step(DATES[0], DATES[1], 7, 40, 0);
    check_step(DATES[1], DATES[2], 2, 4, 1);
    check_step(DATES[2], DATES[3], 1, 3, 2);
}

#[test]
fn the_fixtures_hold_facts_and_no_prose() {
    for date in DATES {
        let (text, source) = (text(date), upstream(date));
        assert_eq!(source.surface.to_string(), text, "{date} is in the form that is printed");
        for line in &source.surface.lines {
            let fact = &line.fact;
            let prose = ["description", "example", "examples", "summary", "title"];
            assert!(!prose.contains(&fact.keyword.as_str()), "{date}: {line}");
            let words = fact.value.split_whitespace().count();
            assert!(words <= 4 && fact.value.len() <= 60, "{date}: is this prose? {line}");
        }
    }
}
