//! The paths under which users find items.

use std::collections::{BTreeMap, BTreeSet};

use super::resolve::Target;
use super::source::{ItemId, ModuleId, Sources};

/// The one path each public module and item is known by: the shortest, then the first.
#[derive(Default)]
pub(super) struct Exported {
    pub(super) modules: BTreeMap<ModuleId, String>,
    pub(super) items: BTreeMap<ItemId, String>,
}

/// What stands at a path.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Entry {
    Module,
    Item(ItemId),
    /// What stands at another path.
    Alias(String),
}

/// Orders paths: fewer segments first.
type Path = (usize, String);

impl Exported {
    /// Everything a crate exports, by path. What a crate before exports stays that crate's.
    pub(super) fn walk(&mut self, sources: &Sources, package: &str) -> BTreeSet<(String, Entry)> {
        let mut entries = BTreeSet::new();
        let mut waiting = BTreeSet::from([(path(package), sources.roots[package])]);
        let mut found = BTreeMap::<ItemId, BTreeSet<Path>>::new();
        while let Some(((_, at), module)) = waiting.pop_first() {
            if let Some(known) = self.modules.get(&module) {
                entries.insert((at, Entry::Alias(known.clone())));
                continue;
            }
            self.modules.insert(module, at.clone());
            entries.insert((at.clone(), Entry::Module));
            for (name, targets) in sources.exports(module) {
                let below = format!("{at}::{name}");
                for target in targets {
                    match target {
                        Target::Module(module) => drop(waiting.insert((path(&below), module))),
                        Target::Item(item) => {
                            found.entry(item).or_default().insert(path(&below));
                        }
                        Target::Foreign(foreign) => {
                            let alias = Entry::Alias(format!("extern {}", foreign.join("::")));
                            entries.insert((below.clone(), alias));
                        }
                    }
                }
            }
        }
        for (item, paths) in found {
            for (_, at) in paths {
                let entry = match self.items.get(&item) {
                    Some(known) => Entry::Alias(known.clone()),
                    None => Entry::Item(item),
                };
                self.items.entry(item).or_insert_with(|| at.clone());
                entries.insert((at, entry));
            }
        }
        entries
    }
}

fn path(text: &str) -> Path {
    (text.matches("::").count(), text.to_owned())
}
