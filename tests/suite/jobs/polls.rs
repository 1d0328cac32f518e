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

/// As the response that started the job would be.
#[tokio::test]
async fn a_whole_report_counts_under_any_word_for_its_code() {
    for (status, body) in [
        (200, json!({"code": "ok", "data": done()})),
        (201, json!({"code": "SUCCESS", "msg": "Success", "data": done()})),
        (200, json!({"data": done()})),
        (200, json!({"code": null, "message": "Success", "data": done()})),
        (200, json!({"code": {}, "error": null, "data": done()})),
        (500, json!({"code": 0, "data": done()})),
        (404, json!({"code": 0, "data": done()})),
    ] {
        let (outcome, polls, _) = polled(&[Reply::json(status, body.clone())]).await;
        assert_eq!((outcome.unwrap().url.as_str(), polls), ("u", 1), "{body}");
    }
    // A failed job, too.
    let failed = json!({"code": "ok", "data": {"status": "failed", "error": {"message": "m"}}});
    let (outcome, ..) = polled(&[Reply::json(200, failed)]).await;
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::JobFailed);
}

#[tokio::test]
async fn so_does_one_of_every_kind() {
    async fn ends<T: JobResult>(
        started_by: &'static Operation,
        polled: &'static Operation,
        report: Value,
    ) {
        let stage = Stage::without_retries().await;
        let body = json!({"code": "ok", "data": report});
        stage.simulator.reply_next(polled, Reply::json(200, body));
        let record = JobRecord::new(started_by, "j1");
        let report = stage.jogg.resume::<T>(record).unwrap().report().await.unwrap();
        assert!(report.result.is_some(), "{}", started_by.id);
    }
    let flat = || json!({"status": "completed", "video_url": "u", "motion_preview_url": "u"});
    let nested = || json!({"status": "completed", "data": {"url": "u", "result_url": "u"}});
    let item = || {
        let mut item = json!({"id": "j1", "generation_id": "g", "status": "success"});
        item["video_url"] = json!("u");
        item["url"] = json!("u");
        item
    };
    ends::<Video>(&op::CREATE_VIDEO_WITH_TEMPLATE, &op::GET_TEMPLATE_VIDEO, nested()).await;
    ends::<Video>(&op::RENDER_PRODUCT_PREVIEW, &op::GET_PRODUCT_VIDEO, flat()).await;
    ends::<lip_sync::Video>(&op::CREATE_LIP_SYNC_VIDEO, &op::GET_LIP_SYNC_VIDEO, nested()).await;
    ends::<Motion>(&op::ADD_PHOTO_AVATAR_MOTION, &op::GET_PHOTO_AVATAR_MOTION, flat()).await;
    ends::<Motion>(&op::ADD_PRODUCT_AVATAR_MOTION, &op::GET_PRODUCT_AVATAR_MOTION, flat()).await;
    let (started_by, polled) = (&op::CREATE_VIDEO_TRANSLATION, &op::GET_VIDEO_TRANSLATION);
    ends::<translations::Translation>(started_by, polled, nested()).await;
    let photos = json!({"status": "success", "image_url_list": ["u"]});
    let (started_by, polled) = (&op::GENERATE_PHOTO, &op::GET_PHOTO_GENERATION);
    ends::<photo_avatars::Generation>(started_by, polled, photos).await;
    let written = json!({"status": "done", "data": {"generated_scripts": [{"style": "s"}]}});
    ends::<scripts::GeneratedScripts>(&op::CREATE_AI_SCRIPT, &op::GET_AI_SCRIPT, written).await;
    let images = json!({"generations": [item()]});
    let started_by = &op::GENERATE_PRODUCT_AVATAR_IMAGES;
    ends::<product_avatars::Images>(started_by, &op::GET_PRODUCT_AVATAR_IMAGES, images).await;
    let listed = json!({"previews": [item()], "total": 1});
    ends::<Previews>(&op::CREATE_PRODUCT_PREVIEWS, &op::LIST_PRODUCT_PREVIEWS, listed).await;
}

#[tokio::test]
async fn what_refuses_a_poll_is_no_report_whatever_else_it_has() {
    for (status, body) in [
        (200, json!({"code": 18025, "msg": "no", "data": done()})),
        (200, json!({"code": 99999, "msg": "no", "data": done()})),
        (200, json!({"code": 200, "data": done()})),
        (200, json!({"code": "18020", "data": done()})),
        (500, json!({"code": "ok", "data": done()})),
        (200, json!({"code": "ok", "error": "quota", "data": done()})),
        (200, json!({"code": "ok", "data": {"video_url": "u"}})),
        (200, json!({"code": "ok", "data": []})),
        // Of whatever is at top level.
        (200, json!({"status": "failed", "reason": "upstream"})),
    ] {
        let replies = [Reply::json(status, body.clone()), success(json!({"status": "failed"}))];
        let (outcome, polls, _) = polled(&replies).await;
        let error = outcome.unwrap_err();
        // Either way, the refusal alone has not passed for a result.
        let is_over = matches!(error.kind(), ErrorKind::PermissionDenied);
        assert_eq!(
            (polls, error.kind() == ErrorKind::JobFailed),
            match is_over {
                true => (1, false),
                false => (2, true),
            },
            "{body}: {error}"
        );
    }
}

