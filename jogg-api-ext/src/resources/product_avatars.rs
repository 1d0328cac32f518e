//! Product avatars: presenters drawn together with a product, and given motion.

use jogg_api::Operation;
use jogg_api::enums::{
    AspectRatio, AvatarKind, AvatarSourceType, ImageAspectRatio, ImageCount, ImageQuality,
    ProductAvatarAspectRatio, ProductAvatarMotionModel,
};
use jogg_api::operations::{
    ADD_PRODUCT_AVATAR_MOTION, GENERATE_PRODUCT_AVATAR_IMAGES, GET_PRODUCT_AVATAR_IMAGES,
    LIST_PRODUCT_AVATARS,
};
use jogg_api::types::{
    AddProductAvatarMotionRequest, AvatarSource, GenerateProductAvatarImagesRequest,
    ListProductAvatarsQuery, ProductAvatar, ProductAvatarImage, ProductAvatarImageReport,
};
use serde_json::Value;

use super::resource;
use crate::call::send;
use crate::credits::estimate;
use crate::job::private::Sealed;
use crate::page::Extent;
use crate::request::{list_request, needed, request};
use crate::{
    Call, Estimate, Job, JobRecord, JobReport, JobResult, JobStatus, Jogg, List, Motion, Raw,
    Result, aliases,
};

resource! {
    /// Presenters drawn together with a product, and given motion. From
    /// [`Jogg::product_avatars`](crate::Jogg::product_avatars).
    ProductAvatars
}

impl ProductAvatars {
    /// The account's product avatars, all at once. Calls `list_product_avatars`; free.
    ///
    /// Their status is a number in this list: `JobStatus::from` reads it.
    pub fn list(&self, request: ListProductAvatars) -> List<ProductAvatar> {
        let jogg = self.jogg.clone();
        let id = |avatar: &ProductAvatar| avatar.avatar_id.map(|id| id.to_string());
        List::whole(id, move || {
            let (query, checked) = (request.0.clone(), request.check_filters());
            jogg.page(&LIST_PRODUCT_AVATARS, checked, send!(list_product_avatars(query)), |data| {
                (data.product_avatars, Extent::default())
            })
        })
    }

    /// Draws a presenter with a product, one to four times as one batch. Calls
    /// `generate_product_avatar_images`; the vendor publishes no price for it.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the answer was lost; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn generate(&self, request: GenerateProductAvatarImages) -> Call<Job<ProductAvatarImages>> {
        let (body, checked) = (request.0.clone(), request.check());
        let send = send!(generate_product_avatar_images(body));
        self.jogg.start(&GENERATE_PRODUCT_AVATAR_IMAGES, checked, send)
    }

    /// The batch of drawings of this id, to look at or to wait for. Sends nothing.
    pub fn images(&self, batch_id: impl Into<String>) -> Job<ProductAvatarImages> {
        Job::of(self.jogg.clone(), &GENERATE_PRODUCT_AVATAR_IMAGES, batch_id)
    }

    /// Gives a drawing motion and a voice, which makes it an avatar. Calls
    /// `add_product_avatar_motion`; the vendor publishes no price for it.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the answer was lost; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn add_motion(&self, request: AddProductAvatarMotion) -> Call<Job<Motion>> {
        let (body, checked) = (request.0.clone(), request.check_extra());
        self.jogg.start(&ADD_PRODUCT_AVATAR_MOTION, checked, send!(add_product_avatar_motion(body)))
    }

    /// The motion job of this id, to look at or to wait for. Sends nothing.
    pub fn motion(&self, motion_id: impl Into<String>) -> Job<Motion> {
        Job::of(self.jogg.clone(), &ADD_PRODUCT_AVATAR_MOTION, motion_id)
    }
}

list_request! {
    /// Which product avatars to list.
    pub struct ListProductAvatars(ListProductAvatarsQuery);
    /// Those with this frame shape. There is no square here.
    aspect_ratio: ProductAvatarAspectRatio,
}

/// Who presents the product in a drawing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ProductAvatarSource {
    /// An avatar that exists.
    Avatar {
        /// Its number.
        avatar_id: i64,
        /// Which list the number is from.
        avatar_type: AvatarKind,
    },
    /// A person described in words.
    Description(String),
    /// A person on the picture at this URL.
    Image(String),
}

