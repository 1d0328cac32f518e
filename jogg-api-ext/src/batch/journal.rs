//! What happens to requests, written to the store before anything follows from it.
//!
//! One task of a run writes for all: what comes while it commits is committed together next, so
//! that thousands of requests don't wait for a disk one by one.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::change::{Claim, Spending, Update, What};
use super::spending::{Ledger, ReachedCap, SpendCap};
use super::store::{Now, Store, Write, integer};
use super::value::Value;
use crate::error::{Error, ErrorKind, Result};

/// How many changes are committed together, at most.
const GROUP: usize = 256;

/// A change to a request, and who waits for it.
type Change = (Claim, What, oneshot::Sender<Result<Written>>);

/// What has become of a change.
#[derive(Debug)]
pub(super) enum Written {
    Committed,
    /// The attempt of this number may leave now, in milliseconds since 1970.
    MayLeave {
        attempt: i64,
        now: i64,
    },
    /// The request is no longer as the change assumes: another worker or somebody has changed it.
    Overtaken,
    CapReached(ReachedCap),
    /// There is a cap, and nobody knows what the request counts.
    NoPrice,
}

/// Writes the changes of one worker. Clones write to the same task.
#[derive(Clone)]
pub(super) struct Journal {
    changes: mpsc::UnboundedSender<Change>,
}

impl Journal {
    /// Starts the task that writes. It ends when all clones of the journal are dropped.
    pub(super) fn start(store: Store, batch: &str, worker: &str, cap: SpendCap) -> Self {
        let (changes, mut received) = mpsc::unbounded_channel();
        let writer = Writer { store, batch: batch.into(), worker: worker.into(), cap };
        tokio::spawn(async move {
            let mut group = Vec::new();
            while received.recv_many(&mut group, GROUP).await > 0 {
                writer.write(std::mem::take(&mut group)).await;
            }
        });
        Self { changes }
    }

    /// Writes a change, and returns when it is committed.
    pub(super) async fn write(&self, claim: &Claim, what: What) -> Result<Written> {
        let (reply, written) = oneshot::channel();
        // Only a runtime that shuts down ends the task.
        let ended = || Error::new(ErrorKind::Store, "the task that writes to the store has ended");
        self.changes.send((claim.clone(), what, reply)).map_err(|_| ended())?;
        written.await.map_err(|_| ended())?
    }

    /// Writes a change, without waiting until it is committed. What is written later is committed
    /// later, or together with it.
    pub(super) fn write_later(&self, claim: &Claim, what: What) {
        let (reply, _) = oneshot::channel();
        let _ = self.changes.send((claim.clone(), what, reply));
    }

    /// Writes a change, again and again until the store takes it: whatever its error is, if the
    /// change says what became of what may be paid for.
    pub(super) async fn persist(&self, claim: &Claim, what: What) -> Result<Written> {
        let mut delay = Duration::from_millis(100);
        loop {
            let error = match self.write(claim, what.clone()).await {
                Err(error) if self.changes.is_closed() => return Err(error),
                Err(error) if error.is_retryable() || what.is_outcome() => error,
                written => return written,
            };
            let (key, change, job) = (claim.shown(), what.name(), what.job());
            tracing::error!(key, change, job, %error, "not in the store yet");
            tokio::time::sleep(delay).await;
            delay = (delay * 2).min(Duration::from_secs(5));
        }
    }
}

struct Writer {
    store: Store,
    batch: String,
    worker: String,
    cap: SpendCap,
}

impl Writer {
    /// Commits a group of changes, and says what has become of each.
    async fn write(&self, group: Vec<Change>) {
        match self.commit(&group).await {
            Ok(written) => {
                for ((_, _, reply), written) in group.into_iter().zip(written) {
                    let _ = reply.send(Ok(written));
                }
            }
            // One that the store doesn't take must not be in the way of the others.
            Err(error) if group.len() > 1 && !error.is_retryable() => {
                for change in group {
                    Box::pin(self.write(vec![change])).await;
                }
            }
            Err(error) => {
                let (message, retryable) = (error.to_string(), error.is_retryable());
                for (_, _, reply) in group {
                    let error = Error::new(ErrorKind::Store, message.clone());
                    let _ = reply.send(Err(error.with_retryable(retryable)));
                }
            }
        }
    }

