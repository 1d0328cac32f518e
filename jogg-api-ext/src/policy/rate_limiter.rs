//! The limit on POST requests, kept by waiting.

use std::collections::VecDeque;
use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::clock::{Clock, SystemClock, within};
use crate::stream::BoxFuture;

/// A limit on the POST requests of a key.
///
/// [`SlidingWindow`] limits one process, in memory. Implement this trait to share a limit between
/// processes, as the feature `batch` does.
///
/// A call waits for its permit before it waits for any other limit. If its request is never sent,
/// it calls [`Permit::give_back`]. After it was sent, a panic of the limiter or the permit doesn't
/// end the call, and the log has an error.
pub trait RateLimiter: fmt::Debug + Send + Sync + 'static {
    /// Waits until a request may be sent; `None` if `remaining` is over before that. Dropping the
    /// future uses up nothing of the limit.
    ///
    /// Without a deadline, `None` ends the call as
    /// [`ErrorKind::RateLimited`](crate::ErrorKind::RateLimited).
    ///
    /// # Errors
    /// Why nothing is known of the limit, as when the server that keeps it is away. Nothing is sent
    /// then: the call fails with [`ErrorKind::Refused`](crate::ErrorKind::Refused), whose source is
    /// that reason, and may be retried.
    fn acquire(&self, remaining: Option<Duration>) -> BoxFuture<AcquireResult>;

    /// Holds back all requests for this time, as the server has refused one: others with the same
    /// key have used up the limit. Longer pauses win over shorter ones. Called after each 429 to a
    /// POST, whether or not its call waits for another attempt.
    ///
    /// A limiter that several processes share should hold them all back, since the server counts
    /// by key. The default does nothing: each call then finds out for itself.
    fn pause(&self, duration: Duration) {
        let _ = duration;
    }
}

/// What a [`RateLimiter`] says: the permit, if there is one in time, or why it can't say.
pub type AcquireResult = Result<Option<Permit>, Box<dyn StdError + Send + Sync>>;

/// Permission to send one request; dropped when its response has come, or won't.
pub struct Permit {
    guard: Box<dyn Guard>,
}

impl Permit {
    /// Creates a permit that drops `guard` when the request has ended.
    pub fn new(guard: impl Send + 'static) -> Self {
        Self::returnable(guard, drop)
    }

    /// Creates a permit that drops `guard` when the request has ended, or passes it to `give_back`
    /// if the request is never sent.
    pub fn returnable<G: Send + 'static>(
        guard: G,
        give_back: impl FnOnce(G) + Send + 'static,
    ) -> Self {
        Self { guard: Box::new(Returnable { guard, give_back }) }
    }

    /// Gives the permit back, as its request is never sent.
    pub fn give_back(self) {
        self.guard.give_back();
    }
}

/// What ends with a permit.
trait Guard: Send {
    fn give_back(self: Box<Self>);
}

struct Returnable<G, F> {
    guard: G,
    give_back: F,
}

