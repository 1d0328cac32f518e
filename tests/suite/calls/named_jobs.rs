//! Responses that name the job they started although they say something else: one request, and the
//! id reaches the caller.

use std::sync::Arc;

use jogg_api::Operation;
use jogg_api::operations::{
    ADD_PHOTO_AVATAR_MOTION, CREATE_PRODUCT, CREATE_PRODUCT_PREVIEWS, CREATE_VIDEO_FROM_AVATAR,
    CREATE_VIDEO_FROM_PRODUCT,
};
use jogg_api::{RawRequest, RetryClass};
use jogg_api_ext::products::{CreateProduct, Source};
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{Error, ErrorKind, JobRecord, Motion, Result, Video};
use jogg_tests::requests::{self, add_motion};
use jogg_tests::{Diary, KEY, Stage, secrets};
use serde_json::{Value, json};

/// The record of the job that a paid call starts, or its error, and how many requests that took.
async fn start(status: u16, body: Value) -> (Result<JobRecord>, usize) {
    let stage = Stage::new().await;
    for _ in 0..4 {
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::json(status, body.clone()));
    }
    let job = stage.jogg.photo_avatars().add_motion(add_motion()).await;
    (job.map(|job| job.record().clone()), stage.simulator.requests().len())
}

#[tokio::test]
async fn code_0_and_an_id_are_a_job_at_every_status() {
    for status in [200, 202, 302, 400, 401, 402, 403, 404, 408, 409, 418, 422, 429, 500, 502, 503] {
        for body in [
            json!({"code": 0, "msg": "limit", "data": {"motion_id": "m1"}}),
            json!({"code": 0, "motion_id": "m1"}),
            json!({"code": "0", "data": {"motion_id": "m1"}, "error": "insufficient_credit"}),
        ] {
            let (job, requests) = start(status, body.clone()).await;
            let job = job.unwrap_or_else(|error| panic!("{status} {body}: {error}"));
            assert_eq!((job.id.as_str(), requests), ("m1", 1), "{status} {body}");
            assert_eq!(job.raw["motion_id"], "m1");
            assert!(job.started_at > 0);
        }
    }
}

#[tokio::test]
async fn a_2xx_without_a_code_and_an_id_are_a_job() {
    for body in [json!({"data": {"motion_id": "m1"}}), json!({"motion_id": "m1", "status": "new"})]
    {
        let (job, requests) = start(201, body.clone()).await;
        assert_eq!((job.unwrap().id.as_str(), requests), ("m1", 1), "{body}");
    }
    let (job, requests) = start(500, json!({"data": {"motion_id": "m1"}})).await;
    assert_eq!((named(job.unwrap_err()).id.as_str(), requests), ("m1", 1));
}

/// The job that an error names.
#[track_caller]
fn named(error: Error) -> JobRecord {
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error:?}");
    assert!(error.may_have_executed() && !error.is_retryable() && error.sent_at().is_some());
    let job = error.job().unwrap_or_else(|| panic!("{error:?}")).clone();
    assert!(error.to_string().ends_with(&format!("(job {})", job.id)), "{error}");
    assert_eq!(error.attempts(), 1);
    job
}

#[tokio::test]
async fn an_error_that_names_a_job_is_unknown_and_never_retried() {
    for (status, code) in [
        (429, 429),
        (200, 429),
        (401, 10105),
        (402, 18020),
        (404, 10104),
        (400, 40000),
        (500, 50000),
    ] {
        let body = json!({"code": code, "msg": "m", "data": {"motion_id": "m1"}});
        let (error, requests) = start(status, body).await;
        let job = named(error.unwrap_err());
        assert_eq!((job.id.as_str(), requests), ("m1", 1), "{status} {code}");
        assert_eq!(job.operation, "add_photo_avatar_motion");
        assert_eq!(job.raw, json!({"motion_id": "m1"}));
    }
    let stage = Stage::new().await;
    let body = json!({"code": 429, "data": {"motion_id": "m1"}});
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::json(429, body));
    let error = stage.jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err();
    let job = stage.jogg.resume::<Motion>(named(error)).unwrap();
    assert_eq!(job.id(), "m1");
}

