//! The query of a list: filters, order and page.

use jogg_api::Operation;
use jogg_api::enums::RawStatus;
use serde_json::{Value, json};

use crate::JobStatus;
use crate::simulator::spec::schema::{Kind, Schema};
use crate::simulator::spec::{OperationSpec, Parameter};
use crate::simulator::wire::parameters::Parameters;

/// The query of one call of a list operation.
pub(crate) struct Query<'a> {
    spec: &'static OperationSpec,
    parameters: &'a Parameters,
}

impl<'a> Query<'a> {
    pub(crate) fn new(operation: &Operation, parameters: &'a Parameters) -> Self {
        Self { spec: OperationSpec::of(operation), parameters }
    }

    /// The value of a parameter, if the operation has that parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.spec.parameter(name)?;
        self.parameters.query(name).filter(|value| !value.is_empty())
    }

    /// The number of the page and its size, if the operation has pages.
    pub(crate) fn page(&self) -> Option<(usize, usize)> {
        self.spec.parameter("page")?;
        Some((self.number("page").unwrap_or(1), self.number("page_size").unwrap_or(10)))
    }

    /// Whether an item, which has this schema, matches every filter. A filter applies only to items
    /// that have a property of its name.
    pub(crate) fn matches(&self, schema: &Schema, item: &Value) -> bool {
        self.spec.parameters.iter().all(|parameter| {
            self.get(&parameter.name).is_none_or(|wanted| fits(parameter, wanted, schema, item))
        })
    }

    /// The positive number that a parameter has, or its default.
    fn number(&self, name: &str) -> Option<usize> {
        let default = || self.spec.parameter(name)?.schema.default.as_ref()?.as_u64();
        let number = self.get(name).and_then(|value| value.parse().ok()).or_else(default)?;
        usize::try_from(number.max(1)).ok()
    }
}

fn fits(parameter: &Parameter, wanted: &str, schema: &Schema, item: &Value) -> bool {
    let names: &[_] = match parameter.name.as_str() {
        "status" => &["status", "avatar_status"],
        name => &[name],
    };
    let found = names.iter().find_map(|name| Some((*name, item.get(*name)?)));
    let Some((name, value)) = found.filter(|(_, value)| !value.is_null()) else { return true };
    let found = schema.property(name).map(|property| property.value_name(value));
    let found = found.unwrap_or_else(|| value.to_string());
    let wanted = value_name(parameter, wanted);
    match parameter.name.as_str() {
        "name" => found.contains(&wanted),
        "status" => status(&found) == status(&wanted),
        _ => found == wanted,
    }
}

/// The name of the value that a parameter has.
fn value_name(parameter: &Parameter, value: &str) -> String {
    let schema = &parameter.schema;
    let number = value.parse::<i64>().ok().filter(|_| matches!(schema.kind, Kind::Integer));
    schema.value_name(&number.map_or_else(|| json!(value), Value::from))
}

/// Lists can be filtered by `processing`, but not by `pending`.
fn status(raw_status: &str) -> JobStatus {
    match JobStatus::from(&RawStatus::from(raw_status)) {
        JobStatus::Pending => JobStatus::Processing,
        status => status,
    }
}

#[cfg(test)]
mod tests {
    use jogg_api::operations as op;

    use super::*;
    use crate::simulator::spec::ListSpec;

    fn matches(operation: &'static Operation, query: &str, item: &Value) -> bool {
        let schema = ListSpec::of(operation).unwrap().item;
        let parameters = Parameters::new(Vec::new(), query);
        Query::new(operation, &parameters).matches(schema, item)
    }

    #[test]
    fn names_match_numbers() {
        for (operation, query, item, expected) in [
            (&op::LIST_PUBLIC_AVATARS, "aspect_ratio=landscape", json!({"aspect_ratio": 1}), true),
            (&op::LIST_PUBLIC_AVATARS, "aspect_ratio=square", json!({"aspect_ratio": 1}), false),
            (&op::LIST_PUBLIC_AVATARS, "gender=female", json!({"gender": "female"}), true),
            (&op::LIST_PUBLIC_AVATARS, "gender=female", json!({"gender": "male"}), false),
            (&op::LIST_PUBLIC_AVATARS, "gender=female&age=", json!({"gender": "female"}), true),
            // An unknown parameter, and a filter for a property that the item lacks.
            (&op::LIST_PUBLIC_AVATARS, "name=x&scene=news", json!({"name": "y"}), true),
            (&op::LIST_PUBLIC_AVATARS, "gender=female", json!({"gender": null}), true),
            (&op::LIST_PUBLIC_AVATARS, "gender=female", json!("no avatar"), true),
            (&op::LIST_PHOTO_AVATARS, "name=MIR", json!({"name": "Almira"}), true),
            (&op::LIST_PHOTO_AVATARS, "status=failed", json!({"status": 2}), true),
            (&op::LIST_PHOTO_AVATARS, "status=failed", json!({"status": 1}), false),
            (
                &op::LIST_CUSTOM_AVATARS,
                "status=completed",
                json!({"avatar_status": "success"}),
                true,
            ),
            (&op::LIST_CUSTOM_AVATARS, "status=failed", json!({"avatar_status": "done"}), false),
            (&op::LIST_PRODUCT_VIDEOS, "status=3", json!({"status": "pending"}), true),
            (&op::LIST_PRODUCT_VIDEOS, "status=4", json!({"status": "Success"}), true),
            (&op::LIST_PRODUCT_VIDEOS, "status=5", json!({"status": "completed"}), false),
        ] {
            assert_eq!(matches(operation, query, &item), expected, "{query} for {item}");
        }
    }
}
