//! Where the result of a response is: in its `data`, or in the members beside it.

use serde_json::{Map, Value};

use crate::salvage::{raw, without_repeats};
use crate::skipped::{REPEATED, Skipped, SkippedParts};
use crate::span::members;

/// The result in a response, as compact JSON.
pub(crate) struct Found<'l> {
    /// Its path: some responses have it at top level.
    pub(crate) prefix: &'static str,
    pub(crate) json: String,
    /// What its list is called, if `data` is only that.
    pub(crate) bare: Option<&'l str>,
    /// The members of the response that are there again.
    pub(crate) repeated: SkippedParts,
}

/// Finds the result in a response, which is compact JSON. `list` is what its list is called.
pub(crate) fn find<'l>(json: &str, list: Option<&'l str>) -> Found<'l> {
    let (members, dropped) = without_repeats(json, members(json, 0).collect());
    let mut repeated = SkippedParts::default();
    for member in dropped {
        let raw = || raw(&json[member.value.clone()]);
        repeated.add(|| Skipped { raw: raw(), at: member.name, reason: REPEATED.to_owned() });
    }
    let data = members.iter().find(|member| member.name == "data");
    let data = data.map_or("null", |data| &json[data.value.clone()]);
    let beside = || members.iter().filter(|member| !is_of_envelope(&member.name));
    let place = Place::of(Kind::of_json(data), beside().map(|member| member.name.as_str()));
    let mut beside: Vec<&str> = beside().map(|member| &json[member.span.clone()]).collect();
    let name = list.unwrap_or("data");
    let as_list = format!("{}:{data}", Value::from(name));
    let (prefix, json, bare) = match place {
        Place::Beside => ("", format!("{{{}}}", beside.join(",")), None),
        Place::Both => {
            beside.push(&as_list);
            ("", format!("{{{}}}", beside.join(",")), list)
        }
        Place::Data if list.is_some() && data.starts_with('[') => {
            ("data", format!("{{{as_list}}}"), list)
        }
        Place::Data => ("data", data.to_owned(), None),
    };
    Found { prefix, json, bare, repeated }
}

/// Returns the result among the members of a response.
pub(crate) fn result(mut members: Map<String, Value>) -> Value {
    let data = members.remove("data").unwrap_or_default();
    members.retain(|name, _| !is_of_envelope(name));
    match Place::of(Kind::of(&data), members.keys().map(String::as_str)) {
        Place::Data => data,
        Place::Beside => Value::Object(members),
        Place::Both => {
            members.insert("data".to_owned(), data);
            Value::Object(members)
        }
    }
}

fn is_of_envelope(name: &str) -> bool {
    ["code", "data", "msg", "rid"].contains(&name)
}

/// Where a result is.
enum Place {
    Data,
    /// In the members beside `data`.
    Beside,
    /// In these, and `data` is its list, as in the list of template videos.
    Both,
}

/// What `data` is.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Null,
    Empty,
    List,
    Other,
}

impl Place {
    fn of<'n>(data: Kind, mut beside: impl Iterator<Item = &'n str>) -> Self {
        // Beside a message alone, what is empty is the result, unless it is null.
        let has_result = beside.any(|name| name != "message" || data == Kind::Null);
        match data {
            Kind::Null | Kind::Empty if has_result => Self::Beside,
            Kind::List if has_result => Self::Both,
            _ => Self::Data,
        }
    }
}

impl Kind {
    fn of(data: &Value) -> Self {
        match data {
            Value::Null => Self::Null,
            Value::Bool(false) => Self::Empty,
            Value::String(text) if text.trim().is_empty() => Self::Empty,
            Value::Array(items) if items.is_empty() => Self::Empty,
            Value::Object(fields) if fields.is_empty() => Self::Empty,
            Value::Array(_) => Self::List,
            _ => Self::Other,
        }
    }

    fn of_json(data: &str) -> Self {
        match data {
            "{}" | "[]" => Self::Empty,
            list if list.starts_with('[') => Self::List,
            object if object.starts_with('{') => Self::Other,
            // A scalar is short, or an error.
            scalar => Self::of(&raw(scalar)),
        }
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
