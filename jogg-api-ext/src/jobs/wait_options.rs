//! How a job is waited for: when it is polled, and for how long.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use jogg_api::{Operation, operations as op};
use tokio::sync::Semaphore;

use super::{EventHub, JobProgress};

/// When a job is polled, and for how long. The defaults named at the methods are those of
/// [`WaitOptions::default`].
#[derive(Clone)]
#[must_use]
pub struct WaitOptions {
    pub(crate) initial_delay: Duration,
    pub(crate) interval: Duration,
    pub(crate) max_interval: Duration,
    pub(crate) deadline: Duration,
    pub(crate) not_found_grace: Duration,
    pub(crate) result_grace: Duration,
    pub(crate) hub: Option<EventHub>,
    pub(crate) fallback_interval: Duration,
    pub(crate) on_progress: Option<ProgressHook>,
    /// How many polls may be in flight at once, where many jobs are waited for together.
    pub(crate) concurrent_polls: Option<Arc<Semaphore>>,
}

type ProgressHook = Arc<dyn Fn(&JobProgress) + Send + Sync>;

impl Default for WaitOptions {
    fn default() -> Self {
        Self {
            initial_delay: Duration::from_secs(5),
            interval: Duration::from_secs(5),
            max_interval: Duration::from_secs(30),
            deadline: Duration::from_secs(30 * 60),
            not_found_grace: Duration::from_secs(60),
            result_grace: Duration::from_secs(120),
            hub: None,
            fallback_interval: Duration::from_secs(60),
            on_progress: None,
            concurrent_polls: None,
        }
    }
}

/// Polls without a pause would be an attack.
const MIN_INTERVAL: Duration = Duration::from_millis(10);

/// What is left of a wait for its last poll, at least.
const LAST_POLL: Duration = Duration::from_secs(2);

/// Kinds of job whose end no event is known to report.
pub(super) const WITHOUT_EVENT: [&Operation; 2] =
    [&op::CREATE_LIP_SYNC_VIDEO, &op::CREATE_PRODUCT_PREVIEWS];

/// Initial delay, first and longest interval, and deadline, in seconds, of the kinds of job that
/// are faster or slower than a video.
const UNUSUAL: [(&Operation, [u64; 4]); 4] = [
    (&op::CREATE_AI_SCRIPT, [5, 5, 10, 10 * 60]),
    (&op::CREATE_VIDEO_TRANSLATION, [10, 15, 30, 60 * 60]),
    (&op::GENERATE_PHOTO, [5, 5, 15, 15 * 60]),
    (&op::GENERATE_PRODUCT_AVATAR_IMAGES, [5, 5, 15, 15 * 60]),
];

impl WaitOptions {
    /// Creates the options that suit the jobs of this operation, such as `create_ai_script`; what
    /// [`Job::wait`] uses. Scripts (documented to take 10 to 30 s) and images are polled more often
    /// and given up sooner, translations (10 to 20 min) later; the rest is as
    /// [`WaitOptions::default`].
    ///
    /// [`Job::wait`]: crate::Job::wait
    pub fn of(operation: &str) -> Self {
        let unusual = UNUSUAL.iter().find(|(unusual, _)| unusual.id == operation);
        let Some((_, seconds)) = unusual else { return Self::default() };
        let [initial_delay, interval, max_interval, deadline] = seconds.map(Duration::from_secs);
        Self { initial_delay, interval, max_interval, deadline, ..Self::default() }
    }

    /// Sets the time until the first poll. Default: 5 s.
    pub fn initial_delay(mut self, delay: Duration) -> Self {
        self.initial_delay = delay;
        self
    }

