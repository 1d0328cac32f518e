//! What a small program costs to build, by hand, with the SDK, and with SDKs of other APIs.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::command::{cargo, failure, output, target};
use crate::failure::Failure;
use crate::text::grouped;

/// What is built of it, in `tests/bench/hello`, and how often; the quickest build counts, as what
/// disturbs one only slows it down.
struct Program {
    name: &'static str,
    features: &'static str,
    label: &'static str,
    rounds: usize,
    /// Whether the goals are for it.
    is_ours: bool,
}

impl Program {
    const fn new(name: &'static str, features: &'static str, label: &'static str) -> Self {
        Self { name, features, label, rounds: 2, is_ours: false }
    }
}

/// Those with the same light TLS, the hand-written one first.
const LIGHT: [Program; 5] = [
    Program::new("hello-reqwest", "ring", "reqwest + serde_json"),
    Program { is_ours: true, ..Program::new("hello-api", "ring", "jogg-api") },
    Program { is_ours: true, ..Program::new("hello-ext", "ring", "jogg-api-ext") },
    Program { rounds: 1, ..Program::new("hello-openai", "", "async-openai") },
    Program { rounds: 1, ..Program::new("hello-octocrab", "", "octocrab") },
];
/// Those with what reqwest has by default, the hand-written one first.
const DEFAULT_TLS: [Program; 2] = [
    Program { rounds: 1, ..Program::new("hello-reqwest", "default-tls", "reqwest + serde_json") },
    Program { rounds: 1, ..Program::new("hello-ext", "default-tls", "jogg-api-ext") },
];
/// How often the program is changed and built again; the quickest counts.
const CHANGES: usize = 3;

/// At most so many times the CPU time of the hand-written program.
const TIME: f64 = 1.3;
/// At most so many crates more.
const CRATES: i64 = 10;
/// At most so much more, in bytes and without symbols.
const SIZE: i64 = 400 * 1024;

/// What it took to build a program, in seconds of all processors together.
#[derive(Clone, Copy)]
struct Cost {
    release: f64,
    debug: f64,
    /// After a change of one line, with debug information, as a programmer builds it.
    again: f64,
    /// With the program itself.
    crates: usize,
    /// Without symbols.
    bytes: u64,
}

/// Builds the programs, and returns tables in Markdown.
pub(super) fn run() -> Result<String, Failure> {
    output(cargo().args(["fetch", "--locked", "--quiet"]))?;
    let light = costs(&LIGHT)?;
    let default_tls = costs(&DEFAULT_TLS)?;
    Ok(format!(
        "CPU seconds of builds from nothing, and after a change of one line of the program. With \
         rustls and ring, installed by the program:\n\n{}\nWith the TLS that reqwest has by \
         default, of which aws-lc is a large part:\n\n{}\nGoals for both crates: {TIME:.1} in \
         time, {CRATES} crates and {} KiB more, with ring.{}\n",
        table(&LIGHT, &light),
        table(&DEFAULT_TLS, &default_tls),
        SIZE / 1024,
        verdict(&LIGHT, &light),
    ))
}

/// Round by round, so that a busy time of the machine is not that of one program.
fn costs(programs: &[Program]) -> Result<Vec<Cost>, Failure> {
    let mut costs: Vec<Cost> = Vec::new();
    for round in 0..programs.iter().map(|program| program.rounds).max().unwrap_or_default() {
        for (place, program) in programs.iter().enumerate() {
            if round >= program.rounds {
                continue;
            }
            let cost = build(program)?;
            match costs.get_mut(place) {
                Some(best) => {
                    best.release = best.release.min(cost.release);
                    best.debug = best.debug.min(cost.debug);
                    best.again = best.again.min(cost.again);
                }
                None => costs.push(cost),
            }
        }
    }
    Ok(costs)
}

fn table(programs: &[Program], costs: &[Cost]) -> String {
    let mut text = "| program | release | ratio | debug | ratio | changed | ratio | crates | more \
                    | KiB, stripped | more |\n\
                    |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    let baseline = costs[0];
    for (Program { label, .. }, cost) in programs.iter().zip(costs) {
        let _ = write!(text, "| {label} ");
        for (seconds, of) in [
            (cost.release, baseline.release),
            (cost.debug, baseline.debug),
            (cost.again, baseline.again),
        ] {
            let _ = write!(text, "| {seconds:.1} | {:.2} ", seconds / of);
        }
        let (crates, bytes) = surplus(cost, &baseline);
        let size = grouped(cost.bytes / 1024);
        let _ = writeln!(text, "| {} | {crates} | {size} | {} |", cost.crates, bytes / 1024);
    }
    text
}

/// How many crates and bytes there are more.
fn surplus(cost: &Cost, baseline: &Cost) -> (i64, i64) {
    (cost.crates as i64 - baseline.crates as i64, cost.bytes as i64 - baseline.bytes as i64)
}

