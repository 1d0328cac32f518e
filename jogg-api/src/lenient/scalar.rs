//! Decoders for scalars that may arrive as another scalar type.

use std::fmt;
use std::marker::PhantomData;

use super::number::{INEXACT, whole};
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};

/// Whether a text is empty or white space.
#[inline]
pub(super) fn is_blank(text: &str) -> bool {
    // Nearly every text begins with a letter or a digit.
    !text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
        && text.chars().all(char::is_whitespace)
}

/// Converts numbers to text. With `loose`, values that aren't scalars are ignored instead of
/// rejected.
pub(super) struct TextVisitor {
    pub(super) loose: bool,
}

impl TextVisitor {
    fn other<E: Error>(self, found: Unexpected<'_>) -> Result<Option<String>, E> {
        match self.loose {
            true => Ok(None),
            false => Err(E::invalid_type(found, &self)),
        }
    }
}

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok((!is_blank(text)).then(|| text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
        Ok((!is_blank(&text)).then_some(text))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    /// An id too long for an integer is read as a float, with other digits than were sent.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        match value.abs() < INEXACT {
            true => Ok(Some(value.to_string())),
            false => self.other(Unexpected::Float(value)),
        }
    }

    /// Some servers write `false` for "none".
    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        match value {
            true => self.other(Unexpected::Bool(true)),
            false => Ok(None),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while self.loose && items.next_element::<IgnoredAny>()?.is_some() {}
        self.other(Unexpected::Seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while self.loose && members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.other(Unexpected::Map)
    }
}

/// The word of an open enum. What is no word is empty.
pub(crate) struct OpenWord<T>(PhantomData<T>);

impl<T> OpenWord<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: for<'w> From<&'w str>> Visitor<'_> for OpenWord<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(T::from(if is_blank(text) { "" } else { text }))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        Ok(T::from(&value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        Ok(T::from(&value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        let text = TextVisitor { loose: false }.visit_f64(value)?;
        Ok(T::from(text.as_deref().unwrap_or_default()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        match value {
            true => Err(E::invalid_type(Unexpected::Bool(true), &self)),
            false => Ok(T::from("")),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::from(""))
    }
}

pub(super) struct IntegerVisitor;

impl Visitor<'_> for IntegerVisitor {
    type Value = Option<i64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        let out_of_range = || E::invalid_value(Unexpected::Unsigned(value), &self);
        i64::try_from(value).map(Some).map_err(|_| out_of_range())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        if value.fract() == 0.0 && value.abs() < INEXACT {
            return Ok(Some(value as i64));
        }
        Err(E::invalid_value(Unexpected::Float(value), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        match text.trim() {
            "" => Ok(None),
            digits => {
                let whole = || whole(digits)?.parse().ok();
                let value = digits.parse().ok().or_else(whole).map(Some);
                value.ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

pub(super) struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Option<f64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value as f64))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        match text.trim() {
            "" => Ok(None),
            digits => match digits.parse::<f64>() {
                Ok(value) if value.is_finite() => Ok(Some(value)),
                _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
            },
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

pub(super) struct BooleanVisitor;

impl Visitor<'_> for BooleanVisitor {
    type Value = Option<bool>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a boolean")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        match value {
            0 => Ok(Some(false)),
            1 => Ok(Some(true)),
            _ => Err(E::invalid_value(Unexpected::Signed(value), &self)),
        }
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        self.visit_i64(i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        match text.trim() {
            "" => Ok(None),
            "0" | "false" | "False" => Ok(Some(false)),
            "1" | "true" | "True" => Ok(Some(true)),
            _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserializer as _;
    use serde_json::Deserializer;

    use super::*;

    #[test]
    fn fact_23_numbers_become_texts_with_every_digit_or_are_rejected() {
        for (json, text) in [
            ("\"a\"", Ok(Some("a"))),
            ("\" a \"", Ok(Some(" a "))),
            ("\"\"", Ok(None)),
            ("\" \\n\"", Ok(None)),
            ("null", Ok(None)),
            ("false", Ok(None)),
            ("true", Err(())),
            ("77", Ok(Some("77"))),
            ("77.0", Ok(Some("77"))),
            ("1.5e3", Ok(Some("1500"))),
            ("-0.5", Ok(Some("-0.5"))),
            ("9007199254740993", Ok(Some("9007199254740993"))),
            ("-9007199254740993", Ok(Some("-9007199254740993"))),
            ("18446744073709551615", Ok(Some("18446744073709551615"))),
            ("18446744073709551616", Err(())),
            ("562949953421311.0", Ok(Some("562949953421311"))),
            ("562949953421312.0", Err(())),
            ("9007199254740991.0", Err(())),
            ("9007199254740993.0", Err(())),
            ("[\"a\"]", Err(())),
            ("{\"a\": 1}", Err(())),
        ] {
            let read = |loose| {
                Deserializer::from_str(json).deserialize_any(TextVisitor { loose }).map_err(drop)
            };
            assert_eq!(read(false), text.map(|text| text.map(str::to_owned)), "{json}");
            assert_eq!(read(true), Ok(text.unwrap_or(None).map(str::to_owned)), "{json}");
        }
    }

    #[test]
    fn fact_23_strings_and_floats_become_integers_with_every_digit_or_are_rejected() {
        for (json, integer) in [
            ("0", Ok(Some(0))),
            ("\" 7 \"", Ok(Some(7))),
            ("\"\"", Ok(None)),
            ("null", Ok(None)),
            ("7.0", Ok(Some(7))),
            ("7.5", Err(())),
            ("9223372036854775807", Ok(Some(i64::MAX))),
            ("9223372036854775808", Err(())),
            ("562949953421311.0", Ok(Some(562_949_953_421_311))),
            ("-562949953421312.0", Err(())),
            ("9007199254740991.0", Err(())),
            ("9007199254740993.0", Err(())),
            ("false", Err(())),
            ("\"x\"", Err(())),
            ("\"1500.0\"", Ok(Some(1500))),
            ("1.5e3", Ok(Some(1500))),
            ("\"12345678901234567890123\"", Err(())),
        ] {
            let read = Deserializer::from_str(json).deserialize_any(IntegerVisitor);
            assert_eq!(read.map_err(drop), integer, "{json}");
        }
    }
}
