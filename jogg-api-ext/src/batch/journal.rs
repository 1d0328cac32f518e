//! What happens to requests, written to the store before anything follows from it.
//!
//! One task of a run writes for all: what comes while it commits is committed together next, so
//! that thousands of requests don't wait for a disk one by one.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use tokio::sync::{mpsc, oneshot};

use super::failure::Failure;
use super::spending::{Ledger, ReachedCap, SpendCap};
use super::store::{Now, Store, Value, Write, integer, real, text};
use crate::error::{Error, ErrorKind, Result};
use crate::job_record::JobRecord;

/// How many changes are committed together, at most.
const GROUP: usize = 256;

/// Something that happens to a request of the batch.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) key: Arc<str>,
    pub(super) what: What,
}

/// What happens. `attempt` tells it from what happened to an earlier attempt, which somebody may
/// have decided about meanwhile.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// It is about to leave.
    Sending { credits: Option<f64> },
    /// It has not left, since this worker claimed it.
    NotSent { delay: Duration },
    /// It can't be sent.
    Refused { failure: Failure },
    /// It was sent, and provably not executed.
    NotExecuted { attempt: i64, delay: Duration, failure: Failure, keeps_claim: bool },
    /// It has started its job.
    Started { attempt: i64, record: JobRecord, failure: Option<Failure> },
    /// It has its result.
    Done { attempt: i64, record: JobRecord, result: Json },
    /// It was refused, or its job has failed.
    Failed { attempt: i64, was_executed: bool, failure: Failure, result: Json },
    /// Nobody knows what became of it.
    Unknown { attempt: i64, failure: Failure },
    /// Its outcome was taken by the application.
    Settled,
    /// The code that worked on it has panicked.
    Panicked,
    /// This worker no longer works on it.
    Released { delay: Duration },
}

/// What has become of a change.
#[derive(Debug)]
pub(super) enum Written {
    Written,
    /// The number of the attempt that may leave now.
    MayLeave(i64),
    /// The request is no longer as the change assumes: another worker or somebody has changed it.
    Overtaken,
    CapReached(ReachedCap),
}

/// Writes the changes of one worker. Clones write to the same task.
#[derive(Clone)]
pub(super) struct Journal {
    changes: mpsc::UnboundedSender<(Change, oneshot::Sender<Result<Written>>)>,
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
    pub(super) async fn write(&self, key: &Arc<str>, what: What) -> Result<Written> {
        let (reply, written) = oneshot::channel();
        let change = Change { key: Arc::clone(key), what };
        // Only a runtime that shuts down ends the task.
        let ended = || Error::new(ErrorKind::Store, "the task that writes to the store has ended");
        self.changes.send((change, reply)).map_err(|_| ended())?;
        written.await.map_err(|_| ended())?
    }

    /// Writes a change, without waiting until it is committed. What is written later is committed
    /// later, or together with it.
    pub(super) fn write_later(&self, key: &Arc<str>, what: What) {
        let (reply, _) = oneshot::channel();
        let _ = self.changes.send((Change { key: Arc::clone(key), what }, reply));
    }

    /// Writes what must not be lost, as it is paid for: tries until the store takes it.
    pub(super) async fn persist(&self, key: &Arc<str>, what: What) -> Result<Written> {
        let mut delay = Duration::from_millis(100);
        loop {
            match self.write(key, what.clone()).await {
                Err(error) if error.is_retryable() => {
                    tracing::warn!(%key, change = what.name(), %error, "not in the store yet");
                    tokio::time::sleep(delay).await;
                    delay = (delay * 2).min(Duration::from_secs(5));
                }
                written => return written,
            }
        }
    }
}

impl What {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Sending { .. } => "sending",
            Self::NotSent { .. } => "not sent",
            Self::Refused { .. } => "refused",
            Self::NotExecuted { .. } => "not executed",
            Self::Started { .. } => "started",
            Self::Done { .. } => "done",
            Self::Failed { .. } => "failed",
            Self::Unknown { .. } => "unknown",
            Self::Settled => "settled",
            Self::Panicked => "panicked",
            Self::Released { .. } => "released",
        }
    }

    /// Whether it changes what is spent.
    fn spends(&self) -> bool {
        matches!(
            self,
            Self::Sending { .. }
                | Self::NotExecuted { .. }
                | Self::Failed { was_executed: false, .. }
        )
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
    async fn write(&self, group: Vec<(Change, oneshot::Sender<Result<Written>>)>) {
        match self.commit(group.iter().map(|(change, _)| change)).await {
            Ok(written) => {
                for ((_, reply), written) in group.into_iter().zip(written) {
                    let _ = reply.send(Ok(written));
                }
            }
            Err(error) => {
                let (message, retryable) = (error.to_string(), error.is_retryable());
                for (_, reply) in group {
                    let error = Error::new(ErrorKind::Store, message.clone());
                    let _ = reply.send(Err(error.with_retryable(retryable)));
                }
            }
        }
    }

    async fn commit<'c>(
        &self,
        changes: impl Iterator<Item = &'c Change> + Clone,
    ) -> Result<Vec<Written>> {
        let mut write = self.store.write().await?;
        let now = write.now().await?;
        let mut ledger = match changes.clone().any(|change| change.what.spends()) {
            true => Some(Ledger::open(&mut write, &self.batch, &now).await?),
            false => None,
        };
        let mut written = Vec::new();
        for Change { key, what } in changes {
            let mut row = Row { writer: self, write: &mut write, now: &now, key };
            written.push(row.apply(what, ledger.as_mut()).await?);
        }
        if let Some(ledger) = ledger {
            ledger.close(&mut write).await?;
        }
        write.commit().await?;
        Ok(written)
    }
}

