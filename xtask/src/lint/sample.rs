//! A small spec without findings, for tests to edit.

use super::lint;
use crate::document::Document;

/// Replaces snippets of the sample, each of which must occur once, and compares the findings: the
/// beginning of the line that a finding points to, and the beginning of its message.
#[track_caller]
pub(super) fn check(edits: &[(&str, &str)], expected: &[(&str, &str)]) {
    let mut text = TEXT.to_owned();
    for (snippet, replacement) in edits {
        assert_eq!(text.matches(snippet).count(), 1, "{snippet:?} must occur once");
        text = text.replace(snippet, replacement);
    }
    check_document(&text, expected);
}

/// Compares the findings of a whole document.
#[track_caller]
pub(super) fn check_document(text: &str, expected: &[(&str, &str)]) {
    let document = Document::parse("spec.yaml", text).unwrap();
    let found: Vec<(String, String)> = lint(&document)
        .into_iter()
        .map(|finding| {
            let line = document.position(&finding.pointer).line;
            let line = text
                .lines()
                .zip(1..)
                .find(|(_, number)| *number == line)
                .map_or("", |(text, _)| text);
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
      x-jogg-call: things().list
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
        default:
          $ref: '#/components/responses/Refusal'
    post:
      operationId: create_thing
      tags: [Things]
      summary: Create a thing
      description: Starts a job.
      x-jogg-call: things().create
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
        default:
          $ref: '#/components/responses/Refusal'
  /things/{id}:
    get:
      operationId: get_thing
      tags: [Things]
      summary: Get a thing
      description: Returns one thing.
      x-jogg-call: things().thing_job
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
        default: # get_thing
          $ref: '#/components/responses/Refusal'
    put:
      operationId: update_thing
      tags: [Things] # update
      summary: Update a thing
      description: Changes its label.
      x-jogg-call: things().update
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
        default:
          $ref: '#/components/responses/Refusal'
  /tickets:
    post:
      operationId: create_ticket
      tags: [Things]
      summary: Create a ticket
      description: Allows one upload.
      x-jogg-call: things().create_ticket
      x-jogg-retry: upload-ticket
      responses:
        '200':
          description: The ticket.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/CreateTicketResponse'
        default:
          $ref: '#/components/responses/Refusal'
components:
  parameters:
    ThingId:
      name: id
      in: path
      required: true # of ThingId
      description: Which thing.
      schema:
        type: string # of ThingId
  responses:
    Refusal:
      description: The call was refused.
      content:
        application/json:
          schema:
            $ref: '#/components/schemas/RefusalResponse'
  schemas:
    Envelope:
      type: object
      description: Frame of every response.
      required: [code]
      properties:
        code:
          type: integer # code
          description: Outcome.
    Kind:
      description: Sort of a thing.
      anyOf: # Kind
        - type: string
          enum: [plain, fancy]
        - type: string # Kind
    State:
      description: How far a thing is.
      anyOf:
        - type: integer
          enum: [0, 1]
          x-enum-varnames: [Waiting, Ready]
          x-enum-descriptions:
            - It will be there.
            - It is there.
        - type: integer # State
    CreateThingRequest:
      type: object
      description: The thing to make.
      required: [label]
      properties:
        label:
          type: string # label
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
      type: object # UpdateOptions
      description: How to change a thing.
      properties:
        fast:
          type: boolean
          description: Whether to hurry.
    Thing:
      type: object # Thing
      nullable: true
      description: A thing.
      properties:
        id:
          type: string # id of a thing
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
    ListedThing:
      type: object
      description: A thing in a list.
      properties:
        id: # of a listed thing
          type: string # id of a listed thing
          x-jogg-id: true
          description: Which of them it is.
        name:
          type: string # name of a listed thing
          description: What it is called in the list.
        state:
          description: How far it is, for the list.
          allOf:
            - $ref: '#/components/schemas/State'
        labels:
          type: array
          description: Words stuck to it in the list.
          items:
            type: string
    ThingList:
      type: object
      nullable: true
      description: Some things.
      properties:
        things:
          type: array
          description: The things themselves.
          items:
            $ref: '#/components/schemas/ListedThing'
    ThingSubmission:
      type: object
      nullable: true
      description: A thing to be.
      properties:
        thing_id:
          type: string
          description: Which one it will be.
    Ticket:
      type: object
      nullable: true
      description: Allows one upload.
      properties:
        upload_name: # plain
          type: string
          description: What the file will be called.
        sign_url:
          type: string # of the secret
          description: Where to send it.
          x-jogg-secret: true
    RefusalResponse:
      description: Response of a refused call.
      allOf:
        - $ref: '#/components/schemas/Envelope'
        - type: object
          properties:
            data:
              description: Anything. # data
    CreateThingResponse:
      description: Response of `create_thing`.
      allOf:
        - $ref: '#/components/schemas/Envelope'
        - type: object
          properties:
            data:
              $ref: '#/components/schemas/ThingSubmission'
    CreateTicketResponse:
      description: Response of `create_ticket`.
      allOf:
        - $ref: '#/components/schemas/Envelope'
        - type: object
          properties:
            data:
              $ref: '#/components/schemas/Ticket'
    GetThingResponse:
      description: Response of `get_thing`.
      allOf:
        - $ref: '#/components/schemas/Envelope'
        - type: object
          properties:
            data:
              $ref: '#/components/schemas/Thing' # of get_thing
    ListThingsResponse:
      description: Response of `list_things`.
      allOf:
        - $ref: '#/components/schemas/Envelope'
        - type: object
          properties:
            data:
              $ref: '#/components/schemas/ThingList'
    UpdateThingResponse:
      description: Response of `update_thing`.
      allOf:
        - $ref: '#/components/schemas/Envelope'
"#;
