//! What the events of each operation say, beside the reports on their jobs.

use std::fmt::Debug;

use jogg_api::codec::Codec;
use jogg_api::jobs::JOBS;
use jogg_api::operations as op;
use jogg_api::types::GeneratedScript;
use jogg_api::{JobLink, Operation};
use jogg_api_ext::jobs::JobResult;
use jogg_api_ext::photo_avatars::Generation;
use jogg_api_ext::product_avatars::Images;
use jogg_api_ext::scripts::GeneratedScripts;
use jogg_api_ext::simulator::Dialect;
use jogg_api_ext::translations::Translation;
use jogg_api_ext::webhooks::{Event, Outcome};
use jogg_api_ext::{JobRecord, Motion, Video};
use jogg_tests::requests::product_avatar_images;
use jogg_tests::{Stage, sample};

use super::hook::Hook;
use super::{JOB, endpoint, register, stage};

/// Starts a job of an operation. Returns its record.
async fn start(stage: &Stage, operation: &'static Operation) -> JobRecord {
    let codec = Codec::of(operation.id).unwrap();
    let response = codec.call(stage.jogg.api(), &sample::request(operation)).await.unwrap();
    let rule = JOBS.iter().find(|rule| rule.create == operation).unwrap();
    let JobLink::Id { from, .. } = rule.link else { panic!("{}", operation.id) };
    let data = response.data.unwrap();
    let id = data[from.strip_prefix("data.").unwrap()].as_str().unwrap().to_owned();
    JobRecord::new(operation, id)
}

/// Runs a job of an operation to its success and one to its failure, and compares what their events
/// say with what polls say.
async fn check<T: JobResult + Debug, P: PartialEq + Debug>(
    operation: &'static Operation,
    stem: &str,
    dialect: Dialect,
    shown: impl Fn(&T) -> P,
) {
    let (stage, hook) = (stage(|builder| builder.dialect(dialect)).await, Hook::new().await);
    register(&stage, endpoint(&hook.url)).await;
    let done = start(&stage, operation).await;
    stage.simulator.fail_next_job("too dark");
    let failed = start(&stage, operation).await;
    stage.clock.advance(JOB);
    let received = hook.has(2).await;
    for (received, record, end) in
        [(&received[0], done, "success"), (&received[1], failed, "failed")]
    {
        let event = received.event();
        assert_eq!(event.event.to_string(), format!("{stem}_{end}"));
        assert_eq!(received.header("x-webhook-event"), Some(event.event.as_str()));
        assert_eq!(event.job().unwrap().id, record.id, "{}", event.raw);
        let is_reported = |job: &JobRecord| rule_of(&job.operation) == rule_of(&record.operation);
        assert!(is_reported(&event.job().unwrap()), "{}: {}", operation.id, event.raw);
        is_of_dialect(&event, dialect);
        let report = stage.jogg.resume::<T>(record).unwrap().report().await.unwrap();
        assert_eq!(event.status(), report.status);
        match event.outcome::<T>().unwrap() {
            Outcome::Completed(result) => {
                assert_eq!(shown(&result), shown(&report.result.unwrap()), "{}", operation.id);
                assert_eq!(end, "success");
            }
            Outcome::Failed(reason) => {
                assert_eq!((reason.as_deref(), end), (Some("too dark"), "failed"));
            }
            outcome => panic!("{}: {outcome:?}", operation.id),
        }
    }
}

/// The operation that reports on what an operation starts.
fn rule_of(operation: &str) -> &'static str {
    JOBS.iter().find(|rule| rule.create.id == operation).unwrap().report.id
}

fn is_of_dialect(event: &Event, dialect: Dialect) {
    let has = |name: &str| event.data().get(name).is_some();
    let live = dialect == Dialect::Live;
    assert_eq!(event.event_id.is_none(), live);
    assert!(event.timestamp.is_some());
    assert!(!live || !(has("status") || has("cover_url") || has("video_id")), "{}", event.raw);
    assert!(live || !has("project_id"), "{}", event.raw);
    for script in event.data()["scripts"].as_array().into_iter().flatten() {
        assert!(script["script_paragraphs"].is_string());
    }
}

#[tokio::test]
async fn fact_43_and_45_each_event_says_what_the_report_on_its_job_says() {
    let video = |it: &Video| (it.video_id.clone(), it.url.clone());
    let motion = |it: &Motion| (it.motion_id.clone(), it.avatar_id, it.preview_url.clone());
    for dialect in [Dialect::Documented, Dialect::Live] {
        for (operation, stem) in [
            (&op::CREATE_VIDEO_FROM_AVATAR, "generated_avatar_video"),
            (&op::CREATE_VIDEO_FROM_PRODUCT, "generated_product_video"),
            (&op::CREATE_VIDEO_WITH_TEMPLATE, "generated_template_video"),
            (&op::RENDER_PRODUCT_PREVIEW, "generated_product_video"),
        ] {
            check(operation, stem, dialect, video).await;
        }
        let images = &op::GENERATE_PRODUCT_AVATAR_IMAGES;
        check(&op::ADD_PHOTO_AVATAR_MOTION, "generated_motion", dialect, motion).await;
        check(&op::ADD_PRODUCT_AVATAR_MOTION, "generated_product_avatar", dialect, motion).await;
        check(&op::GENERATE_PHOTO, "generated_image", dialect, |it: &Generation| {
            (it.photo_id.clone(), it.image_urls.clone())
        })
        .await;
        check(images, "generated_product_avatar", dialect, |it: &Images| {
            (it.batch_id.clone(), it.images.clone())
        })
        .await;
        check(&op::CREATE_AI_SCRIPT, "generated_script", dialect, |it: &GeneratedScripts| {
            let text = |it: &GeneratedScript| it.script_paragraphs.join("\n");
            (it.task_id.clone(), it.scripts.iter().map(text).collect::<Vec<_>>())
        })
        .await;
        let translation = |it: &Translation| (it.url.clone(), it.subtitle_url.clone());
        let stem = "generated_translate_video";
        check(&op::CREATE_VIDEO_TRANSLATION, stem, dialect, translation).await;
    }
}

/// No event is known to report their end.
#[tokio::test]
async fn fact_44_lip_syncs_and_previews_end_without_an_event() {
    let (stage, hook) = (stage(|builder| builder).await, Hook::new().await);
    register(&stage, endpoint(&hook.url)).await;
    for operation in [&op::CREATE_LIP_SYNC_VIDEO, &op::CREATE_PRODUCT_PREVIEWS] {
        let codec = Codec::of(operation.id).unwrap();
        codec.call(stage.jogg.api(), &sample::request(operation)).await.unwrap();
    }
    let last = start(&stage, &op::CREATE_AI_SCRIPT).await;
    stage.clock.advance(JOB);
    assert_eq!(hook.has(1).await[0].subject().1, last.id);
}

#[tokio::test]
async fn a_batch_fails_if_all_of_it_does() {
    for (failing, event) in
        [(3, "generated_product_avatar_success"), (4, "generated_product_avatar_failed")]
    {
        let (stage, hook) = (stage(|builder| builder).await, Hook::new().await);
        register(&stage, endpoint(&hook.url)).await;
        (0..failing).for_each(|_| stage.simulator.fail_next_part("too dark"));
        let job = stage.jogg.product_avatars().generate(product_avatar_images()).await.unwrap();
        stage.clock.advance(JOB);
        let received = hook.has(1).await.remove(0);
        assert_eq!(received.subject(), (event.to_owned(), job.id().to_owned()));
        let reported = job.report().await.unwrap().status;
        assert_eq!(received.event().status(), reported);
    }
}
