//! Values as servers write them, decoded for each operation: none is lost or changed unreported.

use jogg_api::codec::{CODECS, Codec, Decoded};
use jogg_api::{raw_data, raw_json};
use jogg_tests::sample;
use serde_json::{Value, json};

use super::responses::check;

/// An id that is no integer of any type, and no float either.
const LONG: &str = "12345678901234567890123";

#[track_caller]
fn decode(operation: &str, data: &str) -> Decoded {
    let body = format!(r#"{{"code": 0, "msg": "m", "data": {data}}}"#);
    Codec::of(operation).unwrap().decode_response(body.as_bytes()).unwrap()
}

#[track_caller]
fn places(decoded: &Decoded) -> Vec<(&str, &Value)> {
    decoded.skipped.iter().map(|part| (part.at.as_str(), &part.raw)).collect()
}

#[test]
fn ids_keep_their_digits_as_texts() {
    for (written, id) in [
        ("1500.0", "1500"),
        ("1.5e3", "1500"),
        (LONG, LONG),
        ("18446744073709551616", "18446744073709551616"),
        ("9007199254740993.0", "9007199254740993"),
        ("1.2345678901234567890123e22", LONG),
    ] {
        for (operation, data, place) in [
            ("add_photo_avatar_motion", format!("{{\"motion_id\": {written}}}"), "/motion_id"),
            ("get_avatar_video", format!("{{\"video_id\": {written}}}"), "/video_id"),
            (
                "list_voices",
                format!("{{\"voices\": [{{\"voice_id\": {written}}}]}}"),
                "/voices/0/voice_id",
            ),
        ] {
            let decoded = decode(operation, &data);
            assert_eq!(decoded.data.pointer(place), Some(&json!(id)), "{operation}: {written}");
            assert!(decoded.skipped.is_empty(), "{operation}: {written}: {:?}", decoded.skipped);
        }
    }
}

#[test]
fn an_integer_out_of_range_is_skipped_with_its_digits() {
    let decoded =
        decode("list_musics", &format!("{{\"music\": [{{\"id\": 1.5e3}}, {{\"id\": {LONG}}}]}}"));
    assert_eq!(decoded.data["music"], json!([{"id": 1500}]));
    assert_eq!(places(&decoded), [("data.music[1]", &json!({"id": LONG}))]);
    let decoded = decode(
        "get_photo_avatar_motion",
        &format!("{{\"motion_id\": \"m\", \"avatar_id\": {LONG}}}"),
    );
    assert_eq!(decoded.data, json!({"motion_id": "m"}));
    assert_eq!(places(&decoded), [("data.avatar_id", &json!(LONG))]);
}

#[test]
fn a_field_that_cannot_be_held_costs_nothing_else() {
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    for new in ["1e999", "-1e400", LONG, deep.as_str()] {
        for codec in CODECS {
            let mut body = sample::response(codec.operation);
            let expected = codec.decode_response(body.to_string().as_bytes()).unwrap();
            let Some(data) = body["data"].as_object_mut() else { continue };
            data.insert("new".to_owned(), json!("a new value"));
            // With a field that is malformed as well, too, so that one strict pass fails.
            for malformed in [false, true] {
                let mut body = body.clone();
                let mut expected = (expected.data.clone(), expected.skipped_count);
                if malformed && !expected.0["status"].is_null() {
                    body["data"]["status"] = json!([{}]);
                    expected.0.as_object_mut().unwrap().remove("status");
                    expected.1 += 1;
                }
                let body = body.to_string().replace("\"a new value\"", new);
                let decoded = codec.decode_response(body.as_bytes()).unwrap();
                let id = codec.operation.id;
                assert_eq!((decoded.data, decoded.skipped_count), expected, "{id}");
            }
        }
    }
    let body = format!(
        "{{\"code\": 0, \"data\": {{\"id\": {LONG}, \"a\": [1e999, {deep}], \"b\": 1.5}}}}"
    );
    let raw = raw_data(body.as_bytes());
    assert_eq!((&raw["id"], &raw["a"][0], &raw["b"]), (&json!(LONG), &json!("1e999"), &json!(1.5)));
    assert_eq!(raw_json(format!("\u{feff}{body} x").as_bytes())["data"], raw);
}

#[test]
fn a_number_out_of_range_in_a_typed_field_is_skipped() {
    let decoded = decode("get_remaining_quota", "{\"remaining_quota\": 1e999}");
    assert_eq!(places(&decoded), [("data.remaining_quota", &json!("1e999"))]);
}

/// The parts that are there twice: whatever loses, its value is reported.
#[test]
fn of_repeated_members_the_last_that_is_not_null_counts_and_the_others_are_reported() {
    let codec = Codec::of("add_photo_avatar_motion").unwrap();
    let decoded = |body: &str| codec.decode_response(body.as_bytes()).unwrap();
    for (body, id, places) in [
        (
            r#"{"code": 0, "data": {"motion_id": "a", "motion_id": "b"}}"#,
            "b",
            vec!["data.motion_id"],
        ),
        (
            r#"{"code": 0, "data": {"motion_id": "b", "motion_id": null}}"#,
            "b",
            vec!["data.motion_id"],
        ),
        (
            r#"{"code": 0, "data": {"motion_id": "a"}, "data": {"motion_id": "b"}}"#,
            "b",
            vec!["data"],
        ),
        (r#"{"code": 0, "data": {"motion_id": "b"}, "data": null}"#, "b", vec!["data"]),
        (r#"{"code": 50000, "data": {"motion_id": "b"}, "code": 0}"#, "b", vec!["code"]),
        (r#"{"code": 0, "code": null, "data": {"motion_id": "b"}}"#, "b", vec!["code"]),
    ] {
        let decoded = decoded(body);
        assert_eq!((decoded.code, &decoded.data["motion_id"]), (0, &json!(id)), "{body}");
        let found: Vec<_> = decoded.skipped.iter().map(|part| part.at.as_str()).collect();
        assert_eq!(found, places, "{body}");
    }
    let decoded = decoded(r#"{"code": 0, "data": {"motion_id": "b"}, "code": 50000, "msg": "m"}"#);
    assert_eq!((decoded.code, &decoded.data), (50000, &json!(null)));
}

#[test]
fn odd_codes_of_success_are_read() {
    let codec = Codec::of("add_photo_avatar_motion").unwrap();
    for code in ["\"0\"", "0.0", "\" 0 \"", "0e0", "\"0.0\""] {
        let body = format!(r#"{{"code": {code}, "data": {{"motion_id": "m1"}}}}"#);
        let decoded = codec.decode_response(body.as_bytes()).unwrap();
        assert_eq!((decoded.code, &decoded.data["motion_id"]), (0, &json!("m1")), "{code}");
    }
    for code in ["true", "null", "{}", "\"success\""] {
        let body = format!(r#"{{"code": {code}, "data": {{"motion_id": "m1"}}}}"#);
        assert!(codec.decode_response(body.as_bytes()).is_err(), "{code}");
    }
}

#[test]
fn fact_55_a_message_is_read_under_its_newer_name() {
    let codec = Codec::of("whoami").unwrap();
    for (body, message) in [
        (json!({"code": 40200, "error": "insufficient_credit", "message": "newer"}), "newer"),
        (json!({"code": 40200, "msg": "older", "message": "newer"}), "older"),
        (json!({"code": 40200, "msg": null, "message": "newer"}), "newer"),
        (json!({"code": 0, "message": "newer", "data": {"email": "a"}}), "newer"),
        (json!({"code": 0, "message": {"text": "no"}, "data": {"email": "a"}}), ""),
    ] {
        let decoded = codec.decode_response(body.to_string().as_bytes()).unwrap();
        assert_eq!(decoded.message, message, "{body}");
        assert_eq!(decoded.data["email"], body["data"]["email"], "{body}");
    }
}

#[test]
fn fact_56_a_custom_avatar_may_have_an_aspect_ratio() {
    for ratio in [0, 1, 2, 77] {
        check("list_custom_avatars", json!({"avatars": [{"id": 1, "aspect_ratio": ratio}]}));
    }
}

#[test]
fn a_piece_of_music_may_end_within_a_second() {
    check("list_musics", json!({"music": [{"id": 1, "duration": 12.75}]}));
}

#[test]
fn fact_57_a_list_may_come_without_an_object_around_it() {
    let lists: Vec<_> =
        CODECS.iter().filter(|codec| codec.operation.id.starts_with("list_")).collect();
    assert!(lists.len() > 10);
    for codec in lists {
        let operation = codec.operation;
        let name = operation.list.unwrap_or_else(|| panic!("{} has not one list", operation.id));
        let data = &sample::response(operation)["data"][name];
        let items = codec
            .decode_response(json!({"code": 0, "data": {name: data}}).to_string().as_bytes())
            .unwrap()
            .data;
        assert!(!items[name].as_array().unwrap().is_empty(), "{}", operation.id);
        for extra in [json!({}), json!({"total": 3})] {
            let mut body = json!({"code": 0, "data": data});
            body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            body["data"].as_array_mut().unwrap().push(json!([7]));
            let decoded = codec.decode_response(body.to_string().as_bytes()).unwrap();
            assert_eq!(decoded.data[name], items[name], "{}: {body}", operation.id);
            let last = decoded.skipped.last().unwrap();
            assert_eq!((last.at.as_str(), &last.raw), ("data[1]", &json!([7])), "{}", operation.id);
        }
        let empty = codec.decode_response(br#"{"code": 0, "data": []}"#).unwrap();
        assert!(empty.data.is_null() && empty.skipped.is_empty());
    }
    // Of anything else, a list is no result.
    let body = br#"{"code": 0, "data": ["m1"]}"#;
    assert!(Codec::of("add_photo_avatar_motion").unwrap().decode_response(body).is_err());
}

#[test]
fn fact_59_ids_may_be_uuids_or_have_a_prefix() {
    for id in ["f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "vd_5d1f0c2e9a7b4c315d1f0c2e9a7b4c31"] {
        check("add_photo_avatar_motion", json!({"motion_id": id}));
        check("get_avatar_video", json!({"video_id": id}));
        check("list_template_videos", json!({"data": [{"video_id": id}]}));
    }
}
