//! Workers that are killed at any time, responses that are lost, a database that is restarted: at
//! most one POST for each request, and nothing is forgotten.

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use jogg_api_ext::batch::{Batch, RequestState};
use jogg_api_ext::jogg_api::operations::ADD_PHOTO_AVATAR_MOTION;
use jogg_api_ext::simulator::{AcceleratedClock, Reply, Simulator};
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::stage::entry;
use super::stores::{TestStore, postgres, restarted_postgres, sqlite};

/// How fast the simulator's clock is: its limit of 20 POST requests in 60 s is one of 2 s here.
const SPEED: f64 = 30.0;

/// How much chaos there is: `JOGG_CHAOS=long` is what `.ci/nightly` runs.
struct Chaos {
    requests: usize,
    kills: usize,
    workers: usize,
    restarts: bool,
}

impl Chaos {
    fn new(workers: usize, restarts: bool) -> Self {
        let (requests, kills) = if is_long() { (500, 20) } else { (50, 4) };
        Self { requests, kills, workers, restarts }
    }
}

#[tokio::test]
async fn three_processes_on_postgres_are_killed_and_nothing_is_paid_twice() {
    let Some(test) = restarted_postgres().await else {
        return eprintln!("skipped: it needs PostgreSQL, as `.ci/postgres` starts it");
    };
    run(&test, &Chaos::new(3, true)).await;
}

#[tokio::test]
async fn two_processes_on_sqlite_are_killed_and_nothing_is_paid_twice() {
    run(&sqlite().await, &Chaos::new(2, false)).await;
}

/// A process that stands still, as on a laptop that sleeps, is taken for dead, and goes on later.
#[tokio::test]
async fn a_process_that_stands_still_pays_nothing_twice() {
    let stands_still = async |test: TestStore| {
        let simulator = simulator().await;
        let batch = test.store.batch(test.name("still"));
        let entries = (0..60).map(|number| entry(&format!("order {number}")));
        batch.queue_all(entries).await.unwrap();
        let start = || worker(&test, &batch, simulator.base_url());
        let workers = [start(), start()];
        for still in [0, 1] {
            sleep(Duration::from_millis(fastrand::u64(200..900))).await;
            // What it has sent is responded to while it stands still.
            let slow = Reply::pass_through().delay(Duration::from_secs(10));
            simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, slow);
            signal(&workers[still], "STOP").await;
            sleep(Duration::from_millis(4500)).await;
            signal(&workers[still], "CONT").await;
        }
        for worker in workers {
            let output = timeout(Duration::from_secs(600), worker.wait_with_output()).await;
            assert!(output.expect("a worker hangs").unwrap().status.success());
        }
        let chaos = Chaos { requests: 60, kills: 2, workers: 2, restarts: false };
        judge(&batch, &simulator, &chaos, 0, 0).await;
    };
    stands_still(sqlite().await).await;
    if let Some(test) = postgres().await.filter(|_| is_long()) {
        stands_still(test).await;
    }
}

/// Whether there is time for all.
pub(super) fn is_long() -> bool {
    std::env::var("JOGG_CHAOS").is_ok_and(|chaos| chaos == "long")
}

async fn signal(process: &Child, signal: &str) {
    let id = process.id().unwrap().to_string();
    let status = Command::new("kill").args([&format!("-{signal}"), &id]).status().await;
    assert!(status.unwrap().success());
}

async fn simulator() -> Simulator {
    let clock = Arc::new(AcceleratedClock::new(SPEED));
    let simulator = Simulator::builder().clock(clock).credits(1e6);
    let simulator = simulator.job_duration(Duration::from_secs(60)).request_log(100_000, 1 << 30);
    simulator.start().await.unwrap()
}

