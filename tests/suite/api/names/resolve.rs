//! What paths lead to, as the compiler sees it.

use std::collections::{BTreeMap, BTreeSet};

use syn::Item;

use super::source::{Binding, ItemId, ModuleId, Sources};

/// What a path leads to; there may be a type and a value of one name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Module(ModuleId),
    Item(ItemId),
    /// Not of these packages, or of the language: the whole path.
    Foreign(Vec<String>),
}

/// The imports that are being resolved. One that leads to itself is as good as absent.
type Open = BTreeSet<(ModuleId, &'static str, usize)>;

impl Sources {
    /// Where a path in a module leads.
    pub(super) fn resolve(&self, module: ModuleId, path: &[String]) -> Vec<Target> {
        self.follow(module, path, &mut Open::new())
    }

    /// What can be named from outside, with its name in the module.
    pub(super) fn exports(&self, module: ModuleId) -> BTreeMap<String, Vec<Target>> {
        self.public_names(module, &mut BTreeSet::new())
    }

    fn follow(&self, module: ModuleId, path: &[String], open: &mut Open) -> Vec<Target> {
        let (first, rest) = path.split_first().expect("a path has segments");
        let here = &self.modules[module];
        let mut targets = match first.as_str() {
            "crate" => vec![Target::Module(here.root)],
            "self" => vec![Target::Module(module)],
            "super" => vec![Target::Module(here.parent.expect("a root has no parent"))],
            "" => return self.outside(rest),
            _ => self.lookup(module, first, false, open),
        };
        if targets.is_empty() {
            return self.outside(path);
        }
        for name in rest {
            let step = |target| match target {
                Target::Module(above) if name == "super" => {
                    self.modules[above].parent.map(Target::Module).into_iter().collect()
                }
                Target::Module(above) => self.lookup(above, name, true, open),
                Target::Foreign(path) => vec![Target::Foreign([path, vec![name.clone()]].concat())],
                Target::Item(_) => Vec::new(),
            };
            targets = targets.into_iter().flat_map(step).collect();
        }
        targets
    }

    fn outside(&self, path: &[String]) -> Vec<Target> {
        match self.roots.get(&path[0]) {
            Some(root) if path.len() == 1 => vec![Target::Module(*root)],
            Some(root) => self.follow(*root, &path[1..], &mut Open::new()),
            None => vec![Target::Foreign(path.to_vec())],
        }
    }

    /// A name in a module's scope. From outside, what is public goes before what is not.
    fn lookup(&self, module: ModuleId, name: &str, outside: bool, open: &mut Open) -> Vec<Target> {
        let all = self.named(module, name, false, open);
        if !outside {
            return all;
        }
        let visible = self.named(module, name, true, open);
        if visible.is_empty() { all } else { visible }
    }

    fn named(&self, module: ModuleId, name: &str, public: bool, open: &mut Open) -> Vec<Target> {
        let here = &self.modules[module];
        let mut found = Vec::new();
        for (place, entry) in here.names.iter().enumerate() {
            if entry.name == name && (entry.public || !public) {
                found.extend(self.bound(module, place, &entry.binding, open));
            }
        }
        for (place, glob) in here.globs.iter().enumerate() {
            if (glob.public || !public) && open.insert((module, "glob", place)) {
                for target in self.follow(module, &glob.path, open) {
                    if let Target::Module(from) = target {
                        let more = self.named(from, name, true, open);
                        self.add_unless_shadowed(&mut found, more);
                    }
                }
                open.remove(&(module, "glob", place));
            }
        }
        found.sort();
        found.dedup();
        found
    }

    fn bound(
        &self,
        module: ModuleId,
        place: usize,
        binding: &Binding,
        open: &mut Open,
    ) -> Vec<Target> {
        match binding {
            Binding::Module(id) => vec![Target::Module(*id)],
            Binding::Item(id) => vec![Target::Item(*id)],
            Binding::Import(path) if open.insert((module, "name", place)) => {
                let found = self.follow(module, path, open);
                open.remove(&(module, "name", place));
                found
            }
            Binding::Import(_) => Vec::new(),
        }
    }

    /// Names that are spelled out go before those of a glob, types and values apart.
    fn add_unless_shadowed(&self, found: &mut Vec<Target>, more: Vec<Target>) {
        let taken: Vec<_> = found.iter().map(|target| self.is_value(target)).collect();
        found.extend(more.into_iter().filter(|target| !taken.contains(&self.is_value(target))));
    }

    /// Whether a target is a function, a constant or a static.
    pub(super) fn is_value(&self, target: &Target) -> bool {
        let Target::Item(id) = target else { return false };
        matches!(self.items[*id].item, Item::Const(_) | Item::Fn(_) | Item::Static(_))
    }

    fn public_names(
        &self,
        module: ModuleId,
        open: &mut BTreeSet<ModuleId>,
    ) -> BTreeMap<String, Vec<Target>> {
        let mut names = BTreeMap::<String, Vec<Target>>::new();
        if !open.insert(module) {
            return names;
        }
        let here = &self.modules[module];
        for (place, entry) in here.names.iter().enumerate().filter(|(_, entry)| entry.public) {
            let found = self.bound(module, place, &entry.binding, &mut Open::new());
            self.check(module, &entry.name, &found);
            names.entry(entry.name.clone()).or_default().extend(found);
        }
        let mut globs = BTreeMap::<String, Vec<Target>>::new();
        for glob in here.globs.iter().filter(|glob| glob.public) {
            let found = self.resolve(module, &glob.path);
            self.check(module, &glob.path.join("::"), &found);
            for target in found {
                match target {
                    Target::Module(from) => {
                        for (name, found) in self.public_names(from, open) {
                            globs.entry(name).or_default().extend(found);
                        }
                    }
                    Target::Foreign(path) => {
                        let all = format!("{}::*", path.join("::"));
                        globs.entry(all.clone()).or_default().push(Target::Foreign(vec![all]));
                    }
                    Target::Item(id) => panic!("a glob of {}: not read", self.items[id].name),
                }
            }
        }
        for (name, found) in globs {
            self.add_unless_shadowed(names.entry(name).or_default(), found);
        }
        open.remove(&module);
        names.values_mut().for_each(|found| {
            found.sort();
            found.dedup();
        });
        names
    }

    /// What is exported is known, or of a crate the package depends on.
    fn check(&self, module: ModuleId, name: &str, found: &[Target]) {
        assert!(!found.is_empty(), "`pub use` of {name}: nothing is found");
        let known = &self.modules[module].dependencies;
        for target in found {
            if let Target::Foreign(path) = target {
                let language = ["alloc", "core", "std"].contains(&path[0].as_str());
                assert!(language || known.contains(&path[0]), "`pub use` of {name}: whose is it?");
            }
        }
    }
}
