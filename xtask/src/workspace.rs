//! The files of the workspace.

use std::path::Path;

use crate::failure::Failure;

/// The spec of the API, from the root of the workspace.
pub(crate) const SPEC: &str = "openapi/jogg.yaml";

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Reads a file. `None` if there is no such file; any other error is a failure.
pub(crate) fn read_if_exists(path: &Path, name: &str) -> Result<Option<String>, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let reason = format!("{name}: {error}");
            Err(Failure::nothing_compared(&reason, "make the file readable, or name another"))
        }
    }
}

/// Returns a path as people know it: from the root of the workspace.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
