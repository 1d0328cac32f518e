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
            let (key, change, job) = (&*claim.key, what.name(), what.job());
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
mod tests {
    use std::path::PathBuf;

    use jogg_api::operations::ADD_PHOTO_AVATAR_MOTION;

    use super::*;
    use crate::batch::batch::{Batch, Resolution};
    use crate::batch::claims::Work;
    use crate::batch::entry::Entry;
    use crate::batch::failure::Failure;
    use crate::batch::state::RequestState;
    use crate::enums::MotionModel;
    use crate::job_record::JobRecord;
    use crate::photo_avatars::AddMotion;

    const LEASE: Duration = Duration::from_secs(60);

    /// A batch of one request, and a worker of it.
    struct Fixture {
        batch: Batch,
        journal: Journal,
        file: PathBuf,
    }

    impl Fixture {
        async fn new() -> Self {
            let file = std::env::temp_dir().join(format!("jogg-{:016x}.db", fastrand::u64(..)));
            let batch = Store::sqlite(&file).await.unwrap().batch("batch");
            let request = AddMotion::new("https://a.example/p.jpg", "n", "v", MotionModel::V2_0);
            batch.queue(Entry::new("key", request)).await.unwrap();
            batch.renew("worker", LEASE).await.unwrap();
            let journal = Journal::start(batch.store.clone(), "batch", "worker", batch.cap);
            Self { batch, journal, file }
        }

        async fn rename_table(&self, from: &str, to: &str) {
            let mut write = self.batch.store.write().await.unwrap();
            write.run(&format!("ALTER TABLE {from} RENAME TO {to}"), []).await.unwrap();
            write.commit().await.unwrap();
        }

        async fn claim(&self, work: Work) -> Claim {
            let claimed = self.batch.claim(work, "worker", 1).await.unwrap();
            claimed.first().expect("nothing is free").claimed()
        }

        async fn write(&self, claim: &Claim, what: What) -> bool {
            !matches!(self.journal.write(claim, what).await.unwrap(), Written::Overtaken)
        }

        /// Returns the state of the request, and what is spent.
        async fn now(&self) -> (RequestState, f64) {
            let request = self.batch.get("key").await.unwrap().unwrap();
            (request.state, self.batch.spent().await.unwrap().batch)
        }
    }

