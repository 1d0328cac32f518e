//! What holds for the sources themselves: which file may import from which.

mod cases;
mod circles;
mod graph;
mod modules;
mod names;
mod references;
mod rooms;

use std::collections::BTreeMap;

/// The files of a package: their text by their path in the package's folder.
type Files = BTreeMap<String, String>;
