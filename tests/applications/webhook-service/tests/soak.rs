//! The service against the simulator, which loses, doubles and reorders webhooks, while the service
//! is killed twice: every job ends exactly once, none is lost, and no order is sent twice.
//!
//! `ORDERS=2000 cargo test -p webhook-service --test soak -- --nocapture` is the soak at full size.
//! It prints its seed; `SEED` sets it.

mod service;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use jogg_api_ext::Jogg;
use jogg_api_ext::jobs::JobStatus;
use jogg_api_ext::jogg_api::operations::{CREATE_VIDEO_WITH_TEMPLATE, CREATE_WEBHOOK_ENDPOINT};
use jogg_api_ext::simulator::{
    AcceleratedClock, DeliveryFaults, DeliveryOutcome, Reply, Simulator, SimulatorBuilder,
};
use jogg_api_ext::template_videos::ListVideos;
use rusqlite::Connection;
use serde_json::Value;
use service::{AT_ONCE, Folder, KEY, Service};

const KILLS: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn every_job_ends_once_and_none_is_lost_though_the_service_is_killed_twice() {
    let (began, orders) = (Instant::now(), variable("ORDERS").unwrap_or(100));
    let seed = variable("SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("SEED={seed}");
    let mut random = Rng::with_seed(seed);
    let faults = DeliveryFaults::new().lost(0.1).duplicated(0.2).reordered(0.3).seed(seed);
    let simulator = simulator(orders).delivery_faults(faults).start().await.unwrap();
    let failures = orders / 10;
    trouble(&simulator, orders, failures, &mut random);

    let folder = Folder::new("soak");
    let mut output = String::new();
    for kill in 0..KILLS {
        let mut service = Service::start(&folder, simulator.base_url(), orders).await;
        let part = (kill as f64 + 0.2 + 0.6 * random.f64()) / (KILLS as f64 + 0.5);
        let sent = (part * orders as f64) as usize;
        let has_sent = |_: &_| simulator.request_count(&CREATE_VIDEO_WITH_TEMPLATE) >= sent;
        service.until(Duration::from_secs(60), has_sent).await;
        tokio::time::sleep(Duration::from_millis(random.u64(..20))).await;
        output += &service.kill();
        // Deliveries find nobody meanwhile.
        tokio::time::sleep(Duration::from_millis(random.u64(..500))).await;
    }
    output += &until_done(&folder, &simulator, orders).await;
    let database = Connection::open(folder.database()).unwrap();
    let unknown = each_ended_once(&database, orders, &output);
    assert!(unknown <= KILLS * AT_ONCE, "{unknown} orders are unknown:\n{output}");
    each_was_sent_once_or_is_unknown(&simulator, &database);

    // What is left never came to the server, as its log says: a person may have it sent.
    database.execute("UPDATE orders SET state = 'queued' WHERE state = 'unknown'", []).unwrap();
    drop(database);
    output += &until_done(&folder, &simulator, orders).await;
    let database = Connection::open(folder.database()).unwrap();
    assert_eq!(each_ended_once(&database, orders, &output), 0);
    each_was_sent_once_or_is_unknown(&simulator, &database);
    let ended = no_job_was_lost(&simulator, &database).await;
    assert_eq!(ended.get("failed").copied().unwrap_or_default(), failures as usize, "{ended:?}");
    nothing_secret_was_printed(&simulator, &output).await;
    // Each start finds the endpoint that the first has created.
    assert_eq!(simulator.request_count(&CREATE_WEBHOOK_ENDPOINT), 1);

    println!(
        "{orders} orders in {:.1?}: {ended:?}; {KILLS} kills, {} settled by the list, {unknown} \
         never sent; {}",
        began.elapsed(),
        output.matches("its video is").count(),
        events(&simulator, &database),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_event_comes_for_is_polled() {
    let orders = 8;
    let faults = DeliveryFaults::new().lost(1.0);
    let simulator = simulator(orders).delivery_faults(faults).start().await.unwrap();
    let folder = Folder::new("polled");
    let output = until_done(&folder, &simulator, orders).await;
    let database = Connection::open(folder.database()).unwrap();
    assert_eq!(each_ended_once(&database, orders, &output), 0);
    assert_eq!(no_job_was_lost(&simulator, &database).await["done"], orders as usize);
    assert_eq!(count(&database, "SELECT count(*) FROM events"), 0);
}

fn simulator(orders: u64) -> SimulatorBuilder {
    let many = 10_000 + 100 * orders as usize;
    Simulator::builder()
        // A job takes a second.
        .clock(Arc::new(AcceleratedClock::new(60.0)))
        .job_duration(Duration::from_secs(60))
        .post_limit(None)
        .credits(10.0 * orders as f64)
        .max_stored(many)
        .request_log(many, 1 << 30)
}

/// Makes some jobs fail, responses late, and every twentieth lost.
fn trouble(simulator: &Simulator, orders: u64, failures: u64, random: &mut Rng) {
    (0..failures).for_each(|_| simulator.fail_next_job("the headline is too long"));
    for number in 0..orders {
        let reply = if number % 20 == 7 { Reply::lost() } else { Reply::pass_through() };
        let delay = Duration::from_millis(random.u64(..2_000));
        simulator.reply_next(&CREATE_VIDEO_WITH_TEMPLATE, reply.delay(delay));
    }
}

/// Runs the service until all orders have ended, and returns what it has printed.
async fn until_done(folder: &Folder, simulator: &Simulator, orders: u64) -> String {
    let service = Service::start(folder, simulator.base_url(), orders).await;
    let (code, output) = service.ended(Duration::from_secs(60 + orders / 10)).await;
    let database = Connection::open(folder.database()).unwrap();
    let unknown = count(&database, "SELECT count(*) FROM orders WHERE state = 'unknown'");
    assert_eq!(code, if unknown == 0 { 0 } else { 2 }, "{output}");
    output
}

/// Returns how many orders are unknown: may have been sent, and weren't found.
fn each_ended_once(database: &Connection, orders: u64, output: &str) -> usize {
    let count = |sql| count(database, sql);
    assert_eq!(count("SELECT count(*) FROM orders"), orders as usize);
    let open = "SELECT count(*) FROM orders WHERE state IN ('queued', 'sending', 'started')";
    assert_eq!(count(open), 0, "{output}");
    let ends = "SELECT count(*) FROM orders WHERE (state IN ('done', 'failed')) <>
                (SELECT count(*) FROM history
                 WHERE order_id = orders.id AND history.state IN ('done', 'failed'))";
    assert_eq!(count(ends), 0, "{output}");
    count("SELECT count(*) FROM orders WHERE state = 'unknown'")
}

/// By what the simulator received, and not by what the service believes.
fn each_was_sent_once_or_is_unknown(simulator: &Simulator, database: &Connection) {
    let mut posts: BTreeMap<String, usize> = BTreeMap::new();
    let requests = simulator.requests();
    let paid = |operation: Option<&str>| operation == Some(CREATE_VIDEO_WITH_TEMPLATE.id);
    for request in requests.iter().filter(|request| paid(request.operation)) {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        *posts.entry(body["video_name"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let received = simulator.request_count(&CREATE_VIDEO_WITH_TEMPLATE);
    assert_eq!(posts.values().sum::<usize>(), received, "the log has dropped requests");
    for (name, state) in rows(database, "SELECT video_name, state FROM orders") {
        let expected = if state == "unknown" { 0 } else { 1 };
        assert_eq!(posts.remove(&name).unwrap_or_default(), expected, "{name} is {state}");
    }
    assert!(posts.is_empty(), "{posts:?}");
}

/// Every job that the simulator has started is that of an order, and ended there as it did here.
/// Returns how many ended how.
async fn no_job_was_lost(simulator: &Simulator, database: &Connection) -> BTreeMap<String, usize> {
    let jogg = Jogg::builder(KEY).base_url(simulator.base_url()).build().unwrap();
    let videos = jogg.template_videos().list(ListVideos::new().page_size(100)).items();
    let mut started = BTreeSet::new();
    for video in videos.try_collect().await.unwrap() {
        let state = match JobStatus::from(&video.status.unwrap()) {
            JobStatus::Completed => "done",
            JobStatus::Failed => "failed",
            status => panic!("{} is {status}", video.video_id),
        };
        started.insert((video.video_id, state.to_owned()));
    }
    let sql = "SELECT job_id, state FROM orders WHERE state IN ('done', 'failed')";
    let ended = rows(database, sql);
    let mut by_state = BTreeMap::new();
    ended.iter().for_each(|(_, state)| *by_state.entry(state.clone()).or_default() += 1);
    assert_eq!(ended.into_iter().collect::<BTreeSet<_>>(), started);
    let wrong = "SELECT count(*) FROM orders WHERE state = 'done'
                 AND (result ->> 'video_id' <> job_id OR result ->> 'url' NOT LIKE 'http%')";
    assert_eq!(count(database, wrong), 0);
    by_state
}

/// What was delivered, by the simulator's log, and what of it was stored. Each event that the
/// service has confirmed is stored, once. None was given up, as one is whose retries fit into a
/// restart, and nearly all that weren't lost are stored: polls would hide that they aren't.
fn events(simulator: &Simulator, database: &Connection) -> String {
    let (mut confirmed, mut confirmations, mut lost, mut retried) = (BTreeSet::new(), 0, 0, 0);
    for attempt in simulator.deliveries() {
        assert!(attempt.attempt < 10, "an event of {} was given up", attempt.job_id);
        match attempt.outcome {
            DeliveryOutcome::Responded(200) => {
                confirmations += 1;
                confirmed.insert(attempt.job_id);
            }
            DeliveryOutcome::Lost => lost += 1,
            _ => retried += 1,
        }
    }
    let stored = rows(database, "SELECT job_id, key FROM events");
    let jobs: BTreeSet<_> = stored.iter().map(|(job, _)| job.clone()).collect();
    assert_eq!(jobs.len(), stored.len(), "an event is stored twice");
    // One that was stored when the service was killed was not confirmed, and comes again.
    assert!(jobs.is_superset(&confirmed));
    let sent = count(database, "SELECT count(*) FROM orders") - lost;
    assert!(jobs.len() * 10 >= sent * 8, "{} events of {sent} are stored", jobs.len());
    let duplicates = count(database, "SELECT sum(deliveries - 1) FROM events");
    assert!(duplicates >= confirmations - confirmed.len(), "{duplicates} of {confirmations}");
    assert!(duplicates > 0 && lost > 0, "{duplicates} duplicates, {lost} lost");
    format!(
        "{} events of {sent}, {duplicates} duplicates, {lost} lost, {retried} deliveries failed \
         and were retried",
        jobs.len()
    )
}

async fn nothing_secret_was_printed(simulator: &Simulator, output: &str) {
    let jogg = Jogg::builder(KEY).base_url(simulator.base_url()).build().unwrap();
    let endpoints = jogg.webhook_endpoints().list().items().try_collect().await.unwrap();
    let secrets = endpoints.iter().filter_map(|endpoint| endpoint.secret.as_ref());
    let secrets: Vec<_> = secrets.map(|secret| secret.expose()).chain([KEY]).collect();
    assert_eq!(secrets.len(), 2);
    assert!(secrets.iter().all(|secret| !output.contains(secret)), "{output}");
}

fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} must be a number, not {text}")))
}

fn count(database: &Connection, sql: &str) -> usize {
    database.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn rows(database: &Connection, sql: &str) -> Vec<(String, String)> {
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(|row| row.unwrap()).collect()
}
