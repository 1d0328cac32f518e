//! Waiting for a job: when to poll, and what each report means.

use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::unfold;
use jogg_api::{Operation, one_line};

use super::report::{JobReport, JobResult, report};
use super::{JobProgress, JobStatus, JobUpdate, Raw, WaitOptions};
use crate::client::Jogg;
use crate::error::{Error, ErrorKind, Result};
use crate::job_record::JobRecord;
use crate::stream::BoxStream;

/// Polls a job until it has ended, or the deadline has passed.
pub(super) async fn wait<T: JobResult>(
    jogg: Jogg,
    record: JobRecord,
    options: WaitOptions,
) -> Result<T> {
    let mut wait = Wait::new(jogg, record, options);
    loop {
        if let ControlFlow::Break(end) = wait.poll().await {
            return end;
        }
    }
}

/// Returns the same as a stream.
pub(super) fn updates<T: JobResult>(
    jogg: Jogg,
    record: JobRecord,
    options: WaitOptions,
) -> BoxStream<Result<JobUpdate<T>>> {
    // The time runs from when the first item is requested.
    let start = Some(move || Wait::new(jogg, record, options));
    BoxStream::new(unfold((start, None), |(start, wait)| async move {
        let mut wait = match start {
            Some(start) => start(),
            None => wait?,
        };
        match wait.poll().await {
            ControlFlow::Break(end) => Some((end.map(JobUpdate::Done), (None, None))),
            ControlFlow::Continue(progress) => {
                Some((Ok(JobUpdate::Progress(progress)), (None, Some(wait))))
            }
        }
    }))
}

/// One wait, from its first poll to its last.
struct Wait<T> {
    jogg: Jogg,
    record: JobRecord,
    options: WaitOptions,
    start: Duration,
    state: State,
    result: PhantomData<fn() -> T>,
}

impl<T: JobResult> Wait<T> {
    fn new(jogg: Jogg, record: JobRecord, options: WaitOptions) -> Self {
        let start = jogg.clock().now();
        // The wait polls again itself, within its own deadline.
        let once = jogg.options().clone().max_attempts(1);
        let jogg = jogg.with_options(once);
        Self { jogg, record, options, start, state: State::default(), result: PhantomData }
    }

    /// Sleeps until the next poll is due, and polls. Breaks with the end of the wait.
    async fn poll(&mut self) -> ControlFlow<Result<T>, JobProgress> {
        if let Err(error) = self.jogg.connected() {
            return ControlFlow::Break(Err(self.of_job(error)));
        }
        let Self { jogg, record, options, state, .. } = self;
        let clock = Arc::clone(jogg.clock());
        let remaining = options.deadline.saturating_sub(clock.now().saturating_sub(self.start));
        let delay = options.delay(state.polls, clock.random()).max(state.pause);
        clock.sleep(delay.min(remaining)).await;
        let permit = match &options.concurrent_polls {
            // The semaphore is never closed.
            Some(polls) => polls.acquire().await.ok(),
            None => None,
        };
        // The last poll is one that is sent at the deadline, not one that comes back after it.
        let elapsed = clock.now().saturating_sub(self.start);
        let report = report::<T>(jogg.clone(), record.clone()).await;
        drop(permit);
        let poll_error = match state.take(report, elapsed, options) {
            ControlFlow::Break(end) => {
                return ControlFlow::Break(end.map_err(|error| self.of_job(error)));
            }
            ControlFlow::Continue(poll_error) => poll_error,
        };
        let State { status, polls, .. } = *state;
        if elapsed < options.deadline {
            let job_id = record.id.clone();
            let progress = JobProgress { job_id, status, polls, elapsed, poll_error };
            if let Some(hook) = &options.on_progress {
                hook(&progress);
            }
            return ControlFlow::Continue(progress);
        }
        let error = match state.completed_at {
            Some(_) => state.incomplete(),
            None => state.timeout(options),
        };
        ControlFlow::Break(Err(self.of_job(error)))
    }

