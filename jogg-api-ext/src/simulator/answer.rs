//! Answers made up from the spec, and the envelope around every answer.

use std::time::Duration;

use jogg_api::enums::ErrorCode;
use serde_json::{Map, Value, json};

use super::Dialect;
use super::reply::Reply;
use super::spec::{Kind, Schema};

/// Where the files in the spec's examples are said to lie. This server takes their place.
pub(super) const EXAMPLE_FILES: &str = "https://files.example.com/";

/// The names under which operations explain a failure. They are part of failed answers only.
pub(super) const ERROR_TEXTS: [&str; 5] = ["err_msg", "error", "error_msg", "fail_msg", "msg"];

/// An answer that is no error, in the envelope.
pub(super) fn success(dialect: Dialect, data: &Value) -> Reply {
    let msg = match dialect {
        Dialect::Documented => "Success",
        Dialect::Live => "success",
    };
    envelope(200, ErrorCode::Success, msg, data)
}

/// An answer in the envelope.
pub(super) fn envelope(status: u16, code: ErrorCode, msg: &str, data: &Value) -> Reply {
    let rid = format!("{:032x}", fastrand::u128(..));
    Reply::json(status, json!({"rid": rid, "code": code, "msg": msg, "data": data}))
}

impl Schema {
    /// A value of this schema: its example, or else one that fits its type. Error texts without an
    /// example are left out; an error that is a nullable object is null.
    pub(super) fn synthesize(&self) -> Value {
        if let Some(example) = &self.example {
            return example.clone();
        }
        match &self.kind {
            Kind::Array(item) => json!([item.synthesize()]),
            Kind::Object(properties) => {
                let member = |(name, schema): (&String, &Self)| {
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
            Kind::Text if self.format.as_deref() == Some("uri") => {
                json!(format!("{EXAMPLE_FILES}file.bin"))
            }
            Kind::Text => json!("text"),
        }
    }
}

impl Schema {
    /// Whether the API says null where there is nothing to say. Only objects are known for it.
    pub(super) fn null_when_absent(&self) -> bool {
        self.nullable && matches!(self.kind, Kind::Object(_))
    }
}

/// A time of the clock as time stamps have it. They count from a fixed moment, so that answers are
/// the same in every run.
pub(super) fn unix_seconds(time: Duration) -> u64 {
    const START: u64 = 1_764_000_000;
    START.saturating_add(time.as_secs())
}

/// Replaces a member wherever it occurs.
pub(super) fn replace_everywhere(value: &mut Value, name: &str, new: &Value) {
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

/// Repeats what was sent, where the answer has a property of that name and type, also in its parts.
/// A word that is sent comes back as its number where the answer has numbers.
pub(super) fn echo(schema: &Schema, sent: &Map<String, Value>, shown: &mut Value) {
    match (&schema.kind, shown) {
        (Kind::Array(item), Value::Array(shown)) => {
            shown.iter_mut().for_each(|shown| echo(item, sent, shown));
        }
        (Kind::Object(properties), Value::Object(shown)) => {
            for (name, property) in properties {
                match sent.get(name).and_then(|value| in_type_of(property, value)) {
                    Some(value) => drop(shown.insert(name.clone(), value)),
                    None => shown.get_mut(name).into_iter().for_each(|it| echo(property, sent, it)),
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
    let word = value.as_str()?;
    let place = property.names.iter().position(|name| name.eq_ignore_ascii_case(word))?;
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
        let uri = Schema { format: Some("uri".to_owned()), ..Schema::default() };
        let word = Schema { allowed: vec![json!("a"), json!("b")], ..Schema::default() };
        let example = Schema { example: Some(json!("shown")), ..Schema::default() };
        let schema = object([
            ("err_msg", Schema::default()),
            ("flag", of(Kind::Boolean)),
            ("list", of(Kind::Array(Box::new(of(Kind::Integer))))),
            ("msg", example),
            ("number", of(Kind::Number)),
            ("text", Schema::default()),
            ("uri", uri),
            ("word", word),
        ]);
        let value = schema.synthesize();
        assert_eq!(
            value,
            json!({
                "flag": true, "list": [1], "msg": "shown", "number": 1.5, "text": "text",
                "uri": "https://files.example.com/file.bin", "word": "a",
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
        let mut shown = json!({"name": "x", "number": 0, "parts": [{"name": "y"}], "ratio": 0});
        echo(&schema, sent.as_object().unwrap(), &mut shown);
        let parts = json!([{"name": "Mira"}]);
        assert_eq!(shown, json!({"name": "Mira", "number": 0, "parts": parts, "ratio": 1}));
    }
}
