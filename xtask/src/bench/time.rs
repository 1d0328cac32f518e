//! Time per call, with its spread.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::programs::{Program, number, text};
use crate::failure::Failure;

/// Measures, and returns a table in Markdown.
pub(super) fn run() -> Result<String, Failure> {
    table(&Program::build("time")?.run(&["calls"])?)
}

/// What the rounds of one case came to.
#[derive(Default)]
struct Rounds {
    /// The time of a hand-written call, in microseconds.
    baseline: Vec<f64>,
    /// The times of the others, as ratios to that of the same round.
    api: Vec<f64>,
    ext: Vec<f64>,
}

fn table(measured: &[Value]) -> Result<String, Failure> {
    let mut cases: BTreeMap<(u64, usize, &str), Rounds> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for round in measured {
        let case = text(round, "case")?;
        let place = order.iter().position(|known| *known == case).unwrap_or_else(|| {
            order.push(case);
            order.len() - 1
        });
        let rounds = cases.entry((number(round, "at_a_time")? as u64, place, case)).or_default();
        let baseline = number(round, "reqwest")?;
        rounds.baseline.push(baseline);
        rounds.api.push(number(round, "api")? / baseline);
        rounds.ext.push(number(round, "ext")? / baseline);
    }
    let mut table = "Medians, with the quartiles in parentheses.\n\n\
                     | case | at a time | reqwest + serde_json, µs per call | jogg-api | \
                     jogg-api-ext |\n|---|--:|--:|--:|--:|\n"
        .to_owned();
    for ((at_a_time, _, case), Rounds { baseline, api, ext }) in cases {
        let (baseline, api, ext) = (spread(baseline, 0), spread(api, 2), spread(ext, 2));
        let _ = writeln!(table, "| {case} | {at_a_time} | {baseline} | {api} | {ext} |");
    }
    Ok(table)
}

/// Returns the median, and the quartiles.
fn spread(mut values: Vec<f64>, digits: usize) -> String {
    values.sort_by(f64::total_cmp);
    let at = |part: usize| values.get((values.len().saturating_sub(1)) * part / 4);
    let [low, median, high] = [1, 2, 3].map(|part| at(part).copied().unwrap_or(f64::NAN));
    format!("{median:.digits$} ({low:.digits$} to {high:.digits$})")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_median_has_its_quartiles() {
        let rounds = (1..=5).rev().map(|round| {
            let ext = 100.0 + f64::from(round);
            json!({"case": "get", "at_a_time": 64, "reqwest": 100.0, "api": 100.0, "ext": ext})
        });
        let table = table(&rounds.collect::<Vec<_>>()).unwrap();
        let row = "| get | 64 | 100 (100 to 100) | 1.00 (1.00 to 1.00) | 1.03 (1.02 to 1.04) |\n";
        assert!(table.ends_with(row), "{table}");
        assert_eq!(spread(Vec::new(), 0), "NaN (NaN to NaN)");
    }
}
