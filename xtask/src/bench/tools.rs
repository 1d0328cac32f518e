//! How long the project's own tools take.

use std::fmt::Write as _;
use std::process::Command;
use std::time::Instant;

use super::command::output;
use super::programs::missed;
use crate::failure::Failure;
use crate::workspace::root;

/// What is timed: the command, how often, and the seconds that it may take. The quickest counts.
const TOOLS: [(&str, usize, f64); 2] =
    [("cargo xtask codegen --check", 3, 1.0), ("cargo test --workspace --all-features", 1, 120.0)];

/// Runs the tools, and returns a table in Markdown.
pub(super) fn run() -> Result<String, Failure> {
    let mut measured = Vec::new();
    for (command, rounds, _) in TOOLS {
        // Built before.
        if let Some(test) = command.strip_prefix("cargo test") {
            run_once(&format!("cargo test --no-run{test}"))?;
        }
        let mut best = f64::MAX;
        for _ in 0..rounds {
            best = best.min(run_once(command)?);
        }
        measured.push(best);
    }
    Ok(table(&measured))
}

fn run_once(command: &str) -> Result<f64, Failure> {
    let mut words = command.split(' ');
    let start = Instant::now();
    output(Command::new(words.next().unwrap_or_default()).args(words).current_dir(root()))?;
    Ok(start.elapsed().as_secs_f64())
}

fn table(measured: &[f64]) -> String {
    let mut table = "Wall time, when everything is built.\n\n\
                     | command | s | goal |\n|---|--:|---|\n"
        .to_owned();
    for ((command, _, goal), seconds) in TOOLS.iter().zip(measured) {
        let _ = writeln!(
            table,
            "| `{command}` | {seconds:.1} | {goal:.0}{} |",
            missed(*seconds, *goal)
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_tool_is_marked() {
        let table = table(&[0.5, 121.0]);
        assert!(table.contains("| `cargo xtask codegen --check` | 0.5 | 1 |\n"));
        assert!(table.ends_with("| 121.0 | 120, missed |\n"));
    }
}
