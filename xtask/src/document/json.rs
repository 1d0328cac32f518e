//! Parses JSON. Whatever it refuses is left to the YAML parser, which says what is wrong and where.
//!
//! The parser tells no positions. So a node's is its number in the order of the text, as the line,
//! until one is needed: [`positions`] finds where each number is.

use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::position::Position;
use super::value::{Member, Strings, Value};

/// Returns the value of a text with numbers as positions, `None` if it isn't JSON or has a key
/// twice.
pub(super) fn parse(text: &str) -> Option<Value> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let value = Strict(&mut State::default()).deserialize(&mut json).ok()?;
    json.end().ok().map(|()| value)
}

/// Returns where the value of a text is, each key and each item of a list, in their order. The text
/// must be JSON.
pub(super) fn positions(text: &str) -> Vec<Position> {
    let mut positions = Vec::new();
    let mut position = Position::START;
    // Whether something begins here that has a number.
    let mut begins = true;
    let (mut in_string, mut escaped) = (false, false);
    for letter in text.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' if in_string => in_string = false,
            _ if in_string || letter.is_ascii_whitespace() || letter == ':' => {}
            ',' => begins = true,
            ']' | '}' => begins = false,
            _ => {
                if begins {
                    positions.push(position);
                }
                in_string = letter == '"';
                begins = ['[', '{'].contains(&letter);
            }
        }
        match letter {
            '\n' => position = Position { line: position.line + 1, column: 1 },
            _ => position.column += 1,
        }
    }
    positions
}

/// What is known while a text is read.
#[derive(Default)]
struct State {
    strings: Strings,
    /// The number of the last key or item.
    last: u32,
}

impl State {
    fn next(&mut self) -> Position {
        self.last += 1;
        Position { line: self.last, column: 0 }
    }
}

/// Reads a value in which no key is there twice. `serde_json` would keep the last one.
struct Strict<'s>(&'s mut State);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
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
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not finite"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(self.0.strings.add(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let last = self.0.last;
            let position = self.0.next();
            match items.next_element_seed(Strict(self.0))? {
                Some(item) => list.push((item, position)),
                None => {
                    self.0.last = last;
                    return Ok(Value::list(list));
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(key) = members.next_key_seed(Key(self.0))? {
            let position = self.0.next();
            let value = members.next_value_seed(Strict(self.0))?;
            list.push(Member { key, position, value });
        }
        Value::object(list).map_err(|_| A::Error::custom("a key is there twice"))
    }
}

struct Key<'s>(&'s mut State);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Arc<str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.strings.add(key))
    }
}
