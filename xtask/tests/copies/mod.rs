//! `cargo xtask spec drift` and `spec accept` on copies of the committed files.
#![allow(dead_code, reason = "each binary uses a part of it")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// A folder with copies of the committed files, to be edited.
pub(crate) struct Copies {
    pub(crate) folder: TempDir,
}

/// The result of a run.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Copies {
    /// Copies the files. What has no entry in the ledger yet gets one, so that only the edits of a
    /// test count.
    pub(crate) fn new() -> Self {
        static LEDGER: OnceLock<String> = OnceLock::new();
        let copies = Self { folder: tempfile::tempdir().unwrap() };
        for name in ["jogg.yaml", "drift.toml", "upstream.surface"] {
            std::fs::copy(committed(name), copies.path(name)).unwrap();
        }
        let ledger = LEDGER.get_or_init(|| {
            check(&copies.run("accept", "upstream.surface", &["--prune"]), 0, &[]);
            copies.read("drift.toml").replace("\"TODO\"", "'Intended.'")
        });
        copies.write("drift.toml", ledger);
        copies
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Replaces the first occurrence of a text in a file.
    #[track_caller]
    pub(crate) fn replace(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, &text.replacen(from, to, 1));
    }

    pub(crate) fn run(&self, task: &str, upstream: &str, more: &[&str]) -> Outcome {
        let mut command = xtask(task, upstream, self.folder.path());
        for (name, file) in
            [("--spec", "jogg.yaml"), ("--ledger", "drift.toml"), ("--pinned", "upstream.surface")]
        {
            command.args([name, file]);
        }
        outcome(command.args(more).output().unwrap())
    }

    /// Pins upstream as reviewed.
    #[track_caller]
    pub(crate) fn pin(&self, date: &str) {
        check(&self.run("accept", "upstream.yaml", &["--pin", date]), 0, &[": pinned "]);
    }

    /// Runs drift, and compares its exit code and parts of its output.
    #[track_caller]
    pub(crate) fn check(&self, upstream: &str, code: i32, expected: &[&str]) {
        check(&self.run("drift", upstream, &[]), code, expected);
    }
}

pub(crate) fn committed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi").join(name)
}

pub(crate) fn xtask(task: &str, upstream: &str, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.current_dir(folder).stdin(Stdio::null());
    command.args(["spec", task, "--upstream", upstream]);
    command
}

pub(crate) fn outcome(output: Output) -> Outcome {
    Outcome {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[track_caller]
pub(crate) fn check(outcome: &Outcome, code: i32, expected: &[&str]) {
    let Outcome { stdout, stderr, .. } = outcome;
    let text = format!("{stdout}{stderr}");
    assert_eq!(outcome.code, code, "{text}");
    for part in expected {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    if code == 3 {
        assert!(stdout.is_empty(), "a failure must not print a report: {stdout}");
        assert!(stderr.contains("nothing was compared"), "{stderr}");
    }
}
