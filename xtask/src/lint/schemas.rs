//! Schemas: everything with a shape has a name, and nothing is used that cannot be generated.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Findings, walk};
use crate::document::Document;
use crate::spec;

/// What the generator cannot express: its `anyOf` with an enum compiles and always fails.
const ALTERNATIVES: [&str; 3] = ["oneOf", "anyOf", "not"];

/// A component is an enum, an object with properties, a scalar, or a frame around the envelope.
pub(super) fn components(document: &Document, findings: &mut Findings) {
    for (name, schema) in spec::schemas(document) {
        let pointer = walk::component_pointer(name);
        for key in ALTERNATIVES {
            if schema.get(key).is_some() {
                findings.add(
                    format!("{pointer}/{key}"),
                    format!("the generator cannot express `{key}`; describe one shape"),
                );
            }
        }
        let framed = name.ends_with("Response");
        if schema.get("allOf").is_some() && !framed {
            findings.add(
                format!("{pointer}/allOf"),
                format!("`{name}` is put together by `allOf`; write its properties out"),
            );
        }
        if !framed && !is_typed(schema) {
            findings.add(&pointer, format!("`{name}` has no type; give it one"));
        }
        if schema.get("properties").is_some() && spec::text(schema, "type") != "object" {
            findings.add(&pointer, format!("`{name}` has properties; add `type: object`"));
        }
    }
}

/// Nothing inline: a shape or a set of values inside another schema has no name to refer to.
pub(super) fn inline(document: &Document, findings: &mut Findings) {
    for (name, schema) in spec::schemas(document) {
        let pointer = walk::component_pointer(name);
        for (_, node, pointer) in walk::properties(schema, &pointer) {
            nested(node, &pointer, findings);
        }
        for (part, pointer) in walk::parts(schema, &pointer) {
            for (_, node, pointer) in walk::properties(part, &pointer) {
                nested(node, &pointer, findings);
            }
        }
        elements(schema, &pointer, findings);
    }
    for parameter in walk::parameters(document) {
        match parameter.node.get("schema") {
            Some(schema) => nested(schema, &format!("{}/schema", parameter.pointer), findings),
            None => findings.add(
                &parameter.pointer,
                format!("the parameter `{}` has no `schema`; give it one", parameter.name()),
            ),
        }
    }
}

/// A schema that has no name of its own: a scalar, a reference, or a list of these.
fn nested(node: &Value, pointer: &str, findings: &mut Findings) {
    for key in ALTERNATIVES {
        if node.get(key).is_some() {
            findings.add(
                format!("{pointer}/{key}"),
                format!("the generator cannot express `{key}`; refer to one named component"),
            );
        }
    }
    let shaped = spec::text(node, "type") == "object" || node.get("properties").is_some();
    if shaped || node.get("enum").is_some() {
        let what = if shaped { "an object" } else { "an enum" };
        findings.add(
            pointer,
            format!("{what} inside another schema; make it a named component and refer to it"),
        );
    }
    let wrapped = matches!(spec::list(node, "allOf"), [only] if only.get("$ref").is_some());
    if node.get("allOf").is_some() && !wrapped {
        findings.add(
            format!("{pointer}/allOf"),
            "`allOf` may only wrap one `$ref` to a schema here; name the combination as a \
             component",
        );
    }
    let undecided = [&["$ref", "allOf"][..], &ALTERNATIVES].concat();
    if !is_typed(node) && !shaped && undecided.iter().all(|key| node.get(key).is_none()) {
        findings.add(pointer, "this schema has no type; give it one");
    }
    elements(node, pointer, findings);
}

/// The items of a list, and the values of a map.
fn elements(node: &Value, pointer: &str, findings: &mut Findings) {
    if let Some(values) = node.get("additionalProperties").filter(|values| values.is_object()) {
        nested(values, &format!("{pointer}/additionalProperties"), findings);
    }
    let list = spec::text(node, "type") == "array";
    match node.get("items") {
        Some(items) if spec::text(items, "type") == "array" => findings.add(
            format!("{pointer}/items"),
            "a list of lists; make the inner one a property of a named component",
        ),
        Some(items) => nested(items, &format!("{pointer}/items"), findings),
        None if list => findings.add(pointer, "a list without `items`; say what it holds"),
        None => {}
    }
}

