//! Waiting for a job: when to look, and what each look means.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::unfold;
use jogg_api::{Operation, one_line};
use serde_json::Value;

use crate::{
    BoxStream, Error, ErrorKind, JobRecord, JobReport, JobResult, JobStatus, Jogg, Result,
    WaitOptions, job,
};

/// What a look brought, for progress bars and logs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// The job's id.
    pub job_id: String,
    /// Where the job stands; the last known state if the look failed.
    pub status: JobStatus,
    /// How many looks there were.
    pub looks: u32,
    /// Time since the wait began.
    pub elapsed: Duration,
    /// The kind of error, if this look failed and the wait goes on.
    pub failed_look: Option<ErrorKind>,
}

/// What an [`updates`](crate::Job::updates) stream gives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Update<T> {
    /// The job goes on.
    Progress(Progress),
    /// The job is done: the last item.
    Done(T),
}

/// Looks at a job until it has ended, or the deadline has passed.
pub(crate) async fn wait<T: JobResult>(
    jogg: Jogg,
    record: JobRecord,
    options: WaitOptions,
) -> Result<T> {
    let mut wait = Wait::new(jogg, record, options);
    loop {
        match wait.look().await {
            Step::Done(result) => return Ok(result),
            Step::Ended(error) => return Err(error),
            Step::GoOn(_) => {}
        }
    }
}

/// The same as a stream.
pub(crate) fn updates<T: JobResult>(
    jogg: Jogg,
    record: JobRecord,
    options: WaitOptions,
) -> BoxStream<Result<Update<T>>> {
    // The time runs from the first item that is asked for.
    let start = Some(move || Wait::new(jogg, record, options));
    BoxStream::new(unfold((start, None), |(start, wait)| async move {
        let mut wait = match start {
            Some(start) => start(),
            None => wait?,
        };
        match wait.look().await {
            Step::Done(result) => Some((Ok(Update::Done(result)), (None, None))),
            Step::Ended(error) => Some((Err(error), (None, None))),
            Step::GoOn(progress) => Some((Ok(Update::Progress(progress)), (None, Some(wait)))),
        }
    }))
}

/// One wait, from its first look to its last.
struct Wait<T> {
    jogg: Jogg,
    record: JobRecord,
    options: WaitOptions,
    start: Duration,
    state: State,
    result: PhantomData<fn() -> T>,
}

enum Step<T> {
    Done(T),
    Ended(Error),
    GoOn(Progress),
}

impl<T: JobResult> Wait<T> {
    fn new(jogg: Jogg, record: JobRecord, options: WaitOptions) -> Self {
        let start = jogg.clock().now();
        // The wait repeats its looks by itself, within its own deadline.
        let once = jogg.options().clone().max_attempts(1);
        let jogg = jogg.with_options(once);
        Self { jogg, record, options, start, state: State::default(), result: PhantomData }
    }

    /// Sleeps until the next look is due, and looks.
    async fn look(&mut self) -> Step<T> {
        let Self { jogg, record, options, state, .. } = self;
        let clock = Arc::clone(jogg.clock());
        let remaining = options.deadline.saturating_sub(clock.now().saturating_sub(self.start));
        let delay = options.delay(state.looks, clock.random()).max(state.pause);
        clock.sleep(delay.min(remaining)).await;
        let permit = match &options.looks {
            // The semaphore is never closed.
            Some(looks) => looks.acquire().await.ok(),
            None => None,
        };
        // The last look is one that is sent at the deadline, not one that comes back after it.
        let elapsed = clock.now().saturating_sub(self.start);
        let look = job::look::<T>(jogg.clone(), record.clone()).await;
        drop(permit);
        let failed_look = match state.take(look, elapsed, options) {
            Taken::Done(result) => return Step::Done(result),
            Taken::Ended(error) => return Step::Ended(self.say_of(error)),
            Taken::GoOn(failed_look) => failed_look,
        };
        let State { status, looks, .. } = *state;
        if elapsed < options.deadline {
            let job_id = record.id.clone();
            let progress = Progress { job_id, status, looks, elapsed, failed_look };
            if let Some(hook) = &options.on_progress {
                hook(&progress);
            }
            return Step::GoOn(progress);
        }
        let error = match state.completed_at {
            Some(_) => state.incomplete(),
            None => state.deadline(options),
        };
        Step::Ended(self.say_of(error))
    }

