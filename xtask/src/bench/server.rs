//! The servers of the benchmarks, each in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::command::{not_run, target};
use crate::failure::Failure;

/// A running server; ended when dropped.
pub(super) struct Server {
    process: Child,
    /// Its base URL.
    pub(super) address: String,
}

impl Server {
    /// Starts a server of the benchmarks' package, which prints its address first.
    pub(super) fn start(name: &str) -> Result<Self, Failure> {
        let program = target().join("release").join(name);
        let mut process = Command::new(&program)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| not_run(&program.display().to_string(), &error))?;
        let mut address = String::new();
        if let Some(stdout) = process.stdout.take() {
            let _ = BufReader::new(stdout).read_line(&mut address);
        }
        Ok(Self { process, address: address.trim_end().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
