//! One report on a job, made of the response to a poll.

use std::fmt;

use jogg_api::enums::RawStatus;
use jogg_api::{Endpoint, Operation, decode_data, one_line};
use serde_json::Value;

use super::{JobStatus, Raw, fields};
use crate::client::Jogg;
use crate::error::{Error, ErrorKind, Result};
use crate::job_record::{JobRecord, other_id};

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
    /// The result to fall back on when nothing better comes: a batch without the members that lack
    /// their URL, or a result under a status that this crate doesn't know.
    pub(crate) fallback: Option<T>,
    /// Why the job failed, in the server's words alone.
    pub(crate) server_message: Option<String>,
    /// Whether it has the id of its job where the documents say, so that the raw report needn't be
    /// searched for another.
    names_its_job: bool,
}

/// What a job can result in. Implemented by the result types of this crate.
pub trait JobResult: Sized + Send + 'static + Sealed {
    /// The operations that start such a job.
    const OPERATIONS: &'static [&'static Operation];

    /// What a poll leaves for the next one of the same wait.
    #[doc(hidden)]
    type Memory: Default + Send + Sync + 'static;

    /// Polls the job once.
    #[doc(hidden)]
    fn poll(
        jogg: Jogg,
        record: JobRecord,
        memory: &mut Self::Memory,
    ) -> impl Future<Output = Result<JobReport<Self>>> + Send;

    /// Reads a report that nobody polled for, in the form of the response to a poll. `None` if the
    /// job has no separate report.
    #[doc(hidden)]
    fn read(record: JobRecord, body: &[u8], raw: Raw) -> Option<JobReport<Self>>;

    /// Makes the result again of the `raw` that was stored of it.
    #[doc(hidden)]
    fn restore(record: JobRecord, raw: Value) -> Option<Self> {
        let body = enveloped(&raw);
        let report = Self::read(record, &body, raw.into())?;
        report.result.or(report.fallback)
    }

    /// Returns the `data` it was made of.
    #[doc(hidden)]
    fn into_raw(self) -> Raw;
}

/// Keeps [`JobResult`] to this crate.
pub trait Sealed {}

/// Polls once. All requests of the poll have one deadline together.
pub(crate) async fn report<T: JobResult>(
    mut jogg: Jogg,
    record: JobRecord,
    memory: &mut T::Memory,
) -> Result<JobReport<T>> {
    if jogg.options().deadline.is_some() {
        let options = jogg.options().clone().starting_at(jogg.clock().now());
        jogg = jogg.with_options(options);
    }
    let operation = T::OPERATIONS.iter().find(|operation| operation.id == record.operation);
    let id = record.id.clone();
    let mut report = T::poll(jogg.clone(), record, memory).await?;
    if let Some(operation) = operation.filter(|_| !report.names_its_job)
        && let Some((name, other)) = other_id(operation, &report.raw, &id)
    {
        let other = one_line(&jogg.api().redact_key(&other));
        let message = format!("a poll reported on another job: its `{name}` is `{other}`");
        let error = Error::new(ErrorKind::InvalidResponse, message).with_operation(operation);
        return Err(error.with_raw(Some(report.raw.into_value())));
    }
    // Why a job failed is the server's text, and becomes part of a message; so does a status that
    // isn't known.
    let redact = |text: String| jogg.api().redact_key(&text);
    report.error = report.error.map(redact);
    report.server_message = report.server_message.map(redact);
    if report.status == JobStatus::Unknown {
        report.raw_status = redact(report.raw_status);
    }
    Ok(report)
}

/// Creates the error of a job that was started by these operations, and so has a result of another
/// type. `read` is what the caller was about to do with it.
pub(crate) fn wrong_type<T: JobResult>(job: &str, started_by: &[&str], read: &str) -> Error {
    let expected: Vec<_> = T::OPERATIONS.iter().map(|operation| operation.id).collect();
    let (started_by, expected) = (started_by.join("` or `"), expected.join("` or `"));
    let message = format!(
        "{job} was started by `{started_by}`, not by `{expected}`; {read} it as the result type of \
         that operation"
    );
    Error::new(ErrorKind::InvalidParameter, message)
}

/// Decodes a body as the response of this operation.
pub(crate) fn decoded<E: Endpoint>(body: &[u8]) -> Option<E::Response> {
    decode_data(body, E::OPERATION)
}

/// Writes a `data` as the body of a response.
pub(crate) fn enveloped(data: &Value) -> Vec<u8> {
    serde_json::json!({"code": 0, "data": data}).to_string().into_bytes()
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
            report.server_message.clone_from(&report.error);
        }
        report
    }

    /// Creates a report with this status.
    pub(crate) fn new(status: JobStatus, raw: Raw) -> Self {
        Self {
            status,
            raw_status: String::new(),
            result: None,
            error: None,
            raw,
            fallback: None,
            server_message: None,
            names_its_job: false,
        }
    }

    /// Compares the id in the report with that of its job.
    pub(crate) fn naming(mut self, named: Option<&str>, id: &str) -> Self {
        self.names_its_job = named == Some(id);
        self
    }

    /// Sets the result, if it is there and the job is completed. Under an unknown status it is only
    /// to fall back on: it may mean that the job is done.
    pub(crate) fn with_result(mut self, result: impl FnOnce(Raw) -> Option<T>) -> Self {
        match self.status {
            JobStatus::Completed => self.result = result(self.raw.clone()),
            JobStatus::Unknown => self.fallback = result(self.raw.clone()),
            _ => {}
        }
        self
    }

    /// Sets why a batch failed, if it did: this, and what the server gives as the reason.
    pub(crate) fn with_failure(mut self, failure: &str, reason: Option<String>) -> Self {
        if self.status == JobStatus::Failed {
            self.error = Some(match &reason {
                Some(reason) => format!("{failure}: {reason}"),
                None => failure.to_owned(),
            });
            self.server_message = reason;
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
