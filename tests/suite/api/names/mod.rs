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
