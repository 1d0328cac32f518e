//! The memory of many waits that are asleep.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use allocation_counter::measure as count;
use jogg_api_ext::jobs::{EventHub, WaitOptions, wait_all_with};
use jogg_api_ext::{Job, JobRecord, Jogg, Motion};
use jogg_bench::{API_KEY, USER_AGENT, runtime};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::base_url;

const WAITS: usize = 10_000;
/// Idle connections are then closed.
const UNTIL_QUIET: Duration = Duration::from_millis(2500);

/// How the jobs are waited for: each in a task of its own (`tasks`), so with a hub (`hub`), or all
/// in one task (`wait_all`).
pub(crate) fn measure(form: &str) {
    let runtime = runtime();
    let polls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&polls);
    let mut options = WaitOptions::default()
        // All polls have ended long before the next.
        .interval(Duration::from_secs(60))
        .on_progress(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
    if form == "hub" {
        options = options.hub(&EventHub::new()).fallback_interval(Duration::from_secs(5));
    }
    let jogg = client();
    let resident_before = resident();
    let (mut waits, mut resident_asleep) = (JoinSet::new(), 0);
    let before = count(|| {
        runtime.block_on(async {
            match form {
                "tasks" | "hub" => {
                    for number in 0..WAITS {
                        waits.spawn(job(&jogg, number).wait_with(options.clone()));
                    }
                }
                "wait_all" => {
                    let jobs: Vec<_> = (0..WAITS).map(|number| job(&jogg, number)).collect();
                    let mut results = wait_all_with(jobs, options.clone());
                    waits.spawn(async move { results.next().await.expect("a result").1 });
                }
                _ => panic!("expected `tasks`, `hub` or `wait_all`"),
            }
            sleep(Duration::from_millis(500)).await;
        });
        resident_asleep = resident();
    });
    assert_eq!(polls.load(Ordering::Relaxed), 0, "a wait is polled too early");
    let after = count(|| {
        runtime.block_on(async {
            while polls.load(Ordering::Relaxed) < WAITS {
                sleep(Duration::from_millis(50)).await;
            }
            sleep(UNTIL_QUIET).await;
        });
    });
    assert_eq!(polls.load(Ordering::Relaxed), WAITS, "a wait is polled too often");
    let per_wait = |bytes: i64| bytes / WAITS as i64;
    let asleep = per_wait(before.bytes_current);
    println!(
        "{}",
        json!({
            "form": form,
            "before": asleep,
            "after": asleep + per_wait(after.bytes_current),
            "resident_before": per_wait(resident_asleep - resident_before),
            "resident_after": per_wait(resident() - resident_before),
        })
    );
}

/// A client that opens few connections.
fn client() -> Jogg {
    let builder = Jogg::builder(API_KEY).base_url(base_url("asleep")).user_agent(USER_AGENT);
    builder.max_concurrent_calls(32).build().expect("settings of this benchmark")
}

/// A job as it was started: with the response that did so.
fn job(jogg: &Jogg, number: usize) -> Job<Motion> {
    let id = format!("motion_5d1f0c2e9a{number:06}");
    let record: JobRecord = serde_json::from_value(json!({
        "operation": "add_photo_avatar_motion",
        "id": id,
        "started_at": 1_774_000_000,
        "raw": {"motion_id": id, "avatar_id": 412_007, "status": "processing"},
    }))
    .expect("a record");
    jogg.resume(record).expect("a job of this kind")
}

/// The memory of this process that Linux keeps in RAM, in bytes.
fn resident() -> i64 {
    let text = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages: i64 = text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("pages");
    pages * 4096
}
