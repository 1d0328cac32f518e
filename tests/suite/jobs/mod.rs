//! Jobs of every kind: started, waited for, failed, resumed, and waited for together.

mod batches;
mod kinds;
mod motion;
mod together;
mod waits;

use jogg_api::Operation;
use jogg_api_ext::avatar_videos::Speech;
use jogg_api_ext::avatars::Avatar;
use jogg_api_ext::enums::{
    AspectRatio, AvatarKind, ImageAspectRatio, ImageCount, ImageQuality, Language, MotionModel,
    PhotoAge, PhotoGender, PhotoModel, PhotoStyle, ScreenStyle, ScriptStyle, VideoLength,
};
use jogg_api_ext::photo_avatars::GeneratePhoto;
use jogg_api_ext::product_avatars::GenerateImages;
use jogg_api_ext::product_videos::{CreatePreviews, Previews, RenderPreview};
use jogg_api_ext::scripts::{CreateScript, GeneratedScripts};
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::template_videos::TemplateValue;
use jogg_api_ext::translations::{CreateTranslation, Translation};
use jogg_api_ext::{
    BoxFuture, Job, JobRecord, Jogg, Motion, Result, Video, avatar_videos, lip_sync, photo_avatars,
    product_avatars, product_videos, scripts, template_videos,
};
use serde_json::{Value, json};

/// What became of a job.
struct Finished {
    record: JobRecord,
    /// The result as `Debug` shows it.
    shown: String,
    raw: Value,
}

/// One way to start a job.
struct Kind {
    operation: &'static Operation,
    /// Starts a job and waits for it; by way of its stored record if told so.
    run: fn(Jogg, bool) -> BoxFuture<Result<Finished>>,
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
    kind!(CREATE_VIDEO_FROM_AVATAR, Video, |jogg| jogg.avatar_videos().create(avatar_video())),
    kind!(CREATE_VIDEO_FROM_PRODUCT, Video, |jogg| {
        let (style, language) = (ScriptStyle::Storytime, Language::English);
        let avatar = Avatar::Public(81);
        let length = VideoLength::Seconds30;
        let request =
            product_videos::CreateVideo::new("product_1", length, avatar, style, language);
        jogg.product_videos().create(request)
    }),
    kind!(CREATE_PRODUCT_PREVIEWS, Previews, |jogg| {
        jogg.product_videos().create_previews(previews(["Calm", "Loud"]))
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
    kind!(CREATE_AI_SCRIPT, GeneratedScripts, |jogg| {
        let source = scripts::Source::Product("product_1".to_owned());
        let (style, language) = (ScriptStyle::Discovery, Language::English);
        jogg.scripts().create(CreateScript::new(language, VideoLength::Seconds15, style, source))
    }),
    kind!(GENERATE_PHOTO, photo_avatars::Generation, |jogg| {
        let request = GeneratePhoto::new(
            PhotoAge::Adult,
            PhotoStyle::Professional,
            PhotoGender::Female,
            PhotoModel::Modern,
            AspectRatio::Portrait,
        );
        jogg.photo_avatars().generate(request)
    }),
    kind!(ADD_PHOTO_AVATAR_MOTION, Motion, |jogg| {
        let request =
            photo_avatars::AddMotion::new("https://a.example/p.jpg", "Ada", "v", MotionModel::V3_0);
        jogg.photo_avatars().add_motion(request)
    }),
    kind!(GENERATE_PRODUCT_AVATAR_IMAGES, product_avatars::Images, |jogg| {
        jogg.product_avatars().generate(product_avatar_images())
    }),
    kind!(ADD_PRODUCT_AVATAR_MOTION, Motion, |jogg| {
        let request = product_avatars::AddMotion::new("generation_1", "Ada", "v", "waves");
        jogg.product_avatars().add_motion(request)
    }),
];

/// The kind of job that this operation starts.
fn kind(operation: &str) -> &'static Kind {
    KINDS.iter().find(|kind| kind.operation.id == operation).expect("it starts a job")
}

fn avatar_video() -> avatar_videos::CreateVideo {
    let speech = Speech::script("en-US-X", "Hello.");
    let (aspect_ratio, style) = (AspectRatio::Portrait, ScreenStyle::WithBackground);
    avatar_videos::CreateVideo::new(Avatar::Public(81), speech, aspect_ratio, style)
}

fn previews<const N: usize>(visual_styles: [&str; N]) -> CreatePreviews {
    CreatePreviews::new(
        "product_1",
        visual_styles,
        VideoLength::Seconds15,
        Avatar::Custom(7),
        ScriptStyle::Data,
        Language::English,
    )
}

fn product_avatar_images() -> GenerateImages {
    let source = product_avatars::Source::Avatar { avatar_id: 81, avatar_type: AvatarKind::Public };
    GenerateImages::new(
        "https://a.example/mug.png",
        source,
        ImageQuality::High,
        ImageAspectRatio::Square,
        ImageCount::Four,
    )
}

/// An answer of the API with this `data`.
fn answer(data: Value) -> Reply {
    Reply::json(200, json!({"code": 0, "msg": "Success", "data": data}))
}
