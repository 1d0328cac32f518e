//! Shapes of responses, without sockets: thousands that may name a job, and those that can't.

use std::time::SystemTime;

use jogg_api::http::{HeaderMap, HeaderValue};
use jogg_api::{NoData, RawRequest, RetryClass};

use super::*;

const ID: &str = "JOB7f3a";

fn request() -> PreparedRequest {
    let body = json!({"avatar_id": 81, "template": "sent"});
    RawRequest::new().with_body(body).prepare(&op::CREATE_VIDEO_FROM_AVATAR).unwrap()
}

fn client() -> jogg_api::Client {
    jogg_api::Client::builder("the-long-key").base_url("http://127.0.0.1:9").build().unwrap()
}

/// What becomes of a paid request with this response.
#[derive(Debug, PartialEq)]
enum Fate {
    /// A success, or an unknown outcome, with this id.
    Executed(Option<String>),
    Refused,
    Retried,
}

fn fate(api: &jogg_api::Client, status: u16, headers: HeaderMap, body: &[u8]) -> Fate {
    let (operation, request) = (&op::CREATE_VIDEO_FROM_AVATAR, request());
    let status = StatusCode::from_u16(status).unwrap();
    let response = RawResponse::new(operation, status, headers, body.to_vec().into());
    let error = match api.decode::<NoData>(response.clone()) {
        // Without an id, a success is rejected.
        Ok(_) => match ids_of_success(operation, &raw_data(body)).unwrap().pop() {
            Some(id) => return Fate::Executed(Some(id)),
            None => api.reject(response, "it has no id"),
        },
        Err(error) => error,
    };
    let attempt = Attempt { operation, number: 1, sent_at: SystemTime::UNIX_EPOCH, label: None };
    if let Some(success) = success(&error) {
        let ids = ids_of_success(operation, &raw_data(&success.body)).unwrap();
        return Fate::Executed(ids.into_iter().next());
    }
    match (claim(api, &error, &request, &attempt), outcome::standing(&error)) {
        (Some(claim), _) => Fate::Executed(claim.job.map(|job| job.id)),
        (None, Standing::Open) => Fate::Executed(None),
        (None, Standing::Refused) => Fate::Refused,
        (None, Standing::Retried) => Fate::Retried,
    }
}

