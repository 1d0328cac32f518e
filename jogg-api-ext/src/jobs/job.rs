//! A job, and what can be done with it.

use std::fmt;
use std::marker::PhantomData;

use jogg_api::jobs::JOBS;
use jogg_api::{Endpoint, JobLink, Operation};
use serde::{Serialize, Serializer};

use super::report::{JobReport, JobResult, report};
use super::wait::{updates, wait};
use super::{JobUpdate, WaitOptions, wrong_type};
use crate::call::Call;
use crate::client::Jogg;
use crate::error::{Error, ErrorKind, Result};
use crate::job_record::JobRecord;
use crate::stream::BoxStream;

/// A job that the API works on. It is paid for, and its result is waited for.
///
/// It serializes as its [`JobRecord`]; store that, and another process can go on with
/// [`Jogg::resume`]. Dropping a job, or a future that waits for it, stops the polling but not the
/// job.
#[must_use = "the job is paid for: wait for it, or store its record"]
pub struct Job<T> {
    jogg: Jogg,
    record: JobRecord,
    result: PhantomData<fn() -> T>,
}

impl<T: JobResult> Job<T> {
    /// Returns the job's id.
    pub fn id(&self) -> &str {
        &self.record.id
    }

    /// Returns the job's record, which is what to store of it.
    pub fn record(&self) -> &JobRecord {
        &self.record
    }

    /// Polls once, now. A failed job is a report here, not an error.
    ///
    /// # Errors
    /// Those of a read; see [`ErrorKind`].
    pub fn report(&self) -> impl Future<Output = Result<JobReport<T>>> + Send + use<T> {
        let (jogg, record) = (self.jogg.clone(), self.record.clone());
        async move { report(jogg, record, &mut T::Memory::default()).await }
    }

    /// Waits for the result, with the [`WaitOptions`] that suit this kind of job.
    ///
    /// # Errors
    /// [`ErrorKind::JobFailed`], whose message says why, as far as the API does;
    /// [`ErrorKind::WaitTimeout`] if it isn't done in time; [`ErrorKind::ResultIncomplete`] if it
    /// is completed but its result doesn't come. Transient polling errors don't end the wait; those
    /// that won't pass do: [`ErrorKind::Configuration`], [`ErrorKind::InvalidApiKey`],
    /// [`ErrorKind::PermissionDenied`], [`ErrorKind::InvalidParameter`], and
    /// [`ErrorKind::NotFound`] if it lasts for [a while](WaitOptions::not_found_grace). All carry
    /// the job, which is paid for.
    pub fn wait(self) -> impl Future<Output = Result<T>> + Send + use<T> {
        let options = WaitOptions::of(&self.record.operation);
        self.wait_with(options)
    }

    /// Waits for the result with these options. [`WaitOptions::of`] returns those that
    /// [`Job::wait`] uses, to change one of them.
    ///
    /// # Errors
    /// As [`Job::wait`].
    pub fn wait_with(
        self,
        options: WaitOptions,
    ) -> impl Future<Output = Result<T>> + Send + use<T> {
        wait(self.jogg, self.record, options)
    }

    /// Waits as a stream, which returns the progress after each poll, and finally the result. It
    /// ends with the result or an error, which is one of [`Job::wait`]; dropping it stops the
    /// polling.
    ///
    /// ```no_run
    /// # async fn demo(job: jogg_api_ext::Job<jogg_api_ext::Video>) -> jogg_api_ext::Result<()> {
    /// use jogg_api_ext::jobs::JobUpdate;
    ///
    /// let mut updates = job.updates();
    /// while let Some(update) = updates.next().await {
    ///     match update? {
    ///         JobUpdate::Progress(progress) => println!("{}", progress.status),
    ///         JobUpdate::Done(video) => println!("{}", video.url),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn updates(self) -> BoxStream<Result<JobUpdate<T>>> {
        let options = WaitOptions::of(&self.record.operation);
        self.updates_with(options)
    }

    /// Waits as a stream with these options; see [`Job::updates`].
    pub fn updates_with(self, options: WaitOptions) -> BoxStream<Result<JobUpdate<T>>> {
        updates(self.jogg, self.record, options)
    }

    /// Creates the job of this record.
    pub(crate) fn new(jogg: Jogg, record: JobRecord) -> Self {
        Self { jogg, record, result: PhantomData }
    }

    /// Creates the job of this id.
    pub(crate) fn of(jogg: &Jogg, operation: &'static Operation, id: impl Into<String>) -> Self {
        Self::new(jogg.clone(), JobRecord::new(operation, id))
    }

    pub(crate) fn into_parts(self) -> (Jogg, JobRecord) {
        (self.jogg, self.record)
    }
}

impl Jogg {
    /// Resumes a stored job.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] if the record is of another kind of job.
    pub fn resume<T: JobResult>(&self, record: JobRecord) -> Result<Job<T>> {
        let mut operations = T::OPERATIONS.iter().map(|operation| operation.id);
        match (operations.any(|id| id == record.operation), record.id.trim()) {
            (false, _) => Err(wrong_type::<T>("the stored job", &[&record.operation], "resume")),
            (true, "") => Err(Error::new(ErrorKind::InvalidParameter, "the stored job has no id")),
            (true, _) => Ok(Job::new(self.clone(), record)),
        }
    }

    /// Calls an operation that starts a job with an id of its own. Whether it starts jobs with this
    /// result is checked when this crate compiles.
    pub(crate) fn start<T: JobResult, E: Endpoint>(
        &self,
        checked: Result<()>,
        endpoint: E,
    ) -> Call<Job<T>> {
        const { assert!(starts::<T>(E::OPERATION), "the operation starts no such job") }
        self.call_to_start(checked, endpoint, Job::new)
    }
}

/// Whether an operation starts jobs with this result, each with an id of its own.
const fn starts<T: JobResult>(operation: &Operation) -> bool {
    let (mut index, mut has_result, mut has_id) = (0, false, false);
    while index < T::OPERATIONS.len() {
        has_result |= is_same(T::OPERATIONS[index].id, operation.id);
        index += 1;
    }
    index = 0;
    while index < JOBS.len() {
        let rule = &JOBS[index];
        has_id |= is_same(rule.create.id, operation.id) && matches!(rule.link, JobLink::Id { .. });
        index += 1;
    }
    has_result && has_id
}

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
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
