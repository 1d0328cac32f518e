//! What the spec says about parameters and answers, read once.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use jogg_api::Operation;
use jogg_api::operations::OPERATIONS;
use serde_json::{Map, Value};

/// One operation's part of the spec.
pub(super) struct OperationSpec {
    pub(super) parameters: Vec<Parameter>,
    /// The answer's `data`, if it has one.
    pub(super) data: Option<Schema>,
}

impl OperationSpec {
    pub(super) fn of(operation: &Operation) -> &'static Self {
        static EMPTY: OperationSpec = OperationSpec { parameters: Vec::new(), data: None };
        static SPEC: OnceLock<HashMap<&str, OperationSpec>> = OnceLock::new();
        let spec = SPEC.get_or_init(|| {
            let document = serde_json::from_str(jogg_api::SPEC).expect("codegen writes JSON");
            let document = Document(document);
            OPERATIONS
                .iter()
                .map(|operation| (operation.id, document.operation(operation)))
                .collect()
        });
        spec.get(operation.id).unwrap_or(&EMPTY)
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

/// A path or query parameter.
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) in_query: bool,
    pub(super) required: bool,
    pub(super) schema: Schema,
}

/// A schema with its references resolved and its `allOf` merged.
#[derive(Default)]
pub(super) struct Schema {
    pub(super) kind: Kind,
    pub(super) default: Option<Value>,
    /// The values of an enum.
    pub(super) allowed: Vec<Value>,
    /// The names of an enum's values, if they are numbers.
    pub(super) names: Vec<String>,
    /// Whether the enum's values may grow.
    pub(super) open: bool,
    pub(super) nullable: bool,
    pub(super) example: Option<Value>,
    pub(super) format: Option<String>,
    /// The smallest and the largest number, if there are bounds.
    pub(super) range: (Option<i64>, Option<i64>),
}

#[derive(Default)]
pub(super) enum Kind {
    Array(Box<Schema>),
    Boolean,
    Integer,
    Number,
    Object(BTreeMap<String, Schema>),
    #[default]
    Text,
}

impl Schema {
    /// A property of an object.
    pub(super) fn property(&self, name: &str) -> Option<&Self> {
        self.properties().find(|(property, _)| *property == name).map(|(_, schema)| schema)
    }

    /// The properties of an object; none of anything else.
    pub(super) fn properties(&self) -> impl Iterator<Item = (&str, &Self)> {
        let properties = match &self.kind {
            Kind::Object(properties) => Some(properties),
            _ => None,
        };
        properties.into_iter().flatten().map(|(name, schema)| (name.as_str(), schema))
    }

    /// The first property that is a list, and what its items look like.
    pub(super) fn list(&self) -> Option<(&str, &Self)> {
        self.properties().find_map(|(name, schema)| match &schema.kind {
            Kind::Array(item) => Some((name, &**item)),
            _ => None,
        })
    }

    /// The first property that is a list of objects, and what its items look like.
    pub(super) fn object_list(&self) -> Option<(&str, &Self)> {
        self.properties().find_map(|(name, schema)| match &schema.kind {
            Kind::Array(item) if matches!(item.kind, Kind::Object(_)) => Some((name, &**item)),
            _ => None,
        })
    }

    /// A value as a word in lower case, for the values of an enum of numbers their names.
    pub(super) fn word(&self, value: &Value) -> String {
        let place = self.allowed.iter().position(|allowed| allowed == value);
        let name = place.and_then(|place| self.names.get(place));
        let word = name.map(String::as_str).or(value.as_str());
        word.map_or_else(|| value.to_string(), str::to_lowercase)
    }

    /// Whether a value has the type of this schema, looking no deeper than its surface.
    pub(super) fn accepts(&self, value: &Value) -> bool {
        match self.kind {
            Kind::Array(_) => value.is_array(),
            Kind::Boolean => value.is_boolean(),
            Kind::Integer => value.is_i64() || value.is_u64(),
            Kind::Number => value.is_number(),
            Kind::Object(_) => value.is_object(),
            Kind::Text => value.is_string(),
        }
    }
}

/// A schema that contains itself ends here. Answers are half as deep; much deeper, one that contains
/// itself twice would take for ever.
const MAX_DEPTH: usize = 12;

struct Document(Value);

impl Document {
    fn operation(&self, operation: &Operation) -> OperationSpec {
        let path = &self.0["paths"][operation.path];
        let operation = &path[operation.method.to_ascii_lowercase()];
        let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        let mut answer = self.schema(answer, 0);
        let data = match &mut answer.kind {
            Kind::Object(members) => members.remove("data"),
            _ => None,
        };
        let parameters = [&path["parameters"], &operation["parameters"]];
        let parameters = parameters.into_iter().filter_map(Value::as_array).flatten();
        OperationSpec { parameters: parameters.map(|node| self.parameter(node)).collect(), data }
    }

