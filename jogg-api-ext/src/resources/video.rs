//! A finished video, whichever way it was made.

use jogg_api::Operation;
use jogg_api::endpoints::{GetAvatarVideo, GetProductVideo, GetTemplateVideo};
use jogg_api::enums::RawStatus;
use jogg_api::operations::{
    CREATE_VIDEO_FROM_AVATAR, CREATE_VIDEO_FROM_PRODUCT, CREATE_VIDEO_WITH_TEMPLATE,
    RENDER_PRODUCT_PREVIEW,
};
use jogg_api::types::{AvatarVideoReport, ProductVideoReport, TemplateVideoReport};

use crate::client::Jogg;
use crate::error::Result;
use crate::job_record::JobRecord;
use crate::jobs::{JobReport, JobResult, Raw, Sealed, decoded, fields};

/// A finished video: the result of [`AvatarVideos::create`], [`ProductVideos::create`],
/// [`ProductVideos::render`] and [`TemplateVideos::create`]. Their jobs have one type, so that they
/// can be waited for together.
///
/// The API has several names for some of this; here each thing has one.
///
/// [`AvatarVideos::create`]: crate::avatar_videos::AvatarVideos::create
/// [`ProductVideos::create`]: crate::product_videos::ProductVideos::create
/// [`ProductVideos::render`]: crate::product_videos::ProductVideos::render
/// [`TemplateVideos::create`]: crate::template_videos::TemplateVideos::create
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Video {
    /// The id of the video.
    pub video_id: String,
    /// Its URL. The file behind a fresh one may not be there yet;
    /// [`Assets::download`](crate::assets::Assets::download) retries.
    pub url: String,
    /// The URL of a still image of it.
    pub cover_url: Option<String>,
    /// Its length in seconds.
    pub duration_seconds: Option<f64>,
    /// Its name.
    pub name: Option<String>,
    /// When it was created, in Unix seconds.
    pub created_at: Option<i64>,
    /// When it was finished, in Unix seconds.
    pub completed_at: Option<i64>,
    /// Credits taken for it.
    pub deducted_credit: Option<f64>,
    /// The `data` of the last report.
    pub raw: Raw,
}

impl Sealed for Video {}

impl JobResult for Video {
    const OPERATIONS: &'static [&'static Operation] = &[
        &CREATE_VIDEO_FROM_AVATAR,
        &CREATE_VIDEO_FROM_PRODUCT,
        &CREATE_VIDEO_WITH_TEMPLATE,
        &RENDER_PRODUCT_PREVIEW,
    ];

    type Memory = ();

    async fn poll(jogg: Jogg, record: JobRecord, (): &mut ()) -> Result<JobReport<Self>> {
        let id = record.id.as_str();
        let (report, raw) = if record.operation == CREATE_VIDEO_FROM_AVATAR.id {
            let (report, raw) = jogg.report(GetAvatarVideo::new(id)).await?;
            (VideoReport::from(report), raw)
        } else if record.operation == CREATE_VIDEO_WITH_TEMPLATE.id {
            let (report, raw) = jogg.report(GetTemplateVideo::new(id)).await?;
            (VideoReport::from(report), raw)
        } else {
            let (report, raw) = jogg.report(GetProductVideo::new(id)).await?;
            (VideoReport::from(report), raw)
        };
        Ok(report.of_job(raw, record.id))
    }

    fn read(record: JobRecord, body: &[u8], raw: Raw) -> Option<JobReport<Self>> {
        let report = if record.operation == CREATE_VIDEO_FROM_AVATAR.id {
            decoded::<GetAvatarVideo>(body)?.into()
        } else if record.operation == CREATE_VIDEO_WITH_TEMPLATE.id {
            decoded::<GetTemplateVideo>(body)?.into()
        } else {
            VideoReport::from(decoded::<GetProductVideo>(body)?)
        };
        Some(report.of_job(raw, record.id))
    }

    fn into_raw(self) -> Raw {
        self.raw
    }
}

/// What the three reports say, each under its own names.
#[derive(Default)]
struct VideoReport {
    status: Option<RawStatus>,
    error: Option<String>,
    video_id: Option<String>,
    url: Option<String>,
    cover_url: Option<String>,
    duration_seconds: Option<f64>,
    name: Option<String>,
    created_at: Option<i64>,
    completed_at: Option<i64>,
    deducted_credit: Option<f64>,
}

