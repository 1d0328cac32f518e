//! What errors say of themselves: to who reads what `main` returns, and in code.

use std::sync::Arc;

use jogg_api::operations::{ADD_PHOTO_AVATAR_MOTION, GET_PHOTO_AVATAR_MOTION, WHOAMI};
use jogg_api_ext::policy::{Attempt, BeforeSend, BeforeSendResult};
use jogg_api_ext::simulator::{Reply, ReplyTarget};
use jogg_api_ext::{BoxFuture, Error, Jogg};
use jogg_tests::{Stage, requests, secrets};
use serde_json::json;

struct Limit;

impl BeforeSend for Limit {
    fn before_send(&self, _: &Attempt) -> BoxFuture<BeforeSendResult> {
        Box::pin(async { Err("the budget of this month is used up".into()) })
    }
}

async fn add_motion(jogg: &Jogg) -> Error {
    jogg.photo_avatars().add_motion(requests::add_motion()).await.unwrap_err()
}

/// The process ends with `Error: ` and this.
#[tokio::test]
async fn an_error_that_main_returns_can_be_read() {
    let stage = Stage::new().await;
    let paid = &ADD_PHOTO_AVATAR_MOTION;
    let mut errors = Vec::new();
    stage.simulator.reply_next(paid, Reply::json(200, json!({"code": 18020, "msg": "too poor"})));
    errors.push(add_motion(&stage.jogg).await);
    stage.simulator.reply_next(paid, Reply::body(502, "text/html", "<h1>Bad gateway</h1>"));
    errors.push(add_motion(&stage.jogg).await);
    for _ in 0..4 {
        stage.simulator.reply_next(&WHOAMI, Reply::body(502, "text/html", "<h1>No</h1>"));
    }
    errors.push(stage.jogg.account().whoami().await.unwrap_err());
    let failed = Reply::body(503, "text/plain", "busy");
    for _ in 0..3 {
        stage.simulator.reply_next(ReplyTarget::Upload, failed.clone());
    }
    errors.push(stage.jogg.assets().upload_bytes("a.png", "x").await.unwrap_err());
    let job = stage.jogg.photo_avatars().motion_job("m1");
    let report = json!({"motion_id": "m1", "status": "failed", "error_msg": "no face"});
    stage.respond(&GET_PHOTO_AVATAR_MOTION, report);
    errors.push(job.wait().await.unwrap_err());
    let careful = stage.client().before_send(Arc::new(Limit)).build().unwrap();
    errors.push(add_motion(&careful).await);
    errors.push(Jogg::builder("key").base_url("http://api.example").build().unwrap_err());
    let shown: Vec<_> = errors.iter().map(|error| format!("Error: {error:?}")).collect();
    insta::assert_snapshot!(shown.join("\n\n"));
}

/// Ids may be numbers, which a message has for other reasons.
#[tokio::test]
async fn an_error_about_a_job_ends_with_its_id() {
    let stage = Stage::new().await;
    let signed = secrets::signed_url();
    let redacted = "https://[redacted]@files.example/f.png?[redacted]";
    for (id, shown) in [("1", "1"), ("a\nb", "a b"), (&*signed, redacted)] {
        let invalid = Reply::json(200, json!({"code": 10105, "msg": "1 key is invalid"}));
        stage.simulator.reply_next(&GET_PHOTO_AVATAR_MOTION, invalid);
        let error = stage.jogg.photo_avatars().motion_job(id).wait().await.unwrap_err();
        let ending = format!(" (job {shown})");
        assert!(error.to_string().ends_with(&ending), "{error}");
        assert_eq!(format!("{error:?}").matches(&ending).count(), 1, "{error:?}");
        secrets::assert_hidden(&error.to_string(), "an error about a job");
    }
}

/// Nothing was refused by a server that failed.
#[tokio::test]
async fn a_failure_of_the_server_is_not_called_a_refusal() {
    let stage = Stage::without_retries().await;
    for status in [500, 502, 503, 504] {
        stage.simulator.reply_next(&WHOAMI, Reply::body(status, "text/html", "<h1>No</h1>"));
        let read = stage.jogg.account().whoami().await.unwrap_err();
        let failed = Reply::body(status, "text/html", "<h1>No</h1>");
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, failed.clone());
        let paid = add_motion(&stage.jogg).await;
        stage.simulator.reply_next(ReplyTarget::Upload, failed);
        let upload = stage.jogg.assets().upload_bytes("a.png", "x").await.unwrap_err();
        for error in [read, paid, upload] {
            assert!(!error.to_string().contains("refused"), "{error}");
        }
    }
}
