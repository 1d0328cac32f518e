//! Checks schemas: objects and enums must have names, and only what can be generated is used.

use std::collections::BTreeSet;

use super::findings::LintFindings;
use super::received::REFUSAL_SCHEMA;
use super::visit;
use crate::document::{Document, Value};
use crate::spec;

/// Keywords that the generator doesn't support. Its `anyOf` with an enum compiles and always fails.
const UNSUPPORTED: [&str; 4] = ["oneOf", "anyOf", "not", "discriminator"];

/// Checks that a component is an enum, an object with properties, a scalar, or a response.
pub(super) fn components(document: &Document, findings: &mut LintFindings) {
    for (name, schema) in spec::schemas(document) {
        let pointer = visit::component_pointer(name);
        let is_open_enum = spec::enumeration(schema).is_some_and(|enumeration| enumeration.open);
        for key in UNSUPPORTED.iter().filter(|key| !(is_open_enum && **key == "anyOf")) {
            if schema.get(key).is_some() {
                findings.add(
                    format!("{pointer}/{key}"),
                    format!(
                        "the generator doesn't support `{key}`, but for an open enum: `anyOf` of \
                         the known values and their type alone; describe a single schema"
                    ),
                );
            }
        }
        let response = name.ends_with("Response");
        if schema.get("allOf").is_some() && !response {
            findings.add(
                format!("{pointer}/allOf"),
                format!("`{name}` combines schemas with `allOf`; write its properties out"),
            );
        }
        if !response && !is_open_enum && !is_typed(schema) {
            findings.add(&pointer, format!("`{name}` has no type; add one"));
        }
        if schema.get("properties").is_some() && spec::text(schema, "type") != "object" {
            findings.add(&pointer, format!("`{name}` has properties; add `type: object`"));
        }
    }
}

/// Checks that nothing is inline: an object or enum inside another schema has no name.
pub(super) fn inline(document: &Document, findings: &mut LintFindings) {
    for (name, schema) in spec::schemas(document) {
        let pointer = visit::component_pointer(name);
        for (_, node, pointer) in visit::properties(schema, &pointer) {
            check_inline(node, &pointer, findings);
        }
        // `received` checks it as a whole.
        let parts = visit::parts(schema, &pointer).filter(|_| name != REFUSAL_SCHEMA);
        for (part, pointer) in parts {
            for (_, node, pointer) in visit::properties(part, &pointer) {
                check_inline(node, &pointer, findings);
            }
        }
        check_elements(schema, &pointer, findings);
    }
    for parameter in visit::parameters(document) {
        match parameter.node.get("schema") {
            Some(schema) => {
                check_inline(schema, &format!("{}/schema", parameter.pointer), findings);
            }
            None => findings.add(
                &parameter.pointer,
                format!("the parameter `{}` has no `schema`; add one", parameter.name()),
            ),
        }
    }
}

/// Checks that a schema without a name is a scalar, a reference, or a list of these.
fn check_inline(node: &Value, pointer: &str, findings: &mut LintFindings) {
    for key in UNSUPPORTED {
        if node.get(key).is_some() {
            findings.add(
                format!("{pointer}/{key}"),
                format!("the generator doesn't support `{key}`; refer to a single component"),
            );
        }
    }
    let object = spec::text(node, "type") == "object" || node.get("properties").is_some();
    if object || node.get("enum").is_some() {
        let what = if object { "an object" } else { "an enum" };
        findings.add(
            pointer,
            format!("there is {what} inside another schema; make it a component and refer to that"),
        );
    }
    let wrapped = matches!(spec::list(node, "allOf"), [only] if only.get("$ref").is_some());
    if node.get("allOf").is_some() && !wrapped {
        findings.add(
            format!("{pointer}/allOf"),
            "`allOf` may only have one `$ref` to a schema here; make the combination a component",
        );
    }
    let undecided = [&["$ref", "allOf"][..], &UNSUPPORTED].concat();
    if !is_typed(node) && !object && undecided.iter().all(|key| node.get(key).is_none()) {
        findings.add(pointer, "this schema has no type; add one");
    }
    check_elements(node, pointer, findings);
}

/// Checks the items of a list, and the values of a map.
fn check_elements(node: &Value, pointer: &str, findings: &mut LintFindings) {
    if let Some(values) = node.get("additionalProperties").filter(|values| values.is_object()) {
        check_inline(values, &format!("{pointer}/additionalProperties"), findings);
    }
    let list = spec::text(node, "type") == "array";
    match node.get("items") {
        Some(items) if spec::text(items, "type") == "array" => findings.add(
            format!("{pointer}/items"),
            "this is a list of lists; make the inner one a property of a component",
        ),
        Some(items) => check_inline(items, &format!("{pointer}/items"), findings),
        None if list => {
            findings.add(pointer, "this list has no `items`; add the schema of its items");
        }
        None => {}
    }
}