    fn parameter(&self, node: &Value) -> Parameter {
        let node = self.target(node);
        Parameter {
            name: node["name"].as_str().unwrap_or_default().to_owned(),
            in_query: node["in"] == "query",
            required: node["required"] == true,
            schema: self.schema(&node["schema"], 0),
        }
    }

    fn schema(&self, node: &Value, depth: usize) -> Schema {
        if depth > MAX_DEPTH {
            return Schema::default();
        }
        let mut members = self.merged(node, depth);
        let kind = match members.get("type").and_then(Value::as_str) {
            Some("array") => Kind::Array(Box::new(self.schema(&members["items"], depth + 1))),
            Some("boolean") => Kind::Boolean,
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            Some("object") => Kind::Object(self.properties(&members, depth)),
            None if members.contains_key("properties") => {
                Kind::Object(self.properties(&members, depth))
            }
            _ => Kind::Text,
        };
        let names = members.get("x-enum-varnames").and_then(Value::as_array).into_iter().flatten();
        let names = names.filter(|_| matches!(kind, Kind::Integer)).filter_map(Value::as_str);
        Schema {
            names: names.map(str::to_owned).collect(),
            kind,
            default: members.remove("default"),
            allowed: members.get("enum").and_then(Value::as_array).cloned().unwrap_or_default(),
            open: members.get("x-jogg-open").is_some_and(|open| *open == true),
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
        let schema = |(name, node): (&String, &Value)| (name.clone(), self.schema(node, depth + 1));
        properties.into_iter().flatten().map(schema).collect()
    }

    /// The members of a schema, those of its reference and its `allOf` first, so that what stands
    /// beside them wins.
    fn merged(&self, node: &Value, depth: usize) -> Map<String, Value> {
        let mut merged = Map::new();
        if depth > MAX_DEPTH {
            return merged;
        }
        let node = self.target(node);
        let parts = node["allOf"].as_array().into_iter().flatten();
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

    /// The node itself, or what its `$ref` points to.
    fn target<'a>(&'a self, node: &'a Value) -> &'a Value {
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
}

#[cfg(test)]
mod tests {
    use jogg_api::operations::{
        ADD_PHOTO_AVATAR_MOTION, LIST_PRODUCT_VIDEOS, LIST_PUBLIC_AVATARS, UPDATE_PRODUCT,
    };
    use serde_json::json;

    use super::*;

    #[test]
    fn references_and_all_of_are_resolved() {
        let motion = OperationSpec::of(&ADD_PHOTO_AVATAR_MOTION).data.as_ref().unwrap();
        let status = motion.property("status").unwrap();
        assert!(status.open && status.allowed.contains(&json!("completed")));
        assert_eq!(status.example, Some(json!("completed")));
        assert!(matches!(motion.property("avatar_id").unwrap().kind, Kind::Integer));
        assert!(OperationSpec::of(&UPDATE_PRODUCT).data.is_none());
    }

    #[test]
    fn parameters_are_found_by_name() {
        let spec = OperationSpec::of(&LIST_PRODUCT_VIDEOS);
        let status = spec.parameter("status").unwrap();
        assert!(status.in_query && !status.required && !status.schema.open);
        assert_eq!(status.schema.allowed, [json!(3), json!(4), json!(5)]);
        assert_eq!(spec.parameter("page_size").unwrap().schema.default, Some(json!(10)));
    }

    #[test]
    fn numbers_have_names() {
        let avatars = OperationSpec::of(&LIST_PUBLIC_AVATARS).data.as_ref().unwrap();
        let (_, avatar) = avatars.list().unwrap();
        let ratio = avatar.property("aspect_ratio").unwrap();
        let gender = avatar.property("gender").unwrap();
        for (schema, value, word) in [
            (ratio, json!(0), "portrait"),
            (ratio, json!(2), "square"),
            (ratio, json!(7), "7"),
            (ratio, json!("Landscape"), "landscape"),
            (gender, json!("female"), "female"),
            (gender, json!(null), "null"),
        ] {
            assert_eq!(schema.word(&value), word);
        }
    }

    #[test]
    fn a_schema_that_contains_itself_ends() {
        let document = Document(json!({"a": {
            "type": "object", "properties": {"a": {"$ref": "#/a"}, "b": {"allOf": [{"$ref": "#/a"}]}},
        }, "c": {"$ref": "#/c"}}));
        // A reference to itself, and an object inside itself.
        assert!(matches!(document.schema(&json!({"$ref": "#/c"}), 0).kind, Kind::Text));
        let mut schema = &document.schema(&json!({"$ref": "#/a"}), 0);
        for _ in 0..MAX_DEPTH {
            schema = schema.property("a").unwrap();
        }
        assert!(schema.property("b").is_some_and(|last| last.property("a").is_none()));
    }
}
