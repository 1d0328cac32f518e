//! Which worker works on which request. A worker that dies leaves its claims to the others.

use std::sync::Arc;
use std::time::Duration;

use super::batch::Batch;
use super::batch_request::{BatchRequest, COLUMNS};
use super::failure::Failure;
use super::store::{Write, integer, milliseconds, needed_text};
use super::value::Value;
use crate::error::{ErrorKind, Result};

/// What there is to claim.
#[derive(Clone, Copy, Debug)]
pub(super) enum Work {
    /// Requests to send.
    Queued,
    /// Jobs that nobody waits for.
    Started,
    /// Outcomes that the application hasn't taken.
    Ended,
}

/// What is left of a batch, for the end of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Left {
    /// Requests that are being worked on, by any worker, or wait for their turn.
    pub(super) open: i64,
    /// Those of them that only wait to be sent.
    pub(super) queued: i64,
    /// Outcomes that the application hasn't taken.
    pub(super) unsettled: i64,
}

/// How many requests are claimed together, at most.
const MOST: usize = 500;

impl Batch {
    /// Says that a worker is alive for this long.
    pub(super) async fn renew(&self, worker: &str, lease: Duration) -> Result<()> {
        let mut write = self.store.write().await?;
        let until = write.now().await?.milliseconds.saturating_add(milliseconds(lease));
        let upsert = "INSERT INTO jogg_workers (worker, expires_at) VALUES ($1, $2) ON CONFLICT \
                      (worker) DO UPDATE SET expires_at = excluded.expires_at";
        write.run(upsert, [worker.into(), until.into()]).await?;
        write.commit().await
    }

    /// Takes the claims of workers that have died. What they were sending may have left.
    pub(super) async fn take_over(&self) -> Result<()> {
        let mut write = self.store.write().await?;
        let now = write.now().await?.milliseconds;
        let expired = format!(
            "SELECT worker FROM jogg_workers WHERE expires_at < $1 {}",
            write.skip_locked()
        );
        for row in write.rows(&expired, [now.into()]).await? {
            let worker = needed_text(&row, "worker")?;
            tracing::warn!(worker, "a worker has died; its requests are taken over");
            let of = "worker = $3";
            free(&mut write, of, [now.into(), worker.as_str().into()]).await?;
            let delete = "DELETE FROM jogg_workers WHERE worker = $1";
            write.run(delete, [worker.into()]).await?;
        }
        // What a worker wrote after it was taken over has nobody who works on it.
        let orphaned = "worker IS NOT NULL AND NOT EXISTS (SELECT 1 FROM jogg_workers WHERE \
                        jogg_workers.worker = jogg_requests.worker)";
        free(&mut write, orphaned, [now.into()]).await?;
        let of = "batch = $3 AND state = 'sending' AND worker IS NULL AND settled_at IS NULL";
        free(&mut write, of, [now.into(), (*self.name).into()]).await?;
        write.commit().await
    }

    /// Frees what a worker has claimed that works on nothing: what it didn't learn that it has.
    pub(super) async fn free_forgotten(&self, worker: &str) -> Result<()> {
        let mut write = self.store.write().await?;
        let now = write.now().await?.milliseconds;
        let of = "worker = $3 AND batch = $4";
        free(&mut write, of, [now.into(), worker.into(), (*self.name).into()]).await?;
        write.commit().await
    }

