//! The files of the workspace.

use std::path::{Path, PathBuf};

/// The folder of the workspace.
///
/// # Panics
/// Never: this package is in a folder of it.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a folder above")
}

/// Adds all Rust files in a folder and below to `files`, in no order.
///
/// # Panics
/// If the folder cannot be read.
pub fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder that can be read") {
        let path = entry.expect("an entry that can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
