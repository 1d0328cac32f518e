//! Videos in which an avatar speaks a text or a recording. The API has no list of them: store what
//! [`Job::record`] returns, or resume a job by its id.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::avatar_videos::{CreateVideo, Speech};
//! use jogg_api_ext::avatars::Avatar;
//! use jogg_api_ext::enums::{AspectRatio, ScreenStyle};
//!
//! let speech = Speech::Script {
//!     voice_id: "en-US-ChristopherNeural".to_owned(),
//!     script: "Hello from Rust!".to_owned(),
//! };
//! let request = CreateVideo::new(
//!     Avatar::Public(81),
//!     speech,
//!     AspectRatio::Landscape,
//!     ScreenStyle::WithBackground,
//! );
//! let job = jogg.avatar_videos().create(request).await?; // paid for from here on
//! println!("{}", job.wait().await?.url);
//! # Ok(()) }
//! ```

use std::time::Duration;

use jogg_api::endpoints::CreateVideoFromAvatar;
use jogg_api::enums::{AspectRatio, ScreenStyle, VoiceType};
use jogg_api::operations::CREATE_VIDEO_FROM_AVATAR;
use jogg_api::types::{AvatarVideoAvatar, AvatarVideoVoice, CreateVideoFromAvatarRequest};

use super::avatars::Avatar;
use super::estimate::{Estimate, estimate};
use super::video::Video;
use crate::call::Call;
use crate::error::Result;
use crate::jobs::Job;
use crate::request::{group, needed, refuse, request};

group! {
    /// Videos in which an avatar speaks.
    AvatarVideos, avatar_videos
}

impl AvatarVideos {
    /// Creates a video. Calls `create_video_from_avatar`; costs [`CreateVideo::estimate`] credits
    /// when it is accepted. Documented to take 2 to 10 minutes, and often done within half a
    /// minute.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter) if captions are
    /// requested in a transparent video,
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the response was lost;
    /// see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateVideo) -> Call<Job<Video>> {
        self.jogg.start(request.check(), CreateVideoFromAvatar::new(request.0))
    }

    /// Returns the job of this video id, to poll or to wait for. Sends nothing.
    pub fn video_job(&self, video_id: impl Into<String>) -> Job<Video> {
        Job::of(&self.jogg, &CREATE_VIDEO_FROM_AVATAR, video_id)
    }
}

/// What an avatar says, and how it sounds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Speech {
    /// The avatar's lips follow a recording.
    Audio {
        /// The voice. The API wants one even with a recording.
        voice_id: String,
        /// Where the recording can be fetched.
        audio_url: String,
    },
    /// The avatar speaks a text.
    Script {
        /// The voice to read with, from [`Voices`](crate::voices::Voices).
        voice_id: String,
        /// The text.
        script: String,
    },
}

impl Speech {
    /// Returns a text that this voice reads.
    pub fn script(voice_id: impl Into<String>, script: impl Into<String>) -> Self {
        Self::Script { voice_id: voice_id.into(), script: script.into() }
    }

    /// Returns a recording at this URL. The API requires a voice all the same.
    pub fn audio(voice_id: impl Into<String>, audio_url: impl Into<String>) -> Self {
        Self::Audio { voice_id: voice_id.into(), audio_url: audio_url.into() }
    }
}

impl From<Speech> for AvatarVideoVoice {
    fn from(speech: Speech) -> Self {
        match speech {
            Speech::Audio { voice_id, audio_url } => {
                let mut voice = Self::new(VoiceType::Audio, voice_id);
                voice.audio_url = Some(audio_url);
                voice
            }
            Speech::Script { voice_id, script } => {
                let mut voice = Self::new(VoiceType::Script, voice_id);
                voice.script = Some(script);
                voice
            }
        }
    }
}

request! {
    /// A request for a video in which an avatar speaks.
    pub struct CreateVideo(CreateVideoFromAvatarRequest);
    /// Sets whether captions are burnt in. A transparent video can't have them.
    caption: bool,
    /// Sets the video's name.
    video_name: text,
    /// Sets an address to notify when the job ends. Notifications aren't signed: treat one as a
    /// hint to poll the job.
    webhook_url: text,
}

impl CreateVideo {
    /// Creates a request with the fields the API requires: the avatar, what it says, the aspect
    /// ratio, and the screen style.
    ///
    /// The screen styles are: with a background; a green screen, as MP4; and transparent, as WebM.
    /// The last needs captions off, so `caption` is set to false with it.
    pub fn new(
        avatar: Avatar,
        speech: Speech,
        aspect_ratio: AspectRatio,
        screen_style: ScreenStyle,
    ) -> Self {
        let avatar = AvatarVideoAvatar::new(avatar.kind(), avatar.id());
        let speech = speech.into();
        let mut request =
            CreateVideoFromAvatarRequest::new(avatar, speech, aspect_ratio, screen_style);
        request.caption = (screen_style == ScreenStyle::Transparent).then_some(false);
        Self(request)
    }

    /// Returns what a video of this length costs; `None` if the price list doesn't say.
    pub fn estimate(&self, length: Duration) -> Option<Estimate> {
        estimate(&CREATE_VIDEO_FROM_AVATAR, &self.0, Some(length))
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.check_extra()?;
        if self.0.screen_style == ScreenStyle::Transparent && self.0.caption != Some(false) {
            return refuse("a transparent video needs captions off: set `caption` to false");
        }
        let voice = &self.0.voice;
        match voice.type_ {
            VoiceType::Audio => {
                needed("voice.audio_url", voice.audio_url.as_ref(), "a voice of type `audio`")
            }
            _ => needed("voice.script", voice.script.as_ref(), "a voice of type `script`"),
        }
    }
}
