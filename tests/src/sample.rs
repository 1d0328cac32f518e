//! Valid arguments and whole answers for every operation, made from the examples of the spec.

use std::sync::OnceLock;

use jogg_api::Arguments;
use jogg_api::Operation;
use serde_json::{Map, Value, json};

use crate::secrets::{self, WEBHOOK_SECRET};

/// The arguments an operation cannot do without.
pub fn arguments(operation: &Operation) -> Arguments {
    let spec = spec();
    let node = &spec["paths"][operation.path][operation.method.to_lowercase()];
    let (mut path, mut query) = (Map::new(), Map::new());
    for parameter in node["parameters"].as_array().into_iter().flatten() {
        let parameter = target(parameter);
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        let example = parameter["example"].clone();
        match parameter["in"].as_str() {
            Some("path") => drop(path.insert(name, example)),
            Some("query") if parameter["required"] == true => drop(query.insert(name, example)),
            _ => {}
        }
    }
    let schema = node.pointer("/requestBody/content/application~1json/schema");
    let body = schema.map(minimal).unwrap_or_default();
    let mut arguments = Arguments::default();
    (arguments.path, arguments.query, arguments.body) = (path, Value::Object(query), body);
    arguments
}

/// An answer with all fields the spec has for it. Its URLs are signed, and each text that is no
/// result is a planted secret.
pub fn answer(operation: &Operation) -> Value {
    let node = &spec()["paths"][operation.path][operation.method.to_lowercase()];
    let schema = target(&node["responses"]["200"]["content"]["application/json"]["schema"]);
    let parts = schema["allOf"].as_array().into_iter().flatten().map(target);
    let data = parts.filter_map(|part| part["properties"].get("data")).map(whole).next_back();
    let (msg, rid) = (secrets::message(), secrets::signed_url());
    json!({"code": 0, "msg": msg, "rid": rid, "data": data.unwrap_or_default()})
}

fn spec() -> &'static Value {
    static SPEC: OnceLock<Value> = OnceLock::new();
    SPEC.get_or_init(|| serde_json::from_str(jogg_api::SPEC).expect("the spec is JSON"))
}

fn target(node: &'static Value) -> &'static Value {
    let reference = node["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|pointer| spec().pointer(pointer)).unwrap_or(node)
}

/// A value with all the fields of this schema.
fn whole(node: &'static Value) -> Value {
    let node = target(node);
    if let Some(members) = node["properties"].as_object() {
        return members.iter().map(|(name, member)| (name.clone(), whole(member))).collect();
    }
    if let Some(items) = node.get("items") {
        return json!([whole(items)]);
    }
    match (&node["format"], &node["x-jogg-secret"]) {
        (format, _) if format == "uri" => json!(secrets::signed_url()),
        (_, Value::Bool(true)) => json!(WEBHOOK_SECRET),
        _ => match node.pointer("/allOf/0") {
            Some(part) if node.get("example").is_none() => whole(part),
            _ => minimal(node),
        },
    }
}

fn minimal(node: &'static Value) -> Value {
    let node = target(node);
    if let Some(example) = node.get("example") {
        return example.clone();
    }
    if let Some(part) = node.pointer("/allOf/0") {
        return minimal(part);
    }
    if let Some(items) = node.get("items") {
        return json!([minimal(items)]);
    }
    if let Some(first) = node.pointer("/enum/0") {
        return first.clone();
    }
    let required = node["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    required.map(|name| (name.to_owned(), minimal(&node["properties"][name]))).collect()
}
