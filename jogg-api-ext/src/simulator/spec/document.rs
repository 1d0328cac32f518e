//! Reads schemas from the spec's JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::schema::{Kind, Schema};

/// Where a schema that contains itself ends. Responses are half as deep; much deeper, a schema that
/// contains itself twice would take forever.
const MAX_DEPTH: usize = 12;

/// The spec as JSON.
pub(crate) struct Document(pub(crate) Value);

impl Document {
    /// Reads a schema.
    pub(crate) fn schema(&self, node: &Value) -> Schema {
        self.schema_at(node, 0)
    }

    /// The node itself, or what its `$ref` points to.
    pub(crate) fn target<'a>(&'a self, node: &'a Value) -> &'a Value {
        let mut node = node;
        for _ in 0..MAX_DEPTH {
            let pointer = node["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
            match pointer.and_then(|pointer| self.0.pointer(pointer)) {
                Some(target) => node = target,
                None => break,
            }
        }
        node
    }

    fn schema_at(&self, node: &Value, depth: usize) -> Schema {
        if depth > MAX_DEPTH {
            return Schema::default();
        }
        let mut members = self.merged(node, depth);
        let kind = match members.get("type").and_then(Value::as_str) {
            Some("array") => Kind::Array(Box::new(self.schema_at(&members["items"], depth + 1))),
            Some("boolean") => Kind::Boolean,
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            Some("object") => Kind::Object(self.properties(&members, depth)),
            None if members.contains_key("properties") => {
                Kind::Object(self.properties(&members, depth))
            }
            _ => Kind::Text,
        };
        let names = if matches!(kind, Kind::Integer) { "x-enum-varnames" } else { "" };
        Schema {
            names: texts(&members, names),
            required: texts(&members, "required"),
            kind,
            default: members.remove("default"),
            allowed: members.get("enum").and_then(Value::as_array).cloned().unwrap_or_default(),
            open: members.contains_key("anyOf"),
            nullable: members.get("nullable").is_some_and(|nullable| *nullable == true),
            example: members.remove("example"),
            format: members.get("format").and_then(Value::as_str).map(str::to_owned),
            range: (
                members.get("minimum").and_then(Value::as_i64),
                members.get("maximum").and_then(Value::as_i64),
            ),
        }
    }

    fn properties(&self, members: &Map<String, Value>, depth: usize) -> BTreeMap<String, Schema> {
        let properties = members.get("properties").and_then(Value::as_object);
        let schema =
            |(name, node): (&String, &Value)| (name.clone(), self.schema_at(node, depth + 1));
        properties.into_iter().flatten().map(schema).collect()
    }

    /// The members of a schema. Those of its reference and its `allOf` come first, so that members
    /// beside them win. `anyOf` lists the known values of an open enum before their type alone.
    fn merged(&self, node: &Value, depth: usize) -> Map<String, Value> {
        let mut merged = Map::new();
        if depth > MAX_DEPTH {
            return merged;
        }
        let node = self.target(node);
        let parts = node["allOf"].as_array().into_iter().flatten().chain(node["anyOf"].get(0));
        let parts = parts.map(|part| self.merged(part, depth + 1));
        for part in parts.chain(node.as_object().cloned()) {
            for (name, value) in part {
                match (merged.get_mut(&name), value) {
                    (Some(Value::Object(known)), Value::Object(more)) if name == "properties" => {
                        known.extend(more);
                    }
                    (_, value) => drop(merged.insert(name, value)),
                }
            }
        }
        merged
    }
}

/// The texts in a list.
fn texts(members: &Map<String, Value>, list: &str) -> Vec<String> {
    let texts = members.get(list).and_then(Value::as_array).into_iter().flatten();
    texts.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_that_contains_itself_ends() {
        let document = Document(json!({"a": {
            "type": "object",
            "properties": {"a": {"$ref": "#/a"}, "b": {"allOf": [{"$ref": "#/a"}]}},
        }, "c": {"$ref": "#/c"}}));
        // A reference to itself, and an object inside itself.
        assert!(matches!(document.schema(&json!({"$ref": "#/c"})).kind, Kind::Text));
        let mut schema = &document.schema(&json!({"$ref": "#/a"}));
        for _ in 0..MAX_DEPTH {
            schema = schema.property("a").unwrap();
        }
        assert!(schema.property("b").is_some_and(|last| last.property("a").is_none()));
    }
}
