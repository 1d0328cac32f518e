//! The list of what this project knows of the API, and its tests.

use std::collections::BTreeSet;

use jogg_tests::{collect, root};

/// The list of facts and the tests named after them belong together.
#[test]
fn every_fact_of_the_list_has_a_test_and_every_test_a_fact() {
    let mut tested = BTreeSet::new();
    for package in ["jogg-api/src", "jogg-api-ext/src", "tests/suite", "xtask/src"] {
        let mut files = Vec::new();
        collect(&root().join(package), &mut files);
        for file in files {
            let text = std::fs::read_to_string(file).unwrap();
            let names = text.split("fn fact_").skip(1).filter_map(|rest| rest.get(..2));
            tested.extend(names.filter_map(|number| number.parse::<u32>().ok()));
        }
    }
    let list = std::fs::read_to_string(root().join("openapi/facts.md")).unwrap();
    let rows = list.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let listed: BTreeSet<u32> = rows.filter_map(|number| number.parse().ok()).collect();
    assert!(listed.len() > 40);
    assert_eq!(tested, listed);
}
