//! Changes that other tools are known to misjudge.

use super::*;

/// Compares two versions of `POST /a`, given by its members, without `POST /a | `.
#[track_caller]
fn check(version: &str, old: &str, new: &str, expected: &[&str]) {
    let [from, to] = [old, new].map(|members| {
        parsed(&format!("openapi: {version}\npaths: {{/a: {{post: {{{members}}}}}}}\n"))
    });
    let lines: Vec<String> =
        changes(&from, &to).iter().map(|line| line.replace("POST /a | ", "")).collect();
    assert_eq!(lines, expected, "{old} → {new}");
}

fn response(schema: &str) -> String {
    format!("responses: {{'200': {{content: {{application/json: {{schema: {schema}}}}}}}}}")
}

fn request(schema: &str) -> String {
    format!("requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}")
}

/// Compares two schemas of OpenAPI 3.1 in a response.
#[track_caller]
pub(super) fn check_received(old: &str, new: &str, expected: &[&str]) {
    check("3.1.0", &response(old), &response(new), expected);
}

#[test]
fn what_is_not_sent_says_nothing() {
    let object = |id: &str, required: &str| {
        request(&format!(
            "{{type: object, required: [n{required}], properties: {{id: {id}, n: {{type: string}}}}}}"
        ))
    };
    let read_only = "{type: string, readOnly: true}";
    check(
        "3.0.3",
        &object(read_only, ""),
        &object(read_only, ", id"),
        &["request application/json $.id | request became-required | added required | ok break"],
    );
    check(
        "3.0.3",
        &object(read_only, ""),
        &object("{type: integer, readOnly: true}", ""),
        &["request application/json $.id | request type-changed | string, readOnly → integer, \
           readOnly | ok break"],
    );
    check(
        "3.0.3",
        &object(read_only, ", id"),
        &object("{type: string}", ", id"),
        &["request application/json $.id | request required-property-added | added string, \
           required | break break"],
    );
    check(
        "3.0.3",
        &object("{type: string}", ", id"),
        &object(read_only, ""),
        &["request application/json $.id | request read-only-added | added readOnly | risk ok"],
    );
    let received =
        |properties: &str| response(&format!("{{type: object, properties: {{{properties}}}}}"));
    let write_only = "p: {type: string, writeOnly: true}, n: {type: string}";
    check(
        "3.0.3",
        &received(write_only),
        &received("n: {type: string}"),
        &["response 200 application/json $.p | response property-removed | removed string, \
           writeOnly | ok break"],
    );
    check(
        "3.0.3",
        &received("p: {type: string}"),
        &received("p: {type: string, writeOnly: true}"),
        &["response 200 application/json $.p | response write-only-added | added writeOnly \
           | loss ok"],
    );
}

#[test]
fn a_change_of_what_is_not_sent_has_its_own_reason() {
    let of = |length: u8| {
        let read_only = format!("{{type: string, readOnly: true, maxLength: {length}}}");
        with_body(&format!("{{type: object, properties: {{a: {read_only}}}}}"))
    };
    let report = Report::of(&of(3), &of(2)).unwrap();
    let [change] = report.changes.as_slice() else { panic!("{:?}", report.changes) };
    assert_eq!(change.rule.id, "bound-tightened");
    assert_eq!((change.effect().wire, change.effect().source), (Verdict::Ok, Verdict::Ok));
    assert_eq!(change.effect().why, "It is never sent this way.");
}

#[test]
fn parameters_say_what_openapi_reads_of_them() {
    let query = |more: &str| {
        format!("parameters: [{{name: q, in: query, schema: {{type: string}}{more}}}]")
    };
    check("3.0.3", &query(""), &query(", explode: false"), &[]);
    let list =
        |more: &str| format!("parameters: [{{name: q, in: query, schema: {{type: array}}{more}}}]");
    check(
        "3.0.3",
        &list(""),
        &list(", explode: false"),
        &["query q | request serialization-changed | the default → explode false | break ok"],
    );
    for name in ["Accept", "Content-Type", "Authorization"] {
        let header = format!(
            "parameters: [{{name: {name}, in: header, required: true, schema: {{type: string}}}}]"
        );
        check("3.0.3", "", &header, &[]);
    }
}

