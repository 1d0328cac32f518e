//! What all kinds of jobs have in common.

use std::fmt::Write as _;

use jogg_api::Operation;
use jogg_api::jobs::JOBS;
use jogg_api_ext::enums::MotionModel;
use jogg_api_ext::product_videos::{Previews, RenderPreview};
use jogg_api_ext::scripts::GeneratedScripts;
use jogg_api_ext::simulator::Dialect;
use jogg_api_ext::template_videos::TemplateValue;
use jogg_api_ext::translations::{CreateTranslation, Translation};
use jogg_api_ext::{
    BoxFuture, ErrorKind, Job, JobRecord, Jogg, Motion, Result, Video, lip_sync, photo_avatars,
    product_avatars, template_videos,
};
use jogg_tests::{KEY, Stage, requests};
use serde_json::Value;

/// What became of a job.
pub(super) struct Finished {
    pub(super) record: JobRecord,
    /// The result as `Debug` shows it.
    shown: String,
    raw: Value,
}

/// One way to start a job.
pub(super) struct Kind {
    operation: &'static Operation,
    /// Starts a job and waits for it; from its stored record if the flag is set.
    pub(super) run: fn(Jogg, bool) -> BoxFuture<Result<Finished>>,
}

macro_rules! kind {
    ($operation:ident, $result:ty, |$jogg:ident| $start:expr) => {
        Kind {
            operation: &jogg_api::operations::$operation,
            run: |$jogg, stored| {
                Box::pin(async move {
                    let job: Job<$result> = $start.await?;
                    let record = job.record().clone();
                    let job = match stored {
                        true => {
                            let text = serde_json::to_string(&job).unwrap();
                            $jogg.resume::<$result>(serde_json::from_str(&text).unwrap())?
                        }
                        false => job,
                    };
                    let result: $result = job.wait().await?;
                    Ok(Finished {
                        record,
                        shown: format!("{result:#?}"),
                        raw: result.raw.into_value(),
                    })
                })
            },
        }
    };
}

/// Every operation that starts a job.
static KINDS: [Kind; 12] = [
    kind!(CREATE_VIDEO_FROM_AVATAR, Video, |jogg| {
        jogg.avatar_videos().create(requests::avatar_video())
    }),
    kind!(CREATE_VIDEO_FROM_PRODUCT, Video, |jogg| {
        jogg.product_videos().create(requests::product_video())
    }),
    kind!(CREATE_PRODUCT_PREVIEWS, Previews, |jogg| {
        jogg.product_videos().create_previews(requests::previews(["Calm", "Loud"]))
    }),
    kind!(RENDER_PRODUCT_PREVIEW, Video, |jogg| {
        jogg.product_videos().render(RenderPreview::new("preview_1"))
    }),
    kind!(CREATE_VIDEO_WITH_TEMPLATE, Video, |jogg| {
        let request = template_videos::CreateVideo::new(512, "english")
            .variable("headline", TemplateValue::Text("Warm feet".to_owned()));
        jogg.template_videos().create(request)
    }),
    kind!(CREATE_LIP_SYNC_VIDEO, lip_sync::Video, |jogg| {
        let request =
            lip_sync::CreateVideo::new("https://a.example/v.mp4", "https://a.example/a.mp3");
        jogg.lip_sync().create(request)
    }),
    kind!(CREATE_VIDEO_TRANSLATION, Translation, |jogg| {
        jogg.translations().create(CreateTranslation::new("https://a.example/v.mp4", "spanish"))
    }),
    kind!(CREATE_AI_SCRIPT, GeneratedScripts, |jogg| jogg.scripts().create(requests::script())),
    kind!(GENERATE_PHOTO, photo_avatars::Generation, |jogg| {
        jogg.photo_avatars().generate(requests::photo())
    }),
    kind!(ADD_PHOTO_AVATAR_MOTION, Motion, |jogg| {
        let request =
            photo_avatars::AddMotion::new("https://a.example/p.jpg", "Ada", "v", MotionModel::V3_0);
        jogg.photo_avatars().add_motion(request)
    }),
    kind!(GENERATE_PRODUCT_AVATAR_IMAGES, product_avatars::Images, |jogg| {
        jogg.product_avatars().generate(requests::product_avatar_images())
    }),
    kind!(ADD_PRODUCT_AVATAR_MOTION, Motion, |jogg| {
        let request = product_avatars::AddMotion::new("generation_1", "Ada", "v", "waves");
        jogg.product_avatars().add_motion(request)
    }),
];

/// The kind of job that this operation starts.
pub(super) fn kind(operation: &str) -> &'static Kind {
    KINDS.iter().find(|kind| kind.operation.id == operation).expect("it starts a job")
}

#[test]
fn no_kind_is_missing() {
    for rule in JOBS {
        assert!(KINDS.iter().any(|kind| kind.operation == rule.create), "{}", rule.create.id);
    }
    assert_eq!(KINDS.len(), JOBS.len());
}

/// What a user gets of each kind, reviewed.
#[tokio::test]
async fn every_kind_runs_from_its_start_to_its_result() {
    let mut shown = String::new();
    for kind in &KINDS {
        let stage = Stage::new().await;
        let finished = (kind.run)(stage.jogg.clone(), false).await.unwrap();
        assert_eq!(finished.record.operation, kind.operation.id);
        assert_eq!(stage.simulator.request_count(kind.operation), 1);
        assert!(!finished.raw.is_null());
        let result = finished.shown.replace(stage.simulator.base_url(), "http://127.0.0.1");
        let _ = writeln!(shown, "## {}\n{result}\n", kind.operation.id);
    }
    insta::assert_snapshot!(shown);
}

#[tokio::test]
async fn every_kind_speaks_the_live_dialect_and_is_resumed_from_its_record() {
    for kind in &KINDS {
        let stage = Stage::with(|builder| builder.dialect(Dialect::Live)).await;
        let finished = (kind.run)(stage.jogg.clone(), true).await.unwrap();
        assert_eq!(stage.simulator.request_count(kind.operation), 1);
        assert!(!serde_json::to_string(&finished.record).unwrap().contains(KEY));
    }
}

#[tokio::test]
async fn every_kind_fails_as_an_error_that_carries_the_job() {
    for kind in &KINDS {
        let stage = Stage::new().await;
        // Both previews of a batch.
        stage.simulator.fail_next_job("nothing came of it");
        stage.simulator.fail_next_job("nothing came of it");
        let error = (kind.run)(stage.jogg.clone(), false).await.err().expect(kind.operation.id);
        assert_eq!(error.kind(), ErrorKind::JobFailed, "{error}");
        assert_eq!(error.operation(), Some(kind.operation.id));
        assert_eq!(error.job().map(|job| job.operation.as_str()), Some(kind.operation.id));
        assert!(error.raw().is_some() && error.may_have_executed());
        let message = error.to_string();
        let batch = message.ends_with("every image of the batch failed")
            || message.ends_with("every preview failed");
        // Nothing explains why a translation failed.
        let silent = message.ends_with("the API gives no reason");
        let explained = message.ends_with("the job failed: nothing came of it");
        assert!(explained || batch || silent, "{message}");
        assert_eq!(silent, kind.operation.id == "create_video_translation", "{message}");
    }
}
