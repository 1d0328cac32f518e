//! How long things may take: timeouts for all calls of a client, and overrides for some.

use std::time::Duration;

use jogg_api::{Operation, RetryClass};

/// How long a request may take.
///
/// ```
/// use jogg_api_ext::Timeouts;
/// use std::time::Duration;
///
/// let timeouts = Timeouts::new().read(Duration::from_secs(10));
/// # let _ = timeouts;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Timeouts {
    pub(crate) connect: Duration,
    pub(crate) read: Duration,
    pub(crate) write: Duration,
    pub(crate) transfer: Duration,
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
    /// Creates the default timeouts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how long it may take to establish a connection. Default: 10 s. A custom
    /// `reqwest::ClientBuilder` brings its own.
    pub fn connect(mut self, timeout: Duration) -> Self {
        self.connect = timeout;
        self
    }

    /// Sets how long a request that changes nothing may take, from sending to the last byte.
    /// Default: 30 s.
    pub fn read(mut self, timeout: Duration) -> Self {
        self.read = timeout;
        self
    }

    /// Sets how long any other request may take. Default: 180 s, as giving up early on a paid
    /// request leaves its outcome unknown.
    pub fn write(mut self, timeout: Duration) -> Self {
        self.write = timeout;
        self
    }

    /// Sets how long one attempt of an upload or download may wait for the file host, on top of a
    /// second for every 100 kB. Default: 60 s. A download also ends when the host is silent for
    /// [`Download::read_timeout`](crate::assets::Download::read_timeout).
    pub fn transfer(mut self, timeout: Duration) -> Self {
        self.transfer = timeout;
        self
    }

    pub(crate) fn of(&self, operation: &Operation) -> Duration {
        match operation.retry {
            RetryClass::Read => self.read,
            _ => self.write,
        }
    }
}

/// Overrides of a client's settings, for the calls of
/// [`Jogg::with_options`](crate::Jogg::with_options).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_attempts: Option<u32>,
}

impl CallOptions {
    /// Creates options that override nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how long each request may take, whatever its class.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets how long a call may take in all: requests, retries, and waits for the rate limit.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets how many attempts a call makes at most, the first included.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }
}
