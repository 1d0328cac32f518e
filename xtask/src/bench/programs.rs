//! Runs the benchmark's programs against its server.

use std::process::Command;

use serde_json::Value;

use super::command::{cargo, failure, output, target};
use super::server::Server;
use crate::failure::Failure;

/// How many calls are measured together. What varies from call to call then no longer shows.
pub(super) const CALLS: u64 = 100;

/// A program of the benchmark that prints a line of JSON for each measurement.
pub(super) struct Program {
    name: &'static str,
    server: Server,
}

impl Program {
    /// Builds a program and starts its server, in a process of its own.
    pub(super) fn build(name: &'static str) -> Result<Self, Failure> {
        let arguments = ["build", "--release", "--locked", "--quiet", "--bin", name, "--bin"];
        output(cargo().args(arguments).arg("server"))?;
        Ok(Self { name, server: Server::start("server")? })
    }

    /// Runs the program, and returns what it measured.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<Vec<Value>, Failure> {
        let mut command = Command::new(target().join("release").join(self.name));
        command.args(arguments).env("JOGG_BENCH_SERVER", &self.server.address);
        let printed = output(command.env("JOGG_BENCH_CALLS", CALLS.to_string()))?;
        let read = |line: &str| {
            serde_json::from_str(line).map_err(|error| {
                failure(format!("`{}` printed no JSON ({error}): {line}", self.name))
            })
        };
        printed.lines().map(read).collect()
    }
}

/// Reads a number of a measurement.
pub(super) fn number(measured: &Value, name: &str) -> Result<f64, Failure> {
    let number = measured[name].as_f64();
    number.ok_or_else(|| failure(format!("a measurement lacks its `{name}`: {measured}")))
}

/// Reads a text of a measurement.
pub(super) fn text<'m>(measured: &'m Value, name: &str) -> Result<&'m str, Failure> {
    let text = measured[name].as_str();
    text.ok_or_else(|| failure(format!("a measurement lacks its `{name}`: {measured}")))
}

/// Returns what a table says beside a goal that is a limit.
pub(super) fn missed(value: f64, at_most: f64) -> &'static str {
    if value <= at_most { "" } else { ", missed" }
}
