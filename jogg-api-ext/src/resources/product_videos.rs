//! Videos about a product, and previews of them.

use std::time::Duration;

use jogg_api::enums::{AspectRatio, Language, ScriptStyle, SortOrder, StatusFilter, VideoLength};
use jogg_api::operations::{
    CREATE_PRODUCT_PREVIEWS, CREATE_VIDEO_FROM_PRODUCT, LIST_PRODUCT_PREVIEWS, LIST_PRODUCT_VIDEOS,
    RENDER_PRODUCT_PREVIEW,
};
use jogg_api::types::{
    CreateProductPreviewsRequest, CreateVideoFromProductRequest, ListProductPreviewsQuery,
    ListProductVideosQuery, ProductPreview, ProductVideo, ProductVideoAudio, ProductVideoAvatar,
    ProductVideoScript, ProductVideoSpec, ProductVideoVoice, RenderProductPreviewRequest,
};

use super::product_previews::{self, SEPARATOR};
use super::resource;
use crate::call::send;
use crate::credits::estimate;
use crate::page::Extent;
use crate::request::{paged_request, request};
use crate::{Avatar, Call, Estimate, Job, List, Previews, Video};

resource! {
    /// Videos about a product, and previews of them. From
    /// [`Jogg::product_videos`](crate::Jogg::product_videos).
    ProductVideos
}

impl ProductVideos {
    /// Starts a video. Calls `create_video_from_product`; costs [`CreateProductVideo::estimate`]
    /// credits when it is accepted, and takes 5 to 10 minutes by the documents.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the answer was lost; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateProductVideo) -> Call<Job<Video>> {
        let (body, checked) = (request.0.clone(), request.check_extra());
        self.jogg.start(&CREATE_VIDEO_FROM_PRODUCT, checked, send!(create_video_from_product(body)))
    }

    /// The video of this id, whether made directly or rendered from a preview, to look at or to
    /// wait for. Sends nothing.
    pub fn video(&self, video_id: impl Into<String>) -> Job<Video> {
        Job::of(self.jogg.clone(), &CREATE_VIDEO_FROM_PRODUCT, video_id)
    }

    /// The account's product videos, with a total. Calls `list_product_videos`; free.
    pub fn list(&self, request: ListProductVideos) -> List<ProductVideo> {
        let jogg = self.jogg.clone();
        List::paged(
            request.paging(),
            |video| video.id.clone(),
            move |page| {
                let (query, checked) = (request.on_page(page), request.check());
                jogg.page(
                    &LIST_PRODUCT_VIDEOS,
                    checked,
                    send!(list_product_videos(query)),
                    |data| {
                        let (total, page_size) = (data.total, data.page_size);
                        (data.videos, Extent { total, page_size, ..Extent::default() })
                    },
                )
            },
        )
    }

    /// Starts one preview in each of several looks, as one job. Calls `create_product_previews`;
    /// costs [`CreateProductPreviews::estimate`] credits when it is accepted, and takes 2 to 3
    /// minutes.
    ///
    /// Looks are refused one by one: those are in [`Previews::failed`] in the end. There is no
    /// operation that reports on a preview, so that the job looks for its previews in their list.
    ///
    /// # Errors
    /// [`ErrorKind::JobFailed`](crate::ErrorKind::JobFailed) if every look was refused,
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the answer was lost; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create_previews(&self, request: CreateProductPreviews) -> Call<Job<Previews>> {
        let (body, checked) = (request.0.clone(), request.check_extra());
        let send = send!(create_product_previews(body));
        self.jogg.make(&CREATE_PRODUCT_PREVIEWS, checked, send, product_previews::started)
    }

    /// The previews of these ids, to look at or to wait for as one job. Sends nothing.
    pub fn previews<S: Into<String>>(
        &self,
        preview_ids: impl IntoIterator<Item = S>,
    ) -> Job<Previews> {
        let ids: Vec<String> = preview_ids.into_iter().map(Into::into).collect();
        Job::of(self.jogg.clone(), &CREATE_PRODUCT_PREVIEWS, ids.join(SEPARATOR))
    }

    /// The account's previews, with a total. Calls `list_product_previews`; free.
    pub fn list_previews(&self, request: ListProductPreviews) -> List<ProductPreview> {
        let jogg = self.jogg.clone();
        List::paged(
            request.paging(),
            |preview| preview.id.clone(),
            move |page| {
                let (query, checked) = (request.on_page(page), request.check());
                let send = send!(list_product_previews(query));
                jogg.page(&LIST_PRODUCT_PREVIEWS, checked, send, |data| {
                    let (total, page_size) = (data.total, data.page_size);
                    (data.previews, Extent { total, page_size, ..Extent::default() })
                })
            },
        )
    }

    /// Renders a preview as a whole video. Calls `render_product_preview`; costs
    /// [`RenderProductPreview::estimate`] credits when it is accepted.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the answer was lost; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn render(&self, request: RenderProductPreview) -> Call<Job<Video>> {
        let (body, checked) = (request.0.clone(), request.check_extra());
        self.jogg.start(&RENDER_PRODUCT_PREVIEW, checked, send!(render_product_preview(body)))
    }
}

