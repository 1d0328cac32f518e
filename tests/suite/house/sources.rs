//! The files of the workspace, as they lie on the disk.

use std::path::{Path, PathBuf};

use super::Files;

/// Folders of what is built, downloaded, or written by a program.
const SKIPPED: [&str; 5] = [".git", "generated", "node_modules", "snapshots", "target"];

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The text of all hand-written files in a folder of the workspace whose name ends like this, by
/// their path in the folder.
pub(super) fn hand_written(folder: &str, extension: &str) -> Files {
    let mut files = Files::new();
    collect(&root().join(folder), extension, &SKIPPED, &mut files);
    files
}

/// The same with generated code.
pub(super) fn with_generated(folder: &str, extension: &str) -> Files {
    let mut files = Files::new();
    let skipped: Vec<&str> = SKIPPED.into_iter().filter(|name| *name != "generated").collect();
    collect(&root().join(folder), extension, &skipped, &mut files);
    files
}

fn collect(top: &Path, extension: &str, skipped: &[&str], files: &mut Files) {
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy();
            if path.is_dir() && !skipped.contains(&name.as_ref()) {
                folders.push(path);
            } else if path.is_file() && path.extension().is_some_and(|found| found == extension) {
                let text = std::fs::read_to_string(&path).unwrap();
                files.insert(shown(top, &path), text);
            }
        }
    }
}

fn shown(top: &Path, path: &Path) -> String {
    let below: PathBuf = path.strip_prefix(top).unwrap().to_owned();
    below.to_string_lossy().replace('\\', "/")
}
