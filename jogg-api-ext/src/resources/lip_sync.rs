//! Lip sync: fitting the lips in a video to another audio track.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::lip_sync::CreateVideo;
//!
//! let video = jogg.assets().upload_path("talk.mp4").await?;
//! let audio = jogg.assets().upload_path("talk.mp3").await?;
//! let job = jogg.lip_sync().create(CreateVideo::new(video.url, audio.url)).await?;
//! println!("{}", job.wait().await?.url);
//! # Ok(()) }
//! ```

use std::time::Duration;

use jogg_api::endpoints::{CreateLipSyncVideo, GetLipSyncVideo};
use jogg_api::enums::{ErrorCode, PlaybackType};
use jogg_api::operations::CREATE_LIP_SYNC_VIDEO;
use jogg_api::types::CreateLipSyncVideoRequest;
use jogg_api::{Endpoint, Operation, PreparedRequest};
use serde::Serialize;

use super::estimate::{Estimate, estimate};
use crate::call::{Call, ResponseMetadata};
use crate::client::Jogg;
use crate::error::{Error, Result};
use crate::job_record::JobRecord;
use crate::jobs::{Job, JobReport, JobResult, Raw, Sealed, decoded, fields};
use crate::request::{group, request};
use crate::stream::BoxFuture;

pub use crate::undocumented::FIND_LIP_SYNC_VIDEO;
pub use jogg_api::types::LipSyncReport;

group! {
    /// Lip sync: fitting the lips in a video to another audio track.
    LipSync, lip_sync
}

impl LipSync {
    /// Creates a video. Calls `create_lip_sync_video`; costs [`CreateVideo::estimate`] credits. No
    /// webhook reports its end.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the response was lost;
    /// see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateVideo) -> Call<Job<Video>> {
        self.jogg.start(request.check_extra(), CreateLipSyncVideo::new(request.0))
    }

    /// Finds the latest job that was started with these URLs and this playback type, to poll or to
    /// wait for; `None` if there is none. Sends `GET /v2/lip_sync_video`; free.
    ///
    /// **No document of the API has this operation**: it may change or go without notice. It
    /// matches by URL: a file that is uploaded again has another URL, and finds nothing.
    ///
    /// A request whose response was lost is found with what it was sent with;
    /// [`Jogg::candidates`](crate::Jogg::candidates) does so. Without a playback type of its own,
    /// that is [`PlaybackType::Normal`].
    ///
    /// ```no_run
    /// # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
    /// use jogg_api_ext::enums::PlaybackType;
    /// use jogg_api_ext::lip_sync::CreateVideo;
    ///
    /// let (video, audio) = ("https://example.com/talk.mp4", "https://example.com/talk.mp3");
    /// let found = jogg.lip_sync().find(video, audio, PlaybackType::Normal).await?;
    /// let job = match found {
    ///     Some(job) => job,
    ///     None => jogg.lip_sync().create(CreateVideo::new(video, audio)).await?,
    /// };
    /// println!("{}", job.wait().await?.url);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of a read; see [`ErrorKind`](crate::ErrorKind). If the API no longer has the
    /// operation, that is an error and not `None`.
    pub fn find(
        &self,
        video_url: impl Into<String>,
        audio_url: impl Into<String>,
        playback_type: PlaybackType,
    ) -> BoxFuture<Result<Option<Job<Video>>>> {
        let request =
            FindVideo { video_url: video_url.into(), audio_url: audio_url.into(), playback_type };
        let jogg = self.jogg.clone();
        Box::pin(async move {
            let found = find(&jogg, request).await?;
            Ok(found.map(|found| Job::new(jogg, found.record)))
        })
    }

    /// Returns the lip sync job of this id, to poll or to wait for. Sends nothing.
    pub fn video_job(&self, task_id: impl Into<String>) -> Job<Video> {
        Job::of(&self.jogg, &CREATE_LIP_SYNC_VIDEO, task_id)
    }
}

request! {
    /// A request for a video whose lips follow an audio track.
    pub struct CreateVideo(CreateLipSyncVideoRequest);
    /// Sets how a video that ends before the audio does is filled up. Default: `normal`.
    playback_type: PlaybackType,
}

impl CreateVideo {
    /// Creates a request with the fields the API requires: the URLs of the video and the audio.
    pub fn new(video_url: impl Into<String>, audio_url: impl Into<String>) -> Self {
        Self(CreateLipSyncVideoRequest::new(video_url, audio_url))
    }

    /// Returns what a video of this length costs; `None` if the price list doesn't say.
    pub fn estimate(&self, length: Duration) -> Option<Estimate> {
        estimate(&CREATE_LIP_SYNC_VIDEO, &self.0, Some(length))
    }
}

