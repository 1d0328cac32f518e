//! When a call is retried, and after which delay. `call/outcome.rs` decides whether it may be.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::error::{Error, ErrorKind};

/// How often, and how fast, a call is retried after a transient error.
///
/// Calls that change nothing or can be repeated are retried after connection failures, timeouts,
/// 408, 425, 429, 499, 5xx and the codes 429 and 50000. A paid call is retried only if it provably
/// wasn't executed: there was no connection, nothing of it was sent, the server refused it with a
/// 429, or said over HTTP/2 that it ignored it (`REFUSED_STREAM`, `GOAWAY`).
///
/// After a 429, which says that the key has used up its limit, a call waits as long as the server
/// requests, and a random time on top. That uses up neither attempts nor budget. It ends as
/// [`ErrorKind::RateLimited`] with the deadline of the call, with a wait above `max_retry_after`,
/// or when all such waits of the call exceed `max_rate_limit_wait`.
///
/// ```
/// use jogg_api_ext::RetryPolicy;
/// use std::time::Duration;
///
/// let patient = RetryPolicy::new().max_attempts(6).total(Duration::from_secs(900));
/// # let _ = patient;
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) base_delay: Duration,
    pub(crate) max_delay: Duration,
    pub(crate) max_retry_after: Duration,
    pub(crate) max_rate_limit_wait: Duration,
    pub(crate) total: Duration,
    pub(crate) budget: f64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 4,
            base_delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(20),
            max_retry_after: Duration::from_secs(120),
            max_rate_limit_wait: Duration::from_secs(900),
            total: Duration::from_secs(300),
            budget: 20.0,
        }
    }
}

impl RetryPolicy {
    /// Creates the default policy, which suits most programs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a policy that never retries, not even after a 429. Only the client's rate limiter
    /// may still hold back its next POSTs.
    pub fn never() -> Self {
        Self::default().max_attempts(1)
    }

    /// Sets how many attempts a call makes at most, the first included. Those that end with a 429
    /// don't count; but with 1, nothing is retried at all. Default: 4.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets the delay that doubles with each retry: before the n-th, a random time of up to this
    /// times 2^(n-1) passes. Default: 1 s.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets the longest such delay. Default: 20 s.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Sets the longest wait a server may ask for, by `Retry-After` or in the body of a 429. If it
    /// asks for more, the call ends, and the rate limiter holds back other POSTs for this time.
    /// Default: 120 s.
    pub fn max_retry_after(mut self, wait: Duration) -> Self {
        self.max_retry_after = wait;
        self
    }

    /// Sets how long a call may wait in all because of 429s, each of which counts for at least 1 s.
    /// Default: 15 minutes.
    pub fn max_rate_limit_wait(mut self, wait: Duration) -> Self {
        self.max_rate_limit_wait = wait;
        self
    }

    /// Sets the time for all attempts: no retry starts later than this after the first attempt was
    /// sent. Waits because of 429s don't count. Default: 300 s.
    pub fn total(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// Sets how many retries a client may make beyond those its successful calls earn, a tenth
    /// each. When the server is down, this keeps many calls from making it worse. Default: 20.
    pub fn budget(mut self, retries: f64) -> Self {
        self.budget = retries;
        self
    }

    /// Returns the delay before the next attempt, after this many; `None` if there is to be none.
    /// `random` is from 0 to 1.
    pub(crate) fn delay(&self, error: &Error, attempts: u32, random: f64) -> Option<Duration> {
        self.delay_of_call(error, &Tried { failed: attempts, ..Tried::default() }, random)
    }

    /// Returns the same of a call, in which attempts that end with a 429 don't count.
    pub(crate) fn delay_of_call(
        &self,
        error: &Error,
        tried: &Tried,
        random: f64,
    ) -> Option<Duration> {
        let requested = error.retry_after().unwrap_or_default();
        if !error.is_retryable() || self.max_attempts <= 1 || requested > self.max_retry_after {
            return None;
        }
        if error.kind() == ErrorKind::RateLimited {
            let delay = requested.saturating_add(self.backoff(tried.refused, random));
            let waited = tried.waited_after(delay);
            return (waited <= self.max_rate_limit_wait).then_some(delay);
        }
        let another = tried.failed < self.max_attempts;
        another.then(|| self.backoff(tried.failed, random).max(requested))
    }

    /// Returns how long all requests are held back after this 429: as long as the server asks, but
    /// no longer than a call would wait. The random part keeps clients of one key apart.
    pub(crate) fn pause(&self, error: &Error, random: f64) -> Duration {
        let requested = error.retry_after().unwrap_or_default().min(self.max_retry_after);
        requested.saturating_add(self.backoff(1, random))
    }

    /// Returns the random delay after so many attempts.
    fn backoff(&self, attempts: u32, random: f64) -> Duration {
        let doubled = self.base_delay.as_secs_f64() * 2_f64.powi(attempts.min(32) as i32 - 1);
        let most = doubled.min(self.max_delay.as_secs_f64());
        Duration::try_from_secs_f64(most * random).unwrap_or(Duration::MAX)
    }
}

/// What a call has tried, as far as it counts for its next attempt.
#[derive(Debug, Default)]
pub(crate) struct Tried {
    /// How many attempts failed, other than by a 429.
    pub(crate) failed: u32,
    /// How many attempts were refused with a 429.
    pub(crate) refused: u32,
    /// How long the call has waited because of 429s, by what they count for.
    pub(crate) waited: Duration,
}

/// What a wait because of a 429 counts for at least: where neither server nor policy want any, a
/// call would never end.
const LEAST_WAIT: Duration = Duration::from_secs(1);

impl Tried {
    /// Counts a wait because of a 429.
    pub(crate) fn wait(&mut self, delay: Duration) {
        self.waited = self.waited_after(delay);
    }

    fn waited_after(&self, delay: Duration) -> Duration {
        self.waited.saturating_add(delay.max(LEAST_WAIT))
    }

    /// Counts an attempt.
    pub(crate) fn count(&mut self, error: &Error) {
        match error.kind() {
            ErrorKind::RateLimited => self.refused += 1,
            _ => self.failed += 1,
        }
    }
}

/// The retries a client has left.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    most: f64,
    left: Mutex<f64>,
}

impl RetryBudget {
    pub(crate) fn new(most: f64) -> Self {
        Self { most, left: Mutex::new(most) }
    }

    /// Takes one retry, if there is one.
    pub(crate) fn take(&self) -> bool {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        // Ten tenths are a little less than one.
        let enough = *left >= 0.999;
        if enough {
            *left -= 1.0;
        }
        enough
    }

    /// Adds a tenth of a retry, for a successful call.
    pub(crate) fn earn(&self) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        *left = (*left + 0.1).min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_leaves_the_others() {
        let seconds = Duration::from_secs;
        let policy = RetryPolicy::new()
            .max_attempts(7)
            .base_delay(seconds(1))
            .max_retry_after(seconds(2))
            .max_rate_limit_wait(seconds(3))
            .total(seconds(4))
            .budget(5.0)
            .max_delay(seconds(6));
        assert_eq!((policy.max_attempts, policy.budget), (7, 5.0));
        assert_eq!((policy.base_delay, policy.max_delay), (seconds(1), seconds(6)));
        assert_eq!((policy.max_retry_after, policy.total), (seconds(2), seconds(4)));
        assert_eq!(policy.max_rate_limit_wait, seconds(3));
    }
}
