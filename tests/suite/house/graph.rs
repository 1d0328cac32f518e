//! Which file of a package imports which, and the names that tie them.
//!
//! A name counts as imported from the file that defines it, whatever it is re-exported by. So the
//! re-exports of a folder's `mod.rs` or of a crate's root tie nothing; a re-export of a name that
//! is not defined below the module is an import like any other.

use std::collections::{BTreeMap, BTreeSet};

use super::Files;
use super::modules::{Modules, Root};
use super::names::Target;
use super::references::Import;

pub(super) struct Graph {
    /// Each file, with those it imports from and the names that tie it to them.
    pub(super) imports: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// What could not be read or followed, which must not pass for "no circle".
    pub(super) unread: Vec<String>,
}

impl Graph {
    /// Reads the crates of a package; what is only compiled for tests, just if `with_tests`.
    pub(super) fn of(files: &Files, roots: &[Root], with_tests: bool) -> Self {
        let modules = Modules::read(files, roots, with_tests);
        let imports = modules.all.iter().map(|module| (module.file.clone(), BTreeMap::new()));
        let graph = Self { imports: imports.collect(), unread: modules.unread.clone() };
        let mut builder = Builder { modules: &modules, graph };
        for place in 0..modules.all.len() {
            builder.imports(place);
            builder.code(place);
        }
        builder.graph
    }

    /// The folder a file belongs to. `jobs.rs` belongs to the folder `jobs`, if there is one.
    pub(super) fn folder<'a>(&self, file: &'a str) -> &'a str {
        let folder = file.strip_suffix(".rs").unwrap_or(file);
        let below = format!("{folder}/");
        match file.rsplit_once('/') {
            _ if self.imports.keys().any(|other| other.starts_with(&below)) => folder,
            Some((folder, _)) => folder,
            None => "",
        }
    }

    /// The names one file imports from another.
    pub(super) fn names(&self, from: &str, to: &str) -> Vec<&str> {
        let names = self.imports.get(from).and_then(|imports| imports.get(to));
        names.into_iter().flatten().map(String::as_str).collect()
    }
}

struct Builder<'a> {
    modules: &'a Modules,
    graph: Graph,
}

impl Builder<'_> {
    /// What the `use` declarations of a module tie its file to.
    fn imports(&mut self, module: usize) {
        for import in &self.modules.all[module].mentions.imports {
            for target in self.targets(module, &import.path) {
                let is_facade = import.public && self.modules.is_within(target.module_of(), module);
                let counts = match &target {
                    Target::Item(..) => true,
                    // The names used through a module or a glob tie the file.
                    Target::Module(_) => !self.is_used(module, import),
                };
                if counts && !is_facade {
                    self.tie(module, &target);
                }
            }
        }
    }

    /// What the code of a module ties its file to.
    fn code(&mut self, module: usize) {
        for path in &self.modules.all[module].mentions.paths {
            for target in self.targets(module, path) {
                if let Target::Item(..) = target {
                    self.tie(module, &target);
                }
            }
        }
    }

    /// What a path stands for. One that says that it is of this package must lead somewhere.
    fn targets(&mut self, module: usize, path: &[String]) -> BTreeSet<Target> {
        let mut targets = self.modules.resolve(module, path);
        if targets.is_empty() {
            targets.extend(self.macro_above(module, path));
        }
        let first = path[0].as_str();
        let is_ours =
            ["crate", "self", "super"].contains(&first) || self.modules.known.contains_key(first);
        if targets.is_empty() && is_ours {
            let (file, path) = (&self.modules.all[module].file, path.join("::"));
            self.graph.unread.push(format!("{file}: no file defines `{path}`"));
        }
        targets
    }

    /// Whether a name is mentioned that a module or a glob brings into scope.
    fn is_used(&self, module: usize, import: &Import) -> bool {
        let mentions = &self.modules.all[module].mentions;
        let paths = mentions.imports.iter().map(|import| &import.path);
        let mut paths = paths.chain(&mentions.paths);
        paths.any(|path| match &import.name {
            Some(name) => path.len() > 1 && path[0] == *name,
            None => self.modules.glob_has(module, &import.path, &path[0]),
        })
    }

    /// A macro that a module above defines, and that is known here without an import.
    fn macro_above(&self, module: usize, path: &[String]) -> Option<Target> {
        let [name] = path else { return None };
        self.modules.all[module].mentions.macros.get(name)?;
        let above = std::iter::successors(Some(module), |place| self.modules.all[*place].parent);
        let mut above = above.filter(|place| self.modules.all[*place].macros.contains(name));
        above.next().map(|place| Target::Item(place, name.clone()))
    }

    fn tie(&mut self, module: usize, target: &Target) {
        let from = &self.modules.all[module].file;
        let to = &self.modules.all[target.module_of()];
        let name = match target {
            Target::Module(_) => format!("{} (the module)", to.name),
            Target::Item(_, name) => name.clone(),
        };
        if *from != to.file {
            let imports = self.graph.imports.entry(from.clone()).or_default();
            imports.entry(to.file.clone()).or_default().insert(name);
        }
    }
}