    /// Adds the job that the error is about.
    fn of_job(&self, error: Error) -> Error {
        let started_by = |operation: &&&'static Operation| operation.id == self.record.operation;
        let error = error.with_job(self.record.clone());
        match T::OPERATIONS.iter().find(started_by) {
            // An error of a poll has the operation of the poll.
            Some(operation) if error.operation().is_none() => error.with_operation(operation),
            _ => error,
        }
    }
}

struct State {
    polls: u32,
    status: JobStatus,
    raw: Option<Raw>,
    completed_at: Option<Duration>,
    poll_error: Option<Error>,
    /// The wait that the server requested.
    pause: Duration,
}

impl Default for State {
    fn default() -> Self {
        Self {
            polls: 0,
            status: JobStatus::Unknown,
            raw: None,
            completed_at: None,
            poll_error: None,
            pause: Duration::ZERO,
        }
    }
}

impl State {
    /// Decides what a report means for the wait: its end, or the kind of error of a failed poll.
    fn take<T: JobResult>(
        &mut self,
        report: Result<JobReport<T>>,
        elapsed: Duration,
        options: &WaitOptions,
    ) -> ControlFlow<Result<T>, Option<ErrorKind>> {
        self.polls += 1;
        let report = match report {
            Ok(report) => report,
            Err(error) if is_tolerable(&error, elapsed, options) => {
                let kind = error.kind();
                self.pause = error.retry_after().unwrap_or_default();
                self.poll_error = Some(error);
                return ControlFlow::Continue(Some(kind));
            }
            Err(error) => return ControlFlow::Break(Err(error)),
        };
        (self.poll_error, self.pause) = (None, Duration::ZERO);
        self.status = report.status;
        self.raw = Some(report.raw);
        if report.status != JobStatus::Completed {
            self.completed_at = None;
        }
        match (report.status, report.result) {
            (JobStatus::Completed, Some(result)) => ControlFlow::Break(Ok(result)),
            (JobStatus::Completed, None) => {
                let since = *self.completed_at.get_or_insert(elapsed);
                match (elapsed.saturating_sub(since) >= options.result_grace, report.partial) {
                    (true, Some(partial)) => ControlFlow::Break(Ok(partial)),
                    (true, None) => ControlFlow::Break(Err(self.incomplete())),
                    (false, _) => ControlFlow::Continue(None),
                }
            }
            (JobStatus::Failed, _) => {
                let reason = report.error.unwrap_or_else(|| "the API gives no reason".to_owned());
                let message = format!("the job failed: {}", one_line(&reason));
                let error = Error::new(ErrorKind::JobFailed, message).with_raw(self.take_raw());
                ControlFlow::Break(Err(error))
            }
            _ => ControlFlow::Continue(None),
        }
    }

    fn incomplete(&mut self) -> Error {
        let message = "the job is completed, but its result has not come; resume it later";
        Error::new(ErrorKind::ResultIncomplete, message).with_raw(self.take_raw())
    }

    fn timeout(&mut self, options: &WaitOptions) -> Error {
        let message = format!(
            "the job is {} after {} s and {} polls; it goes on, so resume it to wait longer",
            self.status,
            options.deadline.as_secs_f64(),
            self.polls
        );
        let error = Error::new(ErrorKind::WaitTimeout, message).with_raw(self.take_raw());
        match self.poll_error.take() {
            Some(poll_error) => error.with_poll(poll_error),
            None => error,
        }
    }

    fn take_raw(&mut self) -> Option<serde_json::Value> {
        self.raw.take().map(Raw::into_value)
    }
}

/// Returns whether a failed poll is transient. The job is paid for: giving up on it is the caller's
/// decision, so only errors that won't pass end the wait.
fn is_tolerable(error: &Error, elapsed: Duration, options: &WaitOptions) -> bool {
    if error.http_status().is_some() && error.code().is_none() {
        // A gateway's page, whatever its status: the API said nothing about the job.
        return true;
    }
    match error.kind() {
        ErrorKind::NotFound => elapsed < options.not_found_grace,
        ErrorKind::InvalidApiKey
        | ErrorKind::PermissionDenied
        | ErrorKind::InvalidParameter
        | ErrorKind::Configuration => false,
        _ => true,
    }
}
