//! What documents refer to is there.

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;

use super::sources::{hand_written, root, with_generated};

/// Each path in backticks that is neither a file or folder of the workspace nor the end of one.
fn missing_paths(document: &str, files: &BTreeSet<String>) -> Vec<String> {
    let path = Regex::new(r"`([\w.-]*/[\w./-]*|[\w-]+\.(?:md|rs|surface|toml|yaml))`").unwrap();
    let is_there = |path: &str| {
        let within = format!("/{}/", path.trim_end_matches('/'));
        root().join(path).exists() || files.iter().any(|file| format!("/{file}/").contains(&within))
    };
    let paths = path.captures_iter(document).map(|found| found[1].to_owned());
    paths.filter(|path| !is_there(path)).collect()
}

/// Each target of a link that is neither on another site nor relative to this folder.
fn missing_targets(document: &str, folder: &Path) -> Vec<String> {
    let link = Regex::new(r"(?m)\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$").unwrap();
    let targets = link.captures_iter(document).filter_map(|found| found.get(1).or(found.get(2)));
    let targets = targets.map(|target| target.as_str()).filter(|target| {
        // Another site, an item of the documentation, or a place in the same document.
        let is_file = !target.contains("::") && !target.contains("://") && !target.starts_with('#');
        let file = target.split('#').next().unwrap_or_default();
        is_file && !folder.join(file).exists()
    });
    targets.map(str::to_owned).collect()
}

#[test]
fn the_architecture_names_files_that_exist() {
    let files = ["md", "rs", "surface", "toml", "yaml"].map(|name| with_generated("", name));
    let files = files.into_iter().flatten().map(|(file, _)| file).collect();
    let document = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    assert_eq!(missing_paths(&document, &files), Vec::<String>::new());
}

#[test]
fn links_between_documents_lead_somewhere() {
    for (file, document) in hand_written("", "md") {
        let folder = root().join(&file);
        let missing = missing_targets(&document, folder.parent().unwrap());
        assert_eq!(missing, Vec::<String>::new(), "{file}");
    }
}

#[test]
fn a_path_and_a_link_that_lead_nowhere_are_found() {
    let files = BTreeSet::from(["a/src/jobs/wait.rs".to_owned()]);
    let document =
        "`wait.rs`, `jobs/`, `src/jobs/wait.rs`, `.ci/run`, `Job`; `ait.rs`, `job/`, `x/y.rs`";
    assert_eq!(missing_paths(document, &files), ["ait.rs", "job/", "x/y.rs"]);
    let document =
        "[a](README.md#b) [c](https://d.example) [e](crate::E) [f](g.md)\n\n[h]: i/j.rs\n";
    assert_eq!(missing_targets(document, root()), ["g.md", "i/j.rs"]);
}
