//! The exported items as lines.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use syn::visit_mut::VisitMut as _;
use syn::{Generics, ImplItem, Item, ItemImpl, TraitItem, Type};

use super::canonical::Canonical;
use super::exported::{Entry, Exported};
use super::package::public;
use super::resolve::Target;
use super::source::{ItemId, ModuleId, Sources};

/// Members of a type, below the head of the impl they are in: an impl without parameters has none.
type Members = BTreeMap<String, BTreeSet<(String, String)>>;

/// All that a crate exports, in the order of the paths.
pub(super) fn listing(
    sources: &Sources,
    exported: &Exported,
    entries: BTreeSet<(String, Entry)>,
) -> String {
    let members = members(sources, exported);
    let mut lines = Vec::new();
    for (path, entry) in entries {
        match entry {
            Entry::Module => lines.push(format!("mod {path}")),
            Entry::Alias(target) if is_same_enum(&path, &target) => {}
            Entry::Alias(target) => lines.push(format!("use {path} = {target}")),
            Entry::Item(id) if sources.items[id].generated => {}
            Entry::Item(id) => {
                let item = &sources.items[id];
                let mut canonical = Canonical { sources, exported, module: item.module };
                describe(item.item.clone(), &path, &mut canonical, &mut lines);
                for (head, below) in members.get(&id).into_iter().flatten() {
                    let indent = if head.is_empty() { "  " } else { "    " };
                    if !head.is_empty() {
                        lines.push(format!("  {head}"));
                    }
                    lines.extend(below.iter().map(|(_, line)| format!("{indent}{line}")));
                }
            }
        }
    }
    lines.join("\n")
}

/// Whether this is one of the enums, which are exported by both crates and generated from the spec.
fn is_same_enum(path: &str, target: &str) -> bool {
    let within = |path: &str| path.split_once("::").map(|(_, within)| within.to_owned());
    within(path) == within(target)
        && within(path).is_some_and(|within| within.starts_with("enums::"))
}

/// The public members of every type, wherever their impls are.
fn members(sources: &Sources, exported: &Exported) -> BTreeMap<ItemId, Members> {
    let mut all = BTreeMap::<ItemId, Members>::new();
    for (module, here) in sources.modules.iter().enumerate() {
        // A crate that is not walked yet has nothing to say about those that are.
        if !exported.modules.contains_key(&here.root) {
            continue;
        }
        for item in &here.impls {
            let mut canonical = Canonical { sources, exported, module };
            let owner = owner(sources, module, item);
            let mut item = item.clone();
            canonical.visit_generics_mut(&mut item.generics);
            canonical.visit_type_mut(&mut item.self_ty);
            let (parameters, conditions) = parts(&item.generics);
            let head = match parameters.is_empty() && !text(&item.self_ty).contains('<') {
                true => String::new(),
                false => format!("impl{parameters} {}{conditions}", text(&item.self_ty)),
            };
            let found: Vec<_> = item
                .items
                .into_iter()
                .filter_map(|member| of_type(member, &mut canonical))
                .collect();
            if !found.is_empty() {
                all.entry(owner).or_default().entry(head).or_default().extend(found);
            }
        }
    }
    all
}

/// The type that an impl is of.
fn owner(sources: &Sources, module: ModuleId, item: &ItemImpl) -> ItemId {
    let shown = text(&item.self_ty);
    let Type::Path(path) = &*item.self_ty else { panic!("an impl of {shown}: not read") };
    let names: Vec<_> = path.path.segments.iter().map(|part| part.ident.to_string()).collect();
    let targets = sources.resolve(module, &names);
    let types = targets.iter().filter_map(|target| match target {
        Target::Item(id) if !sources.is_value(target) => Some(*id),
        _ => None,
    });
    let types: Vec<_> = types.collect();
    let [owner] = types[..] else { panic!("an impl of {shown}: which type? {targets:?}") };
    owner
}

