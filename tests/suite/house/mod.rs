//! What holds for the sources themselves: which file may import from which, and how long files
//! and functions are.

mod cases;
mod circles;
mod graph;
mod modules;
mod names;
mod references;
mod rooms;
mod sizes;
mod sources;

use std::collections::BTreeMap;

/// The files of a package: their text by their path in the package's folder.
type Files = BTreeMap<String, String>;
