//! Query and path parameters: decoding, and what the spec asks of them.

use jogg_api::Operation;
use serde_json::Value;

use super::refusal::Refusal;
use super::spec::{Kind, OperationSpec, Schema};

/// The parameters of one call.
pub(super) struct Parameters {
    path: Vec<(&'static str, String)>,
    query: Vec<(String, String)>,
}

impl Parameters {
    pub(super) fn new(path: Vec<(&'static str, String)>, query: &str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
        });
        Self { path, query: pairs.collect() }
    }

    pub(super) fn path(&self, name: &str) -> Option<&str> {
        self.path.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Path parameters in the type the spec gives them.
    pub(super) fn path_values(&self, operation: &Operation) -> serde_json::Map<String, Value> {
        let spec = OperationSpec::of(operation);
        let typed = self.path.iter().map(|(name, text)| {
            let kind = spec.parameter(name).map(|parameter| &parameter.schema.kind);
            let number = matches!(kind, Some(Kind::Integer)).then(|| text.parse::<i64>().ok());
            let value = number.flatten().map_or_else(|| Value::from(text.as_str()), Value::from);
            ((*name).to_owned(), value)
        });
        typed.collect()
    }

    /// Checks presence, types, ranges and closed sets.
    pub(super) fn check(&self, operation: &Operation) -> Result<(), Refusal> {
        for parameter in &OperationSpec::of(operation).parameters {
            let name = parameter.name.as_str();
            let value = if parameter.in_query { self.query(name) } else { self.path(name) };
            match value.filter(|value| !value.is_empty()) {
                None if parameter.required => {
                    return Err(Refusal::parameter(format!("{name}: missing parameter `{name}`")));
                }
                Some(value) => check_value(&parameter.schema, value)
                    .map_err(|reason| Refusal::parameter(format!("{name}: {reason}")))?,
                None => {}
            }
        }
        Ok(())
    }
}

fn check_value(schema: &Schema, value: &str) -> Result<(), String> {
    let allowed = schema.allowed.iter().map(|allowed| match allowed {
        Value::String(word) => word.clone(),
        other => other.to_string(),
    });
    let allowed: Vec<_> = allowed.collect();
    if !allowed.is_empty() && !schema.open && !allowed.iter().any(|allowed| allowed == value) {
        return Err(format!("`{value}` is none of {}", allowed.join(", ")));
    }
    if !matches!(schema.kind, Kind::Integer) {
        return Ok(());
    }
    let (least, most) = schema.range;
    match value.parse::<i64>() {
        Err(_) => Err(format!("`{value}` is no integer")),
        Ok(number) if least.is_some_and(|least| number < least) => {
            Err(format!("`{value}` is too small"))
        }
        Ok(number) if most.is_some_and(|most| number > most) => {
            Err(format!("`{value}` is too large"))
        }
        Ok(_) => Ok(()),
    }
}

/// Resolves percent-encoding. What is not valid there is kept as it is.
pub(super) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut position = 0;
    while let Some(&byte) = bytes.get(position) {
        let encoded = if byte == b'%' { hex_byte(bytes, position + 1) } else { None };
        decoded.push(encoded.unwrap_or(byte));
        position += if encoded.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex_byte(bytes: &[u8], position: usize) -> Option<u8> {
    let digit = |position| bytes.get(position).and_then(|byte| char::from(*byte).to_digit(16));
    u8::try_from(digit(position)? * 16 + digit(position + 1)?).ok()
}

#[cfg(test)]
mod tests {
    use jogg_api::operations::{
        GET_CUSTOM_TEMPLATE, GET_PHOTO_AVATAR_MOTION, LIST_PRODUCT_VIDEOS, LIST_PUBLIC_AVATARS,
        LIST_VOICES,
    };

    use super::*;

    #[test]
    fn percent_encoding_is_resolved() {
        for (encoded, decoded) in
            [("a%20b", "a b"), ("%C3%A9", "é"), ("%", "%"), ("%4", "%4"), ("%zz%41", "%zzA")]
        {
            assert_eq!(decode(encoded), decoded);
        }
        let parameters = Parameters::new(Vec::new(), "a=1+2%263&b&&c=x%3Dy=z");
        assert_eq!(parameters.query("a"), Some("1 2&3"));
        assert_eq!(parameters.query("b"), Some(""));
        assert_eq!(parameters.query("c"), Some("x=y=z"));
        assert_eq!(parameters.query("d"), None);
    }

    #[test]
    fn parameters_are_held_against_the_spec() {
        for (operation, query, refusal) in [
            (&GET_PHOTO_AVATAR_MOTION, "", Some("motion_id")),
            (&GET_PHOTO_AVATAR_MOTION, "motion_id=", Some("motion_id")),
            (&GET_PHOTO_AVATAR_MOTION, "motion_id=1", None),
            (&LIST_PRODUCT_VIDEOS, "status=1", Some("status: `1` is none of 3, 4, 5")),
            (&LIST_PRODUCT_VIDEOS, "status=4&unknown=1", None),
            (&LIST_VOICES, "page=one", Some("page: `one` is no integer")),
            (&LIST_VOICES, "page=0", Some("page: `0` is too small")),
            (&LIST_VOICES, "page_size=101", Some("page_size: `101` is too large")),
            (&LIST_PUBLIC_AVATARS, "scene=moon", Some("scene")),
            // An open set.
            (&LIST_PUBLIC_AVATARS, "style=casual", None),
        ] {
            let checked = Parameters::new(Vec::new(), query).check(operation);
            match (checked, refusal) {
                (Ok(()), None) => {}
                (Err(refused), Some(part)) => {
                    assert!(format!("{refused:?}").contains(part), "{refused:?}");
                }
                (checked, _) => panic!("{} {query}: {checked:?}", operation.id),
            }
        }
    }

    #[test]
    fn path_parameters_have_types_too() {
        let number = Parameters::new(vec![("id", "512".to_owned())], "");
        assert!(number.check(&GET_CUSTOM_TEMPLATE).is_ok());
        assert_eq!(number.path_values(&GET_CUSTOM_TEMPLATE)["id"], 512);
        let word = Parameters::new(vec![("id", "first".to_owned())], "");
        assert!(word.check(&GET_CUSTOM_TEMPLATE).is_err());
    }
}