#[tokio::test]
async fn the_id_of_a_video_has_three_names_in_errors_and_a_bare_id_is_none() {
    for (name, is_named) in
        [("video_id", true), ("product_video_id", true), ("project_id", true), ("id", false)]
    {
        let stage = Stage::without_retries().await;
        let body = json!({"code": 429, "msg": "m", "data": {name: "v1"}});
        stage.simulator.reply_next(&CREATE_VIDEO_FROM_AVATAR, Reply::json(429, body));
        let request = requests::avatar_video();
        let error = stage.jogg.avatar_videos().create(request).await.unwrap_err();
        assert_eq!(error.kind() == ErrorKind::OutcomeUnknown, is_named, "{name}: {error:?}");
        assert_eq!(error.job().map(|job| job.id.as_str()), is_named.then_some("v1"));
    }
}

/// Wherever it is: where a paid request would be retried, all of the response is searched.
#[tokio::test]
async fn a_429_that_names_a_job_anywhere_is_never_retried() {
    for body in [
        r#"{"code": 429, "motion_id": "m1", "data": {"retryAfter": 1}}"#,
        r#"{"code": 429, "data": [{"motion_id": "m1"}]}"#,
        r#"{"code": 429, "error": {"motionId": ["m1"]}}"#,
        r#"{"code": 429, "result": {"motion_id": {"id": "m1"}}}"#,
        r#"{"code": 429, "data": "{\"motion_id\": \"m1\"}"}"#,
        r#"{"code": 429, "data": {"motion_id": "m1", "motion_id": ""}}"#,
        r#"{"code": 429, "data": {"motion_id": "m1"}, "data": {"retryAfter": 1}}"#,
        r#"{"motion_id": "m1"} or so"#,
    ] {
        for status in [200, 429] {
            let stage = Stage::new().await;
            let reply = Reply::body(status, "application/json", body);
            stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, reply);
            let outcome = stage.jogg.photo_avatars().add_motion(add_motion()).await;
            let id = match outcome {
                Ok(job) => job.id().to_owned(),
                Err(error) => named(error).id,
            };
            assert_eq!((id.as_str(), stage.simulator.requests().len()), ("m1", 1), "{body}");
        }
    }
}

/// Code 0, or the word, and a result: whatever the status says, it was executed.
#[tokio::test]
async fn what_says_success_is_never_called_not_executed() {
    for status in [400, 401, 402, 403, 404, 422, 429] {
        for body in [
            json!({"code": 0, "msg": "m", "data": {"status": "processing"}}),
            json!({"code": 0, "msg": "m", "data": "queued"}),
            json!({"success": true, "data": {"task": "t1"}}),
        ] {
            let (outcome, requests) = start(status, body.clone()).await;
            let error = outcome.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{status} {body}: {error:?}");
            assert!(error.may_have_executed(), "{status} {body}");
            assert_eq!(requests, 1, "{status} {body}");
        }
    }
}

/// A server that repeats a part of the request, or the key, names no job.
#[tokio::test]
async fn what_the_request_itself_sent_names_no_job() {
    let stage = Stage::without_retries().await;
    for sent in ["product_1", "81", KEY] {
        let body = json!({"code": 40000, "msg": "m", "data": {"video_id": sent}});
        stage.simulator.reply_next(&CREATE_VIDEO_FROM_PRODUCT, Reply::json(400, body));
        let request = requests::product_video();
        let error = stage.jogg.product_videos().create(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidParameter, "{sent}: {error:?}");
        assert!(error.job().is_none() && !error.may_have_executed());
        secrets::assert_hidden(&secrets::shown(&error), "an error with the key");
    }
    let body = json!({"code": 40000, "msg": "m", "data": {"video_id": 81.5}});
    stage.simulator.reply_next(&CREATE_VIDEO_FROM_PRODUCT, Reply::json(400, body));
    let error = stage.jogg.product_videos().create(requests::product_video()).await.unwrap_err();
    let job = stage.jogg.resume::<Video>(named(error)).unwrap();
    assert_eq!(job.id(), "81.5");
}