    /// The error, with what it is about.
    fn say_of(&self, error: Error) -> Error {
        let started_by = |operation: &&&'static Operation| operation.id == self.record.operation;
        let error = error.with_job(self.record.clone());
        match T::OPERATIONS.iter().find(started_by) {
            // An error of a look has the operation of the look.
            Some(operation) if error.operation().is_none() => error.with_operation(operation),
            _ => error,
        }
    }
}

struct State {
    looks: u32,
    status: JobStatus,
    payload: Option<Value>,
    completed_at: Option<Duration>,
    failed_look: Option<Error>,
    /// How long the server asked to be left alone.
    pause: Duration,
}

impl Default for State {
    fn default() -> Self {
        Self {
            looks: 0,
            status: JobStatus::Unknown,
            payload: None,
            completed_at: None,
            failed_look: None,
            pause: Duration::ZERO,
        }
    }
}

/// What a look means.
enum Taken<T> {
    Done(T),
    Ended(Error),
    /// With the kind of the look's error, if it failed.
    GoOn(Option<ErrorKind>),
}

impl State {
    /// What a look means for the wait.
    fn take<T: JobResult>(
        &mut self,
        look: Result<JobReport<T>>,
        elapsed: Duration,
        options: &WaitOptions,
    ) -> Taken<T> {
        self.looks += 1;
        let report = match look {
            Ok(report) => report,
            Err(error) if tolerable(&error, elapsed, options) => {
                let kind = error.kind();
                self.pause = error.retry_after().unwrap_or_default();
                self.failed_look = Some(error);
                return Taken::GoOn(Some(kind));
            }
            Err(error) => return Taken::Ended(error),
        };
        (self.failed_look, self.pause) = (None, Duration::ZERO);
        self.status = report.status;
        self.payload = Some(report.payload);
        if report.status != JobStatus::Completed {
            self.completed_at = None;
        }
        match (report.status, report.result) {
            (JobStatus::Completed, Some(result)) => Taken::Done(result),
            (JobStatus::Completed, None) => {
                let since = *self.completed_at.get_or_insert(elapsed);
                match (elapsed.saturating_sub(since) >= options.result_grace, report.partial) {
                    (true, Some(partial)) => Taken::Done(partial),
                    (true, None) => Taken::Ended(self.incomplete()),
                    (false, _) => Taken::GoOn(None),
                }
            }
            (JobStatus::Failed, _) => {
                let reason = report.error.unwrap_or_else(|| "the API gives no reason".to_owned());
                let message = format!("the job failed: {}", one_line(&reason));
                let error = Error::new(ErrorKind::JobFailed, message);
                Taken::Ended(error.with_payload(self.payload.take()))
            }
            _ => Taken::GoOn(None),
        }
    }

    fn incomplete(&mut self) -> Error {
        let message = "the job is completed, but its result has not come; look again later";
        Error::new(ErrorKind::ResultIncomplete, message).with_payload(self.payload.take())
    }

    fn deadline(&mut self, options: &WaitOptions) -> Error {
        let message = format!(
            "the job is {} after {} s and {} looks; it goes on, so resume it to wait longer",
            self.status,
            options.deadline.as_secs_f64(),
            self.looks
        );
        let error = Error::new(ErrorKind::JobDeadline, message).with_payload(self.payload.take());
        match self.failed_look.take() {
            Some(look) => error.with_look(look),
            None => error,
        }
    }
}

/// Whether a failed look is a passing matter. The job is paid for: giving up on it is the caller's
/// decision, so that only errors no time can mend end the wait.
fn tolerable(error: &Error, elapsed: Duration, options: &WaitOptions) -> bool {
    if error.http_status().is_some() && error.code().is_none() {
        // A gateway's page, whatever its status: not the API's word on the job.
        return true;
    }
    match error.kind() {
        ErrorKind::NotFound => elapsed < options.not_found_grace,
        ErrorKind::InvalidApiKey
        | ErrorKind::NoPermission
        | ErrorKind::InvalidParameter
        | ErrorKind::Configuration => false,
        _ => true,
    }
}
