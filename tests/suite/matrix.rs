//! Every operation, every fault, over a real socket: what the caller is told, how often the server
//! was asked, and how much (virtual) time passed. One reviewed row for each class of operation and
//! fault; every operation must equal the row of its class.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use jogg_api::codec::{CODECS, Codec};
use jogg_api_ext::clock::Clock;
use jogg_api_ext::simulator::{Reply, VirtualClock};
use jogg_api_ext::{Called, Error};
use jogg_tests::faults::{Faults, Outcome, call, faults};
use jogg_tests::{Stage, connections, sample, secrets};
use serde_json::Value;

/// Kind, then what it says of the request, or `ok`.
fn describe(result: &Result<Called<Value>, Error>, context: &str) -> String {
    let Err(error) = result else { return "ok".to_owned() };
    secrets::assert_hidden(&secrets::shown(error), context);
    let mut words = format!("{:?}", error.kind());
    for (is, word) in
        [(error.is_retryable(), " retryable"), (error.may_have_executed(), " executed?")]
    {
        if is {
            words.push_str(word);
        }
    }
    words
}

/// The rows by fault and class, and who fell into each.
#[derive(Default)]
struct Table(BTreeMap<(usize, String, String), BTreeMap<String, Vec<&'static str>>>);

impl Table {
    fn add(&mut self, place: usize, fault: &str, codec: &'static Codec, outcome: &Outcome) {
        let Outcome { result, requests, time } = outcome;
        let described = describe(result, &format!("{fault}, {}", codec.operation.id));
        let tried = result.as_ref().map_or_else(Error::attempts, |called| called.attempts);
        let time = time.as_secs_f64();
        let row = format!("{described:<38} {tried} tried, {requests} received, {time:.1} s");
        let rows = self.0.entry((place, fault.to_owned(), class(codec))).or_default();
        rows.entry(row).or_default().push(codec.operation.id);
    }

    fn render(&self) -> String {
        let mut text = String::new();
        for ((_, fault, class), rows) in &self.0 {
            assert_eq!(
                rows.len(),
                1,
                "operations of the class {class} differ at {fault}: {rows:#?}"
            );
            for row in rows.keys() {
                text.push_str(&format!("{fault:<30} {class:<14} {row}\n"));
            }
        }
        text
    }
}

/// What is alike for all of the operations of a class.
fn class(codec: &'static Codec) -> String {
    let mut class = format!("{:?}", codec.operation.retry).to_lowercase();
    // Whose answer has no `data`, so that nothing in its place can be wrong.
    if codec.decode_answer(br#"{"code": 0, "data": "text"}"#).is_ok() {
        class.push_str(", no data");
    }
    class
}

/// One operation of each class.
pub(crate) fn one_of_each_class() -> Vec<&'static Codec> {
    let classes: BTreeMap<String, &Codec> =
        CODECS.iter().map(|codec| (class(codec), codec)).collect();
    classes.into_values().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fault_matrix() {
    let mut table = Table::default();
    for codec in CODECS {
        let server = Faults::start().await;
        for (place, fault) in faults().iter().enumerate() {
            table.add(place, fault.name, codec, &server.provoke(fault, codec).await);
        }
        assert!(server.elsewhere.requests().is_empty(), "a redirect was followed");
    }
    insta::assert_snapshot!(table.render());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fault_matrix_of_connections() {
    let mut table = Table::default();
    let (refusing, _taken) = connections::refusing();
    let (resetting, resets) = connections::resetting().await;
    let clock = VirtualClock::new();
    for (place, fault, url) in
        [(0, "connection refused", refusing), (1, "reset before reading", resetting)]
    {
        let jogg = connections::client(&url, &clock).build().unwrap();
        for codec in CODECS {
            let (before, begun) = (resets.load(Ordering::SeqCst), clock.now());
            let result = call(&jogg, codec).await;
            let (requests, time) = (resets.load(Ordering::SeqCst) - before, clock.now() - begun);
            table.add(place, fault, codec, &Outcome { result, requests, time });
        }
    }
    insta::assert_snapshot!(table.render());
}

/// The one way to say how long that depends on the machine's clock, so that it has no row.
#[tokio::test]
async fn a_date_in_retry_after_is_waited_for() {
    let server = Faults::start().await;
    let Stage { simulator, jogg, clock } = &server.stage;
    for codec in one_of_each_class() {
        let date = SystemTime::now() + Duration::from_secs(20);
        let refusal =
            Reply::body(429, "text/html", "").header("retry-after", &httpdate::fmt_http_date(date));
        simulator.reply_next(codec.operation, refusal);
        simulator.reply_next(codec.operation, Reply::json(200, sample::answer(codec.operation)));
        let begun = clock.now();
        assert_eq!(call(jogg, codec).await.unwrap().attempts, 2);
        let waited = (clock.now() - begun).as_secs_f64();
        // Dates have whole seconds, and the machine may be slow.
        assert!((10.0..=20.0).contains(&waited), "{}: {waited} s", codec.operation.id);
    }
}
