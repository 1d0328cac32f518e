//! `cargo xtask codegen --check`: what is checked in against what the spec gives.

use std::fmt::Write as _;
use std::path::Path;

use super::ORIGIN;
use crate::failure::Failure;
use crate::workspace::root;

/// Fails with the first difference of each file.
pub(super) fn compare(folder: &Path, files: &[(&'static str, String)]) -> Result<(), Failure> {
    let mut report = String::new();
    let mut hash_only = Vec::new();
    for (name, expected) in files {
        let path = folder.join(name);
        let shown = shown(&path);
        match std::fs::read_to_string(&path) {
            Ok(found) if found == *expected => {}
            Ok(found) => match first_difference(&shown, &found, expected) {
                Some(difference) => report.push_str(&difference),
                None => hash_only.push(*name),
            },
            Err(error) => {
                let _ = writeln!(report, "{shown}: {error}");
            }
        }
    }
    for name in unexpected_files(folder, files) {
        let _ = writeln!(report, "{}: codegen does not write this file", shown(&folder.join(name)));
    }
    if !hash_only.is_empty() {
        let _ = writeln!(report, "only the spec's hash differs in: {}", hash_only.join(", "));
    }
    if report.is_empty() {
        println!("codegen: {} files are as the spec has them", files.len());
        return Ok(());
    }
    Err(Failure::new(format!(
        "the generated code is not what the spec gives\n{report}\
         run `cargo xtask codegen`, look at the diff, and commit it with the spec"
    )))
}

/// A path as the reader knows it: from the root of the workspace.
fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
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

/// The first lines that differ, both sides; `None` if that is the spec's hash alone, which every
/// file repeats.
pub(super) fn first_difference(path: &str, found: &str, expected: &str) -> Option<String> {
    const SHOWN: usize = 3;
    let (found, expected): (Vec<&str>, Vec<&str>) =
        (found.lines().collect(), expected.lines().collect());
    let origin = |line: &str| ORIGIN.iter().any(|start| line.starts_with(start));
    let same = |(a, b): &(&&str, &&str)| a == b || (origin(a) && origin(b));
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
