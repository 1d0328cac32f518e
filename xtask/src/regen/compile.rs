//! Compiles the workspace, to find what the new generated code breaks.

use std::process::Command;

use crate::failure::Failure;
use crate::output::{print, say};
use crate::workspace::root;

/// What the compiler is run with. Each error is one line then.
const ARGUMENTS: [&str; 6] =
    ["check", "--workspace", "--all-targets", "--quiet", "--message-format", "short"];

/// Compiles everything, and prints what the compiler says if that fails. Returns its errors, a line
/// each, with file and place. Empty if everything compiles.
pub(super) fn check() -> Result<Vec<String>, Failure> {
    say!("\n== cargo check --workspace --all-targets");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let ran = Command::new(cargo).args(ARGUMENTS).current_dir(root()).output();
    let ran = ran.map_err(|error| {
        Failure::new(format!("cargo can't be run: {error}; `--no-check` goes on without it"))
    })?;
    if ran.status.success() {
        say!("everything compiles");
        return Ok(Vec::new());
    }
    let output = String::from_utf8_lossy(&ran.stderr);
    print(format_args!("{output}"));
    let errors = errors(&output);
    match errors.is_empty() {
        true => Ok(vec!["`cargo check --workspace --all-targets` fails; see above".to_owned()]),
        false => Ok(errors),
    }
}

/// Returns each error once: a file may be compiled for several targets.
fn errors(output: &str) -> Vec<String> {
    let mut errors = Vec::new();
    for line in output.lines() {
        let Some((place, message)) = line.split_once(": error") else { continue };
        let message = message.split_once(": ").map_or(message, |(_, message)| message);
        let error = format!("{place}: {message}");
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_is_listed_once_with_its_place() {
        let output = "a/src/b.rs:3:7: warning: unused\n\
                      a/src/b.rs:4:7: error[E0609]: no field `url` on type `A`: unknown field\n\
                      a/src/b.rs:4:7: error[E0609]: no field `url` on type `A`: unknown field\n\
                      a/src/c.rs:1:1: error: expected item\n\
                      error: could not compile `a` (lib) due to 2 previous errors\n";
        assert_eq!(
            errors(output),
            [
                "a/src/b.rs:4:7: no field `url` on type `A`: unknown field",
                "a/src/c.rs:1:1: expected item",
            ]
        );
    }
}