#[tokio::test]
async fn a_batch_is_named_by_the_ids_of_its_previews() {
    let previews = json!({"previews": [
        {"preview_id": "p1"}, {"err_msg": "no"}, {"preview_id": 8}, {"preview_id": "product_1"},
    ]});
    let stage = Stage::new().await;
    let body = json!({"code": 0, "msg": "m", "data": previews});
    stage.simulator.reply_next(&CREATE_PRODUCT_PREVIEWS, Reply::json(429, body));
    let create = || stage.jogg.product_videos().create_previews(requests::previews(["a", "b"]));
    let job = create().await.unwrap();
    assert_eq!(job.id(), "p1,8,product_1");
    let body = json!({"code": 429, "msg": "m", "data": previews});
    stage.simulator.reply_next(&CREATE_PRODUCT_PREVIEWS, Reply::json(429, body));
    let job = named(create().await.unwrap_err());
    // The request sent the id of the product.
    assert_eq!((job.id.as_str(), job.operation.as_str()), ("p1,8", "create_product_previews"));
    assert_eq!(job.raw, previews);
    assert_eq!(stage.simulator.request_count(&CREATE_PRODUCT_PREVIEWS), 2);
}

#[tokio::test]
async fn what_is_no_job_is_created_once_too() {
    let stage = Stage::new().await;
    let create =
        || stage.jogg.products().create(CreateProduct::new(Source::Url("https://a.b/".to_owned())));
    for code in [0, 429] {
        let body = json!({"code": code, "msg": "m", "data": {"product_id": "new"}});
        stage.simulator.reply_next(&CREATE_PRODUCT, Reply::json(429, body));
    }
    assert_eq!(create().await.unwrap().product_id.as_deref(), Some("new"));
    let error = create().await.unwrap_err();
    assert_eq!((error.kind(), error.job()), (ErrorKind::OutcomeUnknown, None), "{error:?}");
    assert_eq!(stage.simulator.request_count(&CREATE_PRODUCT), 2);
}

/// An operation of the caller's own: what it responds with is not known, but code 0 is a success.
#[tokio::test]
async fn code_0_with_data_is_a_success_of_any_paid_operation() {
    static CREATE_OUTFIT: Operation =
        Operation::new("create_outfit", "POST", PATH, RetryClass::AtMostOnce);
    // The simulator knows the path, but the client only what it is given.
    const PATH: &str = ADD_PHOTO_AVATAR_MOTION.path;
    let stage = Stage::new().await;
    // However it is written, it is never retried.
    for body in [
        r#"{"code": 0, "data": {"outfit_id": "o1"}}<!-- proxy -->"#,
        "\u{feff}{\"code\": 0, \"data\": {\"outfit_id\": \"o1\", \"size\": 1e999}}",
        r#"{"code": 0, "outfit_id": "o1"}"#,
    ] {
        let before = stage.simulator.requests().len();
        let reply = Reply::body(429, "application/json", body);
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, reply);
        let call = stage.jogg.request::<Value>(&CREATE_OUTFIT, RawRequest::new());
        assert_eq!(call.await.unwrap()["outfit_id"], "o1", "{body}");
        assert_eq!(stage.simulator.requests().len(), before + 1, "{body}");
    }
    for (body, is_success) in [
        (json!({"code": 0, "data": {"outfit_id": "o1"}}), true),
        (json!({"code": 0, "error": "no"}), false),
        (json!({"code": 0, "data": {}}), false),
    ] {
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::json(401, body.clone()));
        let call = stage.jogg.request::<Value>(&CREATE_OUTFIT, RawRequest::new());
        let outcome = call.with_metadata().await;
        assert_eq!(outcome.is_ok(), is_success, "{body}: {outcome:?}");
        if let Ok((outfit, metadata)) = outcome {
            assert_eq!((outfit, metadata.status.as_u16()), (json!({"outfit_id": "o1"}), 401));
            assert_eq!(metadata.json(), body);
        }
    }
}

/// What was received stays as it was, also for whoever observes it.
#[tokio::test]
async fn such_a_response_is_kept_as_received() {
    let diary = Arc::new(Diary::default());
    let stage = Stage::with_client(|jogg| jogg.observer(diary.clone())).await;
    let with_code = json!({"code": 0, "rid": "r1", "data": {"motion_id": "m1"}});
    let without = json!({"data": {"motion_id": "m1"}, "x": 1});
    for (status, body) in [(429, with_code), (201, without)] {
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::json(status, body.clone()));
        let call = stage.jogg.photo_avatars().add_motion(add_motion()).with_metadata();
        let (_, metadata) = call.await.unwrap();
        assert_eq!((metadata.status.as_u16(), metadata.json()), (status, body));
        let lines = diary.lines();
        assert_eq!(lines[1], format!("add_photo_avatar_motion 1 Some({status}) Some(0) None None"));
    }
}
