//! The public names of both crates, as a reviewed snapshot: a change here is a change for users.

mod macros;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use quote::ToTokens;
use syn::{Fields, ImplItem, Item, TraitItem, UseTree, Visibility};

use crate::xtask::root;

#[test]
fn public_names_of_jogg_api() {
    insta::assert_snapshot!(names("jogg-api"));
}

#[test]
fn public_names_of_jogg_api_ext() {
    insta::assert_snapshot!(names("jogg-api-ext"));
}

/// Every item with plain `pub`, by file. The lint `unreachable_pub` sees to it that these are the
/// reachable ones.
fn names(package: &str) -> String {
    let source = root().join(package).join("src");
    let mut files = Vec::new();
    collect(&source, &mut files);
    files.sort();
    let mut output = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut lines = Vec::new();
        for item in syn::parse_file(&text).unwrap().items {
            describe(item, &mut lines);
        }
        if !lines.is_empty() {
            let shown = file.strip_prefix(&source).unwrap().display();
            let _ = writeln!(output, "{shown}");
            lines.iter().for_each(|line| {
                let _ = writeln!(output, "  {line}");
            });
        }
    }
    output
}

pub(crate) fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

pub(crate) fn public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
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
        (" ,", ","),
        (" : ", ": "),
        ("& ", "&"),
        (" ;", ";"),
    ] {
        text = text.replace(from, to);
    }
    text
}

fn describe(item: Item, lines: &mut Vec<String>) {
    match item {
        Item::Struct(item) if public(&item.vis) => {
            lines.push(format!("struct {}{}", item.ident, text(&item.generics)));
            if let Fields::Named(fields) = &item.fields {
                for field in fields.named.iter().filter(|field| public(&field.vis)) {
                    let name = field.ident.as_ref().unwrap();
                    lines.push(format!("  {name}: {}", text(&field.ty)));
                }
            }
        }
        Item::Enum(item) if public(&item.vis) => {
            lines.push(format!("enum {}", item.ident));
            for mut variant in item.variants {
                variant.attrs.clear();
                variant.fields.iter_mut().for_each(|field| field.attrs.clear());
                lines.push(format!("  {}", text(variant)));
            }
        }
        Item::Fn(item) if public(&item.vis) => lines.push(text(&item.sig)),
        Item::Const(item) if public(&item.vis) => {
            lines.push(format!("const {}: {}", item.ident, text(&item.ty)));
        }
        Item::Static(item) if public(&item.vis) => {
            lines.push(format!("static {}: {}", item.ident, text(&item.ty)));
        }
        Item::Type(item) if public(&item.vis) => {
            lines.push(format!("type {} = {}", item.ident, text(&item.ty)));
        }
        Item::Mod(item) if public(&item.vis) => lines.push(format!("mod {}", item.ident)),
        Item::Use(item) if public(&item.vis) => exports(&item.tree, "", lines),
        Item::Trait(item) if public(&item.vis) => {
            lines.push(format!("trait {}", item.ident));
            lines.extend(item.items.iter().filter_map(of_trait));
        }
        Item::Impl(item) if item.trait_.is_none() => {
            let owner = text(&item.self_ty);
            lines.extend(item.items.iter().filter_map(|member| of_type(&owner, member)));
        }
        Item::Macro(item) => macros::describe(&item, lines),
        _ => {}
    }
}

/// A member of a trait.
fn of_trait(member: &TraitItem) -> Option<String> {
    match member {
        TraitItem::Fn(method) => Some(format!("  {}", text(&method.sig))),
        TraitItem::Const(constant) => {
            Some(format!("  const {}: {}", constant.ident, text(&constant.ty)))
        }
        _ => None,
    }
}

/// A public member of a type.
fn of_type(owner: &str, member: &ImplItem) -> Option<String> {
    match member {
        ImplItem::Fn(method) if public(&method.vis) => {
            Some(format!("{owner}::{}", text(&method.sig)))
        }
        ImplItem::Const(constant) if public(&constant.vis) => {
            Some(format!("{owner}::{}: {}", constant.ident, text(&constant.ty)))
        }
        _ => None,
    }
}

fn exports(tree: &UseTree, prefix: &str, lines: &mut Vec<String>) {
    match tree {
        UseTree::Path(path) => exports(&path.tree, &format!("{prefix}{}::", path.ident), lines),
        UseTree::Group(group) => {
            group.items.iter().for_each(|tree| exports(tree, prefix, lines));
        }
        UseTree::Name(name) => lines.push(format!("use {prefix}{}", name.ident)),
        UseTree::Rename(rename) => {
            lines.push(format!("use {prefix}{} as {}", rename.ident, rename.rename));
        }
        UseTree::Glob(_) => lines.push(format!("use {prefix}*")),
    }
}
