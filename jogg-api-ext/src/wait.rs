//! Waiting for a job: when to look, and what each look means.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::unfold;
use jogg_api::{Operation, one_line, operations as op};
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::{
    BoxStream, Error, ErrorKind, JobRecord, JobReport, JobResult, JobStatus, Jogg, Result, job,
};

/// How a job is waited for: when it is polled, and for how long. The times named at the methods are
/// those of [`WaitOptions::default`].
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
    /// How many looks may be under way at once, where many jobs are waited for together.
    looks: Option<Arc<Semaphore>>,
}

type ProgressHook = Arc<dyn Fn(&Progress) + Send + Sync>;

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
            looks: None,
        }
    }
}

/// Looks without a pause would be an attack.
const MIN_INTERVAL: Duration = Duration::from_millis(10);

/// What an [`updates`](crate::Job::updates) stream gives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Update<T> {
    /// The job goes on.
    Progress(Progress),
    /// The job is done: the last item.
    Done(T),
}

/// First look, first and longest interval, and deadline, in seconds, of the kinds of job that are
/// quicker or slower than a video.
const UNUSUAL: [(&Operation, [u64; 4]); 4] = [
    (&op::CREATE_AI_SCRIPT, [5, 5, 10, 10 * 60]),
    (&op::CREATE_VIDEO_TRANSLATION, [10, 15, 30, 60 * 60]),
    (&op::GENERATE_PHOTO, [5, 5, 15, 15 * 60]),
    (&op::GENERATE_PRODUCT_AVATAR_IMAGES, [5, 5, 15, 15 * 60]),
];

impl WaitOptions {
    /// Those that suit the jobs of this operation, such as `create_ai_script`; what [`Job::wait`]
    /// uses. Scripts (documented to take 10 to 30 s) and images are looked at more often and given
    /// up sooner, translations (10 to 20 min) later; the rest is as [`WaitOptions::default`].
    ///
    /// [`Job::wait`]: crate::Job::wait
    pub fn of(operation: &str) -> Self {
        let unusual = UNUSUAL.iter().find(|(unusual, _)| unusual.id == operation);
        let Some((_, seconds)) = unusual else { return Self::default() };
        let [first_look, interval, max_interval, deadline] = seconds.map(Duration::from_secs);
        Self { first_look, interval, max_interval, deadline, ..Self::default() }
    }

    /// Time until the first look; 5 s.
    pub fn first_look(mut self, delay: Duration) -> Self {
        self.first_look = delay;
        self
    }

    /// Time between the first and the second look; 5 s, as the API should not be polled more often, and
    /// 10 ms at least. It grows by half with each look. Each interval is varied by up to a fifth, so
    /// that many jobs do not look at once.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval.max(MIN_INTERVAL);
        self
    }

    /// The longest time between two looks; 30 s, and 10 ms at least.
    pub fn max_interval(mut self, interval: Duration) -> Self {
        self.max_interval = interval.max(MIN_INTERVAL);
        self
    }

    /// Time after which the wait ends with [`ErrorKind::JobDeadline`]; 30 minutes. There is a last
    /// look at that moment, which may take as long as a request may. The job itself goes on.
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

    /// Shares the right to look with other waits.
    pub(crate) fn sharing(mut self, looks: Arc<Semaphore>) -> Self {
        self.looks = Some(looks);
        self
    }

    /// The time before the look after this many; `random` is from 0 to 1.
    fn delay(&self, looks: u32, random: f64) -> Duration {
        match looks {
            0 => self.first_look,
            _ => {
                let growth = 1.5_f64.powi(i32::try_from(looks - 1).unwrap_or(i32::MAX).min(64));
                let grown = Duration::try_from_secs_f64(self.interval.as_secs_f64() * growth);
                let grown = grown.unwrap_or(Duration::MAX).min(self.max_interval);
                // Where it cannot become longer, it is varied downward alone.
                let varied = grown.as_secs_f64() * (0.8 + 0.4 * random);
                let most = self.max_interval.as_secs_f64();
                let varied = if varied > most { 2.0 * most - varied } else { varied };
                Duration::try_from_secs_f64(varied).unwrap_or(self.max_interval)
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
