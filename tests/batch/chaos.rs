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
use super::stores::{TestStore, postgres, sqlite};

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
        let is_long = std::env::var("JOGG_CHAOS").is_ok_and(|chaos| chaos == "long");
        let (requests, kills) = if is_long { (500, 20) } else { (100, 6) };
        Self { requests, kills, workers, restarts }
    }
}

#[tokio::test]
async fn three_processes_on_postgres_are_killed_and_nothing_is_paid_twice() {
    let Some(test) = postgres().await else {
        return eprintln!("skipped: it needs PostgreSQL, as `.ci/postgres` starts it");
    };
    run(&test, &Chaos::new(3, true)).await;
}

#[tokio::test]
async fn two_processes_on_sqlite_are_killed_and_nothing_is_paid_twice() {
    run(&sqlite().await, &Chaos::new(2, false)).await;
}

async fn run(test: &TestStore, chaos: &Chaos) {
    let clock = Arc::new(AcceleratedClock::new(SPEED));
    let simulator = Simulator::builder()
        .clock(clock)
        .credits(1e6)
        .job_duration(Duration::from_secs(60))
        .request_log(100_000, 1 << 30)
        .start()
        .await
        .unwrap();
    let batch = test.store.batch(test.name("chaos"));
    let entries = (0..chaos.requests).map(|number| entry(&format!("order {number}")));
    batch.queue_all(entries).await.unwrap();

    let start = || worker(test, &batch, simulator.base_url());
    let mut workers: Vec<_> = (0..chaos.workers).map(|_| start()).collect();
    let mut lost = 0;
    for kill in 0..chaos.kills {
        sleep(Duration::from_millis(fastrand::u64(300..1500))).await;
        let faults = [Reply::lost(), too_many(), Reply::pass_through(), Reply::lost()];
        let fault = faults[kill % faults.len()].clone();
        lost += usize::from(kill % 2 == 0 || kill % 4 == 3);
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
    judge(&batch, &simulator, chaos, lost).await;
}

/// Checks what has become of all.
async fn judge(batch: &Batch, simulator: &Simulator, chaos: &Chaos, lost: usize) {
    let sent = sent(simulator);
    let twice: Vec<_> = sent.iter().filter(|(_, times)| times.len() > 1).collect();
    // A refused request was not executed: only it may be sent again.
    let refused = twice.iter().map(|(_, times)| times.len() - 1).sum::<usize>();
    assert!(refused <= chaos.kills / 2 + 1, "{twice:?}");
    let jobs = simulator.credits();
    let executed = (1e6 - jobs) / 2.0;

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
    eprintln!("{done} done, {unknown} unknown, {executed} executed, {refused} refused and resent");
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
    let Ok(restart) = std::env::var("JOGG_TEST_POSTGRES_RESTART") else { return };
    let status = Command::new("bash").args(["-c", &restart]).stdout(Stdio::null()).status().await;
    assert!(status.unwrap().success());
}
