//! Single edits of the project's spec: each is reported at its place and judged.

use super::*;

const TABLE: &str = include_str!("mutations.txt");

/// Edits that are made together, and the changes to report.
struct Mutation<'t> {
    edits: Vec<&'t str>,
    expected: Vec<&'t str>,
}

fn table() -> Vec<Mutation<'static>> {
    let blocks = TABLE.split("\n\n").map(|block| {
        let lines = block.lines().filter(|line| !line.starts_with("# ") && *line != "#");
        let (expected, edits) = lines.partition(|line| line.starts_with("  "));
        Mutation { edits, expected }
    });
    blocks.filter(|mutation| !mutation.edits.is_empty()).collect()
}

/// Returns the edits of the table.
pub(super) fn edits() -> Vec<Vec<&'static str>> {
    table().into_iter().map(|mutation| mutation.edits).collect()
}

/// Replaces the counts of properties and values, which depend on the rest of the spec.
fn without_counts(line: &str) -> String {
    let words = line.split(' ').collect::<Vec<_>>();
    let counted = |index: usize| {
        let noun = words.get(index + 1).map(|word| word.trim_end_matches(','));
        noun.is_some_and(|noun| ["properties", "property", "value", "values"].contains(&noun))
            && words[index].bytes().all(|byte| byte.is_ascii_digit())
    };
    let words = words.iter().enumerate().map(|(index, word)| match counted(index) {
        true => "N",
        false => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn each_edit_is_reported_and_judged() {
    let table = table();
    let single = table.iter().filter(|mutation| mutation.expected.len() == 1).count();
    assert!(single >= 60, "only {single} edits make one change");
    // Without documents the prose is skipped, which would take most of the time.
    let old = Source { texts: None, ..source(jogg().clone()) };
    let mut reports = Vec::new();
    for Mutation { edits, expected } in &table {
        let mut spec = jogg().clone();
        edits.iter().for_each(|edit| apply(&mut spec, edit));
        let new = source(spec);
        let report = Report::of(&old, &new).unwrap();
        let lines: Vec<String> = report.changes.iter().map(line).collect();
        let lines: Vec<String> = lines.iter().map(|line| without_counts(line)).collect();
        let expected: Vec<&str> = expected.iter().map(|line| line.trim_start()).collect();
        assert_eq!(lines, expected, "{edits:?}");
        // The way back has as many changes.
        let back = Report::of(&new, &old).unwrap();
        assert_eq!(back.changes.len(), expected.len(), "{edits:?} undone");
        reports.extend([report, back]);
    }
    // Rules without a place in the project's spec are tested on small ones.
    let elsewhere = [
        "reference-changed",
        "security-loosened",
        "parameter-became-list",
        "path-parameters-swapped",
        "media-type-narrowed",
        "media-type-widened",
        "error-media-type-removed",
        "pattern-changed",
        "constraint-changed",
        "alternatives-changed",
        "discriminator-changed",
        "mapping-added",
        "mapping-removed",
    ];
    let used = rules(&reports);
    let all = super::super::rules::rules().map(|rule| rule.id);
    let unused: Vec<&str> = all.filter(|rule| !used.contains(rule)).collect();
    assert_eq!(unused, elsewhere, "rules that no edit in the table is about");
}

#[test]
fn a_fingerprint_stands_for_one_change() {
    let old = source(jogg().clone());
    let fingerprint = |edit: &str| {
        let mut spec = jogg().clone();
        apply(&mut spec, edit);
        let report = Report::of(&old, &source(spec)).unwrap();
        assert_eq!(report.changes.len(), 1, "{edit}");
        report.changes[0].fingerprint()
    };
    let edits = [
        "set #User/properties/plan = {\"type\": \"string\"}",
        "set #User/properties/plan = {\"type\": \"integer\"}",
        "set #User/properties/plan = {\"type\": \"string\", \"maxLength\": 2}",
        // These two have the same description.
        "set #User/properties/plan = {\"type\": \"object\", \"properties\": {\"a\": {}}}",
        "set #User/properties/plan = {\"type\": \"object\", \"properties\": {\"b\": {}}}",
        "set #User/properties/seat = {\"type\": \"string\"}",
        "set #Quota/properties/plan = {\"type\": \"string\"}",
        "set #User/properties/email/maxLength = 3",
        "set #User/properties/email/maxLength = 4",
    ];
    let fingerprints: Vec<String> = edits.iter().map(|edit| fingerprint(edit)).collect();
    let distinct: BTreeSet<&String> = fingerprints.iter().collect();
    assert_eq!(distinct.len(), edits.len(), "{fingerprints:?}");
    assert_eq!(fingerprints[0], fingerprint(edits[0]));
    assert!(fingerprints.iter().all(|text| text.len() == 16), "{fingerprints:?}");
}
