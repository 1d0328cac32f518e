//! Translations: dubbing a finished video in another language.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::translations::CreateTranslation;
//!
//! println!("{:?}", jogg.translations().target_languages().await?);
//! let request = CreateTranslation::new("https://example.com/talk.mp4", "french");
//! let job = jogg.translations().create(request.add_subtitles(true)).await?;
//! println!("{}", job.wait().await?.url);
//! # Ok(()) }
//! ```

use std::time::Duration;

use jogg_api::Operation;
use jogg_api::endpoints::{CreateVideoTranslation, GetVideoTranslation, ListTargetLanguages};
use jogg_api::operations::CREATE_VIDEO_TRANSLATION;
use jogg_api::types::{CreateVideoTranslationRequest, TranslationReport};

use super::estimate::{Estimate, estimate};
use crate::call::Call;
use crate::client::Jogg;
use crate::error::Result;
use crate::job_record::JobRecord;
use crate::jobs::{Job, JobReport, JobResult, Raw, Sealed, decoded, fields};
use crate::lists::Gap;
use crate::request::{group, request};

group! {
    /// Translations: dubbing a finished video in another language.
    Translations, translations
}

impl Translations {
    /// Creates a translation. Calls `create_video_translation`; costs
    /// [`CreateTranslation::estimate`] credits when it is accepted, and takes 10 to 20 minutes.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the response was lost;
    /// see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateTranslation) -> Call<Job<Translation>> {
        self.jogg.start(request.check_extra(), CreateVideoTranslation::new(request.0))
    }

    /// Returns the translation job of this id, to poll or to wait for. Sends nothing.
    pub fn translation_job(&self, video_translate_id: impl Into<String>) -> Job<Translation> {
        Job::of(&self.jogg, &CREATE_VIDEO_TRANSLATION, video_translate_id)
    }

    /// Returns the languages to translate into, as [`CreateTranslation::new`] takes them. Calls
    /// `list_target_languages`; free.
    ///
    /// # Errors
    /// Those of a read; see [`ErrorKind`](crate::ErrorKind).
    pub fn target_languages(&self) -> Call<Vec<String>> {
        self.jogg.call_with(Ok(()), ListTargetLanguages::new(), |data, received| {
            Gap::checked(data.languages, received)
        })
    }
}

request! {
    /// A request for a translation.
    pub struct CreateTranslation(CreateVideoTranslationRequest);
    /// Sets the result's title.
    title: text,
    /// Sets whether only the audio is translated, and the lips stay unchanged.
    translate_audio_only: bool,
    /// Sets the id of the voice that speaks the translation.
    output_voice: text,
    /// Sets whether subtitles in the new language are made as well.
    add_subtitles: bool,
    /// Sets whether the result may become longer or shorter than the original.
    enable_dynamic_duration: bool,
    /// Sets an address to notify when the job ends; the other operations call it `webhook_url`.
    /// Notifications aren't signed: treat one as a hint to poll the job.
    callback_url: text,
}

impl CreateTranslation {
    /// Creates a request with the fields the API requires: the URL of the video, and the language,
    /// one of [`Translations::target_languages`].
    pub fn new(video_url: impl Into<String>, output_language: impl Into<String>) -> Self {
        Self(CreateVideoTranslationRequest::new(video_url, output_language))
    }

    /// Returns what the translation of a video of this length costs; `None` if the price list
    /// doesn't say.
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
    /// The URL of the video.
    pub url: String,
    /// The URL of the subtitles, if they were requested.
    pub subtitle_url: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// The `data` of the last report.
    pub raw: Raw,
}

impl Sealed for Translation {}

impl JobResult for Translation {
    const OPERATIONS: &'static [&'static Operation] = &[&CREATE_VIDEO_TRANSLATION];

    type Memory = ();

    async fn poll(jogg: Jogg, record: JobRecord, (): &mut ()) -> Result<JobReport<Self>> {
        let (report, raw) = jogg.report(GetVideoTranslation::new(record.id.as_str())).await?;
        Ok(report_on(report, raw, record))
    }

    fn read(record: JobRecord, body: &[u8], raw: Raw) -> Option<JobReport<Self>> {
        Some(report_on(decoded::<GetVideoTranslation>(body)?, raw, record))
    }

    fn into_raw(self) -> Raw {
        self.raw
    }
}

fn report_on(report: TranslationReport, raw: Raw, record: JobRecord) -> JobReport<Translation> {
    let job = JobReport::of(report.status, None, raw)
        .naming(report.video_translate_id.as_deref(), &record.id);
    job.with_result(|raw| {
        Some(Translation {
            url: report.url.or_else(|| fields::url(&raw))?,
            video_translate_id: report.video_translate_id.unwrap_or(record.id),
            subtitle_url: report.subtitle_url,
            title: report.title,
            raw,
        })
    })
}
