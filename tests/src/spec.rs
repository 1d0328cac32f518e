//! The spec as tests read it: references resolved, and each field with its path.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jogg_api::Operation;
use serde_json::{Map, Value, json};

/// Fields by their path: `voice.script`, `media[].url`; the whole is the empty path.
pub type Fields = BTreeMap<String, Value>;

/// The spec.
pub fn document() -> &'static Value {
    static SPEC: OnceLock<Value> = OnceLock::new();
    SPEC.get_or_init(|| serde_json::from_str(jogg_api::SPEC).expect("the spec is JSON"))
}

/// The operation's node in the spec.
pub fn operation(operation: &Operation) -> &'static Value {
    &document()["paths"][operation.path][operation.method.to_lowercase()]
}

/// What the spec says of an operation that no group has a method for.
pub const NO_GROUP: &str = "call";

/// The method of `Jogg` that calls an operation, such as `voices().list`, or [`NO_GROUP`].
pub fn call(of: &Operation) -> &'static str {
    operation(of)["x-jogg-call"].as_str().unwrap_or_default()
}

/// A plain value as a path or a query has it.
pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The schema of the operation's body, if it takes one.
pub fn body(of: &Operation) -> Option<Value> {
    operation(of).pointer("/requestBody/content/application~1json/schema").map(resolved)
}

/// The query parameters of an operation as the schema of one object; `None` if it has none.
pub fn query(of: &Operation) -> Option<Value> {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for parameter in operation(of)["parameters"].as_array().into_iter().flatten() {
        let parameter = target(parameter);
        if parameter["in"] == "query" {
            let name = parameter["name"].as_str().expect("a parameter has a name");
            let mut schema = resolved(&parameter["schema"]);
            schema["description"] = parameter["description"].clone();
            properties.insert(name.to_owned(), schema);
            required.extend((parameter["required"] == true).then(|| name.to_owned()));
        }
    }
    let schema = || json!({"type": "object", "properties": properties, "required": required});
    (!properties.is_empty()).then(schema)
}

/// The schema of the response's `data`, if it has any.
pub fn data(of: &Operation) -> Option<Value> {
    let schema = operation(of).pointer("/responses/200/content/application~1json/schema");
    resolved(schema.expect("a response is described")).pointer("/properties/data").map(resolved)
}

/// What a `$ref` leads to; any other node is itself.
pub fn target(node: &Value) -> &Value {
    let reference = node["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|pointer| document().pointer(pointer)).map_or(node, target)
}

/// A schema with its reference followed and the parts of its `allOf` merged, what stands beside
/// them last. An open enum has its known values, and its `anyOf`. What lies deeper is unchanged.
pub fn resolved(node: &Value) -> Value {
    let node = target(node);
    let mut merged = Map::new();
    let parts = node["allOf"].as_array().into_iter().flatten().chain(node["anyOf"].get(0));
    for part in parts.map(resolved).chain([node.clone()]) {
        for (name, value) in part.as_object().cloned().unwrap_or_default() {
            match (merged.get_mut(&name), value) {
                (Some(Value::Object(known)), Value::Object(more)) if name == "properties" => {
                    known.extend(more);
                }
                (_, value) => drop(merged.insert(name, value)),
            }
        }
    }
    merged.remove("allOf");
    Value::Object(merged)
}

/// Whether a resolved schema is an enum whose values may grow.
pub fn is_open(schema: &Value) -> bool {
    schema.get("anyOf").is_some()
}

/// Every field of a schema, at any depth, with its resolved schema.
pub fn fields(schema: &Value) -> Fields {
    let mut fields = Fields::new();
    collect("", schema, &mut fields);
    fields.remove("");
    fields
}

fn collect(path: &str, schema: &Value, fields: &mut Fields) {
    let schema = resolved(schema);
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let separator = if path.is_empty() { "" } else { "." };
        collect(&format!("{path}{separator}{name}"), property, fields);
    }
    if let Some(items) = schema.get("items") {
        collect(&format!("{path}[]"), items, fields);
    }
    fields.insert(path.to_owned(), schema);
}

/// Every field of a JSON value, at any depth, with the values found there.
pub fn values(value: &Value) -> BTreeMap<String, Vec<Value>> {
    let mut values = BTreeMap::new();
    gather("", value, &mut values);
    values.remove("");
    values
}

fn gather(path: &str, value: &Value, values: &mut BTreeMap<String, Vec<Value>>) {
    match value {
        Value::Object(members) => {
            let separator = if path.is_empty() { "" } else { "." };
            for (name, member) in members {
                gather(&format!("{path}{separator}{name}"), member, values);
            }
        }
        Value::Array(items) => {
            items.iter().for_each(|item| gather(&format!("{path}[]"), item, values));
        }
        _ => {}
    }
    values.entry(path.to_owned()).or_default().push(value.clone());
}
