//! Response data made from schemas.

use serde_json::{Map, Value, json};

use super::schema::{Kind, Schema};

/// The prefix of the file URLs in the spec's examples. The simulator serves these files itself.
pub(crate) const EXAMPLE_FILES: &str = "https://files.example.com/";

/// The names under which operations explain a failure. Only failed responses have them.
pub(crate) const ERROR_TEXTS: [&str; 5] = ["err_msg", "error", "error_msg", "fail_msg", "msg"];

impl Schema {
    /// Makes a value of this schema: its example, or else one of its type. Omits error texts
    /// that have no example; an error that is a nullable object is null.
    pub(crate) fn synthesize(&self) -> Value {
        if let Some(example) = &self.example {
            return example.clone();
        }
        match &self.kind {
            Kind::Array(item) => json!([item.synthesize()]),
            Kind::Object(properties) => {
                let member = |(name, schema): (&String, &Self)| {
                    if schema.example.is_none() && schema.is_text() && name.ends_with("url") {
                        return Some((name.clone(), json!(format!("{EXAMPLE_FILES}file.bin"))));
                    }
                    if schema.example.is_some() || !ERROR_TEXTS.contains(&name.as_str()) {
                        return Some((name.clone(), schema.synthesize()));
                    }
                    schema.null_when_absent().then(|| (name.clone(), Value::Null))
                };
                properties.iter().filter_map(member).collect()
            }
            _ if !self.allowed.is_empty() => self.allowed[0].clone(),
            Kind::Boolean => json!(true),
            Kind::Integer => json!(1),
            Kind::Number => json!(1.5),
            Kind::Text => json!("text"),
        }
    }

    fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Text)
    }
}

/// Replaces a member wherever it occurs.
pub(crate) fn replace_everywhere(value: &mut Value, name: &str, new: &Value) {
    match value {
        Value::Array(items) => {
            items.iter_mut().for_each(|item| replace_everywhere(item, name, new));
        }
        Value::Object(members) => {
            for (member, value) in members {
                if member == name {
                    *value = new.clone();
                } else {
                    replace_everywhere(value, name, new);
                }
            }
        }
        _ => {}
    }
}

/// Copies the values that were sent to the properties of `data` that have the same name and type,
/// also inside its parts. The name of an enum's value is copied as its number where the schema has
/// numbers.
pub(crate) fn echo(schema: &Schema, sent: &Map<String, Value>, data: &mut Value) {
    match (&schema.kind, data) {
        (Kind::Array(item), Value::Array(values)) => {
            values.iter_mut().for_each(|value| echo(item, sent, value));
        }
        (Kind::Object(properties), Value::Object(members)) => {
            for (name, property) in properties {
                match sent.get(name).and_then(|value| in_type_of(property, value)) {
                    Some(value) => drop(members.insert(name.clone(), value)),
                    None => {
                        members.get_mut(name).into_iter().for_each(|it| echo(property, sent, it));
                    }
                }
            }
        }
        _ => {}
    }
}

fn in_type_of(property: &Schema, value: &Value) -> Option<Value> {
    if property.accepts(value) {
        return Some(value.clone());
    }
    let text = value.as_str()?;
    let place = property.names.iter().position(|name| name.eq_ignore_ascii_case(text))?;
    property.allowed.get(place).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(properties: impl IntoIterator<Item = (&'static str, Schema)>) -> Schema {
        let properties = properties.into_iter().map(|(name, schema)| (name.to_owned(), schema));
        Schema { kind: Kind::Object(properties.collect()), ..Schema::default() }
    }

    fn of(kind: Kind) -> Schema {
        Schema { kind, ..Schema::default() }
    }

    #[test]
    fn values_come_from_the_example_or_the_type() {
        let choice = Schema { allowed: vec![json!("a"), json!("b")], ..Schema::default() };
        let example = Schema { example: Some(json!("shown")), ..Schema::default() };
        let schema = object([
            ("choice", choice),
            ("err_msg", Schema::default()),
            ("flag", of(Kind::Boolean)),
            ("list", of(Kind::Array(Box::new(of(Kind::Integer))))),
            ("msg", example),
            ("number", of(Kind::Number)),
            ("text", Schema::default()),
            ("cover_url", Schema::default()),
        ]);
        let value = schema.synthesize();
        assert_eq!(
            value,
            json!({
                "choice": "a", "flag": true, "list": [1], "msg": "shown", "number": 1.5,
                "text": "text", "cover_url": "https://files.example.com/file.bin",
            })
        );
    }

    #[test]
    fn an_echo_needs_name_and_type() {
        let ratio = Schema {
            allowed: vec![json!(0), json!(1)],
            names: vec!["Portrait".to_owned(), "Landscape".to_owned()],
            ..of(Kind::Integer)
        };
        let part = object([("name", Schema::default())]);
        let schema = object([
            ("name", Schema::default()),
            ("number", of(Kind::Integer)),
            ("parts", of(Kind::Array(Box::new(part)))),
            ("ratio", ratio),
        ]);
        let sent = json!({"name": "Mira", "number": "one", "ratio": "landscape", "other": 1});
        let mut data = json!({"name": "x", "number": 0, "parts": [{"name": "y"}], "ratio": 0});
        echo(&schema, sent.as_object().unwrap(), &mut data);
        let parts = json!([{"name": "Mira"}]);
        assert_eq!(data, json!({"name": "Mira", "number": 0, "parts": parts, "ratio": 1}));
    }
}
