//! One name for what the API calls by several, or puts in several places.

use jogg_api::enums::StatusWord;
use serde_json::Value;

use crate::job::id_text;

/// Names of a result's URL.
const URLS: [&str; 3] = ["video_url", "url", "result_url"];
/// Names of a running time in seconds.
const DURATIONS: [&str; 3] = ["duration", "duration_seconds", "video_duration"];
/// Names under which a failed job is explained, as a text or as an object with a `message`.
const ERRORS: [&str; 5] = ["error", "error_msg", "err_msg", "fail_msg", "msg"];

/// Where the result can be fetched.
pub(crate) fn url(payload: &Value) -> Option<String> {
    text(payload, &URLS)
}

/// How long the result runs, in seconds.
pub(crate) fn duration_seconds(payload: &Value) -> Option<f64> {
    find(payload, &DURATIONS, |value| {
        let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
        seconds.filter(|seconds: &f64| seconds.is_finite())
    })
}

/// Why a job failed.
pub(crate) fn error(payload: &Value) -> Option<String> {
    find(payload, &ERRORS, |value| {
        let text = value.as_str().or_else(|| value.get("message")?.as_str());
        let text = text.filter(|text| !text.trim().is_empty()).map(str::to_owned);
        text.or_else(|| Some(format!("code {}", id_text(value.get("code")?)?)))
    })
}

/// The API's word for the state, or its number.
pub(crate) fn word(payload: &Value) -> Option<StatusWord> {
    payload.get("status").and_then(id_text).map(|word| StatusWord::from(word.as_str()))
}

/// The first of these members that is a text with something in it.
pub(crate) fn text(payload: &Value, names: &[&str]) -> Option<String> {
    find(payload, names, |value| {
        value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
    })
}

/// The first of these members, of the payload or of its `data`, that can be read.
fn find<T>(payload: &Value, names: &[&str], read: impl Fn(&Value) -> Option<T>) -> Option<T> {
    let places = [Some(payload), payload.get("data")];
    places
        .into_iter()
        .flatten()
        .flat_map(|place| names.iter().filter_map(|name| place.get(name)))
        .find_map(read)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fact_32_a_result_is_found_under_each_of_its_names() {
        for payload in [
            json!({"video_url": "u", "duration": 1.5}),
            json!({"url": "u", "video_duration": "1.5"}),
            json!({"video_url": "", "result_url": "u", "duration": null, "duration_seconds": 1.5}),
            json!({"url": null, "data": {"url": "u", "duration_seconds": 1.5}}),
        ] {
            assert_eq!(url(&payload).as_deref(), Some("u"), "{payload}");
            assert_eq!(duration_seconds(&payload), Some(1.5), "{payload}");
        }
        assert_eq!((url(&json!([])), duration_seconds(&json!(null))), (None, None));
    }

    #[test]
    fn fact_10_a_failure_is_explained_in_one_of_many_places() {
        for payload in [
            json!({"err_msg": "e"}),
            json!({"error_msg": "e", "msg": ""}),
            json!({"fail_msg": "e", "error": null}),
            json!({"data": {"msg": "e"}}),
            json!({"error": {"code": 5, "message": "e"}}),
            json!({"error": "e"}),
        ] {
            assert_eq!(error(&payload).as_deref(), Some("e"), "{payload}");
        }
        assert_eq!(error(&json!({"error": {"code": 5}})).as_deref(), Some("code 5"));
        for payload in [json!({"err_msg": " "}), json!("e")] {
            assert_eq!(error(&payload), None, "{payload}");
        }
    }
}
