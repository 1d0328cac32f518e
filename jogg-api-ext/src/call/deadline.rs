//! The time that a call has, over all its attempts and waits.

use std::sync::Arc;
use std::time::Duration;

use crate::client::Jogg;
use crate::clock::{Clock, within};

/// How much time must be left for a paid request, by default.
const MIN_TIME_LEFT: Duration = Duration::from_secs(1);

/// When a call must have ended, if it has a deadline.
pub(super) struct Deadline<'j> {
    clock: &'j Arc<dyn Clock>,
    /// On the client's clock.
    at: Option<Duration>,
    /// How much time a request needs for its response.
    needed: Duration,
}

impl<'j> Deadline<'j> {
    /// Starts the time of a call. A paid request isn't sent so late that its response is lost.
    pub(super) fn start(jogg: &'j Jogg, is_paid: bool) -> Self {
        let (clock, options) = (jogg.clock(), jogg.options());
        let at = options.deadline.map(|deadline| clock.now().saturating_add(deadline));
        let at = at.into_iter().chain(options.ends_at).min();
        let needed = options.min_time_left.unwrap_or(MIN_TIME_LEFT);
        Self { clock, at, needed: if is_paid { needed } else { Duration::ZERO } }
    }

    /// Returns the time until the deadline, if there is one.
    pub(super) fn remaining(&self) -> Option<Duration> {
        self.at.map(|at| at.saturating_sub(self.clock.now()))
    }

    /// Returns the time in which a request must be sent, if there is a deadline.
    pub(super) fn time_to_send(&self) -> Option<Duration> {
        self.remaining().map(|remaining| remaining.saturating_sub(self.needed))
    }

    /// Returns whether a request can be sent after this delay.
    pub(super) fn allows(&self, delay: Duration) -> bool {
        self.time_to_send().is_none_or(|left| delay < left)
    }

    /// Returns the output of a future; `None` if the time to send a request is over first.
    pub(super) async fn before_sending<F: Future>(&self, future: F) -> Option<F::Output> {
        match self.time_to_send() {
            Some(left) => within(future, self.clock.timeout(left)).await,
            None => Some(future.await),
        }
    }
}
