//! The limit on POST requests, shared by all processes of a key through the store.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::store::{Store, Write, integer};
use crate::error::{Error, ErrorKind, Result};
use crate::policy::{AcquireResult, Permit, RateLimiter, SlidingWindow};
use crate::stream::BoxFuture;

/// How long somebody who waits is in the queue without a sign of life.
const QUEUE_LEASE: Duration = Duration::from_secs(10);

/// How long the store may take before it counts as away.
const PATIENCE: Duration = Duration::from_secs(5);

/// A sliding window that all processes of a key share: those of one machine through a SQLite file,
/// those of many through PostgreSQL.
///
/// It keeps the limit as [`SlidingWindow`] does, by the clock of the database. Processes that wait
/// take turns. The places of a process that has died are free when its requests have been in flight
/// for [its lease](SharedWindow::lease) without a sign of life, and the window has passed since. When the server refuses a POST
/// with 429, all are held back.
///
/// It needs no [`Batch`](super::Batch).
///
/// ```no_run
/// # async fn demo() -> jogg_api_ext::Result<()> {
/// use std::sync::Arc;
///
/// use jogg_api_ext::Jogg;
/// use jogg_api_ext::batch::{SharedWindow, Store, StoreAway};
///
/// let store = Store::open("postgres://jogg@db.internal/jogg").await?;
/// let window = SharedWindow::new(&store, "the key of our team").store_away(StoreAway::Share(5));
/// let jogg = Jogg::builder_from_env()?.rate_limiter(Arc::new(window)).build()?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use]
pub struct SharedWindow {
    store: Store,
    name: Arc<str>,
    limit: usize,
    window: Duration,
    /// How long a request that is in flight holds its place without a sign of life.
    lease: Duration,
    away: StoreAway,
    /// What this process may send while the store is away; also counts what it sends otherwise.
    share: SlidingWindow,
    /// Held by the first of this process that waits; tokio's mutex is fair.
    turn: Arc<tokio::sync::Mutex<()>>,
    paused_until: Arc<Mutex<Option<Instant>>>,
}

