//! What `jogg-api-ext` wraps of the API, and what it does not yet: reviewed, so that an operation
//! that is added to the spec shows up here.

use std::collections::BTreeSet;
use std::path::Path;

use jogg_api::operations::OPERATIONS;

use crate::xtask::root;

/// The words of the crate's own code: not of the simulator, which knows all operations, and not of
/// `outcome.rs`, which says where to look for the lost ones.
fn words(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "simulator" {
            words(&path, found);
        } else if name.ends_with(".rs") && name != "outcome.rs" {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let code = code.collect::<Vec<_>>().join("\n");
            // Tests and price lists name operations without wrapping them.
            let code = code.split("#[cfg(test)]").next().unwrap_or_default();
            let parts = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            found.extend(parts.map(str::to_owned));
        }
    }
}

#[test]
fn what_is_not_wrapped_yet() {
    let mut found = BTreeSet::new();
    words(&root().join("jogg-api-ext/src"), &mut found);
    let (wrapped, missing): (Vec<&str>, Vec<&str>) = OPERATIONS
        .iter()
        .map(|operation| operation.id)
        .partition(|id| found.contains(&id.to_uppercase()));
    insta::assert_snapshot!(format!(
        "wrapped: {}\n{}\n\nnot yet: {}\n{}",
        wrapped.len(),
        wrapped.join("\n"),
        missing.len(),
        missing.join("\n")
    ));
}
