//! A place in the queue of a shared window, and then in the window.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::sleep;

use super::shared_window::SharedWindow;
use super::store::{Write, integer, milliseconds};
use crate::error::Result;
use crate::policy::Permit;

/// How long somebody who waits is in the queue without a sign of life.
pub(super) const QUEUE_LEASE: Duration = Duration::from_secs(10);

/// A place in the queue, and then in the window. Dropped before it is a permit, it is removed.
pub(super) struct Place {
    window: SharedWindow,
    id: String,
    /// Where it is in the queue.
    number: Option<i64>,
}

/// Whether a place has become a permit, or when it may.
pub(super) enum Turn {
    Taken,
    In(Duration),
}

impl Place {
    pub(super) fn new(window: &SharedWindow) -> Self {
        let id = format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
        Self { window: window.clone(), id, number: None }
    }

    /// Takes a place in the window, or says how long until there may be one.
    pub(super) async fn take(&mut self) -> Result<Turn> {
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
        write.commit().await?;
        Ok(if taken_at.is_some() { Turn::Taken } else { Turn::In(wait) })
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
                // Not in the future, if the clock of the database was set back.
                (_, Some(ended_at)) => usage.ended.push(ended_at.min(now)),
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
    pub(super) fn into_permit(mut self) -> Permit {
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
pub(super) async fn lock(write: &mut Write<'_>, name: &str) -> Result<(i64, i64)> {
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
    // Others may have removed it, while the store was unavailable to this process.
    let renewal = "INSERT INTO jogg_permits (permit, name, place, taken_at, expires_at) VALUES \
                   ($1, $2, 0, $3, $4) ON CONFLICT (permit) DO UPDATE SET \
                   expires_at = excluded.expires_at";
    let has_left = loop {
        tokio::select! {
            // Sent if the request never leaves, dropped when its response has come.
            ended = &mut end => break ended.is_err(),
            () = sleep(window.lease / 3) => {
                if let Err(error) = mark(&window, &id, renewal).await {
                    tracing::warn!(%error, "a permit of the shared limit isn't renewed");
                }
            }
        }
    };
    if !has_left {
        return remove(&window, &id).await;
    }
    // Until it is stored, the place counts as in flight, at most until its lease ends.
    let ended = "INSERT INTO jogg_permits (permit, name, place, taken_at, expires_at, ended_at) \
                 VALUES ($1, $2, 0, $3, $4, $3) ON CONFLICT (permit) DO UPDATE SET \
                 ended_at = excluded.ended_at";
    for _ in 0..(window.lease + window.window).as_secs().max(30) {
        match mark(&window, &id, ended).await {
            Ok(()) => return,
            Err(error) => tracing::debug!(%error, "the end of a permit isn't stored yet"),
        }
        sleep(Duration::from_secs(1)).await;
    }
}

/// Writes to a permit, of which the statement gets the id, the window, now, and the end of a lease.
async fn mark(window: &SharedWindow, id: &str, statement: &str) -> Result<()> {
    let mut write = window.store.write().await?;
    let now = write.now().await?.milliseconds;
    let expires_at = now.saturating_add(milliseconds(window.lease));
    let values = [id.into(), (*window.name).into(), now.into(), expires_at.into()];
    write.run(statement, values).await?;
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

fn duration(milliseconds: i64) -> Duration {
    Duration::from_millis(milliseconds.try_into().unwrap_or(0))
}

#[cfg(test)]
mod tests;