    /// Claims up to this many requests for a worker that is alive.
    pub(super) async fn claim(
        &self,
        work: Work,
        worker: &str,
        limit: usize,
    ) -> Result<Vec<BatchRequest>> {
        let (states, order) = match work {
            Work::Queued => ("state = 'queued'", "ORDER BY position, key"),
            Work::Started => ("state = 'started'", "ORDER BY position, key"),
            // No index has these in their order.
            Work::Ended => ("state IN ('done', 'failed')", ""),
        };
        let mut write = self.store.write().await?;
        // Whoever counts as dead claims nothing.
        let alive = format!("SELECT worker FROM jogg_workers WHERE worker = $1 {}", write.shared());
        if write.rows(&alive, [worker.into()]).await?.is_empty() {
            return Ok(Vec::new());
        }
        let now = write.now().await?.milliseconds;
        let select = format!(
            "SELECT {COLUMNS} FROM jogg_requests WHERE batch = $1 AND {states} AND worker IS NULL \
             AND settled_at IS NULL AND not_before <= $2 {order} LIMIT $3 {}",
            write.skip_locked()
        );
        let limit = i64::try_from(limit.min(MOST)).unwrap_or(i64::MAX);
        let rows = write.rows(&select, [(*self.name).into(), now.into(), limit.into()]).await?;
        let mut claimed: Vec<_> = rows.iter().map(BatchRequest::read).collect::<Result<_>>()?;
        if !claimed.is_empty() {
            // By their keys, so that it takes no longer when there are many others.
            let keys: Vec<_> = (0..claimed.len()).map(|index| format!("${}", index + 4)).collect();
            let update = format!(
                "UPDATE jogg_requests SET worker = $2, claim = $3 WHERE batch = $1 AND key IN ({})",
                keys.join(", ")
            );
            let token: Arc<str> = format!("{:032x}", fastrand::u128(..)).into();
            for request in &mut claimed {
                request.claim = Some(Arc::clone(&token));
            }
            let values: [Value; 3] = [(*self.name).into(), worker.into(), (*token).into()];
            let keys = claimed.iter().map(|request| (*request.key).into());
            write.run(&update, values.into_iter().chain(keys)).await?;
        }
        write.commit().await?;
        Ok(claimed)
    }

    /// Gives back what a worker still holds, and says that it has ended.
    pub(super) async fn leave(&self, worker: &str) -> Result<()> {
        let mut write = self.store.write().await?;
        let free =
            "UPDATE jogg_requests SET worker = NULL WHERE worker = $1 AND state <> 'sending'";
        write.run(free, [worker.into()]).await?;
        // What the application couldn't take is handed over by the next run at once.
        let free = "UPDATE jogg_requests SET not_before = 0 WHERE batch = $1 AND settled_at IS NULL \
                    AND state IN ('done', 'failed') AND worker IS NULL AND not_before > 0";
        write.run(free, [(*self.name).into()]).await?;
        // Then nobody says any more that what it was sending is on its way.
        let end = "UPDATE jogg_workers SET expires_at = 0 WHERE worker = $1";
        write.run(end, [worker.into()]).await?;
        write.commit().await?;
        self.take_over().await
    }

    /// Counts what is left, without outcomes that are to be taken later.
    pub(super) async fn left(&self) -> Result<Left> {
        let mut write = self.store.write().await?;
        let now = write.now().await?.milliseconds;
        let select = "SELECT COUNT(*) AS rows, \
                      COUNT(CASE WHEN state = 'queued' THEN 1 END) AS queued, \
                      COUNT(CASE WHEN state IN ('done', 'failed') THEN 1 END) AS ended, \
                      COUNT(CASE WHEN state IN ('done', 'failed') AND not_before > $2 THEN 1 END) \
                      AS postponed FROM jogg_requests WHERE batch = $1 AND settled_at IS NULL AND \
                      state IN ('queued', 'sending', 'started', 'done', 'failed')";
        let values: [Value; 2] = [(*self.name).into(), now.into()];
        let rows = write.rows(select, values).await?;
        let Some(row) = rows.first() else { return Ok(Left::default()) };
        let count = |column| -> Result<i64> { Ok(integer(row, column)?.unwrap_or(0)) };
        let (ended, postponed) = (count("ended")?, count("postponed")?);
        Ok(Left {
            open: count("rows")? - ended,
            queued: count("queued")?,
            unsettled: ended - postponed,
        })
    }
}

/// Frees requests of which `of` holds, whose values begin with `$3`; the first value is the time.
/// What was being sent may have left.
async fn free(
    write: &mut Write<'_>,
    of: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<u64> {
    let failure = Failure::new(
        ErrorKind::OutcomeUnknown,
        "the process ended while the request was being sent: it may have been executed and paid for",
    );
    // One statement: it sees what begins to be sent meanwhile in its state of that moment.
    let statement = format!(
        "UPDATE jogg_requests SET worker = NULL, claim = NULL, \
         error = CASE WHEN state = 'sending' THEN $1 ELSE error END, \
         ended_at = CASE WHEN state = 'sending' THEN $2 ELSE ended_at END, \
         state = CASE WHEN state = 'sending' THEN 'unknown' ELSE state END WHERE {of}"
    );
    let first = Value::from(failure.json());
    write.run(&statement, std::iter::once(first).chain(values)).await
}
