//! What says that a paid request was refused, and what leaves that open.

use jogg_api::operations::{ADD_PHOTO_AVATAR_MOTION, CREATE_VIDEO_FROM_PRODUCT, WHOAMI};
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{Error, ErrorKind};
use jogg_tests::Stage;
use jogg_tests::requests::{add_motion, product_video};
use serde_json::json;

/// The error of a paid call with this reply, which must have been sent exactly once.
async fn paid(reply: Reply) -> Error {
    let stage = Stage::new().await;
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, reply);
    let error = stage.jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err();
    assert_eq!(stage.simulator.requests().len(), 1, "sent more than once");
    assert!(!error.is_retryable());
    error
}

#[tokio::test]
async fn each_4xx_but_four_is_a_refusal() {
    for status in 400..=499 {
        if status == 429 {
            continue;
        }
        let error = paid(Reply::body(status, "text/html", "<html>")).await;
        let kind = match status {
            401 => ErrorKind::InvalidApiKey,
            402 => ErrorKind::InsufficientCredit,
            403 | 451 => ErrorKind::PermissionDenied,
            404 | 410 => ErrorKind::NotFound,
            407 => ErrorKind::Connection,
            408 | 409 | 425 | 499 => ErrorKind::OutcomeUnknown,
            _ => ErrorKind::InvalidParameter,
        };
        assert_eq!(error.kind(), kind, "{status}");
        let is_lost = kind == ErrorKind::OutcomeUnknown;
        assert_eq!(error.may_have_executed(), is_lost, "{status}");
        assert_eq!(error.sent_at().is_some(), is_lost, "{status}");
        assert_eq!(error.http_status(), Some(status));
    }
}

/// The status counts although the body was cut.
#[tokio::test]
async fn a_refusal_with_a_cut_body_is_one() {
    for (status, kind) in [(402, ErrorKind::InsufficientCredit), (422, ErrorKind::InvalidParameter)]
    {
        let error = paid(Reply::cut(status, "{\"code\": 18020, \"msg\": \"m\"}", 9)).await;
        assert_eq!((error.kind(), error.may_have_executed()), (kind, false), "{status}");
    }
    let error = paid(Reply::cut(409, "{\"code\": 18020, \"msg\": \"m\"}", 9)).await;
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
}

/// How many requests a paid call takes that is refused with this reply once.
async fn requests(reply: Reply) -> usize {
    let stage = Stage::new().await;
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, reply);
    match stage.jogg.photo_avatars().add_motion(add_motion()).await {
        Ok(_) => {}
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error:?}");
            assert!(error.may_have_executed(), "{error:?}");
        }
    }
    stage.simulator.requests().len()
}

/// Only what can hold no id proves that nothing was executed.
#[tokio::test]
async fn a_429_that_is_cut_or_unreadable_is_retried_only_if_it_is_a_page_or_a_text() {
    const BODY: &str = "{\"code\": 0, \"data\": {\"motion_id\": \"m1\"}}";
    for start in ["", "\u{feff}", " \r\n", "\0", ")]}',\n", "\u{1}"] {
        let whole = format!("{start}{BODY}");
        for at in [0, start.len(), start.len() + 1, start.len() + 12, whole.len() - 5] {
            let reply = Reply::cut(429, whole.clone(), at);
            assert_eq!(requests(reply).await, 1, "{start:?}, {at}");
        }
    }
    let utf_16: Vec<u8> = BODY.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let json = |body: Vec<u8>| Reply::body(429, "application/json", body);
    assert_eq!(requests(json(utf_16.clone())).await, 1);
    assert_eq!(requests(Reply::cut(429, utf_16, 9)).await, 1);
    let gzip = Reply::body(429, "text/html", "\u{1f}\u{8b}").header("content-encoding", "gzip");
    assert_eq!(requests(gzip).await, 1);
    for text in ["<html><style>a {b: c}</style>", "Too Many Requests", "\r\n<!doctype html>"] {
        assert_eq!(requests(Reply::body(429, "text/html", text)).await, 2, "{text}");
        assert_eq!(requests(Reply::cut(429, text, text.len() - 3)).await, 2, "{text}");
    }
    assert_eq!(requests(Reply::body(429, "text/html", "")).await, 2);
}

