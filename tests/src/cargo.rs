//! Cargo, as the one that runs the tests.

use std::path::PathBuf;
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

/// Builds an example of jogg-api-ext, and returns where the program is. With the same features for
/// all, so that they are built once.
///
/// # Panics
/// If it can't be built.
pub fn build_example(name: &str) -> PathBuf {
    let features = "axum,batch,blocking,schemars,simulator";
    let build = ["build", "--quiet", "-p", "jogg-api-ext", "--features", features];
    let output = cargo(&[&build[..], &["--example", name]].concat(), &[]);
    assert_eq!(output.code, 0, "{name}: {}", output.stderr);
    example(name)
}

/// Returns where an example is once it is built.
///
/// # Panics
/// Never in a test: its program is in a folder of the build.
pub fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the path of this program");
    let target = test.ancestors().nth(2).expect("a folder above");
    target.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION)
}