/// What a [`SharedWindow`] does when its store can't be reached for 5 s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreAway {
    /// Nothing is sent: calls fail with [`ErrorKind::Refused`], and may be retried.
    #[default]
    Fail,
    /// This process sends at most so many requests per window, of which those count that it has
    /// sent before. The shares of all processes together should not exceed the limit.
    Share(usize),
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
            away: StoreAway::default(),
            share: SlidingWindow::new(1, window),
            turn: Arc::default(),
            paused_until: Arc::default(),
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

    /// Sets what to do when the store can't be reached. Default: [`StoreAway::Fail`].
    pub fn store_away(mut self, away: StoreAway) -> Self {
        self.away = away;
        self.share = self.own_share();
        self
    }

    fn own_share(&self) -> SlidingWindow {
        let share = match self.away {
            StoreAway::Fail => 1,
            StoreAway::Share(share) => share.min(self.limit),
        };
        SlidingWindow::new(share, self.window)
    }

    async fn acquire_by(self, deadline: Option<Instant>) -> AcquireResult {
        let Some(_turn) = before(deadline, self.turn.lock()).await else { return Ok(None) };
        let mut place = Place::new(&self);
        let mut away_since = None;
        loop {
            self.wait_for_pause(deadline).await;
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Ok(None);
            }
            let wait = match timeout(PATIENCE, place.take()).await {
                Ok(Ok(Turn::Taken)) => return Ok(Some(place.into_permit())),
                Ok(Ok(Turn::In(wait))) => {
                    away_since = None;
                    wait.min(QUEUE_LEASE / 3)
                }
                Ok(Err(error)) if !error.is_retryable() => return Err(error.into()),
                failed => {
                    let since = *away_since.get_or_insert_with(Instant::now);
                    if failed.is_err() || since.elapsed() > PATIENCE {
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

    /// Does what was chosen for when the store is away.
    async fn without_store(&self, error: Error, deadline: Option<Instant>) -> AcquireResult {
        match self.away {
            StoreAway::Fail => Err(error.into()),
            StoreAway::Share(0) => Ok(None),
            StoreAway::Share(share) => {
                tracing::warn!(%error, share, "the shared limit is away; a share of it holds");
                let remaining = deadline.map(|deadline| deadline - Instant::now());
                self.share.acquire(remaining).await
            }
        }
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
        let until = Instant::now().checked_add(duration);
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        *paused = until.max(*paused);
        drop(paused);
        let window = self.clone();
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = window.store_pause(duration).await {
                    tracing::warn!(%error, "other processes aren't held back");
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
            .field("away", &self.away)
            .finish_non_exhaustive()
    }
}

/// A place in the queue, and then in the window. Dropped before it is a permit, it is removed.
struct Place {
    window: SharedWindow,
    id: String,
    /// Where it is in the queue.
    number: Option<i64>,
    is_permit: bool,
}

/// Whether a place has become a permit, or when it may.
enum Turn {
    Taken,
    In(Duration),
}

impl Place {
    fn new(window: &SharedWindow) -> Self {
        let id = format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
        Self { window: window.clone(), id, number: None, is_permit: false }
    }

    /// Takes a place in the window, or says how long until there may be one.
    async fn take(&mut self) -> Result<Turn> {
        let SharedWindow { store, name, limit, window, .. } = &self.window;
        let mut write = store.write().await?;
        let (paused_until, last) = lock(&mut write, name).await?;
        let now = write.now().await?.milliseconds;
        let number = self.number.unwrap_or(last + 1);
        let usage = self.usage(&mut write, number, now).await?;
        let wait = usage.wait(*limit, *window, now);
        let wait = wait.max(duration(paused_until.saturating_sub(now)));
        let (taken_at, lease) = match wait.is_zero() {
            true => (Some(now), self.window.lease),
            false => (None, QUEUE_LEASE),
        };
        let upsert = "INSERT INTO jogg_permits (permit, name, place, taken_at, expires_at) VALUES \
                      ($1, $2, $3, $4, $5) ON CONFLICT (permit) DO UPDATE SET \
                      place = excluded.place, taken_at = excluded.taken_at, \
                      expires_at = excluded.expires_at";
        let values = [
            self.id.as_str().into(),
            (**name).into(),
            number.into(),
            taken_at.into(),
            now.saturating_add(milliseconds(lease)).into(),
        ];
        write.run(upsert, values).await?;
        if self.number.is_none() {
            let update = "UPDATE jogg_windows SET last_place = $2 WHERE name = $1";
            write.run(update, [(**name).into(), number.into()]).await?;
        }
        self.number = Some(number);
        // A commit whose response is lost may have taken it.
        self.is_permit = taken_at.is_some();
        write.commit().await?;
        Ok(if self.is_permit { Turn::Taken } else { Turn::In(wait) })
    }

    /// Reads what others use of the window, and removes what no longer counts.
    async fn usage(&self, write: &mut Write<'_>, number: i64, now: i64) -> Result<Usage> {
        let (name, window) = (&*self.window.name, milliseconds(self.window.window));
        // A process that has died may have sent its request at any time before its lease expired.
        let remove = "DELETE FROM jogg_permits WHERE name = $1 AND (ended_at <= $2 OR (ended_at IS \
                      NULL AND taken_at IS NULL AND expires_at < $3) OR (ended_at IS NULL AND \
                      expires_at <= $2))";
        let values = [name.into(), now.saturating_sub(window).into(), now.into()];
        write.run(remove, values).await?;
        let select = "SELECT place, taken_at, ended_at, expires_at FROM jogg_permits WHERE name = $1 \
                      AND permit <> $2";
        let mut usage = Usage { in_flight: 0, ended: Vec::new(), ahead: 0 };
        for row in write.rows(select, [name.into(), self.id.as_str().into()]).await? {
            let ended_at = integer(&row, "ended_at")?;
            let expires_at = integer(&row, "expires_at")?.unwrap_or(0);
            match (integer(&row, "taken_at")?, ended_at) {
                (_, Some(ended_at)) => usage.ended.push(ended_at),
                (Some(_), None) if expires_at < now => usage.ended.push(expires_at),
                (Some(_), None) => usage.in_flight += 1,
                (None, None) if integer(&row, "place")?.unwrap_or(0) < number => usage.ahead += 1,
                (None, None) => {}
            }
        }
        usage.ended.sort_unstable();
        Ok(usage)
    }

    /// Makes it a permit, which says that the process is alive until it is dropped.
    fn into_permit(mut self) -> Permit {
        let local = self.window.share.count();
        let (ended, end) = oneshot::channel();
        let (window, id) = (self.window.clone(), std::mem::take(&mut self.id));
        tokio::spawn(hold(window, id, end));
        Permit::returnable((ended, local), |(ended, local)| {
            // Its request is never sent.
            let _ = ended.send(());
            local.give_back();
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.id.is_empty() || self.number.is_none() {
            return;
        }
        // Without a runtime, it expires.
        if let Ok(runtime) = Handle::try_current() {
            let (window, id) = (self.window.clone(), std::mem::take(&mut self.id));
            runtime.spawn(async move { remove(&window, &id).await });
        }
    }
}

/// What is used of a window.
struct Usage {
    in_flight: usize,
    /// When the last requests ended, oldest first.
    ended: Vec<i64>,
    /// How many wait, and have waited for longer.
    ahead: usize,
}

impl Usage {
    /// Returns how long until there may be a place for who is behind those ahead.
    fn wait(&self, limit: usize, window: Duration, now: i64) -> Duration {
        let wanted = self.in_flight + self.ended.len() + self.ahead + 1;
        let Some(excess) = wanted.checked_sub(limit).filter(|excess| *excess > 0) else {
            return Duration::ZERO;
        };
        let poll = (window / 100).clamp(Duration::from_millis(10), Duration::from_millis(500));
        match self.ended.get(excess - 1) {
            Some(ended) => {
                let free_at = ended.saturating_add(milliseconds(window));
                duration(free_at.saturating_sub(now)).max(Duration::from_millis(1))
            }
            // That is up to requests that are still in flight.
            None => poll,
        }
    }
}

/// Locks a window, and returns until when it is paused, and the last place in its queue.
async fn lock(write: &mut Write<'_>, name: &str) -> Result<(i64, i64)> {
    let create = "INSERT INTO jogg_windows (name) VALUES ($1) ON CONFLICT (name) DO NOTHING";
    write.run(create, [name.into()]).await?;
    let select = format!(
        "SELECT paused_until, last_place FROM jogg_windows WHERE name = $1 {}",
        write.locked()
    );
    let rows = write.rows(&select, [name.into()]).await?;
    let Some(row) = rows.first() else { return Ok((0, 0)) };
    Ok((integer(row, "paused_until")?.unwrap_or(0), integer(row, "last_place")?.unwrap_or(0)))
}

/// Says that a request is in flight until it has ended, and then that it has.
async fn hold(window: SharedWindow, id: String, mut end: oneshot::Receiver<()>) {
    let renewal = "UPDATE jogg_permits SET expires_at = $2 WHERE permit = $1";
    let has_left = loop {
        tokio::select! {
            // Sent if the request never leaves, dropped when its response has come.
            ended = &mut end => break ended.is_err(),
            () = sleep(window.lease / 3) => {
                if let Err(error) = mark(&window, &id, renewal, window.lease).await {
                    tracing::warn!(%error, "a permit of the shared limit isn't renewed");
                }
            }
        }
    };
    if !has_left {
        return remove(&window, &id).await;
    }
    // Until it is stored, the place counts as in flight, at most until its lease ends.
    let ended = "UPDATE jogg_permits SET ended_at = $2 WHERE permit = $1";
    for _ in 0..30 {
        match mark(&window, &id, ended, Duration::ZERO).await {
            Ok(()) => return,
            Err(error) => tracing::debug!(%error, "the end of a permit isn't stored yet"),
        }
        sleep(Duration::from_secs(1)).await;
    }
}

/// Writes a time from now to a permit.
async fn mark(window: &SharedWindow, id: &str, statement: &str, from_now: Duration) -> Result<()> {
    let mut write = window.store.write().await?;
    let time = write.now().await?.milliseconds.saturating_add(milliseconds(from_now));
    write.run(statement, [id.into(), time.into()]).await?;
    write.commit().await
}

/// Removes a place.
async fn remove(window: &SharedWindow, id: &str) {
    let removed = async {
        let mut write = window.store.write().await?;
        write.run("DELETE FROM jogg_permits WHERE permit = $1", [id.into()]).await?;
        write.commit().await
    };
    if let Err(error) = removed.await {
        tracing::debug!(%error, "a place in the shared limit isn't removed; it expires");
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

fn milliseconds(duration: Duration) -> i64 {
    duration.as_millis().try_into().unwrap_or(i64::MAX)
}

fn duration(milliseconds: i64) -> Duration {
    Duration::from_millis(milliseconds.try_into().unwrap_or(0))
}
