//! The code that is generated for an operation.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse_quote;

use crate::codegen::endpoints::{self, Method, Senders, codec, endpoint};
use crate::codegen::facts::OperationFacts;
use crate::codegen::layout::pretty;

fn update_thing() -> (OperationFacts, Method) {
    let operation = OperationFacts {
        id: "update_thing".to_owned(),
        title: "PUT /things/{id}/{part}".to_owned(),
        path: "/things/{id}/{part}".to_owned(),
        summary: "Update a thing".to_owned(),
        description: "Changes a [part].".to_owned(),
        call: Some("things().update".to_owned()),
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
        call: None,
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
    let update = endpoints::method(&operation, &method);
    let (operation, method) = delete_things();
    let delete = endpoints::method(&operation, &method);
    check_code(
        quote!(impl Client { #update #delete }),
        r#"impl Client {
    /// Update a thing.
    ///
    /// Changes a \[part\].
    ///
    /// Calls `PUT /things/{id}/{part}`. In jogg-api-ext: `things().update`.
    ///
    /// # Errors
    /// See [`send`](Self::send).
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
    ///
    /// # Errors
    /// See [`send`](Self::send).
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
    let update = codec(&operation, &method);
    let (operation, method) = delete_things();
    let delete = codec(&operation, &method);
    let (update_row, update_arm, from_update) = (update.row, update.arm, update.conversion);
    let (delete_row, delete_arm, from_delete) = (delete.row, delete.arm, delete.conversion);
    check_code(
        quote! {
            static CODECS: &[Codec] = &[#update_row, #delete_row];
            fn visit() {
                match id {
                    #update_arm,
                    #delete_arm,
                }
            }
            #from_update
            #from_delete
        },
        r#"static CODECS: &[Codec] = &[
    Codec::new::<endpoints::UpdateThing>().with_body::<types::UpdateThingRequest>(),
    Codec::new::<endpoints::DeleteThings>(),
];

fn visit() {
    match id {
        "update_thing" => visitor.visit(endpoints::UpdateThing::from_raw(request)?),
        "delete_things" => visitor.visit(endpoints::DeleteThings::from_raw(request)?),
    }
}

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

/// Two operations may share a component.
#[test]
fn a_type_knows_the_operations_that_send_it() {
    let (update, update_method) = update_thing();
    let (mut create, mut create_method) = delete_things();
    create.id = "create_thing".to_owned();
    create_method.body = update_method.body.clone();
    let mut senders = Senders::default();
    senders.add(&update, &update_method);
    senders.add(&create, &create_method);
    check_code(
        senders.constants(),
        "\
impl types::UpdateThingQuery {
    /// The operations that send it.
    pub const OPERATIONS: &'static [&'static Operation] = &[&operations::UPDATE_THING];
}

impl types::UpdateThingRequest {
    /// The operations that send it.
    pub const OPERATIONS: &'static [&'static Operation] = &[
        &operations::UPDATE_THING,
        &operations::CREATE_THING,
    ];
}
",
    );
}
