//! The motion job from start to result, over a socket, with all the API is known to do on the way.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jogg_api::operations::{ADD_PHOTO_AVATAR_MOTION, CREATE_AI_SCRIPT, GET_PHOTO_AVATAR_MOTION};
use jogg_api_ext::clock::Clock;
use jogg_api_ext::enums::{AvatarStatus, MotionModel};
use jogg_api_ext::jobs::{JobProgress, WaitOptions};
use jogg_api_ext::photo_avatars::ListAvatars;
use jogg_api_ext::simulator::{Dialect, Reply};
use jogg_api_ext::{Error, ErrorKind, Job, JobRecord, JobStatus, Motion, Result, photo_avatars};
use jogg_tests::replies::success;
use jogg_tests::{Stage, requests};
use serde_json::{Value, json};

const URL: &str = "https://cdn.example.org/m.mp4";

async fn started(stage: &Stage) -> Job<Motion> {
    stage.jogg.photo_avatars().add_motion(requests::add_motion()).await.unwrap()
}

/// A report of a job that is done.
fn done() -> Reply {
    success(json!({"status": "completed", "motion_preview_url": URL}))
}

/// Starts a job whose reports are these, and waits for it.
async fn waited(reports: Vec<Reply>) -> (Stage, Result<Motion>) {
    let stage = Stage::new().await;
    let create = json!({"motion_id": "m1", "status": "processing", "avatar_id": 7});
    stage.respond(&ADD_PHOTO_AVATAR_MOTION, create);
    for report in reports {
        stage.simulator.reply_next(&GET_PHOTO_AVATAR_MOTION, report);
    }
    let outcome = started(&stage).await.wait().await;
    (stage, outcome)
}

fn polls(stage: &Stage) -> usize {
    stage.simulator.request_count(&GET_PHOTO_AVATAR_MOTION)
}

#[tokio::test]
async fn the_whole_flow_in_both_dialects() {
    for dialect in [Dialect::Documented, Dialect::Live] {
        let stage = Stage::with(|builder| builder.dialect(dialect)).await;
        let image = stage.jogg.assets().upload_bytes("me.png", "pixels").await.unwrap();
        let request =
            photo_avatars::AddMotion::new(&image.url, "Ada", "en-US-X", MotionModel::V3_0);
        let job = stage.jogg.photo_avatars().add_motion(request).await.unwrap();
        let id = job.id().to_owned();
        let motion = job.wait().await.unwrap();
        assert_eq!(motion.motion_id, id);
        assert_eq!(motion.name.as_deref(), Some("Ada"));
        assert_eq!(motion.voice_id.as_deref(), Some("en-US-X"));
        assert_eq!(motion.image_url.as_deref(), Some(image.url.as_str()));
        let avatar_id = motion.avatar_id.expect("an id of the simulator");

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("preview.mp4");
        let size = stage.jogg.assets().download(&motion.preview_url, &path).await.unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), size);
        assert!(size > 0);

        let page = stage.jogg.photo_avatars().list(ListAvatars::new()).page().await.unwrap();
        let listed = page.items.iter().find(|avatar| avatar.id == avatar_id).unwrap();
        assert_eq!(listed.name.as_deref(), Some("Ada"));
        assert_eq!(listed.status, Some(AvatarStatus::Success));
        // The key went to the API, and nowhere else.
        for seen in stage.simulator.requests() {
            assert_eq!(seen.headers.contains_key("x-api-key"), seen.operation.is_some());
        }
    }
}

#[tokio::test]
async fn a_job_is_seen_through_its_states() {
    let stage = Stage::new().await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let hook = Arc::clone(&seen);
    let options = WaitOptions::default().on_progress(move |progress: &JobProgress| {
        hook.lock().unwrap().push((progress.status, progress.polls));
    });
    started(&stage).await.wait_with(options).await.unwrap();
    let seen = seen.lock().unwrap().clone();
    let states: Vec<JobStatus> = seen.iter().map(|(status, _)| *status).collect();
    assert_eq!(states[0], JobStatus::Pending);
    assert_eq!(states.last(), Some(&JobStatus::Processing));
    // The hook is called after each poll that did not end the wait.
    assert_eq!(seen.len() + 1, polls(&stage));
    assert_eq!(seen.iter().map(|(_, polls)| *polls).collect::<Vec<_>>(), {
        (1..=u32::try_from(seen.len()).unwrap()).collect::<Vec<_>>()
    });
}

#[tokio::test]
async fn fact_19_success_is_completed() {
    for status in ["success", "succeeded", "done", "COMPLETED"] {
        let report = json!({"status": status, "motion_preview_url": URL, "avatar_id": 9});
        let (_, outcome) = waited(vec![success(report)]).await;
        let motion = outcome.unwrap();
        assert_eq!((motion.preview_url.as_str(), motion.avatar_id), (URL, Some(9)), "{status}");
    }
}

/// None of these reports ends a wait, but the one after them does.
async fn assert_waits_through<const COUNT: usize>(reports: [Value; COUNT]) {
    let replies = reports.into_iter().map(success).chain([done()]);
    let (stage, outcome) = waited(replies.collect()).await;
    assert_eq!(outcome.unwrap().preview_url, URL);
    assert_eq!(polls(&stage), COUNT + 1);
}

