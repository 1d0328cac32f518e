//! Every operation, every fault, over a real socket: what the caller gets, how many requests the
//! server received, and how much (virtual) time passed. One reviewed row for each class of
//! operation and fault; every operation must equal the row of its class.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use jogg_api::RetryClass;
use jogg_api::codec::{CODECS, Codec};
use jogg_api_ext::clock::Clock;
use jogg_api_ext::simulator::{Reply, VirtualClock};
use jogg_api_ext::{Error, ErrorKind};
use jogg_tests::classes::{class, one_of_each_class};
use jogg_tests::faults::{Faults, Outcome, call, faults, verdict};
use jogg_tests::{Stage, connections, sample, secrets};

/// The rows by fault and class, and the operations of each.
#[derive(Default)]
struct Table(BTreeMap<(usize, String, String), BTreeMap<String, Vec<&'static str>>>);

impl Table {
    fn add(&mut self, place: usize, fault: &str, codec: &'static Codec, outcome: &Outcome) {
        let Outcome { result, requests, time } = outcome;
        let described = match result {
            Ok(_) => "ok".to_owned(),
            Err(error) => {
                let context = format!("{fault}, {}", codec.operation.id);
                secrets::assert_hidden(&secrets::shown(error), &context);
                verdict(error)
            }
        };
        let tried = result.as_ref().map_or_else(Error::attempts, |(_, metadata)| metadata.attempts);
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
                text.push_str(&format!("{fault:<30} {class:<19} {row}\n"));
            }
        }
        text
    }
}

/// No paid request is sent twice, unless all of them were refused with a 429.
fn never_twice(fault: &str, codec: &'static Codec, outcome: &Outcome) {
    let is_paid = codec.operation.retry == RetryClass::AtMostOnce;
    let refused = |error: &Error| error.kind() == ErrorKind::RateLimited;
    let may_repeat = outcome.result.as_ref().is_err_and(refused);
    let sent = outcome.requests;
    assert!(!is_paid || may_repeat || sent == 1, "{fault}, {}: {sent} times", codec.operation.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fault_matrix() {
    let mut table = Table::default();
    for codec in CODECS {
        let server = Faults::start().await;
        for (place, fault) in faults().iter().enumerate() {
            let outcome = server.provoke(fault, codec).await;
            never_twice(fault.name, codec, &outcome);
            table.add(place, fault.name, codec, &outcome);
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
    let (proxy, _) = connections::refusing_credentials().await;
    let clock = VirtualClock::new();
    let client = |url: &str| connections::client(url, &clock);
    let proxied = client("https://server.example")
        .http_client(move |http| http.proxy(reqwest::Proxy::all(&proxy).unwrap()));
    let untrusted = client(&connections::untrusted().await);
    for (place, fault, builder) in [
        (0, "connection refused", client(&refusing)),
        (1, "reset before reading", client(&resetting)),
        (2, "certificate not trusted", connections::with_some_root(untrusted)),
        (3, "proxy refuses credentials", connections::with_some_root(proxied)),
    ] {
        let jogg = builder.build().unwrap();
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
        simulator.reply_next(codec.operation, Reply::json(200, sample::response(codec.operation)));
        let begun = clock.now();
        assert_eq!(call(jogg, codec).await.unwrap().1.attempts, 2);
        let waited = (clock.now() - begun).as_secs_f64();
        // Dates have whole seconds, the machine may be slow, and half a second comes on top.
        assert!((10.0..=20.5).contains(&waited), "{}: {waited} s", codec.operation.id);
    }
}
