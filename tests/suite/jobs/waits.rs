//! When each kind of job is polled, and what its result is called.

use std::time::Duration;

use jogg_api::operations::{
    CREATE_VIDEO_FROM_AVATAR, GET_AVATAR_VIDEO, GET_PHOTO_GENERATION, GET_PRODUCT_VIDEO,
    GET_REMAINING_QUOTA, GET_TEMPLATE_VIDEO, OPERATIONS,
};
use jogg_api_ext::clock::Clock;
use jogg_api_ext::jobs::WaitOptions;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{ErrorKind, JobRecord};
use jogg_tests::Stage;
use jogg_tests::requests::avatar_video;
use serde_json::json;

use super::kinds::kind;

/// Documented and measured times, in seconds, and the deadline of the wait, in minutes.
#[tokio::test]
async fn fact_46_each_kind_is_given_the_time_it_takes() {
    for (operation, longest, deadline) in [
        ("create_ai_script", 30, 10),
        ("generate_photo", 60, 15),
        ("generate_product_avatar_images", 60, 15),
        ("create_video_from_avatar", 10 * 60, 30),
        ("create_video_from_product", 10 * 60, 30),
        ("create_product_previews", 3 * 60, 30),
        ("add_photo_avatar_motion", 3 * 60, 30),
        ("create_video_translation", 20 * 60, 60),
    ] {
        let kind = kind(operation);
        let seconds = Duration::from_secs(longest);
        let stage = Stage::with(|builder| builder.job_duration(seconds)).await;
        let begun = stage.clock.now();
        kind.run(&stage.jogg, false).await.unwrap();
        // Noticed soon after it was there.
        assert!(stage.clock.now() - begun < seconds + Duration::from_secs(31), "{operation}");

        let stage = Stage::with(|builder| builder.job_duration(Duration::from_secs(1 << 20))).await;
        let begun = stage.clock.now();
        let error = kind.run(&stage.jogg, false).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::WaitTimeout);
        assert_eq!((stage.clock.now() - begun).as_secs(), deadline * 60, "{operation}");
    }
}

#[test]
fn fact_47_no_kind_is_polled_sooner_or_more_often_than_every_five_seconds() {
    for operation in OPERATIONS {
        let shown = format!("{:?}", WaitOptions::of(operation.id));
        // There is no other way to ask for them. Anything but whole seconds is refused.
        let seconds = |name: &str| -> u64 {
            let field = shown.split_once(&format!(" {name}: ")).and_then(|(_, rest)| {
                let (number, _) = rest.split_once('s')?;
                number.parse().ok()
            });
            field.unwrap_or_else(|| panic!("no `{name}` in whole seconds: {shown}"))
        };
        assert!((5..=10).contains(&seconds("initial_delay")), "{shown}");
        assert!(seconds("interval") >= 5 && seconds("max_interval") <= 30, "{shown}");
    }
}

#[tokio::test]
async fn fact_32_the_result_has_one_name_whatever_the_api_calls_it() {
    let stage = Stage::new().await;
    let video = |report| {
        stage.respond(&GET_AVATAR_VIDEO, report);
        let job = stage.jogg.avatar_videos().video_job("v1");
        async move { job.report().await.unwrap().result.unwrap() }
    };
    for report in [
        json!({"status": "success", "video_url": "u", "duration": 24.5, "project_id": "v1"}),
        json!({"status": "completed", "url": "u", "video_duration": 24.5}),
        json!({"status": "done", "data": {"result_url": "u", "duration_seconds": "24.5"}}),
    ] {
        let video = video(report.clone()).await;
        assert_eq!((video.url.as_str(), video.duration_seconds), ("u", Some(24.5)));
        assert_eq!((video.video_id.as_str(), video.raw.clone().into_value()), ("v1", report));
    }
}

#[tokio::test]
async fn fact_34_product_videos_and_rendered_previews_are_reported_on_alike() {
    for operation in ["create_video_from_product", "render_product_preview"] {
        let stage = Stage::new().await;
        let kind = kind(operation);
        let finished = kind.run(&stage.jogg, false).await.unwrap();
        assert!(stage.simulator.request_count(&GET_PRODUCT_VIDEO) > 0);
        let requests = stage.simulator.requests();
        let id = finished.record.id;
        assert_eq!(requests.last().unwrap().path, format!("/v2/product_video/{id}"));
    }
}

