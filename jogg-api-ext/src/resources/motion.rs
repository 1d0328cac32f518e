//! A presenter in motion, made from a portrait or from a drawing with a product.

use jogg_api::Operation;
use jogg_api::enums::StatusWord;
use jogg_api::operations::{
    ADD_PHOTO_AVATAR_MOTION, ADD_PRODUCT_AVATAR_MOTION, GET_PHOTO_AVATAR_MOTION,
    GET_PRODUCT_AVATAR_MOTION,
};
use jogg_api::types::{GetPhotoAvatarMotionQuery, GetProductAvatarMotionQuery};
use serde_json::Value;

use crate::call::send;
use crate::job::private::Sealed;
use crate::job::report_of;
use crate::{JobRecord, JobReport, JobResult, Jogg, Raw, Result};

/// A presenter in motion: the result of [`PhotoAvatars::add_motion`] and of
/// [`ProductAvatars::add_motion`].
///
/// [`PhotoAvatars::add_motion`]: crate::PhotoAvatars::add_motion
/// [`ProductAvatars::add_motion`]: crate::ProductAvatars::add_motion
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Motion {
    /// The id of the motion job.
    pub motion_id: String,
    /// The number of the avatar, for making videos with it as
    /// [`Avatar::Custom`](crate::Avatar::Custom). The API may leave it out; it is then in the list
    /// of avatars.
    pub avatar_id: Option<i64>,
    /// Where a short video of the avatar can be fetched.
    pub preview_url: String,
    /// The picture it was made from.
    pub image_url: Option<String>,
    /// The avatar's name.
    pub name: Option<String>,
    /// The voice it speaks with.
    pub voice_id: Option<String>,
    /// The `data` of the last report.
    pub raw: Raw,
}

impl Sealed for Motion {}

impl JobResult for Motion {
    const OPERATIONS: &'static [&'static Operation] =
        &[&ADD_PHOTO_AVATAR_MOTION, &ADD_PRODUCT_AVATAR_MOTION];

    async fn look(jogg: Jogg, record: JobRecord) -> Result<JobReport<Self>> {
        let id = record.id.as_str();
        let (seen, payload) = if record.operation == ADD_PRODUCT_AVATAR_MOTION.id {
            let query = GetProductAvatarMotionQuery::new(id);
            let send = send!(get_product_avatar_motion(query));
            seen!(report_of(&jogg, &GET_PRODUCT_AVATAR_MOTION, send))
        } else {
            let query = GetPhotoAvatarMotionQuery::new(id);
            let send = send!(get_photo_avatar_motion(query));
            seen!(report_of(&jogg, &GET_PHOTO_AVATAR_MOTION, send))
        };
        Ok(seen.report(payload, &record))
    }
}

/// What the answer to a look says. The two reports have the same fields, but two types.
macro_rules! seen {
    ($call:expr) => {{
        let (report, payload) = $call.await?;
        let seen = Seen {
            status: report.status,
            motion_id: report.motion_id,
            avatar_id: report.avatar_id,
            preview_url: report.motion_preview_url,
            image_url: report.image_url,
            name: report.name,
            voice_id: report.voice_id,
        };
        (seen, payload)
    }};
}
use seen;

/// What both reports say.
struct Seen {
    status: Option<StatusWord>,
    motion_id: Option<String>,
    avatar_id: Option<i64>,
    preview_url: Option<String>,
    image_url: Option<String>,
    name: Option<String>,
    voice_id: Option<String>,
}

impl Seen {
    fn report(self, payload: Value, record: &JobRecord) -> JobReport<Motion> {
        // It may have come with the answer that started the job, and not again.
        let started_as = record
            .answer
            .get("avatar_id")
            .and_then(|id| id.as_i64().or_else(|| id.as_str()?.trim().parse().ok()));
        JobReport::of(self.status, payload).with_result(|raw| {
            Some(Motion {
                preview_url: self.preview_url?,
                motion_id: self.motion_id.unwrap_or_else(|| record.id.clone()),
                avatar_id: self.avatar_id.or(started_as),
                image_url: self.image_url,
                name: self.name,
                voice_id: self.voice_id,
                raw,
            })
        })
    }
}
