//! Waiting for a job: when to look, and what each look means.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jogg_api::one_line;
use serde_json::Value;

use crate::{Error, ErrorKind, JobRecord, JobReport, JobResult, JobStatus, Jogg, Result, job};

/// How a job is waited for.
#[derive(Clone)]
#[must_use]
pub struct WaitOptions {
    first_look: Duration,
    interval: Duration,
    max_interval: Duration,
    deadline: Duration,
    not_found_grace: Duration,
    result_grace: Duration,
    on_progress: Option<ProgressHook>,
}

type ProgressHook = Arc<dyn Fn(&Progress) + Send + Sync>;

/// What a look brought, for progress bars and logs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// Where the job stands; the last known state if the look failed.
    pub status: JobStatus,
    /// How many looks there were.
    pub looks: u32,
    /// Time since the wait began.
    pub elapsed: Duration,
    /// The kind of error, if this look failed and the wait goes on.
    pub failed_look: Option<ErrorKind>,
}

impl Default for WaitOptions {
    fn default() -> Self {
        Self {
            first_look: Duration::from_secs(5),
            interval: Duration::from_secs(5),
            max_interval: Duration::from_secs(30),
            deadline: Duration::from_secs(30 * 60),
            not_found_grace: Duration::from_secs(60),
            result_grace: Duration::from_secs(120),
            on_progress: None,
        }
    }
}

impl WaitOptions {
    /// Time until the first look; 5 s.
    pub fn first_look(mut self, delay: Duration) -> Self {
        self.first_look = delay;
        self
    }

    /// Time between the first and the second look; 5 s, and 1 s at least. It grows by half with each look. Each
    /// interval is varied by up to a fifth, so that many jobs do not look at once.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// The longest time between two looks; 30 s.
    pub fn max_interval(mut self, interval: Duration) -> Self {
        self.max_interval = interval;
        self
    }

    /// Time after which the wait ends with [`ErrorKind::JobDeadline`]; 30 minutes. There is a last
    /// look at that moment. The job itself goes on.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// For how long a job that was just started may be unknown to the API; 60 s.
    pub fn not_found_grace(mut self, grace: Duration) -> Self {
        self.not_found_grace = grace;
        self
    }

    /// For how long a job that is done may lack its result; 120 s.
    pub fn result_grace(mut self, grace: Duration) -> Self {
        self.result_grace = grace;
        self
    }

    /// Is called after each look that does not end the wait.
    pub fn on_progress(mut self, hook: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(hook));
        self
    }

    /// The time before the look after this many; `random` is from 0 to 1.
    fn delay(&self, looks: u32, random: f64) -> Duration {
        match looks {
            0 => self.first_look,
            _ => {
                let growth = 1.5_f64.powi(i32::try_from(looks - 1).unwrap_or(i32::MAX).min(64));
                let varied = growth * (0.8 + 0.4 * random);
                let grown = self.interval.as_secs_f64() * varied;
                Duration::try_from_secs_f64(grown)
                    .unwrap_or(self.max_interval)
                    .min(self.max_interval)
            }
        }
    }
}

impl fmt::Debug for WaitOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitOptions")
            .field("first_look", &self.first_look)
            .field("interval", &self.interval)
            .field("max_interval", &self.max_interval)
            .field("deadline", &self.deadline)
            .field("not_found_grace", &self.not_found_grace)
            .field("result_grace", &self.result_grace)
            .finish_non_exhaustive()
    }
}

/// Looks at a job until it has ended, or the deadline has passed.
pub(crate) async fn wait<T: JobResult>(
    jogg: Jogg,
    record: JobRecord,
    options: WaitOptions,
) -> Result<T> {
    let clock = Arc::clone(jogg.clock());
    let start = clock.now();
    let mut state = State::default();
    loop {
        let elapsed = clock.now().saturating_sub(start);
        let remaining = options.deadline.saturating_sub(elapsed);
        let delay = options.delay(state.looks, clock.random()).max(state.pause);
        clock.sleep(delay.min(remaining)).await;
        // The last look is one that is sent at the deadline, not one that comes back after it.
        let elapsed = clock.now().saturating_sub(start);
        let look = job::look::<T>(jogg.clone(), record.clone()).await;
        match state.take(look, elapsed, &options) {
            Step::Done(result) => return Ok(result),
            Step::Ended(error) => return Err(error.with_job(record)),
            Step::GoOn(failed_look) => {
                if let Some(hook) = &options.on_progress {
                    let State { status, looks, .. } = state;
                    hook(&Progress { status, looks, elapsed, failed_look });
                }
                if elapsed >= options.deadline {
                    let error = match state.completed_at {
                        Some(_) => state.incomplete::<T>(),
                        None => state.deadline::<T>(&options),
                    };
                    return Err(error.with_job(record));
                }
            }
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

enum Step<T> {
    Done(T),
    Ended(Error),
    GoOn(Option<ErrorKind>),
}

impl State {
    /// What a look means for the wait.
    fn take<T: JobResult>(
        &mut self,
        look: Result<JobReport<T>>,
        elapsed: Duration,
        options: &WaitOptions,
    ) -> Step<T> {
        self.looks += 1;
        let report = match look {
            Ok(report) => report,
            Err(error) if tolerable(&error, elapsed, options) => {
                let kind = error.kind();
                self.pause = error.retry_after().unwrap_or_default();
                self.failed_look = Some(error);
                return Step::GoOn(Some(kind));
            }
            Err(error) => return Step::Ended(error),
        };
        (self.failed_look, self.pause) = (None, Duration::ZERO);
        self.status = report.status;
        self.payload = Some(report.payload);
        match (report.status, report.result) {
            (JobStatus::Completed, Some(result)) => Step::Done(result),
            (JobStatus::Completed, None) => {
                let since = *self.completed_at.get_or_insert(elapsed);
                match elapsed.saturating_sub(since) >= options.result_grace {
                    true => Step::Ended(self.incomplete::<T>()),
                    false => Step::GoOn(None),
                }
            }
            (JobStatus::Failed, _) => {
                let reason = report.error.unwrap_or_else(|| "the API gives no reason".to_owned());
                let message = format!("the job failed: {}", one_line(&reason));
                let error = Error::new(ErrorKind::JobFailed, message);
                Step::Ended(error.with_operation(T::OPERATION).with_payload(self.payload.take()))
            }
            _ => Step::GoOn(None),
        }
    }

    fn incomplete<T: JobResult>(&mut self) -> Error {
        let message = "the job is completed, but its result has not come; look again later";
        Error::new(ErrorKind::ResultIncomplete, message)
            .with_operation(T::OPERATION)
            .with_payload(self.payload.take())
    }

    fn deadline<T: JobResult>(&mut self, options: &WaitOptions) -> Error {
        let message = format!(
            "the job is {} after {} s and {} looks; it goes on, so resume it to wait longer",
            self.status,
            options.deadline.as_secs_f64(),
            self.looks
        );
        let error = Error::new(ErrorKind::JobDeadline, message)
            .with_operation(T::OPERATION)
            .with_payload(self.payload.take());
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
