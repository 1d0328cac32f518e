//! What is reported while a wait goes on.

use std::time::Duration;

use super::JobStatus;
use crate::error::ErrorKind;

/// The state of a wait after a poll, for progress bars and logs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JobProgress {
    /// The job's id.
    pub job_id: String,
    /// The status of the job; the last known one if the poll failed.
    pub status: JobStatus,
    /// How many polls there were.
    pub polls: u32,
    /// The time since the wait began.
    pub elapsed: Duration,
    /// The kind of error, if this poll failed and the wait goes on.
    pub poll_error: Option<ErrorKind>,
}

/// An item of an [`updates`](crate::Job::updates) stream.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum JobUpdate<T> {
    /// The job goes on.
    Progress(JobProgress),
    /// The job is done: the last item.
    Done(T),
}
