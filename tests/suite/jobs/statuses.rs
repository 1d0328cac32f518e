//! What raw statuses mean for a wait, known ones and others.

use std::time::Duration;

use jogg_api::Operation;
use jogg_api::operations as op;
use jogg_api_ext::clock::Clock;
use jogg_api_ext::jobs::{JobResult, WaitOptions};
use jogg_api_ext::{Error, ErrorKind, Job, JobRecord, JobStatus, Motion, Result, Video};
use jogg_api_ext::{
    lip_sync, photo_avatars, product_avatars, product_videos, scripts, translations,
};
use jogg_tests::{Stage, secrets};
use serde_json::{Value, json};

/// What comes of a job whose polls get these reports, the last one again and again; and after how
/// many seconds.
async fn waited<T: JobResult>(
    started_by: &'static Operation,
    polled: &'static Operation,
    reports: &[Value],
    options: WaitOptions,
) -> (Result<T>, f64) {
    let stage = Stage::new().await;
    let last = reports.last().unwrap();
    for report in reports.iter().chain(std::iter::repeat_n(last, 200)) {
        stage.respond(polled, report.clone());
    }
    let job: Job<T> = stage.jogg.resume(JobRecord::new(started_by, "j1")).unwrap();
    let begun = stage.clock.now();
    let outcome = job.wait_with(options).await;
    (outcome, (stage.clock.now() - begun).as_secs_f64())
}

async fn video(reports: &[Value]) -> (Result<Video>, f64) {
    let options = WaitOptions::default();
    waited(&op::CREATE_VIDEO_FROM_AVATAR, &op::GET_AVATAR_VIDEO, reports, options).await
}

fn report(status: &str) -> Value {
    json!({"status": status, "video_url": "u"})
}

#[tokio::test]
async fn fact_19_words_that_no_document_has_end_a_wait_too() {
    for raw_status in ["complete", "finished", " Finished\n", "COMPLETE ", "\tsuccess"] {
        let (outcome, seconds) = video(&[report(raw_status)]).await;
        assert_eq!((outcome.unwrap().url.as_str(), seconds), ("u", 5.0), "{raw_status:?}");
    }
    for raw_status in ["canceled", "rejected", "expired", "Cancelled ", " EXPIRED"] {
        let (outcome, seconds) = video(&[report(raw_status)]).await;
        assert_eq!(
            (outcome.unwrap_err().kind(), seconds),
            (ErrorKind::JobFailed, 5.0),
            "{raw_status:?}"
        );
    }
}

#[tokio::test]
async fn fact_61_each_operation_has_words_of_its_own() {
    // As the vendor's tools wait for them.
    let options = WaitOptions::default();
    let (created_by, polled) = (&op::CREATE_LIP_SYNC_VIDEO, &op::GET_LIP_SYNC_VIDEO);
    let reports = [json!({"status": "success", "data": {"result_url": "u"}})];
    let (outcome, _) =
        waited::<lip_sync::Video>(created_by, polled, &reports, options.clone()).await;
    assert_eq!(outcome.unwrap().url, "u");
    let reports = [json!({"status": "failed", "error": {"code": 1, "message": "no lips"}})];
    let (outcome, _) =
        waited::<lip_sync::Video>(created_by, polled, &reports, options.clone()).await;
    assert_eq!(outcome.unwrap_err().server_message(), Some("no lips"));

    let (created_by, polled) =
        (&op::GENERATE_PRODUCT_AVATAR_IMAGES, &op::GET_PRODUCT_AVATAR_IMAGES);
    let image = |status| json!({"generation_id": "g", "status": status, "url": "u"});
    let reports = ["processing", "completed"].map(|status| json!({"generations": [image(status)]}));
    let (outcome, _) =
        waited::<product_avatars::Images>(created_by, polled, &reports, options).await;
    assert_eq!(outcome.unwrap().images[0].url, "u");
}

