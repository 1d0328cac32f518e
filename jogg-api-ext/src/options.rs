//! How calls are carried out: times for all of a client's, and exceptions for some.

use std::time::Duration;

use jogg_api::{Operation, RetryClass};

/// How long a request may take.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// To establish a connection; 10 s. Set on the HTTP client the builder makes; an own
    /// `reqwest::ClientBuilder` brings its own.
    pub connect: Duration,
    /// For a request that changes nothing, from sending to the last byte; 30 s.
    pub read: Duration,
    /// For any other request; 180 s, as giving up early on a paid one leaves its outcome unknown.
    pub write: Duration,
    /// For an upload or download, on top of a second for every 100 kB; 60 s.
    pub transfer: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(30),
            write: Duration::from_secs(180),
            transfer: Duration::from_secs(60),
        }
    }
}

impl Timeouts {
    pub(crate) fn of(&self, operation: &Operation) -> Duration {
        match operation.retry {
            RetryClass::Read => self.read,
            _ => self.write,
        }
    }
}

/// Exceptions from a client's settings, for the calls of [`Jogg::with_options`].
///
/// [`Jogg::with_options`]: crate::Jogg::with_options
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_attempts: Option<u32>,
}

impl CallOptions {
    /// No exceptions.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long each request may take, whatever its class.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long a call may take in all: requests, repetitions, and waits for the limit.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// How often a call is made at most, the first time included.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }
}
