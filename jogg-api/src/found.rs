//! Where the result of a response is: in its `data`, or in the members beside it.

use serde_json::{Map, Value};

/// The result in a response.
pub(crate) struct Found<'l> {
    /// Its path: some responses have it at top level.
    pub(crate) prefix: &'static str,
    pub(crate) value: Value,
    /// What its list is called, if `data` is only that.
    pub(crate) bare: Option<&'l str>,
}

/// Finds the result in the members of a response. `list` is what its list is called.
pub(crate) fn find(mut members: Map<String, Value>, list: Option<&str>) -> Found<'_> {
    let data = members.remove("data").unwrap_or_default();
    ["code", "msg", "rid"].iter().for_each(|key| drop(members.remove(*key)));
    let is_empty = match &data {
        Value::Null => true,
        Value::Bool(is_true) => !is_true,
        Value::Number(_) => false,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
    };
    // Beside a message alone, what is empty is the result, unless it is null.
    let has_result = members.keys().any(|name| name != "message" || data.is_null());
    if is_empty && has_result {
        return Found { prefix: "", value: Value::Object(members), bare: None };
    }
    match (data, list) {
        // `data` is a list field of the result itself, as in the list of template videos.
        (Value::Array(items), list) if has_result => {
            members.insert(list.unwrap_or("data").to_owned(), Value::Array(items));
            Found { prefix: "", value: Value::Object(members), bare: list }
        }
        (Value::Array(items), Some(name)) => {
            let value = Value::Object(Map::from_iter([(name.to_owned(), Value::Array(items))]));
            Found { prefix: "data", value, bare: list }
        }
        (value, _) => Found { prefix: "data", value, bare: None },
    }
}

/// Returns whether `data` seems to be `{}`, so that the result may be at top level.
pub(crate) fn has_empty_data(body: &[u8]) -> bool {
    let name = b"\"data\"";
    let found = body.windows(name.len()).position(|part| part == name);
    let rest = found.map(|start| body[start + name.len()..].trim_ascii_start());
    let opened = rest
        .and_then(|rest| rest.strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"{"))
        .map(<[u8]>::trim_ascii_start);
    opened.is_some_and(|rest| rest.starts_with(b"}"))
}
