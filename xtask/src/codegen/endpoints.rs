//! Writes a request type and a method for each operation, from the spec and from the types in the
//! signatures of progenitor's methods.

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
    let text = format!(
        "{}.\n\n{}\n\nCalls `{}`.",
        operation.summary, operation.description, operation.title
    );
    let docs = doc_attributes(&escaped(&text), 4);
    let response = &method.response;
    quote! {
        #(#docs)*
        pub async fn #name(&self, #(#arguments),*) -> Result<Response<#response>, Error> {
            self.send(&endpoints::#request::new(#(#passed),*)).await
        }
    }
}

/// Returns the row in the table of codecs, and the conversion of a raw request into the request type.
pub(super) fn codec(operation: &OperationFacts, method: &Method) -> (TokenStream, TokenStream) {
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
    (quote!(Codec::new::<endpoints::#name>()#body), from_raw)
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

/// Returns the statements that encode the request. Each path parameter is encoded by one of its own,
/// as that can fail.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::layout::pretty;

    fn update_thing() -> (OperationFacts, Method) {
        let operation = OperationFacts {
            id: "update_thing".to_owned(),
            title: "PUT /things/{id}/{part}".to_owned(),
            path: "/things/{id}/{part}".to_owned(),
            summary: "Update a thing".to_owned(),
            description: "Changes a [part].".to_owned(),
            path_parameters: vec![
                ("id".to_owned(), "Which thing.".to_owned()),
                ("part".to_owned(), "Which part.".to_owned()),
            ],
            query: Some("UpdateThingQuery".to_owned()),
        };
        let method = Method {
            path: vec![
                (format_ident!("id"), parse_quote!(String)),
                (format_ident!("part"), parse_quote!(i64)),
            ],
            body: Some(parse_quote!(types::UpdateThingRequest)),
            response: parse_quote!(types::Thing),
        };
        (operation, method)
    }

    fn delete_things() -> (OperationFacts, Method) {
        let operation = OperationFacts {
            id: "delete_things".to_owned(),
            title: "DELETE /things".to_owned(),
            path: "/things".to_owned(),
            summary: "Delete all things".to_owned(),
            description: "Deletes them.".to_owned(),
            path_parameters: Vec::new(),
            query: None,
        };
        let method = Method { path: Vec::new(), body: None, response: parse_quote!(crate::NoData) };
        (operation, method)
    }

    #[track_caller]
    fn check_code(tokens: TokenStream, expected: &str) {
        let code = pretty(tokens).unwrap();
        assert!(code == expected, "expected\n{expected}\nfound\n{code}");
    }

    #[test]
    fn a_request_has_path_query_and_body() {
        let (operation, method) = update_thing();
        check_code(
            endpoint(&operation, &method),
            r#"/// Update a thing: the request of [`Client::update_thing`](crate::Client::update_thing).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct UpdateThing {
    /// Which thing.
    pub id: String,
    /// Which part.
    pub part: i64,
    /// The query parameters.
    pub query: types::UpdateThingQuery,
    /// The body.
    pub body: types::UpdateThingRequest,
}

impl UpdateThing {
    /// Creates the request.
    pub fn new(
        id: impl Into<String>,
        part: i64,
        query: types::UpdateThingQuery,
        body: types::UpdateThingRequest,
    ) -> Self {
        Self {
            id: id.into(),
            part,
            query,
            body,
        }
    }
}

impl Endpoint for UpdateThing {
    type Response = types::Thing;

    const OPERATION: &'static Operation = &operations::UPDATE_THING;

    fn prepare(&self) -> Result<PreparedRequest, Error> {
        let id = path_segment(Self::OPERATION, "id", &self.id)?;
        let part = path_segment(Self::OPERATION, "part", self.part)?;
        PreparedRequest::new(Self::OPERATION, format!("/things/{id}/{part}"))?
            .query(&self.query)?
            .json(&self.body)
    }
}
"#,
        );
    }

    #[test]
    fn a_request_without_parts_has_a_default() {
        let (operation, method) = delete_things();
        check_code(
            endpoint(&operation, &method),
            r#"/// Delete all things: the request of [`Client::delete_things`](crate::Client::delete_things).
#[derive(Clone, Debug, PartialEq, Default)]
#[non_exhaustive]
pub struct DeleteThings {}

impl DeleteThings {
    /// Creates the request.
    pub fn new() -> Self {
        Self {}
    }
}

impl Endpoint for DeleteThings {
    type Response = crate::NoData;

    const OPERATION: &'static Operation = &operations::DELETE_THINGS;

    fn prepare(&self) -> Result<PreparedRequest, Error> {
        PreparedRequest::new(Self::OPERATION, "/things")
    }
}
"#,
        );
    }

    #[test]
    fn a_method_sends_the_request() {
        let (operation, method) = update_thing();
        let update = super::method(&operation, &method);
        let (operation, method) = delete_things();
        let delete = super::method(&operation, &method);
        check_code(
            quote!(impl Client { #update #delete }),
            r#"impl Client {
    /// Update a thing.
    ///
    /// Changes a \[part\].
    ///
    /// Calls `PUT /things/{id}/{part}`.
    pub async fn update_thing(
        &self,
        id: impl Into<String>,
        part: i64,
        query: types::UpdateThingQuery,
        body: types::UpdateThingRequest,
    ) -> Result<Response<types::Thing>, Error> {
        self.send(&endpoints::UpdateThing::new(id, part, query, body)).await
    }

    /// Delete all things.
    ///
    /// Deletes them.
    ///
    /// Calls `DELETE /things`.
    pub async fn delete_things(&self) -> Result<Response<crate::NoData>, Error> {
        self.send(&endpoints::DeleteThings::new()).await
    }
}
"#,
        );
    }

    #[test]
    fn a_raw_request_is_converted_part_by_part() {
        let (operation, method) = update_thing();
        let (update, from_update) = codec(&operation, &method);
        let (operation, method) = delete_things();
        let (delete, from_delete) = codec(&operation, &method);
        check_code(
            quote! {
                static CODECS: &[Codec] = &[#update, #delete];
                #from_update
                #from_delete
            },
            r#"static CODECS: &[Codec] = &[
    Codec::new::<endpoints::UpdateThing>().with_body::<types::UpdateThingRequest>(),
    Codec::new::<endpoints::DeleteThings>(),
];

impl FromRaw for endpoints::UpdateThing {
    fn from_raw(request: &RawRequest) -> Result<Self, Error> {
        Ok(
            Self::new(
                request.path_text(Self::OPERATION, "id")?,
                request.path_integer(Self::OPERATION, "part")?,
                request.typed_query(Self::OPERATION)?,
                request.typed_body(Self::OPERATION)?,
            ),
        )
    }
}

impl FromRaw for endpoints::DeleteThings {
    fn from_raw(_: &RawRequest) -> Result<Self, Error> {
        Ok(Self::new())
    }
}
"#,
        );
    }
}
