//! How long things may take: timeouts for all calls of a client, and overrides for some.

use std::sync::Arc;
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

    /// Sets how long it may take to establish a connection, unless
    /// [`JoggBuilder::http_client`](crate::JoggBuilder::http_client) sets it. Default: 10 s.
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
    pub(crate) min_time_left: Option<Duration>,
    pub(crate) label: Option<Arc<str>>,
    /// When calls must have ended, on the client's clock: several calls may have one end in common.
    pub(crate) ends_at: Option<Duration>,
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

    /// Sets how long a call may take in all: requests, retries, and waits for the rate limit. One
    /// poll of a job counts as a call, however many requests it takes; each page of a list is a
    /// call.
    ///
    /// No request is sent after it. A paid one is only sent if there is time for its response; see
    /// [`CallOptions::min_time_left`].
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets how much time must be left before the deadline for a paid request to be sent. Default:
    /// 1 s.
    ///
    /// If less is left when its turn comes, it is not sent, and the call fails with
    /// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout): sent so late, it would be paid for, and
    /// its response lost.
    pub fn min_time_left(mut self, time: Duration) -> Self {
        self.min_time_left = Some(time);
        self
    }

    /// Sets how many attempts a call makes at most, as
    /// [`RetryPolicy::max_attempts`](crate::RetryPolicy::max_attempts).
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// Sets the caller's own name for the calls, such as `order 17`.
    ///
    /// It is never sent. [`Observer`](crate::policy::Observer) and
    /// [`BeforeSend`](crate::policy::BeforeSend) receive it with each [`Attempt`], whose `Debug`
    /// shows it: it must not be a secret.
    ///
    /// [`Attempt`]: crate::policy::Attempt
    pub fn label(mut self, label: impl Into<Arc<str>>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Makes the deadline, if there is one, that of all calls from now on together.
    pub(crate) fn starting_at(self, now: Duration) -> Self {
        match self.deadline {
            Some(deadline) => self.ending_at(now.saturating_add(deadline)),
            None => self,
        }
    }

    /// Ends all calls by then, or earlier.
    pub(crate) fn ending_at(mut self, end: Duration) -> Self {
        self.ends_at = Some(self.ends_at.map_or(end, |earlier| earlier.min(end)));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_leaves_the_others() {
        let [one, two, three, four] = [1, 2, 3, 4].map(Duration::from_secs);
        let timeouts = Timeouts::new().connect(one).read(two).write(three).transfer(four);
        let Timeouts { connect, read, write, transfer } = timeouts;
        assert_eq!([connect, read, write, transfer], [one, two, three, four]);
    }
}
