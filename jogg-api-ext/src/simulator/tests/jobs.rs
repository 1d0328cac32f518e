//! Jobs on their way.

use std::time::Duration;

use jogg_api::operations as op;
use serde_json::json;

use super::*;
use crate::simulator::Dialect;

const VIRTUAL_MINUTE: Duration = Duration::from_secs(60);

/// Starts a job and returns the status words it shows, in order: at the start, and after 0, 6,
/// 59 and 60 seconds.
async fn words(dialect: Dialect, create: &'static Operation, fails: bool) -> Vec<String> {
    let fixture = Fixture::with(|builder| builder.dialect(dialect)).await;
    if fails {
        fixture.simulator.fail_next_job("out of film");
    }
    let submission = fixture.call(create, json!({})).await.data();
    let word = |data: &Value| data["status"].as_str().unwrap_or("-").to_owned();
    let mut words = vec![word(&submission)];
    for seconds in [0, 6, 53, 1] {
        fixture.clock.advance(Duration::from_secs(seconds));
        words.push(word(&fixture.report(create, &submission).await));
    }
    words
}

#[tokio::test]
async fn states_pass_in_the_words_of_each_operation() {
    let usual = "pending processing processing";
    for (create, start, running, completed, failed) in [
        (&op::ADD_PHOTO_AVATAR_MOTION, "pending", usual, "completed", "failed"),
        (&op::ADD_PRODUCT_AVATAR_MOTION, "-", usual, "completed", "failed"),
        (&op::CREATE_VIDEO_FROM_AVATAR, "-", usual, "completed", "failed"),
        (
            &op::CREATE_VIDEO_FROM_PRODUCT,
            "processing",
            "processing processing processing",
            "completed",
            "failed",
        ),
        (&op::CREATE_LIP_SYNC_VIDEO, "pending", usual, "success", "failed"),
        (&op::GENERATE_PHOTO, "-", "in_progress in_progress in_progress", "success", "error"),
    ] {
        for (dialect, fails, last) in [
            (Dialect::Documented, false, completed),
            (Dialect::Documented, true, failed),
            (Dialect::Live, false, "success"),
            (Dialect::Live, true, failed),
        ] {
            let expected = format!("{start} {running} {last}");
            assert_eq!(words(dialect, create, fails).await.join(" "), expected, "{}", create.id);
        }
    }
}

#[tokio::test]
async fn a_motion_from_start_to_end() {
    let fixture = Fixture::new().await;
    let sent = json!({"name": "Kim", "image_url": "https://a.example/kim.png"});
    let submission = fixture.call(&op::ADD_PHOTO_AVATAR_MOTION, sent).await.data();
    assert_eq!(submission["motion_id"], "motion_000001");
    assert_eq!(submission["status"], "pending");
    let running = fixture.report(&op::ADD_PHOTO_AVATAR_MOTION, &submission).await;
    let avatar = submission["avatar_id"].as_i64().unwrap();
    assert_eq!(
        running,
        json!({
            "avatar_id": avatar,
            "image_url": "https://a.example/kim.png",
            "motion_id": "motion_000001",
            "motion_preview_url": "",
            "name": "Kim",
            "status": "pending",
            "voice_id": "en-GB-RowanNeural",
        })
    );
    fixture.clock.advance(VIRTUAL_MINUTE);
    let finished = fixture.report(&op::ADD_PHOTO_AVATAR_MOTION, &submission).await;
    assert_eq!(finished["avatar_id"], avatar);
    let url = finished["motion_preview_url"].as_str().unwrap();
    let file = Answer::of(fixture.request("GET", url)).await;
    assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "video/mp4"));
}

#[tokio::test]
async fn results_come_with_the_end() {
    let fixture = Fixture::new().await;
    for (create, results) in [
        (&op::CREATE_AI_SCRIPT, &["/data"][..]),
        (&op::CREATE_LIP_SYNC_VIDEO, &["/data/result_url", "/completed_at"]),
        (&op::CREATE_VIDEO_FROM_AVATAR, &["/video_url", "/cover_url", "/duration"]),
        (&op::CREATE_VIDEO_FROM_PRODUCT, &["/video_url", "/deducted_credit"]),
        (&op::CREATE_VIDEO_WITH_TEMPLATE, &["/data/url", "/data/duration_seconds"]),
        (&op::GENERATE_PHOTO, &["/image_url_list", "/image_key_list"]),
        (&op::CREATE_VIDEO_TRANSLATION, &["/url", "/subtitle_url"]),
        (&op::GENERATE_PRODUCT_AVATAR_IMAGES, &["/generations/0/url", "/generations/0/image_id"]),
    ] {
        let submission = fixture.call(create, json!({})).await.data();
        let running = fixture.report(create, &submission).await;
        fixture.clock.advance(VIRTUAL_MINUTE);
        let finished = fixture.report(create, &submission).await;
        for result in results {
            assert_eq!(running.pointer(result), None, "{}", create.id);
            assert!(finished.pointer(result).is_some(), "{}: {result}", create.id);
        }
    }
}

