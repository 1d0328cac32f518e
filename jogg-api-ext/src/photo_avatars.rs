//! Photo avatars: portraits that are listed, and given motion.

use jogg_api::Operation;
use jogg_api::operations::{ADD_PHOTO_AVATAR_MOTION, GET_PHOTO_AVATAR_MOTION, LIST_PHOTO_AVATARS};
use jogg_api::types::{
    AddPhotoAvatarMotionRequest, AvatarStatusFilter, GetPhotoAvatarMotionQuery,
    ListPhotoAvatarsQuery, MotionModel, MotionReport, MotionSubmission, PhotoAvatar,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::credits::estimate;
use crate::job::private::Sealed;
use crate::request::check_extra;
use crate::{Job, JobRecord, JobReport, JobResult, JobStatus, Jogg, Page, Result};

/// The photo avatars of the account. From [`Jogg::photo_avatars`].
#[derive(Clone, Debug)]
pub struct PhotoAvatars {
    jogg: Jogg,
}

impl PhotoAvatars {
    pub(crate) fn new(jogg: Jogg) -> Self {
        Self { jogg }
    }

    /// One page of the account's photo avatars. Calls `list_photo_avatars`; free.
    ///
    /// Their status is a number in this list: `JobStatus::from` reads it.
    ///
    /// # Errors
    /// Those of a read; see [`ErrorKind`](crate::ErrorKind).
    pub fn list(
        &self,
        request: ListPhotoAvatars,
    ) -> impl Future<Output = Result<Page<PhotoAvatar>>> + Send + use<> {
        let jogg = self.jogg.clone();
        async move {
            let query = request.0;
            let called = jogg
                .call(&LIST_PHOTO_AVATARS, |api| {
                    let query = query.clone();
                    async move { api.list_photo_avatars(&query).await }
                })
                .await?;
            let answer = called.answer;
            Ok(Page::new(answer, |data| data.avatars))
        }
    }

    /// Gives a portrait motion and a voice, which makes it an avatar. Calls
    /// `add_photo_avatar_motion`; costs [`AddMotion::estimate`] credits when it is accepted, and
    /// takes 2 to 3 minutes.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the answer was lost: it
    /// is never sent twice. Dropping the future while the request is under way has the same effect,
    /// which only a warning and [`Observer::abandoned`](crate::Observer::abandoned) tell. See [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn add_motion(
        &self,
        request: AddMotion,
    ) -> impl Future<Output = Result<Job<Motion>>> + Send + use<> {
        let jogg = self.jogg.clone();
        async move {
            let operation = &ADD_PHOTO_AVATAR_MOTION;
            let body = request.0;
            check_extra(operation, AddPhotoAvatarMotionRequest::FIELDS, &body.extra)?;
            let called = jogg
                .call(operation, |api| {
                    let body = body.clone();
                    async move { api.add_photo_avatar_motion(&body).await }
                })
                .await?;
            let answer = called.answer.payload();
            // `call` has made sure that there is an id.
            let id = called.answer.data.and_then(|data| data.motion_id).unwrap_or_default();
            Ok(Job::started(jogg.clone(), id, called.sent_at, answer))
        }
    }

    /// The motion job of this id, to look at with [`Job::status`] or to wait for. Sends nothing.
    pub fn motion(&self, motion_id: impl Into<String>) -> Job<Motion> {
        Job::of(self.jogg.clone(), motion_id)
    }
}

/// Which photo avatars to list.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[must_use]
#[serde(transparent)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct ListPhotoAvatars(ListPhotoAvatarsQuery);

impl ListPhotoAvatars {
    /// All of them, from the first page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those whose name contains this.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.0.name = Some(name.into());
        self
    }

    /// Those in this state.
    pub fn status(mut self, status: AvatarStatusFilter) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Which page, from 1.
    pub fn page(mut self, page: u32) -> Self {
        self.0.page = Some(page.into());
        self
    }

    /// How many on a page, 1 to 100; 10 unless set.
    pub fn page_size(mut self, page_size: u32) -> Self {
        self.0.page_size = Some(page_size.into());
        self
    }
}

