//! The macros that define the generated enums. An open enum keeps values it doesn't know; a closed
//! enum, used only in requests, rejects them.

use std::error::Error;
use std::fmt;

use crate::redact::one_line;

/// The error of parsing a word or number that a closed enum doesn't have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownValue {
    name: &'static str,
    value: String,
    allowed: String,
}

impl UnknownValue {
    pub(crate) fn new<T: fmt::Display>(name: &'static str, value: &str, all: &[T]) -> Self {
        let allowed: Vec<_> = all.iter().map(|value| format!("`{value}`")).collect();
        Self { name, value: one_line(value), allowed: allowed.join(", ") }
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value, allowed } = self;
        write!(f, "`{value}` is not a valid {name}; expected one of {allowed}")
    }
}

impl Error for UnknownValue {}

/// What the enums of words share: how they show themselves and are sent.
macro_rules! words {
    ($name:ident) => {
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

/// What the enums of numbers share: how they show themselves and are sent.
macro_rules! numbers {
    ($name:ident) => {
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.number(), f)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.number())
            }
        }
    };
}

/// The schema of an enum, for tool definitions. Its description says what each value means: that of
/// the field that has it doesn't.
macro_rules! schema {
    ($name:ident, $about:expr, $schema:tt) => {
        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                let mut schema = ::schemars::json_schema!($schema);
                schema.insert("description".to_owned(), $about.into());
                schema
            }
        }
    };
}

/// Returns what an enum is about, and the name of each of its numbers.
#[cfg(feature = "schemars")]
pub(crate) fn numbered(about: &str, numbers: &[(i64, &str)]) -> String {
    let names = numbers.iter().map(|(number, name)| format!("{number} = {name}"));
    format!("{} {}.", about.trim(), names.collect::<Vec<_>>().join(", "))
}

macro_rules! closed_string_enum {
    ($(#[doc = $about:literal])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// Every value, in the order of the spec.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the word on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = crate::UnknownValue;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(crate::UnknownValue::new(stringify!($name), word, Self::ALL)),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <::std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                word.parse().map_err(::serde::de::Error::custom)
            }
        }

        $crate::enumeration::words! { $name }
        $crate::enumeration::schema! { $name, concat!($($about),*).trim(), {"type": "string", "enum": [$($word),*]} }
    };
}

macro_rules! closed_int_enum {
    ($(#[doc = $about:literal])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $number:literal,)* }) => {
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// Every value, in the order of the spec.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the number on the wire.
            pub fn number(self) -> i64 {
                match self { $(Self::$variant => $number,)* }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = crate::UnknownValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text.trim().parse::<i64>() {
                    $(Ok($number) => Ok(Self::$variant),)*
                    _ => Err(crate::UnknownValue::new(stringify!($name), text, Self::ALL)),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number = i64::deserialize(deserializer)?;
                number.to_string().parse().map_err(::serde::de::Error::custom)
            }
        }

        $crate::enumeration::numbers! { $name }
        $crate::enumeration::schema! {
            $name,
            $crate::enumeration::numbered(concat!($($about),*), &[$(($number, stringify!($variant))),*]),
            {"type": "integer", "enum": [$($number),*]}
        }
    };
}

macro_rules! open_string_enum {
    ($(#[doc = $about:literal])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[doc = $about])*
        ///
        /// The set may grow: a word that isn't known yet is kept.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)*
            /// A word that the spec doesn't have.
            Unknown(Box<str>),
        }

        impl $name {
            /// Every known value, in the order of the spec.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the word on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Unknown(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            /// Known words are known in any case.
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    _ => {
                        let mut known = Self::KNOWN.iter();
                        let known = known.find(|known| known.as_str().eq_ignore_ascii_case(word));
                        known.cloned().unwrap_or_else(|| Self::Unknown(word.into()))
                    }
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(word))
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(crate::lenient::OpenWord::new())
            }
        }

        $crate::enumeration::words! { $name }
        $crate::enumeration::schema! { $name, concat!($($about),*).trim(), {"type": "string", "examples": [$($word),*]} }
    };
}

macro_rules! open_int_enum {
    ($(#[doc = $about:literal])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $number:literal,)* }) => {
        $(#[doc = $about])*
        ///
        /// The set may grow: a number that isn't known yet is kept.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)*
            /// A number that the spec doesn't have.
            Unknown(i64),
        }

        impl $name {
            /// Every known value, in the order of the spec.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the number on the wire.
            pub fn number(self) -> i64 {
                match self {
                    $(Self::$variant => $number,)*
                    Self::Unknown(number) => number,
                }
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                match number {
                    $($number => Self::$variant,)*
                    _ => Self::Unknown(number),
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.trim().parse::<i64>().map(Self::from)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number = crate::lenient::Integer::deserialize(deserializer)?.0;
                number.map(Self::from).ok_or_else(|| ::serde::de::Error::custom("a number is expected"))
            }
        }

        $crate::enumeration::numbers! { $name }
        $crate::enumeration::schema! {
            $name,
            $crate::enumeration::numbered(concat!($($about),*), &[$(($number, stringify!($variant))),*]),
            {"type": "integer", "examples": [$($number),*]}
        }
    };
}

pub(crate) use {closed_int_enum, closed_string_enum, open_int_enum, open_string_enum};
pub(crate) use {numbers, schema, words};
