//! What an item mentions: the imports in it, and the paths in its expressions, types, patterns,
//! attributes and macro calls.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Item, Pat, Path, Signature, UseTree};

/// What the items of a module mention.
#[derive(Default)]
pub(super) struct Mentions {
    pub(super) imports: Vec<Import>,
    /// The segments of each path.
    pub(super) paths: BTreeSet<Vec<String>>,
    /// The macros that are called by a bare name.
    pub(super) macros: BTreeSet<String>,
}

/// A name that a `use` declaration brings into scope.
pub(super) struct Import {
    pub(super) path: Vec<String>,
    /// `None` for a glob.
    pub(super) name: Option<String>,
    /// Whether the declaration says `pub`, in any form.
    pub(super) public: bool,
}

impl Import {
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.name.as_deref() == Some(name)
    }
}

impl Mentions {
    /// Adds what an item mentions; what is only compiled for tests, just if `with_tests`.
    pub(super) fn add(&mut self, item: &Item, with_tests: bool) {
        let mut visitor = Visitor { mentions: self, with_tests, bound: BTreeSet::new() };
        visitor.visit_item(item);
    }
}

/// Whether an item is compiled for tests only.
pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = attribute.path().is_ident("cfg").then(|| attribute.meta.require_list());
        let is_test = condition.and_then(Result::ok).is_some_and(|list| {
            let text = list.tokens.to_string();
            let words = text.split(|letter: char| !letter.is_alphanumeric());
            let words: Vec<&str> = words.collect();
            words.contains(&"test") && !words.contains(&"not") && !words.contains(&"any")
        });
        is_test || attribute.path().is_ident("test")
    })
}

/// The attributes of any item.
pub(super) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(syn::ItemConst { attrs, .. })
        | Item::Enum(syn::ItemEnum { attrs, .. })
        | Item::Fn(syn::ItemFn { attrs, .. })
        | Item::Impl(syn::ItemImpl { attrs, .. })
        | Item::Macro(syn::ItemMacro { attrs, .. })
        | Item::Mod(syn::ItemMod { attrs, .. })
        | Item::Static(syn::ItemStatic { attrs, .. })
        | Item::Struct(syn::ItemStruct { attrs, .. })
        | Item::Trait(syn::ItemTrait { attrs, .. })
        | Item::Type(syn::ItemType { attrs, .. })
        | Item::Use(syn::ItemUse { attrs, .. }) => attrs,
        _ => &[],
    }
}

struct Visitor<'a> {
    mentions: &'a mut Mentions,
    with_tests: bool,
    /// The local variables of the function.
    bound: BTreeSet<String>,
}

