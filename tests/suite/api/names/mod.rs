//! The public names of both crates, as a reviewed snapshot: a change here is a change for users.
//! What is generated is not listed: it is in the tree, and `cargo xtask regen` prints how its
//! public API changed.
//!
//! Each item stands under the path users write, with the paths in its types resolved. So moving
//! files, private modules, or functions within a file leaves the snapshot unchanged.

mod canonical;
mod exported;
mod macros;
mod package;
mod resolve;
mod source;
mod syntax;
mod tests;
mod text;

pub(super) use self::package::public;

use self::exported::Exported;
use self::package::Package;
use self::source::Sources;

#[test]
fn public_names_of_jogg_api() {
    insta::assert_snapshot!(names("jogg-api"));
}

#[test]
fn public_names_of_jogg_api_ext() {
    insta::assert_snapshot!(names("jogg-api-ext"));
}

/// Crates whose new versions break code. Their types may be named in one module, so that the rest
/// of the API doesn't change with them.
const FOREIGN: [&str; 3] = ["progenitor", "reqwest", "schemars"];

/// Each line of a listing that names a type of these crates.
fn foreign(listing: &str) -> Vec<&str> {
    let names = |line: &&str| {
        let mut words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        words.any(|word| FOREIGN.contains(&word.split("::").next().unwrap_or_default()))
    };
    listing.lines().filter(names).collect()
}

#[test]
fn only_one_module_names_types_of_crates_that_change_often() {
    let listing = names("jogg-api-ext");
    let (within, others): (Vec<_>, Vec<_>) = foreign(&listing)
        .into_iter()
        .partition(|line| line.contains("jogg_api_ext::http_client::"));
    assert_eq!(others, [""; 0], "move them to `http_client`, or wrap them");
    assert!(!within.is_empty(), "nothing is found any more");
    let found =
        foreign("  fn a(b: reqwest::Url)\n  fn c() -> Result<schemars::Schema>\nfn reqwests()");
    assert_eq!(found.len(), 2, "{found:?}");
}

/// An item of both crates belongs to the first.
fn names(package: &str) -> String {
    listing(&["jogg-api", "jogg-api-ext"].map(Package::read), package)
}

/// The public names of one package, those before it being known to it.
fn listing(packages: &[Package], name: &str) -> String {
    let mut sources = Sources::default();
    for package in packages {
        sources.add(package);
    }
    let mut exported = Exported::default();
    for package in packages {
        let entries = exported.walk(&sources, &package.name.replace('-', "_"));
        if package.name == name {
            return text::listing(&sources, &exported, entries);
        }
    }
    panic!("no package {name}");
}
