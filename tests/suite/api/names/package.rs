//! The files of a package.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jogg_tests::{collect, root};
use syn::Visibility;

/// What a package consists of.
pub(super) struct Package {
    pub(super) name: String,
    /// The crates it may refer to, as paths write them.
    pub(super) dependencies: Vec<String>,
    /// The text of each file, by its path in `src`.
    pub(super) files: BTreeMap<String, String>,
}

impl Package {
    pub(super) fn read(name: &str) -> Self {
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

/// Whether an item is public.
pub(in super::super) fn public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}
