use jogg_api_ext::enums::WebhookEvent;
use jogg_api_ext::jogg_api::operations::CREATE_VIDEO_WITH_TEMPLATE;
use jogg_api_ext::webhooks::SampleEvent;

use super::*;

const TIMES: Times = Times { poll: Duration::from_secs(60), settle: Duration::ZERO };

/// What happens to an order.
#[derive(Clone, Copy)]
enum Step {
    /// It is written ahead that it is sent.
    Sending,
    /// The call that sends it returns.
    Started,
    /// The process dies, and another opens the database.
    Killed,
    Success,
    Failure,
    /// A success that says nothing of the result.
    Bare,
    /// A poll says that there is no such job.
    NotFound,
    /// It passes since a job wasn't found.
    Hour,
    /// A person queues it once more, as the README says.
    Queued,
}

use Step::{Bare, Failure, Hour, Killed, NotFound, Queued, Sending, Started, Success};

/// A database that lasts as long as this does.
pub struct Database(std::path::PathBuf);

impl Database {
    pub fn new() -> Self {
        let name = format!("webhook-service-{}-{}.db", std::process::id(), fastrand::u64(..));
        Self(std::env::temp_dir().join(name))
    }

    fn open(&self) -> Store {
        Store::open(&self.0, TIMES).unwrap()
    }

    pub async fn with_an_order(&self) -> Store {
        // The second is the first.
        self.with_orders(&["a", "a"]).await
    }

    pub async fn with_orders(&self, ids: &[&str]) -> Store {
        let store = self.open();
        let order = |id: &&str| NewOrder {
            id: (*id).to_owned(),
            template_id: 512,
            headline: "Hi".to_owned(),
        };
        store.add(ids.iter().map(order).collect()).await.unwrap();
        store
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", self.0.display()));
        }
    }
}

fn event(step: Step) -> Event {
    let sample = match step {
        Failure => SampleEvent::new(WebhookEvent::GeneratedTemplateVideoFailed),
        Bare => SampleEvent::new(WebhookEvent::GeneratedTemplateVideoSuccess).without("video_url"),
        _ => SampleEvent::new(WebhookEvent::GeneratedTemplateVideoSuccess),
    };
    Event::parse(&sample.job_id("video_1").body()).unwrap()
}

/// Lets the database refuse a state.
pub fn refuse(store: &Store, state: &str) {
    let sql = format!(
        "CREATE TRIGGER refused BEFORE UPDATE ON orders WHEN NEW.state = '{state}'
         BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    );
    store.write(|transaction| transaction.execute_batch(&sql)).unwrap();
}

/// Moves the time since when jobs are not found an hour back.
pub fn an_hour_passes(store: &Store) {
    let sql = "UPDATE orders SET not_found_since = not_found_since - 3600000
               WHERE state IN ('started', 'unknown')";
    store.write(|transaction| transaction.execute(sql, [])).unwrap();
}

/// The states that an order went through.
pub fn history(store: &Store) -> String {
    let sql = "SELECT coalesce(group_concat(state, ' ' ORDER BY number), '') FROM history";
    store.write(|transaction| transaction.query_row(sql, [], |row| row.get(0))).unwrap()
}