/// In what is there of it, it says success, or names a job.
#[tokio::test]
async fn a_cut_refusal_that_says_success_is_none() {
    for start in ["", "\u{feff}", ")]}',\n"] {
        for (body, at) in [
            (r#"{"code": 0, "data": {"motion_id": "m1"}}"#, 14),
            (r#"{"code": 0, "data": {"motion_id": "m1"}}"#, 37),
            (r#"{"data": {"motion_id": "m1"}, "code": 0}"#, 25),
            (r#"{"msg": "Success", "data": {"motion_id": "m1"}}"#, 20),
        ] {
            for status in [400, 402, 404] {
                let reply = Reply::cut(status, format!("{start}{body}"), start.len() + at);
                let error = paid(reply).await;
                let is_unknown = error.kind() == ErrorKind::OutcomeUnknown;
                assert!(is_unknown && error.may_have_executed(), "{status} {body}: {error:?}");
            }
        }
    }
    let error = paid(Reply::cut(404, "{\"code\": 10104, \"data\": {\"name\": \"m\"}}", 30)).await;
    assert_eq!((error.kind(), error.may_have_executed()), (ErrorKind::NotFound, false));
}

#[tokio::test]
async fn fact_49_a_bad_key_is_a_401_with_code_10105() {
    let error = paid(Reply::json(401, json!({"code": 10105, "msg": "m", "data": null}))).await;
    assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidApiKey, Some(10105)));
    assert!(!error.may_have_executed());
    assert!(error.to_string().contains("check the API key"), "{error}");
}

#[tokio::test]
async fn fact_50_a_parameter_error_has_code_18001() {
    let stage = Stage::new().await;
    let body = json!({"code": 18001, "msg": "parameter error", "data": null});
    stage.simulator.reply_next(&CREATE_VIDEO_FROM_PRODUCT, Reply::json(200, body));
    let error = stage.jogg.product_videos().create(product_video()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidParameter, Some(18001)));
    assert!(!error.may_have_executed());
    assert_eq!(stage.simulator.requests().len(), 1);
}

#[tokio::test]
async fn fact_55_402_is_insufficient_credit_and_so_are_the_words() {
    let family = json!({"code": 40200, "error": "insufficient_credit", "message": "m"});
    for reply in [
        Reply::json(402, family.clone()),
        Reply::json(402, json!({"code": 40200})),
        Reply::json(402, json!({"message": "m"})),
        Reply::body(402, "text/html", "<html>"),
        // The words alone.
        Reply::json(400, family.clone()),
        Reply::json(200, family),
        Reply::json(200, json!({"error": "insufficient_credit"})),
        Reply::json(429, json!({"code": 40200, "error": "insufficient_credit"})),
        Reply::json(500, json!({"code": 50000, "msg": "Insufficient credits"})),
        Reply::json(403, json!({"error": {"code": "INSUFFICIENT_CREDIT"}})),
    ] {
        let error = paid(reply.clone()).await;
        assert_eq!(error.kind(), ErrorKind::InsufficientCredit, "{reply:?}: {error:?}");
        assert!(!error.may_have_executed(), "{reply:?}");
        assert!(error.to_string().contains("add credits"), "{error}");
    }
    // A known code says more than words.
    let body = json!({"code": 40000, "msg": "insufficient credit card digits"});
    assert_eq!(paid(Reply::json(400, body)).await.kind(), ErrorKind::InvalidParameter);
}

/// What reads are retried after, beyond what the README names.
#[tokio::test]
async fn reads_are_retried_after_what_may_pass() {
    for (status, is_retried) in [(408, true), (425, true), (499, true), (409, false), (422, false)]
    {
        let stage = Stage::new().await;
        stage.simulator.reply_next(&WHOAMI, Reply::body(status, "text/html", "<html>"));
        assert_eq!(stage.jogg.account().whoami().await.is_ok(), is_retried, "{status}");
    }
}

/// Where the kind of an error says it.
#[tokio::test]
async fn a_refusal_says_what_to_do() {
    for (status, advice) in [
        (401, "; check the API key"),
        (402, "; add credits or choose something cheaper"),
        (403, "; check that the plan includes the API"),
        (429, "; wait before the next request"),
    ] {
        let stage = Stage::without_retries().await;
        stage.simulator.reply_next(&WHOAMI, Reply::json(status, json!({})));
        let error = stage.jogg.account().whoami().await.unwrap_err();
        assert!(error.to_string().ends_with(advice), "{status}: {error}");
    }
}
