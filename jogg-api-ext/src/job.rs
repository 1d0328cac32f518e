//! Jobs: what a create call returns, and how its result is waited for.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::time::UNIX_EPOCH;

use jogg_api::enums::StatusWord;
use jogg_api::jobs::JOBS;
use jogg_api::{Answer, JobLink, Operation, one_line};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::wait::{updates, wait};
use crate::{
    BoxStream, Called, Error, ErrorKind, JobStatus, Jogg, Result, Update, WaitOptions, aliases,
};

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
    #[serde(deserialize_with = "text_or_number")]
    pub id: String,
    /// When it was started, in Unix seconds; 0 if that is not known.
    #[serde(default, deserialize_with = "seconds_or_null")]
    pub started_at: u64,
    /// The `data` of the answer that started it, as received. Not redacted.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub answer: Value,
}

/// Records are written by hand as well, from databases in which an id may be a number.
fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let id = Value::deserialize(deserializer)?;
    id_text(&id)
        .or_else(|| id.as_str().map(str::to_owned))
        .ok_or_else(|| serde::de::Error::custom("the `id` of a job is a text or a number"))
}

fn seconds_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Option::<u64>::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl JobRecord {
    /// The record of a job of which only the id is known, as from a webhook or a database.
    pub fn new(operation: &'static Operation, id: impl Into<String>) -> Self {
        let operation = operation.id.to_owned();
        Self { operation, id: id.into(), started_at: 0, answer: Value::Null }
    }
}

/// The last report on a job, as received. `Debug` does not show it; it is not redacted.
///
/// ```
/// # fn demo(video: jogg_api_ext::Video) {
/// println!("{}", video.raw["a_field_that_is_new"]);
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct Raw(pub Value);

impl Deref for Raw {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Raw").finish_non_exhaustive()
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
    /// What there is of a batch that lacks a part for too long.
    pub(crate) partial: Option<T>,
}

/// What a job can result in. Implemented by the result types of this crate.
pub trait JobResult: Sized + Send + 'static + private::Sealed {
    /// The operations that start such a job.
    const OPERATIONS: &'static [&'static Operation];

    /// Looks at the job once.
    #[doc(hidden)]
    fn look(jogg: Jogg, record: JobRecord) -> impl Future<Output = Result<JobReport<Self>>> + Send;
}

pub(crate) mod private {
    /// Keeps [`JobResult`](super::JobResult) to this crate.
    pub trait Sealed {}
}

impl<T: JobResult> Job<T> {
    /// The job an operation has just started.
    pub(crate) fn started<D>(
        jogg: Jogg,
        operation: &'static Operation,
        called: &Called<D>,
        id: impl Into<String>,
    ) -> Self {
        let sent_at = called.sent_at.duration_since(UNIX_EPOCH);
        let record = JobRecord {
            started_at: sent_at.map_or(0, |since| since.as_secs()),
            answer: called.answer.payload(),
            ..JobRecord::new(operation, id)
        };
        Self { jogg, record, result: PhantomData }
    }

    pub(crate) fn of(jogg: Jogg, operation: &'static Operation, id: impl Into<String>) -> Self {
        Self { jogg, record: JobRecord::new(operation, id), result: PhantomData }
    }

