//! When a call is made again, and how long after. Whether it may be is decided in `outcome.rs`.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::{Error, ErrorKind};

/// How often, and how fast, a call that failed in passing is made again.
///
/// Calls that change nothing or can be repeated are made again after connection failures,
/// time-outs, 408, 429, 5xx and the codes 429 and 50000. A paid call is made again only if it
/// provably was not carried out: no connection, or 429.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How often a call is made at most, the first time included; 4.
    pub max_attempts: u32,
    /// Before the n-th repetition there is a random wait of up to this times 2^(n-1); 1 s.
    pub base_delay: Duration,
    /// The longest such wait; 20 s.
    pub max_delay: Duration,
    /// The longest wait a server may ask for; if it asks for more, the call ends. 120 s.
    pub max_retry_after: Duration,
    /// No repetition begins later than this after the first attempt; 300 s.
    pub total: Duration,
    /// How many repetitions a client may make beyond those its successful calls earn, a tenth
    /// each; 20. When the server is down, this keeps many calls from making it worse.
    pub budget: f64,
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
    /// Each call is made once.
    pub fn never() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// How long to wait before the call is made again, after this many attempts; `None` if it is
    /// not to be. `random` is from 0 to 1.
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

/// The repetitions a client has left.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    most: f64,
    left: Mutex<f64>,
}

impl RetryBudget {
    pub(crate) fn new(most: f64) -> Self {
        Self { most, left: Mutex::new(most) }
    }

    /// Takes one repetition, if there is one.
    pub(crate) fn take(&self) -> bool {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        // Ten tenths are a little less than one.
        let enough = *left >= 0.999;
        if enough {
            *left -= 1.0;
        }
        enough
    }

    /// A successful call earns a tenth of one.
    pub(crate) fn earn(&self) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        *left = (*left + 0.1).min(self.most);
    }
}
