//! Valid requests and whole responses for every operation, made from the examples of the spec.

use jogg_api::{Operation, RawRequest};
use serde_json::{Map, Value, json};

use crate::secrets::{self, WEBHOOK_SECRET};
use crate::spec::{self, resolved, target};

/// Fields that the examples of others need, which the spec says in words.
const NEEDED: [(&str, &str); 6] = [
    ("create_ai_script", "product_info.data.id"),
    ("create_product", "name"),
    ("create_video_from_avatar", "voice.script"),
    ("create_video_with_template", "variables.properties.content"),
    ("generate_product_avatar_images", "avatar_source.avatar_id"),
    ("generate_product_avatar_images", "avatar_source.avatar_type"),
];

/// The request of an operation with what it requires.
pub fn request(operation: &Operation) -> RawRequest {
    let node = spec::operation(operation);
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
    let mut body = schema.map(minimal).unwrap_or_default();
    for (_, path) in NEEDED.iter().filter(|(id, _)| *id == operation.id) {
        schema.into_iter().for_each(|schema| fill(schema, path, &mut body));
    }
    let mut request = RawRequest::new();
    (request.path, request.query, request.body) = (path, Value::Object(query), body);
    request
}

/// The request of an operation with everything it can have.
pub fn full_request(operation: &Operation) -> RawRequest {
    let mut request = request(operation);
    request.query = spec::query(operation).map(|schema| full(&schema)).unwrap_or_default();
    request.body = spec::body(operation).map(|schema| full(&schema)).unwrap_or_default();
    request
}

/// A response with all fields the spec has for it. Its URLs are signed, and each text that is no
/// result is a planted secret.
pub fn response(operation: &Operation) -> Value {
    let data = spec::data(operation).map(|data| whole(&data));
    let (message, id) = (secrets::message(), secrets::signed_url());
    json!({"code": 0, "msg": message, "rid": id, "data": data.unwrap_or_default()})
}

/// A value with all the fields of this schema.
fn whole(node: &Value) -> Value {
    let node = &resolved(node);
    if let Some(members) = node["properties"].as_object() {
        let member = |(name, member): (&String, &Value)| match name.ends_with("url") {
            true => (name.clone(), json!(secrets::signed_url())),
            false => (name.clone(), whole(member)),
        };
        return members.iter().map(member).collect();
    }
    if let Some(items) = node.get("items") {
        return json!([whole(items)]);
    }
    match &node["x-jogg-secret"] {
        Value::Bool(true) => json!(WEBHOOK_SECRET),
        _ if node["type"] == "string" && scalar(node).is_none() => json!("text"),
        _ => minimal(node),
    }
}

/// The required fields alone.
fn minimal(node: &Value) -> Value {
    let schema = resolved(node);
    if let Some(scalar) = scalar(&schema) {
        return scalar;
    }
    if let Some(items) = schema.get("items") {
        return json!([minimal(items)]);
    }
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    required.map(|name| (name.to_owned(), minimal(&schema["properties"][name]))).collect()
}

/// Puts the example of the field at a path there.
fn fill(node: &Value, path: &str, value: &mut Value) {
    let schema = resolved(node);
    if let (Some(node), Some(items)) = (schema.get("items"), value.as_array_mut()) {
        return items.iter_mut().for_each(|item| fill(node, path, item));
    }
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let property = &schema["properties"][name];
    match rest {
        "" => value[name] = minimal(property),
        rest => fill(property, rest, &mut value[name]),
    }
}

/// A value of this schema with every field it can have, those that exclude each other included.
pub fn full(node: &Value) -> Value {
    let schema = resolved(node);
    if let Some(properties) = schema["properties"].as_object() {
        return properties.iter().map(|(name, node)| (name.clone(), full(node))).collect();
    }
    if let Some(items) = schema.get("items").filter(|_| schema.get("example").is_none()) {
        return json!([full(items)]);
    }
    let by_type = || match schema["type"].as_str() {
        Some("boolean") => json!(true),
        Some("integer") => json!(2),
        Some("number") => json!(2.5),
        _ => json!("some text"),
    };
    scalar(&schema).unwrap_or_else(by_type)
}

fn scalar(schema: &Value) -> Option<Value> {
    schema.get("example").or_else(|| schema.pointer("/enum/0")).cloned()
}