/// A portrait to give motion to.
///
/// It serialises and deserialises in the API's own form, so that the arguments of a tool call can
/// be read into it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[must_use]
#[serde(transparent)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct AddMotion(AddPhotoAvatarMotionRequest);

impl AddMotion {
    /// With the fields the API requires: the portrait's URL, the avatar's name, the voice it
    /// speaks with, and the version of the motion model.
    pub fn new(
        image_url: impl Into<String>,
        name: impl Into<String>,
        voice_id: impl Into<String>,
        model: MotionModel,
    ) -> Self {
        Self(AddPhotoAvatarMotionRequest::new(image_url, name, voice_id, model))
    }

    /// The id of the portrait, if the API generated it.
    pub fn photo_id(mut self, photo_id: impl Into<String>) -> Self {
        self.0.photo_id = Some(photo_id.into());
        self
    }

    /// Free text about the avatar.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.0.description = Some(description.into());
        self
    }

    /// What the avatar says in greeting.
    pub fn welcome_msg(mut self, welcome_msg: impl Into<String>) -> Self {
        self.0.welcome_msg = Some(welcome_msg.into());
        self
    }

    /// A field this crate does not know yet, sent as it is.
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.extra.insert(name.into(), value.into());
        self
    }

    /// What it costs in credits, by the vendor's prices of March 2026; `None` if they do not say.
    pub fn estimate(&self) -> Option<f64> {
        let body = serde_json::to_value(&self.0).unwrap_or_default();
        estimate(&ADD_PHOTO_AVATAR_MOTION, &body, None)
    }
}

/// A photo avatar in motion: the result of [`PhotoAvatars::add_motion`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Motion {
    /// The id of the motion job.
    pub motion_id: String,
    /// The id of the avatar, for making videos with it. The API may leave it out; it is then in
    /// [`PhotoAvatars::list`].
    pub avatar_id: Option<i64>,
    /// Where a short video of the avatar can be fetched.
    pub preview_url: String,
    /// The portrait it was made from.
    pub image_url: Option<String>,
    /// The avatar's name.
    pub name: Option<String>,
    /// The voice it speaks with.
    pub voice_id: Option<String>,
    /// The `data` of the last report, as received.
    pub raw: Value,
}

impl Sealed for Motion {}

impl JobResult for Motion {
    const OPERATION: &'static Operation = &ADD_PHOTO_AVATAR_MOTION;

    async fn look(jogg: Jogg, record: JobRecord) -> Result<JobReport<Self>> {
        let query = GetPhotoAvatarMotionQuery::new(record.id.as_str());
        let called = jogg
            .call(&GET_PHOTO_AVATAR_MOTION, |api| {
                let query = query.clone();
                async move { api.get_photo_avatar_motion(&query).await }
            })
            .await?;
        let answer = called.answer;
        let payload = answer.payload();
        Ok(report(answer.data.unwrap_or_default(), payload, &record))
    }
}

fn report(report: MotionReport, payload: Value, record: &JobRecord) -> JobReport<Motion> {
    let word = report.status.as_ref().map(|word| word.as_str().to_owned()).unwrap_or_default();
    let status = report.status.as_ref().map_or(JobStatus::Unknown, JobStatus::from);
    // It may have come with the answer that started the job, and not again.
    let started_as = serde_json::from_value::<MotionSubmission>(record.answer.clone());
    let started_as = started_as.ok().and_then(|answer| answer.avatar_id);
    let result =
        report.motion_preview_url.filter(|_| status == JobStatus::Completed).map(|url| Motion {
            motion_id: report.motion_id.unwrap_or_else(|| record.id.clone()),
            avatar_id: report.avatar_id.or(started_as),
            preview_url: url,
            image_url: report.image_url,
            name: report.name,
            voice_id: report.voice_id,
            raw: payload.clone(),
        });
    JobReport { status, word, result, error: report.error_msg, payload }
}
