//! What a wait bears, and for how long: jobs that aren't found, servers that ask for time, and
//! hooks that panic.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jogg_api::operations::{GET_AVATAR_VIDEO, GET_PHOTO_AVATAR_MOTION, WHOAMI};
use jogg_api_ext::clock::Clock;
use jogg_api_ext::enums::MotionModel;
use jogg_api_ext::jobs::{WaitOptions, wait_all_with};
use jogg_api_ext::photo_avatars::AddMotion;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{ErrorKind, Job, RetryPolicy, Video};
use jogg_tests::replies::success;
use jogg_tests::requests::avatar_video;
use jogg_tests::{Stage, secrets};
use serde_json::json;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A job whose polls get these replies.
async fn polled(replies: impl IntoIterator<Item = Reply>) -> (Stage, Job<Video>) {
    let stage = Stage::new().await;
    for reply in replies {
        stage.simulator.reply_next(&GET_AVATAR_VIDEO, reply);
    }
    let job = stage.jogg.avatar_videos().video_job("v1");
    (stage, job)
}

fn processing() -> Reply {
    success(json!({"status": "processing"}))
}

fn done() -> Reply {
    success(json!({"status": "success", "video_url": "u"}))
}

fn not_found() -> Reply {
    Reply::json(200, json!({"code": 10104, "msg": "record not found"}))
}

/// A poll every ten seconds, from the tenth on.
fn every_ten_seconds() -> WaitOptions {
    let interval = seconds(10);
    WaitOptions::default().initial_delay(interval).interval(interval).max_interval(interval)
}

#[tokio::test]
async fn the_grace_of_an_unknown_job_begins_when_it_is_first_unknown() {
    let known = || (0..12).map(|_| processing());
    let unknown = |polls| (0..polls).map(|_| not_found());
    // After two minutes in which it was known, and again after it was known once more.
    let (_stage, job) = polled(known().chain(unknown(6)).chain([done()])).await;
    job.wait_with(every_ten_seconds()).await.unwrap();
    let twice = unknown(5).chain([processing()]).chain(unknown(5)).chain([done()]);
    let (_stage, job) = polled(twice).await;
    job.wait_with(every_ten_seconds()).await.unwrap();
    // A minute is over with the seventh; what says nothing about the job doesn't begin it anew.
    let gateway = || Reply::body(503, "text/html", "busy");
    let replies = known().chain(unknown(3)).chain([gateway(), gateway()]).chain(unknown(9));
    let (stage, job) = polled(replies).await;
    let begun = stage.clock.now();
    let error = job.wait_with(every_ten_seconds()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 19));
    assert_eq!(stage.clock.now() - begun, seconds(190));
}

#[tokio::test]
async fn a_server_that_asks_for_time_gets_it() {
    let page = |status| Reply::body(status, "text/html", "busy");
    let coded = || Reply::json(200, json!({"code": 50000, "msg": "system error"}));
    let limited = || Reply::json(429, json!({"code": 429, "msg": "", "data": {"retryAfter": 90}}));
    let header = |reply: Reply| reply.header("retry-after", "90");
    for (name, refusal) in [
        ("503", header(page(503))),
        ("502", header(page(502))),
        ("a page with 404", header(page(404))),
        ("a code", header(coded())),
        ("429", limited()),
    ] {
        let (stage, job) = polled([refusal, done()]).await;
        let begun = stage.clock.now();
        job.wait().await.unwrap();
        assert_eq!(stage.clock.now() - begun, seconds(95), "{name}");
    }
    // Once it has passed, polls go on as before.
    let (stage, job) = polled([header(page(503)), processing(), done()]).await;
    let begun = stage.clock.now();
    job.wait_with(every_ten_seconds()).await.unwrap();
    assert_eq!(stage.clock.now() - begun, seconds(10 + 90 + 10));
}

#[tokio::test]
async fn a_read_says_how_long_a_server_that_is_down_wants_to_rest() {
    let stage = Stage::with_client(|builder| builder.retry_policy(RetryPolicy::never())).await;
    for (after, wait) in [(Some("7"), Some(7)), (Some("9999"), Some(9999)), (None, None)] {
        let page = Reply::body(503, "text/html", "busy");
        let page = after.into_iter().fold(page, |page, after| page.header("retry-after", after));
        stage.simulator.reply_next(&WHOAMI, page);
        let error = stage.jogg.account().whoami().await.unwrap_err();
        assert_eq!(error.retry_after(), wait.map(seconds));
    }
}

#[tokio::test]
async fn a_hook_that_panics_loses_no_result() {
    let stage = Stage::new().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let called = Arc::clone(&calls);
    let options = WaitOptions::default().on_progress(move |progress| {
        called.fetch_add(1, Ordering::SeqCst);
        panic!("the hook of {} panics in this test", progress.job_id);
    });
    let mut jobs = Vec::new();
    for _ in 0..3 {
        jobs.push(stage.jogg.avatar_videos().create(avatar_video()).await.unwrap());
    }
    let ids: BTreeSet<String> = jobs.iter().map(|job| job.id().to_owned()).collect();
    let last = jobs[0].clone();
    let mut results = wait_all_with(jobs, options.clone());
    let mut done = BTreeSet::new();
    while let Some((_, result)) = results.next().await {
        done.insert(result.unwrap().video_id);
    }
    assert_eq!(done, ids);
    let before = calls.load(Ordering::SeqCst);
    assert!(before >= 3);
    stage.respond(&GET_AVATAR_VIDEO, json!({"status": "processing"}));
    last.wait_with(options).await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), before + 1);
}

#[tokio::test]
async fn a_failed_job_says_what_the_server_said() {
    let message = secrets::message();
    let (_stage, job) = polled([success(json!({"status": "failed", "error": message}))]).await;
    let error = job.wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::JobFailed);
    let said = error.server_message().unwrap();
    assert!(said.starts_with("not with [redacted], "), "{said}");
    assert_eq!(error.attempts(), 1);
    secrets::assert_hidden(&secrets::shown(&error), "a failed job");
    // Nothing is said, and nothing is made up.
    let (_stage, job) = polled([success(json!({"status": "failed"}))]).await;
    assert_eq!(job.wait().await.unwrap_err().server_message(), None);
    let (_stage, job) = polled((0..100).map(|_| processing())).await;
    let error = job.wait().await.unwrap_err();
    assert_eq!((error.kind(), error.server_message()), (ErrorKind::WaitTimeout, None));
}

#[tokio::test]
async fn fact_54_a_slow_motion_model_is_waited_for() {
    let minutes = seconds(12 * 60);
    let stage = Stage::with(|builder| builder.job_duration(minutes)).await;
    let request = AddMotion::new("https://a.example/p.jpg", "Ada", "v", MotionModel::V2_0Pro);
    let begun = stage.clock.now();
    stage.jogg.photo_avatars().add_motion(request).await.unwrap().wait().await.unwrap();
    assert!((minutes..minutes + seconds(31)).contains(&(stage.clock.now() - begun)));
    assert!(stage.simulator.request_count(&GET_PHOTO_AVATAR_MOTION) < 35);
}
