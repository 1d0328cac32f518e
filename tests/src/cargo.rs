//! Cargo, as the one that runs the tests.

use std::process::Command;

use crate::root;

/// What a command printed, and its exit code.
#[derive(Debug)]
pub struct Output {
    /// -1 if a signal ended it.
    pub code: i32,
    /// What it printed to standard output.
    pub stdout: String,
    /// What it printed to standard error.
    pub stderr: String,
}

/// Runs cargo in the folder of the workspace, without the variables that hold a key or an address.
///
/// # Panics
/// If there is no cargo.
pub fn cargo(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).args(arguments);
    command.env_remove("JOGG_API_KEY").env_remove("JOGG_BASE_URL");
    let output = command.envs(variables.iter().copied()).output().expect("cargo runs");
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
