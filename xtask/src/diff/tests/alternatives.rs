//! `oneOf`, `anyOf` and `not`: branches are paired by their content.

use super::cases::check_received;
use super::*;

const A: &str = "{$ref: '#/components/schemas/A'}";
const B: &str = "{$ref: '#/components/schemas/B'}";

fn one_of(branches: &[&str]) -> String {
    format!("{{oneOf: [{}]}}", branches.join(", "))
}

#[test]
fn the_order_of_branches_does_not_count() {
    check_schemas(&one_of(&[A, B]), &one_of(&[B, A]), &[]);
    check_schemas(A, &one_of(&[A]), &[]);
    check_schemas(&one_of(&[A, B, A]), &one_of(&[A, A, B]), &[]);
}

#[test]
fn branches_are_added_and_removed() {
    let string = "{type: string}";
    check_schemas(
        &one_of(&[A, B]),
        &one_of(&[string, B, A]),
        &["$<oneOf 2> | alternative-added | added string | ok risk"],
    );
    check_schemas(
        &one_of(&[A, string, B]),
        &one_of(&[B, A]),
        &["$<oneOf 2> | alternative-removed | removed string | break break"],
    );
    check_schemas(
        &one_of(&[A, B]),
        &one_of(&[A, string]),
        &[
            "$<oneOf 1> | alternative-added | added string | ok risk",
            "$<oneOf 1> | alternative-removed | removed object, 1 property | break break",
        ],
    );
    // Similar branches are one that changed.
    check_schemas(
        &one_of(&["{type: string, maxLength: 3}", A]),
        &one_of(&[A, "{type: string, maxLength: 3, minLength: 1}"]),
        &["$<oneOf 0> | bound-tightened | added minLength 1 | break ok"],
    );
}

#[test]
fn one_schema_becomes_one_of_several() {
    check_schemas(
        A,
        &one_of(&[A, B]),
        &["$<oneOf 1> | alternative-added | added object, 1 property | ok risk"],
    );
    check_schemas(
        &one_of(&[A, B]),
        B,
        &["$<oneOf 0> | alternative-removed | removed object, 1 property | break break"],
    );
    check_schemas(
        "{type: string}",
        &one_of(&[A, B]),
        &["$ | type-changed | string → 2 alternatives, 2 properties | break break"],
    );
    check_schemas(
        "{type: string}",
        "{oneOf: [{type: string}, {type: integer}, {type: 'null'}]}",
        &[
            "$ | nullable-added | added nullable | ok ok",
            "$ | type-widened | string → integer|string | ok break",
        ],
    );
}

#[test]
fn alternatives_as_a_whole() {
    let either = "anyOf: [{required: [a]}, {required: [b]}]";
    check_schemas(
        "{type: object}",
        &format!("{{type: object, {either}}}"),
        &["$ | alternatives-added | added 2 alternatives, 2 properties | break break"],
    );
    check_schemas(
        &format!("{{type: object, {either}}}"),
        "{type: object}",
        &["$ | alternatives-removed | removed 2 alternatives, 2 properties | ok break"],
    );
    check_schemas(
        &one_of(&[A, B]),
        &format!("{{anyOf: [{A}, {B}]}}"),
        &["$ | alternatives-changed | oneOf → anyOf | risk risk"],
    );
    // Only one of two groups changed.
    check_schemas(
        &format!(
            "{{allOf: [{}, {{oneOf: [{{minLength: 1}}, {{maxLength: 9}}]}}]}}",
            one_of(&[A, B])
        ),
        &format!(
            "{{allOf: [{}, {{oneOf: [{{minLength: 2}}, {{maxLength: 9}}]}}]}}",
            one_of(&[A, B])
        ),
        &[
            "$<oneOf 1> | alternative-added | added minLength 2 | ok risk",
            "$<oneOf 1> | alternative-removed | removed minLength 1 | break break",
        ],
    );
}

