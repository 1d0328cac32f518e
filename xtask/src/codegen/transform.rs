//! Transforms the spec for progenitor: a copy in memory, changed where progenitor supports less
//! than the spec says. `openapi/jogg.yaml` itself describes the wire.

use serde_json::{Map, Value as Json, json};

use crate::document::{Document, Value};
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
pub(crate) fn transform(document: &Document) -> Json {
    let mut output = document.value.to_json();
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
        if let Some(node) = output.pointer_mut(&operation.pointer).and_then(Json::as_object_mut) {
            transform_operation(document, &operation, node);
        }
    }
    if let Some(schemas) = output.pointer_mut("/components/schemas") {
        *schemas = Json::Object(components);
    }
    if let Some(components) = output.pointer_mut("/components").and_then(Json::as_object_mut) {
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
fn query_component(document: &Document, operation: &Operation<'_>) -> Option<Json> {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for parameter in operation.parameters(document) {
        if parameter.location() != "query" {
            continue;
        }
        let schema = &parameter.node["schema"];
        let mut property = component(schema, false);
        if schema.get("$ref").is_some() {
            property = json!({"allOf": [property]});
        }
        property["description"] = parameter.node["description"].to_json();
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
    node: &mut Map<String, Json>,
) {
    node.retain(|key, _| !key.starts_with("x-"));
    let mut parameters = Vec::new();
    for parameter in operation.parameters(document) {
        if parameter.location() == "path" {
            let mut node = parameter.node.to_json();
            node["schema"] = component(&parameter.node["schema"], false);
            parameters.push(node);
        }
    }
    node.insert("parameters".to_owned(), Json::Array(parameters));
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
fn component(schema: &Value, response: bool) -> Json {
    let Value::Object(members) = schema else {
        return schema.to_json();
    };
    if members.get("x-jogg-secret") == Some(&Value::Bool(true)) {
        let description = &schema["description"];
        let target = format!("#/components/schemas/{SECRET}");
        return json!({"description": description, "allOf": [{"$ref": target}]});
    }
    // The type is written elsewhere, and what refers to it needs only the name.
    if let Some(enumeration) = spec::enumeration(schema).filter(|enumeration| enumeration.open) {
        let mut output = component(enumeration.node, response);
        output["description"] = schema["description"].to_json();
        return output;
    }
    let mut output = Map::new();
    for (key, value) in members.iter() {
        let kept = match key {
            "required" | "nullable" if response => continue,
            key if key.starts_with("x-") || DROPPED.contains(&key) => continue,
            "properties" => Json::Object(
                spec::members(Some(value))
                    .map(|(name, property)| (name.to_owned(), component(property, response)))
                    .collect(),
            ),
            "allOf" | "oneOf" | "anyOf" => Json::Array(
                spec::list(schema, key).iter().map(|part| component(part, response)).collect(),
            ),
            "items" | "additionalProperties" | "not" => component(value, response),
            _ => value.to_json(),
        };
        output.insert(key.to_owned(), kept);
    }
    let ids = spec::members(members.get("properties"))
        .filter(|(_, property)| property.get("x-jogg-id") == Some(&Value::Bool(true)));
    let ids: Vec<&str> = ids.map(|(name, _)| name).collect();
    if response && !ids.is_empty() {
        output.insert("required".to_owned(), json!(ids));
    }
    Json::Object(output)
}
