//! What holds for the sources themselves: which file may import from which, how long files and
//! functions are, which words are used, and what documents refer to.

mod cases;
mod circles;
mod documents;
mod graph;
mod modules;
mod names;
mod packages;
mod prose;
mod references;
mod rooms;
mod sizes;
mod sources;
mod tags;
mod vocabulary;
mod words;

use std::collections::BTreeMap;

/// The files of a package: their text by their path in the package's folder.
type Files = BTreeMap<String, String>;
