//! The public names of both crates, as a reviewed snapshot: a change here is a change for users.
//!
//! Each item stands under the path users write, with the paths in its types resolved. So moving
//! files, modules that are private, or functions within a file leaves the snapshot as it is.

mod canonical;
mod exported;
mod macros;
mod resolve;
mod source;
mod syntax;
mod tests;
mod text;

use std::collections::BTreeMap;
use std::path::PathBuf;

use jogg_tests::{collect, root};
use syn::Visibility;

use exported::Exported;
use source::Sources;

#[test]
fn public_names_of_jogg_api() {
    insta::assert_snapshot!(names("jogg-api"));
}

#[test]
fn public_names_of_jogg_api_ext() {
    insta::assert_snapshot!(names("jogg-api-ext"));
}

pub(crate) fn public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// An item of both crates belongs to the first.
fn names(package: &str) -> String {
    listing(&["jogg-api", "jogg-api-ext"].map(Package::read), package)
}

/// What a package consists of.
struct Package {
    name: String,
    /// The crates it may refer to, as paths write them.
    dependencies: Vec<String>,
    /// The text of each file, by its path in `src`.
    files: BTreeMap<String, String>,
}

impl Package {
    fn read(name: &str) -> Self {
        let folder = root().join(name);
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let (_, dependencies) = manifest.split_once("\n[dependencies]\n").unwrap();
        let dependencies = dependencies.lines().take_while(|line| !line.starts_with('['));
        let names = dependencies.filter_map(|line| line.split(['.', ' ', '=']).next());
        let dependencies = names.map(|name| name.replace('-', "_")).collect();
        let source = folder.join("src");
        let mut paths = Vec::new();
        collect(&source, &mut paths);
        let file = |path: PathBuf| {
            let text = std::fs::read_to_string(&path).unwrap();
            let parts: Vec<_> = path.strip_prefix(&source).unwrap().iter().collect();
            (parts.join("/".as_ref()).into_string().unwrap(), text)
        };
        Self { name: name.to_owned(), dependencies, files: paths.into_iter().map(file).collect() }
    }
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
