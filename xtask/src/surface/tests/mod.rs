//! The surface is a normal form: the same wire has the same lines, and everything on the wire is in
//! them.

mod schemas;
pub(crate) mod variants;

use schemas::with_schema;
use serde_json::{Value, json};

use super::*;
use crate::document::Document;

/// A spec with parts that can be written in several ways.
const SPEC: &str = r##"
openapi: 3.0.3
info: {title: Sample, version: '1'}
servers: [{url: 'https://a.example.com'}, {url: 'https://b.example.com'}]
security: [{Key: []}]
paths:
  /nodes/{id}/{part}:
    parameters:
      - $ref: '#/components/parameters/Part'
      - {name: id, in: path, required: true, schema: {type: integer}}
    get:
      operationId: read_node
      tags: [Nodes]
      summary: Read
      parameters:
        - {name: id, in: path, required: true, schema: {type: string, format: uuid}}
        - name: sort
          in: query
          style: form
          explode: true
          schema: {$ref: '#/components/schemas/Word'}
        - {name: X-Trace, in: header, schema: {type: string}}
      responses:
        '200': {$ref: '#/components/responses/Found'}
        4xx: {description: Not found.}
        default: {description: Failed.}
    post:
      security: [{}]
      servers: [{url: 'https://c.example.com'}]
      requestBody: {$ref: '#/components/requestBodies/Node'}
      responses:
        '200': {$ref: '#/components/responses/Found'}
components:
  securitySchemes:
    Key: {type: apiKey, in: header, name: X-Key}
  parameters:
    Part: {name: part, in: path, required: true, schema: {type: string}}
  requestBodies:
    Node:
      required: true
      content:
        application/json: {schema: {$ref: '#/components/schemas/Node'}}
  responses:
    Found:
      description: Found.
      headers:
        X-Count: {schema: {type: integer}}
      content:
        application/json:
          schema:
            allOf:
              - $ref: '#/components/schemas/Envelope'
              - type: object
                properties: {data: {$ref: '#/components/schemas/Node'}}
  schemas:
    Envelope:
      type: object
      required: [code]
      properties: {code: {type: integer, minimum: 0}}
    Word: {type: string, enum: [b, a], default: a}
    Node:
      type: object
      required: [word, next]
      properties:
        word: {$ref: '#/components/schemas/Word'}
        size: {type: number, minimum: 0, exclusiveMinimum: true, nullable: true}
        next: {$ref: '#/components/schemas/Node'}
        all: {type: array, uniqueItems: true, items: {$ref: '#/components/schemas/Node'}}
        map: {type: object, additionalProperties: {type: array, items: {type: string}}}
        shape:
          discriminator: {propertyName: kind, mapping: {round: '#/components/schemas/Circle'}}
          oneOf: [{$ref: '#/components/schemas/Circle'}, {$ref: '#/components/schemas/Square'}]
        either:
          anyOf:
            - {type: string}
            - {type: object, properties: {node: {$ref: '#/components/schemas/Node'}}}
    Circle: {type: object, properties: {kind: {type: string}, radius: {type: number}}}
    Square: {type: object, properties: {kind: {type: string}, side: {type: number}}}
"##;

fn surface(text: &str) -> Surface {
    Surface::of(&Document::parse("spec.yaml", text).unwrap()).unwrap()
}

fn sample() -> Value {
    let mut spec = Document::parse("spec.yaml", SPEC).unwrap().value.to_json();
    // Without a mapping the component's name would be on the wire, and couldn't be changed.
    let shape = &mut spec["components"]["schemas"]["Node"]["properties"]["shape"];
    shape["discriminator"]["mapping"]["square"] = json!("#/components/schemas/Square");
    spec
}

#[track_caller]
fn check_same(variant: &Value) {
    let sample = sample();
    assert_ne!(*variant, sample, "the variant must be written differently");
    let (found, expected) = (surface(&variant.to_string()), surface(&sample.to_string()));
    assert!(found == expected, "{}", difference(&expected, &found));
}

fn difference(expected: &Surface, found: &Surface) -> String {
    let only = |a: &Surface, b: &Surface, mark: &str| -> String {
        a.lines.difference(&b.lines).map(|line| format!("{mark} {line}\n")).collect()
    };
    only(expected, found, "-") + &only(found, expected, "+")
}

#[track_caller]
fn check_operation(members: &str, expected: &[&str]) {
    let text = format!(
        "openapi: 3.0.3\npaths:\n  /x/{{a}}:\n    get: {{{members}}}\n\
         components: {{securitySchemes: {{K: {{type: apiKey, in: query, name: k}}, \
         B: {{type: http, scheme: Bearer}}}}}}\n"
    );
    let text = surface(&text).to_string();
    let lines: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("GET /x/{} ")).collect();
    let usual = ["declared", "path 0 name a", "security []"];
    let lines: Vec<&str> = lines.into_iter().filter(|line| !usual.contains(line)).collect();
    assert_eq!(lines, expected, "{members}");
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    let error = Surface::of(&Document::parse("spec.yaml", text).unwrap()).unwrap_err();
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn the_same_wire_has_the_same_surface() {
    let sample = sample();
    for variant in [variants::hoisted, variants::inlined, variants::split, variants::renamed] {
        check_same(&variant(&sample));
        check_same(&variants::reordered(&variant(&sample)));
        check_same(&variants::split(&variants::hoisted(&variant(&sample))));
    }
    check_same(&variants::reordered(&sample));
    check_same(&variants::hoisted(&variants::hoisted(&sample)));
}

