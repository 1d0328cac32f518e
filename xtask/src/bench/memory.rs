//! The memory of many waits that sleep, and of long lists.

use std::fmt::Write as _;

use serde_json::Value;

use super::programs::{Program, missed, number, text};
use crate::failure::Failure;
use crate::text::grouped;

/// The most that a wait may take, in bytes.
const PER_WAIT: f64 = 3.0 * 1024.0;
/// How 10,000 waits are made, and what that is called in the table.
const FORMS: [(&str, &str); 3] = [
    ("tasks", "each in a task of its own"),
    ("hub", "the same, with a hub"),
    ("wait_all", "`wait_all`, in one task"),
];

/// Measures, and returns tables in Markdown.
pub(super) fn run() -> Result<String, Failure> {
    let program = Program::build("memory")?;
    let mut waits = Vec::new();
    // Each in a process of its own, as memory that was freed stays with the process.
    for (form, _) in FORMS {
        waits.extend(program.run(&["waits", form])?);
    }
    let lists = program.run(&["lists"])?;
    Ok(format!("{}\n{}", waits_table(&waits)?, lists_table(&lists)?))
}

fn waits_table(measured: &[Value]) -> Result<String, Failure> {
    let mut table = "Bytes for each of 10,000 waits, all asleep, with the response that started \
                     the job: allocated, and of the process's memory in RAM. The latter also has \
                     what the allocator keeps of all polls at once.\n\n\
                     | waits | before a poll | after it | goal | in RAM before | in RAM after |\n\
                     |---|--:|--:|---|--:|--:|\n"
        .to_owned();
    for wait in measured {
        let form = text(wait, "form")?;
        let name = FORMS.iter().find(|(known, _)| *known == form).map_or(form, |(_, name)| name);
        let bytes = |name| number(wait, name).map(|bytes| grouped(bytes.max(0.0) as u64));
        let mark = missed(number(wait, "before")?.max(number(wait, "after")?), PER_WAIT);
        let (before, after) = (bytes("before")?, bytes("after")?);
        let (in_ram, in_ram_after) = (bytes("resident_before")?, bytes("resident_after")?);
        let goal = grouped(PER_WAIT as u64);
        let _ = writeln!(
            table,
            "| {name} | {before} | {after} | {goal}{mark} | {in_ram} | {in_ram_after} |"
        );
    }
    Ok(table)
}

fn lists_table(measured: &[Value]) -> Result<String, Failure> {
    let mut table = "Lists on one page. The peak of memory includes the body.\n\n\
                     | list | MiB | CPU, ms per MiB | peak, bytes per byte | allocations per KiB \
                     |\n|---|--:|--:|--:|--:|\n"
        .to_owned();
    for list in measured {
        let name = match (text(list, "side")?, text(list, "list")?) {
            ("reqwest", _) => "reqwest + serde_json",
            (_, "malformed") => "jogg-api-ext, every item malformed",
            _ => "jogg-api-ext",
        };
        let mebibytes = number(list, "mebibytes")?;
        let milliseconds = number(list, "seconds")? * 1000.0 / mebibytes;
        let peak = number(list, "peak")? / (mebibytes * 1024.0 * 1024.0);
        let allocations = number(list, "allocations")? / (mebibytes * 1024.0);
        let _ = writeln!(
            table,
            "| {name} | {mebibytes:.0} | {milliseconds:.1} | {peak:.1} | {allocations:.0} |"
        );
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_wait_that_is_too_large_before_or_after_is_marked() {
        let wait = |form, before, after| {
            json!({
                "form": form, "before": before, "after": after, "resident_before": -1,
                "resident_after": 9,
            })
        };
        let table = waits_table(&[wait("tasks", 1000, 4000), wait("new", 1000, 3072)]).unwrap();
        let rows: Vec<_> = table.lines().skip(4).collect();
        assert_eq!(
            rows,
            [
                "| each in a task of its own | 1,000 | 4,000 | 3,072, missed | 0 | 9 |",
                "| new | 1,000 | 3,072 | 3,072 | 0 | 9 |",
            ]
        );
    }

    #[test]
    fn lists_are_compared_by_their_size() {
        let list = json!({
            "side": "ext", "list": "malformed", "mebibytes": 10, "seconds": 0.1,
            "peak": 20 << 20, "allocations": 102_400,
        });
        let row = "| jogg-api-ext, every item malformed | 10 | 10.0 | 2.0 | 10 |\n";
        assert!(lists_table(&[list]).unwrap().ends_with(row));
    }
}
