//! Which worker works on which request. A worker that dies leaves its claims to the others.

use std::time::Duration;

use super::batch::Batch;
use super::batch_request::{BatchRequest, COLUMNS};
use super::failure::Failure;
use super::store::{Value, integer, needed_text};
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

impl Batch {
    /// Says that a worker is alive for this long.
    pub(super) async fn renew(&self, worker: &str, lease: Duration) -> Result<()> {
        let mut write = self.store.write().await?;
        let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
        let until = write.now().await?.milliseconds.saturating_add(lease);
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
            let failure = Failure::new(
                ErrorKind::OutcomeUnknown,
                "the process ended while the request was being sent: it may have been executed",
            );
            // One statement: what begins to be sent meanwhile is seen as it is then.
            let free = "UPDATE jogg_requests SET worker = NULL, \
                        error = CASE WHEN state = 'sending' THEN $2 ELSE error END, \
                        ended_at = CASE WHEN state = 'sending' THEN $3 ELSE ended_at END, \
                        state = CASE WHEN state = 'sending' THEN 'unknown' ELSE state END \
                        WHERE worker = $1";
            let values = [worker.as_str().into(), failure.json().into(), now.into()];
            write.run(free, values).await?;
            let delete = "DELETE FROM jogg_workers WHERE worker = $1";
            write.run(delete, [worker.into()]).await?;
        }
        write.commit().await
    }

    /// Claims up to this many requests for a worker that is alive.
    pub(super) async fn claim(
        &self,
        work: Work,
        worker: &str,
        limit: usize,
    ) -> Result<Vec<BatchRequest>> {
        let states = match work {
            Work::Queued => "state = 'queued'",
            Work::Started => "state = 'started'",
            Work::Ended => "state IN ('done', 'failed')",
        };
        let mut write = self.store.write().await?;
        let now = write.now().await?.milliseconds;
        // Materialized: PostgreSQL may evaluate a plain subquery more than once, and each time
        // choose others.
        let statement = format!(
            "WITH chosen AS MATERIALIZED (SELECT key FROM jogg_requests WHERE batch = $1 AND \
             {states} AND worker IS NULL AND settled_at IS NULL AND not_before <= $3 ORDER BY \
             position, key LIMIT $4 {}) UPDATE jogg_requests SET worker = $2 WHERE batch = $1 AND \
             key IN (SELECT key FROM chosen) AND EXISTS (SELECT 1 FROM jogg_workers WHERE \
             worker = $2) RETURNING position, {COLUMNS}",
            write.skip_locked()
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values = [(*self.name).into(), worker.into(), now.into(), limit.into()];
        let rows = write.rows(&statement, values).await?;
        write.commit().await?;
        // In whatever order they are updated, they are worked on in theirs.
        let mut claimed: Vec<_> = rows
            .iter()
            .map(|row| Ok((integer(row, "position")?, BatchRequest::read(row)?)))
            .collect::<Result<_>>()?;
        claimed.sort_by_key(|(position, _)| *position);
        Ok(claimed.into_iter().map(|(_, request)| request).collect())
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
