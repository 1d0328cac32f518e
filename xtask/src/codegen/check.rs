//! `cargo xtask codegen --check`: compares the files in the tree with newly generated ones.

use std::fmt::Write as _;
use std::path::Path;

use super::preamble::is_origin;
use crate::failure::Failure;
use crate::output::say;
use crate::workspace::shown;

/// Compares the files. The failure has the first difference of each.
pub(super) fn compare(folder: &Path, files: &[(&'static str, String)]) -> Result<(), Failure> {
    let mut report = String::new();
    let mut origin_only = Vec::new();
    for (name, expected) in files {
        let path = folder.join(name);
        let shown = shown(&path);
        match std::fs::read_to_string(&path) {
            Ok(found) if found == *expected => {}
            Ok(found) => match first_difference(&shown, &found, expected) {
                Some(difference) => report.push_str(&difference),
                None => origin_only.push(*name),
            },
            Err(error) => {
                let _ = writeln!(report, "{shown}: {error}");
            }
        }
    }
    for name in unexpected_files(folder, files) {
        let path = shown(&folder.join(name));
        let _ = writeln!(report, "{path}: codegen does not write this file; remove it");
    }
    if !origin_only.is_empty() {
        let names = origin_only.join(", ");
        let _ = writeln!(report, "only the spec's name or hash differs in: {names}");
    }
    if report.is_empty() {
        say!("codegen: {} files match the spec", files.len());
        return Ok(());
    }
    Err(Failure::new(format!(
        "the generated code doesn't match the spec\n{report}\
         run `cargo xtask codegen`, review the diff, and commit it with the spec"
    )))
}

fn unexpected_files(folder: &Path, files: &[(&'static str, String)]) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "mod.rs" && !files.iter().any(|(expected, _)| expected == name))
        .collect();
    names.sort();
    names
}

/// Returns the first lines that differ, from both sides. `None` if only the lines differ that name
/// the spec, which are in every file.
pub(super) fn first_difference(path: &str, found: &str, expected: &str) -> Option<String> {
    const SHOWN: usize = 3;
    let (found, expected): (Vec<&str>, Vec<&str>) =
        (found.lines().collect(), expected.lines().collect());
    let same = |(a, b): &(&&str, &&str)| a == b || (is_origin(a) && is_origin(b));
    let start = found.iter().zip(&expected).take_while(same).count();
    if start == found.len() && start == expected.len() {
        return None;
    }
    let mut report = format!("{path}:{}: first difference\n", start + 1);
    for line in found.iter().skip(start).take(SHOWN) {
        let _ = writeln!(report, "  - {line}");
    }
    for line in expected.iter().skip(start).take(SHOWN) {
        let _ = writeln!(report, "  + {line}");
    }
    Some(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares the report on a folder with one generated file and these files.
    #[track_caller]
    fn check_compare(files: &[(&str, &str)], expected: Result<(), &[&str]>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        let generated = "// Spec: sha256 2.\na\nb\n".to_owned();
        let outcome = compare(folder.path(), &[("types.rs", generated)]);
        match (outcome, expected) {
            (Ok(()), Ok(())) => {}
            (Err(failure), Err(parts)) => {
                for part in parts {
                    assert!(failure.message.contains(part), "{part}: {}", failure.message);
                }
            }
            (outcome, expected) => panic!("{files:?}: {outcome:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn differences_are_reported_by_file() {
        let same = ("types.rs", "// Spec: sha256 2.\na\nb\n");
        check_compare(&[same, ("mod.rs", "")], Ok(()));
        check_compare(&[], Err(&["types.rs: ", "run `cargo xtask codegen`"]));
        check_compare(
            &[("types.rs", "// Spec: sha256 1.\na\nc\n")],
            Err(&["types.rs:3: first difference\n  - c\n  + b\n"]),
        );
        check_compare(
            &[("types.rs", "// Spec: sha256 1.\na\nb\n")],
            Err(&["only the spec's name or hash differs in: types.rs"]),
        );
        check_compare(&[same, ("old.rs", "")], Err(&["old.rs: codegen does not write this file"]));
    }
}
