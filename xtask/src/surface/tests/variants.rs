//! Other ways to write the same wire, for tests: each takes a spec and returns one that must have
//! the same surface.

use serde_json::{Map, Value, json};

use crate::document::pointer_token;

/// Turns every schema inside another into a component.
pub(crate) fn hoisted(spec: &Value) -> Value {
    let mut made = Map::new();
    // Names without a component, even if the spec was hoisted before.
    let first = spec["components"]["schemas"].as_object().unwrap().len();
    let mut output = map_schemas(spec, &mut |schema| {
        if schema.get("$ref").is_some() {
            return schema;
        }
        let name = format!("Hoisted{}", first + made.len());
        made.insert(name.clone(), schema);
        json!({"$ref": format!("#/components/schemas/{name}")})
    });
    if let Some(schemas) = output.pointer_mut("/components/schemas").and_then(Value::as_object_mut)
    {
        schemas.extend(made);
    }
    output
}

/// Replaces every reference that isn't recursive by its target.
pub(crate) fn inlined(spec: &Value) -> Value {
    inline(spec, spec, &mut Vec::new())
}

fn inline(spec: &Value, node: &Value, above: &mut Vec<String>) -> Value {
    match node {
        Value::Object(members) => {
            let target = node.get("$ref").and_then(Value::as_str);
            if let Some(target) = target.filter(|target| !above.contains(&(*target).to_owned())) {
                above.push(target.to_owned());
                let found = spec.pointer(target.trim_start_matches('#')).unwrap();
                let output = inline(spec, found, above);
                above.pop();
                return output;
            }
            members
                .iter()
                .map(|(key, value)| match key.as_str() {
                    "components" => (key.clone(), value.clone()),
                    // Branches that a discriminator refers to stay references.
                    "oneOf" | "anyOf" if node.get("discriminator").is_some() => {
                        (key.clone(), value.clone())
                    }
                    _ => (key.clone(), inline(spec, value, above)),
                })
                .collect()
        }
        Value::Array(items) => items.iter().map(|item| inline(spec, item, above)).collect(),
        _ => node.clone(),
    }
}

/// Turns every keyword of a schema, and every property, into a part of an `allOf`.
pub(crate) fn split(spec: &Value) -> Value {
    map_schemas(spec, &mut |schema| {
        let mut parts = Vec::new();
        for (key, value) in schema.as_object().unwrap() {
            match (key.as_str(), value) {
                ("allOf", Value::Array(inner)) => parts.extend(inner.iter().cloned()),
                ("properties", Value::Object(properties)) => parts.extend(
                    properties.iter().map(|(name, value)| json!({"properties": {name: value}})),
                ),
                ("required", Value::Array(names)) => {
                    parts.extend(names.iter().map(|name| json!({"required": [name]})));
                }
                _ => parts.push(json!({key: value})),
            }
        }
        json!({"allOf": parts})
    })
}

/// Reverses lists, whose order doesn't count.
pub(crate) fn reordered(spec: &Value) -> Value {
    match spec {
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), reordered(value))).collect()
        }
        Value::Array(items) => items.iter().rev().map(reordered).collect(),
        _ => spec.clone(),
    }
}

/// Renames every component.
pub(crate) fn renamed(spec: &Value) -> Value {
    let text = spec.to_string();
    let mut text = text;
    for section in ["schemas", "parameters", "responses", "requestBodies", "headers"] {
        let Some(components) = spec.pointer(&format!("/components/{section}")) else { continue };
        for name in components.as_object().unwrap().keys() {
            let place = format!("#/components/{section}/{}", pointer_token(name));
            text = text.replace(&format!("{place}\""), &format!("{place}Renamed\""));
        }
    }
    let mut output: Value = serde_json::from_str(&text).unwrap();
    let components = output["components"].as_object_mut().unwrap();
    for (section, members) in components.iter_mut() {
        if section != "securitySchemes" {
            let renamed = members.as_object().unwrap().iter();
            *members =
                renamed.map(|(name, value)| (format!("{name}Renamed"), value.clone())).collect();
        }
    }
    output
}

/// Applies a change to every schema, inner ones first.
fn map_schemas(spec: &Value, change: &mut impl FnMut(Value) -> Value) -> Value {
    let Value::Object(members) = spec else {
        return match spec {
            Value::Array(items) => items.iter().map(|item| map_schemas(item, change)).collect(),
            _ => spec.clone(),
        };
    };
    let output = members.iter().map(|(key, value)| {
        let value = match key.as_str() {
            "schema" => map_schema(value, change),
            "schemas" => named_schemas(value, change),
            _ => map_schemas(value, change),
        };
        (key.clone(), value)
    });
    output.collect()
}

fn named_schemas(schemas: &Value, change: &mut impl FnMut(Value) -> Value) -> Value {
    let schemas = schemas.as_object().unwrap().iter();
    schemas.map(|(name, schema)| (name.clone(), map_schema(schema, change))).collect()
}

fn map_schema(schema: &Value, change: &mut impl FnMut(Value) -> Value) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    let output = members.iter().map(|(key, value)| {
        let value = match (key.as_str(), value) {
            ("properties", _) => named_schemas(value, change),
            ("items" | "additionalProperties" | "not", _) => map_schema(value, change),
            ("allOf", Value::Array(parts)) => {
                parts.iter().map(|part| map_schema(part, change)).collect()
            }
            // Branches that a discriminator refers to stay references.
            ("oneOf" | "anyOf", Value::Array(parts)) if members.get("discriminator").is_none() => {
                parts.iter().map(|part| map_schema(part, change)).collect()
            }
            _ => value.clone(),
        };
        (key.clone(), value)
    });
    let output = output.collect();
    change(output)
}
