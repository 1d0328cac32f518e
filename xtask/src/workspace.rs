//! Where the files of the workspace are.

use std::path::Path;

/// The spec of the API, from the root of the workspace.
pub(crate) const SPEC: &str = "openapi/jogg.yaml";

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
