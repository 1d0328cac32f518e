//! How many requests a batch brings from the queue to their end in a second, without a limit: what
//! the layer of the batch costs. On PostgreSQL if `JOGG_TEST_POSTGRES` is set, and on SQLite.
//!
//! ```sh
//! .ci/postgres cargo bench -p jogg-tests --bench batch
//! .ci/postgres cargo bench -p jogg-tests --bench batch -- 1000   # one size alone
//! ```

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::extract::Query;
use axum::routing::{get, post};
use axum::{Json, Router};
use jogg_api_ext::Jogg;
use jogg_api_ext::batch::{Entry, Store};
use jogg_api_ext::jobs::WaitOptions;
use jogg_tests::requests::add_motion;
use serde_json::{Value, json};

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

#[tokio::main]
async fn main() {
    let sizes: Vec<usize> = std::env::args().filter_map(|text| text.parse().ok()).collect();
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
    let folder = tempfile::tempdir().unwrap();
    let sqlite = folder.path().join("batch.db").to_str().unwrap().to_owned();
    let stores = [std::env::var("JOGG_TEST_POSTGRES").ok(), Some(sqlite)];
    let base_url = serve().await;
    let jogg = Jogg::builder("key").base_url(base_url).without_rate_limiter().build().unwrap();
    println!("| store | requests | queue (s) | run (s) | requests/s |\n|---|--:|--:|--:|--:|");
    for location in stores.iter().flatten() {
        let name = if location.starts_with("postgres") { "PostgreSQL" } else { "SQLite" };
        for size in &sizes {
            let store = Store::open(location).await.unwrap();
            let [queued, ran] = measure(&store, &jogg, *size).await;
            let rate = *size as f64 / ran.as_secs_f64();
            println!(
                "| {name} | {size} | {:.2} | {:.2} | {rate:.0} |",
                queued.as_secs_f64(),
                ran.as_secs_f64()
            );
        }
    }
}

async fn measure(store: &Store, jogg: &Jogg, size: usize) -> [Duration; 2] {
    let batch = store.batch(format!("{size} {:x}", fastrand::u64(..)));
    let begun = Instant::now();
    let entries = (0..size).map(|number| Entry::new(number.to_string(), add_motion()));
    batch.queue_all(entries).await.unwrap();
    let queued = begun.elapsed();
    let interval = Duration::from_millis(10);
    let options = WaitOptions::default().initial_delay(interval).interval(interval);
    let begun = Instant::now();
    let run =
        batch.run(jogg).max_concurrent_calls(64).wait_options(options).settle(async |_| Ok(()));
    let report = run.await.unwrap();
    assert_eq!(report.counts.settled, size as u64, "{report:?}");
    [queued, begun.elapsed()]
}

/// Starts a server that starts a job for each POST, and says that each is done.
async fn serve() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let start = || async {
        let id = format!("motion_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        Json(json!({"code": 0, "msg": "Success", "data": {"motion_id": id}}))
    };
    let poll = |Query(query): Query<Value>| async move {
        Json(json!({"code": 0, "msg": "Success", "data": {
            "motion_id": query["motion_id"],
            "status": "completed",
            "avatar_id": 7,
            "motion_preview_url": "https://example.com/preview.mp4",
        }}))
    };
    let router =
        Router::new().route("/v2/photo_avatar/add_motion", post(start)).fallback(get(poll));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}
