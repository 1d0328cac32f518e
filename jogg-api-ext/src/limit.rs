//! The API's limit on POST requests, kept by waiting.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::clock::within;
use crate::clock::{Clock, SystemClock};

/// Lets so many requests through in any span of a length, first come, first served.
///
/// The API allows 20 POST requests in 60 s for a key. Clones of a client share their limiter;
/// several clients of one key share one by [`JoggBuilder::limiter`](crate::JoggBuilder::limiter).
///
/// A request counts from when it is sent until the span has passed since its answer: wherever in
/// between the server counted it, the limit holds.
pub struct Limiter {
    limit: usize,
    span: Duration,
    clock: Arc<dyn Clock>,
    /// Held by the first in the queue while it waits; tokio's mutex is fair.
    turn: tokio::sync::Mutex<()>,
    slots: Mutex<Slots>,
    freed: Notify,
}

#[derive(Default)]
struct Slots {
    in_flight: usize,
    /// When the answers of the last requests came, oldest first.
    ended: VecDeque<Duration>,
}

/// Leave to send one request; dropped when its answer has come, or will not.
pub(crate) struct Slot<'l> {
    limiter: &'l Limiter,
}

impl Limiter {
    /// At most `limit` requests in any `span`. A limit of 0 counts as 1.
    pub fn new(limit: usize, span: Duration, clock: Arc<dyn Clock>) -> Self {
        Self {
            limit: limit.max(1),
            span,
            clock,
            turn: tokio::sync::Mutex::default(),
            slots: Mutex::default(),
            freed: Notify::new(),
        }
    }

    /// What the API allows: 20 in 60 s.
    pub fn documented() -> Self {
        Self::documented_with(Arc::new(SystemClock::new()))
    }

    pub(crate) fn documented_with(clock: Arc<dyn Clock>) -> Self {
        Self::new(20, Duration::from_secs(60), clock)
    }

    /// Waits for a slot; `None` if there is none before the deadline, which is a time of this
    /// limiter's clock. A caller that gives up takes nothing with it.
    pub(crate) async fn acquire(&self, deadline: Option<Duration>) -> Option<Slot<'_>> {
        let turn = self.turn.lock();
        let _turn = match deadline {
            Some(deadline) => {
                let remaining = deadline.saturating_sub(self.clock.now());
                within(turn, self.clock.timeout(remaining)).await?
            }
            None => turn.await,
        };
        let mut told = false;
        loop {
            // Asked before the slots are looked at, so that none is freed in between unseen.
            let freed = self.freed.notified();
            let wait = match self.lock().take(self.clock.now(), self.limit, self.span) {
                Ok(()) => return Some(Slot { limiter: self }),
                Err(wait) => wait,
            };
            if !std::mem::replace(&mut told, true) {
                let seconds = wait.map(|wait| wait.as_secs_f64());
                tracing::info!(seconds, "waiting for the limit on requests");
            }
            let remaining = deadline.map(|deadline| deadline.saturating_sub(self.clock.now()));
            match (wait, remaining) {
                (Some(wait), Some(remaining)) if wait > remaining => return None,
                (Some(wait), _) => drop(within(freed, self.clock.sleep(wait)).await),
                (None, Some(remaining)) => within(freed, self.clock.timeout(remaining)).await?,
                (None, None) => freed.await,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    /// Takes a slot, or says how long until one is free; `None` if that is up to a request that
    /// is still under way.
    fn take(
        &mut self,
        now: Duration,
        limit: usize,
        span: Duration,
    ) -> Result<(), Option<Duration>> {
        while self.ended.front().is_some_and(|ended| now.saturating_sub(*ended) >= span) {
            self.ended.pop_front();
        }
        if self.in_flight + self.ended.len() < limit {
            self.in_flight += 1;
            return Ok(());
        }
        Err(self.ended.front().map(|ended| ended.saturating_add(span).saturating_sub(now)))
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let now = self.limiter.clock.now();
        let mut slots = self.limiter.lock();
        slots.in_flight = slots.in_flight.saturating_sub(1);
        slots.ended.push_back(now);
        drop(slots);
        self.limiter.freed.notify_one();
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter")
            .field("limit", &self.limit)
            .field("span", &self.span)
            .finish_non_exhaustive()
    }
}
