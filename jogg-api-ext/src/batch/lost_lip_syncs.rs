//! Lip syncs of unknown outcome, which the API finds by their URLs.

use std::collections::HashSet;
use std::time::Duration;

use jogg_api::operations::CREATE_LIP_SYNC_VIDEO;

use super::batch::Batch;
use super::batch_request::{BatchRequest, COLUMNS};
use super::place::lock;
use super::store::{integer, json, milliseconds};
use crate::client::Jogg;
use crate::error::{ErrorKind, Result};
use crate::outcome_unknown::{Certainty, candidates_of};

/// How old a request may be whose job is searched for: before that, somebody has decided.
const MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// What a run has searched for. Once is enough: what isn't found a minute after it was sent was
/// most likely not executed, and that is for people to decide.
#[derive(Default)]
pub(super) struct Searches {
    done: HashSet<(String, u32)>,
}

impl Searches {
    /// Searches for those that were sent at least so long ago, and returns how many are still to be
    /// searched for, by any worker.
    pub(super) async fn go_on(
        &mut self,
        batch: &Batch,
        jogg: &Jogg,
        delay: Duration,
    ) -> Result<usize> {
        let mut waiting = 0;
        for (request, age) in batch.lost_lip_syncs().await? {
            let attempt = (request.key.to_string(), request.attempts);
            if self.done.contains(&attempt) {
                continue;
            }
            if age < delay {
                waiting += 1;
                continue;
            }
            match search(batch, jogg, &request).await {
                Err(error) if error.is_retryable() => {
                    let key = request.claimed().shown();
                    tracing::warn!(batch = batch.name(), key, %error, "the search has failed");
                    waiting += 1;
                }
                Err(error) if error.kind() == ErrorKind::Store => return Err(error),
                outcome => {
                    self.done.insert(attempt);
                    if let Err(error) = outcome {
                        let key = request.claimed().shown();
                        tracing::warn!(batch = batch.name(), key, %error, "it can't be searched for");
                    }
                }
            }
        }
        Ok(waiting)
    }
}

/// Searches for the job of a lip sync, and goes on with it if it can be no other.
async fn search(batch: &Batch, jogg: &Jogg, request: &BatchRequest) -> Result<()> {
    let (operation, sent_at) = (&CREATE_LIP_SYNC_VIDEO, request.sent_at);
    let found = candidates_of(jogg, operation, &request.body, sent_at, None).await?;
    let job = found.job.filter(|_| found.certainty == Certainty::Settled);
    let Some(record) = job else { return Ok(()) };
    let mut write = batch.store.write().await?;
    // Another request with the same URLs may have started the latest job that has them. One search
    // at a time, as each changes what the next one sees.
    lock(&mut write, "search for lip syncs").await?;
    let rivals = "SELECT key FROM jogg_requests WHERE operation = $1 AND (job_id = $2 OR \
                  (body = $3 AND state IN ('sending', 'unknown') AND NOT (batch = $4 AND \
                  key = $5)))";
    let values = [
        operation.id.into(),
        record.id.as_str().into(),
        request.body.to_string().into(),
        batch.name().into(),
        (*request.key).into(),
    ];
    if !write.rows(rivals, values).await?.is_empty() {
        return Ok(());
    }
    let key = request.claimed().shown();
    tracing::info!(batch = batch.name(), key, job = record.id, "found");
    let update = "UPDATE jogg_requests SET state = 'started', record = $4, job_id = $5, error = \
                  NULL, ended_at = NULL, worker = NULL, claim = NULL, not_before = 0 WHERE \
                  batch = $1 AND key = $2 AND attempts = $3 AND state = 'unknown' AND job_id IS NULL";
    let values = [
        batch.name().into(),
        (*request.key).into(),
        i64::from(request.attempts).into(),
        json(&record).into(),
        record.id.into(),
    ];
    write.run(update, values).await?;
    write.commit().await
}

impl Batch {
    /// Returns the lip syncs of unknown outcome, and how long ago each was sent.
    async fn lost_lip_syncs(&self) -> Result<Vec<(BatchRequest, Duration)>> {
        let mut write = self.store.write().await?;
        let now = write.now().await?.milliseconds;
        let oldest = now.saturating_sub(milliseconds(MAX_AGE));
        let select = format!(
            "SELECT {COLUMNS} FROM jogg_requests WHERE batch = $1 AND state = 'unknown' AND \
             settled_at IS NULL AND operation = $2 AND job_id IS NULL AND sent_at > $3"
        );
        let values = [self.name().into(), CREATE_LIP_SYNC_VIDEO.id.into(), oldest.into()];
        let rows = write.rows(&select, values).await?;
        let lost = rows.iter().map(|row| {
            let sent_at = integer(row, "sent_at")?.unwrap_or(now);
            let age = u64::try_from(now.saturating_sub(sent_at)).unwrap_or(0);
            Ok((BatchRequest::read(row)?, Duration::from_millis(age)))
        });
        lost.collect()
    }
}

#[cfg(test)]
mod tests;
