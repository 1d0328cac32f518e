//! Decodes the body of a response into its envelope. If one strict pass fails, the parts that don't
//! have the expected type are skipped and reported, and the rest is kept.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::envelope::Envelope;
use crate::exact::{Exact, parse_exact};
use crate::found::{Found, find, has_empty_data, result};
use crate::redact::without_values;
use crate::repair::{parse, read, repaired};
use crate::salvage::{Attempt, salvage};
use crate::skipped::SkippedParts;
use crate::{NoData, Operation, lenient};

/// The body isn't an envelope, or its `data` isn't a `T` even with parts skipped.
#[derive(Debug)]
pub(crate) struct DecodeError {
    /// The envelope, if there is one.
    pub(crate) envelope: Option<Envelope<NoData>>,
    pub(crate) reason: String,
}

/// Decodes a response of an operation. An error code isn't an error here; `data` is `None` then.
pub(crate) fn decode<T: DeserializeOwned>(
    body: &[u8],
    operation: &Operation,
) -> Result<(Envelope<T>, SkippedParts), DecodeError> {
    let body = without_mark(body);
    match read::<Envelope<T>>(body) {
        Ok(envelope) if !(envelope.incomplete || envelope.others && has_empty_data(body)) => {
            return Ok((envelope, SkippedParts::default()));
        }
        _ => {}
    }
    let mut data = None;
    let mut attempt = |json: &[u8]| -> Result<(), serde_json::Error> {
        data = serde_json::from_slice::<lenient::Data<T>>(json)?.0;
        Ok(())
    };
    let (envelope, skipped) = decode_damaged(body, operation.list, &mut attempt)?;
    Ok((envelope.with_data(data), skipped))
}

/// Decodes a response whose `data` is wanted as JSON, without changing it.
pub(crate) fn decode_raw(body: &[u8]) -> Result<(Envelope<Value>, SkippedParts), DecodeError> {
    let body = without_mark(body);
    match read::<Envelope<Exact>>(body) {
        Ok(envelope) if !(envelope.incomplete || envelope.others && has_empty_data(body)) => {
            return Ok((envelope.map(|data| data.0), SkippedParts::default()));
        }
        _ => {}
    }
    let outside = outside(body)?;
    if outside.code != 0 {
        return Ok((outside.with_data(None), SkippedParts::default()));
    }
    match parse_exact(body) {
        Ok((Value::Object(members), repeated)) => {
            let data = Some(result(members)).filter(Value::is_object);
            Ok((outside.with_data(data), repeated))
        }
        // It is an envelope, so it is an object.
        _ => Ok((outside.with_data(None), SkippedParts::default())),
    }
}

/// Returns whether a body begins with a complete envelope, so that nothing of it is missing.
pub(crate) fn is_whole(body: &[u8]) -> bool {
    parse::<Envelope<NoData>>(without_mark(body)).is_ok()
}

/// Returns the `data` of a response body as received, or its other members if the result is at top
/// level; null if there is neither. Not redacted.
///
/// Reads what [`raw_json`] reads.
pub fn raw_data(body: &[u8]) -> Value {
    match raw_json(body) {
        Value::Object(members) => result(members),
        _ => Value::Null,
    }
}

/// Decodes the `data` of a response body as a client does: what doesn't have the expected type is
/// skipped. `None` if the body isn't an envelope with code 0 and `data`.
pub fn decode_data<T: DeserializeOwned>(body: &[u8], operation: &Operation) -> Option<T> {
    let (envelope, _) = decode::<T>(body, operation).ok()?;
    envelope.data.filter(|_| envelope.code == 0)
}

/// Parses a whole response body, envelope included; null if it isn't JSON. Not redacted.
///
/// Reads what servers send beyond JSON: a byte order mark, invalid characters in strings, and text
/// after an object. A number that a [`Value`] can't hold is a string with its digits, and what is
/// nested deeper than 100 levels is null. Of a repeated member, the last that isn't null counts.
pub fn raw_json(body: &[u8]) -> Value {
    parse_exact(without_mark(body)).map_or(Value::Null, |(value, _)| value)
}

/// Reads a text of such JSON, as the types do: a number becomes its digits; `None` if it is null,
/// false, empty or white space, no scalar, or a float whose digits may not be those received.
pub fn raw_text(value: &Value) -> Option<String> {
    lenient::Text::deserialize(value).ok()?.0
}

