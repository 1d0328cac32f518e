//! From progenitor's output to ours: its methods lose their error handling to `Client::finish`,
//! and its types go through `types.rs`. The one file that knows the template of its methods.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Expr, FnArg, GenericArgument, ImplItem, ImplItemFn, Item, Pat, Path, PathArguments,
    ReturnType, Stmt, Token, Type, parse_quote,
};

/// What the pass has to know of the spec.
#[derive(Debug)]
pub(crate) struct Facts {
    /// Every operation, and whether it has query parameters (with the name of their type).
    pub(crate) operations: Vec<(String, Option<String>)>,
    /// Types that are sent, with their required fields in the order of the spec.
    pub(crate) requests: Vec<(String, Vec<String>)>,
    /// Ranges of the numbers that are sent, by type and field: minimum and maximum.
    pub(crate) ranges: BTreeMap<(String, String), (Option<i64>, Option<i64>)>,
    /// Types that are received.
    pub(crate) responses: BTreeSet<String>,
}

/// The two generated files that come out of progenitor's one.
#[derive(Debug)]
pub(crate) struct Rewritten {
    pub(crate) types: TokenStream,
    pub(crate) client: TokenStream,
}

/// Splits and rewrites progenitor's output. The error says which customisation did not land.
pub(crate) fn rewrite(generated: TokenStream, facts: &Facts) -> Result<Rewritten, String> {
    let mut file = syn::parse2::<syn::File>(generated).map_err(|error| error.to_string())?;
    ShortPaths.visit_file_mut(&mut file);
    let mut types = None;
    let mut methods = Vec::new();
    for item in file.items {
        match item {
            Item::Mod(module) if module.ident == "types" => {
                types = module.content.map(|(_, items)| items);
            }
            Item::Impl(block) if block.trait_.is_none() => {
                methods.extend(block.items.into_iter().filter_map(|item| match item {
                    ImplItem::Fn(method) if method.sig.asyncness.is_some() => Some(method),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    let types = types.ok_or("progenitor wrote no `types` module")?;
    Ok(Rewritten {
        types: super::types::rewrite_types(types, facts)?,
        client: rewrite_methods(methods, facts)?,
    })
}

fn rewrite_methods(methods: Vec<ImplItemFn>, facts: &Facts) -> Result<TokenStream, String> {
    let mut rewritten = BTreeSet::new();
    let mut output = Vec::new();
    for mut method in methods {
        let name = method.sig.ident.to_string();
        let operation = facts.operations.iter().find(|(id, _)| *id == name);
        let (_, query) = operation.ok_or_else(|| format!("no operation is called `{name}`"))?;
        rewrite_method(&mut method, query.as_deref())
            .ok_or_else(|| format!("the method `{name}` is not built like progenitor 0.15.1's"))?;
        rewritten.insert(name);
        output.push(method);
    }
    if rewritten.len() != facts.operations.len() {
        let missing = facts.operations.iter().filter(|(id, _)| !rewritten.contains(id));
        let missing: Vec<&str> = missing.map(|(id, _)| id.as_str()).collect();
        return Err(format!("operations without a method: {}", missing.join(", ")));
    }
    Ok(quote! {
        impl Client {
            #(#output)*
        }
    })
}

/// Keeps URL, arguments and request builder; replaces everything from `.build()?` on.
fn rewrite_method(method: &mut ImplItemFn, query: Option<&str>) -> Option<()> {
    rewrite_docs(&mut method.attrs);
    NoLifetimes.visit_signature_mut(&mut method.sig);
    let operation = format_ident!("{}", method.sig.ident.to_string().to_uppercase());
    method.sig.output = answer_type(&method.sig.output)?;
    if let Some(query) = query {
        let query = format_ident!("{query}");
        let argument: FnArg = parse_quote!(query: &types::#query);
        let place = method.sig.inputs.len() - usize::from(has_body(method));
        method.sig.inputs.insert(place, argument);
    }
    let mut url = None;
    let mut builder = None;
    for statement in &method.block.stmts {
        let Stmt::Local(local) = statement else { continue };
        let Pat::Ident(pattern) = &local.pat else { continue };
        let value = local.init.as_ref()?.expr.as_ref();
        match pattern.ident.to_string().as_str() {
            "url" => url = Some(rewrite_url(value, &operation.to_string())?),
            "request" => builder = Some(strip_builder(value)?),
            _ => {}
        }
    }
    let (url, mut builder) = (url?, builder?);
    if query.is_some() {
        builder = parse_quote!(#builder.query(query));
    }
    method.block = parse_quote! {{
        let url = #url;
        let request = #builder.build();
        self.finish(request, &operations::#operation).await
    }};
    Some(())
}

fn has_body(method: &ImplItemFn) -> bool {
    let Some(FnArg::Typed(last)) = method.sig.inputs.last() else { return false };
    matches!(last.pat.as_ref(), Pat::Ident(pattern) if pattern.ident == "body")
}

/// `Result<ResponseValue<Envelope<T>>, Error<()>>` becomes `Result<Answer<T>, Error>`.
fn answer_type(output: &ReturnType) -> Option<ReturnType> {
    let ReturnType::Type(_, ty) = output else { return None };
    let mut ty = ty.as_ref();
    for wrapper in ["Result", "ResponseValue", "Envelope"] {
        let Type::Path(path) = ty else { return None };
        let segment = path.path.segments.last()?;
        let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
        match arguments.args.first() {
            Some(GenericArgument::Type(inner)) if segment.ident == wrapper => ty = inner,
            _ => return None,
        }
    }
    Some(parse_quote!(-> Result<Answer<#ty>, Error>))
}

/// In `format!("…", self.baseurl, encode_path(&id.to_string()))`, path arguments become fallible.
fn rewrite_url(value: &Expr, operation: &str) -> Option<Expr> {
    let Expr::Macro(call) = value else { return None };
    let arguments =
        call.mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated).ok()?;
    let operation = format_ident!("{operation}");
    let mut output = Vec::new();
    for argument in arguments {
        output.push(match &argument {
            Expr::Call(encode) => {
                let text = quote!(#encode).to_string();
                let name = text.strip_prefix("encode_path (& ")?.split('.').next()?.trim();
                let ident = format_ident!("{name}");
                parse_quote!(path_segment(&operations::#operation, #name, #ident)?)
            }
            Expr::Field(_) => parse_quote!(self.base_url()),
            _ => argument,
        });
    }
    Some(parse_quote!(format!(#(#output),*)))
}

/// The builder chain without `.headers(header_map)` and `.build()?`.
fn strip_builder(value: &Expr) -> Option<Expr> {
    let Expr::Try(attempt) = value else { return None };
    let Expr::MethodCall(build) = attempt.expr.as_ref() else { return None };
    let Expr::MethodCall(headers) = build.receiver.as_ref() else { return None };
    if build.method != "build" || headers.method != "headers" {
        return None;
    }
    let mut chain = headers.receiver.as_ref().clone();
    HttpClient.visit_expr_mut(&mut chain);
    Some(chain)
}

/// The template names a lifetime that the compiler infers.
struct NoLifetimes;

impl VisitMut for NoLifetimes {
    fn visit_generics_mut(&mut self, generics: &mut syn::Generics) {
        *generics = syn::Generics::default();
    }

    fn visit_receiver_mut(&mut self, receiver: &mut syn::Receiver) {
        *receiver = parse_quote!(&self);
    }

    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        visit_mut::visit_type_reference_mut(self, reference);
        reference.lifetime = None;
    }
}

/// `self.client` is a method in our runtime.
struct HttpClient;

impl VisitMut for HttpClient {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::Field(field) = expr
            && matches!(&field.member, syn::Member::Named(name) if name == "client")
        {
            *expr = parse_quote!(self.http());
        }
    }
}

/// `::std::option::Option` is `Option`, `::jogg_api::enums::X` is `X`, `::jogg_api::` is `crate::`.
struct ShortPaths;

impl VisitMut for ShortPaths {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        if path.leading_colon.is_none() {
            return;
        }
        let first = path.segments.first().map(|segment| segment.ident.to_string());
        match first.as_deref() {
            Some("std") => {
                path.segments = path.segments.pop().into_iter().collect();
                path.leading_colon = None;
            }
            Some("jogg_api") => {
                if path.segments.iter().any(|segment| segment.ident == "enums") {
                    path.segments = path.segments.pop().into_iter().collect();
                } else {
                    path.segments[0].ident = format_ident!("crate");
                }
                path.leading_colon = None;
            }
            _ => {}
        }
    }
}

/// One `///` a line, and no bracket that rustdoc could take for a link.
pub(super) fn rewrite_docs(attributes: &mut Vec<Attribute>) {
    let mut output: Vec<Attribute> = Vec::new();
    for attribute in std::mem::take(attributes) {
        let text = match &attribute.meta {
            syn::Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
                Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => text.value(),
                _ => continue,
            },
            _ => {
                output.push(attribute);
                continue;
            }
        };
        for line in super::doc_lines(&text) {
            output.push(parse_quote!(#[doc = #line]));
        }
    }
    *attributes = output;
}
