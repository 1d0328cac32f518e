//! Videos made by filling a template.

use std::time::Duration;

use jogg_api::enums::{SortOrder, StatusFilter, TemplateVariableType};
use jogg_api::operations::{CREATE_VIDEO_WITH_TEMPLATE, LIST_TEMPLATE_VIDEOS};
use jogg_api::types::{
    CreateVideoWithTemplateRequest, ListTemplateVideosQuery, TemplateVariableInput,
    TemplateVariableProperties, TemplateVideo,
};

use super::resource;
use crate::call::send;
use crate::credits::estimate;
use crate::request::{paged_request, refuse, request};
use crate::{Avatar, Call, Estimate, Job, List, Result, Video};

resource! {
    /// Videos made by filling a template. From
    /// [`Jogg::template_videos`](crate::Jogg::template_videos).
    TemplateVideos
}

impl TemplateVideos {
    /// Starts a video. Calls `create_video_with_template`; costs [`CreateTemplateVideo::estimate`]
    /// credits when it is accepted, and takes 2 to 10 minutes by the documents.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the answer was lost; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateTemplateVideo) -> Call<Job<Video>> {
        let (body, checked) = (request.0.clone(), request.check());
        let send = send!(create_video_with_template(body));
        self.jogg.start(&CREATE_VIDEO_WITH_TEMPLATE, checked, send)
    }

    /// The video of this id, to look at or to wait for. Sends nothing.
    pub fn video(&self, video_id: impl Into<String>) -> Job<Video> {
        Job::of(self.jogg.clone(), &CREATE_VIDEO_WITH_TEMPLATE, video_id)
    }

    /// The account's template videos, with totals. Calls `list_template_videos`; free.
    pub fn list(&self, request: ListTemplateVideos) -> List<TemplateVideo> {
        let jogg = self.jogg.clone();
        List::paged(
            request.paging(),
            |video| video.video_id.clone(),
            move |page| {
                let (query, checked) = (request.on_page(page), request.check());
                jogg.page(
                    &LIST_TEMPLATE_VIDEOS,
                    checked,
                    send!(list_template_videos(query)),
                    |data| (data.data, data.pagination.into()),
                )
            },
        )
    }
}

/// What a template's variable is filled with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateValue {
    /// The URL of a picture; that of an upload is [`Asset::url`](crate::Asset::url).
    Image(String),
    /// The number of a picture. Uploads return none in this version of the API.
    ImageAsset(i64),
    /// Words to say.
    Script(String),
    /// Words to show.
    Text(String),
    /// The URL of a clip.
    Video(String),
    /// The number of a clip. Uploads return none in this version of the API.
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
            Self::Script(words) => {
                properties.content = Some(words);
                TemplateVariableType::Script
            }
            Self::Text(words) => {
                properties.content = Some(words);
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
    /// A video made by filling a template.
    pub struct CreateTemplateVideo(CreateVideoWithTemplateRequest);
    /// What to call the video.
    video_name: text,
    /// The voice to read with.
    voice_id: text,
    /// Whether captions are burnt in.
    captions_enabled: bool,
    /// The track behind it, from [`Musics`](crate::Musics). 0 is a valid number.
    background_music_id: i64,
    /// Whether transitions picked by chance are turned off.
    disable_random_trans: bool,
    /// Whether picture effects picked by chance are turned off.
    disable_random_moving: bool,
    /// Whether all transitions are turned off.
    disable_trans: bool,
    /// Whether all picture effects are turned off.
    disable_moving: bool,
    /// An address to notify when the job ends. Such notices carry no signature: take one as a hint
    /// to look at the job.
    webhook_url: text,
}

impl CreateTemplateVideo {
    /// With the fields the API requires: the template's number, and the language of the voice, a
    /// lower-case English word such as `english`. No variable is filled yet.
    pub fn new(template_id: i64, voice_language: impl Into<String>) -> Self {
        Self(CreateVideoWithTemplateRequest::new(template_id, voice_language, Vec::new()))
    }

    /// Fills a variable. [`Templates::custom_template`](crate::Templates::custom_template) tells
    /// the names and kinds of those of own templates; required ones have to be filled.
    pub fn variable(mut self, name: impl Into<String>, value: TemplateValue) -> Self {
        self.0.variables.push(value.input(name.into()));
        self
    }

    /// Who presents.
    pub fn avatar(mut self, avatar: Avatar) -> Self {
        self.0.avatar_id = Some(avatar.id());
        self.0.avatar_type = Some(avatar.kind());
        self
    }

    /// What a video of this length costs. `None` if the price list does not say.
    pub fn estimate(&self, length: Duration) -> Option<Estimate> {
        estimate(&CREATE_VIDEO_WITH_TEMPLATE, &self.0, Some(length))
    }

    fn check(&self) -> Result<()> {
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
    /// Which template videos to list.
    pub struct ListTemplateVideos(ListTemplateVideosQuery);
    /// Those in this state.
    status: StatusFilter,
    /// The field to sort by; `created_at` unless set.
    sort_by: text,
    /// The direction of sorting.
    sort_order: SortOrder,
}
