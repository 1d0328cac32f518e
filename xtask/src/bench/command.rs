//! Runs the programs that measure.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::workspace::root;

/// The package with the benchmarks, outside of the workspace.
pub(super) fn package() -> PathBuf {
    root().join("tests/bench")
}

/// Where it is built.
pub(super) fn target() -> PathBuf {
    root().join("target/bench")
}

/// Runs a command, and returns what it prints.
pub(super) fn output(command: &mut Command) -> Result<String, Failure> {
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

pub(super) fn not_run(program: &str, error: &std::io::Error) -> Failure {
    let place = match program {
        "valgrind" | "callgrind_annotate" => {
            "; it is in the package `valgrind` of Debian and others"
        }
        "curl" => "; it is in the package `curl` of Debian and others",
        _ => "",
    };
    failure(format!("`{program}` cannot be run: {error}{place}"))
}

/// Nothing was measured, which must not pass for "all goals are met".
pub(super) fn failure(message: String) -> Failure {
    Failure { message, exit: 3 }
}

/// Cargo, in the package with the benchmarks.
pub(super) fn cargo() -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(package()).env("CARGO_TARGET_DIR", target());
    cargo
}
