//! Schemas, with their references resolved and their `allOf` merged.

use std::collections::BTreeMap;

use serde_json::Value;

/// A schema.
#[derive(Default)]
pub(crate) struct Schema {
    pub(crate) kind: Kind,
    pub(crate) default: Option<Value>,
    /// The values of an enum.
    pub(crate) allowed: Vec<Value>,
    /// The names of an enum's values, if they are numbers.
    pub(crate) names: Vec<String>,
    /// Whether the enum may have values that the spec doesn't list.
    pub(crate) open: bool,
    pub(crate) nullable: bool,
    pub(crate) example: Option<Value>,
    pub(crate) format: Option<String>,
    /// The smallest and the largest number, if there are bounds.
    pub(crate) range: (Option<i64>, Option<i64>),
    /// The properties that an object must have.
    pub(crate) required: Vec<String>,
}

#[derive(Default)]
pub(crate) enum Kind {
    Array(Box<Schema>),
    Boolean,
    Integer,
    Number,
    Object(BTreeMap<String, Schema>),
    #[default]
    Text,
}

impl Schema {
    /// A property of an object.
    pub(crate) fn property(&self, name: &str) -> Option<&Self> {
        self.properties().find(|(property, _)| *property == name).map(|(_, schema)| schema)
    }

    /// The properties of an object; none of anything else.
    pub(crate) fn properties(&self) -> impl Iterator<Item = (&str, &Self)> {
        let properties = match &self.kind {
            Kind::Object(properties) => Some(properties),
            _ => None,
        };
        properties.into_iter().flatten().map(|(name, schema)| (name.as_str(), schema))
    }

    /// The first property that is a list, and the schema of its items.
    pub(crate) fn list(&self) -> Option<(&str, &Self)> {
        self.lists().next()
    }

    /// The first property that is a list of objects, and the schema of its items.
    pub(crate) fn object_list(&self) -> Option<(&str, &Self)> {
        self.lists().find(|(_, item)| matches!(item.kind, Kind::Object(_)))
    }

    fn lists(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.properties().filter_map(|(name, schema)| match &schema.kind {
            Kind::Array(item) => Some((name, &**item)),
            _ => None,
        })
    }

    /// A value in lower case; for a value of an enum of numbers, its name.
    pub(crate) fn value_name(&self, value: &Value) -> String {
        let place = self.allowed.iter().position(|allowed| allowed == value);
        let name = place.and_then(|place| self.names.get(place));
        let text = name.map(String::as_str).or(value.as_str());
        text.map_or_else(|| value.to_string(), str::to_lowercase)
    }

    /// Whether a value has the type of this schema. Doesn't check the value's parts.
    pub(crate) fn accepts(&self, value: &Value) -> bool {
        match self.kind {
            Kind::Array(_) => value.is_array(),
            Kind::Boolean => value.is_boolean(),
            Kind::Integer => value.is_i64() || value.is_u64(),
            Kind::Number => value.is_number(),
            Kind::Object(_) => value.is_object(),
            Kind::Text => value.is_string(),
        }
    }

    /// Whether the API sends null where there is no value. Only objects are known for it.
    pub(crate) fn null_when_absent(&self) -> bool {
        self.nullable && matches!(self.kind, Kind::Object(_))
    }
}
