//! Photo avatars: portraits that are drawn, listed, and given motion.

use jogg_api::Operation;
use jogg_api::enums::{
    AspectRatio, AvatarStatusFilter, MotionModel, PhotoAge, PhotoEthnicity, PhotoGender,
    PhotoModel, PhotoStyle,
};
use jogg_api::operations::{
    ADD_PHOTO_AVATAR_MOTION, GENERATE_PHOTO, GET_PHOTO_GENERATION, LIST_PHOTO_AVATARS,
};
use jogg_api::types::{
    AddPhotoAvatarMotionRequest, GeneratePhotoRequest, GetPhotoGenerationQuery,
    ListPhotoAvatarsQuery, PhotoAvatar,
};

use super::resource;
use crate::call::send;
use crate::credits::estimate;
use crate::job::private::Sealed;
use crate::job::report_of;
use crate::page::Extent;
use crate::request::{paged_request, request};
use crate::{
    Call, Estimate, Job, JobRecord, JobReport, JobResult, Jogg, List, Motion, Raw, Result,
};

resource! {
    /// Portraits that are drawn, listed, and given motion. From
    /// [`Jogg::photo_avatars`](crate::Jogg::photo_avatars).
    PhotoAvatars
}

impl PhotoAvatars {
    /// The account's photo avatars. Calls `list_photo_avatars`; free.
    ///
    /// Their status is a number in this list: `JobStatus::from` reads it.
    pub fn list(&self, request: ListPhotoAvatars) -> List<PhotoAvatar> {
        let jogg = self.jogg.clone();
        List::paged(
            request.paging(),
            |avatar| avatar.id.map(|id| id.to_string()),
            move |page| {
                let (query, checked) = (request.on_page(page), request.check());
                jogg.page(&LIST_PHOTO_AVATARS, checked, send!(list_photo_avatars(query)), |data| {
                    (data.avatars, Extent::default())
                })
            },
        )
    }

    /// Draws four portraits. Calls `generate_photo`; costs [`GeneratePhoto::estimate`] credits
    /// when it is accepted.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the answer was lost; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn generate(&self, request: GeneratePhoto) -> Call<Job<PhotoGeneration>> {
        let (body, checked) = (request.0.clone(), request.check_extra());
        self.jogg.start(&GENERATE_PHOTO, checked, send!(generate_photo(body)))
    }

    /// The drawing job of this id, to look at or to wait for. Sends nothing.
    pub fn generation(&self, photo_id: impl Into<String>) -> Job<PhotoGeneration> {
        Job::of(self.jogg.clone(), &GENERATE_PHOTO, photo_id)
    }

    /// Gives a portrait motion and a voice, which makes it an avatar. Calls
    /// `add_photo_avatar_motion`; costs [`AddMotion::estimate`] credits when it is accepted, and
    /// takes 2 to 3 minutes.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the answer was lost: it
    /// is never sent twice. Dropping the future while the request is under way has the same effect,
    /// which only a warning and [`Observer::abandoned`](crate::Observer::abandoned) tell. See
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn add_motion(&self, request: AddMotion) -> Call<Job<Motion>> {
        let (body, checked) = (request.0.clone(), request.check_extra());
        self.jogg.start(&ADD_PHOTO_AVATAR_MOTION, checked, send!(add_photo_avatar_motion(body)))
    }

    /// The motion job of this id, to look at with [`Job::status`] or to wait for. Sends nothing.
    pub fn motion(&self, motion_id: impl Into<String>) -> Job<Motion> {
        Job::of(self.jogg.clone(), &ADD_PHOTO_AVATAR_MOTION, motion_id)
    }
}

paged_request! {
    /// Which photo avatars to list.
    pub struct ListPhotoAvatars(ListPhotoAvatarsQuery);
    /// Those whose name matches this.
    name: text,
    /// Those in this state.
    status: AvatarStatusFilter,
}

request! {
    /// Portraits to be drawn.
    pub struct GeneratePhoto(GeneratePhotoRequest);
    /// The ethnicity of the person.
    ethnicity: PhotoEthnicity,
    /// What is to be seen behind the person, in words.
    background: text,
    /// How the person should look, in words.
    appearance: text,
    /// A picture to follow.
    image_url: text,
}

impl GeneratePhoto {
    /// With the fields the API requires: age, general look and gender of the person, the model
    /// that draws, and the shape of the portraits.
    pub fn new(
        age: PhotoAge,
        avatar_style: PhotoStyle,
        gender: PhotoGender,
        model: PhotoModel,
        aspect_ratio: AspectRatio,
    ) -> Self {
        Self(GeneratePhotoRequest::new(age, avatar_style, gender, model, aspect_ratio))
    }

    /// What it costs: the price of four portraits. `None` if the price list does not say.
    pub fn estimate(&self) -> Option<Estimate> {
        estimate(&GENERATE_PHOTO, &self.0, None)
    }
}

request! {
    /// A portrait to give motion to.
    pub struct AddMotion(AddPhotoAvatarMotionRequest);
    /// The id of the portrait, if the API drew it: [`PhotoGeneration::photo_id`].
    photo_id: text,
    /// Free text about the avatar.
    description: text,
    /// What the avatar says in greeting.
    welcome_msg: text,
}

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

    /// What it costs, which depends on the model. `None` if the price list does not say.
    pub fn estimate(&self) -> Option<Estimate> {
        estimate(&ADD_PHOTO_AVATAR_MOTION, &self.0, None)
    }
}

/// Portraits: the result of [`PhotoAvatars::generate`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PhotoGeneration {
    /// The id of the job, which [`AddMotion::photo_id`] takes.
    pub photo_id: String,
    /// Where the portraits can be fetched; one of them goes into [`AddMotion::new`].
    pub image_urls: Vec<String>,
    /// The portraits' keys in the API's storage.
    pub image_keys: Vec<String>,
    /// The `data` of the last report.
    pub raw: Raw,
}

impl Sealed for PhotoGeneration {}

impl JobResult for PhotoGeneration {
    const OPERATIONS: &'static [&'static Operation] = &[&GENERATE_PHOTO];

    async fn look(jogg: Jogg, record: JobRecord) -> Result<JobReport<Self>> {
        let query = GetPhotoGenerationQuery::new(record.id.as_str());
        let send = send!(get_photo_generation(query));
        let (report, payload) = report_of(&jogg, &GET_PHOTO_GENERATION, send).await?;
        Ok(JobReport::of(report.status, payload).with_result(|raw| {
            let image_urls = report.image_url_list;
            (!image_urls.is_empty()).then_some(Self {
                photo_id: report.photo_id.unwrap_or(record.id),
                image_urls,
                image_keys: report.image_key_list,
                raw,
            })
        }))
    }
}
