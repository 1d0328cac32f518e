//! The automation, run as a maintainer runs it.

use std::collections::{BTreeMap, BTreeSet};
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
fn the_surface_of_the_spec() {
    let output = xtask(&["spec", "surface"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    insta::assert_snapshot!(folded(&output.stdout));
}

/// A surface, with what is the same for every operation in one place: the response's envelope, so
/// that a new error code is one line. A line that even one operation lacks stands at each.
fn folded(surface: &str) -> String {
    let parts: Vec<_> = surface.lines().map(operation_and_fact).collect();
    let mut operations = BTreeSet::new();
    let mut counts = BTreeMap::<&str, usize>::new();
    for (operation, fact) in parts.iter().filter_map(|part| part.ok()) {
        operations.insert(operation);
        *counts.entry(fact).or_default() += 1;
    }
    let common = |fact: &str| fact != "declared" && counts[fact] == operations.len();
    let mut lines = Vec::new();
    for part in &parts {
        match part {
            Ok((_, fact)) if common(fact) => {}
            Ok((operation, fact)) => lines.push(format!("{operation} {fact}")),
            Err(line) => lines.push((*line).to_owned()),
        }
    }
    lines.push(format!("every one of {} operations", operations.len()));
    lines.extend(counts.keys().filter(|fact| common(fact)).map(|fact| format!("  {fact}")));
    lines.join("\n")
}

/// Method and path of a line's operation, and the rest of it; or a line that is of none.
fn operation_and_fact(line: &str) -> Result<(&str, &str), &str> {
    let (operation, fact) = line
        .match_indices(' ')
        .nth(1)
        .map(|(place, _)| (&line[..place], &line[place + 1..]))
        .ok_or(line)?;
    let is_method = |first: char| first.is_ascii_uppercase();
    if operation.starts_with(is_method) { Ok((operation, fact)) } else { Err(line) }
}

/// Nothing is lost: a fact is folded only if each operation has it.
#[test]
fn what_one_operation_lacks_is_not_folded() {
    let surface = "# jogg surface 1\n\
        GET /a declared\nGET /a response 200 $.code enum 1\nGET /a response 200 $.code enum 2\n\
        PUT /a declared\nPUT /a response 200 $.code enum 1\napi server \"x\"\n";
    let expected = "# jogg surface 1\n\
        GET /a declared\nGET /a response 200 $.code enum 2\n\
        PUT /a declared\napi server \"x\"\n\
        every one of 2 operations\n  response 200 $.code enum 1";
    assert_eq!(folded(surface), expected);
    let added = surface.replace("PUT /a r", "PUT /a response 200 $.code enum 2\nPUT /a r");
    assert!(folded(&added).ends_with("enum 1\n  response 200 $.code enum 2"));
}

#[test]
fn the_generated_code_is_as_the_spec_has_it() {
    let output = xtask(&["codegen", "--check"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
}

#[test]
fn the_spec_has_no_findings() {
    let output = xtask(&["spec", "lint"]);
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    assert!(output.stdout.contains("47 operations"), "{}", output.stdout);
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
    let generated = root().join("jogg-api/src/generated");
    for entry in std::fs::read_dir(generated).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let output = folder.path().display().to_string();
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
