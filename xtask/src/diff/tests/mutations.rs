//! Single changes of the project's spec: each is found, at its place, and judged.

use super::*;

const TABLE: &str = include_str!("mutations.txt");

/// Changes that are made together, and the findings they must give.
struct Mutation<'t> {
    changes: Vec<&'t str>,
    expected: Vec<&'t str>,
}

fn table() -> Vec<Mutation<'static>> {
    let blocks = TABLE.split("\n\n").map(|block| {
        let lines = block.lines().filter(|line| !line.starts_with("# ") && *line != "#");
        let (expected, changes) = lines.partition(|line| line.starts_with("  "));
        Mutation { changes, expected }
    });
    blocks.filter(|mutation| !mutation.changes.is_empty()).collect()
}

/// How much a subtree holds depends on what else the spec says.
fn without_counts(line: &str) -> String {
    let mut parts = line.split(" facts");
    let mut output = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = output.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
        output.truncate(digits);
        output.push_str("N facts");
        output.push_str(part);
    }
    output
}

#[test]
fn each_change_is_found_and_judged() {
    let table = table();
    let single = table.iter().filter(|mutation| mutation.expected.len() == 1).count();
    assert!(single >= 60, "only {single} changes have one finding");
    // Without the document no prose is compared, which would take most of the time.
    let old = Source { document: None, ..source(jogg().clone()) };
    let mut reports = Vec::new();
    for Mutation { changes, expected } in &table {
        let mut spec = jogg().clone();
        changes.iter().for_each(|change| apply(&mut spec, change));
        let new = source(spec);
        let report = Report::of(&old, &new).unwrap();
        let lines: Vec<String> = report.findings.iter().map(line).collect();
        let lines: Vec<String> = lines.iter().map(|line| without_counts(line)).collect();
        let expected: Vec<&str> = expected.iter().map(|line| line.trim_start()).collect();
        assert_eq!(lines, expected, "{changes:?}");
        // The way back is as long.
        let back = Report::of(&new, &old).unwrap();
        assert_eq!(back.findings.len(), expected.len(), "{changes:?} undone");
        reports.extend([report, back]);
    }
    // What the project's spec has no place for is tested on small ones.
    let elsewhere = [
        "recursion-changed",
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
    assert_eq!(unused, elsewhere, "rules that no change in the table is about");
}

#[test]
fn a_fingerprint_stands_for_one_change() {
    let old = source(jogg().clone());
    let fingerprint = |change: &str| {
        let mut spec = jogg().clone();
        apply(&mut spec, change);
        let report = Report::of(&old, &source(spec)).unwrap();
        assert_eq!(report.findings.len(), 1, "{change}");
        report.findings[0].fingerprint()
    };
    let changes = [
        "set #User/properties/plan = {\"type\": \"string\"}",
        "set #User/properties/plan = {\"type\": \"integer\"}",
        "set #User/properties/plan = {\"type\": \"string\", \"maxLength\": 2}",
        // Described in the same words as the one before the next.
        "set #User/properties/plan = {\"type\": \"object\", \"properties\": {\"a\": {}}}",
        "set #User/properties/plan = {\"type\": \"object\", \"properties\": {\"b\": {}}}",
        "set #User/properties/seat = {\"type\": \"string\"}",
        "set #Quota/properties/plan = {\"type\": \"string\"}",
        "set #User/properties/email/maxLength = 3",
        "set #User/properties/email/maxLength = 4",
    ];
    let fingerprints: Vec<String> = changes.iter().map(|change| fingerprint(change)).collect();
    let distinct: BTreeSet<&String> = fingerprints.iter().collect();
    assert_eq!(distinct.len(), changes.len(), "{fingerprints:?}");
    assert_eq!(fingerprints[0], fingerprint(changes[0]));
    assert!(fingerprints.iter().all(|text| text.len() == 16), "{fingerprints:?}");
}
