//! What macros make: the public functions in their definitions, and in their calls the types and
//! the methods that the call names.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::ItemMacro;

use super::text;

/// The public names a macro's definition or call stands for.
pub(super) fn describe(item: &ItemMacro, lines: &mut Vec<String>) {
    let path = text(&item.mac.path);
    let tokens = item.mac.tokens.clone();
    match &item.ident {
        Some(name) => {
            let mut made = Vec::new();
            definition(tokens, &mut made);
            if !made.is_empty() {
                lines.push(format!("macro {name}"));
                lines.extend(made.into_iter().map(|line| format!("  {line}")));
            }
        }
        None if path.ends_with("_enum") => enumeration(&path, &text(tokens), lines),
        None => call(&path, tokens, lines),
    }
}

/// The generated enums are calls: `pub enum Name { Variant = "word", }`.
fn enumeration(path: &str, body: &str, lines: &mut Vec<String>) {
    let body = body.split("pub enum ").nth(1).unwrap_or_default();
    let (name, variants) = body.split_once('{').unwrap_or_default();
    lines.push(format!("{path} {}", name.trim()));
    let variants = variants.split("]").flat_map(|part| part.split(','));
    for variant in variants.filter(|part| part.contains('=') && !part.contains("# [")) {
        lines.push(format!("  {}", variant.trim()));
    }
}

/// `request! { pub struct Name(Body); field: kind, }`, or just `resource! { Name }`.
fn call(path: &str, tokens: TokenStream, lines: &mut Vec<String>) {
    let fields = fields(tokens.clone());
    let tokens: TokenStream = without_attributes(tokens);
    let shown = text(tokens);
    let head = shown.split(';').next().unwrap_or_default();
    let head = head.trim_start_matches("pub struct ").trim();
    lines.push(format!("{path}! {head}"));
    let name = head.split('(').next().unwrap_or_default();
    lines.extend(fields.iter().map(|field| format!("{name}::{field}")));
}

fn without_attributes(tokens: TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut kept = Vec::new();
    while let Some(token) = tokens.next() {
        match is(Some(&token), '#') {
            true => drop(tokens.next()),
            false => kept.push(token),
        }
    }
    kept.into_iter().collect()
}

/// Each `name: kind,`; in a definition, those that are the same for each call.
fn fields(tokens: TokenStream) -> Vec<String> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let starts = (0..tokens.len()).filter(|start| *start == 0 || !is(tokens.get(start - 1), '$'));
    let fields = starts.filter_map(|start| match &tokens[start..] {
        [TokenTree::Ident(name), colon, TokenTree::Ident(kind), comma, ..]
            if is(Some(colon), ':') && is(Some(comma), ',') =>
        {
            Some(format!("{name}: {kind}"))
        }
        _ => None,
    });
    fields.collect()
}

/// Public functions and constants, and the fields of requests that other macros are called with.
fn definition(tokens: TokenStream, lines: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (place, token) in tokens.iter().enumerate() {
        // Not `pub(crate)`, and no type: its name is in the call.
        let kind = tokens.get(place + 1).map(TokenTree::to_string).unwrap_or_default();
        if token.to_string() == "pub" && ["async", "const", "fn"].contains(&kind.as_str()) {
            let item = tokens[place + 1..].iter();
            let item = item.take_while(|token| !ends_signature(token)).cloned();
            lines.push(text(item.collect::<TokenStream>()).replace("$ ", "$"));
        }
        if let TokenTree::Group(group) = token {
            let called = place > 1
                && is(tokens.get(place - 1), '!')
                && tokens[place - 2].to_string().ends_with("request");
            if called {
                lines.extend(fields(group.stream()));
            }
            definition(group.stream(), lines);
        }
    }
}

fn ends_signature(token: &TokenTree) -> bool {
    let body = matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
    body || is(Some(token), '=') || is(Some(token), ';')
}

fn is(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

/// Renaming a setter shows, wherever it is made.
#[test]
fn names_that_macros_make_are_found() {
    let source = r"
        request! {
            /// Doc: with a colon, and a comma.
            pub struct Make(Body);
            /// Doc.
            setter_a: text,
            setter_b: u32,
        }
        resource! { /// Doc.
            Things }
        production!(Make);
        macro_rules! paged_request {
            ($name:ident; $($field:ident: $kind:tt,)*) => {
                crate::request::list_request! {
                    $($field: $kind,)*
                    page: u32,
                }
                pub struct $name;
                impl $name {
                    pub(crate) fn hidden() {}
                    pub fn $field(mut self, $field: $kind) -> Self { self }
                    fn private(&self) -> u32 { let named = Named { first: second, }; 0 }
                    pub const ALL: u32 = 1;
                }
            };
        }
    ";
    let mut lines = Vec::new();
    for item in syn::parse_file(source).unwrap().items {
        super::describe(item, &mut lines);
    }
    assert_eq!(
        lines,
        [
            "request! Make(Body)",
            "Make::setter_a: text",
            "Make::setter_b: u32",
            "resource! Things",
            "production! Make",
            "macro paged_request",
            "  page: u32",
            "  fn $field(mut self, $field: $kind) -> Self",
            "  const ALL: u32",
        ]
    );
}
