//! The lines of schemas: keywords, merged parts, recursion.

use super::*;

/// Returns a spec with one schema in a request, which can refer to itself as `T`.
pub(super) fn with_schema(schema: &str) -> String {
    format!(
        "openapi: 3.0.3\npaths:\n  /x:\n    post:\n      requestBody:\n        content:\n          \
         a/b:\n            schema: {{$ref: '#/components/schemas/T'}}\n\
         components: {{schemas: {{T: {schema}, U: {{type: string}}, V: {{type: integer}}}}}}\n"
    )
}

fn schema_lines(text: &str) -> Vec<String> {
    let text = surface(text).to_string();
    let lines = text.lines().filter_map(|line| line.strip_prefix("POST /x request a/b "));
    lines.map(str::to_owned).collect()
}

#[track_caller]
fn check_schema(schema: &str, expected: &[&str]) {
    assert_eq!(schema_lines(&with_schema(schema)), expected, "{schema}");
}

#[track_caller]
fn check_new_schema(schema: &str, expected: &[&str]) {
    let text = with_schema(schema).replace("openapi: 3.0.3", "openapi: 3.1.0");
    assert_eq!(schema_lines(&text), expected, "{schema}");
}

#[test]
fn every_keyword_has_a_line() {
    for (schema, expected) in [
        ("{}", &["$ any"][..]),
        ("{type: string, format: date-time}", &["$ format date-time", "$ type string"]),
        ("{nullable: true}", &["$ nullable"]),
        ("{enum: ['1', 1, 1.5, null]}", &["$ enum \"1\"", "$ enum 1", "$ enum 1.5", "$ enum null"]),
        ("{default: {a: [1.0]}}", &["$ default {\"a\":[1]}"]),
        ("{minimum: 1, maximum: 2.5}", &["$ maximum 2.5", "$ minimum 1"]),
        (
            "{minimum: 1, exclusiveMinimum: true, maximum: 2, exclusiveMaximum: true}",
            &["$ exclusiveMaximum 2", "$ exclusiveMinimum 1"],
        ),
        ("{minimum: 1, exclusiveMinimum: false}", &["$ minimum 1"]),
        ("{minLength: 1, maxLength: 2}", &["$ maxLength 2", "$ minLength 1"]),
        ("{minItems: 1, maxItems: 0}", &["$ maxItems 0", "$ minItems 1"]),
        ("{minProperties: 1, maxProperties: 2}", &["$ maxProperties 2", "$ minProperties 1"]),
        ("{uniqueItems: true, multipleOf: 2}", &["$ multipleOf 2", "$ uniqueItems"]),
        ("{pattern: '^\"a b'}", &["$ pattern \"^\\\"a b\""]),
        ("{additionalProperties: false}", &["$ additionalProperties false"]),
        ("{additionalProperties: true}", &["$ any"]),
        ("{additionalProperties: {type: string}}", &["${} type string"]),
        ("{type: array, items: {}}", &["$ type array"]),
        ("{type: array, items: {type: string}}", &["$ type array", "$[] type string"]),
        ("{deprecated: true, readOnly: true}", &["$ deprecated", "$ readOnly"]),
        ("{writeOnly: true, minLength: 0}", &["$ writeOnly"]),
        ("{properties: {a: {}}, required: [a]}", &["$.a any", "$.a required"]),
        ("{required: [a]}", &["$.a any", "$.a required"]),
        ("{not: {type: string}}", &["$<not 0> type string"]),
        ("{oneOf: [{type: string}, {}]}", &["$<oneOf 0> any", "$<oneOf 1> type string"]),
        ("{anyOf: [{type: string}, {}]}", &["$<anyOf 0> any", "$<anyOf 1> type string"]),
        ("{oneOf: [{format: a}, {format: a}]}", &["$<oneOf 0> format a", "$<oneOf 1> format a"]),
        ("{discriminator: {propertyName: k}}", &["$ discriminator k"]),
        (
            "{discriminator: {propertyName: k, mapping: {a: U, c: W}}, oneOf: [{$ref: \
             '#/components/schemas/U'}, {$ref: '#/components/schemas/V'}]}",
            &[
                "$ discriminator k",
                "$ mapping \"c\"",
                "$<oneOf 0> mapping \"V\"",
                "$<oneOf 0> type integer",
                "$<oneOf 1> mapping \"a\"",
                "$<oneOf 1> type string",
            ],
        ),
        ("{xml: {name: a}}", &["$ xml {\"name\":\"a\"}"]),
    ] {
        check_schema(schema, expected);
    }
}

#[test]
fn an_enum_with_its_type_alone_is_open() {
    let open = ["$ enum \"a\"", "$ open", "$ type string"];
    for schema in [
        "{anyOf: [{type: string, enum: [a]}, {type: string}]}",
        "{anyOf: [{type: string, description: Any.}, {type: string, enum: [a]}]}",
        "{description: A., anyOf: [{type: string, enum: [a]}, {$ref: '#/components/schemas/U'}]}",
        "{allOf: [{anyOf: [{type: string, enum: [a]}, {type: string}]}]}",
    ] {
        check_schema(schema, &open);
    }
    check_new_schema(
        "{anyOf: [{type: string, const: a}, {type: string}, {type: 'null'}]}",
        &["$ enum \"a\"", "$ nullable", "$ open", "$ type string"],
    );
    // Another limit, another type, or the same set closed elsewhere.
    check_schema(
        "{anyOf: [{type: string, enum: [a]}, {type: string, maxLength: 3}]}",
        &[
            "$<anyOf 0> enum \"a\"",
            "$<anyOf 0> type string",
            "$<anyOf 1> maxLength 3",
            "$<anyOf 1> type string",
        ],
    );
    check_schema(
        "{anyOf: [{type: string, enum: [a]}, {type: integer}]}",
        &["$<anyOf 0> enum \"a\"", "$<anyOf 0> type string", "$<anyOf 1> type integer"],
    );
    let closed = "{enum: [a], anyOf: [{type: string, enum: [a]}, {type: string}]}";
    assert!(!schema_lines(&with_schema(closed)).contains(&"$ open".to_owned()));
}

