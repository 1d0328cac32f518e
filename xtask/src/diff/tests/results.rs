//! The envelope's result, which methods return.

use super::cases::check_received;
use super::*;

fn envelope(properties: &str) -> String {
    format!("{{type: object, properties: {{code: {{type: integer}}{properties}}}}}")
}

const DATA: &str = "data: {type: string}";

#[test]
fn a_result_that_is_added_changes_what_a_method_returns() {
    let data = envelope(&format!(", {DATA}"));
    check_received(
        &envelope(""),
        &data,
        &["response 200 application/json $.data | response result-added | added string | ok break"],
    );
    check_received(
        &data,
        &envelope(""),
        &["response 200 application/json $.data | response property-removed | removed string \
           | loss break"],
    );
}

#[test]
fn data_elsewhere_is_no_result() {
    let inner = |more: &str| {
        envelope(&format!(", x: {{type: object, properties: {{k: {{type: string}}{more}}}}}"))
    };
    check_received(
        &inner(""),
        &inner(&format!(", {DATA}")),
        &["response 200 application/json $.x.data | response property-added | added string \
           | ok ok"],
    );
    check_schemas(
        &envelope(""),
        &envelope(&format!(", {DATA}")),
        &["$.data | property-added | added string | ok ok"],
    );
}