#[test]
fn prose_is_not_on_the_wire() {
    let mut variant = sample();
    variant["info"] = json!({"title": "Other", "version": "2", "description": "Words."});
    variant["tags"] = json!([{"name": "Nodes", "description": "Words."}]);
    variant["x-logo"] = json!("none");
    let operation = &mut variant["paths"]["/nodes/{id}/{part}"]["get"];
    for (key, value) in [
        ("operationId", json!("other")),
        ("summary", json!("Other")),
        ("description", json!("Words.")),
        ("tags", json!(["Other"])),
        ("x-custom", json!({"a": 1})),
        ("deprecated", json!(false)),
    ] {
        operation[key] = value;
    }
    operation["parameters"][0]["description"] = json!("Words.");
    operation["parameters"][0]["example"] = json!("words");
    let word = &mut variant["components"]["schemas"]["Word"];
    for (key, value) in [
        ("description", json!("Words.")),
        ("title", json!("Word")),
        ("example", json!("a")),
        ("externalDocs", json!({"url": "https://example.com"})),
        ("x-enum-varnames", json!(["B", "A"])),
        ("nullable", json!(false)),
        ("minLength", json!(0)),
    ] {
        word[key] = value;
    }
    variant["components"]["schemas"]["Unused"] = json!({"type": "string"});
    check_same(&variant);
}

