//! The modules of packages and what each declares, macros expanded.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::{Attribute, Ident, ImplItem, Item, ItemImpl, UseTree, Visibility};

use super::macros::Macros;
use super::package::{Package, public};

pub(super) type ModuleId = usize;
pub(super) type ItemId = usize;

/// All packages.
#[derive(Default)]
pub(super) struct Sources {
    pub(super) modules: Vec<Module>,
    pub(super) items: Vec<Declared>,
    /// The root module of each package, by the name of its crate.
    pub(super) roots: BTreeMap<String, ModuleId>,
}

/// A module, whether it has a file of its own or not.
pub(super) struct Module {
    pub(super) root: ModuleId,
    pub(super) parent: Option<ModuleId>,
    pub(super) names: Vec<Name>,
    pub(super) globs: Vec<Glob>,
    /// Impls without a trait.
    pub(super) impls: Vec<ItemImpl>,
    /// What paths may begin with, besides the names here.
    pub(super) dependencies: Vec<String>,
}

/// A name in a module's scope.
pub(super) struct Name {
    pub(super) name: String,
    pub(super) public: bool,
    pub(super) binding: Binding,
}

pub(super) enum Binding {
    Module(ModuleId),
    Item(ItemId),
    /// A `use`, to be resolved where it stands. A path that begins with `::` has an empty segment
    /// first.
    Import(Vec<String>),
}

/// `use path::*`.
pub(super) struct Glob {
    pub(super) public: bool,
    pub(super) path: Vec<String>,
}

/// A type, trait, function, constant or static.
pub(super) struct Declared {
    pub(super) module: ModuleId,
    pub(super) name: String,
    pub(super) item: Item,
    /// Whether it is generated from the spec.
    pub(super) generated: bool,
}

/// Where the files are that are generated from the spec.
const GENERATED: &str = "generated/";

impl Sources {
    pub(super) fn add(&mut self, package: &Package) {
        let root = self.modules.len();
        let module = Module::new(root, None, &package.dependencies);
        self.modules.push(module);
        self.roots.insert(package.name.replace('-', "_"), root);
        let macros = Macros::of(&package.files);
        let mut reader = Reader { package, macros, sources: self };
        reader.read(root, Place { file: "lib.rs".to_owned(), folder: String::new() });
    }
}

impl Module {
    fn new(root: ModuleId, parent: Option<ModuleId>, dependencies: &[String]) -> Self {
        let dependencies = dependencies.to_vec();
        let (names, globs, impls) = (Vec::new(), Vec::new(), Vec::new());
        Self { root, parent, names, globs, impls, dependencies }
    }
}

struct Reader<'a> {
    package: &'a Package,
    macros: Macros,
    sources: &'a mut Sources,
}

/// Where items stand: their file, and the folder of the files of their modules.
struct Place {
    file: String,
    folder: String,
}