    /// Sets the time between the first and the second poll, 10 ms at least. Default: 5 s, as the
    /// API should not be polled more often. It grows by half with each poll. Each interval is
    /// varied by up to a fifth, so that many jobs aren't polled at once.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval.max(MIN_INTERVAL);
        self
    }

    /// Sets the longest time between two polls, 10 ms at least. Default: 30 s.
    pub fn max_interval(mut self, interval: Duration) -> Self {
        self.max_interval = interval.max(MIN_INTERVAL);
        self
    }

    /// Sets the time after which the wait ends with
    /// [`ErrorKind::WaitTimeout`](crate::ErrorKind::WaitTimeout), whatever its polls run into.
    /// Default: 30 minutes. The job itself goes on.
    ///
    /// No poll is sent in the last 2 s, or in the last quarter of less than 8 s, so that each has
    /// time for a response; the last one is brought forward to that moment. A server that asks for
    /// a pause, by `Retry-After`, gets it up to 2 minutes, and not before the last poll.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets for how long the API may say that it doesn't know the job, from the first time in a row
    /// that it says so. Default: 60 s.
    pub fn not_found_grace(mut self, grace: Duration) -> Self {
        self.not_found_grace = grace;
        self
    }

    /// Sets for how long a completed job may lack its result. Default: 120 s.
    ///
    /// A job with a result, but with a status that this crate doesn't know, ends with that result
    /// after the same time: that may mean that it is done. If the deadline comes first,
    /// [`Error::raw`](crate::Error::raw) has the report.
    pub fn result_grace(mut self, grace: Duration) -> Self {
        self.result_grace = grace;
        self
    }

    /// Waits with webhooks: polls at once when the hub receives an event of the job, and only
    /// slowly until then. From the event on, the intervals are the usual ones. Default: no hub.
    ///
    /// The result always comes from a poll, and never from the event. If no event comes, the slow
    /// polls find the result. Lip syncs and previews are polled as without a hub, as no event is
    /// known to report their end.
    pub fn hub(mut self, hub: &EventHub) -> Self {
        self.hub = Some(hub.clone());
        self
    }

    /// Sets the time between polls while an event is waited for, 10 ms at least. Default: 60 s.
    pub fn fallback_interval(mut self, interval: Duration) -> Self {
        self.fallback_interval = interval.max(MIN_INTERVAL);
        self
    }

    /// Registers a function that is called after each poll that doesn't end the wait. If it panics,
    /// the panic is caught and logged, and the wait goes on: the job is paid for.
    pub fn on_progress(mut self, hook: impl Fn(&JobProgress) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(hook));
        self
    }

    /// Shares the right to poll with other waits.
    pub(super) fn sharing(mut self, polls: Arc<Semaphore>) -> Self {
        self.concurrent_polls = Some(polls);
        self
    }

    /// Calls the hook, if there is one.
    pub(super) fn notify(&self, progress: &JobProgress) {
        let Some(hook) = &self.on_progress else { return };
        // Nothing of the wait is shared with the hook but what it gets to read.
        if catch_unwind(AssertUnwindSafe(|| hook(progress))).is_err() {
            tracing::error!(job = %progress.job_id, "on_progress panicked; the wait goes on");
        }
    }

    /// Returns when the last poll is sent, at the latest.
    pub(super) fn last_poll(&self) -> Duration {
        self.deadline - LAST_POLL.min(self.deadline / 4)
    }

    /// Returns the time before the next poll, after this many; `random` is from 0 to 1.
    pub(super) fn delay(&self, polls: u32, random: f64) -> Duration {
        let growth = i32::try_from(polls.saturating_sub(1)).unwrap_or(i32::MAX).min(64);
        let grown = Duration::try_from_secs_f64(self.interval.as_secs_f64() * 1.5_f64.powi(growth));
        let grown = grown.unwrap_or(Duration::MAX).min(self.max_interval);
        varied(grown, self.max_interval, random)
    }

    /// Returns the time before the next poll while an event is waited for.
    pub(super) fn slow_delay(&self, random: f64) -> Duration {
        varied(self.fallback_interval, self.fallback_interval, random)
    }
}

/// Returns a time that is varied by up to a fifth: where it can't become longer, only downward.
fn varied(time: Duration, most: Duration, random: f64) -> Duration {
    let varied = time.as_secs_f64() * (0.8 + 0.4 * random);
    let longest = most.as_secs_f64();
    let varied = if varied > longest { 2.0 * longest - varied } else { varied };
    Duration::try_from_secs_f64(varied).unwrap_or(most)
}

impl fmt::Debug for WaitOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitOptions")
            .field("initial_delay", &self.initial_delay)
            .field("interval", &self.interval)
            .field("max_interval", &self.max_interval)
            .field("deadline", &self.deadline)
            .field("not_found_grace", &self.not_found_grace)
            .field("result_grace", &self.result_grace)
            .field("hub", &self.hub)
            .field("fallback_interval", &self.fallback_interval)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_varied_by_a_fifth_and_where_it_is_the_longest_only_downward() {
        for (time, most, random, expected) in [
            (5, 30, 0.0, 4.0),
            (5, 30, 0.5, 5.0),
            (5, 30, 1.0, 6.0),
            (30, 30, 0.0, 24.0),
            (30, 30, 0.5, 30.0),
            (30, 30, 0.75, 27.0),
            (30, 30, 1.0, 24.0),
        ] {
            let [time, most] = [time, most].map(Duration::from_secs);
            let varied = varied(time, most, random).as_secs_f64();
            assert!((varied - expected).abs() < 1e-6, "{time:?} {most:?} {random}: {varied}");
        }
    }

    #[test]
    fn each_operation_whose_jobs_are_unusual_has_times_of_its_own() {
        for (operation, seconds) in [
            ("create_video_from_avatar", [5, 5, 30, 1800]),
            ("create_video_translation", [10, 15, 30, 3600]),
            ("create_ai_script", [5, 5, 10, 600]),
            ("generate_photo", [5, 5, 15, 900]),
        ] {
            let WaitOptions { initial_delay, interval, max_interval, deadline, .. } =
                WaitOptions::of(operation);
            let options = [initial_delay, interval, max_interval, deadline];
            assert_eq!(options, seconds.map(Duration::from_secs), "{operation}");
        }
    }

    #[test]
    fn each_setting_leaves_the_others() {
        let seconds = Duration::from_secs;
        let options = WaitOptions::default()
            .initial_delay(seconds(1))
            .interval(seconds(2))
            .max_interval(seconds(3))
            .deadline(seconds(4))
            .not_found_grace(seconds(5))
            .hub(&EventHub::new())
            .result_grace(seconds(6))
            .fallback_interval(Duration::from_millis(5));
        assert_eq!((options.initial_delay, options.interval), (seconds(1), seconds(2)));
        assert_eq!((options.max_interval, options.deadline), (seconds(3), seconds(4)));
        assert_eq!((options.not_found_grace, options.result_grace), (seconds(5), seconds(6)));
        assert_eq!((options.hub.is_some(), options.fallback_interval), (true, MIN_INTERVAL));
    }
}
