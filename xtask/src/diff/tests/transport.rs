//! Changes outside of schemas: addresses, authentication, media types, and values that are written
//! as texts.

use super::*;

/// Compares two specs that are given by their paths and by what stands beside them.
#[track_caller]
fn check(old: (&str, &str), new: (&str, &str), expected: &[&str]) {
    let [from, to] = [old, new].map(|(paths, beside)| {
        parsed(&format!("openapi: 3.1.0\npaths: {{{paths}}}\n{beside}\n{SCHEMES}"))
    });
    assert_eq!(changes(&from, &to), expected, "{old:?} → {new:?}");
}

const SCHEMES: &str = "components: {securitySchemes: {
  k: {type: apiKey, in: header, name: k}, b: {type: http, scheme: bearer},
  o: {type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://t', scopes: {r: R, w: W}}}}}}";
const GET: &str = "/a: {get: {operationId: a}}";

/// Compares two lists of ways to authenticate.
#[track_caller]
fn check_security(old: &str, new: &str, expected: &str) {
    let [old, new] = [old, new].map(|ways| format!("security: {ways}"));
    let expected = [format!("GET /a | security | request {expected}")];
    check((GET, &old), (GET, &new), &[expected[0].as_str()]);
}

#[test]
fn what_was_enough_to_authenticate_may_still_be() {
    let all = "[\"oauth2 r w\"] → [\"oauth2 w\"]";
    check_security("[{o: [r, w]}]", "[{o: [w]}]", &format!("security-loosened | {all} | ok ok"));
    check_security(
        "[{o: [w]}]",
        "[{o: [r, w]}]",
        "security-changed | [\"oauth2 w\"] → [\"oauth2 r w\"] | break ok",
    );
    let key = "[\"apiKey header k\"]";
    check_security(
        "[{k: [], b: []}]",
        "[{k: []}]",
        &format!("security-loosened | [\"apiKey header k\",\"http bearer\"] → {key} | ok ok"),
    );
    check_security(
        "[{k: []}]",
        "[{b: []}, {}]",
        &format!("security-loosened | {key} → [\"http bearer\"] or [] | ok ok"),
    );
    check(
        (GET, "security: [{k: []}, {b: []}]"),
        (GET, "security: [{k: []}, {o: []}]"),
        &[
            "GET /a | security | request security-alternative-added | added [\"oauth2\"] | ok ok",
            "GET /a | security | request security-alternative-removed | removed [\"http bearer\"] \
             | risk ok",
        ],
    );
    // One of two still suffices.
    check(
        (GET, "security: [{k: [], b: []}, {o: []}]"),
        (GET, "security: [{k: []}]"),
        &[
            &format!(
                "GET /a | security | request security-alternative-added | added {key} | ok ok"
            ),
            "GET /a | security | request security-alternative-removed | removed [\"oauth2\"] \
             | risk ok",
            "GET /a | security | request security-loosened | removed \
             [\"apiKey header k\",\"http bearer\"] | ok ok",
        ],
    );
}

#[test]
fn the_servers_of_an_operation_take_the_place_of_those_of_the_api() {
    let servers = |url: &str| format!("servers: [{{url: '{url}'}}]");
    let own = |url: &str| format!("/a: {{get: {{operationId: a, {}}}}}", servers(url));
    let h = servers("https://h");
    let changed = "GET /a | server | both server-changed | \"https://h\" → \"https://u\" | risk ok";
    check((GET, &h), (&own("https://u"), &h), &[changed]);
    check(
        (&own("https://h"), ""),
        (GET, &servers("https://u/")),
        &[
            "api | server | both server-added | added \"https://u\" | ok ok",
            "GET /a | server | both server-changed | \"https://h\" → \"https://u\" | risk ok",
        ],
    );
    check((GET, &h), (&own("https://h/"), &h), &[]);
    check((GET, &servers("https://h/v1/")), (GET, &servers("https://h/v1")), &[]);
}

#[test]
fn another_method_is_another_address() {
    check(
        ("/a: {put: {operationId: a}}", ""),
        ("/a: {patch: {operationId: a}}", ""),
        &["PATCH /a | operation | both operation-moved | PUT /a → PATCH /a | break ok"],
    );
}

/// Compares the media types of a body: of the request, or of the response.
#[track_caller]
fn check_bodies(is_request: bool, old: &[&str], new: &[&str], expected: &[&str]) {
    let of = |names: &[&str]| {
        let types: Vec<String> =
            names.iter().map(|name| format!("'{name}': {{schema: {{type: string}}}}")).collect();
        let content = format!("content: {{{}}}", types.join(", "));
        match is_request {
            true => format!("/a: {{post: {{requestBody: {{{content}}}}}}}"),
            false => format!("/a: {{post: {{responses: {{'200': {{{content}}}}}}}}}"),
        }
    };
    check((&of(old), ""), (&of(new), ""), expected);
}

#[test]
fn a_range_of_media_types_covers_those_in_it() {
    check_bodies(
        true,
        &["application/json", "text/csv"],
        &["*/*"],
        &[
            "POST /a | request */* | request media-type-widened | application/json → */* | ok risk",
            "POST /a | request */* | request media-type-widened | text/csv → */* | ok risk",
        ],
    );
    check_bodies(
        true,
        &["text/*"],
        &["text/csv", "text/plain", "application/json"],
        &[
            "POST /a | request application/json | request media-type-added | added string | ok ok",
            "POST /a | request text/csv | request media-type-narrowed | text/* → text/csv \
             | risk risk",
            "POST /a | request text/plain | request media-type-narrowed | text/* → text/plain \
             | risk risk",
        ],
    );
    check_bodies(
        false,
        &["application/json"],
        &["application/*"],
        &["POST /a | response 200 application/* | response media-type-widened | \
             application/json → application/* | risk risk"],
    );
    // JSON under another name is read alike, and may not be sent alike.
    check_bodies(
        false,
        &["application/json"],
        &["application/problem+json"],
        &["POST /a | response 200 application/problem+json | response media-type-changed | \
           application/json → application/problem+json | risk ok"],
    );
    check_bodies(
        true,
        &["application/json"],
        &["application/merge-patch+json"],
        &[
            "POST /a | request application/json | request media-type-removed | removed string | \
             break break",
            "POST /a | request application/merge-patch+json | request media-type-added | added \
             string | ok ok",
        ],
    );
}

/// Compares the schemas of a parameter in the query, and those of a header of the response.
#[track_caller]
fn check_texts(old: &str, new: &str, [parameter, header]: [&str; 2]) {
    let of = |schema: &str| {
        format!(
            "/a: {{get: {{parameters: [{{name: q, in: query, schema: {schema}}}], responses: \
             {{'200': {{headers: {{X: {{schema: {schema}}}}}}}}}}}}}"
        )
    };
    let expected = [
        format!("GET /a | query q $ | request {parameter}"),
        format!("GET /a | response 200 header x $ | response {header}"),
    ];
    check((&of(old), ""), (&of(new), ""), &expected.each_ref().map(String::as_str));
}

#[test]
fn values_written_as_texts_are_texts() {
    check_texts(
        "{type: integer}",
        "{type: string}",
        ["type-widened | integer → string | ok break", "type-widened | integer → string | loss ok"],
    );
    check_texts(
        "{type: string}",
        "{type: boolean}",
        [
            "type-narrowed | string → boolean | break break",
            "type-narrowed | string → boolean | ok ok",
        ],
    );
    // A time isn't written like a number.
    check_texts(
        "{type: string, format: date-time}",
        "{type: integer}",
        [
            "type-changed | string, format date-time → integer | break break",
            "type-changed | string, format date-time → integer | loss ok",
        ],
    );
    // In JSON, numbers aren't texts.
    check_schemas(
        "{type: integer}",
        "{type: string}",
        &["$ | type-changed | integer → string | break break"],
    );
}

#[test]
fn a_list_of_one_is_written_like_one_value() {
    let in_any = |location: &str, more: &str, schema: &str| {
        format!(
            "/a: {{get: {{parameters: [{{name: q, in: {location}, {more}schema: {schema}}}]}}}}"
        )
    };
    let of = |more: &str, schema: &str| in_any("query", more, schema);
    let one = of("", "{type: string}");
    let became = "GET /a | query q | request parameter-became-list | string → array of string";
    check(
        (&one, ""),
        (&of("", "{type: array, items: {type: string, maxLength: 3}}"), ""),
        &[
            &format!("{became} | ok break"),
            "GET /a | query q $ | request bound-tightened | added maxLength 3 | break ok",
        ],
    );
    // In a header, the items of a list are in one text.
    for (location, more, schema) in [
        ("query", "explode: false, ", "{type: array, items: {type: string}}"),
        ("query", "", "{type: array, items: {type: string}, minItems: 2}"),
        ("header", "", "{type: array, items: {type: string}}"),
    ] {
        let [old, new] = [in_any(location, "", "{type: string}"), in_any(location, more, schema)]
            .map(|paths| parsed(&format!("openapi: 3.1.0\npaths: {{{paths}}}\n")));
        let lines = changes(&old, &new);
        assert!(lines.iter().any(|line| line.contains("type-changed")), "{lines:?}");
    }
}

#[test]
fn the_type_of_a_body_is_said_by_its_media_type() {
    let of = |name: &str| {
        format!("/a: {{get: {{responses: {{'200': {{headers: {{{name}: {{schema: {{}}}}}}}}}}}}}}")
    };
    check((&of("Content-Type"), ""), ("/a: {get: {responses: {'200': {}}}}", ""), &[]);
}

#[test]
fn variables_of_a_path_may_take_each_others_place() {
    let of = |path: &str| {
        let variables: Vec<String> = ["x", "y"]
            .map(|name| format!("{{name: {name}, in: path, required: true, schema: {{}}}}"))
            .into();
        format!("'{path}': {{get: {{parameters: [{}]}}}}", variables.join(", "))
    };
    let swapped = |position: u8, values: &str| {
        format!(
            "GET /a/{{}}/{{}} | path {position} | request path-parameters-swapped | {values} | \
             risk break"
        )
    };
    check(
        (&of("/a/{x}/{y}"), ""),
        (&of("/a/{y}/{x}"), ""),
        &[&swapped(0, "x → y"), &swapped(1, "y → x")],
    );
}
