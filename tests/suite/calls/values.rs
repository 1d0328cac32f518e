//! Values as servers write them, over a real socket: what a call, a list and a job make of them.

use jogg_api::operations::{
    ADD_PHOTO_AVATAR_MOTION, GET_PHOTO_AVATAR_MOTION, LIST_MUSICS, LIST_VOICES, WHOAMI,
};
use jogg_api_ext::musics::ListMusics;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::voices::ListVoices;
use jogg_api_ext::{ErrorKind, Job, JobRecord, Motion};
use jogg_tests::{Stage, requests, secrets};
use serde_json::json;

const LONG: &str = "12345678901234567890123";

fn body(text: impl Into<String>) -> Reply {
    Reply::body(200, "application/json", text.into())
}

/// Starts a job whose response is this text.
async fn started(stage: &Stage, text: &str) -> jogg_api_ext::Result<Job<Motion>> {
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, body(text));
    let job = stage.jogg.photo_avatars().add_motion(requests::add_motion()).await;
    assert_eq!(stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), 1);
    job
}

#[tokio::test]
async fn the_id_of_a_paid_job_survives_whatever_is_around_it() {
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    for (text, id) in [
        (format!(r#"{{"code": 0, "data": {{"motion_id": {LONG}, "a": {LONG}}}}}"#), LONG),
        (r#"{"code": 0, "data": {"motion_id": 1500.0}}"#.to_owned(), "1500"),
        (r#"{"code": 0, "data": {"motion_id": 1.5e3}}"#.to_owned(), "1500"),
        (r#"{"code": 0, "data": {"a": 1e999, "motion_id": "m1"}}"#.to_owned(), "m1"),
        (format!(r#"{{"code": 0, "data": {{"a": {deep}, "motion_id": "m1"}}}}"#), "m1"),
        (r#"{"code": 0, "data": {"motion_id": "m1"}} <!-- proxy -->"#.to_owned(), "m1"),
        ("\u{feff}{\"code\": 0, \"data\": {\"motion_id\": \"m1\"}}\n{}".to_owned(), "m1"),
        (r#"{"code": 0, "data": "", "motion_id": "m1"}"#.to_owned(), "m1"),
        (r#"{"code": 0, "data": {}, "motion_id": "m1"}"#.to_owned(), "m1"),
        (r#"{"code": 0, "data": [], "motion_id": "m1"}"#.to_owned(), "m1"),
        (r#"{"code": 0, "motion_id": "m1", "data": {} }"#.to_owned(), "m1"),
        (r#"{"code": "0", "data": {"motion_id": "m1"}}"#.to_owned(), "m1"),
        (r#"{"code": 0.0, "data": {"motion_id": "m1"}}"#.to_owned(), "m1"),
        (r#"{"code": true, "data": {"motion_id": "m1"}}"#.to_owned(), "m1"),
        (r#"{"code": null, "data": {"motion_id": "m1"}}"#.to_owned(), "m1"),
        (r#"{"data": {"motion_id": "m1"}}"#.to_owned(), "m1"),
        (r#"{"code": 0, "data": {"motion_id": "m1"}, "data": null}"#.to_owned(), "m1"),
        (r#"{"code": 0, "data": {"motion_id": "m1", "motion_id": null}}"#.to_owned(), "m1"),
        (r#"{"code": 50000, "data": {"motion_id": "m1"}, "code": 0}"#.to_owned(), "m1"),
    ] {
        let stage = Stage::new().await;
        let job = started(&stage, &text).await.unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!(job.id(), id, "{text}");
        // It is the same in a record that was stored.
        let stored = serde_json::to_string(job.record()).unwrap();
        let record: JobRecord = serde_json::from_str(&stored).unwrap();
        assert_eq!((&record.id[..], &record), (id, job.record()), "{text}");
        if text.contains(LONG) {
            assert_eq!(record.raw["a"], LONG, "{stored}");
        }
    }
}

#[tokio::test]
async fn a_response_without_an_id_is_no_job_whatever_its_code() {
    for text in [
        r#"{"code": null, "message": "no"}"#,
        r#"{"code": true, "data": null}"#,
        r#"{"code": true, "data": []}"#,
        r#"{"code": "planted-x", "data": {"error": "no"}}"#,
    ] {
        let stage = Stage::new().await;
        let error = started(&stage, text).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{text}");
        assert_eq!(&error.body().unwrap()[..], text.as_bytes());
        secrets::assert_hidden(&secrets::shown(&error), text);
    }
}

#[tokio::test]
async fn a_report_survives_what_cannot_be_held() {
    let stage = Stage::new().await;
    let job = started(&stage, &format!(r#"{{"code": 0, "data": {{"motion_id": {LONG}}}}}"#))
        .await
        .unwrap();
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    for new in ["1e999", LONG, deep.as_str()] {
        let text = format!(
            r#"{{"code": 0, "data": {{"status": "completed", "a": {new}, "motion_id": {LONG},
            "motion_preview_url": "https://a.example/f.mp4"}}}} trailing"#
        );
        stage.simulator.reply_next(&GET_PHOTO_AVATAR_MOTION, body(text));
        let motion = job.report().await.unwrap().result.expect("it is completed");
        assert_eq!(motion.raw["motion_id"], LONG);
        let expected = if new == deep { &motion.raw["a"] } else { &json!(new) };
        assert_eq!(&motion.raw["a"], expected);
        assert!(!motion.raw["a"].is_null());
        let path = stage.simulator.requests().pop().unwrap();
        assert!(path.query.contains(LONG) || path.path.contains(LONG), "{path:?}");
    }
}

#[tokio::test]
async fn a_list_survives_what_cannot_be_held() {
    let stage = Stage::new().await;
    let text = format!(r#"{{"code": 0, "data": [{{"voice_id": {LONG}, "a": 1e999}}, 7]}}"#);
    stage.simulator.reply_next(&LIST_VOICES, body(text));
    let page = stage.jogg.voices().list(ListVoices::new()).page().await.unwrap();
    assert_eq!(page.items[0].voice_id, LONG);
    assert_eq!((page.items.len(), page.metadata.skipped[0].at.as_str()), (1, "data[1]"));
    let text = r#"{"code": 0, "data": {"music": [{"id": 1, "duration": 12.75}]}}"#;
    stage.simulator.reply_next(&LIST_MUSICS, body(text));
    let page = stage.jogg.musics().list(ListMusics::new()).page().await.unwrap();
    assert_eq!(page.items[0].duration, Some(12.75));
}

#[tokio::test]
async fn the_whole_body_is_read_as_json_with_what_servers_add() {
    let stage = Stage::new().await;
    let text =
        format!("\u{feff}{{\"code\": 0, \"data\": {{\"email\": \"a\", \"n\": {LONG}}}}} <!-- -->");
    stage.simulator.reply_next(&WHOAMI, body(text));
    let (user, metadata) = stage.jogg.account().whoami().with_metadata().await.unwrap();
    assert_eq!(user.email.as_deref(), Some("a"));
    let data = json!({"email": "a", "n": LONG});
    assert_eq!(metadata.json(), json!({"code": 0, "data": data}));
    assert_eq!(metadata.raw(), data);
}

#[tokio::test]
async fn an_encoded_body_is_named_and_a_paid_one_is_kept() {
    for (status, encoding, named) in
        [(200, "gzip", true), (200, "br", true), (200, "identity", false), (502, "gzip", true)]
    {
        let stage = Stage::without_retries().await;
        let bytes: &[u8] = b"\x1f\x8b\x08\x00planted-content";
        let reply = || {
            Reply::body(status, "application/json", bytes.to_vec())
                .header("content-encoding", encoding)
        };
        stage.simulator.reply_next(&WHOAMI, reply());
        let error = stage.jogg.account().whoami().await.unwrap_err();
        let text = format!("encoded ({encoding})");
        assert_eq!(error.to_string().contains(&text), named, "{error}");
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, reply());
        let request = requests::add_motion();
        let error = stage.jogg.photo_avatars().add_motion(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
        assert_eq!(error.to_string().contains(&text), named, "{error}");
        assert_eq!(&error.body().unwrap()[..], bytes);
        secrets::assert_hidden(&secrets::shown(&error), &text);
    }
    // What can be read all the same is read.
    let stage = Stage::new().await;
    let reply = body(r#"{"code": 0, "data": {"email": "a"}}"#).header("content-encoding", "gzip");
    stage.simulator.reply_next(&WHOAMI, reply);
    assert_eq!(stage.jogg.account().whoami().await.unwrap().email.as_deref(), Some("a"));
}

#[test]
fn the_id_in_a_record_keeps_its_digits_or_is_refused() {
    let record = |id: &str| {
        let text = format!(r#"{{"operation": "add_photo_avatar_motion", "id": {id}}}"#);
        serde_json::from_str::<JobRecord>(&text).map_err(|error| error.to_string())
    };
    for (written, id) in [
        ("1500", "1500"),
        ("1500.0", "1500"),
        ("1.5e3", "1500"),
        ("\"00\"", "00"),
        ("18446744073709551615", "18446744073709551615"),
    ] {
        assert_eq!(record(written).unwrap().id, id);
    }
    for written in [LONG, "9007199254740993.0"] {
        let error = record(written).unwrap_err();
        assert!(error.contains("too many digits for a number: write it as a string"), "{error}");
    }
    assert_eq!(record(&format!("\"{LONG}\"")).unwrap().id, LONG);
    assert!(record("[]").unwrap_err().contains("must be a string or a number"));
}

/// A limit on requests says how long to wait, whatever surrounds it.
#[tokio::test]
async fn a_wait_is_read_from_a_body_with_what_servers_add() {
    let stage = Stage::without_retries().await;
    let text = "\u{feff}{\"code\": 429, \"a\": 1e999, \"retryAfter\": 8} <!-- -->";
    stage.simulator.reply_next(&WHOAMI, Reply::body(429, "application/json", text));
    let error = stage.jogg.account().whoami().await.unwrap_err();
    assert_eq!(error.retry_after().unwrap().as_secs(), 8);
}