#[test]
fn a_range_covers_its_statuses() {
    let of = |status: &str, kind: &str| {
        format!(
            "responses: {{'{status}': {{content: {{application/json: {{schema: {{type: {kind}}}}}}}}}}}"
        )
    };
    check(
        "3.0.3",
        &of("200", "string"),
        &of("2XX", "string"),
        &["response 2XX | response status-range-changed | 200 → 2XX | ok ok"],
    );
    check(
        "3.0.3",
        &of("default", "string"),
        &of("200", "integer"),
        &[
            "response 200 | response status-range-changed | default → 200 | ok ok",
            "response 200 application/json $ | response type-changed | string → integer \
             | loss break",
        ],
    );
    check(
        "3.0.3",
        &of("404", "string"),
        &of("2XX", "string"),
        &[
            "response 2XX | response success-status-added | added application/json | risk ok",
            "response 404 | response error-status-removed | removed application/json | ok ok",
        ],
    );
}

#[test]
fn media_types_are_judged_by_what_reads_them() {
    let of = |status: &str, media_type: &str| {
        format!(
            "responses: {{'{status}': {{content: {{{media_type}: {{schema: {{type: string}}}}}}}}}}"
        )
    };
    check(
        "3.0.3",
        &of("400", "application/json"),
        &of("400", "application/problem+json"),
        &["response 400 application/problem+json | response media-type-changed | \
           application/json → application/problem+json | risk ok"],
    );
    check(
        "3.0.3",
        &of("400", "application/json"),
        &of("400", "text/html"),
        &[
            "response 400 application/json | response error-media-type-removed | removed string \
             | risk ok",
            "response 400 text/html | response media-type-added | added string | ok ok",
        ],
    );
    check(
        "3.0.3",
        &of("200", "application/json"),
        &of("200", "application/json; charset=utf-8"),
        &[],
    );
}

#[test]
fn a_path_can_move_between_servers_and_operations() {
    let of = |server: &str, paths: &[&str]| {
        let paths: Vec<String> = paths
            .iter()
            .map(|path| format!("{path}: {{get: {{operationId: '{}'}}}}", &path[path.len() - 1..]))
            .collect();
        parsed(&format!(
            "openapi: 3.0.3\nservers: [{{url: '{server}'}}]\npaths: {{{}}}\n",
            paths.join(", ")
        ))
    };
    let old = of("https://h/v1", &["/a", "/b"]);
    let new = of("https://h", &["/v1/a", "/v1/b"]);
    assert_eq!(changes(&old, &new), [""; 0]);
    assert_eq!(changes(&new, &old), [""; 0]);
    // Without a list of servers, the paths are relative to no other.
    let unlisted = parsed("openapi: 3.0.3\npaths: {/v2/a: {get: {}}}\n");
    let listed =
        parsed("openapi: 3.0.3\nservers: [{url: 'https://h/v2'}]\npaths: {/a: {get: {}}}\n");
    assert_eq!(
        changes(&unlisted, &listed),
        ["api | server | both server-added | added \"https://h\" | ok ok"]
    );
    // Another host, and an operation that is somewhere else now.
    assert_eq!(
        changes(&old, &of("https://i/", &["/v1/a", "/v2/b"])),
        [
            "api | server | both server-changed | \"https://h\" → \"https://i\" | risk ok",
            "GET /v2/b | operation | both operation-moved | /v1/b → /v2/b | break ok",
        ]
    );
    // The paths stay, so the addresses change with the server.
    assert_eq!(
        changes(&old, &of("https://h/v2", &["/a", "/b"])),
        ["api | server | both server-changed | \"https://h/v1\" → \"https://h/v2\" | risk ok"]
    );
}

