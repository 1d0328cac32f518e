//! Videos in which an avatar speaks.

use std::time::Duration;

use jogg_api::enums::{AspectRatio, ScreenStyle, VoiceType};
use jogg_api::operations::CREATE_VIDEO_FROM_AVATAR;
use jogg_api::types::{AvatarVideoAvatar, AvatarVideoVoice, CreateVideoFromAvatarRequest};

use super::resource;
use crate::call::send;
use crate::credits::estimate;
use crate::request::{needed, refuse, request};
use crate::{Avatar, Call, Estimate, Job, Result, Video};

resource! {
    /// Videos in which an avatar speaks. From
    /// [`Jogg::avatar_videos`](crate::Jogg::avatar_videos).
    AvatarVideos
}

impl AvatarVideos {
    /// Starts a video. Calls `create_video_from_avatar`; costs [`CreateAvatarVideo::estimate`]
    /// credits when it is accepted. Documented to take 2 to 10 minutes, and often done in half of
    /// one.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter) if captions are asked
    /// for in a transparent video,
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the answer was lost; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateAvatarVideo) -> Call<Job<Video>> {
        let (body, checked) = (request.0.clone(), request.check());
        self.jogg.start(&CREATE_VIDEO_FROM_AVATAR, checked, send!(create_video_from_avatar(body)))
    }

    /// The video of this id, to look at or to wait for. Sends nothing.
    pub fn video(&self, video_id: impl Into<String>) -> Job<Video> {
        Job::of(self.jogg.clone(), &CREATE_VIDEO_FROM_AVATAR, video_id)
    }
}

/// What an avatar says, and how it sounds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Speech {
    /// Moves its lips to a recording.
    Audio {
        /// The voice. The API wants one even with a recording.
        voice_id: String,
        /// Where the recording can be fetched.
        audio_url: String,
    },
    /// Speaks a text.
    Script {
        /// The voice to read with, from [`Voices`](crate::Voices).
        voice_id: String,
        /// The text.
        script: String,
    },
}

impl Speech {
    /// A text, read by this voice.
    pub fn script(voice_id: impl Into<String>, script: impl Into<String>) -> Self {
        Self::Script { voice_id: voice_id.into(), script: script.into() }
    }

    /// A recording. The API wants a voice all the same.
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
    /// A video in which an avatar speaks.
    pub struct CreateAvatarVideo(CreateVideoFromAvatarRequest);
    /// Whether captions are burnt in. A transparent video cannot have them.
    caption: bool,
    /// What to call the video.
    video_name: text,
    /// An address to notify when the job ends. Such notices carry no signature: take one as a hint
    /// to look at the job.
    webhook_url: text,
}

impl CreateAvatarVideo {
    /// With the fields the API requires: who speaks, what is said, the frame shape, and what lies
    /// behind the speaker.
    ///
    /// The screen styles are: with a background; a green screen, as MP4; and transparent, as WebM.
    /// The last needs captions off, so that `caption` is set to false with it.
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

    /// What a video of this length costs. `None` if the price list does not say.
    pub fn estimate(&self, length: Duration) -> Option<Estimate> {
        estimate(&CREATE_VIDEO_FROM_AVATAR, &self.0, Some(length))
    }

    fn check(&self) -> Result<()> {
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