#[test]
fn an_excluded_schema_is_one_change() {
    check_schemas(
        "{type: string}",
        "{type: string, not: {enum: [a]}}",
        &["$<not 0> | not-changed | added string, 1 value | risk ok"],
    );
    check_schemas(
        "{not: {enum: [a]}}",
        "{not: {enum: [a, b]}}",
        &["$<not 0> | not-changed | string, 1 value → string, 2 values | risk ok"],
    );
    check_schemas(
        "{type: string, not: {enum: [a]}}",
        "{type: string}",
        &["$<not 0> | constraint-removed | removed string, 1 value | ok ok"],
    );
    check_received(
        "{type: string, not: {enum: [a]}}",
        "{type: string}",
        &[
            "response 200 application/json $<not 0> | response constraint-removed | removed string, \
           1 value | ok ok",
        ],
    );
    let object = "type: object, properties: {a: {type: string}}";
    check_received(
        &format!("{{{object}}}"),
        &format!("{{not: {{{object}}}}}"),
        &[
            "response 200 application/json $ | response type-removed | object → any | loss break",
            "response 200 application/json $.a | response property-removed | removed string \
             | loss break",
            "response 200 application/json $<not 0> | response not-changed | added object, \
             1 property | ok ok",
        ],
    );
    check_schemas(
        &format!("{{type: object, not: {{{object}}}}}"),
        &format!("{{type: object, deprecated: true, not: {{{object}}}}}"),
        &["$ | deprecated | added deprecated | risk ok"],
    );
}

#[test]
fn a_discriminator_distinguishes_branches() {
    let selected_by = |property: &str, first: &str| {
        format!(
            "{{oneOf: [{A}, {B}], discriminator: {{propertyName: {property}, mapping: \
             {{{first}: '#/components/schemas/A', y: '#/components/schemas/B'}}}}}}"
        )
    };
    check_schemas(
        &selected_by("k", "x"),
        &selected_by("l", "x"),
        &["$ | discriminator-changed | k → l | break break"],
    );
    check_schemas(
        &selected_by("k", "x"),
        &selected_by("k", "z"),
        &[
            "$<oneOf 1> | mapping-added | added \"z\" | ok risk",
            "$<oneOf 1> | mapping-removed | removed \"x\" | break risk",
        ],
    );
    check_schemas(
        A,
        &format!("{{oneOf: [{A}, {{type: string}}], discriminator: {{propertyName: k}}}}"),
        &[
            "$ | discriminator-changed | added k | break break",
            "$<oneOf 0> | alternative-added | added string | ok risk",
            "$<oneOf 1> | mapping-added | added \"A\" | ok risk",
        ],
    );
}

#[test]
fn a_subtype_is_another_alternative() {
    let of = |more: &str| {
        format!(
            "{{type: object, discriminator: {{propertyName: k, mapping: {{a: \
             '#/components/schemas/A'{more}}}}}}}"
        )
    };
    check_schemas(
        &of(""),
        &of(", b: '#/components/schemas/B'"),
        &["$<subtype \"b\"> | alternative-added | added object, 1 property | ok risk"],
    );
}

#[test]
fn a_branch_is_matched_by_its_mapping() {
    // By similarity the two values would be swapped.
    let of = |x: &str, y: &str| {
        format!(
            "{{oneOf: [{{$ref: '#/components/schemas/{x}'}}, {{$ref: '#/components/schemas/{y}'}}], \
             discriminator: {{propertyName: k, mapping: {{x: '#/components/schemas/{x}', \
             y: '#/components/schemas/{y}'}}}}}}"
        )
    };
    check_schemas(
        &of("C", "D"),
        &of("D", "C"),
        &[
            "$<oneOf 0>.c | property-removed | removed string | risk break",
            "$<oneOf 0>.d | property-removed | removed string | risk break",
            "$<oneOf 0>.e | property-removed | removed string | risk break",
            "$<oneOf 0>.f | property-added | added string | ok ok",
            "$<oneOf 1>.c | property-added | added string | ok ok",
            "$<oneOf 1>.d | property-added | added string | ok ok",
            "$<oneOf 1>.e | property-added | added string | ok ok",
            "$<oneOf 1>.f | property-removed | removed string | risk break",
        ],
    );
}
