//! JSON as a `Value` in which nothing differs from what was received.

use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};

use crate::lenient::INEXACT;
use crate::place::{Step, display};
use crate::repair::{read, repaired};
use crate::skipped::{REPEATED, Skipped, SkippedParts};

/// A value that fails to decode where `Value` would change a number or drop a repeated member.
pub(crate) struct Exact(pub(crate) Value);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader { repeats: None }.deserialize(deserializer).map(Self)
    }
}

/// Parses JSON, and reports the members that are there more than once: the last that isn't null
/// counts. If it can't be parsed without loss, it is repaired before: numbers that a `Value` can't
/// hold become texts, and what is nested too deeply is cut.
pub(crate) fn parse_exact(json: &[u8]) -> Result<(Value, SkippedParts), serde_json::Error> {
    let error = match read::<Exact>(json) {
        Ok(value) => return Ok((value.0, SkippedParts::default())),
        Err(error) => error,
    };
    if error.is_eof() {
        return Err(error);
    }
    let mut repeats = Repeats::default();
    let repaired = repaired(json);
    let mut deserializer = serde_json::Deserializer::from_str(&repaired);
    let value = Reader { repeats: Some(&mut repeats) }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, repeats.found))
}

/// Members that are there more than once.
#[derive(Default)]
struct Repeats {
    /// The path of the current value.
    place: Vec<Step>,
    found: SkippedParts,
}

struct Reader<'r> {
    /// Where repeated members are reported; without it, they are errors.
    repeats: Option<&'r mut Repeats>,
}

impl Reader<'_> {
    /// The reader of a value in this one.
    fn inner(&mut self, step: impl FnOnce() -> Step) -> Reader<'_> {
        let repeats = self.repeats.as_deref_mut().map(|repeats| {
            repeats.place.push(step());
            repeats
        });
        Reader { repeats }
    }

    fn leave(&mut self) {
        if let Some(repeats) = self.repeats.as_deref_mut() {
            repeats.place.pop();
        }
    }

    /// Adds a member. One that is there already is replaced, unless by null.
    fn insert<E: Error>(
        &mut self,
        members: &mut Map<String, Value>,
        name: String,
        value: Value,
    ) -> Result<(), E> {
        let Some(repeats) = self.repeats.as_deref_mut() else {
            return match members.insert(name, value) {
                None => Ok(()),
                Some(_) => Err(E::custom("a member is repeated")),
            };
        };
        let dropped = match members.get_mut(&name) {
            Some(_) if value.is_null() => value,
            Some(earlier) => std::mem::replace(earlier, value),
            None => {
                members.insert(name, value);
                return Ok(());
            }
        };
        repeats.place.push(Step::Key(name));
        let at = display("", &repeats.place);
        repeats.place.pop();
        let reason = REPEATED.to_owned();
        repeats.found.add(|| Skipped { at, reason, raw: dropped });
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        match value.abs() < INEXACT {
            true => Ok(Number::from_f64(value).map_or(Value::Null, Value::Number)),
            false => Err(E::custom("a number has too many digits")),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.inner(|| Step::Index(list.len())))? {
            self.leave();
            list.push(item);
        }
        self.leave();
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value_seed(self.inner(|| Step::Key(name.clone())))?;
            self.leave();
            self.insert(&mut members, name, value)?;
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn parsed(json: &str) -> (Value, Vec<String>) {
        let (value, repeats) = parse_exact(json.as_bytes()).unwrap();
        (value, repeats.reported.iter().map(|part| format!("{part} {}", part.raw)).collect())
    }

    #[test]
    fn nothing_is_changed_by_reading_it() {
        let long = "12345678901234567890123";
        for (json, value) in [
            (
                "{\"a\": [1, -2, 1.5, 1e3, true, null, \"x\", {}]}",
                json!({"a": [1, -2, 1.5, 1e3, true, null, "x", {}]}),
            ),
            (&format!("[{long}, -{long}, 1e999]"), json!([long, format!("-{long}"), "1e999"])),
            (&format!("{{\"a\": {long}, \"b\": [1.5, 7]}}"), json!({"a": long, "b": [1.5, 7]})),
            ("{\"a\": 1} <!-- proxy -->", json!({"a": 1})),
        ] {
            assert_eq!(parsed(json), (value, vec![]), "{json}");
        }
        for json in ["", "{\"a\": 12345678901234567890123", "1 2", "[1] 2", "<html>", "502 Bad"] {
            assert!(parse_exact(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn of_a_repeated_member_the_last_that_is_not_null_counts_and_the_others_are_reported() {
        let reason = "it is repeated, and another of its values counts";
        for (json, value, reports) in [
            ("{\"a\": 1, \"a\": 2}", json!({"a": 2}), vec![format!("a: {reason} 1")]),
            ("{\"a\": 1, \"a\": null}", json!({"a": 1}), vec![format!("a: {reason} null")]),
            (
                "{\"l\": [0, {\"a\": 1, \"b\": {\"a\": 1}, \"a\": [2], \"a\": 3}], \"m\": 1}",
                json!({"l": [0, {"a": 3, "b": {"a": 1}}], "m": 1}),
                vec![format!("l[1].a: {reason} 1"), format!("l[1].a: {reason} [2]")],
            ),
        ] {
            assert_eq!(parsed(json), (value, reports), "{json}");
        }
    }
}
