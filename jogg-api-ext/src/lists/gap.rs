//! Whether a response has its list: one that the API has renamed must not pass for an empty one.

use jogg_api::one_line;
use serde_json::{Map, Value};

use crate::call::Received;
use crate::error::Result;

/// Why a list of which nothing was read may be another than an empty one.
#[derive(Clone, Debug)]
pub(crate) struct Gap {
    /// Completes "the response can't be decoded: …".
    pub(crate) reason: String,
    /// Whether the list is elsewhere without doubt. If not, there may be none: the API omits empty
    /// lists, too.
    pub(super) is_certain: bool,
}

impl Gap {
    /// Finds the list in a response, which may announce that there are items; `None` if it is
    /// there, and empty.
    pub(crate) fn of(received: &Received<'_>, announced: bool) -> Option<Self> {
        let list = received.operation.list?;
        Self::at(&received.metadata.raw(), list, announced)
    }

    /// Takes what a response lists where the list is never omitted, since it is never empty.
    pub(crate) fn checked<T>(items: Vec<T>, received: &Received<'_>) -> Result<Vec<T>> {
        match Self::of(received, false) {
            Some(gap) if items.is_empty() => Err(received.lacks(gap.reason)),
            _ => Ok(items),
        }
    }

    fn at(raw: &Value, list: &str, announced: bool) -> Option<Self> {
        let lacks = format!("it has no list `{list}`");
        let elsewhere = |reason| Some(Self { reason, is_certain: true });
        let members = match raw {
            // The list alone.
            Value::Array(_) => None,
            Value::Object(members) => Some(members),
            empty if is_empty(empty) => return Some(Self::absent("it has no `data`", announced)),
            other => return elsewhere(format!("`data` is {}", kind(other))),
        };
        match members.map(|members| (members, members.get(list))) {
            None | Some((_, Some(Value::Array(_)))) if announced => {
                let reason = format!("its list is empty{ANNOUNCED}");
                Some(Self { reason, is_certain: false })
            }
            None | Some((_, Some(Value::Array(_)))) => None,
            Some((_, Some(other))) if !is_empty(other) => {
                elsewhere(format!("`{list}` is {}, not a list", kind(other)))
            }
            Some((_, Some(_))) => Some(Self::absent(&lacks, announced)),
            Some((members, None)) => match other_list(members) {
                Some(name) => elsewhere(format!("{lacks}, but `{}`", one_line(name))),
                None => Some(Self::absent(&lacks, announced)),
            },
        }
    }

    /// Of a list that isn't there, nor anything in its place.
    fn absent(lacks: &str, announced: bool) -> Self {
        let reason = if announced { format!("{lacks}{ANNOUNCED}") } else { lacks.to_owned() };
        Self { reason, is_certain: announced }
    }
}

const ANNOUNCED: &str = ", although it says that there are items";

/// Returns the name of the member that is or has a list with something in it.
fn other_list(members: &Map<String, Value>) -> Option<&str> {
    let has_list = |value: &Value| match value {
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => other_list(members).is_some(),
        _ => false,
    };
    members.iter().find(|(_, value)| has_list(value)).map(|(name, _)| name.as_str())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fact_18_a_list_that_is_not_there_is_not_one_that_has_another_name() {
        for (raw, expected) in [
            (json!({"videos": []}), None),
            (json!([]), None),
            (json!(null), Some(("it has no `data`", false))),
            (json!(" "), Some(("it has no `data`", false))),
            (json!(7), Some(("`data` is a number", true))),
            (json!({}), Some(("it has no list `videos`", false))),
            (json!({"videos": null, "tags": ["a"]}), Some(("it has no list `videos`", false))),
            (json!({"videos": " "}), Some(("it has no list `videos`", false))),
            (json!({"items": []}), Some(("it has no list `videos`", false))),
            (json!({"items": [1]}), Some(("it has no list `videos`, but `items`", true))),
            (json!({"a": {"b": [1]}}), Some(("it has no list `videos`, but `a`", true))),
            (json!({"videos": {"items": []}}), Some(("`videos` is an object, not a list", true))),
            (json!({"videos": "x"}), Some(("`videos` is a string, not a list", true))),
        ] {
            let gap = Gap::at(&raw, "videos", false).map(|gap| (gap.reason, gap.is_certain));
            let expected = expected.map(|(reason, is_certain)| (reason.to_owned(), is_certain));
            assert_eq!(gap, expected, "{raw}");
        }
        for (raw, is_certain) in [(json!([]), false), (json!({}), true), (json!(null), true)] {
            let gap = Gap::at(&raw, "videos", true).unwrap();
            assert!(gap.reason.ends_with(ANNOUNCED), "{gap:?}");
            assert_eq!(gap.is_certain, is_certain, "{raw}");
        }
    }
}
