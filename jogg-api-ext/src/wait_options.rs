//! How a job is waited for.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jogg_api::{Operation, operations as op};
use tokio::sync::Semaphore;

use crate::Progress;

/// How a job is waited for: when it is polled, and for how long. The times named at the methods are
/// those of [`WaitOptions::default`].
#[derive(Clone)]
#[must_use]
pub struct WaitOptions {
    pub(crate) first_look: Duration,
    pub(crate) interval: Duration,
    pub(crate) max_interval: Duration,
    pub(crate) deadline: Duration,
    pub(crate) not_found_grace: Duration,
    pub(crate) result_grace: Duration,
    pub(crate) on_progress: Option<ProgressHook>,
    /// How many looks may be under way at once, where many jobs are waited for together.
    pub(crate) looks: Option<Arc<Semaphore>>,
}

type ProgressHook = Arc<dyn Fn(&Progress) + Send + Sync>;

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

    /// Time after which the wait ends with [`ErrorKind::JobDeadline`](crate::ErrorKind::JobDeadline); 30 minutes. There is a last
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
    pub(crate) fn delay(&self, looks: u32, random: f64) -> Duration {
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