#[tokio::test]
async fn fact_19_unknown_and_empty_states_do_not_end_the_wait() {
    assert_waits_through([
        json!({"status": "rendering-v9"}),
        json!({"status": ""}),
        json!({"status": null}),
        json!({}),
        Value::Null,
    ])
    .await;
}

#[tokio::test]
async fn fact_17_empty_and_null_urls_are_not_there_yet() {
    assert_waits_through([
        json!({"status": "processing", "motion_preview_url": ""}),
        json!({"status": "completed", "motion_preview_url": ""}),
        json!({"status": "completed", "motion_preview_url": null}),
        json!({"status": "completed"}),
    ])
    .await;
}

#[tokio::test]
async fn fact_04_the_avatar_id_may_come_first_last_or_never() {
    // In the response that started the job, and not later.
    let (_, outcome) = waited(vec![done()]).await;
    assert_eq!(outcome.unwrap().avatar_id, Some(7));
    // As a string, and never: in both ages of that response.
    for (started_with, avatar_id) in [
        (json!({"motion_id": "m1", "avatar_id": "8"}), Some(8)),
        (json!({"motion_id": "m1", "status": "anything"}), None),
    ] {
        let stage = Stage::new().await;
        stage.respond(&ADD_PHOTO_AVATAR_MOTION, started_with);
        stage.simulator.reply_next(&GET_PHOTO_AVATAR_MOTION, done());
        let job = started(&stage).await;
        assert_eq!(job.id(), "m1");
        assert_eq!(job.wait().await.unwrap().avatar_id, avatar_id);
    }
}

#[tokio::test]
async fn fact_09_a_failed_job_is_an_error_of_the_wait_alone() {
    let report = json!({"status": "failed", "motion_id": "m1",
        "error_msg": "face not found in https://a.example/p.jpg?X-Signature=abc"});
    let (stage, outcome) = waited(vec![success(report.clone())]).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::JobFailed);
    assert_eq!(
        error.to_string(),
        "add_photo_avatar_motion: the job failed: face not found in \
         https://a.example/p.jpg?[redacted] (job m1)"
    );
    assert_eq!(error.raw(), Some(&report));
    assert_eq!(error.job().unwrap().id, "m1");
    // Starting another one would cost as much again.
    assert!(error.may_have_executed() && !error.is_retryable());

    stage.respond(&GET_PHOTO_AVATAR_MOTION, report);
    let report = stage.jogg.photo_avatars().motion_job("m1").report().await.unwrap();
    assert_eq!((report.status, report.raw_status.as_str()), (JobStatus::Failed, "failed"));
    assert!(report.error.unwrap().starts_with("face not found"));
    assert!(report.result.is_none());
}

#[tokio::test]
async fn the_simulator_can_fail_a_job() {
    let stage = Stage::new().await;
    stage.simulator.fail_next_job("no face");
    let error = started(&stage).await.wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::JobFailed);
    assert!(error.to_string().contains("the job failed: no face (job "), "{error}");
}

#[tokio::test]
async fn fact_21_completed_without_a_url_ends_after_a_grace() {
    let stage = Stage::new().await;
    let job = started(&stage).await;
    let report = json!({"status": "completed", "avatar_id": 3});
    for _ in 0..100 {
        stage.respond(&GET_PHOTO_AVATAR_MOTION, report.clone());
    }
    let begun = stage.clock.now();
    let error = job.wait().await.unwrap_err();
    let waited = stage.clock.now() - begun;
    assert_eq!(error.kind(), ErrorKind::ResultIncomplete);
    assert_eq!(error.raw(), Some(&report));
    assert!(error.job().is_some() && error.may_have_executed());
    assert!((120..=180).contains(&waited.as_secs()), "{waited:?}");
}

