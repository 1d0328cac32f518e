//! `cargo xtask bench`: what the SDK costs beside hand-written code, measured in one run.

mod build_cost;
mod instructions;
mod machine;
mod profile;

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::ValueEnum;

use crate::{Failure, root};

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Measure only this case: `get`, `error`, `list`, `post`, `poll`, …
    #[arg(long, conflicts_with = "profile")]
    case: Option<String>,
    /// Print where the instructions of this case go, beyond those of the hand-written code
    #[arg(long, value_name = "CASE")]
    profile: Option<String>,
    /// Whose instructions to print with `--profile`
    #[arg(long, value_name = "CRATE", default_value = "ext", requires = "profile")]
    side: Side,
    /// Measure what a small program costs to build instead: CPU time, crates, size
    #[arg(long, conflicts_with_all = ["case", "profile"])]
    build: bool,
}

/// A crate of the SDK.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Side {
    Api,
    Ext,
}

impl Side {
    /// What the benchmark calls it.
    fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Ext => "ext",
        }
    }
}

/// Measures, and prints Markdown.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    println!("{}", machine::describe());
    if arguments.build {
        return build_cost::run();
    }
    let case = arguments.profile.as_ref().or(arguments.case.as_ref());
    let measured = instructions::measure(case.map(String::as_str))?;
    match &arguments.profile {
        Some(case) => profile::print(&measured, case, arguments.side),
        None => {
            print!("{}", instructions::table(&measured)?);
            Ok(())
        }
    }
}

/// The package with the benchmarks, outside of the workspace.
fn package() -> PathBuf {
    root().join("tests/bench")
}

/// Where it is built.
fn target() -> PathBuf {
    root().join("target/bench")
}

/// Runs a command, and returns what it prints.
fn output(command: &mut Command) -> Result<String, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|error| not_run(&program, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let arguments: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
    let message = format!("`{program} {}` failed: {}", arguments.join(" "), output.status);
    Err(failure(message))
}

fn not_run(program: &str, error: &std::io::Error) -> Failure {
    let place = match program {
        "valgrind" | "callgrind_annotate" => {
            "; it is in the package `valgrind` of Debian and others"
        }
        _ => "",
    };
    failure(format!("`{program}` cannot be run: {error}{place}"))
}

/// Nothing was measured, which must not pass for "all goals are met".
fn failure(message: String) -> Failure {
    Failure { message, exit: 3 }
}

/// Cargo, in the package with the benchmarks.
fn cargo() -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(package()).env("CARGO_TARGET_DIR", target());
    cargo
}

/// A number with its digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_from_the_right() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1234567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
