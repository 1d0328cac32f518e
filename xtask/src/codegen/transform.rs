//! Transforms the spec for progenitor: a copy in memory, changed where progenitor supports less
//! than the spec says. `openapi/jogg.yaml` itself describes the wire.

use serde_json::{Map, Value, json};

use crate::document::Document;
use crate::spec::{self, Operation, Side};

/// The component that becomes the redacting string type.
pub(crate) const SECRET: &str = "Secret";
/// The component that becomes the `data` of a response without any.
pub(crate) const NO_DATA: &str = "NoData";

/// Keywords that the generator would turn into additional types, or into values that are sent
/// although nobody set them.
const DROPPED: [&str; 12] = [
    "default",
    "example",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
];

/// Returns the document that progenitor generates from.
pub(crate) fn transform(document: &Document) -> Value {
    let mut output = document.value.clone();
    let mut components = Map::new();
    let responses = spec::reachable(document, Side::Response);
    for (name, schema) in spec::schemas(document) {
        if name == "Envelope" || name.ends_with("Response") {
            continue;
        }
        components.insert(name.to_owned(), component(schema, responses.contains(name)));
    }
    for name in [SECRET, NO_DATA] {
        components.insert(name.to_owned(), json!({"type": "string"}));
    }
    for operation in spec::operations(document) {
        if let Some(query) = query_component(document, &operation) {
            components.insert(query_name(&operation), query);
        }
        if let Some(node) = output.pointer_mut(&operation.pointer).and_then(Value::as_object_mut) {
            transform_operation(document, &operation, node);
        }
    }
    if let Some(schemas) = output.pointer_mut("/components/schemas") {
        *schemas = Value::Object(components);
    }
    if let Some(components) = output.pointer_mut("/components").and_then(Value::as_object_mut) {
        components.remove("parameters");
        components.remove("responses");
    }
    output
}

/// Returns the name of the type with an operation's query parameters.
pub(crate) fn query_name(operation: &Operation<'_>) -> String {
    format!("{}Query", spec::pascal_case(operation.id()))
}

/// Returns a component with the query parameters. As arguments of the method, they would silently
/// change their positions when the API adds one.
fn query_component(document: &Document, operation: &Operation<'_>) -> Option<Value> {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for parameter in operation.parameters(document) {
        if parameter.location() != "query" {
            continue;
        }
        let schema = parameter.node.get("schema").cloned().unwrap_or_default();
        let property = match schema.get("$ref") {
            Some(_) => json!({"allOf": [schema]}),
            None => schema,
        };
        let mut property = component(&property, false);
        property["description"] = parameter.node.get("description").cloned().unwrap_or_default();
        if parameter.required() {
            required.push(parameter.name());
        }
        properties.insert(parameter.name().to_owned(), property);
    }
    if properties.is_empty() {
        return None;
    }
    let description = format!("Query parameters of `{}`.", operation.id());
    let mut query = json!({"type": "object", "description": description, "properties": properties});
    if !required.is_empty() {
        query["required"] = json!(required);
    }
    Some(query)
}

fn transform_operation(
    document: &Document,
    operation: &Operation<'_>,
    node: &mut Map<String, Value>,
) {
    node.retain(|key, _| !key.starts_with("x-"));
    let mut parameters = Vec::new();
    for parameter in operation.parameters(document) {
        if parameter.location() == "path" {
            let mut node = parameter.node.clone();
            node["schema"] = component(&node["schema"], false);
            parameters.push(node);
        }
    }
    node.insert("parameters".to_owned(), Value::Array(parameters));
    let data = spec::data_component(document, operation).unwrap_or(NO_DATA);
    let envelope = json!({
        "type": "object",
        "x-rust-type": {
            "crate": "jogg-api",
            "version": "*",
            "path": "jogg_api::Envelope",
            "parameters": [{"$ref": format!("#/components/schemas/{data}")}],
        },
    });
    let response =
        json!({"description": "", "content": {"application/json": {"schema": envelope}}});
    node.insert("responses".to_owned(), json!({ "200": response }));
}

/// Returns a schema without keywords that the generator must ignore. In responses only the ids of
/// list items are required: every version of the API has omitted, nulled or emptied fields it
/// promises.
fn component(schema: &Value, response: bool) -> Value {
    let Value::Object(members) = schema else {
        return schema.clone();
    };
    if members.get("x-jogg-secret") == Some(&Value::Bool(true)) {
        let description = members.get("description").cloned().unwrap_or_default();
        let target = format!("#/components/schemas/{SECRET}");
        return json!({"description": description, "allOf": [{"$ref": target}]});
    }
    // The type is written elsewhere, and what refers to it needs only the name.
    if let Some(enumeration) = spec::enumeration(schema).filter(|enumeration| enumeration.open) {
        let mut output = component(enumeration.node, response);
        output["description"] = members.get("description").cloned().unwrap_or_default();
        return output;
    }
    let mut output = Map::new();
    for (key, value) in members {
        let kept = match key.as_str() {
            "required" | "nullable" if response => continue,
            key if key.starts_with("x-") || DROPPED.contains(&key) => continue,
            "properties" => Value::Object(
                spec::members(Some(value))
                    .map(|(name, property)| (name.to_owned(), component(property, response)))
                    .collect(),
            ),
            "allOf" | "oneOf" | "anyOf" => Value::Array(
                spec::list(schema, key).iter().map(|part| component(part, response)).collect(),
            ),
            "items" | "additionalProperties" | "not" => component(value, response),
            _ => value.clone(),
        };
        output.insert(key.clone(), kept);
    }
    let ids = spec::members(members.get("properties"))
        .filter(|(_, property)| property.get("x-jogg-id") == Some(&Value::Bool(true)));
    let ids: Vec<&str> = ids.map(|(name, _)| name).collect();
    if response && !ids.is_empty() {
        output.insert("required".to_owned(), json!(ids));
    }
    Value::Object(output)
}