    impl Drop for Fixture {
        fn drop(&mut self) {
            for end in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{end}", self.file.display()));
            }
        }
    }

    fn started() -> What {
        let record = JobRecord::new(&ADD_PHOTO_AVATAR_MOTION, "motion");
        What::Started { attempt: 1, record, failure: None }
    }

    fn failed() -> What {
        let failure = Failure::new(ErrorKind::JobFailed, "");
        What::Failed { attempt: 1, was_executed: true, failure, result: serde_json::Value::Null }
    }

    const SENDING: What = What::Sending { credits: Some(2.0) };
    const NOT_SENT: What = What::NotSent { delay: Duration::ZERO };

    /// Even of the same worker: its claims were taken over, and it has claimed the request anew.
    #[tokio::test]
    async fn a_task_whose_claim_was_lost_resets_nothing_that_another_has_sent() {
        let fixture = Fixture::new().await;
        let lost = fixture.claim(Work::Queued).await;
        fixture.batch.free_forgotten("worker").await.unwrap();
        let claim = fixture.claim(Work::Queued).await;
        assert!(fixture.write(&claim, SENDING).await);
        for what in [SENDING, NOT_SENT, What::Panicked, What::Released { delay: LEASE }] {
            assert!(!fixture.write(&lost, what.clone()).await, "{what:?}");
            assert_eq!(fixture.now().await, (RequestState::Sending, 2.0), "{what:?}");
        }
        assert!(fixture.write(&claim, started()).await);
        assert_eq!(fixture.now().await, (RequestState::Started, 2.0));
    }

    #[tokio::test]
    async fn what_did_not_leave_is_given_back() {
        let fixture = Fixture::new().await;
        let claim = fixture.claim(Work::Queued).await;
        assert!(fixture.write(&claim, SENDING).await);
        assert!(fixture.write(&claim, NOT_SENT).await);
        assert_eq!(fixture.now().await, (RequestState::Queued, 0.0));
    }

    /// A worker that was only slow comes with the id of its job after somebody has decided.
    #[tokio::test]
    async fn a_job_that_is_named_late_is_kept_and_counted_if_nothing_was_sent_since() {
        let fixture = Fixture::new().await;
        let claim = fixture.claim(Work::Queued).await;
        assert!(fixture.write(&claim, SENDING).await);
        fixture.batch.free_forgotten("worker").await.unwrap();
        fixture.batch.resolve("key", Resolution::NotExecuted).await.unwrap();
        assert_eq!(fixture.now().await, (RequestState::Queued, 0.0));
        assert!(fixture.write(&claim, started()).await);
        assert_eq!(fixture.now().await, (RequestState::Started, 2.0));

        // The next attempt is another request.
        assert!(fixture.write(&claim, failed()).await);
        fixture.batch.resolve("key", Resolution::Retry).await.unwrap();
        let next = fixture.claim(Work::Queued).await;
        assert!(fixture.write(&next, SENDING).await);
        assert!(!fixture.write(&claim, started()).await);
        assert_eq!(fixture.now().await, (RequestState::Sending, 4.0));
    }

    #[tokio::test]
    async fn an_outcome_is_not_taken_by_who_has_an_older_one() {
        let fixture = Fixture::new().await;
        let claim = fixture.claim(Work::Queued).await;
        assert!(fixture.write(&claim, SENDING).await);
        assert!(fixture.write(&claim, failed()).await);
        fixture.batch.resolve("key", Resolution::Retry).await.unwrap();
        let next = fixture.claim(Work::Queued).await;
        assert!(fixture.write(&next, SENDING).await);
        let record = JobRecord::new(&ADD_PHOTO_AVATAR_MOTION, "motion");
        let result = serde_json::Value::Null;
        assert!(fixture.write(&next, What::Done { attempt: 2, record, result }).await);
        assert!(!fixture.write(&claim, What::Settled).await);
        assert!(fixture.write(&next, What::Settled).await);
    }

    #[tokio::test]
    async fn an_outcome_is_written_until_the_store_takes_it_and_other_changes_are_not() {
        let fixture = Fixture::new().await;
        let claim = fixture.claim(Work::Queued).await;
        assert!(fixture.write(&claim, SENDING).await);
        fixture.rename_table("jogg_requests", "elsewhere").await;
        let error = fixture.journal.persist(&claim, NOT_SENT).await.unwrap_err();
        assert!(!error.is_retryable(), "{error}");
        let (journal, outcome) = (fixture.journal.clone(), claim.clone());
        let writing = tokio::spawn(async move { journal.persist(&outcome, started()).await });
        tokio::time::sleep(Duration::from_millis(250)).await;
        assert!(!writing.is_finished());
        fixture.rename_table("elsewhere", "jogg_requests").await;
        writing.await.unwrap().unwrap();
        assert_eq!(fixture.now().await, (RequestState::Started, 2.0));
    }

    #[tokio::test]
    async fn a_change_that_the_store_does_not_take_is_not_in_the_way_of_others() {
        let fixture = Fixture::new().await;
        let motion = AddMotion::new("https://a.example/p.jpg", "n", "v", MotionModel::V2_0);
        fixture.batch.queue(Entry::new("other", motion)).await.unwrap();
        let first = fixture.claim(Work::Queued).await;
        let other = fixture.claim(Work::Queued).await;
        // No number is stored as none, which the schema refuses.
        let bad = What::Sending { credits: Some(f64::NAN) };
        let written = [fixture.journal.write(&other, bad), fixture.journal.write(&first, SENDING)];
        let written = futures_util::future::join_all(written).await;
        assert!(written[0].is_err() && written[1].is_ok(), "{written:?}");
        assert_eq!(fixture.now().await, (RequestState::Sending, 2.0));
    }

    #[tokio::test]
    async fn a_job_belongs_to_one_request() {
        let fixture = Fixture::new().await;
        let motion = AddMotion::new("https://a.example/p.jpg", "n", "v", MotionModel::V2_0);
        fixture.batch.queue(Entry::new("other", motion)).await.unwrap();
        let [first, other] = [fixture.claim(Work::Queued).await, fixture.claim(Work::Queued).await];
        assert!(fixture.write(&first, SENDING).await && fixture.write(&first, started()).await);
        let lost = Failure::new(ErrorKind::OutcomeUnknown, "");
        assert!(fixture.write(&other, SENDING).await);
        assert!(fixture.write(&other, What::Unknown { attempt: 1, failure: lost }).await);
        let resolve =
            async |id: &str| fixture.batch.resolve("other", Resolution::Started(id.into())).await;
        let error = resolve("motion").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidParameter);
        assert!(error.to_string().contains("that of `key`"), "{error}");
        resolve("motion of its own").await.unwrap();
    }
}
