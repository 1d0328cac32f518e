//! What calls of `macro_rules!` macros stand for: the calls expanded by the definitions in the
//! package, so that nothing about any one macro is written here.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{File, ImplItem, Item, ItemImpl, Lit, Macro};

use super::syntax::{Arm, arms};

/// The macros that a package defines, by name, with their files.
pub(super) struct Macros {
    definitions: BTreeMap<String, Vec<(String, TokenStream)>>,
}

impl Macros {
    pub(super) fn of(files: &BTreeMap<String, String>) -> Self {
        let mut macros = Self { definitions: BTreeMap::new() };
        for (file, text) in files {
            macros.find(file, syn::parse_file(text).unwrap().items);
        }
        macros
    }

    fn find(&mut self, file: &str, items: Vec<Item>) {
        for item in items {
            match item {
                Item::Macro(item) => {
                    if let Some(name) = item.ident {
                        let definitions = self.definitions.entry(name.to_string()).or_default();
                        definitions.push((file.to_owned(), item.mac.tokens));
                    }
                }
                Item::Mod(item) => {
                    item.content.into_iter().for_each(|(_, items)| self.find(file, items));
                }
                _ => {}
            }
        }
    }

    /// What a call among items makes. Where the call says `Variant = value`, so do the variants.
    pub(super) fn items(&self, call: &Macro, file: &str) -> Vec<Item> {
        let made: File = parsed(self.expand(call, file), call, file);
        let mut values = BTreeMap::new();
        find_values(call.tokens.clone(), &mut values);
        let mut items = made.items;
        for item in &mut items {
            let Item::Enum(item) = item else { continue };
            for variant in &mut item.variants {
                if let Some(value) = values.get(&variant.ident.to_string()) {
                    variant.discriminant = Some((Default::default(), syn::parse_quote!(#value)));
                }
            }
        }
        items
    }

    /// What a call among the members of a type makes.
    pub(super) fn members(&self, call: &Macro, file: &str) -> Vec<ImplItem> {
        let made = self.expand(call, file);
        parsed::<ItemImpl>(quote::quote!(impl X { #made }), call, file).items
    }

    fn expand(&self, call: &Macro, file: &str) -> TokenStream {
        let name = call.path.segments.last().unwrap().ident.to_string();
        let found = self.definitions.get(&name).map(Vec::as_slice).unwrap_or_default();
        let near = found.iter().find(|(defined, _)| file.ends_with(&format!("/src/{defined}")));
        let (_, definition) = match (near, found) {
            (Some(near), _) => near,
            (None, [only]) => only,
            (None, []) => panic!(
                "{file}: the macro `{name}!` is not defined in this package with `macro_rules!`, \
                 so the public names it makes are not known; teach tests/suite/api/names/macros.rs"
            ),
            (None, _) => panic!("{file}: more than one macro in this package is called `{name}!`"),
        };
        let arms = arms(definition.clone());
        arms.iter()
            .find_map(|arm: &Arm| arm.apply(call.tokens.clone()))
            .unwrap_or_else(|| panic!("{file}: no arm of `{name}!` fits {}", call.tokens))
    }
}

fn parsed<T: syn::parse::Parse>(made: TokenStream, call: &Macro, file: &str) -> T {
    let name = call.path.to_token_stream();
    let shown = made.to_string();
    syn::parse2(made).unwrap_or_else(|error| panic!("{file}: {name}! makes {shown}: {error}"))
}

/// Each `Name = literal` in braces, at any depth.
fn find_values(tokens: TokenStream, values: &mut BTreeMap<String, Lit>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (place, token) in tokens.iter().enumerate() {
        match &tokens[place..] {
            [TokenTree::Ident(name), TokenTree::Punct(sign), TokenTree::Literal(value), ..]
                if sign.as_char() == '=' =>
            {
                values.insert(name.to_string(), Lit::new(value.clone()));
            }
            _ => {}
        }
        if let TokenTree::Group(group) = token
            && brace(group)
        {
            find_values(group.stream(), values);
        }
    }
}

fn brace(group: &Group) -> bool {
    group.delimiter() == Delimiter::Brace
}
