//! Splits progenitor's output: `types.rs` rewrites its types, and `endpoints.rs` uses the
//! signatures of its methods. Only these files know the form of its output.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{
    FnArg, GenericArgument, ImplItem, ImplItemFn, Item, Pat, Path, PathArguments, ReturnType, Type,
    parse_quote,
};

use super::endpoints::{self, Method, Senders};
use super::facts::Facts;
use super::preamble::PROGENITOR;

/// The files that progenitor's output is split into.
#[derive(Debug)]
pub(super) struct Rewritten {
    pub(super) types: TokenStream,
    pub(super) client: TokenStream,
    pub(super) endpoints: TokenStream,
    pub(super) codecs: TokenStream,
}

/// Splits and rewrites progenitor's output. The error names the part that isn't as expected.
pub(super) fn rewrite(generated: TokenStream, facts: &Facts) -> Result<Rewritten, String> {
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
    let types = types.ok_or("progenitor's output has no module `types`")?;
    let types = super::types::rewrite_types(types, facts)?;
    rewrite_methods(methods, facts, types)
}

fn rewrite_methods(
    methods: Vec<ImplItemFn>,
    facts: &Facts,
    types: TokenStream,
) -> Result<Rewritten, String> {
    let mut rewritten = BTreeSet::new();
    let (mut client, mut endpoints) = (Vec::new(), TokenStream::new());
    let (mut codecs, mut senders) = (Vec::new(), Senders::default());
    for method in methods {
        let name = method.sig.ident.to_string();
        let operation = facts.operations.iter().find(|operation| operation.id == name);
        let operation = operation.ok_or_else(|| format!("the spec has no operation `{name}`"))?;
        let method = read_method(&method).ok_or_else(|| {
            format!("the method `{name}` isn't like those of progenitor {PROGENITOR}")
        })?;
        client.push(endpoints::method(operation, &method));
        endpoints.extend(endpoints::endpoint(operation, &method));
        codecs.push(endpoints::codec(operation, &method));
        senders.add(operation, &method);
        rewritten.insert(name);
    }
    if rewritten.len() != facts.operations.len() {
        let missing =
            facts.operations.iter().filter(|operation| !rewritten.contains(&operation.id));
        let missing: Vec<&str> = missing.map(|operation| operation.id.as_str()).collect();
        return Err(format!("operations without a method: {}", missing.join(", ")));
    }
    let senders = senders.constants();
    let client = quote! {
        use crate::{Client, Error, Response, endpoints, types};

        impl Client { #(#client)* }
    };
    let endpoints = quote! {
        use crate::{Endpoint, Error, Operation, PreparedRequest};
        use crate::{operations, path_segment, types};

        #endpoints
        #senders
    };
    Ok(Rewritten { types, client, endpoints, codecs: codec_table(&codecs) })
}

/// Returns the table of codecs, and what leads from an operation known only at run time to its
/// types.
fn codec_table(codecs: &[endpoints::Codec]) -> TokenStream {
    let rows = codecs.iter().map(|codec| &codec.row);
    let arms = codecs.iter().map(|codec| &codec.arm);
    let conversions = codecs.iter().map(|codec| &codec.conversion);
    quote! {
        use crate::codecs::{Codec, EndpointVisitor, FromRaw, unknown};
        use crate::{Endpoint, Error, Operation, RawRequest, endpoints, types};

        /// The codecs of all operations.
        pub static CODECS: &[Codec] = &[#(#rows),*];

        impl Codec {
            /// Returns the codec of an operation by its id.
            pub fn of(id: &str) -> Option<&'static Self> {
                CODECS.iter().find(|codec| codec.operation.id == id)
            }
        }

        /// Creates the request type of an operation known only at run time, and passes it to the
        /// visitor.
        ///
        /// # Errors
        /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if an argument is missing or not of
        /// its type, or the operation isn't one of
        /// [`OPERATIONS`](crate::operations::OPERATIONS).
        pub fn visit<V: EndpointVisitor>(
            operation: &'static Operation,
            request: &RawRequest,
            visitor: V,
        ) -> Result<V::Output, Error> {
            Ok(match operation.id {
                #(#arms,)*
                _ => return Err(unknown(operation)),
            })
        }

        #(#conversions)*
    }
}

/// Reads the types in the signature of one of progenitor's methods.
fn read_method(method: &ImplItemFn) -> Option<Method> {
    let (mut path, mut body) = (Vec::new(), None);
    for input in &method.sig.inputs {
        let FnArg::Typed(input) = input else { continue };
        let Pat::Ident(name) = input.pat.as_ref() else { return None };
        match input.ty.as_ref() {
            Type::Reference(reference) if name.ident == "body" => {
                body = Some(reference.elem.as_ref().clone());
            }
            Type::Reference(reference) if is_named(&reference.elem, "str") => {
                path.push((name.ident.clone(), parse_quote!(String)));
            }
            Type::Path(_) => path.push((name.ident.clone(), input.ty.as_ref().clone())),
            _ => return None,
        }
    }
    let response = response_type(&method.sig.output)?;
    Some(Method { path, body, response })
}

fn is_named(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident(name))
}

/// Returns the `T` of `Result<ResponseValue<Envelope<T>>, Error<()>>`.
fn response_type(output: &ReturnType) -> Option<Type> {
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
    Some(ty.clone())
}

/// Shortens paths: `::std::option::Option` to `Option`, `::jogg_api::enums::X` to `X`, and
/// `::jogg_api::` to `crate::`.
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