#[tokio::test]
async fn a_deadline_carries_the_job_which_goes_on() {
    let stage = Stage::new().await;
    let job = started(&stage).await;
    let begun = stage.clock.now();
    let options = WaitOptions::default().deadline(Duration::from_secs(21));
    let error = job.wait_with(options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    // Neither sooner nor later.
    assert_eq!(stage.clock.now() - begun, Duration::from_secs(21));
    assert!(error.to_string().contains("the job is processing after 21 s"), "{error}");
    assert!(error.may_have_executed() && !error.is_retryable());
    let record: JobRecord = error.job().unwrap().clone();
    stage.jogg.resume::<Motion>(record).unwrap().wait().await.unwrap();
}

#[tokio::test]
async fn fact_47_polls_begin_after_five_seconds_and_slow_down_to_thirty() {
    let stage = Stage::new().await;
    let job = started(&stage).await;
    for _ in 0..200 {
        stage.respond(&GET_PHOTO_AVATAR_MOTION, json!({"status": "processing"}));
    }
    let times = Arc::new(Mutex::new(vec![Duration::ZERO]));
    let hook = Arc::clone(&times);
    let options = WaitOptions::default().on_progress(move |progress: &JobProgress| {
        hook.lock().unwrap().push(progress.elapsed);
    });
    let begun = stage.clock.now();
    let error = job.wait_with(options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    // The wait ends at its deadline; the last poll is brought forward, so that it has time.
    assert_eq!(stage.clock.now() - begun, Duration::from_secs(30 * 60));
    let times = times.lock().unwrap().clone();
    assert_eq!(times.last(), Some(&Duration::from_secs(30 * 60 - 2)));
    let gaps: Vec<f64> = times.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64()).collect();
    assert!((gaps[0] - 5.0).abs() < 1e-9, "{gaps:?}");
    assert!(gaps[1..gaps.len() - 1].iter().all(|gap| (4.0..=30.0).contains(gap)), "{gaps:?}");
    assert!(gaps[6..gaps.len() - 1].iter().all(|gap| *gap > 20.0), "{gaps:?}");
}

#[tokio::test]
async fn fact_47_failed_polls_do_not_end_the_wait() {
    let mut reports = vec![
        Reply::json(500, json!({"code": 50000, "msg": "system error"})),
        Reply::body(502, "text/html", "<html>bad gateway</html>"),
        Reply::json(429, json!({"code": 429, "msg": "slow down", "data": null})),
        Reply::reset(),
        Reply::body(200, "application/json", "{\"code\": 0, \"da"),
        Reply::json(200, json!({"code": 77, "msg": "new"})),
        success(json!("text")),
    ];
    // A gateway's page says nothing about the job, whatever its status.
    for status in [400, 401, 403, 404] {
        reports.push(Reply::body(status, "text/html", "<html>maintenance</html>"));
    }
    reports.push(done());
    let stage = Stage::without_retries().await;
    let job = started(&stage).await;
    let count = reports.len();
    for report in reports {
        stage.simulator.reply_next(&GET_PHOTO_AVATAR_MOTION, report);
    }
    assert_eq!(job.wait().await.unwrap().preview_url, URL);
    assert_eq!(polls(&stage), count);
}

fn not_found() -> Reply {
    Reply::json(200, json!({"code": 10104, "msg": "record not found"}))
}

#[tokio::test]
async fn a_job_the_api_does_not_know_for_long_ends_the_wait() {
    let (_, outcome) = waited((0..40).map(|_| not_found()).collect()).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert!(error.job().is_some());
}

#[tokio::test]
async fn a_job_unknown_to_the_api_just_after_its_start_is_polled_until_it_is_known() {
    let (stage, outcome) = waited(vec![not_found(), not_found(), done()]).await;
    outcome.unwrap();
    assert_eq!(polls(&stage), 3);
}

#[tokio::test]
async fn a_refused_poll_waits_as_long_as_the_refusal_says() {
    let stage = Stage::new().await;
    let job = started(&stage).await;
    let refusal = Reply::json(429, json!({"code": 429, "msg": ""})).header("retry-after", "90");
    stage.simulator.reply_next(&GET_PHOTO_AVATAR_MOTION, refusal);
    let begun = stage.clock.now();
    job.wait().await.unwrap();
    assert!(stage.clock.now() - begun >= Duration::from_secs(95));
}

#[tokio::test]
async fn a_refused_key_ends_the_wait() {
    let (_, outcome) =
        waited(vec![Reply::json(401, json!({"code": 10105, "msg": "invalid key"}))]).await;
    let error: Error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidApiKey);
    assert!(error.job().is_some());
}

#[tokio::test]
async fn a_stored_job_is_resumed() {
    let stage = Stage::new().await;
    let stored = serde_json::to_string(&started(&stage).await).unwrap();
    assert!(!stored.contains(jogg_tests::KEY));
    let record: JobRecord = serde_json::from_str(&stored).unwrap();
    assert_eq!(record.operation, ADD_PHOTO_AVATAR_MOTION.id);
    assert!(record.started_at > 1_700_000_000);
    let motion = stage.jogg.resume::<Motion>(record.clone()).unwrap().wait().await.unwrap();
    assert_eq!(motion.motion_id, record.id);

    let other = JobRecord::new(&CREATE_AI_SCRIPT, "t1");
    let error = stage.jogg.resume::<Motion>(other).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the stored job was started by `create_ai_script`, not by `add_photo_avatar_motion` \
         or `add_product_avatar_motion`; resume it as the result type of that operation"
    );
    let empty = JobRecord::new(&ADD_PHOTO_AVATAR_MOTION, " ");
    let error = stage.jogg.resume::<Motion>(empty).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidParameter);
}

#[tokio::test]
async fn fact_12_credits_are_taken_when_the_request_is_accepted() {
    let stage = Stage::with(|builder| builder.credits(3.0)).await;
    let request = requests::add_motion();
    let estimate = request.estimate().unwrap();
    assert_eq!((estimate.credits, estimate.as_of), (2.0, "2026-03"));
    drop(started(&stage).await);
    assert_eq!(stage.jogg.account().remaining_quota().await.unwrap(), 1.0);
    let error = stage.jogg.photo_avatars().add_motion(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InsufficientCredit);
    assert_eq!(error.code(), Some(18020));
    assert!(!error.may_have_executed() && !error.is_retryable());
}
