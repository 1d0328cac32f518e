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

use jogg_api::Operation;
use jogg_api::endpoints::{CreateLipSyncVideo, GetLipSyncVideo};
use jogg_api::enums::PlaybackType;
use jogg_api::operations::CREATE_LIP_SYNC_VIDEO;
use jogg_api::types::CreateLipSyncVideoRequest;

use super::estimate::{Estimate, estimate};
use crate::call::Call;
use crate::client::Jogg;
use crate::error::Result;
use crate::job_record::JobRecord;
use crate::jobs::{Job, JobReport, JobResult, Raw, Sealed, fields};
use crate::request::{group, request};

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
        let error = report.error.and_then(|error| error.message);
        Ok(JobReport::of(report.status, error, raw).with_result(|raw| {
            let output = report.data.unwrap_or_default();
            Some(Self {
                url: output.result_url.or_else(|| fields::url(&raw))?,
                task_id: report.task_id.unwrap_or(record.id),
                cover_url: output.cover_url.or_else(|| fields::cover_url(&raw)),
                duration_seconds: output
                    .duration_seconds
                    .or_else(|| fields::duration_seconds(&raw)),
                created_at: report.created_at,
                completed_at: report.completed_at,
                raw,
            })
        }))
    }
}
