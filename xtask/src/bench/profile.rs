//! Where the instructions of a case go that the hand-written code does without.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::command::{failure, output};
use super::instructions::{BASELINE, Measured, Side};
use super::programs::CALLS;
use crate::failure::Failure;
use crate::output::say;
use crate::text::grouped;

/// How many functions are printed of each table.
const ROWS: usize = 30;
/// How many characters are printed of a function's name.
const MAX_NAME: usize = 120;

/// Prints the functions that account for most of the difference between a side and the
/// hand-written code, and what the functions of the SDK cost with all that they call.
pub(super) fn print(measured: &[Measured], case: &str, side: Side) -> Result<(), Failure> {
    let find = |name: &str| {
        let found = measured.iter().find(|one| one.side == name && one.case == case);
        found.ok_or_else(|| failure(format!("`{case}` was not measured on the side `{name}`")))
    };
    let (ours, baseline) = (find(side.name())?, find(BASELINE)?);
    let (self_ours, self_baseline) = (costs(ours, false)?, costs(baseline, false)?);
    let names: BTreeSet<_> = self_ours.keys().chain(self_baseline.keys()).collect();
    let cost = |costs: &BTreeMap<String, u64>, name| costs.get(name).copied().unwrap_or_default();
    let mut differences: Vec<_> = names
        .into_iter()
        .map(|name| (name, cost(&self_ours, name), cost(&self_baseline, name)))
        .collect();
    differences.sort_by_key(|(_, ours, theirs)| std::cmp::Reverse(ours.abs_diff(*theirs)));
    say!("| `{case}`: function, without what it calls | {BASELINE} | {} | more |", side.name());
    say!("|---|--:|--:|--:|");
    print_row("all", ours.instructions, baseline.instructions);
    for (name, ours, theirs) in differences.into_iter().take(ROWS) {
        print_row(&cell(name), ours, theirs);
    }
    say!("\n| `{case}`: function of the SDK, with all that it calls | instructions per call |");
    say!("|---|--:|");
    let with_callees = costs(ours, true)?;
    let mut with_callees: Vec<_> =
        with_callees.iter().filter(|(name, _)| name.contains("jogg_api")).collect();
    with_callees.sort_by_key(|(_, cost)| std::cmp::Reverse(**cost));
    for (name, cost) in with_callees.into_iter().take(ROWS) {
        say!("| {} | {} |", cell(name), grouped(cost / CALLS));
    }
    Ok(())
}

fn print_row(name: &str, ours: u64, theirs: u64) {
    let sign = if ours < theirs { "-" } else { "" };
    let more = grouped(ours.abs_diff(theirs) / CALLS);
    let (ours, theirs) = (grouped(ours / CALLS), grouped(theirs / CALLS));
    say!("| {name} | {theirs} | {ours} | {sign}{more} |");
}

/// A function's name as a cell of a table. Instances of generic functions have names of any length.
fn cell(name: &str) -> String {
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("`{}…`", &name[..end]),
        None => format!("`{name}`"),
    }
}

/// The instructions of each function.
fn costs(measured: &Measured, with_callees: bool) -> Result<BTreeMap<String, u64>, Failure> {
    let file = callgrind_output(&measured.folder)?;
    let mut annotate = Command::new("callgrind_annotate");
    annotate.args(["--threshold=100", "--auto=no", "--show=Ir"]);
    annotate.arg(if with_callees { "--inclusive=yes" } else { "--inclusive=no" });
    let text = output(annotate.arg(file))?;
    let mut costs = BTreeMap::new();
    for (name, cost) in text.lines().filter_map(function) {
        let sum: &mut u64 = costs.entry(name).or_default();
        // A function has a line for each file that parts of it come from.
        *sum = if with_callees { cost.max(*sum) } else { *sum + cost };
    }
    Ok(costs)
}

/// A line of a profile: `1,234 (5.67%)  file:function [object]`.
fn function(line: &str) -> Option<(String, u64)> {
    let line = line.trim_start();
    let (cost, rest) = line.split_at(line.find(|c: char| !c.is_ascii_digit() && c != ',')?);
    let cost = cost.replace(',', "").parse().ok()?;
    let rest = rest.trim_start();
    // Older versions print no shares.
    let rest = match rest.strip_prefix('(') {
        Some(share) => share.split_once(')')?.1.trim_start(),
        None => rest,
    };
    let (_, name) = rest.split_once(':')?;
    let name = name.rsplit_once(" [").map_or(name, |(name, _)| name);
    // Recursive calls are numbered.
    let name = name.trim_end_matches("'2");
    Some((name.to_owned(), cost))
}

fn callgrind_output(folder: &Path) -> Result<PathBuf, Failure> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files = entries.map(|entry| entry.path());
    let file = files.find(|path| path.extension().is_some_and(|ending| ending == "out"));
    file.ok_or_else(|| failure(format!("callgrind left nothing in {}", folder.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut() {
        assert_eq!(cell("a::b"), "`a::b`");
        assert_eq!(cell(&"é".repeat(200)), format!("`{}…`", "é".repeat(MAX_NAME)));
    }

    #[test]
    fn a_line_of_a_profile_is_read_with_and_without_a_share() {
        for (line, name, cost) in [
            (
                " 9,878,000 (10.94%)  /a/read.rs:a::Read<R>::skip [/b/c]",
                "a::Read<R>::skip",
                9_878_000,
            ),
            ("1,360 ( 1.51%)  ./malloc/malloc.c:free [/lib/libc.so.6]", "free", 1360),
            ("12  ???:<a as b::C>::d'2", "<a as b::C>::d", 12),
        ] {
            assert_eq!(function(line), Some((name.to_owned(), cost)));
        }
        for line in
            ["", "Ir                   file:function", "90,303,481 (100.0%)  PROGRAM TOTALS"]
        {
            assert_eq!(function(line), None, "{line}");
        }
    }
}
