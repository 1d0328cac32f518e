//! Photo avatars: photos that are generated or uploaded, and given motion and a voice.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::enums::MotionModel;
//! use jogg_api_ext::photo_avatars::AddMotion;
//!
//! let photo = jogg.assets().upload_path("me.jpg").await?;
//! let request =
//!     AddMotion::new(photo.url, "Ada", "en-US-ChristopherNeural", MotionModel::V2_0);
//! let job = jogg.photo_avatars().add_motion(request).await?; // paid for from here on
//! println!("{}", job.wait().await?.preview_url);
//! # Ok(()) }
//! ```

use jogg_api::Operation;
use jogg_api::endpoints::{self, AddPhotoAvatarMotion, GetPhotoGeneration};
use jogg_api::enums::{
    AspectRatio, AvatarStatusFilter, MotionModel, PhotoAge, PhotoEthnicity, PhotoGender,
    PhotoModel, PhotoStyle,
};
use jogg_api::operations::{ADD_PHOTO_AVATAR_MOTION, GENERATE_PHOTO};
use jogg_api::types::{
    AddPhotoAvatarMotionRequest, GeneratePhotoRequest, GetPhotoGenerationQuery,
    ListPhotoAvatarsQuery, PhotoReport,
};

use super::estimate::{Estimate, estimate};
use super::motion::Motion;
use crate::call::Call;
use crate::client::Jogg;
use crate::error::Result;
use crate::job_record::JobRecord;
use crate::jobs::{Job, JobReport, JobResult, Raw, Sealed, decoded};
use crate::lists::{Extent, List};
use crate::request::{group, paged_request, request};

pub use jogg_api::types::PhotoAvatar;

group! {
    /// Photo avatars: photos that are generated or uploaded, and given motion and a voice.
    PhotoAvatars, photo_avatars
}

impl PhotoAvatars {
    /// Lists the account's photo avatars. Calls `list_photo_avatars`; free.
    ///
    /// Their status is a number in this list: `JobStatus::from` reads it.
    pub fn list(&self, request: ListAvatars) -> List<PhotoAvatar> {
        List::paged(
            &self.jogg,
            request,
            endpoints::ListPhotoAvatars::new,
            |avatar| avatar.id.to_string(),
            |data| (data.avatars, Extent::default()),
        )
    }

    /// Generates four photos. Calls `generate_photo`; costs [`GeneratePhoto::estimate`] credits
    /// when it is accepted.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the response was lost;
    /// see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn generate(&self, request: GeneratePhoto) -> Call<Job<Generation>> {
        self.jogg.start(request.check_extra(), endpoints::GeneratePhoto::new(request.0))
    }

    /// Returns the generation job of this photo id, to poll or to wait for. Sends nothing.
    pub fn generation_job(&self, photo_id: impl Into<String>) -> Job<Generation> {
        Job::of(&self.jogg, &GENERATE_PHOTO, photo_id)
    }

    /// Adds motion and a voice to a photo, which makes it an avatar. Calls
    /// `add_photo_avatar_motion`; costs [`AddMotion::estimate`] credits when it is accepted, and
    /// takes 2 to 3 minutes, with the model `2.0-Pro` about 12.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the response was lost: it
    /// is never sent twice. Dropping the future while the request is in flight has the same effect,
    /// which only a warning and
    /// [`Observer::on_abandon`](crate::policy::Observer::on_abandon) report. See
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn add_motion(&self, request: AddMotion) -> Call<Job<Motion>> {
        self.jogg.start(request.check_extra(), AddPhotoAvatarMotion::new(request.0))
    }

    /// Returns the motion job of this id, to poll with [`Job::report`] or to wait for. Sends
    /// nothing.
    pub fn motion_job(&self, motion_id: impl Into<String>) -> Job<Motion> {
        Job::of(&self.jogg, &ADD_PHOTO_AVATAR_MOTION, motion_id)
    }
}

