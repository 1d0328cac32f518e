//! Which items of a list were asked for.

use jogg_api::enums::RawStatus;
use serde_json::{Value, json};

use super::parameters::Parameters;
use super::spec::{Kind, OperationSpec, Parameter, Schema};
use crate::jobs::JobStatus;

/// The query of one call of a list operation.
pub(super) struct Filters<'a> {
    pub(super) spec: &'static OperationSpec,
    pub(super) item: &'static Schema,
    pub(super) parameters: &'a Parameters,
}

impl Filters<'_> {
    /// Whether an item is what every filter asks for. A filter holds only for items that have a
    /// property of its name.
    pub(super) fn let_through(&self, item: &Value) -> bool {
        self.spec.parameters.iter().all(|parameter| {
            let asked = self.parameters.query(&parameter.name).filter(|asked| !asked.is_empty());
            asked.is_none_or(|asked| self.fits(parameter, asked, item))
        })
    }

    fn fits(&self, parameter: &Parameter, asked: &str, item: &Value) -> bool {
        let names: &[_] = match parameter.name.as_str() {
            "status" => &["status", "avatar_status"],
            name => &[name],
        };
        let found = names.iter().find_map(|name| Some((*name, item.get(*name)?)));
        let Some((name, value)) = found.filter(|(_, value)| !value.is_null()) else { return true };
        let word = self.item.property(name).map(|property| property.word(value));
        let word = word.unwrap_or_else(|| value.to_string());
        let asked = word_of(parameter, asked);
        match parameter.name.as_str() {
            "name" => word.contains(&asked),
            "status" => status(&word) == status(&asked),
            _ => word == asked,
        }
    }
}

/// What a parameter asks for, as a word in lower case.
fn word_of(parameter: &Parameter, asked: &str) -> String {
    let schema = &parameter.schema;
    let number = asked.parse::<i64>().ok().filter(|_| matches!(schema.kind, Kind::Integer));
    schema.word(&number.map_or_else(|| json!(asked), Value::from))
}

/// Lists can be asked for what runs, but not for what waits.
fn status(word: &str) -> JobStatus {
    match JobStatus::from(&RawStatus::from(word)) {
        JobStatus::Pending => JobStatus::Processing,
        status => status,
    }
}

#[cfg(test)]
mod tests {
    use jogg_api::Operation;
    use jogg_api::operations as op;

    use super::super::lists::ListSpec;
    use super::*;

    fn passes(operation: &'static Operation, query: &str, item: &Value) -> bool {
        let spec = OperationSpec::of(operation);
        let item_schema = ListSpec::of(operation).unwrap().item;
        let parameters = Parameters::new(Vec::new(), query);
        Filters { spec, item: item_schema, parameters: &parameters }.let_through(item)
    }

    #[test]
    fn words_meet_numbers() {
        for (operation, query, item, expected) in [
            (&op::LIST_PUBLIC_AVATARS, "aspect_ratio=landscape", json!({"aspect_ratio": 1}), true),
            (&op::LIST_PUBLIC_AVATARS, "aspect_ratio=square", json!({"aspect_ratio": 1}), false),
            (&op::LIST_PUBLIC_AVATARS, "gender=female", json!({"gender": "female"}), true),
            (&op::LIST_PUBLIC_AVATARS, "gender=female", json!({"gender": "male"}), false),
            (&op::LIST_PUBLIC_AVATARS, "gender=female&age=", json!({"gender": "female"}), true),
            // An unknown parameter, and a filter for what items do not say.
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
            assert_eq!(passes(operation, query, &item), expected, "{query} for {item}");
        }
    }
}