#[test]
fn the_sample_is_written_out() {
    let text = surface(SPEC).to_string();
    for line in [
        "# jogg surface 1",
        "api server \"https://a.example.com\"",
        "api scheme \"apiKey header x-key\"",
        "GET /nodes/{}/{} declared",
        "GET /nodes/{}/{} security [\"apiKey header x-key\"]",
        "GET /nodes/{}/{} header x-trace $ type string",
        "GET /nodes/{}/{} path 0 $ format uuid",
        "GET /nodes/{}/{} path 0 name id",
        "GET /nodes/{}/{} path 1 name part",
        "GET /nodes/{}/{} path 1 required",
        "GET /nodes/{}/{} query sort $ default \"a\"",
        "GET /nodes/{}/{} response 200 header x-count $ type integer",
        "GET /nodes/{}/{} response 4XX declared",
        "GET /nodes/{}/{} response default declared",
        "GET /nodes/{}/{} response 200 application/json $.data.next returns $.data",
        "POST /nodes/{}/{} security []",
        "POST /nodes/{}/{} server \"https://c.example.com\"",
        "POST /nodes/{}/{} request required",
        "POST /nodes/{}/{} request application/json $.all[] returns $",
        "POST /nodes/{}/{} request application/json $.either<anyOf 0>.node returns $",
        "POST /nodes/{}/{} request application/json $.map{} type array",
        "POST /nodes/{}/{} request application/json $.map{}[] type string",
        "POST /nodes/{}/{} request application/json $.next required",
        "POST /nodes/{}/{} request application/json $.shape discriminator kind",
        "POST /nodes/{}/{} request application/json $.shape<oneOf 0> mapping \"Square\"",
        "POST /nodes/{}/{} request application/json $.shape<oneOf 1> mapping \"round\"",
        "POST /nodes/{}/{} request application/json $.size exclusiveMinimum 0",
        "POST /nodes/{}/{} request application/json $.size nullable",
        "POST /nodes/{}/{} request application/json $.word enum \"a\"",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(
        !text.contains("GET /nodes/{}/{} path 0 $ type integer"),
        "the operation's parameter replaces that of the path\n{text}"
    );
    assert!(text.lines().skip(1).is_sorted());
}

#[test]
fn operations_are_complete() {
    for (members, expected) in [
        ("deprecated: true", &["deprecated"][..]),
        ("security: [{K: [], B: []}, {}]", &["security [\"apiKey query k\",\"http bearer\"]"]),
        ("security: [{B: [write, read]}]", &["security [\"http bearer read write\"]"]),
        ("security: [{N: []}]", &["security [\"undefined N\"]"]),
        (
            "servers: [{url: 'https://{r}', variables: {r: {default: a, description: Words.}}}]",
            &["server \"https://{r}\" {\"r\":{\"default\":\"a\"}}"],
        ),
        (
            "parameters: [{name: q, in: query, required: true, deprecated: true, \
             allowReserved: true, allowEmptyValue: true, style: pipeDelimited, explode: true}]",
            &[
                "query q $ any",
                "query q allowEmptyValue",
                "query q allowReserved",
                "query q deprecated",
                "query q explode true",
                "query q required",
                "query q style pipeDelimited",
            ],
        ),
        (
            "parameters: [{name: q, in: query, explode: false}, {name: c, in: cookie}]",
            &["cookie c $ any", "query q $ any", "query q explode false"],
        ),
        (
            "parameters: [{name: q, in: query, content: {a/b: {schema: {type: string}}}}]",
            &["query q a/b $ type string"],
        ),
        ("parameters: [{name: b, in: path}]", &["path b $ any"]),
        ("requestBody: {required: true}", &["request declared", "request required"]),
        (
            "requestBody: {content: {'A/B; c=d': {}, e/f: {encoding: {g: {style: form}}}}}",
            &[
                "request a/b;c=d $ any",
                "request declared",
                "request e/f $ any",
                "request e/f encoding {\"g\":{\"style\":\"form\"}}",
            ],
        ),
        (
            "responses: {'200': {headers: {A: {required: true, deprecated: true}}}}",
            &[
                "response 200 declared",
                "response 200 header a $ any",
                "response 200 header a deprecated",
                "response 200 header a required",
            ],
        ),
        (
            "responses: {'200': {headers: {A: {content: {a/b: {}}}}, content: {a/b: {}}}}",
            &["response 200 a/b $ any", "response 200 declared", "response 200 header a a/b $ any"],
        ),
    ] {
        check_operation(members, expected);
    }
}

#[test]
fn schemes_are_given_by_what_they_need() {
    let flows = "{implicit: {authorizationUrl: 'https://a', scopes: {b: Words., a: Words.}}}";
    let text = format!(
        "openapi: 3.0.3\ncomponents: {{securitySchemes: {{O: {{type: oauth2, flows: {flows}}}, \
         I: {{type: openIdConnect, openIdConnectUrl: 'https://b'}}}}}}\n"
    );
    let expected = "# jogg surface 1\n\
        api scheme \"oauth2\" {\"implicit\":{\"authorizationUrl\":\"https://a\",\"scopes\":[\"a\",\"b\"]}}\n\
        api scheme \"openIdConnect https://b\"\n";
    assert_eq!(surface(&text).to_string(), expected);
}

#[test]
fn a_printed_surface_can_be_parsed() {
    let odd = with_schema(
        "{properties: {'a b': {enum: ['\"<1> \\', '']}, '': {}, 'ü.[]': {type: array, items: \
         {pattern: ' '}}, '<oneOf 0>': {oneOf: [{}, {format: 'a b'}]}}}",
    );
    for text in [SPEC, &odd] {
        let surface = surface(text);
        let printed = surface.to_string();
        assert_eq!(Surface::parse("a.surface", &printed).unwrap(), surface);
        let mut lines: Vec<&str> = printed.lines().collect();
        lines[1..].reverse();
        assert_eq!(Surface::parse("a.surface", &lines.join("\r\n")).unwrap(), surface);
    }
}

#[test]
fn malformed_surfaces_are_errors() {
    for (text, expected) in [
        ("", "a.surface:1:1: the first line must be `# jogg surface 1`"),
        ("# jogg surface 2\n", "a.surface:1:1: the first line must be"),
        ("# jogg surface 1\n# x\nGET /x\n", "a.surface:3:1: `GET /x`: the keyword is missing"),
        ("# jogg surface 1\nGET /x declared\n# x\n", "a.surface:3:1: `# x`: "),
        ("# jogg surface 1\n\nGET /x\n", "a.surface:3:1: `GET /x`: the keyword is missing"),
    ] {
        let error = Surface::parse("a.surface", text).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn unresolved_references_are_errors() {
    let nowhere = "spec.yaml:9:45: the reference \"#/nowhere\" cannot be followed";
    check_error(&with_schema("{properties: {a: {$ref: '#/nowhere'}}}"), nowhere);
    let text = with_schema("{}").replace("#/components/schemas/T", "other.yaml#/T");
    check_error(&text, "spec.yaml:8:22: the reference \"other.yaml#/T\" cannot be followed");
    check_error(
        &with_schema("{$ref: '#/components/schemas/T'}"),
        "spec.yaml:8:13: this reference leads back to itself",
    );
    let text = "openapi: 3.0.3\npaths: {/x: {get: {parameters: [{$ref: '#/p'}]}}}\n";
    check_error(text, "spec.yaml:2:34: the reference \"#/p\" cannot be followed");
    let text = "openapi: 3.0.3\npaths: {/x: {$ref: '#/paths/~1x'}}\n";
    check_error(text, "spec.yaml:2:9: this reference leads back to itself");
}

#[test]
fn malformed_documents_are_errors() {
    check_error("swagger: '2.0'", "spec.yaml:1:1: this isn't an OpenAPI 3 document");
    check_error(&with_schema("[1]"), "spec.yaml:9:24: a schema must be a map of keywords");
    check_error(
        "openapi: 3.0.3\npaths: {'/x/{a}': {get: {}}, '/x/{b}': {get: {}}}\n",
        "spec.yaml:2:30: `/x/{b}` and `/x/{a}` are the same path",
    );
    check_error(
        "openapi: 3.0.3\npaths: {/x: {get: {parameters: [{name: a, in: body}]}}}\n",
        "spec.yaml:2:33: a parameter must be in `path`",
    );
}