impl Visitor<'_> {
    fn mention(&mut self, path: Vec<String>) {
        let is_local = path.len() == 1 && self.bound.contains(&path[0]);
        if !is_local && path.first().is_some_and(|first| first != "Self") {
            self.mentions.paths.insert(path);
        }
    }

    fn import(&mut self, tree: &UseTree, prefix: &[String], public: bool) {
        let (name, renamed) = match tree {
            UseTree::Path(path) => {
                let prefix = [prefix, &[path.ident.to_string()]].concat();
                return self.import(&path.tree, &prefix, public);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.import(tree, prefix, public));
            }
            UseTree::Glob(_) => {
                let path = prefix.to_vec();
                return self.mentions.imports.push(Import { path, name: None, public });
            }
            UseTree::Name(name) => (name.ident.to_string(), None),
            UseTree::Rename(rename) => (rename.ident.to_string(), Some(rename.rename.to_string())),
        };
        let path = match name.as_str() {
            "self" => prefix.to_vec(),
            _ => [prefix, &[name]].concat(),
        };
        let name = renamed.or_else(|| path.last().cloned());
        self.mentions.imports.push(Import { path, name, public });
    }

    fn function(&mut self, signature: &Signature, block: Option<&Block>) {
        let mut variables = Variables::default();
        variables.visit_signature(signature);
        block.into_iter().for_each(|block| variables.visit_block(block));
        let outer = self.bound.clone();
        self.bound.extend(variables.0);
        self.visit_signature(signature);
        block.into_iter().for_each(|block| self.visit_block(block));
        self.bound = outer;
    }

    /// The paths in the tokens of a macro call, or of a macro's definition: there only those from
    /// the crate's root, as all others depend on the place of the call.
    fn tokens(&mut self, tokens: TokenStream, is_definition: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut place = 0;
        while place < tokens.len() {
            match &tokens[place] {
                TokenTree::Group(group) => self.tokens(group.stream(), is_definition),
                TokenTree::Ident(_) => {
                    let (path, after) = path_at(&tokens, place);
                    let is_wanted = !is_definition || path[0] == "crate";
                    if is_wanted && is_path(&path, &tokens[..place], tokens.get(after)) {
                        self.group(&path, tokens.get(after));
                        self.mention(path);
                    }
                    place = after;
                    continue;
                }
                _ => {}
            }
            place += 1;
        }
    }

    /// A `use` declaration in a macro: `crate::{A, B}`.
    fn group(&mut self, path: &[String], after: Option<&TokenTree>) {
        if let Some(group @ TokenTree::Group(braces)) = after
            && braces.delimiter() == Delimiter::Brace
            && ["crate", "super", "self"].contains(&path[0].as_str())
            && let Ok(tree) = syn::parse2::<UseTree>(group.clone().into())
        {
            self.import(&tree, path, false);
        }
    }
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if self.with_tests || !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if item.leading_colon.is_none() {
            let public = !matches!(item.vis, syn::Visibility::Inherited);
            self.import(&item.tree, &[], public);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        item.attrs.iter().for_each(|attribute| self.visit_attribute(attribute));
        self.function(&item.sig, Some(&item.block));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if self.with_tests || !is_for_tests(&item.attrs) {
            self.function(&item.sig, Some(&item.block));
        }
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.function(&item.sig, item.default.as_ref());
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            self.mention(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    /// A pattern of one name may be a constant.
    fn visit_pat(&mut self, pattern: &'ast Pat) {
        if let Pat::Ident(pattern) = pattern {
            self.mention(vec![pattern.ident.to_string()]);
        }
        visit::visit_pat(self, pattern);
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        match item.ident {
            Some(_) => self.tokens(item.mac.tokens.clone(), true),
            None => self.visit_macro(&item.mac),
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        let name = call.path.segments.last().map(|segment| segment.ident.to_string());
        self.mentions.macros.extend(call.path.get_ident().map(ToString::to_string));
        if !name.is_some_and(|name| QUOTES.contains(&name.as_str())) {
            self.tokens(call.tokens.clone(), false);
        }
    }

    /// Such as `#[serde(with = "crate::place")]`.
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let Ok(list) = attribute.meta.require_list() else { return };
        self.tokens(list.tokens.clone(), false);
        for literal in literals(list.tokens.clone()) {
            let Ok(path) = literal.parse::<Path>() else { continue };
            if path.segments.len() > 1 {
                self.visit_path(&path);
            }
        }
    }
}

/// The macros whose tokens are code of another crate.
const QUOTES: [&str; 2] = ["parse_quote", "quote"];

/// Names bound by patterns that may be variables: constants are written in capitals.
#[derive(Default)]
struct Variables(BTreeSet<String>);

impl<'ast> Visit<'ast> for Variables {
    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        let name = pattern.ident.to_string();
        if !name.starts_with(char::is_uppercase) {
            self.0.insert(name);
        }
        visit::visit_pat_ident(self, pattern);
    }
}

fn literals(tokens: TokenStream) -> Vec<syn::LitStr> {
    let literals = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => literals(group.stream()),
        TokenTree::Literal(_) => syn::parse2(token.into()).into_iter().collect(),
        _ => Vec::new(),
    });
    literals.collect()
}

/// The longest path that begins with this identifier, and the place after it.
fn path_at(tokens: &[TokenTree], start: usize) -> (Vec<String>, usize) {
    let mut path = vec![tokens[start].to_string()];
    let mut place = start + 1;
    while is_colons(&tokens[place..]) {
        place += 2;
        let Some(TokenTree::Ident(name)) = tokens.get(place) else { break };
        path.push(name.to_string());
        place += 1;
    }
    (path, place)
}

fn is_colons(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(first), TokenTree::Punct(second), ..]
        if first.as_char() == ':' && first.spacing() == Spacing::Joint && second.as_char() == ':')
}

/// Whether an identifier among tokens is a path from here: no field, method, lifetime, variable,
/// definition, nor the rest of a path.
fn is_path(path: &[String], before: &[TokenTree], after: Option<&TokenTree>) -> bool {
    let is_called = match after {
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Parenthesis,
        Some(TokenTree::Punct(punct)) => punct.as_char() == '!',
        _ => false,
    };
    match before.last().map(ToString::to_string).unwrap_or_default().as_str() {
        "." | "'" | "fn" => false,
        ":" if before.len() > 1 && is_colons(&before[before.len() - 2..]) => false,
        "$" => path[0] == "crate",
        _ => path.len() > 1 || is_called || path[0].starts_with(char::is_uppercase),
    }
}