impl Reader<'_> {
    fn read(&mut self, module: ModuleId, place: Place) {
        let file = &place.file;
        let text = self.package.files.get(file).unwrap_or_else(|| panic!("no file {file}"));
        let items = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}")).items;
        items.into_iter().for_each(|item| self.declare(module, &place, item));
    }

    fn declare(&mut self, module: ModuleId, place: &Place, item: Item) {
        if attributes(&item).iter().any(is_for_tests) {
            return;
        }
        match item {
            // A definition; only what its calls make is public.
            Item::Macro(item) if item.ident.is_some() => {}
            Item::Macro(item) => {
                let made = self.macros.items(&item.mac, &self.context(place));
                made.into_iter().for_each(|item| self.declare(module, place, item));
            }
            Item::Mod(item) => self.module(module, place, item),
            Item::Use(item) => {
                let prefix: &[&str] = if item.leading_colon.is_some() { &[""] } else { &[] };
                let prefix = prefix.iter().copied().map(str::to_owned).collect();
                self.import(module, public(&item.vis), &item.tree, prefix);
            }
            Item::ExternCrate(item) => {
                let name = item.rename.as_ref().map_or(&item.ident, |(_, name)| name);
                let binding = match item.ident == "self" {
                    true => Binding::Module(self.sources.modules[module].root),
                    false => Binding::Import(vec![String::new(), item.ident.to_string()]),
                };
                self.name(module, name, public(&item.vis), binding);
            }
            Item::Impl(mut item) if item.trait_.is_none() => {
                item.items = self.members(place, item.items);
                if !place.file.starts_with(GENERATED) {
                    self.sources.modules[module].impls.push(item);
                }
            }
            item => {
                if let Some((name, visibility)) = declared(&item) {
                    let binding = Binding::Item(self.sources.items.len());
                    self.name(module, name, public(visibility), binding);
                    let name = name.to_string();
                    let generated = place.file.starts_with(GENERATED);
                    self.sources.items.push(Declared { module, name, item, generated });
                }
            }
        }
    }

    fn module(&mut self, parent: ModuleId, place: &Place, item: syn::ItemMod) {
        let moved = item.attrs.iter().any(|attribute| attribute.path().is_ident("path"));
        assert!(!moved, "{}: #[path] is not followed", self.context(place));
        let root = self.sources.modules[parent].root;
        let module = self.sources.modules.len();
        self.sources.modules.push(Module::new(root, Some(parent), &self.package.dependencies));
        self.name(parent, &item.ident, public(&item.vis), Binding::Module(module));
        let folder = format!("{}{}/", place.folder, item.ident);
        if let Some((_, items)) = item.content {
            let place = Place { file: place.file.clone(), folder };
            items.into_iter().for_each(|item| self.declare(module, &place, item));
        } else {
            let files = [format!("{}{}.rs", place.folder, item.ident), format!("{folder}mod.rs")];
            let file = files.into_iter().find(|file| self.package.files.contains_key(file));
            let file = file.unwrap_or_else(|| panic!("no file for module {folder}"));
            self.read(module, Place { file, folder });
        }
    }

    fn members(&self, place: &Place, items: Vec<ImplItem>) -> Vec<ImplItem> {
        let expand = |item| match item {
            ImplItem::Macro(call) => {
                let made = self.macros.members(&call.mac, &self.context(place));
                self.members(place, made)
            }
            other => vec![other],
        };
        items.into_iter().flat_map(expand).collect()
    }

    fn import(&mut self, module: ModuleId, public: bool, tree: &UseTree, mut path: Vec<String>) {
        let (name, part) = match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                return self.import(module, public, &part.tree, path);
            }
            UseTree::Group(group) => {
                let each = |tree| self.import(module, public, tree, path.clone());
                return group.items.iter().for_each(each);
            }
            UseTree::Glob(_) => {
                return self.sources.modules[module].globs.push(Glob { public, path });
            }
            UseTree::Name(part) => (&part.ident, &part.ident),
            UseTree::Rename(part) => (&part.rename, &part.ident),
        };
        let mut name = name.clone();
        if part != "self" {
            path.push(part.to_string());
        } else if name == "self" {
            name = Ident::new(path.last().unwrap(), part.span());
        }
        if name != "_" {
            self.name(module, &name, public, Binding::Import(path));
        }
    }

    fn name(&mut self, module: ModuleId, name: &Ident, public: bool, binding: Binding) {
        let name = Name { name: name.to_string(), public, binding };
        self.sources.modules[module].names.push(name);
    }

    fn context(&self, place: &Place) -> String {
        format!("{}/src/{}", self.package.name, place.file)
    }
}

/// The name of an item that is no module, `use`, impl or macro.
fn declared(item: &Item) -> Option<(&Ident, &Visibility)> {
    match item {
        Item::Const(item) if item.ident == "_" => None,
        Item::Const(item) => Some((&item.ident, &item.vis)),
        Item::Enum(item) => Some((&item.ident, &item.vis)),
        Item::Fn(item) => Some((&item.sig.ident, &item.vis)),
        Item::Static(item) => Some((&item.ident, &item.vis)),
        Item::Struct(item) => Some((&item.ident, &item.vis)),
        Item::Trait(item) => Some((&item.ident, &item.vis)),
        Item::Type(item) => Some((&item.ident, &item.vis)),
        Item::Union(item) => Some((&item.ident, &item.vis)),
        Item::Impl(_) => None,
        other => panic!("a new kind of item: {}", other.to_token_stream()),
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// `#[test]`, `#[cfg(test)]` and the like.
fn is_for_tests(attribute: &Attribute) -> bool {
    let text = attribute.meta.to_token_stream().to_string().replace(' ', "");
    text == "test" || ["cfg(test", "cfg(all(test"].iter().any(|start| text.starts_with(start))
}