/// Waits for a job whose raw status is new, with a result, and returns the result.
async fn under_a_new_word<T: JobResult>(
    started_by: &'static Operation,
    polled: &'static Operation,
    report: Value,
) -> T {
    let options = WaitOptions::of(started_by.id);
    let (outcome, seconds) = waited(started_by, polled, &[report], options).await;
    // The grace begins with the first poll.
    assert!((125.0..160.0).contains(&seconds), "{}: {seconds}", started_by.id);
    outcome.unwrap_or_else(|error: Error| panic!("{}: {error}", started_by.id))
}

#[tokio::test]
async fn a_result_under_an_unknown_status_is_not_lost() {
    let raw_status = "rendered-v9";
    let flat = json!({"status": raw_status, "video_url": "u", "motion_preview_url": "u"});
    let nested = json!({"status": raw_status, "data": {"url": "u", "result_url": "u"}});
    let made: Video =
        under_a_new_word(&op::CREATE_VIDEO_FROM_AVATAR, &op::GET_AVATAR_VIDEO, flat.clone()).await;
    assert_eq!(made.raw.clone().into_value(), flat);
    let made: Video =
        under_a_new_word(&op::CREATE_VIDEO_WITH_TEMPLATE, &op::GET_TEMPLATE_VIDEO, nested.clone())
            .await;
    assert_eq!(made.url, "u");
    let made: Video =
        under_a_new_word(&op::RENDER_PRODUCT_PREVIEW, &op::GET_PRODUCT_VIDEO, flat.clone()).await;
    assert_eq!(made.url, "u");
    let made: lip_sync::Video =
        under_a_new_word(&op::CREATE_LIP_SYNC_VIDEO, &op::GET_LIP_SYNC_VIDEO, nested.clone()).await;
    assert_eq!(made.url, "u");
    let made: Motion =
        under_a_new_word(&op::ADD_PHOTO_AVATAR_MOTION, &op::GET_PHOTO_AVATAR_MOTION, flat.clone())
            .await;
    assert_eq!(made.preview_url, "u");
    let made: Motion =
        under_a_new_word(&op::ADD_PRODUCT_AVATAR_MOTION, &op::GET_PRODUCT_AVATAR_MOTION, flat)
            .await;
    assert_eq!(made.preview_url, "u");
    let made: translations::Translation =
        under_a_new_word(&op::CREATE_VIDEO_TRANSLATION, &op::GET_VIDEO_TRANSLATION, nested).await;
    assert_eq!(made.url, "u");
    let photos = json!({"status": raw_status, "image_url_list": ["u"]});
    let made: photo_avatars::Generation =
        under_a_new_word(&op::GENERATE_PHOTO, &op::GET_PHOTO_GENERATION, photos).await;
    assert_eq!(made.image_urls, ["u"]);
    let written = json!({"status": raw_status, "data": {"generated_scripts": [{"style": "s"}]}});
    let made: scripts::GeneratedScripts =
        under_a_new_word(&op::CREATE_AI_SCRIPT, &op::GET_AI_SCRIPT, written).await;
    assert_eq!(made.scripts.len(), 1);
    // Members of batches, beside one that failed.
    let failed = json!({"id": "j2", "generation_id": "g2", "status": "failed"});
    let new = json!({"id": "j1", "generation_id": "g1", "status": raw_status, "video_url": "u", "url": "u"});
    let images = json!({"generations": [new, failed]});
    let made: product_avatars::Images = under_a_new_word(
        &op::GENERATE_PRODUCT_AVATAR_IMAGES,
        &op::GET_PRODUCT_AVATAR_IMAGES,
        images,
    )
    .await;
    assert_eq!((made.images.len(), made.failed.len()), (1, 1));
    let listed = json!({"previews": [new], "total": 1});
    let made: product_videos::Previews =
        under_a_new_word(&op::CREATE_PRODUCT_PREVIEWS, &op::LIST_PRODUCT_PREVIEWS, listed).await;
    assert_eq!(made.previews.len(), 1);
}