    pub(crate) fn resume(jogg: Jogg, record: JobRecord) -> Result<Self> {
        let mut operations = T::OPERATIONS.iter().map(|operation| operation.id);
        let wrong = match (operations.any(|id| id == record.operation), record.id.trim()) {
            (false, _) => format!(
                "the stored job was started by `{}`, not by `{}`; resume it as the result type \
                 of that operation",
                record.operation,
                T::OPERATIONS
                    .iter()
                    .map(|operation| operation.id)
                    .collect::<Vec<_>>()
                    .join("` or `")
            ),
            (true, "") => "the stored job has no id".to_owned(),
            (true, _) => return Ok(Self { jogg, record, result: PhantomData }),
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

    /// Waits for the result, with the [`WaitOptions`] that suit this kind of job.
    ///
    /// # Errors
    /// [`ErrorKind::JobFailed`] with the job's message, [`ErrorKind::JobDeadline`] if it is not
    /// done in time, [`ErrorKind::ResultIncomplete`] if it is done but its result does not come.
    /// All carry the job. Looks that fail for a passing reason do not end the wait.
    pub fn wait(self) -> impl Future<Output = Result<T>> + Send + use<T> {
        let options = WaitOptions::of(&self.record.operation);
        self.wait_with(options)
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

    /// Waits as a stream: what each look brings, and at last the result. The stream ends with the
    /// result or an error, which is one of [`Job::wait`]; dropping it stops the looking.
    ///
    /// ```no_run
    /// # async fn demo(job: jogg_api_ext::Job<jogg_api_ext::Video>) -> jogg_api_ext::Result<()> {
    /// use jogg_api_ext::Update;
    ///
    /// let mut updates = job.updates();
    /// while let Some(update) = updates.next().await {
    ///     match update? {
    ///         Update::Progress(progress) => println!("{}", progress.status),
    ///         Update::Done(video) => println!("{}", video.url),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn updates(self) -> BoxStream<Result<Update<T>>> {
        let options = WaitOptions::of(&self.record.operation);
        self.updates_with(options)
    }

    /// As [`Job::updates`], looking as told.
    pub fn updates_with(self, options: WaitOptions) -> BoxStream<Result<Update<T>>> {
        updates(self.jogg, self.record, options)
    }

    pub(crate) fn into_parts(self) -> (Jogg, JobRecord) {
        (self.jogg, self.record)
    }
}

/// The id in the answer that started a job, as the job table says; `None` if it is not there, or the
/// operation starts no job with an id of its own.
pub(crate) fn started_id<D>(operation: &Operation, answer: &Answer<D>) -> Option<String> {
    let from = id_place(operation)?;
    let name = from.strip_prefix("data.").unwrap_or(from);
    let others: &[&str] = if name == "video_id" { &OTHER_VIDEO_IDS } else { &[] };
    let payload = answer.payload();
    std::iter::once(&name).chain(others).find_map(|name| id_text(payload.get(name)?))
}

/// What the id of a video is called elsewhere. It is one and the same.
const OTHER_VIDEO_IDS: [&str; 3] = ["product_video_id", "project_id", "id"];

/// An id, which may come as a number.
pub(crate) fn id_text(id: &Value) -> Option<String> {
    match id {
        Value::String(id) if !id.trim().is_empty() => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// Where the answer that should have started a job lacks its id.
pub(crate) fn missing_id<D>(operation: &Operation, answer: &Answer<D>) -> Option<&'static str> {
    id_place(operation).filter(|_| started_id(operation, answer).is_none())
}

fn id_place(operation: &Operation) -> Option<&'static str> {
    match JOBS.iter().find(|rule| rule.create == operation)?.link {
        JobLink::Id { from, .. } => Some(from),
        _ => None,
    }
}

impl<T> JobReport<T> {
    /// A report with this word for the state, and what the payload says of a failure.
    pub(crate) fn of(word: Option<StatusWord>, payload: Value) -> Self {
        let error = aliases::error(&payload);
        Self::new(word, payload).with_error(error)
    }

    /// A report with this word for the state.
    pub(crate) fn new(word: Option<StatusWord>, payload: Value) -> Self {
        let status = word.as_ref().map_or(JobStatus::Unknown, JobStatus::from);
        let word = word.map(|word| word.as_str().to_owned()).unwrap_or_default();
        Self { status, word, result: None, error: None, payload, partial: None }
    }

    /// Why the job failed, if it did: a completed one may have a message, too.
    pub(crate) fn with_error(mut self, error: Option<String>) -> Self {
        if self.status == JobStatus::Failed {
            self.error = error.filter(|error| !error.is_empty());
        }
        self
    }

    /// The result, made of the payload, if the job is completed and its result is there.
    pub(crate) fn with_result(mut self, result: impl FnOnce(Raw) -> Option<T>) -> Self {
        if self.status == JobStatus::Completed {
            self.result = result(Raw(self.payload.clone()));
        }
        self
    }

    /// The result of a batch: whole if nothing lacks, else only to fall back on.
    pub(crate) fn with_batch(mut self, is_whole: bool, result: impl FnOnce(Raw) -> T) -> Self {
        if self.status == JobStatus::Completed {
            let result = result(Raw(self.payload.clone()));
            match is_whole {
                true => self.result = Some(result),
                false => self.partial = Some(result),
            }
        }
        self
    }
}

/// Looks once. Why a job failed is the server's text, and becomes part of a message.
pub(crate) async fn look<T: JobResult>(jogg: Jogg, record: JobRecord) -> Result<JobReport<T>> {
    let mut report = T::look(jogg.clone(), record).await?;
    report.error = report.error.map(|text| jogg.api().redact_key(&text));
    Ok(report)
}

/// Calls an operation that reports on a job: what it says, and its `data` as received.
pub(crate) async fn report_of<D, F, R>(
    jogg: &Jogg,
    operation: &'static Operation,
    send: F,
) -> Result<(D, Value)>
where
    D: Default,
    F: Fn(jogg_api::Client) -> R,
    R: Future<Output = std::result::Result<Answer<D>, jogg_api::Error>>,
{
    let answer = jogg.call(operation, send).await?.answer;
    let payload = answer.payload();
    Ok((answer.data.unwrap_or_default(), payload))
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
