//! Parts of a spec that several checks visit.

use crate::document::{Document, Map, Value, pointer_token};
use crate::spec;

/// Members whose value is data instead of a part of the spec.
const LITERALS: [&str; 5] = ["default", "enum", "example", "examples", "security"];
/// Members whose value maps names to parts of the spec, so that its keys aren't keywords.
const NAMED: [&str; 14] = [
    "callbacks",
    "content",
    "encoding",
    "headers",
    "links",
    "mapping",
    "parameters",
    "paths",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "securitySchemes",
    "variables",
];

/// Visits every object whose keys are keywords, with its pointer.
pub(super) fn objects<'d>(document: &'d Document, visit: &mut impl FnMut(&str, &'d Map)) {
    objects_below(&document.value, &mut String::new(), false, visit);
}

fn objects_below<'d>(
    node: &'d Value,
    pointer: &mut String,
    names: bool,
    visit: &mut impl FnMut(&str, &'d Map),
) {
    let length = pointer.len();
    match node {
        Value::Object(members) => {
            if !names {
                visit(pointer, members);
            }
            for (key, child) in members.iter() {
                if !names && (LITERALS.contains(&key) || key.starts_with("x-")) {
                    continue;
                }
                pointer.push('/');
                pointer.push_str(&pointer_token(key));
                let named = !names && child.is_object() && NAMED.contains(&key);
                objects_below(child, pointer, named, visit);
                pointer.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer.push_str(&format!("/{index}"));
                objects_below(item, pointer, false, visit);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}

/// Returns the pointer of a named schema.
pub(super) fn component_pointer(name: &str) -> String {
    format!("/components/schemas/{}", pointer_token(name))
}

/// Returns the node with the values of an enum component, with its pointer.
pub(super) fn values<'d>(name: &str, schema: &'d Value) -> Option<(&'d Value, String)> {
    let enumeration = spec::enumeration(schema)?;
    let branch = if enumeration.open { "/anyOf/0" } else { "" };
    Some((enumeration.node, format!("{}{branch}", component_pointer(name))))
}

/// Returns the properties of a schema, with their pointers.
pub(super) fn properties<'d>(
    schema: &'d Value,
    pointer: &str,
) -> impl Iterator<Item = (&'d str, &'d Value, String)> + use<'d> {
    let pointer = format!("{pointer}/properties");
    spec::members(schema.get("properties"))
        .map(move |(name, node)| (name, node, format!("{pointer}/{}", pointer_token(name))))
}

/// Returns the parts of an `allOf`, with their pointers.
pub(super) fn parts<'d>(
    schema: &'d Value,
    pointer: &str,
) -> impl Iterator<Item = (&'d Value, String)> {
    let pointer = format!("{pointer}/allOf");
    let parts = spec::list(schema, "allOf").iter().enumerate();
    parts.map(move |(index, part)| (part, format!("{pointer}/{index}")))
}

/// Returns every parameter once: the shared ones, and those of each operation.
pub(super) fn parameters(document: &Document) -> Vec<spec::Parameter<'_>> {
    let shared = spec::members(document.value.pointer("/components/parameters"));
    let mut parameters: Vec<spec::Parameter<'_>> = shared
        .map(|(name, node)| spec::Parameter {
            node,
            pointer: format!("/components/parameters/{}", pointer_token(name)),
        })
        .collect();
    for operation in spec::operations(document) {
        for parameter in operation.parameters(document) {
            if !parameters.iter().any(|known| known.pointer == parameter.pointer) {
                parameters.push(parameter);
            }
        }
    }
    parameters
}
