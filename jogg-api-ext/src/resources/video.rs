//! A finished video, whichever way it was made.

use jogg_api::Operation;
use jogg_api::enums::StatusWord;
use jogg_api::operations::{
    CREATE_VIDEO_FROM_AVATAR, CREATE_VIDEO_FROM_PRODUCT, CREATE_VIDEO_WITH_TEMPLATE,
    GET_AVATAR_VIDEO, GET_PRODUCT_VIDEO, GET_TEMPLATE_VIDEO, RENDER_PRODUCT_PREVIEW,
};
use serde_json::Value;

use crate::call::send;
use crate::job::private::Sealed;
use crate::job::report_of;
use crate::{JobRecord, JobReport, JobResult, Jogg, Raw, Result, aliases};

/// A finished video: the result of [`AvatarVideos::create`], [`ProductVideos::create`],
/// [`ProductVideos::render`] and [`TemplateVideos::create`]. Their jobs have one type, so that they
/// can be waited for together.
///
/// The API has several names for some of this; here each thing has one.
///
/// [`AvatarVideos::create`]: crate::AvatarVideos::create
/// [`ProductVideos::create`]: crate::ProductVideos::create
/// [`ProductVideos::render`]: crate::ProductVideos::render
/// [`TemplateVideos::create`]: crate::TemplateVideos::create
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Video {
    /// The id of the video.
    pub video_id: String,
    /// Where it can be fetched. A fresh one may not be there yet;
    /// [`Assets::download`](crate::Assets::download) tries again.
    pub url: String,
    /// A still picture to stand for it.
    pub cover_url: Option<String>,
    /// Running time in seconds.
    pub duration_seconds: Option<f64>,
    /// What it is called.
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

    async fn look(jogg: Jogg, record: JobRecord) -> Result<JobReport<Self>> {
        let id = record.id.clone();
        let (seen, payload) = if record.operation == CREATE_VIDEO_FROM_AVATAR.id {
            let send = send!(get_avatar_video(id));
            let (report, payload) = report_of(&jogg, &GET_AVATAR_VIDEO, send).await?;
            let seen = Seen {
                status: report.status,
                video_id: report.video_id.or(report.id),
                created_at: report.created_at,
                ..Seen::default()
            };
            (seen, payload)
        } else if record.operation == CREATE_VIDEO_WITH_TEMPLATE.id {
            let send = send!(get_template_video(id));
            let (report, payload) = report_of(&jogg, &GET_TEMPLATE_VIDEO, send).await?;
            let output = report.data.unwrap_or_default();
            let seen = Seen {
                status: report.status,
                video_id: report.video_id,
                name: output.video_name,
                created_at: report.created_at,
                completed_at: report.completed_at,
                deducted_credit: output.deducted_credit,
            };
            (seen, payload)
        } else {
            let send = send!(get_product_video(id));
            let (report, payload) = report_of(&jogg, &GET_PRODUCT_VIDEO, send).await?;
            let seen = Seen {
                status: report.status,
                name: report.title,
                created_at: report.created_at,
                deducted_credit: report.deducted_credit,
                ..Seen::default()
            };
            (seen, payload)
        };
        Ok(seen.report(payload, record.id))
    }
}

/// What the three reports say under names of their own. URL, cover and duration have so many names
/// that they are looked for in the payload.
#[derive(Default)]
struct Seen {
    status: Option<StatusWord>,
    video_id: Option<String>,
    name: Option<String>,
    created_at: Option<i64>,
    completed_at: Option<i64>,
    deducted_credit: Option<f64>,
}

impl Seen {
    fn report(self, payload: Value, id: String) -> JobReport<Video> {
        JobReport::of(self.status, payload).with_result(|raw| {
            Some(Video {
                url: aliases::url(&raw)?,
                video_id: self.video_id.unwrap_or(id),
                cover_url: aliases::text(&raw, &["cover_url"]),
                duration_seconds: aliases::duration_seconds(&raw),
                name: self.name,
                created_at: self.created_at,
                completed_at: self.completed_at,
                deducted_credit: self.deducted_credit,
                raw,
            })
        })
    }
}