/// The query of [`FIND_LIP_SYNC_VIDEO`].
#[derive(Serialize)]
pub(crate) struct FindVideo {
    pub(crate) video_url: String,
    pub(crate) audio_url: String,
    pub(crate) playback_type: PlaybackType,
}

impl Endpoint for FindVideo {
    type Response = LipSyncReport;

    const OPERATION: &'static Operation = &FIND_LIP_SYNC_VIDEO;

    fn prepare(&self) -> std::result::Result<PreparedRequest, jogg_api::Error> {
        PreparedRequest::new(Self::OPERATION, FIND_LIP_SYNC_VIDEO.path)?.query(self)
    }
}

/// A job that was found by its URLs.
pub(crate) struct FoundVideo {
    pub(crate) record: JobRecord,
    pub(crate) report: LipSyncReport,
    pub(crate) metadata: ResponseMetadata,
}

/// Finds the latest job with these URLs.
pub(crate) async fn find(jogg: &Jogg, request: FindVideo) -> Result<Option<FoundVideo>> {
    let call = jogg.call_to_read(Ok(()), request, has_id, |found, _| Ok(found));
    let ((id, report), metadata) = match call.with_metadata().await {
        Err(error) if says_none(&error) => return Ok(None),
        outcome => outcome?,
    };
    let started_at = report.created_at.and_then(|created| created.try_into().ok());
    let record = JobRecord {
        started_at: started_at.unwrap_or_default(),
        raw: metadata.raw(),
        ..JobRecord::new(&CREATE_LIP_SYNC_VIDEO, id)
    };
    Ok(Some(FoundVideo { record, report, metadata }))
}

/// Checks that a report says which job it is about.
fn has_id(_: &Jogg, report: LipSyncReport) -> std::result::Result<(String, LipSyncReport), String> {
    match report.task_id.clone().filter(|id| !id.trim().is_empty()) {
        Some(id) => Ok((id, report)),
        None => Err("it has no `data.task_id`".to_owned()),
    }
}

/// Whether the API says that no job has these URLs. A 404 with the general code may be about the
/// path instead, since no document promises it: to take it for "none" may be to pay twice.
fn says_none(error: &Error) -> bool {
    match error.code().map(ErrorCode::from) {
        Some(ErrorCode::LipSyncNotFound) => true,
        Some(ErrorCode::NotFound) => error.http_status() != Some(404),
        _ => false,
    }
}

/// A video whose lips follow the audio: the result of [`LipSync::create`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Video {
    /// The id of the job.
    pub task_id: String,
    /// The URL of the video.
    pub url: String,
    /// The URL of a still image of it.
    pub cover_url: Option<String>,
    /// Its length in seconds.
    pub duration_seconds: Option<f64>,
    /// When it was created, in Unix seconds.
    pub created_at: Option<i64>,
    /// When it was finished, in Unix seconds.
    pub completed_at: Option<i64>,
    /// The `data` of the last report.
    pub raw: Raw,
}

impl Sealed for Video {}

impl JobResult for Video {
    const OPERATIONS: &'static [&'static Operation] = &[&CREATE_LIP_SYNC_VIDEO];

    type Memory = ();

    async fn poll(jogg: Jogg, record: JobRecord, (): &mut ()) -> Result<JobReport<Self>> {
        let (report, raw) = jogg.report(GetLipSyncVideo::new(record.id.as_str())).await?;
        Ok(report_on(report, raw, record))
    }

    fn read(record: JobRecord, body: &[u8], raw: Raw) -> Option<JobReport<Self>> {
        Some(report_on(decoded::<GetLipSyncVideo>(body)?, raw, record))
    }

    fn into_raw(self) -> Raw {
        self.raw
    }
}

fn report_on(report: LipSyncReport, raw: Raw, record: JobRecord) -> JobReport<Video> {
    let error = report.error.and_then(|error| error.message);
    let job =
        JobReport::of(report.status, error, raw).naming(report.task_id.as_deref(), &record.id);
    job.with_result(|raw| {
        let output = report.data.unwrap_or_default();
        Some(Video {
            url: output.result_url.or_else(|| fields::url(&raw))?,
            task_id: report.task_id.unwrap_or(record.id),
            cover_url: output.cover_url.or_else(|| fields::cover_url(&raw)),
            duration_seconds: output.duration_seconds.or_else(|| fields::duration_seconds(&raw)),
            created_at: report.created_at,
            completed_at: report.completed_at,
            raw,
        })
    })
}