impl From<ProductAvatarSource> for AvatarSource {
    fn from(source: ProductAvatarSource) -> Self {
        let with_value = |source_type, value| {
            let mut source = Self::new(source_type);
            source.value = Some(value);
            source
        };
        match source {
            ProductAvatarSource::Avatar { avatar_id, avatar_type } => {
                let mut source = Self::new(AvatarSourceType::Id);
                source.avatar_id = Some(avatar_id);
                source.avatar_type = Some(avatar_type);
                source
            }
            ProductAvatarSource::Description(text) => {
                with_value(AvatarSourceType::Description, text)
            }
            ProductAvatarSource::Image(url) => with_value(AvatarSourceType::Image, url),
        }
    }
}

request! {
    /// A presenter to be drawn with a product.
    pub struct GenerateProductAvatarImages(GenerateProductAvatarImagesRequest);
    /// What the drawing should show, in words.
    prompt: text,
    /// An address to notify when the job ends. Such notices carry no signature: take one as a hint
    /// to look at the job.
    webhook_url: text,
}

impl GenerateProductAvatarImages {
    /// With the fields the API requires: a picture of the product, who presents it, how carefully
    /// to draw, the shape of the drawings and how many.
    pub fn new(
        product_image_url: impl Into<String>,
        avatar_source: ProductAvatarSource,
        quality: ImageQuality,
        aspect_ratio: ImageAspectRatio,
        num_images: ImageCount,
    ) -> Self {
        Self(GenerateProductAvatarImagesRequest::new(
            product_image_url,
            avatar_source.into(),
            quality,
            aspect_ratio,
            num_images,
        ))
    }

    /// What it costs. The vendor publishes no price, so that this is `None` for now.
    pub fn estimate(&self) -> Option<Estimate> {
        let estimate = estimate(&GENERATE_PRODUCT_AVATAR_IMAGES, &self.0, None)?;
        Some(estimate.times(usize::try_from(self.0.num_images.number()).ok()?))
    }

    fn check(&self) -> Result<()> {
        self.check_extra()?;
        let source = &self.0.avatar_source;
        match source.type_ {
            AvatarSourceType::Id => {
                let because = "an avatar_source of type `id`";
                needed("avatar_source.avatar_id", source.avatar_id.as_ref(), because)?;
                needed("avatar_source.avatar_type", source.avatar_type.as_ref(), because)
            }
            other => {
                let because = format!("an avatar_source of type `{other}`");
                needed("avatar_source.value", source.value.as_ref(), &because)
            }
        }
    }
}

request! {
    /// A drawing to give motion to.
    pub struct AddProductAvatarMotion(AddProductAvatarMotionRequest);
    /// Which model animates; a number here, a version text for photo avatars.
    model: ProductAvatarMotionModel,
    /// The frame shape of the avatar.
    aspect_ratio: AspectRatio,
}

impl AddProductAvatarMotion {
    /// With the fields the API requires: the id of the drawing, the avatar's name, the voice it
    /// speaks with, and how it should move, in words.
    pub fn new(
        generation_id: impl Into<String>,
        name: impl Into<String>,
        voice_id: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        Self(AddProductAvatarMotionRequest::new(generation_id, name, voice_id, description))
    }

    /// What it costs. The vendor publishes no price, so that this is `None` for now.
    pub fn estimate(&self) -> Option<Estimate> {
        estimate(&ADD_PRODUCT_AVATAR_MOTION, &self.0, None)
    }
}

/// A batch of drawings: the result of [`ProductAvatars::generate`]. It is there when at least one
/// drawing succeeded and none is under way.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProductAvatarImages {
    /// The id of the batch.
    pub batch_id: String,
    /// The drawings that succeeded; the `generation_id` of one goes into
    /// [`AddProductAvatarMotion::new`], its `url` shows it.
    pub images: Vec<ProductAvatarImage>,
    /// The drawings that failed, and those that are said to be done but got no URL in time.
    pub failed: Vec<ProductAvatarImage>,
    /// The `data` of the last report.
    pub raw: Raw,
}

impl Sealed for ProductAvatarImages {}

impl JobResult for ProductAvatarImages {
    const OPERATIONS: &'static [&'static Operation] = &[&GENERATE_PRODUCT_AVATAR_IMAGES];

    async fn look(jogg: Jogg, record: JobRecord) -> Result<JobReport<Self>> {
        let id = record.id.clone();
        let send = send!(get_product_avatar_images(id));
        let answer = jogg.call(&GET_PRODUCT_AVATAR_IMAGES, send).await?.answer;
        let payload = answer.payload();
        Ok(report_on_batch(answer.data.unwrap_or_default(), payload, record.id))
    }
}

