//! Fields of raw reports that have several names or places in the API. They are read where the
//! generated types have nothing.

use jogg_api::enums::RawStatus;
use jogg_api::raw_text;
use serde_json::Value;

/// Names of a result's URL.
const URLS: [&str; 3] = ["video_url", "url", "result_url"];
/// Names of a running time in seconds.
const DURATIONS: [&str; 3] = ["duration", "duration_seconds", "video_duration"];
/// Names under which a failed job is explained, as a string or as an object with a `message`.
const ERRORS: [&str; 7] =
    ["error", "error_msg", "error_message", "err_msg", "fail_msg", "msg", "message"];

/// Reads the URL of the result.
pub(crate) fn url(raw: &Value) -> Option<String> {
    text(raw, &URLS)
}

/// Reads the URL of the still image of the result.
pub(crate) fn cover_url(raw: &Value) -> Option<String> {
    text(raw, &["cover_url"])
}

/// Reads the length of the result, in seconds.
pub(crate) fn duration_seconds(raw: &Value) -> Option<f64> {
    find(raw, &DURATIONS, |value| {
        let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
        seconds.filter(|seconds: &f64| seconds.is_finite())
    })
}

/// Reads why a job failed.
pub(crate) fn error(raw: &Value) -> Option<String> {
    find(raw, &ERRORS, |value| {
        let text = value.as_str().or_else(|| value.get("message")?.as_str());
        let text = text.filter(|text| !text.trim().is_empty()).map(str::to_owned);
        text.or_else(|| Some(format!("code {}", raw_text(value.get("code")?)?)))
    })
}

/// Reads the raw status.
pub(crate) fn status(raw: &Value) -> Option<RawStatus> {
    raw.get("status").and_then(raw_text).map(|status| RawStatus::from(status.as_str()))
}

/// Returns the first of these members that is a string with something in it.
pub(crate) fn text(raw: &Value, names: &[&str]) -> Option<String> {
    find(raw, names, |value| {
        value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
    })
}

/// Returns the first of these members, of the report or of its `data`, that can be read.
fn find<T>(raw: &Value, names: &[&str], read: impl Fn(&Value) -> Option<T>) -> Option<T> {
    let places = [Some(raw), raw.get("data")];
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
        for raw in [
            json!({"video_url": "u", "duration": 1.5}),
            json!({"url": "u", "video_duration": "1.5"}),
            json!({"video_url": "", "result_url": "u", "duration": null, "duration_seconds": 1.5}),
            json!({"url": null, "data": {"url": "u", "duration_seconds": 1.5}}),
        ] {
            assert_eq!(url(&raw).as_deref(), Some("u"), "{raw}");
            assert_eq!(duration_seconds(&raw), Some(1.5), "{raw}");
        }
        assert_eq!((url(&json!([])), duration_seconds(&json!(null))), (None, None));
    }

    #[test]
    fn a_still_image_that_is_not_there_has_no_url() {
        for (raw, cover) in [
            (json!({"cover_url": "c"}), Some("c")),
            (json!({"cover_url": "", "data": {"cover_url": "c"}}), Some("c")),
            (json!({"cover_url": " "}), None),
            (json!({"cover_url": 7}), None),
            (json!({"video_url": "u"}), None),
        ] {
            assert_eq!(cover_url(&raw).as_deref(), cover, "{raw}");
        }
    }

    #[test]
    fn fact_58_a_failure_may_be_explained_by_an_error_message_or_a_message() {
        for raw in [
            json!({"error_message": "e", "message": "m", "msg": " "}),
            json!({"message": "e"}),
            json!({"data": {"error_message": "e"}}),
            json!({"error": {"error_message": 5}, "message": "e"}),
        ] {
            assert_eq!(error(&raw).as_deref(), Some("e"), "{raw}");
        }
    }

    #[test]
    fn fact_10_a_failure_is_explained_in_one_of_many_places() {
        for raw in [
            json!({"err_msg": "e"}),
            json!({"error_msg": "e", "msg": ""}),
            json!({"fail_msg": "e", "error": null}),
            json!({"data": {"msg": "e"}}),
            json!({"error": {"code": 5, "message": "e"}}),
            json!({"error": "e"}),
        ] {
            assert_eq!(error(&raw).as_deref(), Some("e"), "{raw}");
        }
        assert_eq!(error(&json!({"error": {"code": 5}})).as_deref(), Some("code 5"));
        for raw in [json!({"err_msg": " "}), json!("e")] {
            assert_eq!(error(&raw), None, "{raw}");
        }
    }
}