impl From<AvatarVideoReport> for VideoReport {
    fn from(report: AvatarVideoReport) -> Self {
        Self {
            status: report.status,
            error: report.error.and_then(|error| error.message),
            video_id: report.video_id.or(report.id),
            url: report.video_url,
            cover_url: report.cover_url,
            duration_seconds: report.duration,
            created_at: report.created_at,
            ..Self::default()
        }
    }
}

impl From<ProductVideoReport> for VideoReport {
    fn from(report: ProductVideoReport) -> Self {
        Self {
            status: report.status,
            error: report.error.and_then(|error| error.message),
            url: report.video_url,
            cover_url: report.cover_url,
            name: report.title,
            created_at: report.created_at,
            deducted_credit: report.deducted_credit,
            ..Self::default()
        }
    }
}

impl From<TemplateVideoReport> for VideoReport {
    fn from(report: TemplateVideoReport) -> Self {
        let output = report.data.unwrap_or_default();
        Self {
            status: report.status,
            error: report.error.and_then(|error| error.message),
            video_id: report.video_id,
            url: output.url,
            cover_url: output.cover_url,
            duration_seconds: output.duration_seconds,
            name: output.video_name,
            created_at: report.created_at,
            completed_at: report.completed_at,
            deducted_credit: output.deducted_credit,
        }
    }
}

impl VideoReport {
    fn of_job(self, raw: Raw, id: String) -> JobReport<Video> {
        let job = JobReport::of(self.status, self.error, raw).naming(self.video_id.as_deref(), &id);
        job.with_result(|raw| {
            Some(Video {
                url: self.url.or_else(|| fields::url(&raw))?,
                video_id: self.video_id.unwrap_or(id),
                cover_url: self.cover_url.or_else(|| fields::cover_url(&raw)),
                duration_seconds: self.duration_seconds.or_else(|| fields::duration_seconds(&raw)),
                name: self.name,
                created_at: self.created_at,
                completed_at: self.completed_at,
                deducted_credit: self.deducted_credit,
                raw,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(operation: &'static Operation, data: Value) -> JobReport<Video> {
        let body = json!({"code": 0, "msg": "Success", "data": data}).to_string();
        let record = JobRecord::new(operation, "v1");
        Video::read(record, body.as_bytes(), data.into()).expect("it can be read")
    }

    #[test]
    fn each_report_is_read_by_the_names_that_its_operation_has() {
        let avatar = json!({
            "video_id": "v1", "status": "completed", "video_url": "u", "cover_url": "c",
            "duration": 12.5, "created_at": 1_750_000_000,
        });
        let product = json!({
            "id": "v1", "status": "completed", "video_url": "u", "cover_url": "c", "title": "Mug",
            "duration": 12.5, "created_at": 1_750_000_000, "deducted_credit": 3.5,
        });
        let template = json!({
            "video_id": "v1", "status": "completed", "created_at": 1_750_000_000,
            "completed_at": 1_750_000_100,
            "data": {
                "url": "u", "cover_url": "c", "duration_seconds": 12.5, "video_name": "Mug",
                "deducted_credit": 3.5,
            },
        });
        for (operation, data, name, completed_at, deducted_credit) in [
            (&CREATE_VIDEO_FROM_AVATAR, avatar, None, None, None),
            (&CREATE_VIDEO_FROM_PRODUCT, product.clone(), Some("Mug"), None, Some(3.5)),
            (&RENDER_PRODUCT_PREVIEW, product, Some("Mug"), None, Some(3.5)),
            (&CREATE_VIDEO_WITH_TEMPLATE, template, Some("Mug"), Some(1_750_000_100), Some(3.5)),
        ] {
            let expected = Video {
                video_id: "v1".to_owned(),
                url: "u".to_owned(),
                cover_url: Some("c".to_owned()),
                duration_seconds: Some(12.5),
                name: name.map(str::to_owned),
                created_at: Some(1_750_000_000),
                completed_at,
                deducted_credit,
                raw: data.clone().into(),
            };
            assert_eq!(read(operation, data).result, Some(expected), "{}", operation.id);
        }
    }
}
