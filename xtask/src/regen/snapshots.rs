//! The snapshots that wait for a review.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The folders with snapshots, from the root of the workspace.
const SNAPSHOTS: [&str; 4] = ["jogg-api", "jogg-api-ext", "tests", "xtask"];
/// How the names of pending snapshots end.
const PENDING: [&str; 2] = [".snap.new", ".pending-snap"];

/// Lists the snapshots that wait for review, from the root.
pub(super) fn pending(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = SNAPSHOTS.iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            // A link may lead back up.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && name != "target" {
                folders.push(path);
            } else if PENDING.iter().any(|ending| name.ends_with(ending)) {
                found.push(path.strip_prefix(root).unwrap_or(&path).display().to_string());
            }
        }
    }
    found.sort();
    found
}

pub(super) fn list(pending: &[String]) -> String {
    if pending.is_empty() {
        let test = "cargo test --workspace";
        return format!("none; run `{test}` to see which snapshots change\n");
    }
    let mut output = String::new();
    for file in pending {
        let _ = writeln!(output, "{file}");
    }
    let _ = writeln!(output, "review each with `cargo insta review`");
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pending_snapshots_are_listed_wherever_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for (file, text) in [
            ("tests/suite/snapshots/a.snap.new", ""),
            ("tests/suite/snapshots/a.snap", ""),
            ("xtask/src/.mod.rs.pending-snap", ""),
            ("xtask/target/b.snap.new", ""),
        ] {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let pending = pending(root);
        assert_eq!(pending, ["tests/suite/snapshots/a.snap.new", "xtask/src/.mod.rs.pending-snap"]);
        assert!(list(&pending).ends_with("review each with `cargo insta review`\n"));
        assert!(list(&[]).contains("cargo test --workspace"));
    }
}
