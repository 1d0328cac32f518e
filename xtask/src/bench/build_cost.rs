//! What a small program costs to build, by hand and with the SDK.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use super::command::{cargo, failure, output, target};
use crate::failure::Failure;
use crate::output::print;
use crate::text::grouped;

/// The programs, the hand-written one first.
const PROGRAMS: [&str; 3] = ["hello-reqwest", "hello-api", "hello-ext"];
/// Each is built this often; the quickest counts, as what disturbs a build only slows it down.
const ROUNDS: usize = 2;

/// What it took to build a program from nothing.
struct Cost {
    /// Of all processors together.
    seconds: f64,
    /// With the program itself.
    crates: usize,
    /// Without symbols.
    bytes: u64,
}

/// Builds the programs, and prints what that took.
pub(super) fn run() -> Result<(), Failure> {
    output(cargo().args(["fetch", "--locked", "--quiet"]))?;
    let mut costs: Vec<Cost> = PROGRAMS.map(build).into_iter().collect::<Result<_, _>>()?;
    // Round by round, so that a busy time of the machine is not that of one program.
    for _ in 1..ROUNDS {
        for (program, cost) in PROGRAMS.iter().zip(&mut costs) {
            cost.seconds = cost.seconds.min(build(program)?.seconds);
        }
    }
    print(format_args!("{}", table(&costs)));
    Ok(())
}

fn table(costs: &[Cost]) -> String {
    let mut text = "| program, release | CPU seconds | ratio | crates | more | KiB, stripped | \
                    more |\n|---|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    let baseline = &costs[0];
    for (program, Cost { seconds, crates, bytes }) in PROGRAMS.iter().zip(costs) {
        let ratio = seconds / baseline.seconds;
        let more_crates = *crates as i64 - baseline.crates as i64;
        let more_bytes = *bytes as i64 - baseline.bytes as i64;
        let (size, more_size) = (grouped(bytes / 1024), more_bytes / 1024);
        let _ = writeln!(
            text,
            "| {program} | {seconds:.1} | {ratio:.2} | {crates} | {more_crates} | {size} | \
             {more_size} |"
        );
    }
    text
}

fn build(program: &str) -> Result<Cost, Failure> {
    let folder = target().join("hello");
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(failure(format!("{}: {error}", folder.display())));
        }
        _ => {}
    }
    let before = seconds_of_children()?;
    let arguments = ["build", "--release", "--locked", "--quiet", "--message-format=json"];
    let mut cargo = cargo();
    let cargo = cargo.args(arguments).args(["--package", program]).env("CARGO_TARGET_DIR", &folder);
    let messages = output(cargo)?;
    let seconds = seconds_of_children()? - before;
    let messages = messages.lines().filter_map(|line| serde_json::from_str(line).ok());
    let artifacts = messages.filter(|message: &Value| message["reason"] == "compiler-artifact");
    let mut crates = BTreeSet::new();
    let mut bytes = 0;
    for artifact in artifacts {
        crates.extend(artifact["package_id"].as_str().map(str::to_owned));
        if let Some(executable) = artifact["executable"].as_str() {
            bytes = size(Path::new(executable))?;
        }
    }
    Ok(Cost { seconds, crates: crates.len(), bytes })
}

fn size(path: &Path) -> Result<u64, Failure> {
    let metadata = std::fs::metadata(path);
    metadata
        .map(|metadata| metadata.len())
        .map_err(|error| failure(format!("{}: {error}", path.display())))
}

/// The CPU time of all children that have ended, and of theirs.
fn seconds_of_children() -> Result<f64, Failure> {
    /// What Linux counts in, on every machine.
    const TICKS_PER_SECOND: f64 = 100.0;
    let text = std::fs::read_to_string("/proc/self/stat")
        .map_err(|error| failure(format!("CPU time is only known on Linux: {error}")))?;
    let ticks = ticks_of_children(&text);
    ticks
        .map(|ticks| ticks as f64 / TICKS_PER_SECOND)
        .ok_or_else(|| failure(format!("/proc/self/stat is not understood: {text}")))
}

/// The sum of `cutime` and `cstime`, which come 14th and 15th after the name in parentheses.
fn ticks_of_children(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace().skip(13);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hand_written_program_is_what_others_are_compared_with() {
        let cost = |seconds, crates, bytes| Cost { seconds, crates, bytes };
        let text =
            table(&[cost(10.0, 90, 3 << 20), cost(9.0, 89, 2 << 20), cost(15.0, 93, 4 << 20)]);
        let rows: Vec<_> = text.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| hello-reqwest | 10.0 | 1.00 | 90 | 0 | 3,072 | 0 |",
                "| hello-api | 9.0 | 0.90 | 89 | -1 | 2,048 | -1024 |",
                "| hello-ext | 15.0 | 1.50 | 93 | 3 | 4,096 | 1024 |",
            ]
        );
    }

    #[test]
    fn the_time_of_children_is_found_behind_any_name() {
        let stat = "1 (a) b) R 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20";
        assert_eq!(ticks_of_children(stat), Some(16 + 17));
        assert_eq!(ticks_of_children("1 (a) R 4"), None);
    }
}
