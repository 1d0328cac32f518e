//! The modules of a package, as its `mod` declarations make them: what each defines, imports and
//! mentions.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::{Ident, Item, Visibility};

use super::Files;
use super::references::{Mentions, attributes, is_for_tests};

/// The file a crate begins with.
#[derive(Clone, Copy)]
pub(super) struct Root {
    pub(super) file: &'static str,
    /// What the other crates of the package call it.
    pub(super) known_as: Option<&'static str>,
}

pub(super) struct Modules {
    pub(super) all: Vec<Module>,
    /// The crates that others know by a name.
    pub(super) known: BTreeMap<&'static str, usize>,
    /// Files that no `mod` declaration leads to, and whatever else could not be read.
    pub(super) unread: Vec<String>,
}

pub(super) struct Module {
    pub(super) name: String,
    pub(super) file: String,
    /// The module its crate begins with.
    pub(super) root: usize,
    pub(super) parent: Option<usize>,
    /// What it defines. Several things can have one name: a macro, a module and a function.
    pub(super) names: BTreeMap<String, Vec<Named>>,
    /// The words in the calls of macros that define items: they may name some.
    pub(super) maybe: BTreeSet<String>,
    /// The names of its macros, which modules within it know without an import.
    pub(super) macros: BTreeSet<String>,
    pub(super) mentions: Mentions,
}

#[derive(Clone, Copy)]
pub(super) enum Named {
    Item { public: bool },
    Module { public: bool, place: usize },
}

impl Modules {
    /// Reads the crates of a package; what is only compiled for tests, just if `with_tests`.
    pub(super) fn read(files: &Files, roots: &[Root], with_tests: bool) -> Self {
        let modules = Self { all: Vec::new(), known: BTreeMap::new(), unread: Vec::new() };
        let mut reader = Reader { files, with_tests, reached: BTreeSet::new(), modules };
        for root in roots {
            let place = reader.add("crate", root.file, None);
            reader.modules.known.extend(root.known_as.map(|name| (name, place)));
            reader.file(place, root.file, folder_of(root.file));
        }
        let unreached = files.keys().filter(|file| !reader.reached.contains(*file));
        let unreached = unreached.map(|file| format!("{file}: no `mod` declaration leads here"));
        reader.modules.unread.extend(unreached);
        reader.modules
    }
}

struct Reader<'a> {
    files: &'a Files,
    with_tests: bool,
    reached: BTreeSet<String>,
    modules: Modules,
}

impl Reader<'_> {
    fn add(&mut self, name: &str, file: &str, parent: Option<usize>) -> usize {
        let place = self.modules.all.len();
        self.modules.all.push(Module {
            name: name.to_owned(),
            file: file.to_owned(),
            root: parent.map_or(place, |parent| self.modules.all[parent].root),
            parent,
            names: BTreeMap::new(),
            maybe: BTreeSet::new(),
            macros: BTreeSet::new(),
            mentions: Mentions::default(),
        });
        place
    }

    /// Reads the file of a module; its submodules are in the folder.
    fn file(&mut self, place: usize, file: &str, folder: String) {
        self.reached.insert(file.to_owned());
        let parsed = self.files.get(file).map(|text| syn::parse_file(text));
        match parsed {
            Some(Ok(parsed)) => self.items(place, &parsed.items, &folder),
            Some(Err(error)) => self.modules.unread.push(format!("{file}: {error}")),
            None => self.modules.unread.push(format!("{file}: no such file")),
        }
    }

    fn items(&mut self, place: usize, items: &[Item], folder: &str) {
        for item in items {
            let skipped = !self.with_tests && is_for_tests(attributes(item));
            match item {
                Item::Mod(module) => self.module(place, module, folder, skipped),
                _ if skipped => {}
                _ => self.item(place, item),
            }
        }
    }

    fn module(&mut self, parent: usize, item: &syn::ItemMod, folder: &str, skipped: bool) {
        let name = item.ident.to_string();
        let folder = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let file = match item.content {
            Some(_) => self.modules.all[parent].file.clone(),
            None => self.file_of(&folder),
        };
        if item.attrs.iter().any(|attribute| attribute.path().is_ident("path")) {
            self.modules.unread.push(format!("{file}: `#[path]` is not followed here"));
        }
        if skipped {
            let below = format!("{folder}/");
            let files = self.files.keys();
            let files = files.filter(|name| **name == file || name.starts_with(&below));
            return self.reached.extend(files.cloned());
        }
        let place = self.add(&name, &file, Some(parent));
        let named = Named::Module { public: is_public(&item.vis), place };
        self.modules.all[parent].names.entry(name).or_default().push(named);
        match &item.content {
            Some((_, items)) => self.items(place, items, &folder),
            None => self.file(place, &file, folder),
        }
    }

    fn file_of(&self, folder: &str) -> String {
        let file = format!("{folder}.rs");
        if self.files.contains_key(&file) { file } else { format!("{folder}/mod.rs") }
    }

    fn item(&mut self, place: usize, item: &Item) {
        let with_tests = self.with_tests;
        let module = &mut self.modules.all[place];
        module.mentions.add(item, with_tests);
        let mut define = |name: &Ident, public| {
            module.names.entry(name.to_string()).or_default().push(Named::Item { public });
        };
        match item {
            Item::Const(item) => define(&item.ident, is_public(&item.vis)),
            Item::Enum(item) => define(&item.ident, is_public(&item.vis)),
            Item::Fn(item) => define(&item.sig.ident, is_public(&item.vis)),
            Item::Static(item) => define(&item.ident, is_public(&item.vis)),
            Item::Struct(item) => define(&item.ident, is_public(&item.vis)),
            Item::Trait(item) => define(&item.ident, is_public(&item.vis)),
            Item::Type(item) => define(&item.ident, is_public(&item.vis)),
            Item::Union(item) => define(&item.ident, is_public(&item.vis)),
            Item::Macro(item) => match &item.ident {
                Some(name) => {
                    define(name, false);
                    module.macros.insert(name.to_string());
                }
                None => {
                    made(item.mac.tokens.clone()).iter().for_each(|name| define(name, true));
                    words(item.mac.tokens.clone(), &mut module.maybe);
                }
            },
            _ => {}
        }
    }
}

/// The folder that the submodules of a crate's root are in.
fn folder_of(root: &str) -> String {
    root.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default()
}

fn is_public(visibility: &Visibility) -> bool {
    !matches!(visibility, Visibility::Inherited)
}

/// The items in a macro's call: `request! { pub struct Name(Body); … }`.
fn made(tokens: TokenStream) -> Vec<Ident> {
    const KEYWORDS: [&str; 8] =
        ["const", "enum", "fn", "static", "struct", "trait", "type", "union"];
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let pairs = tokens.windows(2).filter_map(|pair| match pair {
        [TokenTree::Ident(keyword), TokenTree::Ident(name)] => {
            let is_item = |word: &Ident| KEYWORDS.contains(&word.to_string().as_str());
            (is_item(keyword) && !is_item(name)).then(|| name.clone())
        }
        _ => None,
    });
    pairs.collect()
}

fn words(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => words(group.stream(), found),
            TokenTree::Ident(word) => drop(found.insert(word.to_string())),
            _ => {}
        }
    }
}
