//! The limit on POST requests, shared by all processes of a key through the store.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::place::{Place, QUEUE_LEASE, Turn, lock};
use super::store::{Store, milliseconds};
use crate::error::{Error, ErrorKind, Result};
use crate::policy::{AcquireResult, RateLimiter, SlidingWindow};
use crate::stream::BoxFuture;

/// So long that nothing is sent any more, and short enough to be added to any time.
const LONGEST_PAUSE: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// How long the store may take before it counts as unavailable.
const PATIENCE: Duration = Duration::from_secs(5);

/// A sliding window that all processes of a key share: those of one machine through a SQLite file,
/// those of many through PostgreSQL.
///
/// It keeps the limit as [`SlidingWindow`] does, by the clock of the database. Processes that wait
/// take turns. The places of a process that has died are free when its requests have been in flight
/// for [its lease](SharedWindow::lease) without a sign of life, and the window has passed since.
/// When the server refuses a POST with 429, all are held back.
///
/// It needs no [`Batch`](super::Batch).
///
/// ```no_run
/// # async fn demo() -> jogg_api_ext::Result<()> {
/// use std::sync::Arc;
///
/// use jogg_api_ext::Jogg;
/// use jogg_api_ext::batch::{SharedWindow, Store, StoreUnavailable};
///
/// let store = Store::open("postgres://jogg@db.internal/jogg").await?;
/// let window = SharedWindow::new(&store, "the key of our team");
/// let window = window.store_unavailable(StoreUnavailable::Share(5));
/// let jogg = Jogg::builder_from_env()?.rate_limiter(Arc::new(window)).build()?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use]
pub struct SharedWindow {
    pub(super) store: Store,
    pub(super) name: Arc<str>,
    pub(super) limit: usize,
    pub(super) window: Duration,
    /// How long a request that is in flight holds its place without a sign of life.
    pub(super) lease: Duration,
    unavailable: StoreUnavailable,
    /// What this process may send while the store is unavailable; also counts what it sends
    /// otherwise.
    pub(super) share: SlidingWindow,
    /// Held by the first of this process that waits; tokio's mutex is fair.
    turn: Arc<tokio::sync::Mutex<()>>,
    paused_until: Arc<Mutex<Option<Instant>>>,
    failing: Arc<Mutex<Option<Failing>>>,
}

/// When the store has failed those of this process that wait, without a success in between.
#[derive(Clone, Copy)]
struct Failing {
    since: Instant,
    last: Instant,
}

/// What a [`SharedWindow`] does when its store can't be reached for 5 s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreUnavailable {
    /// Nothing is sent: calls fail with [`ErrorKind::Refused`], and may be retried.
    #[default]
    Fail,
    /// This process sends at most so many requests per window, of which those count that it has
    /// sent before. The shares of all processes together should not exceed the limit. What is sent
    /// so isn't in the store: when it is back, the others may exceed the limit for one window,
    /// which the server then refuses with 429.
    Share(usize),
}

impl Failing {
    fn is_recent(&self) -> bool {
        self.last.elapsed() < 2 * PATIENCE
    }
}

impl SharedWindow {
    /// Creates the limit that the API documents, 20 requests per 60 s, under a name that all
    /// processes of the key use. The name is stored: it must not be the key itself.
    pub fn new(store: &Store, name: impl Into<Arc<str>>) -> Self {
        let window = Duration::from_secs(60);
        Self {
            store: store.clone(),
            name: name.into(),
            limit: 20,
            window,
            lease: Duration::from_secs(30),
            unavailable: StoreUnavailable::default(),
            share: SlidingWindow::new(1, window),
            turn: Arc::default(),
            paused_until: Arc::default(),
            failing: Arc::default(),
        }
    }

    /// Sets the limit and its window. All processes must set the same. A limit of 0 counts as 1.
    pub fn limit(mut self, limit: usize, window: Duration) -> Self {
        (self.limit, self.window) = (limit.max(1), window);
        self.share = self.own_share();
        self
    }

