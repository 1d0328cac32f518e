//! The automation, run as a maintainer runs it.

use std::path::{Path, PathBuf};

use jogg_tests::{Output, cargo, root};

fn xtask(arguments: &[&str]) -> Output {
    let run = ["run", "--quiet", "--package", "xtask", "--"];
    cargo(&[&run, arguments].concat(), &[])
}

/// The spec with one text replaced, in a file of its own.
fn changed_spec(folder: &Path, from: &str, to: &str) -> String {
    let spec = std::fs::read_to_string(root().join("openapi/jogg.yaml")).unwrap();
    assert!(spec.contains(from), "the spec has no {from:?}");
    let path = folder.join("jogg.yaml");
    std::fs::write(&path, spec.replacen(from, to, 1)).unwrap();
    path.display().to_string()
}

#[test]
fn a_changed_spec_fails_the_check_with_its_place_and_a_fix() {
    let folder = tempfile::tempdir().unwrap();
    let spec = changed_spec(folder.path(), "      - done\n", "");
    let output = xtask(&["codegen", "--check", "--spec", &spec]);
    assert_eq!(output.code, 1);
    let enums = "jogg-api/src/generated/enums.rs:";
    assert!(output.stderr.contains(enums), "{}", output.stderr);
    assert!(output.stderr.contains("-         /// `done` on the wire."), "{}", output.stderr);
    assert!(output.stderr.contains("run `cargo xtask codegen`"), "{}", output.stderr);
}

#[test]
fn an_edited_file_fails_the_check_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().display().to_string();
    assert_eq!(xtask(&["codegen", "--output", &output]).code, 0);
    assert_eq!(xtask(&["codegen", "--check", "--output", &output]).code, 0);
    let types: PathBuf = folder.path().join("types.rs");
    let text = std::fs::read_to_string(&types).unwrap();
    std::fs::write(&types, text.replacen("Owner of", "Owner off", 1)).unwrap();
    std::fs::write(folder.path().join("left_over.rs"), "").unwrap();
    let check = xtask(&["codegen", "--check", "--output", &output]);
    assert_eq!(check.code, 1);
    for part in ["types.rs:", "Owner off", "left_over.rs: codegen does not write this file"] {
        assert!(check.stderr.contains(part), "{part}: {}", check.stderr);
    }
    assert!(!check.stderr.contains("enums.rs"), "{}", check.stderr);
}

#[test]
fn lint_says_where_a_finding_is_and_how_to_fix_it() {
    let folder = tempfile::tempdir().unwrap();
    for (from, to, part, code) in [
        ("schemas/WhoamiResponse'", "schemas/Nobody'", "Nobody", 1),
        ("operationId: whoami", "x-operationId: whoami", "operationId", 1),
        ("x-jogg-secret: true", "deprecated: true", "x-jogg-secret", 1),
        (
            "operationId: whoami\n",
            "operationId: whoami\n      operationId: whoami\n",
            "second time",
            3,
        ),
    ] {
        let spec = changed_spec(folder.path(), from, to);
        let output = xtask(&["spec", "lint", &spec]);
        let text = format!("{}{}", output.stdout, output.stderr);
        assert_eq!(output.code, code, "{text}");
        assert!(text.contains(part), "{part}: {text}");
        // file:line:column
        let place = text.split("jogg.yaml:").nth(1).expect("a place");
        assert!(place.starts_with(|first: char| first.is_ascii_digit()), "{text}");
    }
}

#[test]
fn a_malformed_spec_is_an_error_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let spec = changed_spec(folder.path(), "paths:\n", "paths: [\n");
    for task in [["spec", "lint", &spec], ["spec", "surface", &spec], ["codegen", "--spec", &spec]]
    {
        let output = xtask(&task);
        assert_eq!(output.code, 3, "{}", output.stderr);
        assert!(output.stderr.contains("jogg.yaml:"), "{}", output.stderr);
    }
}
