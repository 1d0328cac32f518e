//! Changes of schemas that have no place in the project's own spec.

use super::*;

#[test]
fn other_keywords_change_with_the_type() {
    check_schemas(
        "{type: string, format: date, maxLength: 3, enum: [a, b]}",
        "{type: [integer, 'null'], minimum: 1}",
        &[
            "$ | nullable-added | added nullable | ok ok",
            "$ | type-changed | string, format date, maxLength 3, 2 values → integer, nullable, minimum 1 \
             | break break",
        ],
    );
    check_schemas(
        "{type: integer, format: int64, minimum: 1}",
        "{type: number, format: double, minimum: 2}",
        &[
            "$ | bound-tightened | minimum 1 → minimum 2 | break ok",
            "$ | type-widened | integer, format int64 → number, format double | ok break",
        ],
    );
    check_schemas(
        "{type: [string, integer]}",
        "{type: string}",
        &["$ | type-narrowed | integer|string → string | break break"],
    );
    check_schemas(
        "{}",
        "{type: object, properties: {a: {type: string}, b: {}}}",
        &["$ | type-added | any → object, 2 properties | break break"],
    );
    // Keywords on both sides are compared.
    check_schemas(
        "{minLength: 3}",
        "{type: string, minLength: 3}",
        &["$ | type-added | any → string | break break"],
    );
    check_schemas(
        "{properties: {a: {}}}",
        "{properties: {a: false}}",
        &["$.a | type-added | any → never | break break"],
    );
}

#[test]
fn a_schema_without_a_type_can_say_something_else() {
    for (keyword, added, removed) in [
        (
            "deprecated: true",
            "deprecated | added deprecated | risk ok",
            "reinstated | removed deprecated | ok ok",
        ),
        (
            "minLength: 3",
            "bound-tightened | added minLength 3 | break ok",
            "bound-loosened | removed minLength 3 | ok ok",
        ),
    ] {
        let schema = format!("{{{keyword}}}");
        check_schemas("{}", &schema, &[&format!("$ | {added}")]);
        check_schemas(&schema, "{}", &[&format!("$ | {removed}")]);
    }
}

#[test]
fn what_becomes_required_and_nullable_was_optional() {
    check_schemas(
        "{type: object, properties: {a: {type: string}}}",
        "{type: object, required: [a], properties: {a: {type: [string, 'null']}}}",
        &[
            "$.a | became-required | added required | break break",
            "$.a | nullable-added | added nullable | ok ok",
        ],
    );
}

#[test]
fn enums_are_opened_and_closed() {
    let closed = "{type: string, enum: [a]}";
    let open = "{anyOf: [{type: string, enum: [a]}, {type: string}]}";
    check_schemas(closed, open, &["$ | enum-opened | added open | ok risk"]);
    check_schemas(open, closed, &["$ | enum-closed | removed open | risk break"]);
    let more = "{anyOf: [{type: string, enum: [a, b]}, {type: string}]}";
    check_schemas(open, more, &["$ | enum-value-added | added \"b\" | ok ok"]);
    check_schemas("{type: string}", open, &["$ | enum-added | added \"a\" | break break"]);
}

#[test]
fn bounds_are_tightened_or_loosened() {
    for (old, new, expected) in [
        ("maximum: 5", "maximum: 4", "bound-tightened | maximum 5 → maximum 4 | break ok"),
        ("maximum: 4", "maximum: 5", "bound-loosened | maximum 4 → maximum 5 | ok ok"),
        (
            "exclusiveMaximum: 5",
            "maximum: 5",
            "bound-loosened | exclusiveMaximum 5 → maximum 5 | ok ok",
        ),
        ("maxItems: 9", "maxItems: 10", "bound-loosened | maxItems 9 → maxItems 10 | ok ok"),
        (
            "minProperties: 1",
            "minProperties: 2",
            "bound-tightened | minProperties 1 → minProperties 2 | break ok",
        ),
        (
            "multipleOf: 2",
            "multipleOf: 3",
            "constraint-changed | multipleOf 2 → multipleOf 3 | risk ok",
        ),
        ("pattern: a", "pattern: b", "pattern-changed | \"a\" → \"b\" | risk risk"),
        (
            "contentEncoding: a",
            "contentEncoding: b",
            "keyword-changed | contentEncoding \"a\" → contentEncoding \"b\" | risk risk",
        ),
    ] {
        check_schemas(&format!("{{{old}}}"), &format!("{{{new}}}"), &[&format!("$ | {expected}")]);
    }
}

#[test]
fn unlisted_properties_are_any_none_or_a_schema() {
    let map = |values: &str| format!("{{type: object, additionalProperties: {values}}}");
    let allowed = "additional-properties-allowed";
    let forbidden = "additional-properties-forbidden";
    for (old, new, expected) in [
        ("true", "false", format!("$ | {forbidden} | any → none | break ok")),
        ("false", "{type: string}", format!("$ | {allowed} | none → string | ok ok")),
        ("{type: string}", "false", format!("$ | {forbidden} | string → none | break ok")),
        ("true", "{type: string}", "${} | type-added | any → string | break break".to_owned()),
        (
            "{type: string}",
            "{type: integer}",
            "${} | type-changed | string → integer | break break".to_owned(),
        ),
    ] {
        check_schemas(&map(old), &map(new), &[&expected]);
    }
}

#[test]
fn recursion_is_followed_on_both_sides() {
    let node = "{$ref: '#/components/schemas/N'}";
    check_schemas(node, node, &[]);
    // The same, written out one level deep.
    check_schemas(node, &format!("{{type: object, properties: {{n: {node}}}}}"), &[]);
    check_schemas(
        node,
        "{type: object, properties: {n: {type: object}}}",
        &["$.n.n | property-removed | removed object, 1 property | risk break"],
    );
    check_schemas(
        &format!("{{type: object, properties: {{a: {node}}}}}"),
        &format!("{{type: object, required: [a], properties: {{a: {node}}}}}"),
        &["$.a | became-required | added required | break break"],
    );
}

#[test]
fn types_that_contradict_each_other_admit_nothing() {
    check_schemas(
        "{type: string}",
        "{allOf: [{type: string}, {type: integer}]}",
        &["$ | type-narrowed | string → never | break break"],
    );
    check_schemas(
        "{type: number}",
        "{allOf: [{type: number}, {type: [integer, string]}]}",
        &["$ | type-narrowed | number → integer | break break"],
    );
}

#[test]
fn bounds_keep_all_their_digits() {
    for (old, new, rule) in [
        ("9223372036854775807", "9223372036854775806", "bound-tightened"),
        ("9007199254740993", "9007199254740994", "bound-loosened"),
    ] {
        let of = |maximum: &str| format!("{{type: integer, maximum: {maximum}}}");
        let verdict = if rule == "bound-tightened" { "break ok" } else { "ok ok" };
        let expected = format!("$ | {rule} | maximum {old} → maximum {new} | {verdict}");
        check_schemas(&of(old), &of(new), &[&expected]);
    }
}
