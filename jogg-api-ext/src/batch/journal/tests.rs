//! What becomes of a row when tasks and people are in each other's way.

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
        batch.renew("worker", LEASE).await.unwrap();
        let journal = Journal::start(batch.store.clone(), "batch", "worker", batch.cap);
        let fixture = Self { batch, journal, file };
        fixture.queue("key").await;
        fixture
    }

    async fn queue(&self, key: &str) {
        self.batch.queue_all([entry(key)]).await.unwrap();
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

    /// Returns what is spent in the batch, and today.
    async fn spent(&self) -> (f64, f64) {
        let spent = self.batch.spent().await.unwrap();
        (spent.batch, spent.day)
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

fn entry(key: &str) -> Entry {
    Entry::new(key, AddMotion::new("https://a.example/p.jpg", "n", "v", MotionModel::V2_0))
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
    assert_eq!(fixture.spent().await, (2.0, 2.0));
    assert!(fixture.write(&claim, NOT_SENT).await);
    assert_eq!(fixture.now().await, (RequestState::Queued, 0.0));
    assert_eq!(fixture.spent().await, (0.0, 0.0));
}

/// Both are written in one transaction.
#[tokio::test]
async fn what_one_request_gives_back_another_may_spend() {
    for cap in [SpendCap::new().per_batch(2.0), SpendCap::new().per_day(2.0)] {
        let fixture = Fixture::new().await;
        fixture.queue("other").await;
        let journal = Journal::start(fixture.batch.store.clone(), "batch", "worker", cap);
        let first = fixture.claim(Work::Queued).await;
        let other = fixture.claim(Work::Queued).await;
        let sent = journal.write(&first, SENDING).await.unwrap();
        assert!(matches!(sent, Written::MayLeave { .. }), "{cap:?}: {sent:?}");
        let refused = journal.write(&other, SENDING).await.unwrap();
        assert!(matches!(refused, Written::CapReached(_)), "{cap:?}: {refused:?}");
        let written = [journal.write(&first, NOT_SENT), journal.write(&other, SENDING)];
        let written = futures_util::future::join_all(written).await;
        assert!(matches!(written[1], Ok(Written::MayLeave { .. })), "{cap:?}: {written:?}");
        assert_eq!(fixture.spent().await, (2.0, 2.0), "{cap:?}");
    }
}

#[tokio::test]
async fn each_batch_has_its_own_sum_and_all_have_that_of_the_day() {
    let fixture = Fixture::new().await;
    let claim = fixture.claim(Work::Queued).await;
    assert!(fixture.write(&claim, SENDING).await);
    let other = fixture.batch.store.batch("other").spent().await.unwrap();
    assert_eq!((other.batch, other.day), (0.0, 2.0));
    assert_eq!(fixture.spent().await, (2.0, 2.0));
}

#[tokio::test]
async fn a_job_that_is_named_by_a_person_is_not_counted_twice() {
    let fixture = Fixture::new().await;
    let claim = fixture.claim(Work::Queued).await;
    assert!(fixture.write(&claim, SENDING).await);
    let lost = Failure::new(ErrorKind::OutcomeUnknown, "");
    assert!(fixture.write(&claim, What::Unknown { attempt: 1, failure: lost }).await);
    fixture.batch.resolve("key", Resolution::Started("motion".into())).await.unwrap();
    assert_eq!(fixture.now().await, (RequestState::Started, 2.0));
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
    fixture.queue("other").await;
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
    fixture.queue("other").await;
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

#[test]
fn a_key_that_is_a_signed_url_is_neither_logged_nor_shown() {
    let key = "https://a.example/p.jpg?signature=hidden";
    let claim = Claim { key: key.into(), token: "token".into() };
    for shown in [claim.shown(), format!("{:?}", entry(key))] {
        assert!(shown.contains("a.example/p.jpg") && !shown.contains("hidden"), "{shown}");
    }
}
