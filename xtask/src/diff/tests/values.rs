//! Sets of values and types, which can be written as lists or as alternatives.

use super::cases::check_received;
use super::*;

#[test]
fn a_set_of_values_can_be_written_in_several_ways() {
    for (old, new) in [
        (
            "{anyOf: [{type: string, enum: [a, b]}, {type: 'null'}]}",
            "{type: [string, 'null'], enum: [a, b, null]}",
        ),
        ("{enum: [a, b, null]}", "{anyOf: [{enum: [a, b]}, {type: 'null'}]}"),
        ("{type: [string, integer]}", "{oneOf: [{type: string}, {type: integer}]}"),
        (
            "{type: string, enum: [a, b]}",
            "{oneOf: [{const: a, type: string, title: A}, {const: b, type: string}]}",
        ),
        ("{enum: [a, b]}", "{anyOf: [{const: a}, {const: b}]}"),
        ("{enum: [a, b]}", "{type: string, enum: [a, b]}"),
        ("{enum: [1, a]}", "{type: [string, integer], enum: [a, 1]}"),
        ("{type: string, pattern: '.*'}", "{type: string}"),
        ("{type: integer, exclusiveMinimum: 0}", "{type: integer, minimum: 1}"),
        ("{type: integer, exclusiveMaximum: 10}", "{type: integer, maximum: 9}"),
        ("{type: string}", "{type: string, nullable: true}"),
        // Other values and types, and what a schema says beside its alternatives.
        ("{enum: [null]}", "{type: 'null', enum: [null]}"),
        ("{enum: [1.5]}", "{type: number, enum: [1.5]}"),
        ("{type: [string, number]}", "{anyOf: [{type: string}, {type: number}]}"),
        (
            "{type: [integer, number], enum: [1, 1.5]}",
            "{anyOf: [{type: integer, enum: [1]}, {type: number, enum: [1.5]}]}",
        ),
        (
            "{type: string, enum: [a, b]}",
            "{type: string, oneOf: [{type: string, enum: [a]}, {type: string, enum: [b]}]}",
        ),
        (
            "{type: string, enum: [a, b]}",
            "{type: string, enum: [a, b], anyOf: [{type: string}, {type: string}]}",
        ),
        (
            "{type: string, enum: [a, b]}",
            "{anyOf: [{type: string, enum: [a, b]}, {type: string, enum: [b]}]}",
        ),
    ] {
        check_received(old, new, &[]);
        check_received(new, old, &[]);
    }
}

#[test]
fn another_set_of_values_is_reported() {
    check_received(
        "{type: number, exclusiveMinimum: 0}",
        "{type: number, minimum: 1}",
        &["response 200 application/json $ | response bound-tightened | exclusiveMinimum 0 → \
           minimum 1 | ok ok"],
    );
    check_received(
        "{oneOf: [{type: string}, {type: integer}]}",
        "{type: [string, boolean]}",
        &["response 200 application/json $ | response type-changed | integer|string → \
           boolean|string | loss break"],
    );
    check_received(
        "{oneOf: [{const: a}, {const: b}]}",
        "{enum: [a, c]}",
        &[
            "response 200 application/json $ | response enum-value-added | added \"c\" | ok ok",
            "response 200 application/json $ | response enum-value-removed | removed \"b\" \
             | ok break",
        ],
    );
}

#[test]
fn alternatives_that_limit_a_list_of_values_are_reported() {
    check_schemas(
        "{type: string, enum: [a, b, c]}",
        "{type: string, enum: [a, b, c], anyOf: [{enum: [a]}, {enum: [b]}]}",
        &["$ | alternatives-added | added 2 alternatives | break break"],
    );
}

#[test]
fn values_beside_their_type_are_another_alternative() {
    for (kind, value) in [("integer", "1"), ("string", "a")] {
        check_schemas(
            &format!("{{type: {kind}, enum: [{value}]}}"),
            &format!("{{anyOf: [{{enum: [{value}]}}, {{type: {kind}}}]}}"),
            &[&format!("$<anyOf 1> | alternative-added | added {kind} | ok risk")],
        );
    }
}

/// Checks that two schemas aren't taken for the same, whichever is the old one.
#[track_caller]
fn check_differ(old: &str, new: &str) {
    let sides = [old, new].map(with_body);
    for [from, to] in [[0, 1], [1, 0]] {
        let lines = changes(&sides[from], &sides[to]);
        assert!(!lines.is_empty(), "nothing differs between {old} and {new}");
    }
}

#[test]
fn any_value_is_more_than_each_type() {
    check_differ("{type: string}", "{anyOf: [{type: string}, {}]}");
}

#[test]
fn a_value_that_fits_two_alternatives_is_none_of_exactly_one() {
    check_differ(
        "{type: string, enum: [a, b]}",
        "{oneOf: [{type: string, enum: [a, b]}, {type: string, enum: [b]}]}",
    );
    check_differ("{type: [integer, number]}", "{oneOf: [{type: integer}, {type: number}]}");
}