    /// Sets how long a request that is in flight holds its place without a sign of life of its
    /// process. Default: 30 s; 1 s at least.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease.max(Duration::from_secs(1));
        self
    }

    /// Sets what to do when the store can't be reached. Default: [`StoreUnavailable::Fail`].
    pub fn store_unavailable(mut self, choice: StoreUnavailable) -> Self {
        self.unavailable = choice;
        self.share = self.own_share();
        self
    }

    fn own_share(&self) -> SlidingWindow {
        let share = match self.unavailable {
            StoreUnavailable::Fail => 1,
            StoreUnavailable::Share(share) => share.min(self.limit),
        };
        SlidingWindow::new(share, self.window)
    }

    async fn acquire_by(self, deadline: Option<Instant>) -> AcquireResult {
        let Some(_turn) = before(deadline, self.turn.lock()).await else { return Ok(None) };
        let mut place = Place::new(&self);
        loop {
            self.wait_for_pause(deadline).await;
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Ok(None);
            }
            let wait = match timeout(self.patience(), place.take()).await {
                Ok(Ok(turn)) => {
                    *self.failing() = None;
                    match turn {
                        Turn::Taken => return Ok(Some(place.into_permit())),
                        Turn::In(wait) => wait.min(QUEUE_LEASE / 3),
                    }
                }
                failed => {
                    let since = self.note_failure();
                    let is_final = failed.as_ref().map_or(true, |failed| {
                        failed.as_ref().is_err_and(|error| !error.is_retryable())
                    });
                    if is_final || since.elapsed() > PATIENCE {
                        let error = failed.unwrap_or_else(|_| Err(silent())).err();
                        return self.without_store(error.unwrap_or_else(silent), deadline).await;
                    }
                    Duration::from_millis(200)
                }
            };
            let until = Instant::now() + wait;
            match deadline {
                // It is known that there is none in time.
                Some(deadline) if deadline < until => return Ok(None),
                _ => sleep(wait).await,
            }
        }
    }

    /// Does what was chosen for when the store is unavailable.
    async fn without_store(&self, error: Error, deadline: Option<Instant>) -> AcquireResult {
        match self.unavailable {
            StoreUnavailable::Fail | StoreUnavailable::Share(0) => Err(error.into()),
            StoreUnavailable::Share(share) => {
                tracing::warn!(%error, share, "the shared limit is unavailable; a share of it holds");
                let remaining = deadline.map(|deadline| deadline - Instant::now());
                self.share.acquire(remaining).await
            }
        }
    }

    /// Returns how long the store may take. Whoever waited behind one that it has failed doesn't
    /// begin anew.
    fn patience(&self) -> Duration {
        let failed_lately = self.failing().is_some_and(|failing| failing.is_recent());
        if failed_lately { PATIENCE / 5 } else { PATIENCE }
    }

    /// Notes that the store has failed, and returns since when it does.
    fn note_failure(&self) -> Instant {
        let now = Instant::now();
        let mut failing = self.failing();
        let before = failing.filter(Failing::is_recent);
        let since = before.map_or(now, |failing| failing.since);
        *failing = Some(Failing { since, last: now });
        since
    }

    fn failing(&self) -> MutexGuard<'_, Option<Failing>> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn wait_for_pause(&self, deadline: Option<Instant>) {
        let until = *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = until {
            let until = deadline.map_or(until, |deadline| deadline.min(until));
            tokio::time::sleep_until(until).await;
        }
    }

    /// Holds all processes back.
    async fn store_pause(&self, pause: Duration) -> Result<()> {
        let mut write = self.store.write().await?;
        lock(&mut write, &self.name).await?;
        let until = write.now().await?.milliseconds.saturating_add(milliseconds(pause));
        let update = "UPDATE jogg_windows SET paused_until = $2 WHERE name = $1 AND \
                      paused_until < $2";
        write.run(update, [(*self.name).into(), until.into()]).await?;
        write.commit().await
    }
}

impl RateLimiter for SharedWindow {
    fn acquire(&self, remaining: Option<Duration>) -> BoxFuture<AcquireResult> {
        let deadline = remaining.and_then(|remaining| Instant::now().checked_add(remaining));
        Box::pin(self.clone().acquire_by(deadline))
    }

    fn pause(&self, duration: Duration) {
        let until = Instant::now() + duration.min(LONGEST_PAUSE);
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        *paused = Some(until).max(*paused);
        drop(paused);
        let window = self.clone();
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                loop {
                    let left = until - Instant::now();
                    if left.is_zero() {
                        return;
                    }
                    let Err(error) = window.store_pause(left).await else { return };
                    tracing::warn!(%error, "other processes aren't held back yet");
                    sleep(Duration::from_secs(1).min(left)).await;
                }
            });
        }
    }
}

impl fmt::Debug for SharedWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedWindow")
            .field("store", &self.store)
            .field("name", &self.name)
            .field("limit", &self.limit)
            .field("window", &self.window)
            .field("unavailable", &self.unavailable)
            .finish_non_exhaustive()
    }
}

/// Waits for something until a deadline, if there is one.
async fn before<T>(deadline: Option<Instant>, future: impl Future<Output = T>) -> Option<T> {
    match deadline {
        Some(deadline) => timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
    }
}

fn silent() -> Error {
    let message = format!("the store doesn't respond within {} s", PATIENCE.as_secs());
    Error::new(ErrorKind::Store, message).with_retryable(true)
}

#[cfg(test)]
mod tests;