/// The batch has no state of its own: it follows from those of its drawings.
fn report_on_batch(
    report: ProductAvatarImageReport,
    payload: Value,
    batch_id: String,
) -> JobReport<ProductAvatarImages> {
    let batch_id = report.batch_id.unwrap_or(batch_id);
    let summary = report.summary.unwrap_or_default();
    let counted = |count: Option<i64>| count.unwrap_or_default();
    let listed = i64::try_from(report.generations.len()).unwrap_or(i64::MAX);
    let state = |image: &ProductAvatarImage| {
        image.status.as_ref().map_or(JobStatus::Unknown, JobStatus::from)
    };
    let open = counted(summary.pending) > 0
        || counted(summary.processing) > 0
        // Not all are in the list yet.
        || counted(summary.total) > listed
        || report.generations.iter().any(|image| !state(image).is_final());
    let (images, failed): (Vec<_>, Vec<_>) =
        report.generations.into_iter().partition(|image| state(image) == JobStatus::Completed);
    let status = match (open, images.is_empty(), failed.is_empty()) {
        (true, ..) => JobStatus::Processing,
        (false, false, _) => JobStatus::Completed,
        (false, true, false) => JobStatus::Failed,
        // Nothing is listed: what a state of the batch would say, should there be one.
        (false, true, true) => {
            aliases::word(&payload).as_ref().map_or(JobStatus::Unknown, JobStatus::from)
        }
    };
    let reason =
        reason_of(&payload).unwrap_or_else(|| "every drawing of the batch failed".to_owned());
    let is_whole = images.iter().all(|image| image.url.is_some());
    JobReport { status, ..JobReport::new(None, payload) }.with_error(Some(reason)).with_batch(
        is_whole,
        |raw| {
            let (images, without_url): (Vec<_>, Vec<_>) =
                images.into_iter().partition(|image| image.url.is_some());
            let failed = failed.into_iter().chain(without_url).collect();
            ProductAvatarImages { batch_id, images, failed, raw }
        },
    )
}

/// Why a batch failed, if the batch or one of its drawings says.
fn reason_of(payload: &Value) -> Option<String> {
    let drawings = payload.get("generations").and_then(Value::as_array).into_iter().flatten();
    std::iter::once(payload).chain(drawings).find_map(aliases::error)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_batch_is_over_when_nothing_is_open_and_failed_when_nothing_succeeded() {
        let done = json!({"generation_id": "a", "status": "success", "url": "u"});
        let no_url = json!({"generation_id": "b", "status": "completed"});
        let failed = json!({"generation_id": "c", "status": "failed"});
        let open = json!({"generation_id": "d", "status": "processing"});
        for (generations, summary, status, images) in [
            (json!([done, failed]), json!({"total": 2}), JobStatus::Completed, Some(1)),
            (json!([done]), json!({"total": 4}), JobStatus::Processing, None),
            (
                json!([done, done]),
                json!({"pending": 0, "processing": 0}),
                JobStatus::Completed,
                Some(2),
            ),
            (json!([done, open]), json!(null), JobStatus::Processing, None),
            // The drawings may not all be listed yet.
            (json!([done]), json!({"pending": 1}), JobStatus::Processing, None),
            (json!([failed, failed]), json!(null), JobStatus::Failed, None),
            (json!([done, no_url]), json!(null), JobStatus::Completed, None),
            (json!([]), json!(null), JobStatus::Unknown, None),
        ] {
            let payload = json!({"generations": generations, "summary": summary});
            let report = serde_json::from_value(payload.clone()).unwrap();
            let report = report_on_batch(report, payload.clone(), "batch".to_owned());
            assert_eq!(report.status, status, "{payload}");
            assert_eq!(report.result.map(|result| result.images.len()), images, "{payload}");
            assert_eq!(report.error.is_some(), status == JobStatus::Failed);
        }
    }

    #[test]
    fn a_batch_says_why_it_failed_and_gives_what_it_has() {
        for (payload, reason) in [
            (json!({"status": "failed", "error": {"message": "too dark"}}), "too dark"),
            (json!({"generations": [{"status": "failed", "err_msg": "no face"}]}), "no face"),
            (json!({"generations": [{"status": "fail"}]}), "every drawing of the batch failed"),
        ] {
            let report = serde_json::from_value(payload.clone()).unwrap();
            let report = report_on_batch(report, payload, "batch".to_owned());
            assert_eq!(report.error.as_deref(), Some(reason));
        }
        let payload = json!({"generations": [
            {"generation_id": "a", "status": "success", "url": "u"},
            {"generation_id": "b", "status": "success"},
        ]});
        let report = serde_json::from_value(payload.clone()).unwrap();
        let report = report_on_batch(report, payload, "batch".to_owned());
        let partial = report.partial.unwrap();
        assert!(report.result.is_none());
        assert_eq!((partial.images.len(), partial.failed.len()), (1, 1));
    }
}