#[tokio::test]
async fn a_wait_without_a_poll_that_succeeded_says_so_and_why() {
    for (reply, says) in [
        (Reply::reset(), "get_avatar_video: "),
        (Reply::body(401, "text/html", "<html>"), "401"),
        (Reply::body(405, "text/plain", ""), "405"),
        (Reply::json(402, json!({"error": "insufficient_credit"})), "402"),
        (Reply::json(200, json!({"code": "x"})), "get_avatar_video: "),
    ] {
        let (outcome, polls, took) = polled(&[reply]).await;
        let error = outcome.unwrap_err();
        let text = error.to_string();
        assert_eq!((error.kind(), took), (ErrorKind::WaitTimeout, 1800));
        let begin = format!("no poll of {polls} succeeded within 1800 s; the job may go on");
        assert!(text.contains(&begin), "{text}");
        assert!(text.contains("; the last poll failed: ") && text.contains(says), "{text}");
    }
    // After one that did, it says how the last one ended, too.
    let processing = success(json!({"status": "processing"}));
    let (outcome, ..) = polled(&[processing, Reply::body(401, "text/html", "<html>")]).await;
    let text = outcome.unwrap_err().to_string();
    assert!(text.contains("the job is processing after 1800 s and"), "{text}");
    assert!(text.contains("; the last poll failed: get_avatar_video: "), "{text}");
    // And what a server says there is as hidden as elsewhere.
    let refused = Reply::json(500, json!({"code": 50000, "msg": secrets::message()}));
    let (outcome, ..) = polled(&[refused]).await;
    let error = outcome.unwrap_err();
    assert!(error.to_string().contains("not with [redacted]"), "{error}");
    secrets::assert_hidden(&secrets::shown(&error), "a wait without a poll that succeeded");
}

#[tokio::test]
async fn a_report_on_another_job_is_not_this_ones() {
    let other = json!({"video_id": "OTHER", "status": "completed", "video_url": "other"});
    let own = json!({"video_id": "v1", "status": "completed", "video_url": "u"});
    let (outcome, polls, _) = polled(&[success(other.clone()), success(own)]).await;
    assert_eq!((outcome.unwrap().url.as_str(), polls), ("u", 2));
    let failed = json!({"video_id": "OTHER", "status": "failed"});
    let (outcome, ..) = polled(&[success(failed)]).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    let says = "a poll reported on another job: its `video_id` is `OTHER`";
    assert!(error.to_string().contains(says), "{error}");
    // Asked once, it is an error that has the report.
    let stage = Stage::new().await;
    stage.respond(&op::GET_AVATAR_VIDEO, other.clone());
    let error = stage.jogg.avatar_videos().video_job("v1").report().await.unwrap_err();
    assert_eq!((error.kind(), error.raw()), (ErrorKind::InvalidResponse, Some(&other)));
}

#[tokio::test]
async fn each_kind_of_report_is_compared_by_its_own_id() {
    async fn taken<T: JobResult>(
        started_by: &'static Operation,
        polled: &'static Operation,
        id: &str,
        report: Value,
    ) -> bool {
        let stage = Stage::without_retries().await;
        stage.respond(polled, report);
        let job = stage.jogg.resume::<T>(JobRecord::new(started_by, id)).unwrap();
        match job.report().await {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
                false
            }
        }
    }
    let (created, polled) = (&op::CREATE_VIDEO_FROM_AVATAR, &op::GET_AVATAR_VIDEO);
    for (id, report, expected) in [
        // The same, as it may come.
        ("1500", json!({"video_id": 1500}), true),
        ("1500", json!({"video_id": 1500.0}), true),
        ("1500", json!({"video_id": " 1500 "}), true),
        ("1500.0", json!({"video_id": 1500}), true),
        ("A0B1-c2", json!({"video_id": "a0b1-C2"}), true),
        ("v1", json!({"video_id": "internal", "id": "v1"}), true),
        ("v1", json!({"project_id": "v1"}), true),
        // None to compare.
        ("v1", json!({"status": "processing"}), true),
        ("v1", json!({"video_id": null}), true),
        ("v1", json!({"video_id": ""}), true),
        ("v1", json!({"id": "a row"}), true),
        // Another.
        ("v1", json!({"video_id": "v10"}), false),
        ("1500", json!({"video_id": 1501}), false),
        ("1.5", json!({"video_id": "1.50"}), false),
    ] {
        let is_taken = taken::<Video>(created, polled, id, report.clone()).await;
        assert_eq!(is_taken, expected, "{id}: {report}");
    }
    for id in ["j1", "j2"] {
        let is_same = id == "j1";
        // With the id of an avatar, which is another thing.
        let motion = json!({"motion_id": id, "avatar_id": 7});
        let (created, polled) = (&op::ADD_PHOTO_AVATAR_MOTION, &op::GET_PHOTO_AVATAR_MOTION);
        assert_eq!(taken::<Motion>(created, polled, "j1", motion).await, is_same);
        let (created, polled) = (&op::CREATE_LIP_SYNC_VIDEO, &op::GET_LIP_SYNC_VIDEO);
        let report = json!({"task_id": id});
        assert_eq!(taken::<lip_sync::Video>(created, polled, "j1", report).await, is_same);
        let (created, polled) = (&op::GENERATE_PHOTO, &op::GET_PHOTO_GENERATION);
        let report = json!({"photo_id": id});
        assert_eq!(
            taken::<photo_avatars::Generation>(created, polled, "j1", report).await,
            is_same
        );
        let created = &op::GENERATE_PRODUCT_AVATAR_IMAGES;
        let report = json!({"batch_id": id, "generations": []});
        let polled = &op::GET_PRODUCT_AVATAR_IMAGES;
        assert_eq!(taken::<product_avatars::Images>(created, polled, "j1", report).await, is_same);
    }
}
