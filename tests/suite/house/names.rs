//! What a path stands for: through imports, renames, globs and re-exports to the module that
//! defines the name.

use std::collections::BTreeSet;

use super::modules::{Modules, Named};

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Module(usize),
    /// An item of a module. The rest of the path, if there is any, belongs to it.
    Item(usize, String),
}

impl Modules {
    /// What a path in a module stands for; nothing if that is not of this package.
    pub(super) fn resolve(&self, module: usize, path: &[String]) -> BTreeSet<Target> {
        let mut targets = Search::new(self, false).follow(module, path);
        if targets.is_empty() {
            targets = Search::new(self, true).follow(module, path);
        }
        let is_item = |target: &Target| matches!(target, Target::Item(..));
        if targets.iter().any(is_item) {
            targets.retain(is_item);
        }
        targets.into_iter().collect()
    }

    /// Whether a glob in a module brings a name into scope.
    pub(super) fn glob_has(&self, module: usize, glob: &[String], name: &str) -> bool {
        [false, true].iter().any(|maybe| {
            let mut search = Search::new(self, *maybe);
            !search.through_glob(module, glob, name).is_empty()
        })
    }

    /// Whether a module is another or lies in it.
    pub(super) fn is_within(&self, module: usize, outer: usize) -> bool {
        let parents = std::iter::successors(Some(module), |place| self.all[*place].parent);
        parents.into_iter().any(|place| place == outer)
    }
}

struct Search<'a> {
    modules: &'a Modules,
    /// Whether words in the calls of macros count as names.
    maybe: bool,
    /// The imports on the way here, so that none is followed in a circle.
    followed: BTreeSet<(usize, usize)>,
}

impl<'a> Search<'a> {
    fn new(modules: &'a Modules, maybe: bool) -> Self {
        Self { modules, maybe, followed: BTreeSet::new() }
    }

    fn follow(&mut self, module: usize, path: &[String]) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let mut targets = match first.as_str() {
            "crate" => vec![Target::Module(self.modules.all[module].root)],
            "self" => vec![Target::Module(module)],
            "super" => self.parent(module),
            name => self.find(module, name, true),
        };
        if targets.is_empty() {
            let known = self.modules.known.get(first.as_str());
            targets.extend(known.map(|place| Target::Module(*place)));
        }
        for name in rest {
            let modules: Vec<usize> = targets.iter().filter_map(Target::module).collect();
            if modules.is_empty() {
                break;
            }
            let found = modules.into_iter().flat_map(|module| match name.as_str() {
                "super" => self.parent(module),
                name => self.find(module, name, true),
            });
            targets = found.collect();
        }
        targets
    }

    fn parent(&self, module: usize) -> Vec<Target> {
        self.modules.all[module].parent.into_iter().map(Target::Module).collect()
    }

    /// What a name in a module stands for. Without `sees_all`, private names do not count.
    fn find(&mut self, module: usize, name: &str, sees_all: bool) -> Vec<Target> {
        let here = &self.modules.all[module];
        let named = here.names.get(name).into_iter().flatten();
        let named = named.filter(|named| named.is_public() || sees_all);
        let mut targets: Vec<Target> = named.map(|named| named.target(module, name)).collect();
        let imports = || here.mentions.imports.iter().enumerate();
        let imports = || imports().filter(|(_, import)| import.public || sees_all);
        for (place, import) in imports().filter(|(_, import)| import.is_named(name)) {
            targets.extend(self.once(module, place, |search| search.follow(module, &import.path)));
        }
        if targets.is_empty() {
            for (place, glob) in imports().filter(|(_, import)| import.name.is_none()) {
                targets.extend(
                    self.once(module, place, |search| {
                        search.through_glob(module, &glob.path, name)
                    }),
                );
            }
        }
        if targets.is_empty() && self.maybe && here.maybe.contains(name) {
            targets.push(Target::Item(module, name.to_owned()));
        }
        targets
    }

    fn through_glob(&mut self, module: usize, glob: &[String], name: &str) -> Vec<Target> {
        let sources = self.follow(module, glob);
        let sources = sources.iter().filter_map(Target::module);
        let found = sources.flat_map(|source| {
            let sees_all = self.modules.is_within(module, source);
            self.find(source, name, sees_all)
        });
        found.collect()
    }

    /// Follows an import, unless it is being followed already.
    fn once(
        &mut self,
        module: usize,
        place: usize,
        follow: impl FnOnce(&mut Self) -> Vec<Target>,
    ) -> Vec<Target> {
        if !self.followed.insert((module, place)) {
            return Vec::new();
        }
        let targets = follow(self);
        self.followed.remove(&(module, place));
        targets
    }
}

impl Named {
    fn is_public(self) -> bool {
        match self {
            Self::Item { public } | Self::Module { public, .. } => public,
        }
    }

    fn target(self, module: usize, name: &str) -> Target {
        match self {
            Self::Item { .. } => Target::Item(module, name.to_owned()),
            Self::Module { place, .. } => Target::Module(place),
        }
    }
}

impl Target {
    /// The module it is, or is defined in.
    pub(super) fn module_of(&self) -> usize {
        match self {
            Self::Module(module) | Self::Item(module, _) => *module,
        }
    }

    fn module(&self) -> Option<usize> {
        match self {
            Self::Module(module) => Some(*module),
            Self::Item(..) => None,
        }
    }
}
