//! Checks prose, which becomes the documentation of the generated types.

use super::findings::LintFindings;
use super::visit;
use crate::document::{Document, Value};
use crate::spec;

/// Checks that components, properties, parameters, tags, responses and values are described.
pub(super) fn prose(document: &Document, findings: &mut LintFindings) {
    for (index, tag) in spec::list(&document.value, "tags").iter().enumerate() {
        let what = format!("the tag `{}`", spec::text(tag, "name"));
        check_description(tag, spec::text(tag, "name"), &what, format!("/tags/{index}"), findings);
    }
    for operation in spec::operations(document) {
        if let Some(response) = operation.node.pointer("/responses/200") {
            let pointer = format!("{}/responses/200", operation.pointer);
            check_description(response, "200", "the `200` response", pointer, findings);
        }
    }
    for parameter in visit::parameters(document) {
        let name = parameter.name();
        let what = format!("the parameter `{name}`");
        check_description(parameter.node, name, &what, parameter.pointer.clone(), findings);
    }
    for (name, schema) in spec::schemas(document) {
        let pointer = visit::component_pointer(name);
        check_description(schema, name, &format!("`{name}`"), pointer.clone(), findings);
        for (property, node, pointer) in visit::properties(schema, &pointer) {
            check_property(name, property, node, pointer, findings);
        }
        let Some((values, pointer)) = visit::values(name, schema) else { continue };
        let values = spec::list(values, "x-enum-descriptions").iter().enumerate();
        for (index, text) in values.filter(|(_, text)| is_blank(text)) {
            findings.add(
                format!("{pointer}/x-enum-descriptions/{index}"),
                format!("{text} isn't a description; write what this value of `{name}` means"),
            );
        }
    }
}

fn check_property(
    owner: &str,
    name: &str,
    node: &Value,
    pointer: String,
    findings: &mut LintFindings,
) {
    let what = format!("`{name}` of `{owner}`");
    if node.get("$ref").is_some() {
        findings.add(
            pointer,
            format!("{what} has no description; write one beside `allOf: [{{$ref: …}}]`"),
        );
        return;
    }
    check_description(node, name, &what, pointer, findings);
}

/// Checks that there is a description which doesn't only repeat the name.
fn check_description(
    node: &Value,
    name: &str,
    what: &str,
    pointer: String,
    findings: &mut LintFindings,
) {
    let description = node.get("description").unwrap_or(&Value::Null);
    if is_blank(description) {
        findings.add(pointer, format!("{what} has no description; write one"));
    } else if letters(description.as_str().unwrap_or_default()) == letters(name) {
        findings.add(
            format!("{pointer}/description"),
            format!("the description of {what} only repeats the name; write what it is"),
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
            &[("- ''", "\"\" isn't a description; write what this value of `State` means")],
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
            &[("kind:", "`kind` of `Thing` has no description; write one beside `allOf:")],
        );
    }

    #[test]
    fn a_name_is_not_a_description() {
        check(
            &[("description: What it is called.", "description: Name.")],
            &[("description: Name.", "the description of `name` of `Thing` only repeats")],
        );
    }
}