#[tokio::test]
async fn an_order_ends_once_whenever_its_events_come() {
    for (steps, states, duplicates, polls) in [
        (&[Sending, Started, Success][..], "sending started done", 0, 0),
        (&[Sending, Started, Failure], "sending started failed", 0, 0),
        // An event may come before the call returns, and more than once.
        (&[Sending, Success, Started], "sending started done", 0, 0),
        (&[Sending, Success, Success, Started, Success], "sending started done", 2, 0),
        // The first end counts.
        (&[Sending, Started, Success, Failure, Success], "sending started done", 1, 0),
        (&[Sending, Failure, Started, Success], "sending started failed", 0, 0),
        // Too little is a reason to poll, once.
        (&[Sending, Started, Bare, Bare], "sending started", 1, 1),
        (&[Sending, Bare, Started], "sending started", 0, 1),
        // What the process was sending when it died is found later.
        (&[Sending, Killed, Success], "sending unknown", 0, 0),
        (&[Sending, Killed, Success, Started], "sending unknown started done", 0, 0),
        (&[Sending, Killed, Killed, Started, Success], "sending unknown started done", 0, 0),
        (&[Sending, Started, Killed, Failure, Killed], "sending started failed", 0, 0),
        (&[Killed, Success, Killed, Sending, Started], "sending started done", 0, 0),
        // A job that isn't found is polled on, and its events count.
        (&[Sending, Started, NotFound, Hour, NotFound], "sending started unknown", 0, 0),
        (&[Sending, Started, NotFound, Hour, NotFound, Bare], "sending started unknown", 0, 1),
        (
            &[Sending, Started, NotFound, Hour, NotFound, Killed, Success, NotFound],
            "sending started unknown done",
            0,
            0,
        ),
        // What a person queues again waits for a new job.
        (
            &[Sending, Started, NotFound, Hour, NotFound, Queued, Sending, Started, Success],
            "sending started unknown queued sending started done",
            0,
            0,
        ),
    ] {
        let database = Database::new();
        let mut store = database.with_an_order().await;
        for step in steps {
            match step {
                Sending => store.sending("a".into()).await.unwrap(),
                Started => {
                    let job = JobRecord::new(&CREATE_VIDEO_WITH_TEMPLATE, "video_1");
                    store.started("a".to_owned(), job).await.unwrap();
                }
                Killed => {
                    drop(store);
                    store = database.open();
                }
                NotFound => {
                    let poll = Poll::NotFound("no such job".to_owned());
                    store.polled("a".to_owned(), poll).await.unwrap();
                }
                Hour => an_hour_passes(&store),
                Queued => {
                    let sql = "UPDATE orders SET state = 'queued' WHERE id = 'a'";
                    store.write(|transaction| transaction.execute(sql, [])).map(drop).unwrap();
                }
                _ => drop(store.received(event(*step)).await.unwrap()),
            }
        }
        assert_eq!(history(&store), states);
        assert_eq!(store.summary().await.unwrap().duplicates, duplicates, "{states}");
        assert_eq!(store.due_polls().await.unwrap().len(), polls, "{states}");
    }
}

