//! Allocations per call.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::command::failure;
use super::programs::{Program, missed, number, text};
use crate::failure::Failure;

/// At most so many times the allocations of the hand-written code.
const GOAL: f64 = 1.3;

/// Measures, and returns a table in Markdown.
pub(super) fn run() -> Result<String, Failure> {
    table(&Program::build("memory")?.run(&["calls"])?)
}

fn table(measured: &[Value]) -> Result<String, Failure> {
    let mut cases: Vec<&str> = Vec::new();
    let mut counts = BTreeMap::new();
    for one in measured {
        let (case, side) = (text(one, "case")?, text(one, "side")?);
        counts.insert((case, side), (number(one, "allocations")?, number(one, "bytes")?));
        if !cases.contains(&case) {
            cases.push(case);
        }
    }
    let mut table = "| case | reqwest + serde_json, allocations per call | KiB | jogg-api | KiB \
                     | jogg-api-ext | KiB | goal |\n|---|--:|--:|--:|--:|--:|--:|---|\n"
        .to_owned();
    for case in cases {
        let side = |side| {
            let counts = counts.get(&(case, side)).copied();
            counts.ok_or_else(|| failure(format!("`{case}` was not measured on all sides")))
        };
        let (baseline, bytes) = side("reqwest")?;
        let _ = write!(table, "| {case} | {baseline:.0} | {:.1} ", bytes / 1024.0);
        let mut worst: f64 = 0.0;
        for name in ["api", "ext"] {
            let (count, bytes) = side(name)?;
            let ratio = count / baseline;
            worst = worst.max(ratio);
            let _ = write!(table, "| {ratio:.2} | {:.1} ", bytes / 1024.0);
        }
        let _ = writeln!(table, "| {GOAL:.1}{} |", missed(worst, GOAL));
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_missed_goal_is_marked_and_a_missing_side_an_error() {
        let count = |side, count| json!({"side": side, "case": "get", "allocations": count, "bytes": 1024.0});
        let mut all = vec![count("reqwest", 50.0), count("api", 60.0)];
        assert_eq!(table(&all).unwrap_err().exit, 3);
        all.push(count("ext", 70.0));
        let row = "| get | 50 | 1.0 | 1.20 | 1.0 | 1.40 | 1.0 | 1.3, missed |\n";
        assert!(table(&all).unwrap().ends_with(row));
    }
}