paged_request! {
    /// A request for photo avatars.
    pub struct ListAvatars(ListPhotoAvatarsQuery);
    /// Lists only those whose name matches this.
    name: text,
    /// Lists only those in this state.
    status: AvatarStatusFilter,
}

request! {
    /// A request to generate photos.
    pub struct GeneratePhoto(GeneratePhotoRequest);
    /// Sets the ethnicity of the person.
    ethnicity: PhotoEthnicity,
    /// Describes the background.
    background: text,
    /// Describes the appearance of the person.
    appearance: text,
    /// Sets the URL of an image to follow.
    image_url: text,
}

impl GeneratePhoto {
    /// Creates a request with the fields the API requires: age, style and gender of the person, the
    /// model that generates the photos, and their aspect ratio.
    pub fn new(
        age: PhotoAge,
        avatar_style: PhotoStyle,
        gender: PhotoGender,
        model: PhotoModel,
        aspect_ratio: AspectRatio,
    ) -> Self {
        Self(GeneratePhotoRequest::new(age, avatar_style, gender, model, aspect_ratio))
    }

    /// Returns what it costs: the price of four photos. `None` if the price list doesn't say.
    pub fn estimate(&self) -> Option<Estimate> {
        estimate(&GENERATE_PHOTO, &self.0, None)
    }
}

request! {
    /// A request to add motion to a photo.
    pub struct AddMotion(AddPhotoAvatarMotionRequest);
    /// Sets the id of the photo, if the API generated it: [`Generation::photo_id`].
    photo_id: text,
    /// Describes the avatar, in free text.
    description: text,
    /// Sets what the avatar says in greeting.
    welcome_msg: text,
}

impl AddMotion {
    /// Creates a request with the fields the API requires: the photo's URL, the avatar's name, the
    /// voice it speaks with, and the version of the motion model.
    pub fn new(
        image_url: impl Into<String>,
        name: impl Into<String>,
        voice_id: impl Into<String>,
        model: MotionModel,
    ) -> Self {
        Self(AddPhotoAvatarMotionRequest::new(image_url, name, voice_id, model))
    }

    /// Returns what it costs, which depends on the model; `None` if the price list doesn't say.
    pub fn estimate(&self) -> Option<Estimate> {
        estimate(&ADD_PHOTO_AVATAR_MOTION, &self.0, None)
    }
}

/// Generated photos: the result of [`PhotoAvatars::generate`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Generation {
    /// The id of the job, which [`AddMotion::photo_id`] takes.
    pub photo_id: String,
    /// The URLs of the photos; one of them goes into [`AddMotion::new`].
    pub image_urls: Vec<String>,
    /// The photos' keys in the API's storage.
    pub image_keys: Vec<String>,
    /// The `data` of the last report.
    pub raw: Raw,
}

impl Sealed for Generation {}

impl JobResult for Generation {
    const OPERATIONS: &'static [&'static Operation] = &[&GENERATE_PHOTO];

    type Memory = ();

    async fn poll(jogg: Jogg, record: JobRecord, (): &mut ()) -> Result<JobReport<Self>> {
        let query = GetPhotoGenerationQuery::new(record.id.as_str());
        let (report, raw) = jogg.report(GetPhotoGeneration::new(query)).await?;
        Ok(report_on(report, raw, record))
    }

    fn read(record: JobRecord, body: &[u8], raw: Raw) -> Option<JobReport<Self>> {
        Some(report_on(decoded::<GetPhotoGeneration>(body)?, raw, record))
    }

    fn into_raw(self) -> Raw {
        self.raw
    }
}

fn report_on(report: PhotoReport, raw: Raw, record: JobRecord) -> JobReport<Generation> {
    let job = JobReport::of(report.status, report.msg, raw)
        .naming(report.photo_id.as_deref(), &record.id);
    job.with_result(|raw| {
        let image_urls = report.image_url_list;
        (!image_urls.is_empty()).then_some(Generation {
            photo_id: report.photo_id.unwrap_or(record.id),
            image_urls,
            image_keys: report.image_key_list,
            raw,
        })
    })
}