#[tokio::test]
async fn what_may_have_been_sent_is_not_sent() {
    let database = Database::new();
    let store = database.with_an_order().await;
    store.sending("a".into()).await.unwrap();
    assert!(store.sending("a".into()).await.is_err());
    // The client retries only what was not executed.
    store.not_executed("a").unwrap();
    store.sending("a".into()).await.unwrap();
    drop(store);
    let store = database.open();
    store.not_executed("a").unwrap();
    assert!(store.sending("a".into()).await.is_err());
    assert!(store.next_queued(&BTreeSet::new()).await.unwrap().is_none());
    // It stays so, and is over when the list doesn't show it.
    assert!(!store.is_over().await.unwrap());
    let due = store.due_searches().await.unwrap();
    assert_eq!(due.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(store.not_found(vec!["a".to_owned()]).await.unwrap(), ["a"]);
    assert!(store.not_found(vec!["a".to_owned()]).await.unwrap().is_empty());
    assert!(store.is_over().await.unwrap());
}

#[tokio::test]
async fn a_job_that_the_api_does_not_know_is_polled_on_but_rarely() {
    let database = Database::new();
    let store = database.with_an_order().await;
    store.sending("a".into()).await.unwrap();
    let job = JobRecord::new(&CREATE_VIDEO_WITH_TEMPLATE, "video_1");
    store.started("a".to_owned(), job).await.unwrap();
    for (state, wait) in [("started", TIMES.poll), ("unknown", 60 * TIMES.poll)] {
        let poll = || Poll::NotFound("no such job".to_owned());
        store.polled("a".to_owned(), poll()).await.unwrap();
        let sql = format!("UPDATE orders SET due = 0 WHERE state = '{state}'");
        store.write(|transaction| transaction.execute(&sql, [])).unwrap();
        let earliest = store.due_in(wait);
        assert_eq!(store.due_polls().await.unwrap().len(), 1, "{state}");
        let sql = "SELECT due FROM orders";
        let due = store.write(|transaction| transaction.query_row(sql, [], |row| row.get(0)));
        assert!((earliest..=store.due_in(wait)).contains(&due.unwrap()), "{state}");
        an_hour_passes(&store);
    }
    assert!(store.is_over().await.unwrap());
    assert!(store.due_searches().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_queued_again_is_searched_for_again() {
    let database = Database::new();
    let store = database.with_an_order().await;
    store.sending("a".into()).await.unwrap();
    store.unknown("a".to_owned(), "no response".to_owned()).await.unwrap();
    store.not_found(vec!["a".to_owned()]).await.unwrap();
    let sql = "UPDATE orders SET state = 'queued'";
    store.write(|transaction| transaction.execute(sql, [])).unwrap();
    store.sending("a".into()).await.unwrap();
    store.unknown("a".to_owned(), "no response".to_owned()).await.unwrap();
    assert!(!store.is_over().await.unwrap());
}

#[tokio::test]
async fn what_is_refused_goes_behind_what_is_queued() {
    let database = Database::new();
    let store = database.with_orders(&["a", "b", "c"]).await;
    let next = async |in_flight: &[i64]| {
        let in_flight = in_flight.iter().copied().collect();
        store.next_queued(&in_flight).await.unwrap().map(|order| order.id).unwrap_or_default()
    };
    assert_eq!((next(&[]).await, next(&[1]).await), ("a".to_owned(), "b".to_owned()));
    tokio::time::sleep(Duration::from_millis(2)).await;
    store.sending("a".into()).await.unwrap();
    store.not_executed("a").unwrap();
    assert_eq!((next(&[]).await, next(&[2]).await), ("b".to_owned(), "c".to_owned()));
    assert_eq!((next(&[2, 3]).await, next(&[1, 2, 3]).await), ("a".to_owned(), String::new()));
}

#[tokio::test]
async fn a_job_that_no_order_waits_for_is_an_error() {
    let database = Database::new();
    let store = database.with_an_order().await;
    let started = async |job| {
        let job = JobRecord::new(&CREATE_VIDEO_WITH_TEMPLATE, job);
        store.started("a".to_owned(), job).await
    };
    assert!(started("video_1").await.is_err());
    store.sending("a".into()).await.unwrap();
    started("video_1").await.unwrap();
    let error = started("video_2").await.unwrap_err();
    assert!(error.to_string().contains("its job video_2 is not stored"), "{error}");
    assert_eq!(history(&store), "sending started");
}

#[tokio::test]
async fn an_end_is_refused_a_change_by_the_database_too() {
    let database = Database::new();
    let store = database.with_an_order().await;
    store.end("a".to_owned(), End::failed(None)).await.unwrap();
    for sql in [
        "UPDATE orders SET state = 'queued'",
        "UPDATE orders SET result = '{}'",
        "UPDATE orders SET job_id = 'video_2'",
        "DELETE FROM orders",
    ] {
        let error = store.write(|transaction| transaction.execute(sql, [])).unwrap_err();
        assert!(error.to_string().contains("an order that has ended"), "{error}");
    }
}

#[tokio::test]
async fn a_database_is_open_in_one_process() {
    let database = Database::new();
    let _store = database.open();
    let other = Connection::open(&database.0).unwrap();
    other.busy_timeout(Duration::ZERO).unwrap();
    let error = other.query_row("SELECT 1 FROM orders", [], |_| Ok(())).unwrap_err();
    assert!(error.to_string().contains("locked"), "{error}");
}
