use jogg_api_ext::enums::WebhookEvent;
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
}

use Step::{Bare, Failure, Killed, Sending, Started, Success};

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
        let store = self.open();
        let order = NewOrder { id: "a".to_owned(), template_id: 512, headline: "Hi".to_owned() };
        // The second is the first.
        store.add(vec![order.clone(), order]).await.unwrap();
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

/// The states that an order went through.
pub fn history(store: &Store) -> String {
    let sql = "SELECT group_concat(state, ' ' ORDER BY number) FROM history";
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
        // A second job of the order is no job of it.
        (&[Sending, Started, Started, Success, Started], "sending started done", 0, 0),
    ] {
        let database = Database::new();
        let mut store = database.with_an_order().await;
        for step in steps {
            match step {
                Sending => store.sending("a".into()).await.unwrap(),
                Started => {
                    let job = JobRecord::new(&CREATE_VIDEO_WITH_TEMPLATE, "video_1");
                    store.started("a".to_owned(), job).await.map(drop).unwrap();
                }
                Killed => {
                    drop(store);
                    store = database.open();
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
    assert!(store.next_queued(0).await.unwrap().is_none());
    // It stays so, and is over when the list doesn't show it.
    assert!(!store.is_over().await.unwrap());
    let due = store.due_searches().await.unwrap();
    assert_eq!(due.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(store.not_found(vec!["a".to_owned()]).await.unwrap(), ["a"]);
    assert!(store.not_found(vec!["a".to_owned()]).await.unwrap().is_empty());
    assert!(store.is_over().await.unwrap());
}

#[tokio::test]
async fn an_end_is_refused_a_change_by_the_database_too() {
    let database = Database::new();
    let store = database.with_an_order().await;
    store.end("a".to_owned(), End::failed(None)).await.unwrap();
    let sql = "UPDATE orders SET state = 'queued'";
    let error = store.write(|transaction| transaction.execute(sql, [])).unwrap_err();
    assert!(error.to_string().contains("an order that has ended never changes"), "{error}");
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
