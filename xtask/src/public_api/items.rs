//! Reads the public items of a generated file.

use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Expr, Fields, FnArg, ImplItem, Item, ItemEnum, ItemImpl, ItemMacro, ItemStruct,
    Meta, ReturnType, Signature, Token, Visibility,
};

use super::api::{NON_EXHAUSTIVE, PublicApi, Role};

/// The text of items of which only the presence counts.
const PRESENT: &str = "yes";
/// Fields of the tables that are prose.
const PROSE: [&str; 2] = ["description", "summary"];

/// Adds the public items of a file.
pub(super) fn read(api: &mut PublicApi, module: &str, text: &str) -> Result<(), String> {
    let file = syn::parse_file(text).map_err(|error| format!("this isn't Rust: {error}"))?;
    for item in &file.items {
        read_item(api, module, item)?;
    }
    Ok(())
}

fn read_item(api: &mut PublicApi, module: &str, item: &Item) -> Result<(), String> {
    let path = |name: &dyn ToTokens| format!("{module}::{}", shown(name));
    match item {
        Item::Struct(item) if is_public(&item.vis) => add_struct(api, &path(&item.ident), item),
        Item::Enum(item) if is_public(&item.vis) => add_enum(api, &path(&item.ident), item),
        Item::Impl(item) => add_impl(api, module, item),
        Item::Macro(item) => add_macro(api, module, item)?,
        Item::Static(item) if is_public(&item.vis) => {
            let owner = path(&item.ident);
            api.add(&owner, "", format!("static {}", shown(&item.ty)), Role::Code);
            add_values(api, &owner, &item.expr);
        }
        Item::Const(item) if is_public(&item.vis) => {
            let owner = path(&item.ident);
            api.add(&owner, "", format!("const {}", shown(&item.ty)), Role::Code);
            add_values(api, &owner, &item.expr);
        }
        Item::Fn(item) if is_public(&item.vis) => {
            api.add(&path(&item.sig.ident), "", signature(&item.sig), Role::Code);
        }
        Item::Type(item) if is_public(&item.vis) => {
            api.add(&path(&item.ident), "", format!("type {}", shown(&item.ty)), Role::Code);
        }
        Item::Trait(item) if is_public(&item.vis) => {
            api.add(&path(&item.ident), "", shown(item), Role::Code);
        }
        Item::Use(item) if is_public(&item.vis) => {
            api.add(&path(&item.tree), "", "use".to_owned(), Role::Code);
        }
        _ => {}
    }
    Ok(())
}

fn add_struct(api: &mut PublicApi, owner: &str, item: &ItemStruct) {
    api.add(owner, "", format!("struct{}", shown(&item.generics)), Role::Code);
    add_attributes(api, owner, &item.attrs);
    add_fields(api, owner, "", &item.fields);
}

fn add_enum(api: &mut PublicApi, owner: &str, item: &ItemEnum) {
    api.add(owner, "", format!("enum{}", shown(&item.generics)), Role::Code);
    add_attributes(api, owner, &item.attrs);
    for variant in &item.variants {
        let member = format!("::{}", variant.ident);
        api.add(owner, &member, "variant".to_owned(), Role::Part);
        add_serde(api, owner, &member, &variant.attrs);
        add_fields(api, owner, &member, &variant.fields);
    }
}

fn add_fields(api: &mut PublicApi, owner: &str, within: &str, fields: &Fields) {
    let is_variant = !within.is_empty();
    for (index, field) in fields.iter().enumerate() {
        if is_variant || is_public(&field.vis) {
            let name = field.ident.as_ref().map_or(index.to_string(), ToString::to_string);
            let member = format!("{within}.{name}");
            api.add(owner, &member, shown(&field.ty), Role::Part);
            add_serde(api, owner, &member, &field.attrs);
        }
    }
}

/// Adds what derives and other attributes promise of a type.
fn add_attributes(api: &mut PublicApi, owner: &str, attributes: &[Attribute]) {
    for attribute in attributes {
        if attribute.path().is_ident("non_exhaustive") {
            api.add(owner, NON_EXHAUSTIVE, PRESENT.to_owned(), Role::NonExhaustive);
        }
        for derived in derives(&attribute.meta) {
            api.add(owner, &format!(" derive {derived}"), PRESENT.to_owned(), Role::Code);
        }
    }
    add_serde(api, owner, "", attributes);
}

/// Returns what is derived, with features or without.
fn derives(meta: &Meta) -> Vec<String> {
    let Meta::List(list) = meta else { return Vec::new() };
    let nested = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    let nested = nested.unwrap_or_default();
    match () {
        () if list.path.is_ident("derive") => nested.iter().map(shown).collect(),
        () if list.path.is_ident("cfg_attr") => nested.iter().skip(1).flat_map(derives).collect(),
        () => Vec::new(),
    }
}

/// Adds how serde reads and writes something.
fn add_serde(api: &mut PublicApi, owner: &str, member: &str, attributes: &[Attribute]) {
    let lists = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("serde") => Some(shown(&list.tokens)),
        _ => None,
    });
    let text = lists.collect::<Vec<_>>().join(", ");
    if !text.is_empty() {
        api.add(owner, &format!("{member} serde"), text, Role::Behavior);
    }
}

