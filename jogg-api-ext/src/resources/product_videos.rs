//! Videos about a product, and previews of them.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::avatars::Avatar;
//! use jogg_api_ext::enums::{Language, ScriptStyle, VideoLength};
//! use jogg_api_ext::product_videos::{CreatePreviews, RenderPreview};
//!
//! let request = CreatePreviews::new(
//!     "product_c4f1",
//!     ["Calm slides", "Bold cuts"],
//!     VideoLength::Seconds30,
//!     Avatar::Public(81),
//!     ScriptStyle::Storytime,
//!     Language::English,
//! );
//! let previews = jogg.product_videos().create_previews(request).await?.wait().await?.previews;
//! let best = RenderPreview::new(&*previews[0].preview_id);
//! let job = jogg.product_videos().render(best).await?; // paid for from here on
//! println!("{}", job.wait().await?.url);
//! # Ok(()) }
//! ```

use std::time::Duration;

use jogg_api::endpoints::{self, CreateProductPreviews, CreateVideoFromProduct};
use jogg_api::enums::{AspectRatio, Language, ScriptStyle, SortOrder, StatusFilter, VideoLength};
use jogg_api::operations::{
    CREATE_PRODUCT_PREVIEWS, CREATE_VIDEO_FROM_PRODUCT, RENDER_PRODUCT_PREVIEW,
};
use jogg_api::types::{
    CreateProductPreviewsRequest, CreateVideoFromProductRequest, ListProductVideosQuery,
    ProductVideoAudio, ProductVideoAvatar, ProductVideoScript, ProductVideoSpec, ProductVideoVoice,
    RenderProductPreviewRequest,
};

use super::avatars::Avatar;
use super::estimate::{Estimate, estimate};
use super::preview_list;
use super::previews;
use super::video::Video;
use crate::call::Call;
use crate::job_record::ID_SEPARATOR;
use crate::jobs::Job;
use crate::lists::{Extent, List};
use crate::request::{group, paged_request, request};

pub use super::preview_batch::{FailedPreview, Preview, Previews};
pub use super::preview_list::ListPreviews;
pub use jogg_api::types::{ProductPreview, ProductVideo};

group! {
    /// Videos about a product, and previews of them.
    ProductVideos, product_videos
}

impl ProductVideos {
    /// Creates a video. Calls `create_video_from_product`; costs [`CreateVideo::estimate`] credits
    /// when it is accepted, and takes 5 to 10 minutes according to the documents.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the response was lost;
    /// see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateVideo) -> Call<Job<Video>> {
        self.jogg.start(request.check_extra(), CreateVideoFromProduct::new(request.0))
    }

    /// Returns the job of this video id, whether created directly or rendered from a preview, to
    /// poll or to wait for. Sends nothing.
    pub fn video_job(&self, video_id: impl Into<String>) -> Job<Video> {
        Job::of(&self.jogg, &CREATE_VIDEO_FROM_PRODUCT, video_id)
    }

    /// Lists the account's product videos, with a total. Calls `list_product_videos`; free.
    pub fn list(&self, request: ListVideos) -> List<ProductVideo> {
        List::paged(
            &self.jogg,
            request,
            endpoints::ListProductVideos::new,
            |video| video.id.clone(),
            |data| {
                let (total, page_size) = (data.total, data.page_size);
                (data.videos, Extent { total, page_size, ..Extent::default() })
            },
        )
    }

    /// Creates one preview in each of several visual styles, as one job. Calls
    /// `create_product_previews`; costs [`CreatePreviews::estimate`] credits when it is accepted,
    /// and takes 2 to 3 minutes.
    ///
    /// The API refuses styles one by one: those are in [`Previews::failed`] in the end. No
    /// operation reports on a preview, so the job searches the list of previews.
    ///
    /// # Errors
    /// [`ErrorKind::JobFailed`](crate::ErrorKind::JobFailed) if every style was refused,
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the response was lost;
    /// see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create_previews(&self, request: CreatePreviews) -> Call<Job<Previews>> {
        let checked = request.check_extra();
        let endpoint = CreateProductPreviews::new(request.0);
        self.jogg.call_to_read(checked, endpoint, previews::accepted, previews::started)
    }

    /// Returns the job of the previews of these ids, to poll or to wait for. Sends nothing.
    pub fn previews_job<S: Into<String>>(
        &self,
        preview_ids: impl IntoIterator<Item = S>,
    ) -> Job<Previews> {
        let ids: Vec<String> = preview_ids.into_iter().map(Into::into).collect();
        Job::of(&self.jogg, &CREATE_PRODUCT_PREVIEWS, ids.join(ID_SEPARATOR))
    }

    /// Lists the account's previews, with a total. Calls `list_product_previews`; free.
    pub fn list_previews(&self, request: ListPreviews) -> List<ProductPreview> {
        preview_list::list(&self.jogg, request)
    }

    /// Renders a preview as a complete video. Calls `render_product_preview`; costs
    /// [`RenderPreview::estimate`] credits when it is accepted.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the response was lost;
    /// see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn render(&self, request: RenderPreview) -> Call<Job<Video>> {
        self.jogg.start(request.check_extra(), endpoints::RenderProductPreview::new(request.0))
    }
}