fn is_typed(schema: &Value) -> bool {
    let types = ["string", "integer", "number", "boolean", "array", "object"];
    types.contains(&spec::text(schema, "type"))
}

/// A misspelt name in `required` demands a field that nobody can send.
pub(super) fn required(document: &Document, findings: &mut Findings) {
    walk::objects(document, &mut |pointer, members| {
        let Some(Value::Array(required)) = members.get("required") else { return };
        let mut seen = BTreeSet::new();
        for (index, name) in required.iter().enumerate() {
            let name = name.as_str().unwrap_or_default();
            let exists =
                members.get("properties").is_some_and(|properties| properties.get(name).is_some());
            if !exists {
                findings.add(
                    format!("{pointer}/required/{index}"),
                    format!("`{name}` is required but no property; correct the name or remove it"),
                );
            } else if !seen.insert(name) {
                findings.add(
                    format!("{pointer}/required/{index}"),
                    format!("`{name}` is listed as required twice; remove one"),
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
            ("type: object", "name:", "an object inside another schema"),
            ("properties: {a: {type: string, description: An a.}}", "name:", "an object inside"),
            ("type: string\n          enum: [a, b]", "name:", "an enum inside another schema"),
            (
                "oneOf: [{type: string}]",
                "oneOf: [{type: string}]",
                "the generator cannot express `oneOf`",
            ),
            (
                "anyOf: [{type: string}]",
                "anyOf: [{type: string}]",
                "the generator cannot express `anyOf`",
            ),
            ("nullable: true", "name:", "this schema has no type"),
            ("type: text", "name:", "this schema has no type"),
            ("type: array", "name:", "a list without `items`"),
            ("allOf: [{type: string}]", "allOf: [{type: string}]", "`allOf` may only wrap one"),
        ] {
            check(&[(NAME, inline)], &[(line, message)]);
        }
    }

    #[test]
    fn items_and_values_are_scalars_or_references() {
        for (inline, message) in [
            ("type: object", "an object inside another schema"),
            ("type: string\n            enum: [a]", "an enum inside another schema"),
            ("type: array", "a list of lists"),
        ] {
            check(&[(LIST, inline)], &[("items:", message)]);
        }
        check(
            &[(
                "      description: A thing.\n",
                "      description: A thing.\n      additionalProperties: {type: object}\n",
            )],
            &[("additionalProperties: {type: object}", "an object inside another schema")],
        );
    }

    #[test]
    fn parameters_are_scalars_or_references() {
        check(
            &[("type: string # of ThingId", "type: string\n        enum: [a]")],
            &[("schema:", "an enum inside another schema")],
        );
        check(
            &[("      schema:\n        type: string # of ThingId\n", "")],
            &[("ThingId:", "the parameter `id` has no `schema`")],
        );
    }

    #[test]
    fn components_are_plain() {
        let text = "      description: A thing.\n";
        for (added, line, message) in [
            (
                "oneOf: [{type: string}]",
                "oneOf: [{type: string}]",
                "the generator cannot express `oneOf`",
            ),
            ("not: {type: string}", "not: {type: string}", "the generator cannot express `not`"),
            (
                "allOf: [{$ref: '#/components/schemas/Thing'}]",
                "allOf: [{$ref: '#/components/schemas/Thing'}]",
                "`Thing` is put together by `allOf`",
            ),
        ] {
            check(&[(text, &format!("{text}      {added}\n"))], &[(line, message)]);
        }
        check(
            &[("type: object # Thing", "nullable: true")],
            &[("Thing:", "`Thing` has no type"), ("Thing:", "`Thing` has properties; add `type")],
        );
    }

    #[test]
    fn required_names_exist_once() {
        check(
            &[("required: [label]", "required: [label, labl]")],
            &[("required: [label, labl]", "`labl` is required but no property")],
        );
        check(
            &[("required: [label]", "required: [label, label]")],
            &[("required: [label, label]", "`label` is listed as required twice")],
        );
    }
}
