//! Ids.

use serde_json::{Value, json};

use super::spec::{Kind, Schema};

/// Hands out ids that nothing has yet.
#[derive(Default)]
pub(super) struct Ids {
    last: u64,
}

impl Ids {
    /// An id in the type of the schema: a number, or a text such as `motion_000001`.
    pub(super) fn fresh(&mut self, name: &str, schema: Option<&Schema>) -> Value {
        let number = self.number();
        match schema.map(|schema| &schema.kind) {
            Some(Kind::Integer) => json!(number),
            _ => json!(numbered(name, number)),
        }
    }

    pub(super) fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}

/// The text of an id by its property's name: `motion_000001` for `motion_id`.
pub(super) fn numbered(name: &str, number: u64) -> String {
    format!("{}_{number:06}", name.strip_suffix("_id").unwrap_or(name))
}

/// An id as it stands in paths, whether it is a text or a number.
pub(super) fn id_text(id: &Value) -> String {
    match id {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_fresh_and_have_the_type_of_the_schema() {
        let mut ids = Ids::default();
        let integer = Schema { kind: Kind::Integer, ..Schema::default() };
        assert_eq!(ids.fresh("motion_id", Some(&Schema::default())), "motion_000001");
        assert_eq!(ids.fresh("motion_id", None), "motion_000002");
        assert_eq!(ids.fresh("task_id", Some(&integer)), 3);
        assert_eq!((id_text(&json!(3)), id_text(&json!("three"))), ("3".into(), "three".into()));
    }
}