/// Decodes a response part by part. The last attempt decodes its `data`, if its code is 0.
fn decode_damaged(
    body: &[u8],
    list: Option<&str>,
    attempt: &mut Attempt<'_>,
) -> Result<(Envelope<NoData>, SkippedParts), DecodeError> {
    let outside = outside(body)?;
    if outside.code != 0 {
        return Ok((outside, SkippedParts::default()));
    }
    match decode_parts(body, list, attempt) {
        Ok(skipped) => Ok((outside, skipped)),
        Err(reason) => Err(DecodeError { envelope: Some(outside), reason }),
    }
}

/// Decodes the envelope alone.
fn outside(body: &[u8]) -> Result<Envelope<NoData>, DecodeError> {
    let reason = |error| DecodeError { envelope: None, reason: describe(body, &error) };
    parse(body).map_err(reason)
}

fn decode_parts(
    body: &[u8],
    list: Option<&str>,
    attempt: &mut Attempt<'_>,
) -> Result<SkippedParts, String> {
    let Found { prefix, json, bare, repeated: mut skipped } = find(&repaired(body), list);
    let mut salvaged = salvage(prefix, json, attempt).map_err(|reason| match prefix {
        "" => reason,
        _ => format!("{prefix}: {reason}"),
    })?;
    if let Some(list) = bare {
        // Places are those in the response, in which the list has another name.
        let name = if prefix.is_empty() { list.to_owned() } else { format!("{prefix}.{list}") };
        for part in &mut salvaged.reported {
            if let Some(rest) = part.at.strip_prefix(&name) {
                part.at = format!("data{rest}");
            }
        }
    }
    skipped.extend(salvaged);
    Ok(skipped)
}

fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// Says why a body isn't an envelope, without quoting it.
fn describe(body: &[u8], error: &serde_json::Error) -> String {
    let start = body.trim_ascii_start();
    match start.first() {
        None => "the body is empty".to_owned(),
        Some(b'<') => "the body is a markup page, not JSON".to_owned(),
        Some(b'{') if error.is_eof() => "the body is cut off".to_owned(),
        _ => format!("the body is not an envelope: {}", without_values(&error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::operations::{LIST_TEMPLATE_VIDEOS, LIST_VOICES, WHOAMI};
    use crate::types::{MotionReport, RawStatus, TemplateVideoList, User, VoiceList};

    fn decoded<T: DeserializeOwned>(body: &Value) -> (Envelope<T>, Vec<String>) {
        let (envelope, skipped) = decode::<T>(body.to_string().as_bytes(), &LIST_VOICES).unwrap();
        (envelope, skipped.reported.into_iter().map(|skipped| skipped.at).collect())
    }

    #[test]
    fn fact_05_the_envelope_has_a_code_a_message_and_perhaps_a_request_id_and_data() {
        let body = json!({"rid": "7f", "code": 0, "msg": "success", "data": {"email": "a@b.c"}});
        let (envelope, skipped) = decoded::<User>(&body);
        assert_eq!(envelope.request_id.as_deref(), Some("7f"));
        assert_eq!(envelope.data.unwrap().email.as_deref(), Some("a@b.c"));
        assert!(skipped.is_empty());
        let (envelope, _) = decoded::<User>(&json!({"rid": "", "code": 0, "msg": "Success"}));
        assert_eq!((envelope.request_id, envelope.data), (None, None));
    }

    #[test]
    fn fact_07_error_data_never_hides_the_code() {
        for data in [json!(null), json!([]), json!(["x"]), json!({"email": {}}), json!("text")] {
            for body in [
                json!({"code": 10104, "msg": "m", "data": data}),
                json!({"data": data, "code": "10104", "msg": "m"}),
                json!({"data": data, "code": 10104, "msg": "m", "other": 1}),
            ] {
                let (envelope, skipped) = decoded::<User>(&body);
                assert_eq!((envelope.code, envelope.data), (10104, None), "{body}");
                assert!(skipped.is_empty());
            }
        }
    }

    #[test]
    fn data_before_the_code_is_still_a_result() {
        let body = br#"{"data": {"email": "a"}, "msg": "Success", "code": 0}"#;
        let (envelope, _) = decode::<User>(body, &WHOAMI).unwrap();
        assert_eq!(envelope.data.unwrap().email.as_deref(), Some("a"));
    }

    #[test]
    fn fact_08_a_result_at_top_level_is_found() {
        for body in [
            json!({"code": 0, "msg": "Success", "motion_id": "m1", "status": "processing"}),
            json!({"data": null, "code": 0, "motion_id": "m1", "status": "processing"}),
            json!({"code": 0, "data": null, "motion_id": "m1", "status": "processing"}),
        ] {
            let (envelope, skipped) = decoded::<MotionReport>(&body);
            let report = envelope.data.unwrap();
            assert_eq!(report.motion_id.as_deref(), Some("m1"));
            assert_eq!(report.status, Some(RawStatus::Processing));
            assert!(skipped.is_empty());
        }
        let body = json!({"code": 0, "msg": "", "motion_id": "m1", "name": {}});
        assert_eq!(decoded::<MotionReport>(&body).1, ["name"]);
        let body = json!({"code": 0, "data": [{"video_id": "v1"}], "pagination": {"page": 1}});
        let body = body.to_string();
        let (envelope, _) =
            decode::<TemplateVideoList>(body.as_bytes(), &LIST_TEMPLATE_VIDEOS).unwrap();
        let list = envelope.data.unwrap();
        assert_eq!(list.data[0].video_id, "v1");
        assert!(list.pagination.is_some(), "what is beside the list is of it");
        for data in [json!(""), json!([]), json!({}), json!(false)] {
            let body = json!({"code": 0, "data": data, "motion_id": "m1"});
            let (envelope, _) = decoded::<MotionReport>(&body);
            assert_eq!(envelope.data.unwrap().motion_id.as_deref(), Some("m1"), "{body}");
            assert_eq!(raw_data(body.to_string().as_bytes()), json!({"motion_id": "m1"}));
            // A message beside it is no result.
            let body = json!({"code": 0, "data": data, "message": "m"});
            assert_eq!(raw_data(body.to_string().as_bytes()), data);
        }
    }

    #[test]
    fn fact_06_nothing_beside_the_code_hides_it() {
        let deep = "[".repeat(1000) + &"]".repeat(1000);
        let deep = [
            format!(r#"{{"code": 40000, "msg": {deep}}}"#),
            format!(r#"{{"data": {deep}, "msg": "m", "code": 40000}}"#),
        ];
        for body in [
            br#"{"code": 40000, "msg": ["a", {"b": 1}], "rid": {"c": []}}"#.as_slice(),
            br#"{"rid": true, "msg": 1e300, "code": 40000.0}"#,
            b"{\"code\": 40000, \"msg\": \"caf\xe9\"}",
            b"{\"msg\": \"a\nb\", \"data\": {\"email\": 5}, \"code\": \"40000\"}",
            br#"{"msg": "\ud83d", "data": {"name": "\ude00"}, "code": 40000}"#,
            deep[0].as_bytes(),
            deep[1].as_bytes(),
        ] {
            let (envelope, skipped) = decode::<User>(body, &WHOAMI).unwrap();
            assert_eq!((envelope.code, envelope.data, skipped.count), (40000, None, 0));
            assert!(is_whole(body));
        }
    }

    #[test]
    fn a_result_with_invalid_characters_is_decoded() {
        let body = b"\xef\xbb\xbf{\"code\": 0, \"data\": {\"email\": \"\xe9\", \"username\": \"\\ud83d\"}}";
        let (envelope, _) = decode::<User>(body, &WHOAMI).unwrap();
        let user = envelope.data.unwrap();
        assert_eq!((user.email.as_deref(), user.username.as_deref()), (Some("�"), Some("�")));
        assert_eq!(raw_data(body), json!({"email": "�", "username": "�"}));
    }

    #[test]
    fn raw_data_is_the_result_as_received() {
        for (body, expected) in [
            (r#"{"code": 0, "msg": "m", "data": {"a": 1}, "b": 2}"#, json!({"a": 1})),
            ("\u{feff}{\"code\": 0, \"rid\": \"r\", \"a\": 1}", json!({"a": 1})),
            (r#"{"code": 0, "data": null, "a": 1}"#, json!({"a": 1})),
            (r#"{"code": 0, "data": [], "a": 1}"#, json!({"a": 1})),
            (r#"{"code": 0, "data": []}"#, json!([])),
            (r#"{"code": 0, "data": [1]}"#, json!([1])),
            (r#"{"code": 0, "msg": "m"}"#, json!(null)),
            ("<html>", json!(null)),
            ("[1]", json!(null)),
        ] {
            assert_eq!(raw_data(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn a_body_is_complete_only_at_its_last_byte() {
        let whole = r#"{"code": 0, "msg": "m", "data": {"a": "é}"}} "#;
        let end = whole.trim_end().len();
        for length in 0..=whole.len() {
            assert_eq!(is_whole(&whole.as_bytes()[..length]), length >= end, "{length}");
        }
        for rest in ["<!-- proxy -->", "{\"code\": 1", "\u{0}"] {
            let body = format!("{whole}{rest}");
            assert!(is_whole(body.as_bytes()), "{body}");
            assert!(decode::<User>(body.as_bytes(), &WHOAMI).unwrap().0.data.is_some(), "{body}");
            assert_eq!(raw_data(body.as_bytes()), json!({"a": "é}"}), "{body}");
        }
        assert!(!is_whole(b"{\"message\": \"no\"}") && !is_whole(b"[]"));
    }

    #[test]
    fn fact_17_null_and_empty_values_count_as_absent() {
        for (empty, avatar_id) in [("", json!(null)), (" ", json!("")), ("\t\n", json!(" "))] {
            let body = json!({"code": 0, "msg": "", "data": {
                "motion_id": "m1", "motion_preview_url": empty, "avatar_id": avatar_id,
                "status": empty,
            }});
            let (envelope, skipped) = decoded::<MotionReport>(&body);
            let report = envelope.data.unwrap();
            assert_eq!(report.motion_preview_url, None);
            assert_eq!((report.avatar_id, report.status, report.name), (None, None, None));
            assert!(skipped.is_empty());
            let (envelope, _) = decoded::<User>(&json!({"code": 0, "data": empty}));
            assert_eq!(envelope.data, None);
        }
    }

    #[test]
    fn false_counts_as_an_absent_word_and_true_is_skipped() {
        for (status, skipped) in [(false, &[][..]), (true, &["data.status"][..])] {
            let body = json!({"code": 0, "data": {"motion_id": "m1", "status": status}});
            let (envelope, places) = decoded::<MotionReport>(&body);
            assert_eq!(envelope.data.unwrap().status, None);
            assert_eq!(places, skipped);
        }
    }

    #[test]
    fn fact_18_a_null_list_is_empty() {
        for voices in [json!(null), json!(""), json!(" "), json!({}), json!([])] {
            let (envelope, skipped) =
                decoded::<VoiceList>(&json!({"code": 0, "msg": "", "data": {"voices": voices}}));
            assert!(envelope.data.unwrap().voices.is_empty());
            assert!(skipped.is_empty());
        }
    }

    #[test]
    fn fact_23_ids_may_be_numbers_or_strings() {
        let body = json!({"code": 0, "msg": "", "data": {"motion_id": 77, "avatar_id": "0"}});
        let (envelope, _) = decoded::<MotionReport>(&body);
        let report = envelope.data.unwrap();
        assert_eq!(report.motion_id.as_deref(), Some("77"));
        assert_eq!(report.avatar_id, Some(0));
    }

    #[test]
    fn an_invalid_result_is_an_error_that_keeps_the_envelope() {
        for data in [json!("text"), json!([1]), json!(5), json!(true), json!(["a", "b"])] {
            let body = json!({"code": 0, "msg": "m", "data": data}).to_string();
            let error = decode::<User>(body.as_bytes(), &WHOAMI).unwrap_err();
            assert_eq!(error.envelope.unwrap().message, "m");
            assert!(error.reason.contains("expected an object"), "{}", error.reason);
            assert!(!error.reason.contains("text"), "{}", error.reason);
        }
        for (body, reason) in [
            ("", "the body is empty"),
            ("<html>", "the body is a markup page, not JSON"),
            ("{\"code\": 0, \"da", "the body is cut off"),
            ("[]", "the body is not an envelope"),
            ("\"planted\"", "the body is not an envelope: invalid type: string, expected"),
            ("{\"code\": \"planted\"}", "invalid value: string, expected an integer"),
            ("{\"message\": \"no\"}", "missing field `code`"),
            ("\u{0}\u{1}", "the body is not an envelope"),
        ] {
            let error = decode::<User>(body.as_bytes(), &WHOAMI).unwrap_err();
            assert!(error.reason.contains(reason), "{}", error.reason);
            assert!(!error.reason.contains("planted"), "{}", error.reason);
        }
    }

    #[test]
    fn an_operation_without_a_result_ignores_data() {
        for data in [json!("updated"), json!([1, 2]), json!({"a": 1}), json!(3), json!(null)] {
            let body = json!({"code": 0, "msg": "", "data": data}).to_string();
            decode::<NoData>(body.as_bytes(), &WHOAMI).unwrap();
        }
    }
}