impl<G: Send, F: FnOnce(G) + Send> Guard for Returnable<G, F> {
    fn give_back(self: Box<Self>) {
        let Self { guard, give_back } = *self;
        give_back(guard);
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

/// Allows at most `limit` requests per sliding `window`, in FIFO order.
///
/// The API allows 20 POST requests per 60 s for a key, which is the default. Clones of a client
/// share their limiter, and so do clones of a window; several clients of one key share one through
/// [`JoggBuilder::rate_limiter`](crate::JoggBuilder::rate_limiter).
///
/// A request counts from when it is sent until the window has passed since its response: wherever
/// in between the server counted it, the limit holds. One that is never sent doesn't count.
///
/// When the server refuses a POST with 429, since another client of the key has used up the limit,
/// the window lets none through until the wait that the server requests is over, or
/// [`RetryPolicy::max_retry_after`](crate::RetryPolicy::max_retry_after).
#[derive(Clone)]
pub struct SlidingWindow {
    shared: Arc<Shared>,
}

struct Shared {
    limit: usize,
    window: Duration,
    clock: Arc<dyn Clock>,
    /// Held by the first in the queue while it waits; tokio's mutex is fair.
    turn: tokio::sync::Mutex<()>,
    slots: Mutex<Slots>,
    freed: Notify,
}

#[derive(Default)]
struct Slots {
    in_flight: usize,
    /// When the responses of the last requests came, oldest first.
    ended: VecDeque<Duration>,
    /// None is free before this.
    paused_until: Duration,
}

impl SlidingWindow {
    /// Creates a limit of `limit` requests per `window`. A limit of 0 counts as 1.
    pub fn new(limit: usize, window: Duration) -> Self {
        Self::with_clock(limit, window, Arc::new(SystemClock::new()))
    }

    /// Creates a limit that takes the time from this clock; for tests.
    pub fn with_clock(limit: usize, window: Duration, clock: Arc<dyn Clock>) -> Self {
        let shared = Shared {
            limit: limit.max(1),
            window,
            clock,
            turn: tokio::sync::Mutex::default(),
            slots: Mutex::default(),
            freed: Notify::new(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Creates the limit that the API documents: 20 per 60 s.
    pub(crate) fn documented(clock: Arc<dyn Clock>) -> Self {
        Self::with_clock(20, Duration::from_secs(60), clock)
    }

    /// Counts a request that another limit has let through.
    #[cfg(feature = "batch")]
    pub(crate) fn count(&self) -> Slot {
        let mut slots = self.shared.lock();
        slots.in_flight += 1;
        // Nobody else forgets those that no longer count.
        slots.forget(self.shared.clock.now(), self.shared.window);
        drop(slots);
        Slot { shared: Arc::clone(&self.shared), counts: true }
    }
}

impl Default for SlidingWindow {
    fn default() -> Self {
        Self::documented(Arc::new(SystemClock::new()))
    }
}

impl RateLimiter for SlidingWindow {
    fn acquire(&self, remaining: Option<Duration>) -> BoxFuture<AcquireResult> {
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            let deadline = remaining.map(|remaining| shared.clock.now().saturating_add(remaining));
            let slot = shared.acquire(deadline).await;
            Ok(slot.map(|slot| Permit::returnable(slot, Slot::give_back)))
        })
    }

    fn pause(&self, duration: Duration) {
        let until = self.shared.clock.now().saturating_add(duration);
        let mut slots = self.shared.lock();
        slots.paused_until = slots.paused_until.max(until);
    }
}

impl Shared {
    async fn acquire(self: &Arc<Self>, deadline: Option<Duration>) -> Option<Slot> {
        let turn = self.turn.lock();
        let _turn = match deadline {
            Some(deadline) => {
                let remaining = deadline.saturating_sub(self.clock.now());
                within(turn, self.clock.timeout(remaining)).await?
            }
            None => turn.await,
        };
        let mut logged = false;
        loop {
            // Registered before the slots are read, so that none is freed in between unnoticed.
            let freed = self.freed.notified();
            let wait = match self.lock().take(self.clock.now(), self.limit, self.window) {
                Ok(()) => return Some(Slot { shared: Arc::clone(self), counts: true }),
                Err(wait) => wait,
            };
            if !std::mem::replace(&mut logged, true) {
                let seconds = wait.map(|wait| wait.as_secs_f64());
                tracing::info!(seconds, "waiting for the rate limit");
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
    /// Forgets the requests that no longer count.
    fn forget(&mut self, now: Duration, window: Duration) {
        while self.ended.front().is_some_and(|ended| now.saturating_sub(*ended) >= window) {
            self.ended.pop_front();
        }
    }

    /// Takes a slot, or says how long until one is free; `None` if that is up to a request that
    /// is still in flight.
    fn take(
        &mut self,
        now: Duration,
        limit: usize,
        window: Duration,
    ) -> Result<(), Option<Duration>> {
        self.forget(now, window);
        if now < self.paused_until {
            return Err(Some(self.paused_until.saturating_sub(now)));
        }
        if self.in_flight + self.ended.len() < limit {
            self.in_flight += 1;
            return Ok(());
        }
        Err(self.ended.front().map(|ended| ended.saturating_add(window).saturating_sub(now)))
    }
}

/// A place in the window, given back when it is dropped.
pub(crate) struct Slot {
    shared: Arc<Shared>,
    /// Whether its request may have been sent.
    counts: bool,
}

impl Slot {
    /// Gives it back at once: its request is never sent.
    pub(crate) fn give_back(mut self) {
        self.counts = false;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let now = self.shared.clock.now();
        let mut slots = self.shared.lock();
        slots.in_flight = slots.in_flight.saturating_sub(1);
        if self.counts {
            slots.ended.push_back(now);
        }
        drop(slots);
        self.shared.freed.notify_one();
    }
}

impl fmt::Debug for SlidingWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlidingWindow")
            .field("limit", &self.shared.limit)
            .field("window", &self.shared.window)
            .finish_non_exhaustive()
    }
}
