//! Videos made by filling a template.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::template_videos::{CreateVideo, TemplateValue};
//!
//! let request = CreateVideo::new(512, "english")
//!     .variable("headline", TemplateValue::Text("Summer sale".to_owned()));
//! let job = jogg.template_videos().create(request).await?; // paid for from here on
//! println!("{}", job.wait().await?.url);
//! # Ok(()) }
//! ```

use std::time::Duration;

use jogg_api::endpoints::{self, CreateVideoWithTemplate};
use jogg_api::enums::{SortOrder, StatusFilter, TemplateVariableType};
use jogg_api::operations::CREATE_VIDEO_WITH_TEMPLATE;
use jogg_api::types::{
    CreateVideoWithTemplateRequest, ListTemplateVideosQuery, TemplateVariableInput,
    TemplateVariableProperties,
};

use super::avatars::Avatar;
use super::estimate::{Estimate, estimate};
use super::video::Video;
use crate::call::Call;
use crate::error::Result;
use crate::jobs::Job;
use crate::lists::List;
use crate::request::{group, paged_request, refuse, request};

pub use jogg_api::types::TemplateVideo;

group! {
    /// Videos made by filling a template.
    TemplateVideos, template_videos
}

impl TemplateVideos {
    /// Creates a video. Calls `create_video_with_template`; costs [`CreateVideo::estimate`] credits
    /// when it is accepted, and takes 2 to 10 minutes according to the documents.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the response was lost;
    /// see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateVideo) -> Call<Job<Video>> {
        self.jogg.start(request.check(), CreateVideoWithTemplate::new(request.0))
    }

    /// Returns the job of this video id, to poll or to wait for. Sends nothing.
    pub fn video_job(&self, video_id: impl Into<String>) -> Job<Video> {
        Job::of(&self.jogg, &CREATE_VIDEO_WITH_TEMPLATE, video_id)
    }

    /// Lists the account's template videos, with totals. Calls `list_template_videos`; free.
    pub fn list(&self, request: ListVideos) -> List<TemplateVideo> {
        List::paged(
            &self.jogg,
            request,
            endpoints::ListTemplateVideos::new,
            |video| video.video_id.clone(),
            |data| (data.data, data.pagination.into()),
        )
    }
}

/// What a template's variable is filled with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateValue {
    /// The URL of an image; that of an upload is [`Asset::url`](crate::assets::Asset::url).
    Image(String),
    /// The asset number of an image. Uploads return none in this version of the API.
    ImageAsset(i64),
    /// Text to speak.
    Script(String),
    /// Text to show.
    Text(String),
    /// The URL of a video.
    Video(String),
    /// The asset number of a video. Uploads return none in this version of the API.
    VideoAsset(i64),
}

impl TemplateValue {
    fn input(self, name: String) -> TemplateVariableInput {
        let mut properties = TemplateVariableProperties::new();
        let kind = match self {
            Self::Image(url) => {
                properties.url = Some(url);
                TemplateVariableType::Image
            }
            Self::ImageAsset(id) => {
                properties.asset_id = Some(id);
                TemplateVariableType::Image
            }
            Self::Script(text) => {
                properties.content = Some(text);
                TemplateVariableType::Script
            }
            Self::Text(text) => {
                properties.content = Some(text);
                TemplateVariableType::Text
            }
            Self::Video(url) => {
                properties.url = Some(url);
                TemplateVariableType::Video
            }
            Self::VideoAsset(id) => {
                properties.asset_id = Some(id);
                TemplateVariableType::Video
            }
        };
        TemplateVariableInput::new(kind, name, properties)
    }
}

request! {
    /// A request for a video made by filling a template.
    pub struct CreateVideo(CreateVideoWithTemplateRequest);
    /// Sets the video's name.
    video_name: text,
    /// Sets the voice to read with.
    voice_id: text,
    /// Sets whether captions are burnt in.
    captions_enabled: bool,
    /// Sets the track behind it, from [`Musics`](crate::musics::Musics). 0 is a valid number.
    background_music_id: i64,
    /// Sets whether random transitions are turned off.
    disable_random_trans: bool,
    /// Sets whether random image effects are turned off.
    disable_random_moving: bool,
    /// Sets whether all transitions are turned off.
    disable_trans: bool,
    /// Sets whether all image effects are turned off.
    disable_moving: bool,
    /// Sets an address to notify when the job ends. Notifications aren't signed: treat one as a
    /// hint to poll the job.
    webhook_url: text,
}

impl CreateVideo {
    /// Creates a request with the fields the API requires: the template's number, and the language
    /// of the voice, a lower-case English word such as `english`. No variable is filled yet.
    pub fn new(template_id: i64, voice_language: impl Into<String>) -> Self {
        Self(CreateVideoWithTemplateRequest::new(template_id, voice_language, Vec::new()))
    }

    /// Fills a variable. [`Templates::custom_template`] returns the names and kinds of a custom
    /// template's variables; required ones have to be filled.
    ///
    /// [`Templates::custom_template`]: crate::templates::Templates::custom_template
    pub fn variable(mut self, name: impl Into<String>, value: TemplateValue) -> Self {
        self.0.variables.push(value.input(name.into()));
        self
    }

    /// Sets the avatar.
    pub fn avatar(mut self, avatar: Avatar) -> Self {
        self.0.avatar_id = Some(avatar.id());
        self.0.avatar_type = Some(avatar.kind());
        self
    }

    /// Returns what a video of this length costs; `None` if the price list doesn't say.
    pub fn estimate(&self, length: Duration) -> Option<Estimate> {
        estimate(&CREATE_VIDEO_WITH_TEMPLATE, &self.0, Some(length))
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.check_extra()?;
        for variable in &self.0.variables {
            let TemplateVariableProperties { content, url, asset_id, extra, .. } =
                &variable.properties;
            if content.is_none() && url.is_none() && asset_id.is_none() && extra.is_empty() {
                return refuse(format!("the variable `{}` has no value", variable.name));
            }
        }
        Ok(())
    }
}

paged_request! {
    /// A request for template videos.
    pub struct ListVideos(ListTemplateVideosQuery);
    /// Lists only those in this state.
    status: StatusFilter,
    /// Sets the field to sort by. Default: `created_at`.
    sort_by: text,
    /// Sets the direction of sorting.
    sort_order: SortOrder,
}
