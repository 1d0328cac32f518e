//! One report on a job, made of the response to a poll.

use std::fmt;

use jogg_api::enums::RawStatus;
use jogg_api::{Endpoint, Operation, one_line};

use super::{JobStatus, Raw, fields};
use crate::client::Jogg;
use crate::error::Result;
use crate::job_record::JobRecord;

/// What one poll says about a job.
#[derive(Clone)]
#[non_exhaustive]
pub struct JobReport<T> {
    /// The status of the job.
    pub status: JobStatus,
    /// The status as the API calls it, a string or a number; empty if it gave none.
    pub raw_status: String,
    /// The result, if it is there and complete.
    pub result: Option<T>,
    /// Why the job failed, if it did and the API said.
    pub error: Option<String>,
    /// The `data` of the report, as received. Not redacted.
    pub raw: Raw,
    /// What there is of a batch of which a part has been missing for too long.
    pub(crate) partial: Option<T>,
}

/// What a job can result in. Implemented by the result types of this crate.
pub trait JobResult: Sized + Send + 'static + Sealed {
    /// The operations that start such a job.
    const OPERATIONS: &'static [&'static Operation];

    /// Polls the job once.
    #[doc(hidden)]
    fn poll(jogg: Jogg, record: JobRecord) -> impl Future<Output = Result<JobReport<Self>>> + Send;
}

/// Keeps [`JobResult`] to this crate.
pub trait Sealed {}

/// Polls once.
pub(crate) async fn report<T: JobResult>(jogg: Jogg, record: JobRecord) -> Result<JobReport<T>> {
    let mut report = T::poll(jogg.clone(), record).await?;
    // Why a job failed is the server's text, and becomes part of a message.
    report.error = report.error.map(|text| jogg.api().redact_key(&text));
    Ok(report)
}

impl Jogg {
    /// Calls an operation that reports on a job. Returns the report, and its `data` as received.
    pub(crate) async fn report<E: Endpoint>(&self, endpoint: E) -> Result<(E::Response, Raw)> {
        let (report, metadata) = self.call(endpoint).with_metadata().await?;
        Ok((report, Raw::of_body(metadata.body)))
    }
}

impl<T> JobReport<T> {
    /// Creates a report with this status, and with this reason if the job failed; the raw report
    /// may have one under another name.
    pub(crate) fn of(status: Option<RawStatus>, error: Option<String>, raw: Raw) -> Self {
        let mut report =
            Self::new(status.as_ref().map_or(JobStatus::Unknown, JobStatus::from), raw);
        report.raw_status = status.map(|status| status.as_str().to_owned()).unwrap_or_default();
        if report.status == JobStatus::Failed {
            let error = error.filter(|error| !error.trim().is_empty());
            report.error = error.or_else(|| fields::error(&report.raw));
        }
        report
    }

    /// Creates a report with this status.
    pub(crate) fn new(status: JobStatus, raw: Raw) -> Self {
        Self { status, raw_status: String::new(), result: None, error: None, raw, partial: None }
    }

    /// Sets why the job failed, if it did: a completed one may have a message, too.
    pub(crate) fn with_error(mut self, error: Option<String>) -> Self {
        if self.status == JobStatus::Failed {
            self.error = error.filter(|error| !error.is_empty());
        }
        self
    }

    /// Sets the result, if the job is completed and its result is there.
    pub(crate) fn with_result(mut self, result: impl FnOnce(Raw) -> Option<T>) -> Self {
        if self.status == JobStatus::Completed {
            self.result = result(self.raw.clone());
        }
        self
    }

    /// Sets the result of a batch: whole if no part is missing, else only to fall back on.
    pub(crate) fn with_batch(mut self, is_whole: bool, result: impl FnOnce(Raw) -> T) -> Self {
        if self.status == JobStatus::Completed {
            let result = result(self.raw.clone());
            match is_whole {
                true => self.result = Some(result),
                false => self.partial = Some(result),
            }
        }
        self
    }
}

impl<T: fmt::Debug> fmt::Debug for JobReport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobReport")
            .field("status", &self.status)
            .field("raw_status", &one_line(&self.raw_status))
            .field("result", &self.result)
            .field("error", &self.error.as_deref().map(one_line))
            .finish_non_exhaustive()
    }
}
