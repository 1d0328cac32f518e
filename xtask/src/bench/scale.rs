//! What each of many costs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::command::failure;
use super::programs::{Program, missed, number, text};
use crate::failure::Failure;
use crate::text::grouped;

/// At most so many times the cost that each has when there are a tenth as many. What depends on
/// their number in another way than in proportion would be at 10.
const GOAL: f64 = 1.25;
/// What is measured, and what that is called in the table.
const NAMES: [(&str, &str); 4] = [
    ("calls_by_hand", "calls at once, by hand"),
    ("calls", "calls at once"),
    ("jobs", "jobs in `wait_all`, two polls each, in virtual time"),
    ("items", "items of a list, as a stream"),
];

/// Measures, and returns a table in Markdown.
pub(super) fn run() -> Result<String, Failure> {
    table(&Program::build("time")?.run(&["scale"])?)
}

fn table(measured: &[Value]) -> Result<String, Failure> {
    let mut costs: BTreeMap<(usize, u64), f64> = BTreeMap::new();
    for one in measured {
        let what = text(one, "what")?;
        let place = NAMES.iter().position(|(known, _)| *known == what);
        let place = place.ok_or_else(|| failure(format!("`{what}` has no name in the table")))?;
        costs.insert((place, number(one, "number")? as u64), number(one, "microseconds")?);
    }
    let mut table = "CPU time of the client for each.\n\n\
                     | each of | number | µs | number | µs | ratio | goal |\n\
                     |---|--:|--:|--:|--:|--:|---|\n"
        .to_owned();
    for (place, (_, name)) in NAMES.iter().enumerate() {
        let of_this: Vec<_> = costs.iter().filter(|((what, _), _)| *what == place).collect();
        let [((_, few), of_few), ((_, many), of_many)] = of_this[..] else {
            return Err(failure(format!("not measured at two numbers: {name}")));
        };
        let ratio = of_many / of_few;
        let mark = missed(ratio, GOAL);
        let (few, many) = (grouped(*few), grouped(*many));
        let _ = writeln!(
            table,
            "| {name} | {few} | {of_few:.1} | {many} | {of_many:.1} | {ratio:.2} | \
             {GOAL:.2}{mark} |"
        );
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cost_that_grows_with_the_number_is_marked() {
        let cost =
            |what, number, time| json!({"what": what, "number": number, "microseconds": time});
        let mut all = vec![cost("calls", 100, 50.0), cost("calls", 1000, 55.0)];
        all.extend([cost("calls_by_hand", 100, 9.0), cost("calls_by_hand", 1000, 9.0)]);
        all.extend([cost("jobs", 10, 1.0), cost("jobs", 100, 10.0)]);
        assert_eq!(table(&all).unwrap_err().exit, 3);
        all.extend([cost("items", 10, 1.0), cost("items", 100, 1.0)]);
        let table = table(&all).unwrap();
        assert!(table.contains("| calls at once | 100 | 50.0 | 1,000 | 55.0 | 1.10 | 1.25 |\n"));
        assert!(table.contains("| 10 | 1.0 | 100 | 10.0 | 10.00 | 1.25, missed |\n"));
    }
}
