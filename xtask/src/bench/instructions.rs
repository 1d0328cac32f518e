//! Instructions per call, counted by callgrind through gungraun.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use clap::ValueEnum;
use serde_json::Value;

use super::command::{cargo, failure, output, package, target};
use super::programs::CALLS;
use super::server::Server;
use crate::failure::Failure;
use crate::text::grouped;

/// A crate of the SDK.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(super) enum Side {
    Api,
    Ext,
}

impl Side {
    /// What the benchmark calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Ext => "ext",
        }
    }
}

/// What the benchmark calls the hand-written code.
pub(super) const BASELINE: &str = "reqwest";
/// At most so many times the instructions of the hand-written code.
const GOALS: [(Side, f64); 2] = [(Side::Api, 1.05), (Side::Ext, 1.15)];

/// What was measured of one case on one side.
pub(super) struct Measured {
    pub(super) side: String,
    pub(super) case: String,
    /// Of all calls together.
    pub(super) instructions: u64,
    /// The folder with callgrind's output.
    pub(super) folder: PathBuf,
}

/// Builds the benchmark and runs it, against a server in a process of its own.
pub(super) fn measure(case: Option<&str>) -> Result<Vec<Measured>, Failure> {
    output(Command::new("valgrind").arg("--version"))?;
    let runner = runner()?;
    let bench = || {
        let mut bench = cargo();
        bench.args(["bench", "--locked", "--quiet", "--bench", "instructions"]);
        // A change of this variable alone has the benchmark compiled again.
        bench.env("GUNGRAUN_RUNNER", &runner);
        bench
    };
    output(bench().arg("--no-run"))?;
    let server = Server::start("server")?;
    let mut bench = bench();
    bench.args(["--", "--output-format=json"]);
    bench.args(case.map(|case| format!("*::{case}")));
    bench.env("JOGG_BENCH_SERVER", &server.address).env("JOGG_BENCH_CALLS", CALLS.to_string());
    let measured = output(&mut bench)?;
    let measured: Vec<_> = measured.lines().map(read).collect::<Result<_, _>>()?;
    match (case, measured.is_empty()) {
        (Some(case), true) => {
            Err(failure(format!("there is no case `{case}`; see tests/bench/src/lib.rs")))
        }
        _ => Ok(measured),
    }
}

/// The ratios of all cases as a table in Markdown.
pub(super) fn table(measured: &[Measured]) -> Result<String, Failure> {
    let counts: BTreeMap<_, _> = measured
        .iter()
        .map(|measured| ((measured.side.as_str(), measured.case.as_str()), measured.instructions))
        .collect();
    let mut text = "| case | reqwest + serde_json, instructions per call ".to_owned();
    for (side, _) in GOALS {
        let _ = write!(
            text,
            "| jogg-{} | goal ",
            match side {
                Side::Api => "api",
                Side::Ext => "api-ext",
            }
        );
    }
    text.push_str("|\n|---|--:|--:|---|--:|---|\n");
    for Measured { case, instructions, .. } in measured.iter().filter(|one| one.side == BASELINE) {
        let _ = write!(text, "| {case} | {} ", grouped(instructions / CALLS));
        for (side, goal) in GOALS {
            let Some(count) = counts.get(&(side.name(), case.as_str())) else {
                return Err(failure(format!("`{case}` was not measured on all sides")));
            };
            let ratio = *count as f64 / *instructions as f64;
            let mark = if ratio <= goal { "" } else { ", missed" };
            let _ = write!(text, "| {ratio:.3} | {goal:.2}{mark} ");
        }
        text.push_str("|\n");
    }
    Ok(text)
}

/// A line of gungraun's output.
fn read(line: &str) -> Result<Measured, Failure> {
    let summary: Value = serde_json::from_str(line)
        .map_err(|error| failure(format!("gungraun printed no JSON ({error}): {line}")))?;
    let text = |name: &str| summary[name].as_str().map(str::to_owned);
    let instructions = summary.pointer("/profiles/0/data/total/metrics/Ir/values/new");
    match (text("function_name"), text("id"), instructions.and_then(Value::as_u64)) {
        (Some(side), Some(case), Some(instructions)) => {
            let folder = package().join(text("output_dir").unwrap_or_default());
            Ok(Measured { side, case, instructions, folder })
        }
        _ => Err(failure(format!("gungraun printed JSON of another form: {line}"))),
    }
}

/// gungraun's runner, which must be of the version of its library. Installed where it is missing.
fn runner() -> Result<PathBuf, Failure> {
    let version = locked_version("gungraun")?;
    let folder = target().join(format!("gungraun-runner-{version}"));
    let runner = folder.join("bin/gungraun-runner");
    if !runner.exists() {
        eprintln!("installing gungraun-runner {version} into {}", folder.display());
        let version = format!("={version}");
        let arguments =
            ["install", "gungraun-runner", "--locked", "--quiet", "--version", &version];
        output(cargo().args(arguments).arg("--root").arg(&folder))?;
    }
    Ok(runner)
}

/// The version of a package in the benchmark's lock file.
fn locked_version(name: &str) -> Result<String, Failure> {
    let path = package().join("Cargo.lock");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| failure(format!("{}: {error}", path.display())))?;
    let after = text.split_once(&format!("name = \"{name}\"\nversion = \""));
    let version = after.and_then(|(_, after)| after.split_once('"'));
    let version = version.map(|(version, _)| version.to_owned());
    version.ok_or_else(|| failure(format!("{}: it has no `{name}`", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(side: &str, instructions: u64) -> Measured {
        let folder = PathBuf::new();
        Measured { side: side.to_owned(), case: "get".to_owned(), instructions, folder }
    }

    #[test]
    fn a_missed_goal_is_marked() {
        let all =
            [measured("reqwest", 200_000), measured("api", 210_000), measured("ext", 240_000)];
        let text = table(&all).unwrap();
        let row = "| get | 2,000 | 1.050 | 1.05 | 1.200 | 1.15, missed |\n";
        assert!(text.ends_with(row), "{text}");
    }

    #[test]
    fn a_side_that_was_not_measured_is_an_error() {
        let all = [measured("reqwest", 200_000), measured("api", 210_000)];
        assert_eq!(table(&all).unwrap_err().exit, 3);
    }

    #[test]
    fn the_harness_is_pinned_for_its_runner() {
        assert!(locked_version("gungraun").unwrap().starts_with("0."));
        assert!(locked_version("no-such-package").is_err());
    }
}
