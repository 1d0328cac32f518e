//! Translations: dubbing a finished video in another language.

use std::time::Duration;

use jogg_api::Operation;
use jogg_api::operations::{
    CREATE_VIDEO_TRANSLATION, GET_VIDEO_TRANSLATION, LIST_TARGET_LANGUAGES,
};
use jogg_api::types::CreateVideoTranslationRequest;

use super::resource;
use crate::call::send;
use crate::credits::estimate;
use crate::job::private::Sealed;
use crate::job::report_of;
use crate::request::request;
use crate::{Call, Estimate, Job, JobRecord, JobReport, JobResult, Jogg, Raw, Result, aliases};

resource! {
    /// Dubbing a finished video in another language. From
    /// [`Jogg::translations`](crate::Jogg::translations).
    Translations
}

impl Translations {
    /// Starts a translation. Calls `create_video_translation`; costs
    /// [`CreateTranslation::estimate`] credits when it is accepted, and takes 10 to 20 minutes.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the answer was lost; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateTranslation) -> Call<Job<Translation>> {
        let (body, checked) = (request.0.clone(), request.check_extra());
        self.jogg.start(&CREATE_VIDEO_TRANSLATION, checked, send!(create_video_translation(body)))
    }

    /// The translation of this id, to look at or to wait for. Sends nothing.
    pub fn translation(&self, video_translate_id: impl Into<String>) -> Job<Translation> {
        Job::of(self.jogg.clone(), &CREATE_VIDEO_TRANSLATION, video_translate_id)
    }

    /// The languages to translate into, as [`CreateTranslation::new`] takes them. Calls
    /// `list_target_languages`; free.
    ///
    /// # Errors
    /// Those of a read; see [`ErrorKind`](crate::ErrorKind).
    pub fn target_languages(&self) -> Call<Vec<String>> {
        let send = send!(list_target_languages());
        self.jogg.make(&LIST_TARGET_LANGUAGES, Ok(()), send, |_, called| {
            Ok(called.answer.data.unwrap_or_default().languages)
        })
    }
}

request! {
    /// A video to translate.
    pub struct CreateTranslation(CreateVideoTranslationRequest);
    /// What to call the result.
    title: text,
    /// Whether the lips stay as they are.
    translate_audio_only: bool,
    /// The id of the voice that speaks the translation.
    output_voice: text,
    /// Whether subtitles in the new language are made as well.
    add_subtitles: bool,
    /// Whether the result may become longer or shorter than the original.
    enable_dynamic_duration: bool,
    /// An address to notify when the job ends; the other operations call it `webhook_url`. Such
    /// notices carry no signature: take one as a hint to look at the job.
    callback_url: text,
}

impl CreateTranslation {
    /// With the fields the API requires: where the video can be fetched, and the language, from
    /// [`Translations::target_languages`].
    pub fn new(video_url: impl Into<String>, output_language: impl Into<String>) -> Self {
        Self(CreateVideoTranslationRequest::new(video_url, output_language))
    }

    /// What the translation of a video of this length costs. `None` if the price list does not
    /// say.
    pub fn estimate(&self, length: Duration) -> Option<Estimate> {
        estimate(&CREATE_VIDEO_TRANSLATION, &self.0, Some(length))
    }
}

/// A translated video: the result of [`Translations::create`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Translation {
    /// The id of the job.
    pub video_translate_id: String,
    /// Where the video can be fetched.
    pub url: String,
    /// Where the subtitles can be fetched, if they were asked for.
    pub subtitle_url: Option<String>,
    /// What it is called.
    pub title: Option<String>,
    /// The `data` of the last report.
    pub raw: Raw,
}

impl Sealed for Translation {}

impl JobResult for Translation {
    const OPERATIONS: &'static [&'static Operation] = &[&CREATE_VIDEO_TRANSLATION];

    async fn look(jogg: Jogg, record: JobRecord) -> Result<JobReport<Self>> {
        let id = record.id.clone();
        let send = send!(get_video_translation(id));
        let (report, payload) = report_of(&jogg, &GET_VIDEO_TRANSLATION, send).await?;
        Ok(JobReport::of(report.status, payload).with_result(|raw| {
            Some(Self {
                url: aliases::url(&raw)?,
                video_translate_id: report.video_translate_id.unwrap_or(record.id),
                subtitle_url: report.subtitle_url,
                title: report.title,
                raw,
            })
        }))
    }
}
