//! The published versions of the vendor's spec, as surfaces.

use super::super::render;
use super::*;
use crate::workspace::root;

const DATES: [&str; 4] = ["2025-12-16", "2025-12-17", "2025-12-29", "2026-03-30"];

fn text(date: &str) -> String {
    let file = root().join(format!("xtask/fixtures/upstream-{date}.surface"));
    std::fs::read_to_string(file).unwrap()
}

fn upstream(date: &str) -> Source {
    Source::parse(date, text(date)).unwrap()
}

/// Compares two versions: how many operations on both sides changed, how many changes they have,
/// and how many operations were added.
#[track_caller]
fn check_step(old: &str, new: &str, operations: usize, changes: usize, added: usize) {
    let report = Report::of(&upstream(old), &upstream(new)).unwrap();
    let (new_operations, others): (Vec<&Change>, Vec<&Change>) =
        report.changes.iter().partition(|change| change.rule.id == "operation-added");
    let changed: BTreeSet<String> = others.iter().map(|change| change.operation_name()).collect();
    let counts = (changed.len(), others.len(), new_operations.len());
    assert_eq!(counts, (operations, changes, added));
    insta::assert_snapshot!(format!("{old}-to-{new}"), render::text(&report));
    let same = Report::of(&upstream(new), &upstream(new)).unwrap();
    assert!(same.changes.is_empty());
}

#[test]
fn each_step_has_its_changes() {
    check_step(DATES[0], DATES[1], 7, 40, 0);
    check_step(DATES[1], DATES[2], 2, 4, 1);
    check_step(DATES[2], DATES[3], 1, 3, 2);
}

#[test]
fn the_fixtures_have_no_prose() {
    for date in DATES {
        let (text, source) = (text(date), upstream(date));
        let surface = source.surface().unwrap();
        assert_eq!(surface.to_string(), text, "{date} isn't in the printed form");
        for line in &surface.lines {
            let fact = &line.fact;
            let prose = ["description", "example", "examples", "summary", "title"];
            assert!(!prose.contains(&fact.keyword.as_str()), "{date}: {line}");
            let words = fact.value.split_whitespace().count();
            assert!(words <= 4 && fact.value.len() <= 60, "{date}: is this prose? {line}");
        }
    }
}
