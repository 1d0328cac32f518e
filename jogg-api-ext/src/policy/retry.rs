//! When a call is retried, and after which delay. `call/outcome.rs` decides whether it may be.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::error::{Error, ErrorKind};

/// How often, and how fast, a call is retried after a transient error.
///
/// Calls that change nothing or can be repeated are retried after connection failures, timeouts,
/// 408, 429, 5xx and the codes 429 and 50000. A paid call is retried only if it provably wasn't
/// executed: no connection, 429, or HTTP/2's word for it.
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

    /// Creates a policy that never retries.
    pub fn never() -> Self {
        Self::default().max_attempts(1)
    }

    /// Sets how many attempts a call makes at most, the first included. Default: 4.
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

    /// Sets the longest wait a server may ask for. If it asks for more, the call ends. Default:
    /// 120 s.
    pub fn max_retry_after(mut self, wait: Duration) -> Self {
        self.max_retry_after = wait;
        self
    }

    /// Sets the time for all attempts: no retry starts later than this after the first attempt.
    /// Default: 300 s.
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
        if !error.is_retryable() || attempts >= self.max_attempts {
            return None;
        }
        if error.kind() == ErrorKind::RateLimited {
            return error.retry_after().filter(|wait| *wait <= self.max_retry_after);
        }
        let doubled = self.base_delay.as_secs_f64() * 2_f64.powi(attempts.min(32) as i32 - 1);
        let most = doubled.min(self.max_delay.as_secs_f64());
        Duration::try_from_secs_f64(most * random).ok()
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
