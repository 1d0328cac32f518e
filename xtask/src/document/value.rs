//! The content of a document: what JSON can say, with the position of each member and item.

use std::collections::HashSet;
use std::fmt;
use std::ops::{Deref, Index};
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Number;

use super::position::{Position, pointer_step};

/// A node of a document. Clones share what is in it.
#[derive(Clone, Debug, Default)]
pub(crate) enum Value {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    Array(Arc<List>),
    Object(Map),
}

/// The items of a list.
#[derive(Debug)]
pub(crate) struct List {
    items: Box<[Value]>,
    positions: Box<[Position]>,
}

/// The members of an object, sorted by their keys.
#[derive(Clone, Debug)]
pub(crate) struct Map(Arc<[Member]>);

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) key: Arc<str>,
    /// Where the key is.
    pub(super) position: Position,
    pub(super) value: Value,
}

impl Value {
    /// Returns a member of an object.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    /// Returns the node at a JSON pointer.
    pub(crate) fn pointer(&self, pointer: &str) -> Option<&Self> {
        let steps = match pointer.strip_prefix('/') {
            None if pointer.is_empty() => return Some(self),
            steps => steps?.split('/'),
        };
        steps.map(pointer_step).try_fold(self, |node, step| Some(node.step(&step)?.0))
    }

    /// Returns the member or item that one step of a JSON pointer leads to, and where it is.
    pub(super) fn step(&self, step: &str) -> Option<(&Self, Position)> {
        match self {
            Self::Object(members) => {
                let member = members.member(step)?;
                Some((&member.value, member.position))
            }
            Self::Array(list) => {
                // A number is written in one way only.
                let is_number = !step.starts_with('+') && (step == "0" || !step.starts_with('0'));
                let index = step.parse::<usize>().ok().filter(|_| is_number)?;
                Some((list.items.get(index)?, list.positions[index]))
            }
            _ => None,
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    pub(crate) fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    pub(crate) fn as_u64(&self) -> Option<u64> {
        self.as_number()?.as_u64()
    }

    pub(crate) fn as_f64(&self) -> Option<f64> {
        self.as_number()?.as_f64()
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        self.as_text().map(|text| &**text)
    }

    /// Returns a text that can be shared.
    pub(crate) fn as_text(&self) -> Option<&Arc<str>> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(list) => Some(&list.items),
            _ => None,
        }
    }

    pub(crate) fn as_object(&self) -> Option<&Map> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    pub(crate) fn is_string(&self) -> bool {
        matches!(self, Self::String(_))
    }

    pub(crate) fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// Returns the value as JSON, which can be changed.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Number(number) => number.clone().into(),
            Self::String(text) => (**text).into(),
            Self::Array(list) => list.items.iter().map(Self::to_json).collect(),
            Self::Object(members) => {
                members.iter().map(|(key, value)| (key.to_owned(), value.to_json())).collect()
            }
        }
    }

    pub(super) fn list(items: Vec<(Self, Position)>) -> Self {
        let (items, positions): (Vec<_>, Vec<_>) = items.into_iter().unzip();
        Self::Array(Arc::new(List { items: items.into(), positions: positions.into() }))
    }

    /// Returns an object, or the first two members that have the same key.
    pub(super) fn object(mut members: Vec<Member>) -> Result<Self, [Member; 2]> {
        members.sort_by(|a, b| a.key.cmp(&b.key));
        let twice = members.windows(2).filter(|pair| pair[0].key == pair[1].key);
        match twice.min_by_key(|pair| pair[1].position) {
            Some([first, second]) => Err([first.clone(), second.clone()]),
            _ => Ok(Self::Object(Map(members.into()))),
        }
    }
}

impl Map {
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        Some(&self.member(key)?.value)
    }

    pub(crate) fn contains_key(&self, key: &str) -> bool {
        self.member(key).is_some()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|member| &*member.key)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().map(|member| &member.value)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|member| (&*member.key, &member.value))
    }

    /// Returns the members with keys that can be shared.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&Arc<str>, &Value)> {
        self.0.iter().map(|member| (&member.key, &member.value))
    }

    pub(super) fn members(&self) -> &[Member] {
        &self.0
    }

    fn member(&self, key: &str) -> Option<&Member> {
        let index = self.0.binary_search_by(|member| (*member.key).cmp(key)).ok()?;
        Some(&self.0[index])
    }
}

impl Deref for List {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.items
    }
}

/// Values are equal wherever they are.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => a.items == b.items,
            (Self::Object(a), Self::Object(b)) => a.iter().eq(b.iter()),
            _ => false,
        }
    }
}

impl PartialEq<serde_json::Value> for Value {
    fn eq(&self, other: &serde_json::Value) -> bool {
        self.to_json() == *other
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(list) => serializer.collect_seq(&list.items),
            Self::Object(members) => serializer.collect_map(members.iter()),
        }
    }
}

/// Writes compact JSON.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl Index<&str> for Value {
    type Output = Self;

    /// Returns a member, null if there is none.
    fn index(&self, key: &str) -> &Self {
        self.get(key).unwrap_or(&Self::Null)
    }
}

/// Keeps one copy of each short text: nearly all keys and most values are there many times.
#[derive(Default)]
pub(super) struct Strings(HashSet<Arc<str>>);

impl Strings {
    const SHORT: usize = 64;

    pub(super) fn add(&mut self, text: &str) -> Arc<str> {
        if text.len() > Self::SHORT {
            return text.into();
        }
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        self.0.insert(Arc::clone(&text));
        text
    }
}