/// What product videos and previews are made with alike.
macro_rules! video_setters {
    ($name:ident) => {
        impl $name {
            /// The frame shape; landscape unless set.
            pub fn aspect_ratio(mut self, aspect_ratio: AspectRatio) -> Self {
                self.0.video_spec.aspect_ratio = Some(aspect_ratio);
                self
            }

            /// Whether captions are burnt in.
            pub fn caption(mut self, caption: bool) -> Self {
                self.0.video_spec.caption = Some(caption);
                self
            }

            /// What to call the video.
            pub fn name(mut self, name: impl Into<String>) -> Self {
                self.0.video_spec.name = Some(name.into());
                self
            }

            /// The voice to read with. Without one, the API chooses.
            pub fn voice_id(mut self, voice_id: impl Into<String>) -> Self {
                self.0.voice.id = Some(voice_id.into());
                self
            }

            /// The track behind it, from [`Musics`](crate::Musics). 0 is a valid number.
            pub fn music_id(mut self, music_id: i64) -> Self {
                self.0.audio.music_id = Some(music_id);
                self
            }

            /// The length that was asked for.
            fn length(&self) -> Option<Duration> {
                self.0.video_spec.length.as_str().parse().ok().map(Duration::from_secs)
            }
        }
    };
}

request! {
    /// A video about a product.
    pub struct CreateProductVideo(CreateVideoFromProductRequest);
    /// The name of a look from [`VisualStyles`](crate::VisualStyles).
    visual_style: text,
    /// Own words instead of written ones. The API has been seen to ignore them.
    override_script: text,
    /// An address to notify when the job ends. Such notices carry no signature: take one as a hint
    /// to look at the job.
    webhook_url: text,
}

video_setters!(CreateProductVideo);

impl CreateProductVideo {
    /// With the fields the API requires: the product, the length to aim at, who presents, and
    /// style and language of the text. The style is needed even with own words.
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
            presenter(avatar),
            ProductVideoVoice::new(),
            ProductVideoAudio::new(),
            ProductVideoScript::new(script_style, language),
        ))
    }

    /// What a video of the length that is aimed at costs. `None` if the price list does not say.
    pub fn estimate(&self) -> Option<Estimate> {
        estimate(&CREATE_VIDEO_FROM_PRODUCT, &self.0, self.length())
    }
}

request! {
    /// Previews of a video about a product, one in each of several looks.
    pub struct CreateProductPreviews(CreateProductPreviewsRequest);
    /// Own words instead of written ones. The API has been seen to ignore them.
    override_script: text,
    /// An address to notify when the job ends. Such notices carry no signature: take one as a hint
    /// to look at the job.
    webhook_url: text,
}

video_setters!(CreateProductPreviews);

impl CreateProductPreviews {
    /// With the fields the API requires: the product, the names of looks from
    /// [`VisualStyles`](crate::VisualStyles), the length to aim at, who presents, and style and
    /// language of the text.
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
            presenter(avatar),
            ProductVideoVoice::new(),
            ProductVideoAudio::new(),
            ProductVideoScript::new(script_style, language),
        ))
    }

    /// What previews of the length that is aimed at cost: each look is paid for. `None` if the
    /// price list does not say.
    pub fn estimate(&self) -> Option<Estimate> {
        let each = estimate(&CREATE_PRODUCT_PREVIEWS, &self.0, self.length())?;
        Some(each.times(self.0.visual_styles.len()))
    }
}

fn presenter(avatar: Avatar) -> ProductVideoAvatar {
    let mut presenter = ProductVideoAvatar::new(avatar.id());
    presenter.type_ = Some(avatar.kind());
    presenter
}

request! {
    /// A preview to be rendered as a whole video.
    pub struct RenderProductPreview(RenderProductPreviewRequest);
}

impl RenderProductPreview {
    /// With the preview's id: [`Preview::preview_id`](crate::Preview::preview_id).
    pub fn new(preview_id: impl Into<String>) -> Self {
        Self(RenderProductPreviewRequest::new(preview_id))
    }

    /// What a video of this length costs. `None` if the price list does not say.
    pub fn estimate(&self, length: Duration) -> Option<Estimate> {
        estimate(&RENDER_PRODUCT_PREVIEW, &self.0, Some(length))
    }
}

paged_request! {
    /// Which product videos to list.
    pub struct ListProductVideos(ListProductVideosQuery);
    /// Those in this state.
    status: StatusFilter,
    /// The field to sort by; `created_at` unless set.
    sort_by: text,
    /// The direction of sorting.
    sort_order: SortOrder,
}

paged_request! {
    /// Which previews to list.
    pub struct ListProductPreviews(ListProductPreviewsQuery);
    /// Those in this state.
    status: StatusFilter,
    /// The field to sort by; `created_at` unless set.
    sort_by: text,
    /// The direction of sorting.
    sort_order: SortOrder,
}
