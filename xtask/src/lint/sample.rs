//! A small spec without findings, and how tests break it.

use super::lint;
use crate::document::Document;

/// Asserts what lint finds once each of some snippets, which must stand exactly once, is replaced:
/// the text from where the finding points to the end of that line must start as expected, and so
/// must the message.
#[track_caller]
pub(super) fn check(edits: &[(&str, &str)], expected: &[(&str, &str)]) {
    let mut text = TEXT.to_owned();
    for (snippet, replacement) in edits {
        assert_eq!(text.matches(snippet).count(), 1, "{snippet:?} must stand once");
        text = text.replace(snippet, replacement);
    }
    check_document(&text, expected);
}

/// Asserts what lint finds in a whole document.
#[track_caller]
pub(super) fn check_document(text: &str, expected: &[(&str, &str)]) {
    let document = Document::parse("spec.yaml", text).unwrap();
    let found: Vec<(String, String)> = lint(&document)
        .into_iter()
        .map(|finding| {
            let line = document.position(&finding.pointer).line;
            let line = text.lines().nth(line - 1).unwrap_or_default();
            (line.trim().to_owned(), finding.message)
        })
        .collect();
    let same = found.len() == expected.len()
        && found.iter().zip(expected).all(
            |((line, message), (expected_line, expected_message))| {
                line.starts_with(expected_line) && message.starts_with(expected_message)
            },
        );
    assert!(same, "expected {expected:#?}\nfound {found:#?}");
}

pub(super) const TEXT: &str = r#"openapi: 3.0.3
info:
  title: Sample
  version: "1"
tags:
  - name: Things
    description: All things.
paths:
  /things:
    get:
      operationId: list_things
      tags: [Things]
      summary: List things
      description: Lists what there is.
      x-jogg-retry: read # list
      parameters:
        - name: kind
          in: query # kind
          description: Only this kind.
          schema:
            $ref: '#/components/schemas/Kind'
      responses:
        '200':
          description: The things.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/ListThingsResponse'
    post:
      operationId: create_thing
      tags: [Things]
      summary: Make a thing
      description: Starts making one.
      x-jogg-retry: at-most-once
      x-jogg-credits: {as_of: '2026-03', amount: 0.5}
      x-jogg-job: {report: get_thing, id: {from: data.thing_id, to: path.id}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              $ref: '#/components/schemas/CreateThingRequest'
      responses:
        '200':
          description: The job.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/CreateThingResponse'
  /things/{id}:
    get:
      operationId: get_thing
      tags: [Things]
      summary: Read a thing
      description: Looks at one thing.
      x-jogg-retry: read # get
      parameters:
        - $ref: '#/components/parameters/ThingId' # get
      responses:
        '200': # get_thing
          description: One thing. # get_thing
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/GetThingResponse'
    put:
      operationId: update_thing
      tags: [Things] # update
      summary: Change a thing
      description: Changes its label.
      x-jogg-retry: idempotent
      parameters:
        - $ref: '#/components/parameters/ThingId' # update
      requestBody:
        required: true # update
        content:
          application/json: # update
            schema:
              $ref: '#/components/schemas/UpdateThingRequest'
      responses:
        '200':
          description: Whether it worked.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/UpdateThingResponse'
  /tickets:
    post:
      operationId: create_ticket
      tags: [Things]
      summary: Get a ticket
      description: Allows one upload.
      x-jogg-retry: upload-ticket
      responses:
        '200':
          description: The ticket.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/CreateTicketResponse'
components:
  parameters:
    ThingId:
      name: id
      in: path
      required: true # of ThingId
      description: Which thing.
      schema:
        type: string # of ThingId
  schemas:
    Envelope:
      type: object
      description: Frame of every answer.
      required: [code]
      properties:
        code:
          type: integer
          description: Outcome.
    Kind:
      type: string # Kind
      description: Sort of a thing.
      enum: [plain, fancy]
      x-jogg-open: true # Kind
    State:
      type: integer
      description: How far a thing is.
      enum: [0, 1]
      x-enum-varnames: [Waiting, Ready]
      x-enum-descriptions:
        - It will be there.
        - It is there.
      x-jogg-open: true # State
    CreateThingRequest:
      type: object
      description: The thing to make.
      required: [label]
      properties:
        label:
          type: string
          description: What to call it.
        kind:
          description: What kind to make.
          allOf:
            - $ref: '#/components/schemas/Kind'
    UpdateThingRequest:
      type: object
      description: What to change.
      properties:
        options:
          description: How to change it.
          allOf:
            - $ref: '#/components/schemas/UpdateOptions' # options
    UpdateOptions:
      type: object
      description: How to change a thing.
      properties:
        fast:
          type: boolean
          description: Whether to hurry.
    Thing:
      type: object # Thing
      description: A thing.
      properties:
        id:
          type: string
          description: Which one it is.
        name:
          type: string # name of a thing
          description: What it is called.
        kind:
          description: What kind it is.
          allOf:
            - $ref: '#/components/schemas/Kind' # of a thing
        state:
          description: How far it is.
          allOf:
            - $ref: '#/components/schemas/State'
        labels:
          type: array
          description: Words stuck to it.
          items:
            type: string # item of labels
    ThingList:
      type: object
      description: Some things.
      properties:
        things:
          type: array
          description: They themselves.
          items:
            $ref: '#/components/schemas/Thing'
    ThingSubmission:
      type: object
      description: A thing to be.
      properties:
        thing_id:
          type: string
          description: Which one it will be.
    Ticket:
      type: object
      description: Allows one upload.
      properties:
        upload_name: # plain
          type: string
          description: What the file will be called.
        sign_url:
          type: string # of the secret
          description: Where to send it.
          x-jogg-secret: true
    CreateThingResponse:
      description: Answer of `create_thing`.
      allOf:
        - $ref: '#/components/schemas/Envelope'
        - type: object
          properties:
            data:
              $ref: '#/components/schemas/ThingSubmission'
    CreateTicketResponse:
      description: Answer of `create_ticket`.
      allOf:
        - $ref: '#/components/schemas/Envelope'
        - type: object
          properties:
            data:
              $ref: '#/components/schemas/Ticket'
    GetThingResponse:
      description: Answer of `get_thing`.
      allOf:
        - $ref: '#/components/schemas/Envelope'
        - type: object
          properties:
            data:
              $ref: '#/components/schemas/Thing'
    ListThingsResponse:
      description: Answer of `list_things`.
      allOf:
        - $ref: '#/components/schemas/Envelope'
        - type: object
          properties:
            data:
              $ref: '#/components/schemas/ThingList'
    UpdateThingResponse:
      description: Answer of `update_thing`.
      allOf:
        - $ref: '#/components/schemas/Envelope'
"#;