/// The setters that requests for product videos and for previews share.
macro_rules! video_setters {
    ($name:ident) => {
        impl $name {
            /// Sets the aspect ratio. Default: landscape.
            pub fn aspect_ratio(mut self, aspect_ratio: AspectRatio) -> Self {
                self.0.video_spec.aspect_ratio = Some(aspect_ratio);
                self
            }

            /// Sets whether captions are burnt in.
            pub fn caption(mut self, caption: bool) -> Self {
                self.0.video_spec.caption = Some(caption);
                self
            }

            /// Sets the video's name.
            pub fn name(mut self, name: impl Into<String>) -> Self {
                self.0.video_spec.name = Some(name.into());
                self
            }

            /// Sets the voice to read with. Without one, the API chooses.
            pub fn voice_id(mut self, voice_id: impl Into<String>) -> Self {
                self.0.voice.id = Some(voice_id.into());
                self
            }

            /// Sets the track behind it, from [`Musics`](crate::musics::Musics). 0 is a valid
            /// number.
            pub fn music_id(mut self, music_id: i64) -> Self {
                self.0.audio.music_id = Some(music_id);
                self
            }

            /// Returns the requested length.
            fn length(&self) -> Option<Duration> {
                self.0.video_spec.length.as_str().parse().ok().map(Duration::from_secs)
            }
        }
    };
}

request! {
    /// A request for a video about a product.
    pub struct CreateVideo(CreateVideoFromProductRequest);
    /// Sets the visual style, a name from
    /// [`VisualStyles`](crate::visual_styles::VisualStyles).
    visual_style: text,
    /// Sets a custom script instead of a generated one. The API has been seen to ignore it.
    override_script: text,
    /// Sets an address to notify when the job ends. Notifications aren't signed: treat one as a
    /// hint to poll the job.
    webhook_url: text,
}

video_setters!(CreateVideo);

impl CreateVideo {
    /// Creates a request with the fields the API requires: the product, the length to aim at, the
    /// avatar, and style and language of the script. The style is needed even with a custom script.
    pub fn new(
        product_id: impl Into<String>,
        length: VideoLength,
        avatar: Avatar,
        script_style: ScriptStyle,
        language: Language,
    ) -> Self {
        Self(CreateVideoFromProductRequest::new(
            product_id,
            ProductVideoSpec::new(length),
            video_avatar(avatar),
            ProductVideoVoice::new(),
            ProductVideoAudio::new(),
            ProductVideoScript::new(script_style, language),
        ))
    }

    /// Returns what a video of the length aimed at costs; `None` if the price list doesn't say.
    pub fn estimate(&self) -> Option<Estimate> {
        estimate(&CREATE_VIDEO_FROM_PRODUCT, &self.0, self.length())
    }
}

request! {
    /// A request for previews of a video about a product, one in each of several visual styles.
    pub struct CreatePreviews(CreateProductPreviewsRequest);
    /// Sets a custom script instead of a generated one. The API has been seen to ignore it.
    override_script: text,
    /// Sets an address to notify when the job ends. Notifications aren't signed: treat one as a
    /// hint to poll the job.
    webhook_url: text,
}

video_setters!(CreatePreviews);

impl CreatePreviews {
    /// Creates a request with the fields the API requires: the product, the names of visual styles
    /// from [`VisualStyles`](crate::visual_styles::VisualStyles), the length to aim at, the avatar,
    /// and style and language of the script.
    pub fn new<S: Into<String>>(
        product_id: impl Into<String>,
        visual_styles: impl IntoIterator<Item = S>,
        length: VideoLength,
        avatar: Avatar,
        script_style: ScriptStyle,
        language: Language,
    ) -> Self {
        Self(CreateProductPreviewsRequest::new(
            product_id,
            visual_styles.into_iter().map(Into::into).collect(),
            ProductVideoSpec::new(length),
            video_avatar(avatar),
            ProductVideoVoice::new(),
            ProductVideoAudio::new(),
            ProductVideoScript::new(script_style, language),
        ))
    }

    /// Returns what previews of the length aimed at cost: each visual style is paid for. `None` if
    /// the price list doesn't say.
    pub fn estimate(&self) -> Option<Estimate> {
        estimate(&CREATE_PRODUCT_PREVIEWS, &self.0, self.length())
    }
}

fn video_avatar(avatar: Avatar) -> ProductVideoAvatar {
    let mut video_avatar = ProductVideoAvatar::new(avatar.id());
    video_avatar.type_ = Some(avatar.kind());
    video_avatar
}

request! {
    /// A request to render a preview as a complete video.
    pub struct RenderPreview(RenderProductPreviewRequest);
}

impl RenderPreview {
    /// Creates a request with the preview's id: [`Preview::preview_id`].
    pub fn new(preview_id: impl Into<String>) -> Self {
        Self(RenderProductPreviewRequest::new(preview_id))
    }

    /// Returns what a video of this length costs; `None` if the price list doesn't say.
    pub fn estimate(&self, length: Duration) -> Option<Estimate> {
        estimate(&RENDER_PRODUCT_PREVIEW, &self.0, Some(length))
    }
}

paged_request! {
    /// A request for product videos.
    pub struct ListVideos(ListProductVideosQuery);
    /// Lists only those in this state.
    status: StatusFilter,
    /// Sets the field to sort by. Default: `created_at`.
    sort_by: text,
    /// Sets the direction of sorting.
    sort_order: SortOrder,
}
