//! Product avatars: avatars generated together with a product, and given motion.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::enums::{ImageAspectRatio, ImageCount, ImageQuality};
//! use jogg_api_ext::product_avatars::{AddMotion, GenerateImages, Source};
//!
//! let request = GenerateImages::new(
//!     "https://example.com/bottle.jpg",
//!     Source::Description("A cheerful cyclist in her thirties".to_owned()),
//!     ImageQuality::High,
//!     ImageAspectRatio::Portrait,
//!     ImageCount::Two,
//! );
//! let images = jogg.product_avatars().generate(request).await?.wait().await?.images;
//! let request = AddMotion::new(
//!     &*images[0].generation_id,
//!     "Mira with bottle",
//!     "en-US-ChristopherNeural",
//!     "Lifts the bottle and smiles",
//! );
//! let job = jogg.product_avatars().add_motion(request).await?;
//! println!("{}", job.wait().await?.preview_url);
//! # Ok(()) }
//! ```

use jogg_api::endpoints::{self, AddProductAvatarMotion, GenerateProductAvatarImages};
use jogg_api::enums::{
    AspectRatio, AvatarKind, AvatarSourceType, ImageAspectRatio, ImageCount, ImageQuality,
    ProductAvatarAspectRatio, ProductAvatarMotionModel,
};
use jogg_api::operations::{ADD_PRODUCT_AVATAR_MOTION, GENERATE_PRODUCT_AVATAR_IMAGES};
use jogg_api::types::{
    AddProductAvatarMotionRequest, AvatarSource, GenerateProductAvatarImagesRequest,
    ListProductAvatarsQuery,
};

use super::estimate::{Estimate, estimate};
use super::motion::Motion;
use crate::call::Call;
use crate::error::Result;
use crate::jobs::Job;
use crate::lists::{Extent, List};
use crate::request::{group, list_request, needed, request};

pub use super::product_images::{Image, Images};
pub use jogg_api::types::{ProductAvatar, ProductAvatarImage};

group! {
    /// Product avatars: avatars generated together with a product, and given motion.
    ProductAvatars, product_avatars
}

impl ProductAvatars {
    /// Lists the account's product avatars, all at once. Calls `list_product_avatars`; free.
    ///
    /// Their status is a number in this list: `JobStatus::from` reads it.
    pub fn list(&self, request: ListAvatars) -> List<ProductAvatar> {
        List::filtered(
            &self.jogg,
            request,
            endpoints::ListProductAvatars::new,
            |avatar| avatar.avatar_id.to_string(),
            |data| (data.product_avatars, Extent::default()),
        )
    }

    /// Generates images of an avatar with a product, one to four as one batch. Calls
    /// `generate_product_avatar_images`; the vendor publishes no price for it.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the response was lost;
    /// see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn generate(&self, request: GenerateImages) -> Call<Job<Images>> {
        self.jogg.start(request.check(), GenerateProductAvatarImages::new(request.0))
    }

    /// Returns the job of this batch of images, to poll or to wait for. Sends nothing.
    pub fn images_job(&self, batch_id: impl Into<String>) -> Job<Images> {
        Job::of(&self.jogg, &GENERATE_PRODUCT_AVATAR_IMAGES, batch_id)
    }

    /// Adds motion and a voice to an image, which makes it an avatar. Calls
    /// `add_product_avatar_motion`; the vendor publishes no price for it.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the response was lost;
    /// see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn add_motion(&self, request: AddMotion) -> Call<Job<Motion>> {
        self.jogg.start(request.check_extra(), AddProductAvatarMotion::new(request.0))
    }

    /// Returns the motion job of this id, to poll or to wait for. Sends nothing.
    pub fn motion_job(&self, motion_id: impl Into<String>) -> Job<Motion> {
        Job::of(&self.jogg, &ADD_PRODUCT_AVATAR_MOTION, motion_id)
    }
}

list_request! {
    /// A request for product avatars.
    pub struct ListAvatars(ListProductAvatarsQuery);
    /// Lists only those with this aspect ratio. There is no square here.
    aspect_ratio: ProductAvatarAspectRatio,
}

/// The avatar that shows the product in an image.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Source {
    /// An avatar that exists.
    Avatar {
        /// Its number.
        avatar_id: i64,
        /// Which list the number is from.
        avatar_type: AvatarKind,
    },
    /// A person described in words.
    Description(String),
    /// A person in the image at this URL.
    Image(String),
}

impl From<Source> for AvatarSource {
    fn from(source: Source) -> Self {
        let with_value = |source_type, value| {
            let mut source = Self::new(source_type);
            source.value = Some(value);
            source
        };
        match source {
            Source::Avatar { avatar_id, avatar_type } => {
                let mut source = Self::new(AvatarSourceType::Id);
                source.avatar_id = Some(avatar_id);
                source.avatar_type = Some(avatar_type);
                source
            }
            Source::Description(text) => with_value(AvatarSourceType::Description, text),
            Source::Image(url) => with_value(AvatarSourceType::Image, url),
        }
    }
}

request! {
    /// A request to generate images of an avatar with a product.
    pub struct GenerateImages(GenerateProductAvatarImagesRequest);
    /// Describes what the image should show.
    prompt: text,
    /// Sets an address to notify when the job ends. Notifications aren't signed: treat one as a
    /// hint to poll the job.
    webhook_url: text,
}

impl GenerateImages {
    /// Creates a request with the fields the API requires: the URL of an image of the product, the
    /// avatar, and quality, aspect ratio and number of the images.
    pub fn new(
        product_image_url: impl Into<String>,
        avatar_source: Source,
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

    /// Returns what it costs. The vendor publishes no price, so this is `None` for now.
    pub fn estimate(&self) -> Option<Estimate> {
        estimate(&GENERATE_PRODUCT_AVATAR_IMAGES, &self.0, None)
    }

    pub(crate) fn check(&self) -> Result<()> {
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
    /// A request to add motion to an image.
    pub struct AddMotion(AddProductAvatarMotionRequest);
    /// Sets the motion model; a number here, a version text for photo avatars.
    model: ProductAvatarMotionModel,
    /// Sets the aspect ratio of the avatar.
    aspect_ratio: AspectRatio,
}

impl AddMotion {
    /// Creates a request with the fields the API requires: the id of the image, the avatar's name,
    /// the voice it speaks with, and a description of its motion.
    pub fn new(
        generation_id: impl Into<String>,
        name: impl Into<String>,
        voice_id: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        Self(AddProductAvatarMotionRequest::new(generation_id, name, voice_id, description))
    }

    /// Returns what it costs. The vendor publishes no price, so this is `None` for now.
    pub fn estimate(&self) -> Option<Estimate> {
        estimate(&ADD_PRODUCT_AVATAR_MOTION, &self.0, None)
    }
}
