//! Prose: it becomes the documentation of the generated types, which must not have gaps.

use serde_json::Value;

use super::{Findings, walk};
use crate::document::Document;
use crate::spec;

/// Components, properties, parameters, tags, answers and explained values.
pub(super) fn prose(document: &Document, findings: &mut Findings) {
    for (index, tag) in spec::list(&document.value, "tags").iter().enumerate() {
        let what = format!("the tag `{}`", spec::text(tag, "name"));
        described(tag, spec::text(tag, "name"), &what, format!("/tags/{index}"), findings);
    }
    for operation in spec::operations(document) {
        if let Some(answer) = operation.node.pointer("/responses/200") {
            let pointer = format!("{}/responses/200", operation.pointer);
            described(answer, "200", "the `200` response", pointer, findings);
        }
    }
    for parameter in walk::parameters(document) {
        let name = parameter.name();
        let what = format!("the parameter `{name}`");
        described(parameter.node, name, &what, parameter.pointer.clone(), findings);
    }
    for (name, schema) in spec::schemas(document) {
        let pointer = walk::component_pointer(name);
        described(schema, name, &format!("`{name}`"), pointer.clone(), findings);
        for (property, node, pointer) in walk::properties(schema, &pointer) {
            property_described(name, property, node, pointer, findings);
        }
        let values = spec::list(schema, "x-enum-descriptions").iter().enumerate();
        for (index, text) in values.filter(|(_, text)| is_blank(text)) {
            findings.add(
                format!("{pointer}/x-enum-descriptions/{index}"),
                format!("{text} explains nothing; write what this value of `{name}` means"),
            );
        }
    }
}

fn property_described(
    owner: &str,
    name: &str,
    node: &Value,
    pointer: String,
    findings: &mut Findings,
) {
    let what = format!("`{name}` of `{owner}`");
    if node.get("$ref").is_some() {
        findings.add(
            pointer,
            format!("{what} has no description; write one, beside `allOf: [{{$ref: …}}]`"),
        );
        return;
    }
    described(node, name, &what, pointer, findings);
}

/// A description that only repeats the name says nothing either.
fn described(node: &Value, name: &str, what: &str, pointer: String, findings: &mut Findings) {
    let description = node.get("description").unwrap_or(&Value::Null);
    if is_blank(description) {
        findings.add(pointer, format!("{what} has no description; write one"));
    } else if letters(description.as_str().unwrap_or_default()) == letters(name) {
        findings.add(
            format!("{pointer}/description"),
            format!("the description of {what} only repeats the name; say what it is"),
        );
    }
}

fn is_blank(text: &Value) -> bool {
    text.as_str().is_none_or(|text| text.trim().is_empty())
}

fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;

    #[test]
    fn everything_is_described() {
        for (text, line, message) in [
            ("    description: All things.\n", "- name: Things", "the tag `Things` has no"),
            (
                "          description: One thing. # get_thing\n",
                "'200': # get_thing",
                "the `200` response",
            ),
            (
                "          description: Only this kind.\n",
                "- name: kind",
                "the parameter `kind` has",
            ),
            ("      description: Which thing.\n", "ThingId:", "the parameter `id` has no"),
            ("      description: A thing.\n", "Thing:", "`Thing` has no description"),
            ("          description: What it is called.\n", "name:", "`name` of `Thing` has no"),
        ] {
            check(&[(text, "")], &[(line, message)]);
            let (indent, _) = text.split_once("description").unwrap();
            let blank = format!("{indent}description: ' '\n");
            check(&[(text, &blank)], &[(line, message)]);
        }
        check(
            &[("- It is there.", "- ''")],
            &[("- ''", "\"\" explains nothing; write what this value of `State` means")],
        );
    }

    #[test]
    fn a_reference_is_wrapped_to_be_described() {
        check(
            &[(
                "          description: What kind it is.\n          allOf:\n            \
                 - $ref: '#/components/schemas/Kind' # of a thing\n",
                "          $ref: '#/components/schemas/Kind'\n",
            )],
            &[("kind:", "`kind` of `Thing` has no description; write one, beside `allOf:")],
        );
    }

    #[test]
    fn a_name_is_no_description() {
        check(
            &[("description: What it is called.", "description: Name.")],
            &[("description: Name.", "the description of `name` of `Thing` only repeats")],
        );
    }
}
