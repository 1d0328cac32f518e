//! What is read from the body of an event or of a callback.

use jogg_api::raw_text;
use serde_json::Value;

/// How many ids of a body are read, so that none can make others do much work.
pub(super) const MAX_IDS: usize = 16;

/// Ids have some tens of characters.
pub(super) const LONGEST_ID: usize = 256;

/// Returns the `data`, or the whole body if the members are at top level.
pub(super) fn data(raw: &Value) -> &Value {
    raw.get("data").filter(|data| data.is_object()).unwrap_or(raw)
}

/// Returns each id in the `data`, with its name. The id of the event is none of them.
pub(super) fn ids(data: &Value) -> impl Iterator<Item = (&str, String)> {
    let members = data.as_object().into_iter().flatten();
    members.filter_map(|(name, value)| {
        let is_id = (name == "id" || name.ends_with("_id")) && name != "event_id";
        let id = is_id.then(|| raw_text(value)).flatten()?;
        (id.len() <= LONGEST_ID).then_some((name.as_str(), id))
    })
}

/// Reads an integer, which may come as a string or as a float.
pub(super) fn integer(value: &Value) -> Option<i64> {
    let whole = |float: f64| (float.abs() < 1e15).then_some(float.trunc() as i64);
    value
        .as_i64()
        .or_else(|| value.as_f64().and_then(whole))
        .or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_integer_may_be_a_text_or_a_float_that_has_all_its_digits() {
        for (value, expected) in [
            (json!(7), Some(7)),
            (json!(-7.9), Some(-7)),
            (json!(" 7 "), Some(7)),
            (json!(9e14), Some(900_000_000_000_000)),
            (json!(1e15), None),
            (json!(-1e15), None),
            (json!("7.5"), None),
            (json!(null), None),
        ] {
            assert_eq!(integer(&value), expected, "{value}");
        }
    }
}