/// Members that name the job, by where that is. The id can be read in all of them.
fn places(name: &str) -> Vec<String> {
    let member = format!(r#""{name}":"{ID}""#);
    let text = Value::from(format!("{{{member}}}")).to_string();
    let (open, close) = ("[".repeat(300), "]".repeat(300));
    vec![
        format!(r#""data":{{{member}}}"#),
        member.clone(),
        format!(r#"{member},"data":{{}}"#),
        format!(r#"{member},"data":[]"#),
        format!(r#"{member},"data":null"#),
        format!(r#"{member},"data":{{"retryAfter":1}}"#),
        format!(r#"{member},"data":"x""#),
        format!(r#""data":[{{{member}}}]"#),
        format!(r#""data":{{"data":{{{member}}}}}"#),
        format!(r#""data":{{"result":{{{member}}}}}"#),
        format!(r#""result":{{{member}}}"#),
        format!(r#""error":{{{member}}}"#),
        format!(r#""data":{{{member},"{name}":null}}"#),
        format!(r#""data":{{{member},"{name}":""}}"#),
        format!(r#""data":{{"{name}":"",{member}}}"#),
        format!(r#""data":{{{member}}},"data":null"#),
        format!(r#""data":{{{member}}},"data":{{"retryAfter":1}}"#),
        format!(r#""data":{{"retryAfter":1}},"data":{{{member}}}"#),
        format!(r#""data":{{"{name}":["{ID}"]}}"#),
        format!(r#""data":{{"{name}":{{"id":"{ID}"}}}}"#),
        format!(r#""data":{{"{name}":[null,{{"value":["{ID}"]}}]}}"#),
        format!(r#""data":{text}"#),
        format!(r#""error":{{"detail":{text}}}"#),
        format!(r#""data":{}"#, Value::from(format!("{{\"a\":{text}}}"))),
        format!(r#""data":{{"x":{open}1{close},{member}}}"#),
        format!(r#""data":{{"x":{open}{{{member}}}{close}}}"#),
        format!(r#""data":{{"x":"\ud83d",{member}}}"#),
        format!(r#""data":{{"x":1e999,{member}}}"#),
    ]
}

const NAMES: [&str; 8] = [
    "video_id",
    "videoId",
    "VideoID",
    "video-id",
    "product_video_id",
    "productVideoId",
    "project_id",
    "projectId",
];

const CODES: [&str; 8] = ["429", "\"429\"", "null", "[429]", "{\"a\":1}", "0", "1e999", "77777"];

#[test]
fn what_may_name_a_job_is_never_retried_and_its_id_is_read() {
    let api = client();
    let mut shapes = 0;
    for place in NAMES.iter().flat_map(|name| places(name)) {
        for code in CODES {
            for body in [
                format!(r#"{{"code":{code},"msg":"m",{place}}}"#),
                format!(r#"{{{place},"msg":"m","code":{code}}}"#),
            ] {
                for status in [200, 429] {
                    shapes += 1;
                    let fate = fate(&api, status, HeaderMap::new(), body.as_bytes());
                    let read = Fate::Executed(Some(ID.to_owned()));
                    assert_eq!(fate, read, "{status} {body}");
                }
            }
        }
        let fate = fate(&api, 429, HeaderMap::new(), format!("{{{place}}}").as_bytes());
        assert_eq!(fate, Fate::Executed(Some(ID.to_owned())), "{place}");
    }
    assert!(shapes > 5_000, "{shapes}");
}

#[test]
fn what_says_success_is_never_a_refusal() {
    let api = client();
    for status in [400, 401, 402, 403, 404, 405, 407, 410, 413, 415, 422, 429, 451] {
        for said in [
            r#""code":0"#,
            r#""code":"0""#,
            r#""code":0.0"#,
            r#""code":"success""#,
            r#""success":true"#,
            r#""status":"SUCCESS""#,
            r#""code":null,"msg":"Success""#,
            r#""code":429,"message":"ok""#,
        ] {
            for data in [
                r#"{"status":"processing"}"#,
                r#"{"task":{"key":"a"}}"#,
                r#"{"id":{"a":1}}"#,
                r#"["a"]"#,
                r#""a""#,
                "7",
            ] {
                for body in [
                    format!(r#"{{{said},"data":{data}}}"#),
                    format!(r#"{{"result":{data},{said}}}"#),
                    format!(r#"{{"data":{data},{said}}}<!-- proxy -->"#),
                ] {
                    let fate = fate(&api, status, HeaderMap::new(), body.as_bytes());
                    assert_eq!(fate, Fate::Executed(None), "{status} {body}");
                }
            }
            for data in ["null", "{}", "[]", "\"\"", "false", r#"{"retryAfter":1}"#] {
                let body = format!(r#"{{{said},"data":{data},"error":"e"}}"#);
                let fate = fate(&api, status, HeaderMap::new(), body.as_bytes());
                assert!(matches!(fate, Fate::Refused | Fate::Retried), "{status} {body}: {fate:?}");
            }
        }
    }
}

#[test]
fn a_429_that_names_nothing_new_is_retried() {
    let api = client();
    for body in [
        "",
        "  \n",
        "<html><style>a {b: c}</style>",
        "  <?xml version=\"1.0\"?><Error>{}</Error>",
        "Too Many Requests",
        "Too many requests from \"192.0.2.1\"",
        "error code: 1015",
        r#"{"code":429,"msg":"too many requests","data":null}"#,
        r#"{"code":429,"data":{"retryAfter":1},"request_id":"r1"}"#,
        r#"{"code":429,"data":{"id":"a","name":"b"}}"#,
        r#"{"code":429,"data":{"video_id":null,"videoId":"","project_id":[]}}"#,
        r#"{"code":429,"data":{"video_id":false}}"#,
        r#"{"code":429,"msg":"`video_id` is fine"}"#,
        r#"{"code":429,"error":{"video_id":"sent","project_id":81}}"#,
        r#"{"code":429,"error":{"video_id":"the-long-key"}}"#,
        r#"{"message":"Too Many Requests","status":429}"#,
        "[]",
    ] {
        let fate = fate(&api, 429, HeaderMap::new(), body.as_bytes());
        assert_eq!(fate, Fate::Retried, "{body}");
    }
    let latin = b"<html>Trop de requ\xeates</html>";
    assert_eq!(fate(&api, 429, HeaderMap::new(), latin), Fate::Retried);
}

/// What can't be read may be anything.
#[test]
fn a_429_that_is_unreadable_is_not_retried() {
    let api = client();
    let json = r#"{"code":429,"data":{"video_id":"JOB7f3a"}}"#;
    let utf_16: Vec<u8> = json.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [&b"\xff\xfe"[..], &utf_16].concat();
    let big: Vec<u8> = json.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for body in [
        &utf_16[..],
        &marked,
        &big,
        &b"\x1f\x8b\x08\0\0\xff"[..],
        b"\0{\"code\":429}",
        b")]}',\n{\"code\":0,\"data\":{\"key\":\"a\"}}",
        b"callback({'video_id': 'a'})",
    ] {
        let text = String::from_utf8_lossy(body);
        assert_eq!(fate(&api, 429, HeaderMap::new(), body), Fate::Executed(None), "{text}");
    }
    let gzip = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static("GZIP"))]);
    assert_eq!(fate(&api, 429, gzip.clone(), b"abc"), Fate::Executed(None));
    assert_eq!(fate(&api, 429, gzip, b""), Fate::Retried);
    let identity = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static("identity"))]);
    assert_eq!(fate(&api, 429, identity, b"abc"), Fate::Retried);
}

#[test]
fn every_paid_operation_has_an_id_of_what_it_started() {
    for operation in op::OPERATIONS {
        let named = ids_of_success(operation, &Value::Null).is_some();
        assert_eq!(named, !id_names(operation).is_empty(), "{}", operation.id);
        let named = named || created(operation).is_some();
        assert_eq!(named, operation.retry == RetryClass::AtMostOnce, "{}", operation.id);
    }
}

#[test]
fn a_report_has_a_status_in_its_data_and_nothing_that_refusals_have() {
    for (body, is_report) in [
        (json!({"data": {"status": "completed"}}), true),
        (json!({"data": {"status": 2}, "error": null, "msg": "Success"}), true),
        (json!({"data": {"generations": [{"status": "failed"}]}}), true),
        (json!({"data": {"video_id": "v"}}), false),
        (json!({"data": {"generations": [{"url": "u"}]}}), false),
        (json!({"data": {"status": null}}), false),
        (json!({"data": null}), false),
        (json!({"data": "completed"}), false),
        (json!({"status": "completed"}), false),
        (json!({"data": {"status": "completed"}, "error": "no"}), false),
    ] {
        assert_eq!(is_whole_report(&body), is_report, "{body}");
    }
}
