//! Rows that somebody else has locked or removed, on a PostgreSQL.

use std::time::Duration;

use jogg_api_ext::ErrorKind;
use jogg_api_ext::batch::{Resolution, RunEnd, SharedWindow, Store};
use jogg_api_ext::jogg_api::operations::ADD_PHOTO_AVATAR_MOTION;
use jogg_api_ext::policy::RateLimiter as _;
use jogg_api_ext::simulator::Reply;
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use super::stage::{Stage, often, queue};
use super::stores::POSTGRES;

/// A database that no other test uses, and a connection of somebody else.
struct Database {
    store: Store,
    other: PgConnection,
}

impl Database {
    async fn new() -> Option<Self> {
        let url = std::env::var(POSTGRES).ok()?;
        let name = format!("jogg_{:x}_{:x}", std::process::id(), fastrand::u64(..));
        let mut connection = PgConnection::connect(&url).await.unwrap();
        connection.execute(&*format!("CREATE DATABASE {name}")).await.unwrap();
        let (server, _) = url.rsplit_once('/').unwrap();
        let url = format!("{server}/{name}");
        let store = Store::open(&url).await.unwrap();
        Some(Self { store, other: PgConnection::connect(&url).await.unwrap() })
    }

    async fn run(&mut self, statement: &str) {
        self.other.execute(statement).await.expect(statement);
    }

    /// Waits until there are as many rows.
    async fn reach(&mut self, from: &str, rows: i64) {
        for _ in 0..1000 {
            if self.count(from).await == rows {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("{from}: never {rows} rows");
    }

    async fn count(&mut self, from: &str) -> i64 {
        let select = format!("SELECT COUNT(*) FROM {from}");
        self.other.fetch_one(&*select).await.expect(from).get(0)
    }
}

#[tokio::test]
async fn a_worker_stays_alive_while_it_cannot_take_over() {
    let Some(mut database) = Database::new().await else {
        return eprintln!("skipped: {POSTGRES} is not set");
    };
    let stage = Stage::with(|simulator| simulator.job_duration(Duration::from_secs(3600))).await;
    queue(&database.store.batch("other"), 1).await;
    let batch = database.store.batch("ours");
    queue(&batch, 1).await;
    let (stop, stopped) = oneshot::channel::<()>();
    let run = stage.run(&batch).lease(Duration::from_secs(3)).stop_when(async move {
        let _ = stopped.await;
    });
    let run = tokio::spawn(run.into_future());
    database.reach("jogg_requests WHERE state = 'started'", 1).await;
    // Somebody has locked the request of a worker whose lease expires.
    let now = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
    database.run(&format!("INSERT INTO jogg_workers VALUES ('dead', {now} + 500)")).await;
    database.run("UPDATE jogg_requests SET worker = 'dead' WHERE batch = 'other'").await;
    database.run("BEGIN; SELECT * FROM jogg_requests WHERE batch = 'other' FOR UPDATE").await;
    let alive = format!("jogg_workers WHERE worker <> 'dead' AND expires_at > {now}");
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(6) {
        assert_eq!(database.count(&alive).await, 1, "it has lost its lease");
        sleep(Duration::from_millis(100)).await;
    }
    database.run("ROLLBACK").await;
    drop(stop);
    assert!(matches!(run.await.unwrap().unwrap().end, RunEnd::Stopped));
}

#[tokio::test]
async fn of_two_who_say_at_once_that_a_job_is_theirs_one_is_refused() {
    let Some(mut database) = Database::new().await else {
        return eprintln!("skipped: {POSTGRES} is not set");
    };
    let stage = Stage::new().await;
    let batch = database.store.batch("two");
    queue(&batch, 2).await;
    for _ in 0..2 {
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::lost());
    }
    let report = batch.run(&stage.jogg).wait_options(often()).await.unwrap();
    assert_eq!(report.counts.unknown, 2);
    // Both come as far as they can before the first may go on.
    database.run("BEGIN; SELECT * FROM jogg_spending FOR UPDATE").await;
    let resolutions = ["order 0", "order 1"].map(|key| {
        let batch = batch.clone();
        tokio::spawn(async move { batch.resolve(key, Resolution::Started("9".into())).await })
    });
    let waiting =
        "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    database.reach(waiting, 2).await;
    database.run("ROLLBACK").await;
    let mut refused = Vec::new();
    for resolution in resolutions {
        refused.extend(resolution.await.unwrap().err());
    }
    let [error] = refused.try_into().expect("one is refused");
    assert_eq!(error.kind(), ErrorKind::InvalidParameter);
    assert!(error.to_string().contains("the job 9 is that of `order "), "{error}");
}

#[tokio::test]
async fn a_permit_that_others_removed_is_written_again() {
    let Some(mut database) = Database::new().await else {
        return eprintln!("skipped: {POSTGRES} is not set");
    };
    let window = SharedWindow::new(&database.store, "all").limit(1, Duration::from_secs(60));
    let window = window.lease(Duration::from_secs(1));
    let permit = window.acquire(None).await.unwrap();
    database.run("DELETE FROM jogg_permits").await;
    database.reach("jogg_permits WHERE taken_at IS NOT NULL", 1).await;
    assert!(window.acquire(Some(Duration::from_millis(300))).await.unwrap().is_none());
    drop(permit);
}
