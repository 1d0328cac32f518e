//! Lip sync: fitting the lips in a video to another audio track.

use std::time::Duration;

use jogg_api::Operation;
use jogg_api::enums::PlaybackType;
use jogg_api::operations::{CREATE_LIP_SYNC_VIDEO, GET_LIP_SYNC_VIDEO};
use jogg_api::types::CreateLipSyncVideoRequest;

use super::resource;
use crate::call::send;
use crate::credits::estimate;
use crate::job::private::Sealed;
use crate::job::report_of;
use crate::request::request;
use crate::{Call, Estimate, Job, JobRecord, JobReport, JobResult, Jogg, Raw, Result, aliases};

resource! {
    /// Fitting the lips in a video to another audio track. From
    /// [`Jogg::lip_sync`](crate::Jogg::lip_sync).
    LipSync
}

impl LipSync {
    /// Starts a video. Calls `create_lip_sync_video`; costs [`CreateLipSyncVideo::estimate`]
    /// credits. No webhook tells of its end.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the answer was lost; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateLipSyncVideo) -> Call<Job<LipSyncVideo>> {
        let (body, checked) = (request.0.clone(), request.check_extra());
        self.jogg.start(&CREATE_LIP_SYNC_VIDEO, checked, send!(create_lip_sync_video(body)))
    }

    /// The lip sync job of this id, to look at or to wait for. Sends nothing.
    pub fn video(&self, task_id: impl Into<String>) -> Job<LipSyncVideo> {
        Job::of(self.jogg.clone(), &CREATE_LIP_SYNC_VIDEO, task_id)
    }
}

request! {
    /// A video and the audio its lips should follow.
    pub struct CreateLipSyncVideo(CreateLipSyncVideoRequest);
    /// How a video that ends before the audio does is filled up; `normal` unless set.
    playback_type: PlaybackType,
}

impl CreateLipSyncVideo {
    /// With the fields the API requires: where video and audio can be fetched.
    pub fn new(video_url: impl Into<String>, audio_url: impl Into<String>) -> Self {
        Self(CreateLipSyncVideoRequest::new(video_url, audio_url))
    }

    /// What a video of this length costs. `None` if the price list does not say.
    pub fn estimate(&self, length: Duration) -> Option<Estimate> {
        estimate(&CREATE_LIP_SYNC_VIDEO, &self.0, Some(length))
    }
}

/// A video whose lips follow the audio: the result of [`LipSync::create`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LipSyncVideo {
    /// The id of the job.
    pub task_id: String,
    /// Where the video can be fetched.
    pub url: String,
    /// A still picture to stand for it.
    pub cover_url: Option<String>,
    /// Running time in seconds.
    pub duration_seconds: Option<f64>,
    /// When it was created, in Unix seconds.
    pub created_at: Option<i64>,
    /// When it was finished, in Unix seconds.
    pub completed_at: Option<i64>,
    /// The `data` of the last report.
    pub raw: Raw,
}

impl Sealed for LipSyncVideo {}

impl JobResult for LipSyncVideo {
    const OPERATIONS: &'static [&'static Operation] = &[&CREATE_LIP_SYNC_VIDEO];

    async fn look(jogg: Jogg, record: JobRecord) -> Result<JobReport<Self>> {
        let id = record.id.clone();
        let send = send!(get_lip_sync_video(id));
        let (report, payload) = report_of(&jogg, &GET_LIP_SYNC_VIDEO, send).await?;
        Ok(JobReport::of(report.status, payload).with_result(|raw| {
            Some(Self {
                url: aliases::url(&raw)?,
                task_id: report.task_id.unwrap_or(record.id),
                cover_url: aliases::text(&raw, &["cover_url"]),
                duration_seconds: aliases::duration_seconds(&raw),
                created_at: report.created_at,
                completed_at: report.completed_at,
                raw,
            })
        }))
    }
}