#[tokio::test]
async fn fact_10_a_failure_stands_where_the_operation_puts_it() {
    let fixture = Fixture::new().await;
    for (create, place) in [
        (&op::CREATE_AI_SCRIPT, "/err_msg"),
        (&op::ADD_PHOTO_AVATAR_MOTION, "/error_msg"),
        (&op::ADD_PRODUCT_AVATAR_MOTION, "/error_msg"),
        (&op::GENERATE_PHOTO, "/msg"),
        (&op::CREATE_LIP_SYNC_VIDEO, "/error/message"),
        (&op::CREATE_VIDEO_FROM_PRODUCT, "/error/message"),
    ] {
        fixture.simulator.fail_next_job("out of film");
        let submission = fixture.call(create, json!({})).await.data();
        let running = fixture.report(create, &submission).await;
        fixture.clock.advance(VIRTUAL_MINUTE);
        let failed = fixture.report(create, &submission).await;
        assert_eq!(running.pointer(place), None, "{}", create.id);
        assert_eq!(failed.pointer(place), Some(&json!("out of film")), "{}", create.id);
        assert_eq!(failed.get("video_url").or(failed.get("data")), None, "{}", create.id);
        // Only the next job fails.
        let other = fixture.call(create, json!({})).await.data();
        fixture.clock.advance(VIRTUAL_MINUTE);
        assert_eq!(fixture.report(create, &other).await.pointer(place), None, "{}", create.id);
    }
}

#[tokio::test]
async fn the_live_dialect_hides_and_adds_ids() {
    let fixture = Fixture::with(|builder| builder.dialect(Dialect::Live)).await;
    let motion = fixture.call(&op::ADD_PHOTO_AVATAR_MOTION, json!({})).await.data();
    assert_eq!(motion.get("avatar_id"), None);
    let running = fixture.report(&op::ADD_PHOTO_AVATAR_MOTION, &motion).await;
    assert_eq!(running.get("avatar_id"), None);
    fixture.clock.advance(VIRTUAL_MINUTE);
    let finished = fixture.report(&op::ADD_PHOTO_AVATAR_MOTION, &motion).await;
    assert!(finished["avatar_id"].is_u64());
    let video = fixture.call(&op::CREATE_VIDEO_FROM_AVATAR, json!({})).await.data();
    assert_eq!(video["project_id"], video["video_id"]);
    let report = fixture.report(&op::CREATE_VIDEO_FROM_AVATAR, &video).await;
    assert_eq!(report["project_id"], video["video_id"]);
}

#[tokio::test]
async fn a_batch_has_parts_and_counts() {
    let fixture = Fixture::new().await;
    let create = &op::GENERATE_PRODUCT_AVATAR_IMAGES;
    let batch = fixture.call(create, json!({"num_images": 3})).await.data();
    assert_eq!(batch["total_submitted"], 3);
    let ids = |data: &Value| -> Vec<Value> {
        let parts = data["generations"].as_array().unwrap().iter();
        parts.map(|part| part["generation_id"].clone()).collect()
    };
    let mut distinct = ids(&batch);
    distinct.dedup();
    assert_eq!(distinct.len(), 3);
    for (seconds, state) in [(0, "pending"), (30, "processing"), (30, "completed")] {
        fixture.clock.advance(Duration::from_secs(seconds));
        let report = fixture.report(create, &batch).await;
        assert_eq!(ids(&report), ids(&batch));
        for (name, count) in report["summary"].as_object().unwrap() {
            let expected = if name == "total" || name == state { 3 } else { 0 };
            assert_eq!(count, expected, "{name} while {state}");
        }
    }
}

#[tokio::test]
async fn jobs_take_as_long_as_they_are_told() {
    let fixture = Fixture::with(|builder| builder.job_duration(Duration::ZERO)).await;
    let script = fixture.call(&op::CREATE_AI_SCRIPT, json!({})).await.data();
    let report = fixture.report(&op::CREATE_AI_SCRIPT, &script).await;
    assert_eq!(report["status"], "completed");
}
