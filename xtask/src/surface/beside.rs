//! Reads files beside a spec, and no others.

use std::path::{Path, PathBuf};

use crate::document::{decoded, reading};

/// Reads a file by its path from the folder of a spec. It must be in the same repository as the
/// spec, or else in the spec's folder: a spec from elsewhere can't have other files shown.
pub(crate) fn read_beside(spec: &Path, other: &str) -> Result<String, String> {
    let folder = match spec.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let whole = |path: &Path| path.canonicalize().map_err(|error| reading(&error));
    let folder = whole(&folder)?;
    let path = whole(&folder.join(other)).map_err(|reason| format!("{other}: {reason}"))?;
    let repository = folder.ancestors().find(|folder| folder.join(".git").exists());
    if !path.starts_with(repository.unwrap_or(&folder)) {
        return Err(format!("{other} is outside of the repository"));
    }
    let content = std::fs::read(&path).map_err(|error| reading(&error)).and_then(decoded);
    content.map_err(|reason| format!("{other}: {reason}"))
}