#[test]
fn parts_of_all_of_are_merged() {
    for (parts, expected) in [
        ("{minimum: 1}, {minimum: 3}, {minimum: 2}", &["$ minimum 3"][..]),
        ("{maximum: 1}, {maximum: 3}", &["$ maximum 1"]),
        ("{minimum: 5}, {minimum: 1, exclusiveMinimum: false}", &["$ minimum 5"]),
        ("{minLength: 1}, {minLength: 0}", &["$ minLength 1"]),
        ("{enum: [a, b]}, {enum: [b, c]}", &["$ enum \"b\""]),
        ("{enum: [a]}, {enum: [b]}, {enum: [a]}", &["$ never"]),
        ("{format: a}, {format: b}", &["$ format a", "$ format b"]),
        ("{nullable: true}, {nullable: false, type: string}", &["$ nullable", "$ type string"]),
        (
            "{properties: {a: {type: string}}}, {properties: {a: {format: f}}, required: [a]}",
            &["$.a format f", "$.a required", "$.a type string"],
        ),
        (
            "{oneOf: [{format: a}, {format: b}]}, {oneOf: [{format: c}, {format: d}]}",
            &[
                "$<oneOf 0> format a",
                "$<oneOf 1.0> format c",
                "$<oneOf 1.1> format d",
                "$<oneOf 1> format b",
            ],
        ),
        ("{oneOf: [{format: a}]}", &["$ format a"]),
        ("{$ref: '#/components/schemas/T'}, {format: a}", &["$ format a"]),
    ] {
        check_schema(&format!("{{allOf: [{parts}]}}"), expected);
    }
}

#[test]
fn schemas_of_openapi_3_1_have_the_same_lines() {
    check_new_schema("{type: [string, 'null']}", &["$ nullable", "$ type string"]);
    check_new_schema("{type: [string, integer]}", &["$ type integer|string"]);
    check_new_schema("{type: 'null'}", &["$ type null"]);
    check_new_schema("{anyOf: [{type: string}, {type: 'null'}]}", &["$ nullable", "$ type string"]);
    check_new_schema("{exclusiveMinimum: 1, minimum: 0}", &["$ exclusiveMinimum 1"]);
    check_new_schema("{exclusiveMaximum: 1, maximum: 0}", &["$ maximum 0"]);
    check_new_schema("{const: a}", &["$ enum \"a\""]);
    check_new_schema("{properties: {a: true, b: false}}", &["$.a any", "$.b never"]);
    let sibling = "{properties: {a: {$ref: '#/components/schemas/U', minLength: 1}}}";
    check_new_schema(sibling, &["$.a minLength 1", "$.a type string"]);
    check_schema(sibling, &["$.a type string"]);
}

#[test]
fn recursion_returns_to_its_start() {
    let reference = "$ref: '#/components/schemas/T'";
    check_schema(
        &format!("{{type: object, properties: {{next: {{{reference}}}}}}}"),
        &["$ type object", "$.next returns $"],
    );
    // The same, written out two levels deep.
    check_schema(
        &format!(
            "{{type: object, properties: {{next: {{type: object, properties: {{next: \
             {{{reference}}}}}}}}}}}"
        ),
        &["$ type object", "$.next returns $"],
    );
    // A place with another keyword has another schema.
    check_schema(
        &format!(
            "{{type: object, properties: {{next: {{nullable: true, allOf: [{{{reference}}}]}}}}}}"
        ),
        &["$ type object", "$.next nullable", "$.next type object", "$.next.next returns $.next"],
    );
    check_schema(
        &format!("{{oneOf: [{{type: string}}, {{type: array, items: {{{reference}}}}}]}}"),
        &["$<oneOf 0> type array", "$<oneOf 0>[] returns $", "$<oneOf 1> type string"],
    );
    // The same, written out one level deep, with the inner branches in the other order.
    check_schema(
        &format!(
            "{{oneOf: [{{type: string}}, {{type: array, items: {{oneOf: [{{type: array, items: \
             {{{reference}}}}}, {{type: string}}]}}}}]}}"
        ),
        &["$<oneOf 0> type array", "$<oneOf 0>[] returns $", "$<oneOf 1> type string"],
    );
}

#[test]
fn endless_schemas_are_errors() {
    let double = |levels: usize| {
        let schemas: Vec<String> = (0..levels)
            .map(|level| {
                let next = format!("{{$ref: '#/components/schemas/T{}'}}", level + 1);
                format!("T{level}: {{properties: {{a: {next}, b: {next}}}}}")
            })
            .collect();
        format!(
            "openapi: 3.0.3\npaths: {{/x: {{get: {{parameters: [{{name: a, in: query, schema: \
             {{$ref: '#/components/schemas/T0'}}}}]}}}}}}\n\
             components: {{schemas: {{{}, T{levels}: {{type: string}}}}}}\n",
            schemas.join(", ")
        )
    };
    assert_eq!(surface(&double(8)).lines.len(), 2 + 256);
    let error = "written out, the schemas are nested more than 200 deep or are more than 200000";
    for levels in [40, 300, 3000] {
        let document = Document::parse("spec.yaml", double(levels)).unwrap();
        let found = Surface::of(&document).unwrap_err();
        assert!(found.starts_with("spec.yaml:") && found.contains(error), "{found}");
    }
}
