//! Checks what clients of other generators receive: refusals, null, and texts that aren't what
//! they are named after.

use serde_json::json;

use super::findings::LintFindings;
use super::visit;
use crate::document::{Document, Map, Value};
use crate::spec::{self, Side};

/// The response of every status that isn't 200.
const REFUSAL: &str = "/components/responses/Refusal";
/// Its schema. The client decodes refusals itself, so nothing is generated from it.
pub(super) const REFUSAL_SCHEMA: &str = "RefusalResponse";

/// Checks that every operation says what a refusal is: the bare envelope, with any `data`.
pub(super) fn refusals(document: &Document, findings: &mut LintFindings) {
    let reference = json!({"$ref": format!("#{REFUSAL}")});
    for operation in spec::operations(document) {
        if operation.node.pointer("/responses/default").is_none_or(|default| *default != reference)
        {
            findings.add(
                format!("{}/responses/default", operation.pointer),
                format!(
                    "{} doesn't say what a refusal is; refer to '#{REFUSAL}' as its `default`",
                    operation.title()
                ),
            );
        }
    }
    let Some(refusal) = document.value.pointer(REFUSAL) else { return };
    let schema = json!({"$ref": format!("#/components/schemas/{REFUSAL_SCHEMA}")});
    let content = json!({"application/json": {"schema": schema}});
    if refusal["content"] != content {
        findings.add(
            REFUSAL,
            format!("a refusal must be the JSON component `{REFUSAL_SCHEMA}`; refer to that"),
        );
    }
    if spec::schema(document, REFUSAL_SCHEMA).is_some_and(|schema| !is_bare_envelope(schema)) {
        findings.add(
            visit::component_pointer(REFUSAL_SCHEMA),
            format!(
                "`{REFUSAL_SCHEMA}` must be `allOf` of `Envelope` and of an object whose only \
                 property `data` has a description and no type; write it in this form"
            ),
        );
    }
}

fn is_bare_envelope(schema: &Value) -> bool {
    let [envelope, part] = spec::list(schema, "allOf") else { return false };
    let description = part.pointer("/properties/data/description").filter(|text| text.is_string());
    let data = json!({"data": {"description": description}});
    spec::referred(envelope) == Some("Envelope")
        && description.is_some()
        && *part == json!({"type": "object", "properties": data})
}

/// Checks that the `data` of every response may be null, which it is in a refusal with status 200.
pub(super) fn data(document: &Document, findings: &mut LintFindings) {
    for operation in spec::operations(document) {
        let Some(name) = spec::data_component(document, &operation) else { continue };
        let Some(schema) = spec::schema(document, name) else { continue };
        if schema.get("nullable") != Some(&Value::Bool(true)) {
            findings.add(
                visit::component_pointer(name),
                format!(
                    "`{name}` is the `data` of `{}`, which is null in a refusal with status 200; \
                     add `nullable: true`",
                    operation.id()
                ),
            );
        }
    }
}

/// Checks that `nullable` has an effect: only a type beside it becomes nullable.
pub(super) fn nullable(document: &Document, findings: &mut LintFindings) {
    let combined = ["allOf", "anyOf", "oneOf"];
    visit::objects(document, &mut |pointer, members| {
        let has_effect = members.contains_key("type")
            && !combined.iter().any(|keyword| members.contains_key(keyword));
        if members.contains_key("nullable") && !members.contains_key("$ref") && !has_effect {
            findings.add(
                format!("{pointer}/nullable"),
                "`nullable` only has an effect on a `type` beside it; move it to the component \
                 that this refers to",
            );
        }
    });
}

/// Checks that no received text has a format. What isn't known yet is an empty text.
pub(super) fn formats(document: &Document, findings: &mut LintFindings) {
    let received = spec::reachable(document, Side::Response);
    let pointers: Vec<String> =
        received.iter().map(|name| format!("{}/", visit::component_pointer(name))).collect();
    let is_received = |pointer: &str| {
        pointers.iter().any(|component| format!("{pointer}/").starts_with(component))
    };
    visit::objects(document, &mut |pointer, members: &Map| {
        let is_text = members.get("type").is_some_and(|kind| kind.as_str() == Some("string"));
        if is_text && members.contains_key("format") && is_received(pointer) {
            findings.add(
                format!("{pointer}/format"),
                "a received text may be empty or have another form; remove its `format`",
            );
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;

    const REFERENCE: &str =
        "default: # get_thing\n          $ref: '#/components/responses/Refusal'";

    #[test]
    fn every_operation_says_what_a_refusal_is() {
        let message = "GET /things/{id} doesn't say what a refusal is; refer to '#/components/resp";
        check(&[(&format!("        {REFERENCE}\n"), "")], &[("responses:", message)]);
        check(
            &[(REFERENCE, "default: {description: Refused.}")],
            &[("default: {description: Refused.}", message)],
        );
    }

    #[test]
    fn a_refusal_is_the_bare_envelope() {
        check(
            &[("schemas/RefusalResponse'", "schemas/UpdateThingResponse'")],
            &[
                ("Refusal:", "a refusal must be the JSON component `RefusalResponse`"),
                ("RefusalResponse:", "no request and no response refers to `RefusalResponse`"),
            ],
        );
        for (data, edited) in [
            ("description: Anything. # data", "type: object\n              description: A."),
            ("data:\n              description: Anything. # data", "data: {}"),
        ] {
            check(
                &[(data, edited)],
                &[(
                    "RefusalResponse:",
                    "`RefusalResponse` must be `allOf` of `Envelope` and of an",
                )],
            );
        }
    }

    #[test]
    fn data_may_be_null() {
        check(
            &[("type: object # Thing\n      nullable: true\n", "type: object # Thing\n")],
            &[("Thing:", "`Thing` is the `data` of `get_thing`, which is null in a refusal")],
        );
    }

    #[test]
    fn nullable_stands_beside_a_type() {
        let message = "`nullable` only has an effect on a `type` beside it";
        check(
            &[("description: What kind it is.", "nullable: true\n          description: What.")],
            &[("nullable: true", message)],
        );
        check(
            &[(
                "description: What kind it is.",
                "type: string\n          nullable: true\n          description: What.",
            )],
            &[("nullable: true", message)],
        );
        check(&[("type: string # id of a thing", "type: string\n          nullable: true")], &[]);
    }

    #[test]
    fn received_texts_have_no_format() {
        let message = "a received text may be empty or have another form";
        let text = "type: string # name of a thing";
        check(&[(text, "type: string\n          format: uri")], &[("format: uri", message)]);
        let text = "type: string # item of labels";
        check(&[(text, "type: string\n            format: date")], &[("format: date", message)]);
        // What is sent is exact, and numbers have no empty form.
        let text = "type: string # label";
        check(&[(text, "type: string\n          format: uri")], &[]);
        let text = "type: integer # code";
        check(&[(text, "type: integer\n          format: int64")], &[]);
    }
}