/// The wait is what repeats polls: a call's own retries would outlast its deadline.
#[tokio::test]
async fn a_deadline_holds_whatever_polls_run_into() {
    for refusal in [
        Reply::json(429, json!({"code": 429, "msg": ""})).header("retry-after", "100"),
        Reply::body(503, "text/html", "busy"),
    ] {
        let stage = Stage::new().await;
        for _ in 0..50 {
            stage.simulator.reply_next(&GET_AVATAR_VIDEO, refusal.clone());
        }
        let begun = stage.clock.now();
        let options = WaitOptions::default().deadline(Duration::from_secs(10));
        let wait = stage.jogg.avatar_videos().video_job("v1").wait_with(options);
        assert_eq!(wait.await.unwrap_err().kind(), ErrorKind::WaitTimeout);
        assert_eq!(stage.clock.now() - begun, Duration::from_secs(10));
    }
}

#[tokio::test]
async fn a_message_of_a_job_that_did_not_fail_is_no_error() {
    let stage = Stage::new().await;
    let report = json!({"status": "success", "msg": "Success", "image_url_list": ["u"]});
    stage.respond(&GET_PHOTO_GENERATION, report);
    let report = stage.jogg.photo_avatars().generation_job("p").report().await.unwrap();
    assert!(report.error.is_none() && report.result.is_some());
}

#[tokio::test]
async fn a_job_that_goes_back_to_processing_gets_its_grace_again() {
    let stage = Stage::new().await;
    for status in ["completed", "processing"].iter().cycle().take(40) {
        stage.respond(&GET_AVATAR_VIDEO, json!({"status": status}));
    }
    stage.respond(&GET_AVATAR_VIDEO, json!({"status": "completed", "video_url": "u"}));
    stage.jogg.avatar_videos().video_job("v1").wait().await.unwrap();
}

/// A video's id has several names; if one were not known, the caller would pay twice.
#[tokio::test]
async fn fact_32_a_started_video_is_known_by_each_name_of_its_id() {
    for name in ["video_id", "project_id", "product_video_id", "id"] {
        let stage = Stage::new().await;
        stage.respond(&CREATE_VIDEO_FROM_AVATAR, json!({name: "v1"}));
        let job = stage.jogg.avatar_videos().create(avatar_video()).await.unwrap();
        assert_eq!(job.id(), "v1", "{name}");
    }
}

#[test]
fn a_record_written_by_hand_is_read() {
    for (record, id, started_at) in [
        (json!({"operation": "create_ai_script", "id": "t"}), "t", 0),
        (json!({"operation": "create_ai_script", "id": 7, "started_at": null}), "7", 0),
        (json!({"operation": "create_ai_script", "id": "t", "started_at": 5}), "t", 5),
    ] {
        let record: JobRecord = serde_json::from_value(record).unwrap();
        assert_eq!((record.id.as_str(), record.started_at), (id, started_at));
    }
    let wrong = json!({"operation": "create_ai_script", "id": []});
    assert!(serde_json::from_value::<JobRecord>(wrong).is_err());
}

#[tokio::test]
async fn fact_33_times_are_unix_seconds() {
    let stage = Stage::new().await;
    let report = json!({"status": "completed", "created_at": 1_764_000_000,
        "completed_at": 1_764_000_060, "data": {"url": "u"}});
    stage.respond(&GET_TEMPLATE_VIDEO, report);
    let report = stage.jogg.template_videos().video_job("v1").report().await.unwrap();
    let video = report.result.unwrap();
    assert_eq!((video.created_at, video.completed_at), (Some(1_764_000_000), Some(1_764_000_060)));
}

#[tokio::test]
async fn fact_16_a_quota_of_zero_stops_no_call() {
    let stage = Stage::new().await;
    stage.respond(&GET_REMAINING_QUOTA, json!({"remaining_quota": 0}));
    assert_eq!(stage.jogg.account().remaining_quota().await.unwrap(), 0.0);
    stage.jogg.avatar_videos().create(avatar_video()).await.unwrap().wait().await.unwrap();
    stage.respond(&GET_REMAINING_QUOTA, json!({"remaining_quota": 12.75}));
    assert_eq!(stage.jogg.account().remaining_quota().await.unwrap(), 12.75);
}