/// How a row is updated, if it is as `from` says; `$1` and `$2` are its key.
struct Update {
    set: &'static str,
    from: &'static str,
    values: Vec<Value>,
}

/// The row that a change is about, in the transaction that writes it.
struct Row<'r, 's> {
    writer: &'r Writer,
    write: &'r mut Write<'s>,
    now: &'r Now,
    key: &'r Arc<str>,
}

impl Row<'_, '_> {
    async fn apply(&mut self, what: &What, ledger: Option<&mut Ledger>) -> Result<Written> {
        match (what, ledger) {
            (What::Sending { credits }, Some(ledger)) => {
                return self.send(*credits, ledger).await;
            }
            (
                What::NotExecuted { attempt, .. }
                | What::Failed { attempt, was_executed: false, .. },
                Some(ledger),
            ) => {
                let of = "attempts = $3 AND state <> 'queued'";
                self.give_back(of, (*attempt).into(), ledger).await?;
            }
            (What::NotSent { .. }, Some(ledger)) => {
                let of = "worker = $3 AND state = 'sending'";
                self.give_back(of, self.me(), ledger).await?;
            }
            _ => {}
        }
        match self.update_of(what) {
            Some(Update { set, from, values }) => self.update(set, from, values).await,
            None => Err(Error::new(ErrorKind::Store, "what is spent was not read")),
        }
    }

    /// Returns how a change updates the row; `None` if it takes more than an update.
    fn update_of(&self, what: &What) -> Option<Update> {
        let now = self.now.milliseconds;
        let until = |delay: &Duration| {
            now.saturating_add(i64::try_from(delay.as_millis()).unwrap_or(i64::MAX)).into()
        };
        let update = |set, from, values| Some(Update { set, from, values });
        match what {
            What::Sending { .. } => None,
            What::NotSent { delay } => update(
                "state = 'queued', worker = NULL, not_before = $4, spent = 0",
                "worker = $3 AND state IN ('queued', 'sending')",
                vec![self.me(), until(delay)],
            ),
            What::Refused { failure } => update(
                "state = 'failed', error = $4, ended_at = $5",
                "worker = $3 AND state = 'queued'",
                vec![self.me(), failure.json().into(), now.into()],
            ),
            What::NotExecuted { attempt, delay, failure, keeps_claim } => update(
                "state = 'queued', spent = 0, worker = $4, not_before = $5, error = $6",
                "attempts = $3 AND state IN ('sending', 'unknown')",
                vec![
                    (*attempt).into(),
                    keeps_claim.then(|| self.writer.worker.clone()).into(),
                    until(delay),
                    failure.json().into(),
                ],
            ),
            What::Started { attempt, record, failure } => update(
                "state = 'started', record = $4, job_id = $5, worker = $6, error = $7",
                "attempts = $3 AND state IN ('sending', 'unknown', 'started')",
                vec![
                    (*attempt).into(),
                    json(record).into(),
                    record.id.as_str().into(),
                    self.me(),
                    failure.as_ref().map(Failure::json).into(),
                ],
            ),
            What::Done { attempt, record, result } => update(
                "state = 'done', record = $4, job_id = $5, result = $6, ended_at = $7, \
                 worker = $8, error = NULL",
                "attempts = $3 AND state <> 'queued'",
                vec![
                    (*attempt).into(),
                    json(record).into(),
                    record.id.as_str().into(),
                    stored(result),
                    now.into(),
                    self.me(),
                ],
            ),
            other => self.update_of_end(other),
        }
    }