fn describe(item: Item, path: &str, canonical: &mut Canonical<'_>, lines: &mut Vec<String>) {
    match item {
        Item::Struct(mut item) => {
            canonical.visit_item_struct_mut(&mut item);
            let (parameters, conditions) = parts(&item.generics);
            lines.push(format!("struct {path}{parameters}{conditions}"));
            for (place, field) in item.fields.iter().enumerate() {
                if public(&field.vis) {
                    let name = field.ident.as_ref().map_or(place.to_string(), ToString::to_string);
                    lines.push(format!("  {name}: {}", text(&field.ty)));
                }
            }
        }
        Item::Enum(mut item) => {
            canonical.visit_item_enum_mut(&mut item);
            let (parameters, conditions) = parts(&item.generics);
            lines.push(format!("enum {path}{parameters}{conditions}"));
            let mut variants: Vec<_> = item.variants.into_iter().collect();
            variants.sort_by_key(|variant| variant.ident.clone());
            lines.extend(variants.iter().map(|variant| format!("  {}", text(variant))));
        }
        Item::Trait(mut item) => {
            // Bodies are of no concern; they may hold names of their own.
            for member in &mut item.items {
                if let TraitItem::Fn(method) = member {
                    method.default = None;
                }
            }
            canonical.visit_item_trait_mut(&mut item);
            let (parameters, conditions) = parts(&item.generics);
            let above = match item.supertraits.is_empty() {
                true => String::new(),
                false => format!(": {}", text(&item.supertraits)),
            };
            lines.push(format!("trait {path}{parameters}{above}{conditions}"));
            let members: BTreeSet<_> = item.items.into_iter().map(of_trait).collect();
            lines.extend(members.into_iter().map(|(_, line)| format!("  {line}")));
        }
        Item::Fn(mut item) => {
            canonical.visit_signature_mut(&mut item.sig);
            let name = format!("fn {}", item.sig.ident);
            lines.push(text(&item.sig).replacen(&name, &format!("fn {path}"), 1));
        }
        Item::Const(mut item) => {
            canonical.visit_type_mut(&mut item.ty);
            lines.push(format!("const {path}: {}", text(&item.ty)));
        }
        Item::Static(mut item) => {
            canonical.visit_type_mut(&mut item.ty);
            lines.push(format!("static {path}: {}", text(&item.ty)));
        }
        Item::Type(mut item) => {
            canonical.visit_item_type_mut(&mut item);
            let (parameters, conditions) = parts(&item.generics);
            lines.push(format!("type {path}{parameters} = {}{conditions}", text(&item.ty)));
        }
        other => panic!("{path}: not read: {}", other.to_token_stream()),
    }
}

/// A member of a trait: its name, to order by, and its line.
fn of_trait(member: TraitItem) -> (String, String) {
    match member {
        TraitItem::Fn(method) => (method.sig.ident.to_string(), text(&method.sig)),
        TraitItem::Const(constant) => {
            let line = format!("const {}: {}", constant.ident, text(&constant.ty));
            (constant.ident.to_string(), line)
        }
        TraitItem::Type(kind) => {
            let line = text(&kind);
            (kind.ident.to_string(), line.trim_end_matches(';').trim_end().to_owned())
        }
        other => panic!("a member of a trait: not read: {}", other.to_token_stream()),
    }
}

/// A public member of a type: its name, to order by, and its line.
fn of_type(member: ImplItem, canonical: &mut Canonical<'_>) -> Option<(String, String)> {
    match member {
        ImplItem::Fn(mut method) if public(&method.vis) => {
            canonical.visit_signature_mut(&mut method.sig);
            Some((method.sig.ident.to_string(), text(&method.sig)))
        }
        ImplItem::Const(mut constant) if public(&constant.vis) => {
            canonical.visit_type_mut(&mut constant.ty);
            let line = format!("const {}: {}", constant.ident, text(&constant.ty));
            Some((constant.ident.to_string(), line))
        }
        _ => None,
    }
}

/// Type parameters and conditions.
fn parts(generics: &Generics) -> (String, String) {
    let conditions = generics.where_clause.as_ref().map(|clause| format!(" {}", text(clause)));
    (text(generics), conditions.unwrap_or_default())
}

/// Tokens with the spaces a reader expects.
fn text(tokens: impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (from, to) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        ("->(", "-> ("),
        ("-><", "-> <"),
        ("=(", "= ("),
        (",(", ", ("),
        (" ,", ","),
        (" : ", ": "),
        ("& ", "&"),
        (" ;", ";"),
    ] {
        text = text.replace(from, to);
    }
    text
}
