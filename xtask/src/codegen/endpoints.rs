//! Writes a request type and a method for each operation, from the spec and from the types in the
//! signatures of progenitor's methods.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Ident, Type, parse_quote};

use super::docs::{doc_attributes, escaped};
use super::facts::OperationFacts;
use crate::spec::pascal_case;

/// The types of an operation, from the signature of progenitor's method.
pub(super) struct Method {
    /// The path parameters with their types, in the order of the path.
    pub(super) path: Vec<(Ident, Type)>,
    pub(super) body: Option<Type>,
    pub(super) response: Type,
}

/// Returns the request type of an operation, with its implementation of `Endpoint`.
pub(super) fn endpoint(operation: &OperationFacts, method: &Method) -> TokenStream {
    let name = type_name(operation);
    let fields = fields(operation, method);
    let documented = fields.iter().map(|field| {
        let RequestField { name, ty, docs } = field;
        let docs = doc_attributes(&escaped(docs), 4);
        quote!(#(#docs)* pub #name: #ty)
    });
    let arguments = fields.iter().map(RequestField::argument);
    let values = fields.iter().map(RequestField::value);
    let doc = format!(
        "{}: the request of [`Client::{id}`](crate::Client::{id}).",
        escaped(&operation.summary),
        id = operation.id
    );
    let docs = doc_attributes(&doc, 0);
    let default = fields.is_empty().then(|| quote!(, Default));
    let (response, constant) = (&method.response, constant(operation));
    let prepare = prepare(operation, method);
    quote! {
        #(#docs)*
        #[derive(Clone, Debug, PartialEq #default)]
        #[non_exhaustive]
        pub struct #name { #(#documented,)* }

        impl #name {
            /// Creates the request.
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values),* }
            }
        }

        impl Endpoint for #name {
            type Response = #response;
            const OPERATION: &'static Operation = &operations::#constant;

            fn prepare(&self) -> Result<PreparedRequest, Error> {
                #prepare
            }
        }
    }
}

/// Returns the method of the client, which is a thin wrapper around the request type.
pub(super) fn method(operation: &OperationFacts, method: &Method) -> TokenStream {
    let name = format_ident!("{}", operation.id);
    let request = type_name(operation);
    let fields = fields(operation, method);
    let arguments = fields.iter().map(RequestField::argument);
    let passed = fields.iter().map(|field| &field.name);
    let text = format!("{}.\n\n{}", operation.summary, operation.description);
    let mut calls = format!("Calls `{}`.", operation.title);
    if let Some(call) = &operation.call {
        calls = format!("{calls} In jogg-api-ext: `{call}`.");
    }
    let text = format!("{}\n\n{calls}\n\n# Errors\nSee [`send`](Self::send).", escaped(&text));
    let docs = doc_attributes(&text, 4);
    let response = &method.response;
    quote! {
        #(#docs)*
        pub async fn #name(&self, #(#arguments),*) -> Result<Response<#response>, Error> {
            self.send(&endpoints::#request::new(#(#passed),*)).await
        }
    }
}

/// The code for an operation known only at run time.
pub(super) struct Codec {
    /// The row in the table of codecs.
    pub(super) row: TokenStream,
    /// The arm from the id of the operation to its request type.
    pub(super) arm: TokenStream,
    /// The conversion of a raw request into the request type.
    pub(super) conversion: TokenStream,
}