#[tokio::test]
async fn an_unknown_status_is_believed_no_sooner_than_it_must_be() {
    // It stands for something before the end, for once.
    let (outcome, seconds) = video(&[
        report("almost"),
        report("almost"),
        json!({"status": "success", "video_url": "final"}),
    ])
    .await;
    assert_eq!((outcome.unwrap().url.as_str(), seconds), ("final", 17.5));
    // The grace begins anew when the job turns out not to be done.
    let almost = std::iter::repeat_n(report("almost"), 7);
    let reports = almost
        .clone()
        .chain([report("processing")])
        .chain(almost.take(3))
        .chain([report("failed")]);
    let (outcome, _) = video(&reports.collect::<Vec<_>>()).await;
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::JobFailed);
    // So is a number that isn't known, and none at all.
    for status in [json!(7), json!(null), json!("")] {
        let (outcome, _) = video(&[json!({"status": status, "video_url": "u"})]).await;
        assert_eq!(outcome.unwrap().url, "u");
    }
}

#[tokio::test]
async fn a_wait_that_ends_on_an_unknown_status_quotes_it() {
    let ended = async |status: &str, options: WaitOptions| {
        let (created_by, polled) = (&op::CREATE_VIDEO_FROM_AVATAR, &op::GET_AVATAR_VIDEO);
        let report = json!({"status": status});
        let (outcome, _) =
            waited::<Video>(created_by, polled, std::slice::from_ref(&report), options).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WaitTimeout);
        assert_eq!(error.raw(), Some(&report));
        error
    };
    let options = || WaitOptions::default().deadline(Duration::from_secs(7));
    assert_eq!(
        ended(" rendering-v9 ", options()).await.to_string(),
        "create_video_from_avatar: the job is `rendering-v9`, a status this crate doesn't know, \
         after 7 s and 1 poll; it goes on, so resume it to wait longer (job j1)"
    );
    let talkative = ended(&secrets::message(), options()).await;
    assert!(talkative.to_string().contains("the job is `not with [redacted], "));
    secrets::assert_hidden(&secrets::shown(&talkative), "a wait that ends on an unknown status");
    let long = ended(&"x".repeat(10_000), options()).await.to_string();
    assert!(long.len() < 1_000 && !long.contains('\n'), "{long}");
    let empty = ended(" ", options()).await.to_string();
    assert!(empty.contains("the job is unknown after 7 s"), "{empty}");
}

#[tokio::test]
async fn a_batch_that_hangs_on_an_unknown_status_quotes_it() {
    let options = WaitOptions::default().deadline(Duration::from_secs(60));
    let image =
        |status: &str, url: &str| json!({"generation_id": "g", "status": status, "url": url});
    let (created_by, polled) =
        (&op::GENERATE_PRODUCT_AVATAR_IMAGES, &op::GET_PRODUCT_AVATAR_IMAGES);
    for (images, says) in [
        ([image("success", "u"), image("drawn-v9", "")], "the job is `drawn-v9`"),
        ([image("drawn-v9", "u"), image("processing", "")], "the job is processing"),
    ] {
        let reports = [json!({"generations": images})];
        let (outcome, _) =
            waited::<product_avatars::Images>(created_by, polled, &reports, options.clone()).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WaitTimeout);
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[tokio::test]
async fn a_report_keeps_the_status_as_it_came() {
    let stage = Stage::new().await;
    for (raw_status, status) in
        [(" Success ", JobStatus::Completed), ("rendered-v9", JobStatus::Unknown)]
    {
        stage.respond(&op::GET_AVATAR_VIDEO, report(raw_status));
        let report = stage.jogg.avatar_videos().video_job("v1").report().await.unwrap();
        assert_eq!((report.status, report.raw_status.as_str()), (status, raw_status));
        // Without a wait, nothing is believed.
        assert_eq!(report.result.is_some(), status == JobStatus::Completed);
    }
}
