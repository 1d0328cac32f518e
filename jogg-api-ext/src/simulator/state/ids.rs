//! Ids: new ones, and comparing them.

use serde_json::{Value, json};

use crate::simulator::spec::schema::{Kind, Schema};

/// The names of a template's id. The data of a single template has both.
pub(crate) const TEMPLATE_ID_NAMES: [&str; 2] = ["id", "template_id"];

/// Makes unique ids.
#[derive(Default)]
pub(crate) struct Ids {
    last: u64,
}

impl Ids {
    /// A new id of the schema's type: a number, or a string such as `motion_000001`.
    pub(crate) fn fresh(&mut self, name: &str, schema: Option<&Schema>) -> Value {
        let number = self.number();
        match schema.map(|schema| &schema.kind) {
            Some(Kind::Integer) => json!(number),
            _ => json!(numbered(name, number)),
        }
    }

    /// A new id as a number.
    pub(crate) fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}

/// The string form of an id, by the name of its property: `motion_000001` for `motion_id`.
pub(crate) fn numbered(name: &str, number: u64) -> String {
    format!("{}_{number:06}", name.strip_suffix("_id").unwrap_or(name))
}

/// An id as it appears in paths, whether it is a string or a number.
pub(crate) fn id_text(id: &Value) -> String {
    match id {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether an item has this id, be it sent as a string or as a number.
pub(crate) fn has_id(item: &Value, name: &str, id: &Value) -> bool {
    item.get(name).is_some_and(|known| id_text(known) == id_text(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_have_the_type_of_the_schema() {
        let mut ids = Ids::default();
        let integer = Schema { kind: Kind::Integer, ..Schema::default() };
        assert_eq!(ids.fresh("motion_id", Some(&Schema::default())), "motion_000001");
        assert_eq!(ids.fresh("motion_id", None), "motion_000002");
        assert_eq!(ids.fresh("task_id", Some(&integer)), 3);
        assert_eq!((id_text(&json!(3)), id_text(&json!("three"))), ("3".into(), "three".into()));
    }
}