/// Returns the code for an operation known only at run time.
pub(super) fn codec(operation: &OperationFacts, method: &Method) -> Codec {
    let name = type_name(operation);
    let mut values = Vec::new();
    for (parameter, ty) in &method.path {
        let wire_name = parameter.to_string();
        let read = match is_string(ty) {
            true => quote!(path_text),
            false => quote!(path_integer),
        };
        values.push(quote!(request.#read(Self::OPERATION, #wire_name)?));
    }
    if operation.query.is_some() {
        values.push(quote!(request.typed_query(Self::OPERATION)?));
    }
    if method.body.is_some() {
        values.push(quote!(request.typed_body(Self::OPERATION)?));
    }
    let request = if values.is_empty() { quote!(_) } else { quote!(request) };
    let from_raw = quote! {
        impl FromRaw for endpoints::#name {
            fn from_raw(#request: &RawRequest) -> Result<Self, Error> {
                Ok(Self::new(#(#values),*))
            }
        }
    };
    let body = method.body.as_ref().map(|body| quote!(.with_body::<#body>()));
    let id = &operation.id;
    Codec {
        row: quote!(Codec::new::<endpoints::#name>()#body),
        arm: quote!(#id => visitor.visit(endpoints::#name::from_raw(request)?)),
        conversion: from_raw,
    }
}

/// Which operations send each type of a body or a query.
#[derive(Default)]
pub(super) struct Senders(BTreeMap<String, (Type, Vec<Ident>)>);

impl Senders {
    /// Adds an operation to what it sends.
    pub(super) fn add(&mut self, operation: &OperationFacts, method: &Method) {
        let query = operation.query.as_ref().map(|query| {
            let query = format_ident!("{query}");
            parse_quote!(types::#query)
        });
        for sent in query.into_iter().chain(method.body.clone()) {
            let name = sent.to_token_stream().to_string();
            self.0.entry(name).or_insert((sent, Vec::new())).1.push(constant(operation));
        }
    }

    /// Returns a constant for each type, with the operations that send it.
    pub(super) fn constants(&self) -> TokenStream {
        let constants = self.0.values().map(|(sent, operations)| {
            quote! {
                impl #sent {
                    /// The operations that send it.
                    pub const OPERATIONS: &'static [&'static Operation] =
                        &[#(&operations::#operations),*];
                }
            }
        });
        quote!(#(#constants)*)
    }
}

/// One field of a request type.
struct RequestField {
    name: Ident,
    ty: Type,
    docs: String,
}

impl RequestField {
    fn argument(&self) -> TokenStream {
        let Self { name, ty, docs: _ } = self;
        match is_string(ty) {
            true => quote!(#name: impl Into<String>),
            false => quote!(#name: #ty),
        }
    }

    fn value(&self) -> TokenStream {
        let name = &self.name;
        match is_string(&self.ty) {
            true => quote!(#name: #name.into()),
            false => quote!(#name),
        }
    }
}

/// Returns the path parameters, the query and the body.
fn fields(operation: &OperationFacts, method: &Method) -> Vec<RequestField> {
    let mut fields = Vec::new();
    for (name, ty) in &method.path {
        let described = operation.path_parameters.iter().find(|(described, _)| name == described);
        let docs = described.map(|(_, docs)| docs.clone()).unwrap_or_default();
        fields.push(RequestField { name: name.clone(), ty: ty.clone(), docs });
    }
    if let Some(query) = &operation.query {
        let ty = format_ident!("{query}");
        let docs = "The query parameters.".to_owned();
        fields.push(RequestField {
            name: format_ident!("query"),
            ty: parse_quote!(types::#ty),
            docs,
        });
    }
    if let Some(body) = &method.body {
        let docs = "The body.".to_owned();
        fields.push(RequestField { name: format_ident!("body"), ty: body.clone(), docs });
    }
    fields
}

/// Returns the statements that encode the request. Each path parameter is encoded by one of its
/// own, as that can fail.
fn prepare(operation: &OperationFacts, method: &Method) -> TokenStream {
    let path = &operation.path;
    let segments = method.path.iter().map(|(name, ty)| {
        let wire_name = name.to_string();
        let value = if is_string(ty) { quote!(&self.#name) } else { quote!(self.#name) };
        quote!(let #name = path_segment(Self::OPERATION, #wire_name, #value)?;)
    });
    let path = match method.path.is_empty() {
        true => quote!(#path),
        false => quote!(format!(#path)),
    };
    let mut request = quote!(PreparedRequest::new(Self::OPERATION, #path));
    if operation.query.is_some() {
        request = quote!(#request?.query(&self.query));
    }
    if method.body.is_some() {
        request = quote!(#request?.json(&self.body));
    }
    quote!(#(#segments)* #request)
}

fn type_name(operation: &OperationFacts) -> Ident {
    format_ident!("{}", pascal_case(&operation.id))
}

fn constant(operation: &OperationFacts) -> Ident {
    format_ident!("{}", operation.id.to_uppercase())
}

fn is_string(ty: &Type) -> bool {
    ty.to_token_stream().to_string() == "String"
}