fn verdict(programs: &[Program], costs: &[Cost]) -> String {
    let baseline = costs[0];
    let mut missed = String::new();
    for (Program { label, is_ours, .. }, cost) in programs.iter().zip(costs) {
        let (crates, bytes) = surplus(cost, &baseline);
        for (what, is_missed) in [
            ("release", cost.release / baseline.release > TIME),
            ("debug", cost.debug / baseline.debug > TIME),
            ("change", cost.again / baseline.again > TIME),
            ("crates", crates > CRATES),
            ("size", bytes > SIZE),
        ] {
            if *is_ours && is_missed {
                let _ = write!(missed, " Missed by {label}: {what}.");
            }
        }
    }
    missed
}

fn build(program: &Program) -> Result<Cost, Failure> {
    let folder = target().join("hello");
    let release = from_nothing(program, &folder, true)?;
    let debug = from_nothing(program, &folder, false)?;
    let mut again = f64::MAX;
    for change in 0..CHANGES {
        let line = change.to_string();
        again = again.min(built(program, &folder, false, Some(&line))?.seconds);
    }
    let Built { seconds, crates, bytes } = release;
    Ok(Cost { release: seconds, debug: debug.seconds, again, crates, bytes })
}

/// One run of cargo.
struct Built {
    seconds: f64,
    crates: usize,
    bytes: u64,
}

fn from_nothing(program: &Program, folder: &Path, is_release: bool) -> Result<Built, Failure> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(failure(format!("{}: {error}", folder.display())));
        }
        _ => {}
    }
    built(program, folder, is_release, None)
}

fn built(
    program: &Program,
    folder: &Path,
    is_release: bool,
    line: Option<&str>,
) -> Result<Built, Failure> {
    let before = seconds_of_children()?;
    let mut cargo = cargo();
    cargo.env("CARGO_TARGET_DIR", folder);
    cargo.args(["build", "--locked", "--quiet", "--message-format=json"]);
    cargo.args(["--package", program.name]);
    if !program.features.is_empty() {
        cargo.args(["--no-default-features", "--features", program.features]);
    }
    if is_release {
        cargo.arg("--release");
    }
    if let Some(line) = line {
        // The programs print it.
        cargo.env("JOGG_BENCH_LINE", line);
    }
    let messages = output(&mut cargo)?;
    let seconds = seconds_of_children()? - before;
    let (crates, executable) = artifacts(&messages);
    let executable =
        executable.ok_or_else(|| failure(format!("{}: nothing was built", program.name)))?;
    Ok(Built { seconds, crates, bytes: size(&executable)? })
}

/// How many crates cargo's messages name, and the program.
pub(super) fn artifacts(messages: &str) -> (usize, Option<PathBuf>) {
    let messages = messages.lines().filter_map(|line| serde_json::from_str(line).ok());
    let artifacts = messages.filter(|message: &Value| message["reason"] == "compiler-artifact");
    let mut crates = BTreeSet::new();
    let mut executable = None;
    for artifact in artifacts {
        crates.extend(artifact["package_id"].as_str().map(str::to_owned));
        executable = artifact["executable"].as_str().map(PathBuf::from).or(executable);
    }
    (crates.len(), executable)
}

pub(super) fn size(path: &Path) -> Result<u64, Failure> {
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
        let cost = |seconds, crates, bytes| Cost {
            release: seconds,
            debug: seconds,
            again: 1.0,
            crates,
            bytes,
        };
        let costs = [cost(10.0, 90, 3 << 20), cost(9.0, 89, 2 << 20), cost(15.0, 101, 4 << 20)];
        let text = table(&LIGHT, &costs);
        let rows: Vec<_> = text.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| reqwest + serde_json | 10.0 | 1.00 | 10.0 | 1.00 | 1.0 | 1.00 | 90 | 0 | 3,072 \
                 | 0 |",
                "| jogg-api | 9.0 | 0.90 | 9.0 | 0.90 | 1.0 | 1.00 | 89 | -1 | 2,048 | -1024 |",
                "| jogg-api-ext | 15.0 | 1.50 | 15.0 | 1.50 | 1.0 | 1.00 | 101 | 11 | 4,096 | \
                 1024 |",
            ]
        );
        let of = |what| format!(" Missed by jogg-api-ext: {what}.");
        let missed = ["release", "debug", "crates", "size"].map(of).concat();
        assert_eq!(verdict(&LIGHT, &costs), missed);
    }

    #[test]
    fn the_program_is_found_among_the_messages() {
        let messages = r#"{"reason": "compiler-artifact", "package_id": "a", "executable": null}
            {"reason": "compiler-artifact", "package_id": "b", "executable": "/b"}
            {"reason": "build-finished"}"#;
        assert_eq!(artifacts(messages), (2, Some(PathBuf::from("/b"))));
        assert_eq!(artifacts(""), (0, None));
    }

    #[test]
    fn the_time_of_children_is_found_behind_any_name() {
        let stat = "1 (a) b) R 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20";
        assert_eq!(ticks_of_children(stat), Some(16 + 17));
        assert_eq!(ticks_of_children("1 (a) R 4"), None);
    }
}
