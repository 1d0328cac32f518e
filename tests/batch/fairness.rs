//! Three processes of one key, and what each gets of the limit.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use jogg_api_ext::jogg_api::operations::ADD_PHOTO_AVATAR_MOTION;
use jogg_api_ext::simulator::{AcceleratedClock, Simulator};
use serde_json::Value;
use tokio::process::Command;

use super::stage::entry;
use super::stores::{TestStore, on_each};

/// How many requests each process sends; the limit is 20 of all.
const REQUESTS: usize = 200;

/// Over how many windows the shares are measured.
const WINDOWS: usize = 10;

#[tokio::test]
#[ignore = "it needs a machine that does nothing else: `.ci/nightly` runs it"]
async fn three_processes_get_about_a_third_each() {
    on_each(share).await;
}

async fn share(test: TestStore) {
    // The limit's minute takes 2 s here.
    let clock = Arc::new(AcceleratedClock::new(30.0));
    let builder = Simulator::builder().clock(clock).credits(1e6).request_log(10_000, 1 << 30);
    let simulator = builder.start().await.unwrap();
    let names = ["a", "b", "c"];
    let mut workers = Vec::new();
    for name in names {
        let batch = test.store.batch(test.name(name));
        let entries = (0..REQUESTS).map(|number| entry(&format!("{name} {number}")));
        batch.queue_all(entries).await.unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_batch-worker"));
        command.args(["--store", &test.location, "--batch", batch.name(), "--seconds", "2"]);
        command.args(["--base-url", simulator.base_url(), "--window", &test.name("fair")]);
        command.stdout(Stdio::null()).kill_on_drop(true);
        workers.push(command.spawn().unwrap());
    }
    for mut worker in workers {
        let ended = tokio::time::timeout(Duration::from_secs(120), worker.wait()).await;
        assert!(ended.expect("a worker hangs").unwrap().success());
    }
    let sent = simulator.requests().into_iter().filter_map(|request| {
        let is_paid = request.operation == Some(ADD_PHOTO_AVATAR_MOTION.id);
        let body: Value = serde_json::from_slice(&request.body).ok().filter(|_| is_paid)?;
        Some(body["name"].as_str()?.chars().next()?.to_string())
    });
    let sent: Vec<_> = sent.collect();
    assert_eq!(sent.len(), 3 * REQUESTS, "each was sent once, and none refused");
    // From when the last of them has begun.
    let begin = names.map(|name| sent.iter().position(|sent| *sent == name).unwrap());
    let measured = sent.iter().skip(*begin.iter().max().unwrap()).take(20 * WINDOWS);
    let measured: Vec<_> = measured.collect();
    for name in names {
        let share = measured.iter().filter(|sent| **sent == name).count() as f64;
        let share = share / measured.len() as f64;
        eprintln!("{name}: {:.1} %", share * 100.0);
        assert!((0.25..=0.42).contains(&share), "{name}: {share}");
    }
}