fn is_typed(schema: &Value) -> bool {
    let types = ["string", "integer", "number", "boolean", "array", "object"];
    types.contains(&spec::text(schema, "type"))
}

/// Checks that required properties exist. Nobody could send a misspelt one.
pub(super) fn required(document: &Document, findings: &mut LintFindings) {
    visit::objects(document, &mut |pointer, members| {
        let Some(Value::Array(required)) = members.get("required") else { return };
        let mut seen = BTreeSet::new();
        for (index, name) in required.iter().enumerate() {
            let name = name.as_str().unwrap_or_default();
            let exists =
                members.get("properties").is_some_and(|properties| properties.get(name).is_some());
            if !exists {
                findings.add(
                    format!("{pointer}/required/{index}"),
                    format!("`{name}` is required but isn't a property; correct or remove it"),
                );
            } else if !seen.insert(name) {
                findings.add(
                    format!("{pointer}/required/{index}"),
                    format!("`{name}` is required twice; remove one"),
                );
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;

    const NAME: &str = "type: string # name of a thing";
    const LIST: &str = "type: string # item of labels";

    #[test]
    fn nothing_is_inline() {
        for (inline, line, message) in [
            ("type: object", "name:", "there is an object inside another schema"),
            (
                "properties: {a: {type: string, description: An a.}}",
                "name:",
                "there is an object inside",
            ),
            (
                "type: string\n          enum: [a, b]",
                "name:",
                "there is an enum inside another schema",
            ),
            (
                "oneOf: [{type: string}]",
                "oneOf: [{type: string}]",
                "the generator doesn't support `oneOf`",
            ),
            (
                "anyOf: [{type: string}]",
                "anyOf: [{type: string}]",
                "the generator doesn't support `anyOf`",
            ),
            ("minLength: 1", "name:", "this schema has no type"),
            ("type: text", "name:", "this schema has no type"),
            ("type: array", "name:", "this list has no `items`"),
            ("allOf: [{type: string}]", "allOf: [{type: string}]", "`allOf` may only have one"),
        ] {
            check(&[(NAME, inline)], &[(line, message)]);
        }
    }

    #[test]
    fn items_and_values_are_scalars_or_references() {
        for (inline, message) in [
            ("type: object", "there is an object inside another schema"),
            ("type: string\n            enum: [a]", "there is an enum inside another schema"),
            ("type: array", "this is a list of lists"),
        ] {
            check(&[(LIST, inline)], &[("items:", message)]);
        }
        check(
            &[(
                "      description: A thing.\n",
                "      description: A thing.\n      additionalProperties: {type: object}\n",
            )],
            &[("additionalProperties: {type: object}", "there is an object inside another schema")],
        );
    }

    #[test]
    fn parameters_are_scalars_or_references() {
        check(
            &[("type: string # of ThingId", "type: string\n        enum: [a]")],
            &[("schema:", "there is an enum inside another schema")],
        );
        check(
            &[("      schema:\n        type: string # of ThingId\n", "")],
            &[("ThingId:", "the parameter `id` has no `schema`")],
        );
    }

    #[test]
    fn components_are_plain() {
        let text = "      description: How to change a thing.\n";
        for (added, line, message) in [
            (
                "oneOf: [{type: string}]",
                "oneOf: [{type: string}]",
                "the generator doesn't support `oneOf`",
            ),
            ("not: {type: string}", "not: {type: string}", "the generator doesn't support `not`"),
            (
                "discriminator: {propertyName: name}",
                "discriminator: {propertyName: name}",
                "the generator doesn't support `discriminator`",
            ),
            (
                "allOf: [{$ref: '#/components/schemas/Kind'}]",
                "allOf: [{$ref: '#/components/schemas/Kind'}]",
                "`UpdateOptions` combines schemas with `allOf`",
            ),
        ] {
            check(&[(text, &format!("{text}      {added}\n"))], &[(line, message)]);
        }
        check(
            &[("type: object # UpdateOptions", "minProperties: 1")],
            &[
                ("UpdateOptions:", "`UpdateOptions` has no type"),
                ("UpdateOptions:", "`UpdateOptions` has properties; add `type"),
            ],
        );
        check(
            &[("- type: string # Kind", "- type: string\n          maxLength: 9")],
            &[
                ("Kind:", "`Kind` has no type"),
                ("anyOf: # Kind", "the generator doesn't support `anyOf`, but for an open enum"),
            ],
        );
    }

    #[test]
    fn required_names_exist_once() {
        check(
            &[("required: [label]", "required: [label, labl]")],
            &[("required: [label, labl]", "`labl` is required but isn't a property")],
        );
        check(
            &[("required: [label]", "required: [label, label]")],
            &[("required: [label, label]", "`label` is required twice")],
        );
    }
}