#[test]
fn schemas_in_other_keywords_are_compared() {
    let string = "{type: string}";
    let integer = "{type: integer}";
    for (of, place) in [
        ("{type: object, patternProperties: {'^x': SCHEMA}}", "$<patternProperties \"^x\">"),
        ("{type: array, prefixItems: [{}, SCHEMA]}", "$<prefixItems \"1\">"),
        ("{type: array, contains: SCHEMA}", "$<contains>"),
        ("{type: array, unevaluatedItems: SCHEMA}", "$<unevaluatedItems>"),
        ("{type: object, unevaluatedProperties: SCHEMA}", "$<unevaluatedProperties>"),
        ("{type: object, dependentSchemas: {a: SCHEMA}}", "$<dependentSchemas \"a\">"),
        ("{type: string, contentSchema: SCHEMA}", "$<contentSchema>"),
        ("{if: {minLength: 1}, then: SCHEMA}", "$<then>"),
    ] {
        let [old, new] = [string, integer].map(|schema| of.replace("SCHEMA", schema));
        let expected = format!(
            "response 200 application/json {place} | response type-changed | string → integer \
             | loss break"
        );
        check_received(&old, &new, &[&expected]);
        // Prose isn't on the wire.
        check_received(&old, &of.replace("SCHEMA", "{type: string, description: d}"), &[]);
    }
    check_received(
        "{if: {type: string}, then: {minLength: 1}}",
        "{if: {type: integer}, then: {minLength: 1}}",
        &["response 200 application/json $<if> | response keyword-changed | string → integer \
           | risk risk"],
    );
    let items = |schema: &str| {
        format!(
            "responses: {{'200': {{content: {{application/jsonl: {{itemSchema: {schema}}}}}}}}}"
        )
    };
    check(
        "3.2.0",
        &items(string),
        &items(integer),
        &["response 200 application/jsonl $[] | response type-changed | string → integer \
           | loss break"],
    );
}

#[test]
fn subtypes_are_found_without_a_reference() {
    let spec = |mapping: &str, kind: &str| {
        parsed(&format!(
            "openapi: 3.0.3
paths: {{/a: {{get: {{responses: {{'200': {{content: {{application/json: {{schema: {{$ref: \
             '#/components/schemas/Base'}}}}}}}}}}}}}}}}
components:
  schemas:
    Base: {{type: object, properties: {{t: {{type: string}}}}, discriminator: {{propertyName: t{mapping}}}}}
    Sub: {{allOf: [{{$ref: '#/components/schemas/Base'}}, {{type: object, properties: {{x: {{type: {kind}}}}}}}]}}
"
        ))
    };
    for (mapping, value) in [
        ("", "Sub"),
        (", mapping: {a: '#/components/schemas/Sub'}", "a"),
        (", mapping: {a: Sub}", "a"),
    ] {
        let expected = format!(
            "GET /a | response 200 application/json $<subtype \"{value}\">.x | response type-changed \
             | string → integer | loss break"
        );
        assert_eq!(changes(&spec(mapping, "string"), &spec(mapping, "integer")), [expected]);
    }
}

#[test]
fn what_the_api_calls_is_compared_in_its_direction() {
    let webhook = |schema: &str| {
        parsed(&format!(
            "openapi: 3.1.0\npaths: {{/a: {{get: {{}}}}}}\nwebhooks: {{done: {{post: {{{}}}}}}}\n",
            request(&format!("{{type: object, properties: {{id: {schema}}}}}"))
        ))
    };
    assert_eq!(
        changes(&webhook("{type: string}"), &webhook("{type: integer}")),
        ["POST \"webhook done\" | request application/json $.id | response type-changed | string \
          → integer | loss break"]
    );
    let callback = |schema: &str| {
        format!(
            "callbacks: {{done: {{'{{$request.body#/url}}': {{post: {{{}}}}}}}}}",
            request(schema)
        )
    };
    let [from, to] = ["{type: string}", "{type: integer}"].map(|schema| {
        parsed(&format!("openapi: 3.1.0\npaths: {{/a: {{post: {{{}}}}}}}\n", callback(schema)))
    });
    assert_eq!(
        changes(&from, &to),
        ["POST \"/a callback done {}\" | request application/json $ | response type-changed | \
          string → integer | loss break"]
    );
}
