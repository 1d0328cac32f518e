//! Query and path parameters: decoding them, and checking them against the spec.

use jogg_api::Operation;
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::simulator::spec::OperationSpec;
use crate::simulator::spec::schema::{Kind, Schema};

/// The parameters of one call.
pub(crate) struct Parameters {
    path: Vec<(&'static str, String)>,
    query: Vec<(String, String)>,
}

impl Parameters {
    pub(crate) fn new(path: Vec<(&'static str, String)>, query: &str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
        });
        Self { path, query: pairs.collect() }
    }

    pub(crate) fn path(&self, name: &str) -> Option<&str> {
        self.path.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The path parameters in the types of the spec.
    pub(crate) fn path_values(&self, operation: &Operation) -> Map<String, Value> {
        let spec = OperationSpec::of(operation);
        let typed = self.path.iter().map(|(name, text)| {
            let kind = spec.parameter(name).map(|parameter| &parameter.schema.kind);
            let number = matches!(kind, Some(Kind::Integer)).then(|| text.parse::<i64>().ok());
            let value = number.flatten().map_or_else(|| Value::from(text.as_str()), Value::from);
            ((*name).to_owned(), value)
        });
        typed.collect()
    }

    /// Checks presence, types, ranges and the values of closed enums.
    pub(crate) fn check(&self, operation: &Operation) -> Result<(), Refusal> {
        for parameter in &OperationSpec::of(operation).parameters {
            let name = parameter.name.as_str();
            let value = if parameter.in_query { self.query(name) } else { self.path(name) };
            match value.filter(|value| !value.is_empty()) {
                None if parameter.required => {
                    return Err(Refusal::parameter(format!("{name}: the parameter is missing")));
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
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let allowed: Vec<_> = allowed.collect();
    if !allowed.is_empty() && !schema.open && !allowed.iter().any(|allowed| allowed == value) {
        return Err(format!("must be one of {}, not `{value}`", allowed.join(", ")));
    }
    if !matches!(schema.kind, Kind::Integer) {
        return Ok(());
    }
    let Ok(number) = value.parse::<i64>() else {
        return Err(format!("must be an integer, not `{value}`"));
    };
    match schema.range {
        (Some(least), _) if number < least => {
            Err(format!("must be at least {least}, not {number}"))
        }
        (_, Some(most)) if number > most => Err(format!("must be at most {most}, not {number}")),
        _ => Ok(()),
    }
}

/// Decodes percent-encoding. Invalid sequences stay unchanged.
pub(crate) fn decode(text: &str) -> String {
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
    fn percent_encoding_is_decoded() {
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
    fn parameters_are_checked_against_the_spec() {
        for (operation, query, refusal) in [
            (&GET_PHOTO_AVATAR_MOTION, "", Some("motion_id")),
            (&GET_PHOTO_AVATAR_MOTION, "motion_id=", Some("motion_id")),
            (&GET_PHOTO_AVATAR_MOTION, "motion_id=1", None),
            (&LIST_PRODUCT_VIDEOS, "status=1", Some("status: must be one of 3, 4, 5, not `1`")),
            (&LIST_PRODUCT_VIDEOS, "status=4&unknown=1", None),
            (&LIST_VOICES, "page=one", Some("page: must be an integer, not `one`")),
            (&LIST_VOICES, "page=0", Some("page: must be at least 1, not 0")),
            (&LIST_VOICES, "page_size=101", Some("page_size: must be at most 100, not 101")),
            (&LIST_PUBLIC_AVATARS, "scene=moon", Some("scene")),
            // An open enum.
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
        let text = Parameters::new(vec![("id", "first".to_owned())], "");
        assert!(text.check(&GET_CUSTOM_TEMPLATE).is_err());
    }
}
