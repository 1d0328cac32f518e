//! Where and of what a measurement was taken.

use std::process::{Command, Stdio};

use crate::workspace::root;

/// Machine, tools, date and commit, as a paragraph.
pub(super) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let unknown = || "unknown".to_owned();
    let processor = processor().unwrap_or_else(unknown);
    let rustc = line("rustc", &["--version"]).unwrap_or_else(unknown);
    let valgrind = line("valgrind", &["--version"]).unwrap_or_else(|| "no valgrind".to_owned());
    let date = line("date", &["-u", "+%F"]).unwrap_or_else(unknown);
    let commit = commit().unwrap_or_else(unknown);
    format!("{processor}, {cores} cores; {rustc}; {valgrind}; {date}; commit {commit}\n")
}

fn processor() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn commit() -> Option<String> {
    let commit = line("git", &["rev-parse", "--short", "HEAD"])?;
    let changes = line("git", &["status", "--porcelain", "--untracked-files=no"]);
    Some(match changes {
        Some(_) => format!("{commit} with changes"),
        None => commit,
    })
}

/// The first line that a command prints, if any.
fn line(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    let output = command.args(arguments).current_dir(root()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().next().map(str::to_owned)
}
