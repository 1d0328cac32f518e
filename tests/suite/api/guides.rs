//! The guides say what is so.

use jogg_api_ext::ErrorKind;
use jogg_tests::root;
use regex::Regex;

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap()
}

#[test]
fn the_guide_to_errors_names_every_kind() {
    let source = read("jogg-api-ext/src/error_kind.rs");
    let variant = Regex::new(r"(?m)^    ([A-Z]\w+),$").unwrap();
    let kinds: Vec<_> = variant.captures_iter(&source).map(|kind| kind[1].to_owned()).collect();
    assert!(kinds.contains(&format!("{:?}", ErrorKind::OutcomeUnknown)) && kinds.len() > 15);
    let guide = read("jogg-api-ext/docs/errors.md");
    for kind in kinds {
        assert!(guide.contains(&format!("ErrorKind::{kind}")), "{kind}");
    }
}

/// Each page of the folder is somewhere in the documentation, and each guide is listed.
#[test]
fn every_page_is_included_and_every_guide_is_listed() {
    let sources = ["batch/mod.rs", "guide.rs", "lib.rs", "policy/mod.rs", "webhooks/mod.rs"];
    let sources = sources.map(|file| read(&format!("jogg-api-ext/src/{file}"))).concat();
    for entry in std::fs::read_dir(root().join("jogg-api-ext/docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(sources.contains(&format!("docs/{name}\")")), "{name}");
    }
    let guide = read("jogg-api-ext/src/guide.rs");
    let module = Regex::new(r"(?m)^pub mod (\w+) \{\}$").unwrap();
    let modules: Vec<_> = module.captures_iter(&guide).map(|found| found[1].to_owned()).collect();
    assert!(modules.len() >= 10, "{modules:?}");
    for module in modules {
        assert!(guide.contains(&format!("| [`{module}`] |")), "{module}");
    }
}