fn add_impl(api: &mut PublicApi, module: &str, item: &ItemImpl) {
    let name = shown(&item.self_ty);
    // The methods of `Client`, whose type is written by hand, are in a file of their own.
    let owner = if name == "Client" { name } else { format!("{module}::{name}") };
    let Some((of, _)) = &item.trait_ else {
        return add_methods(api, &owner, item);
    };
    // For a type of another file: only the tables of this one need it.
    if owner.matches("::").count() > 1 {
        return;
    }
    // An implementation is its own owner, as it comes and goes without its type.
    let owner = format!("{owner}: {}", shown(of));
    api.add(&owner, "", "impl".to_owned(), Role::Code);
    for item in &item.items {
        match item {
            ImplItem::Type(item) => {
                api.add(&owner, &format!("::{}", item.ident), shown(&item.ty), Role::Code);
            }
            ImplItem::Const(item) => {
                api.add(&owner, &format!("::{}", item.ident), shown(&item.expr), Role::Behavior);
            }
            _ => {}
        }
    }
}

fn add_methods(api: &mut PublicApi, owner: &str, item: &ItemImpl) {
    for item in &item.items {
        match item {
            ImplItem::Fn(item) if is_public(&item.vis) => {
                let member = format!("::{}", item.sig.ident);
                api.add(owner, &member, signature(&item.sig), Role::Code);
            }
            ImplItem::Const(item) if is_public(&item.vis) => {
                let member = format!("::{}", item.ident);
                api.add(owner, &member, format!("const {}", shown(&item.ty)), Role::Code);
                let value = shown(&item.expr);
                api.add(owner, &format!("{member} value"), value, Role::Behavior);
            }
            _ => {}
        }
    }
}

/// Adds an enum that is written as the input of a macro, with the values on the wire.
fn add_macro(api: &mut PublicApi, module: &str, item: &ItemMacro) -> Result<(), String> {
    let kind = shown(&item.mac.path);
    let definition: ItemEnum =
        item.mac.parse_body().map_err(|error| format!("`{kind}!` has no enum: {error}"))?;
    let owner = format!("{module}::{}", definition.ident);
    api.add(&owner, "", kind, Role::Code);
    // The macros write the derives, and the attribute.
    api.add(&owner, NON_EXHAUSTIVE, PRESENT.to_owned(), Role::NonExhaustive);
    for variant in &definition.variants {
        let member = format!("::{}", variant.ident);
        api.add(&owner, &member, "variant".to_owned(), Role::Part);
        if let Some((_, value)) = &variant.discriminant {
            api.add(&owner, &format!("{member} value"), shown(value), Role::Behavior);
        }
    }
    Ok(())
}

/// Adds the rows of a table, or the fields of its only one.
fn add_values(api: &mut PublicApi, owner: &str, value: &Expr) {
    match value {
        Expr::Reference(reference) => add_values(api, owner, &reference.expr),
        Expr::Array(rows) => {
            // Other rows only name items, which are compared where they are.
            for row in rows.elems.iter().filter(|row| matches!(row, Expr::Struct(_))) {
                let member = format!(" row `{}`", without_prose(row));
                api.add(owner, &member, PRESENT.to_owned(), Role::Behavior);
            }
        }
        Expr::Struct(row) => {
            for field in &row.fields {
                let name = shown(&field.member);
                if !PROSE.contains(&name.as_str()) {
                    let value = without_prose(&field.expr);
                    api.add(owner, &format!(" {name}"), value, Role::Behavior);
                }
            }
        }
        other => api.add(owner, " value", shown(other), Role::Behavior),
    }
}

fn without_prose(value: &Expr) -> String {
    let Expr::Struct(row) = value else { return shown(value) };
    let mut row = row.clone();
    let fields = std::mem::take(&mut row.fields).into_iter();
    row.fields = fields.filter(|field| !PROSE.contains(&shown(&field.member).as_str())).collect();
    shown(&row)
}

/// Returns a signature without the names of its arguments, which callers don't write.
fn signature(signature: &Signature) -> String {
    let arguments = signature.inputs.iter().map(|argument| match argument {
        FnArg::Receiver(receiver) => shown(receiver),
        FnArg::Typed(argument) => shown(&argument.ty),
    });
    let arguments = arguments.collect::<Vec<_>>().join(", ");
    let asynchronous = if signature.asyncness.is_some() { "async " } else { "" };
    let generics = shown(&signature.generics);
    let output = match &signature.output {
        ReturnType::Default => String::new(),
        ReturnType::Type(_, output) => format!(" -> {}", shown(output)),
    };
    let bounds = signature.generics.where_clause.as_ref();
    let bounds = bounds.map(|bounds| format!(" {}", shown(bounds))).unwrap_or_default();
    format!("{asynchronous}fn{generics}({arguments}){output}{bounds}")
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Prints tokens with spaces only where people write them.
fn shown(tokens: &(impl ToTokens + ?Sized)) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (wide, tight) in [
        (" :: ", "::"),
        (":: ", "::"),
        ("& ", "&"),
        (" < ", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("( ", "("),
        (" )", ")"),
        (" (", "("),
        (" :", ":"),
        ("# [", "#["),
        (" !", "!"),
        ("' ", "'"),
    ] {
        text = text.replace(wide, tight);
    }
    text
}
