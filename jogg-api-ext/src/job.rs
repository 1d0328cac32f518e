//! Jobs: what a create call returns, and how its result is waited for.

use std::fmt;
use std::marker::PhantomData;
use std::time::{SystemTime, UNIX_EPOCH};

use jogg_api::{Operation, one_line};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::wait::wait;
use crate::{Error, ErrorKind, JobStatus, Jogg, Result, WaitOptions};

/// A job the API works on: paid for, with a result to come.
///
/// It serialises as its [`JobRecord`]; store that, and another process can go on with
/// [`Jogg::resume`]. Dropping a job, or a future that waits for it, stops the looking but not the
/// job.
#[must_use = "the job is paid for: wait for it, or store its record"]
pub struct Job<T> {
    jogg: Jogg,
    record: JobRecord,
    result: PhantomData<fn() -> T>,
}

/// What is stored of a job. Holds no key.
#[derive(Clone, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JobRecord {
    /// The operation that started it, such as `add_photo_avatar_motion`.
    pub operation: String,
    /// Its id.
    pub id: String,
    /// When it was started, in Unix seconds; 0 if that is not known.
    pub started_at: u64,
    /// The `data` of the answer that started it, as received. Not redacted.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub answer: Value,
}

impl JobRecord {
    /// The record of a job of which only the id is known, as from a webhook or a database.
    pub fn new(operation: &'static Operation, id: impl Into<String>) -> Self {
        let operation = operation.id.to_owned();
        Self { operation, id: id.into(), started_at: 0, answer: Value::Null }
    }
}

/// One look at a job.
#[derive(Clone)]
#[non_exhaustive]
pub struct JobReport<T> {
    /// Where it stands.
    pub status: JobStatus,
    /// The API's own word for that; empty if it gave none.
    pub word: String,
    /// The result, if it is there and complete.
    pub result: Option<T>,
    /// Why the job failed, if it did and the API said.
    pub error: Option<String>,
    /// The `data` of the report, as received. Not redacted.
    pub payload: Value,
}

/// What a job can result in. Implemented by the result types of this crate.
pub trait JobResult: Sized + Send + 'static + private::Sealed {
    /// The operation that starts such a job.
    const OPERATION: &'static Operation;

    /// Looks at the job once.
    #[doc(hidden)]
    fn look(jogg: Jogg, record: JobRecord) -> impl Future<Output = Result<JobReport<Self>>> + Send;
}

pub(crate) mod private {
    /// Keeps [`JobResult`](super::JobResult) to this crate.
    pub trait Sealed {}
}

impl<T: JobResult> Job<T> {
    pub(crate) fn started(jogg: Jogg, id: String, sent_at: SystemTime, answer: Value) -> Self {
        let started_at = sent_at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let operation = T::OPERATION.id.to_owned();
        let record = JobRecord { operation, id, started_at, answer };
        Self { jogg, record, result: PhantomData }
    }

    pub(crate) fn of(jogg: Jogg, id: impl Into<String>) -> Self {
        Self { jogg, record: JobRecord::new(T::OPERATION, id), result: PhantomData }
    }

    pub(crate) fn resume(jogg: Jogg, record: JobRecord) -> Result<Self> {
        let wrong = match (record.operation == T::OPERATION.id, record.id.trim().is_empty()) {
            (false, _) => format!(
                "the stored job was started by `{}`, not by `{}`; resume it as the result type \
                 of that operation",
                record.operation,
                T::OPERATION.id
            ),
            (true, true) => "the stored job has no id".to_owned(),
            (true, false) => return Ok(Self { jogg, record, result: PhantomData }),
        };
        Err(Error::new(ErrorKind::InvalidParameter, wrong))
    }

    /// The job's id.
    pub fn id(&self) -> &str {
        &self.record.id
    }

    /// What to store of it.
    pub fn record(&self) -> &JobRecord {
        &self.record
    }

    /// Looks once, now. A failed job is a report here, not an error.
    ///
    /// # Errors
    /// Those of a read; see [`ErrorKind`].
    pub fn status(&self) -> impl Future<Output = Result<JobReport<T>>> + Send + use<T> {
        look(self.jogg.clone(), self.record.clone())
    }

    /// Waits for the result, with the usual [`WaitOptions`].
    ///
    /// # Errors
    /// [`ErrorKind::JobFailed`] with the job's message, [`ErrorKind::JobDeadline`] if it is not
    /// done in time, [`ErrorKind::ResultIncomplete`] if it is done but its result does not come.
    /// All carry the job. Looks that fail for a passing reason do not end the wait.
    pub fn wait(self) -> impl Future<Output = Result<T>> + Send + use<T> {
        self.wait_with(WaitOptions::default())
    }

    /// Waits for the result as told.
    ///
    /// # Errors
    /// As [`Job::wait`].
    pub fn wait_with(
        self,
        options: WaitOptions,
    ) -> impl Future<Output = Result<T>> + Send + use<T> {
        wait(self.jogg, self.record, options)
    }
}

/// Looks once. Why a job failed is the server's text, and becomes part of a message.
pub(crate) async fn look<T: JobResult>(jogg: Jogg, record: JobRecord) -> Result<JobReport<T>> {
    let mut report = T::look(jogg.clone(), record).await?;
    report.error = report.error.map(|text| jogg.api().redact_key(&text));
    Ok(report)
}

impl<T> Clone for Job<T> {
    fn clone(&self) -> Self {
        Self { jogg: self.jogg.clone(), record: self.record.clone(), result: PhantomData }
    }
}

impl<T> Serialize for Job<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.record.serialize(serializer)
    }
}

impl<T> fmt::Debug for Job<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.record.fmt(f)
    }
}

impl<T: fmt::Debug> fmt::Debug for JobReport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobReport")
            .field("status", &self.status)
            .field("word", &one_line(&self.word))
            .field("result", &self.result)
            .field("error", &self.error.as_deref().map(one_line))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for JobRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobRecord")
            .field("operation", &self.operation)
            .field("id", &self.id)
            .field("started_at", &self.started_at)
            .finish_non_exhaustive()
    }
}