    async fn commit(&self, group: &[Change]) -> Result<Vec<Written>> {
        let mut write = self.store.write().await?;
        let now = write.now().await?;
        let mut ledger = match group.iter().any(|(_, what, _)| what.spending() != Spending::Same) {
            true => Some(Ledger::open(&mut write, &self.batch, &now).await?),
            false => None,
        };
        let mut written = Vec::new();
        for (claim, what, _) in group {
            let mut row = Row { writer: self, write: &mut write, now: &now, claim };
            written.push(row.apply(what, ledger.as_mut()).await?);
        }
        if let Some(ledger) = ledger {
            ledger.close(&mut write).await?;
        }
        write.commit().await?;
        Ok(written)
    }
}

/// The row that a change is about, in the transaction that writes it.
struct Row<'r, 's> {
    writer: &'r Writer,
    write: &'r mut Write<'s>,
    now: &'r Now,
    claim: &'r Claim,
}

impl Row<'_, '_> {
    async fn apply(&mut self, what: &What, ledger: Option<&mut Ledger>) -> Result<Written> {
        let now = self.now.milliseconds;
        let update = what.update(&self.writer.worker, self.claim, now);
        match (what, update, ledger) {
            (What::Sending { credits }, _, Some(ledger)) => self.send(*credits, ledger).await,
            (_, Some(update), ledger) => {
                if what.spending() == Spending::Executed {
                    // It is counted already, unless somebody has decided that it wasn't executed.
                    match self.update(&update, "AND state <> 'queued'").await? {
                        Written::Overtaken => {}
                        written => return Ok(written),
                    }
                }
                if let Some(ledger) = ledger {
                    self.count(what.spending(), &update, ledger).await?;
                }
                self.update(&update, "").await
            }
            (_, None, _) => Err(Error::new(ErrorKind::Store, "what is spent was not read")),
        }
    }

    /// Commits that the request is about to leave, unless a cap is in the way.
    async fn send(&mut self, credits: Option<f64>, ledger: &mut Ledger) -> Result<Written> {
        let cap = &self.writer.cap;
        let Some(credits) = credits.or(cap.unknown_price).or((!cap.is_set()).then_some(0.0)) else {
            return Ok(Written::NoPrice);
        };
        if let Err(reached) = ledger.spend(credits, cap) {
            return Ok(Written::CapReached(reached));
        }
        let update = "UPDATE jogg_requests SET state = 'sending', attempts = attempts + 1, \
                      sent_at = $4, spent = $5, spent_on = $6 WHERE batch = $1 AND key = $2 AND \
                      claim = $3 AND state = 'queued' RETURNING attempts";
        let values = [
            (&*self.claim.token).into(),
            self.now.milliseconds.into(),
            credits.into(),
            ledger.day().into(),
        ];
        let rows = self.write.rows(update, self.key().into_iter().chain(values)).await?;
        match rows.first().map(|row| integer(row, "attempts")).transpose()?.flatten() {
            Some(attempt) => Ok(Written::MayLeave { attempt, now: self.now.milliseconds }),
            None => {
                ledger.count(-credits);
                Ok(Written::Overtaken)
            }
        }
    }

    /// Counts what the change of a row does to what is spent, if the row is going to change.
    async fn count(
        &mut self,
        spending: Spending,
        update: &Update,
        ledger: &mut Ledger,
    ) -> Result<()> {
        let was_executed = match spending {
            Spending::Executed => true,
            Spending::GivenBack => false,
            Spending::Same | Spending::Counted => return Ok(()),
        };
        let of = format!("batch = $1 AND key = $2 AND {}", update.from);
        let guard = update.values.first().cloned();
        let values: Vec<_> = self.key().into_iter().chain(guard).collect();
        ledger.recount(self.write, &of, &values, was_executed, &self.writer.cap).await
    }

    async fn update(&mut self, update: &Update, and: &str) -> Result<Written> {
        let Update { set, from, values } = update;
        let statement = format!(
            "UPDATE jogg_requests SET {set} WHERE batch = $1 AND key = $2 AND {from} {and}"
        );
        let values = self.key().into_iter().chain(values.iter().cloned());
        let changed = self.write.run(&statement, values).await?;
        Ok(if changed == 0 { Written::Overtaken } else { Written::Committed })
    }

    fn key(&self) -> [Value; 2] {
        [self.writer.batch.as_str().into(), (&*self.claim.key).into()]
    }
}

#[cfg(test)]
mod tests;