async fn run(test: &TestStore, chaos: &Chaos) {
    let simulator = simulator().await;
    let batch = test.store.batch(test.name("chaos"));
    let entries = (0..chaos.requests).map(|number| entry(&format!("order {number}")));
    batch.queue_all(entries).await.unwrap();

    let start = || worker(test, &batch, simulator.base_url());
    let mut workers: Vec<_> = (0..chaos.workers).map(|_| start()).collect();
    let (mut lost, mut refused) = (0, 0);
    for kill in 0..chaos.kills {
        sleep(Duration::from_millis(fastrand::u64(300..1500))).await;
        let faults = [Reply::lost(), too_many(), Reply::pass_through(), Reply::lost()];
        let fault = faults[kill % faults.len()].clone();
        match kill % faults.len() {
            1 => refused += 1,
            2 => {}
            _ => lost += 1,
        }
        simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, fault);
        let victim = fastrand::usize(..workers.len());
        workers[victim].kill().await.unwrap();
        if chaos.restarts && kill == chaos.kills / 2 {
            restart_postgres().await;
        }
        workers[victim] = start();
    }
    simulator.clear_replies();
    for worker in workers {
        let output = timeout(Duration::from_secs(600), worker.wait_with_output()).await;
        let output = output.expect("a worker hangs").unwrap();
        let output = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.contains("end Completed"), "{output}");
    }
    judge(&batch, &simulator, chaos, lost, refused).await;
}

/// Checks what has become of all, of which so many responses were lost, and requests refused.
async fn judge(batch: &Batch, simulator: &Simulator, chaos: &Chaos, lost: usize, refused: usize) {
    let sent = sent(simulator);
    let posts = sent.values().map(Vec::len).sum::<usize>();
    // Only what was refused was not executed, and may be retried.
    let again = posts - sent.len();
    assert!(again <= refused, "{again} were retried, and {refused} refused: {sent:?}");
    let executed = (1e6 - simulator.credits()) / 2.0;
    assert!(executed <= sent.len() as f64, "{executed} executed of {}", sent.len());

    let mut unknown = 0;
    let mut done = 0;
    for number in 0..chaos.requests {
        let request = batch.get(&format!("order {number}")).await.unwrap().unwrap();
        match request.state {
            RequestState::Done => done += 1,
            RequestState::Unknown => unknown += 1,
            state => panic!("{state}: {request:?}"),
        }
        assert!(request.is_settled || request.state == RequestState::Unknown, "{request:?}");
    }
    // A killed process was sending at most as many as it sends at once.
    assert!(unknown <= lost + chaos.kills * 4, "{unknown} of unknown outcome");
    assert!(done as f64 <= executed && executed <= (done + unknown) as f64, "{done} {executed}");
    let spent = batch.spent().await.unwrap().batch;
    assert_eq!(spent, 2.0 * (done + unknown) as f64);
    eprintln!("{done} done, {unknown} unknown, {executed} executed, {again} retried");
    assert_window(simulator);
}

/// Checks that never more than 20 requests came within a window, by the simulator's clock.
fn assert_window(simulator: &Simulator) {
    let operation = Some(ADD_PHOTO_AVATAR_MOTION.id);
    let received = simulator.requests();
    let received = received.iter().filter(|request| request.operation == operation);
    let times: Vec<_> = received.map(|request| request.received_at).collect();
    for (first, last) in times.iter().zip(times.iter().skip(20)) {
        let span = last.saturating_sub(*first);
        assert!(span >= Duration::from_secs(60), "21 requests within {span:?}");
    }
}

/// When each request was received, by its name.
fn sent(simulator: &Simulator) -> HashMap<String, Vec<Duration>> {
    let mut sent = HashMap::<_, Vec<_>>::new();
    for request in simulator.requests() {
        if request.operation == Some(ADD_PHOTO_AVATAR_MOTION.id) {
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            let name = body["name"].as_str().unwrap().to_owned();
            sent.entry(name).or_default().push(request.received_at);
        }
    }
    sent
}

fn worker(test: &TestStore, batch: &Batch, base_url: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_batch-worker"));
    command.args(["--store", &test.location, "--batch", batch.name(), "--base-url", base_url]);
    command.args(["--window", batch.name(), "--cap", "100000"]);
    command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap()
}

fn too_many() -> Reply {
    Reply::json(429, serde_json::json!({"code": 429, "msg": "slow down"}))
        .header("retry-after", "1")
}

async fn restart_postgres() {
    let restart = std::env::var("JOGG_TEST_POSTGRES_RESTART").expect("who restarts it");
    let status = Command::new("bash").args(["-c", &restart]).stdout(Stdio::null()).status().await;
    assert!(status.unwrap().success());
}
