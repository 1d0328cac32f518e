//! What the spec says about operations, parsed once.
//!
//! `schema` is the data, `document` reads it, `values` makes response data from it, and `jobs` adds
//! the table of jobs.

mod document;
pub(crate) mod jobs;
pub(crate) mod schema;
pub(crate) mod values;

use std::collections::HashMap;
use std::sync::OnceLock;

use jogg_api::Operation;
use jogg_api::operations::OPERATIONS;
use serde_json::Value;

use self::document::Document;
use self::schema::{Kind, Schema};

/// One operation's part of the spec.
pub(crate) struct OperationSpec {
    pub(crate) parameters: Vec<Parameter>,
    /// The schema of the body, if the operation takes one.
    pub(crate) body: Option<Schema>,
    /// The schema of the response's `data`, if it has any.
    pub(crate) data: Option<Schema>,
}

impl OperationSpec {
    pub(crate) fn of(operation: &Operation) -> &'static Self {
        static EMPTY: OperationSpec =
            OperationSpec { parameters: Vec::new(), body: None, data: None };
        static SPEC: OnceLock<HashMap<&str, OperationSpec>> = OnceLock::new();
        let spec = SPEC.get_or_init(|| {
            let document =
                Document(serde_json::from_str(jogg_api::SPEC).expect("codegen writes JSON"));
            let read =
                |operation: &&'static Operation| (operation.id, Self::read(&document, operation));
            OPERATIONS.iter().map(read).collect()
        });
        spec.get(operation.id).unwrap_or(&EMPTY)
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    fn read(document: &Document, operation: &Operation) -> Self {
        let path = &document.0["paths"][operation.path];
        let operation = &path[operation.method.to_ascii_lowercase()];
        let body = operation.pointer("/requestBody/content/application~1json/schema");
        let response = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        let data = match document.schema(response).kind {
            Kind::Object(mut members) => members.remove("data"),
            _ => None,
        };
        let nodes = [&path["parameters"], &operation["parameters"]];
        let nodes = nodes.into_iter().filter_map(Value::as_array).flatten();
        let parameters = nodes.map(|node| Parameter::read(document, node)).collect();
        Self { parameters, body: body.map(|body| document.schema(body)), data }
    }
}

/// A path or query parameter.
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) in_query: bool,
    pub(crate) required: bool,
    pub(crate) schema: Schema,
}

impl Parameter {
    fn read(document: &Document, node: &Value) -> Self {
        let node = document.target(node);
        Self {
            name: node["name"].as_str().unwrap_or_default().to_owned(),
            in_query: node["in"] == "query",
            required: node["required"] == true,
            schema: document.schema(&node["schema"]),
        }
    }
}

/// What the spec says about a list.
pub(crate) struct ListSpec {
    pub(crate) data: &'static Schema,
    /// The member of `data` that holds the items.
    pub(crate) name: &'static str,
    pub(crate) item: &'static Schema,
}

impl ListSpec {
    /// The list that an operation returns, if it returns one. Operations about a single thing,
    /// which may have parts, require its id.
    pub(crate) fn of(operation: &Operation) -> Option<Self> {
        let spec = OperationSpec::of(operation);
        let data = spec.data.as_ref().filter(|_| operation.method == "GET")?;
        let (name, item) = data.list()?;
        let single = spec.parameters.iter().any(|parameter| parameter.required);
        (!single).then_some(Self { data, name, item })
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
    fn numeric_enum_values_have_names() {
        let avatars = OperationSpec::of(&LIST_PUBLIC_AVATARS).data.as_ref().unwrap();
        let (_, avatar) = avatars.list().unwrap();
        let ratio = avatar.property("aspect_ratio").unwrap();
        let gender = avatar.property("gender").unwrap();
        for (schema, value, name) in [
            (ratio, json!(0), "portrait"),
            (ratio, json!(2), "square"),
            (ratio, json!(7), "7"),
            (ratio, json!("Landscape"), "landscape"),
            (gender, json!("female"), "female"),
            (gender, json!(null), "null"),
        ] {
            assert_eq!(schema.value_name(&value), name);
        }
    }
}