    fn update_of_end(&self, what: &What) -> Option<Update> {
        let now = self.now.milliseconds;
        let (set, from, values) = match what {
            What::Failed { attempt, was_executed, failure, result } => (
                "state = 'failed', error = $4, result = $5, ended_at = $6, worker = $7, \
                 spent = CASE WHEN $8 = 1 THEN spent ELSE 0.0 END",
                "attempts = $3 AND state NOT IN ('queued', 'done')",
                vec![
                    (*attempt).into(),
                    failure.json().into(),
                    stored(result),
                    now.into(),
                    self.me(),
                    i64::from(*was_executed).into(),
                ],
            ),
            What::Unknown { attempt, failure } => (
                "state = 'unknown', error = $4, ended_at = $5, worker = NULL",
                "attempts = $3 AND state IN ('sending', 'started', 'unknown')",
                vec![(*attempt).into(), failure.json().into(), now.into()],
            ),
            What::Settled => (
                "settled_at = $3, worker = NULL",
                "state IN ('done', 'failed') AND settled_at IS NULL",
                vec![now.into()],
            ),
            // A hook of the application runs before anything is sent, and would panic again.
            What::Panicked => (
                "state = CASE state WHEN 'queued' THEN 'failed' WHEN 'sending' THEN 'unknown' \
                 ELSE state END, error = $4, ended_at = $5, worker = NULL",
                "worker = $3 AND state IN ('queued', 'sending', 'started')",
                vec![self.me(), panic().json().into(), now.into()],
            ),
            What::Released { delay } => {
                let delay = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
                let until = now.saturating_add(delay);
                let set = "worker = NULL, not_before = $4";
                (set, "worker = $3", vec![self.me(), until.into()])
            }
            _ => return None,
        };
        Some(Update { set, from, values })
    }

    /// Commits that the request is about to leave, unless a cap is in the way.
    async fn send(&mut self, credits: Option<f64>, ledger: &mut Ledger) -> Result<Written> {
        let cap = &self.writer.cap;
        let credits = credits.or(cap.unknown_price).unwrap_or(0.0);
        let claimed = "SELECT attempts FROM jogg_requests WHERE batch = $1 AND key = $2 AND \
                       worker = $3 AND state = 'queued'";
        let claimed = format!("{claimed} {}", self.write.locked());
        let values = [self.writer.batch.as_str().into(), (**self.key).into(), self.me()];
        let rows = self.write.rows(&claimed, values).await?;
        let Some(row) = rows.first() else { return Ok(Written::Overtaken) };
        if let Err(reached) = ledger.spend(credits, cap) {
            return Ok(Written::CapReached(reached));
        }
        let attempt = integer(row, "attempts")?.unwrap_or(0).saturating_add(1);
        let set = "state = 'sending', attempts = $4, sent_at = $5, spent = $6, spent_on = $7";
        let now = self.now.milliseconds;
        let values = [self.me(), attempt.into(), now.into(), credits.into(), ledger.day().into()];
        match self.update(set, "worker = $3 AND state = 'queued'", values).await? {
            Written::Written => Ok(Written::MayLeave(attempt)),
            other => Ok(other),
        }
    }

    /// Gives back what an attempt was counted with.
    async fn give_back(&mut self, of: &str, value: Value, ledger: &mut Ledger) -> Result<()> {
        let select = format!(
            "SELECT spent, spent_on FROM jogg_requests WHERE batch = $1 AND key = $2 AND {of}"
        );
        let values = [self.writer.batch.as_str().into(), (**self.key).into(), value];
        let rows = self.write.rows(&select, values).await?;
        if let Some(row) = rows.first()
            && let (Some(spent), Some(day)) = (real(row, "spent")?, text(row, "spent_on")?)
        {
            ledger.give_back(spent, &day);
        }
        Ok(())
    }

    /// Updates the row, if it is as this says; `$1` and `$2` are its key.
    async fn update(
        &mut self,
        set: &str,
        from: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Written> {
        let statement =
            format!("UPDATE jogg_requests SET {set} WHERE batch = $1 AND key = $2 AND {from}");
        let key = [self.writer.batch.as_str().into(), (**self.key).into()];
        let changed = self.write.run(&statement, key.into_iter().chain(values)).await?;
        Ok(if changed == 0 { Written::Overtaken } else { Written::Written })
    }

    fn me(&self) -> Value {
        self.writer.worker.as_str().into()
    }
}

fn panic() -> Failure {
    Failure::new(ErrorKind::Refused, "a panic, most likely of a hook of the application")
}

/// Writes a value as JSON.
pub(super) fn json(value: &impl serde::Serialize) -> String {
    // Neither records nor values have keys that aren't texts, which is all that can fail.
    serde_json::to_string(value).unwrap_or_default()
}

fn stored(result: &Json) -> Value {
    (!result.is_null()).then(|| result.to_string()).into()
}
