//! An avatar in motion, made from a photo or from an image with a product.

use jogg_api::Operation;
use jogg_api::endpoints::{GetPhotoAvatarMotion, GetProductAvatarMotion};
use jogg_api::operations::{ADD_PHOTO_AVATAR_MOTION, ADD_PRODUCT_AVATAR_MOTION};
use jogg_api::types::{
    GetPhotoAvatarMotionQuery, GetProductAvatarMotionQuery, MotionReport, MotionSubmission,
    ProductAvatarMotionSubmission,
};
use serde::Deserialize;

use crate::client::Jogg;
use crate::error::Result;
use crate::job_record::JobRecord;
use crate::jobs::{JobReport, JobResult, Raw, Sealed, decoded};

/// An avatar in motion: the result of [`PhotoAvatars::add_motion`] and of
/// [`ProductAvatars::add_motion`].
///
/// [`PhotoAvatars::add_motion`]: crate::photo_avatars::PhotoAvatars::add_motion
/// [`ProductAvatars::add_motion`]: crate::product_avatars::ProductAvatars::add_motion
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Motion {
    /// The id of the motion job.
    pub motion_id: String,
    /// The number of the avatar, for making videos with it as
    /// [`Avatar::Custom`](crate::avatars::Avatar::Custom). The API may omit it; it is then in the
    /// list of avatars.
    pub avatar_id: Option<i64>,
    /// The URL of a short video of the avatar.
    pub preview_url: String,
    /// The URL of the image it was made from.
    pub image_url: Option<String>,
    /// The avatar's name.
    pub name: Option<String>,
    /// The id of the voice it speaks with.
    pub voice_id: Option<String>,
    /// The `data` of the last report.
    pub raw: Raw,
}

impl Sealed for Motion {}

impl JobResult for Motion {
    const OPERATIONS: &'static [&'static Operation] =
        &[&ADD_PHOTO_AVATAR_MOTION, &ADD_PRODUCT_AVATAR_MOTION];

    type Memory = ();

    async fn poll(jogg: Jogg, record: JobRecord, (): &mut ()) -> Result<JobReport<Self>> {
        let id = record.id.as_str();
        let (report, raw) = if record.operation == ADD_PRODUCT_AVATAR_MOTION.id {
            let query = GetProductAvatarMotionQuery::new(id);
            jogg.report(GetProductAvatarMotion::new(query)).await?
        } else {
            let query = GetPhotoAvatarMotionQuery::new(id);
            jogg.report(GetPhotoAvatarMotion::new(query)).await?
        };
        Ok(report_on(report, raw, record))
    }

    fn read(record: JobRecord, body: &[u8], raw: Raw) -> Option<JobReport<Self>> {
        Some(report_on(decoded::<GetPhotoAvatarMotion>(body)?, raw, record))
    }

    fn into_raw(self) -> Raw {
        self.raw
    }
}

fn report_on(report: MotionReport, raw: Raw, record: JobRecord) -> JobReport<Motion> {
    let job = JobReport::of(report.status, report.error_msg, raw)
        .naming(report.motion_id.as_deref(), &record.id);
    job.with_result(|raw| {
        Some(Motion {
            preview_url: report.motion_preview_url?,
            avatar_id: report.avatar_id.or_else(|| started_avatar_id(&record)),
            motion_id: report.motion_id.unwrap_or(record.id),
            image_url: report.image_url,
            name: report.name,
            voice_id: report.voice_id,
            raw,
        })
    })
}

/// Reads the id from the response that started the job: the report may lack it.
fn started_avatar_id(record: &JobRecord) -> Option<i64> {
    if record.operation == ADD_PRODUCT_AVATAR_MOTION.id {
        return ProductAvatarMotionSubmission::deserialize(&record.raw).ok()?.avatar_id;
    }
    MotionSubmission::deserialize(&record.raw).ok()?.avatar_id
}
