//! What a single poll may say, and what a wait makes of it: pauses without end, reports under
//! another code, reports on another job.

use std::time::Duration;

use jogg_api::Operation;
use jogg_api::operations as op;
use jogg_api_ext::clock::Clock;
use jogg_api_ext::jobs::{JobResult, WaitOptions};
use jogg_api_ext::product_videos::Previews;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{Error, ErrorKind, JobRecord, Motion, Video};
use jogg_api_ext::{lip_sync, photo_avatars, product_avatars, scripts, translations};
use jogg_tests::replies::success;
use jogg_tests::{Stage, secrets};
use serde_json::{Value, json};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn done() -> Value {
    json!({"status": "completed", "video_url": "u"})
}

/// What comes of a video whose first polls get these replies, and the others the last one; how many
/// polls there were, and after how many seconds.
async fn polled(replies: &[Reply]) -> (Result<Video, Error>, usize, u64) {
    let stage = Stage::new().await;
    let last = replies.last().unwrap();
    for reply in replies.iter().chain(std::iter::repeat_n(last, 100)) {
        stage.simulator.reply_next(&op::GET_AVATAR_VIDEO, reply.clone());
    }
    let begun = stage.clock.now();
    let outcome = stage.jogg.avatar_videos().video_job("v1").wait().await;
    let took = (stage.clock.now() - begun).as_secs();
    (outcome, stage.simulator.request_count(&op::GET_AVATAR_VIDEO), took)
}

#[tokio::test]
async fn no_pause_that_a_server_asks_for_ends_the_polling() {
    let page = |status| Reply::body(status, "text/html", "maintenance");
    for (name, refusal) in [
        ("1e9", page(503).header("retry-after", "1000000000")),
        ("an hour", page(503).header("retry-after", "3600")),
        ("429", page(429).header("retry-after", "1000000000")),
        ("a year", page(503).header("retry-after", "Fri, 26 Nov 2077 16:00:00 GMT")),
        ("in the body", Reply::json(429, json!({"code": 429, "data": {"retryAfter": 1e9}}))),
    ] {
        let (outcome, polls, took) = polled(&[refusal, success(done())]).await;
        assert_eq!(outcome.unwrap().url, "u", "{name}");
        assert_eq!((polls, took), (2, 5 + 120), "{name}");
    }
}

#[tokio::test]
async fn a_last_poll_comes_before_the_deadline_whatever_the_pause() {
    let stage = Stage::new().await;
    let busy = || Reply::body(503, "text/html", "busy").header("retry-after", "90");
    let wait = async |replies: [Reply; 2]| {
        let replies = replies.into_iter();
        replies.for_each(|reply| stage.simulator.reply_next(&op::GET_AVATAR_VIDEO, reply));
        let begun = stage.clock.now();
        let options = WaitOptions::default().deadline(seconds(60));
        let outcome = stage.jogg.avatar_videos().video_job("v1").wait_with(options).await;
        (outcome, stage.clock.now() - begun)
    };
    let (outcome, took) = wait([busy(), success(done())]).await;
    assert_eq!((outcome.unwrap().url.as_str(), took), ("u", seconds(58)));
    let (outcome, took) = wait([busy(), busy()]).await;
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::WaitTimeout, 2));
    assert_eq!(took, seconds(60));
}
