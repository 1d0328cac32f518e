//! Every operation, every fault, over a real socket: what the caller is told, how often the server
//! was asked, and how much (virtual) time passed. One reviewed row for each class of operation and
//! fault; every operation must equal the row of its class.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jogg_api::codec::{CODECS, Codec};
use jogg_api_ext::clock::Clock;
use jogg_api_ext::simulator::{Reply, VirtualClock};
use jogg_api_ext::{Called, Error, Jogg, RetryPolicy};
use jogg_tests::{KEY, Stage, sample};
use serde_json::{Value, json};

/// The longest body the clients of this test read.
const CAP: usize = 64 * 1024;

/// A fault, made from the usual answer of the operation.
type Fault = fn(&Value) -> Reply;

/// A page of a gateway.
fn page(status: u16) -> Reply {
    Reply::raw(status, "text/html", "<html><body>gateway</body></html>")
}

fn code(status: u16, code: i64) -> Reply {
    Reply::json(status, json!({"code": code, "msg": "m", "data": null, "rid": "r1"}))
}

fn limited(extra: Value) -> Reply {
    let mut body = json!({"code": 429, "msg": "m"});
    if let (Some(body), Value::Object(extra)) = (body.as_object_mut(), extra) {
        body.extend(extra);
    }
    Reply::json(429, body)
}

fn with_data(data: Value) -> Reply {
    Reply::json(200, json!({"code": 0, "msg": "Success", "data": data}))
}

/// The usual answer with each scalar or list of its `data` changed.
fn changed(usual: &Value, change: &dyn Fn(&Value) -> Option<Value>) -> Reply {
    fn walk(value: &Value, change: &dyn Fn(&Value) -> Option<Value>) -> Value {
        if let Some(changed) = change(value) {
            return changed;
        }
        match value {
            Value::Array(items) => items.iter().map(|item| walk(item, change)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), walk(value, change))).collect()
            }
            other => other.clone(),
        }
    }
    let mut body = usual.clone();
    body["data"] = walk(&usual["data"], change);
    Reply::json(200, body)
}

/// What can happen to a call that reaches the server.
fn faults() -> Vec<(&'static str, Fault)> {
    vec![
        ("reset after reading", |_| Reply::reset()),
        ("no answer in time", |_| Reply::never().after(Duration::from_secs(1000))),
        ("status 400", |_| page(400)),
        ("status 401", |_| page(401)),
        ("status 403", |_| page(403)),
        ("status 404", |_| page(404)),
        ("status 408", |_| page(408)),
        ("status 418", |_| page(418)),
        ("status 429", |_| page(429)),
        ("status 500", |_| page(500)),
        ("status 502", |_| page(502)),
        ("status 503", |_| page(503)),
        ("code 429", |_| code(200, 429)),
        ("code 10104", |_| code(200, 10104)),
        ("code 10105", |_| code(401, 10105)),
        ("code 18020", |_| code(200, 18020)),
        ("code 18025", |_| code(200, 18025)),
        ("code 40000", |_| code(400, 40000)),
        ("code 50000", |_| code(500, 50000)),
        ("unknown code", |_| code(200, 31337)),
        ("429, Retry-After 7", |_| limited(json!({})).header("retry-after", "7")),
        ("429, Retry-After a past date", |_| {
            limited(json!({})).header("retry-after", "Thu, 01 Jan 1970 00:00:00 GMT")
        }),
        ("429, Retry-After 900", |_| limited(json!({})).header("retry-after", "900")),
        ("429, retryAfter 8", |_| limited(json!({"retryAfter": 8}))),
        ("429, retry_after 9", |_| limited(json!({"retry_after": 9}))),
        ("429, data.retryAfter 10", |_| limited(json!({"data": {"retryAfter": 10}}))),
        ("cut JSON", |usual| {
            let text = usual.to_string();
            Reply::raw(200, "application/json", text[..text.len() / 2].to_owned())
        }),
        ("cut body", |usual| Reply::cut(200, usual.to_string(), 9)),
        ("cut body of a 429", |_| Reply::cut(429, "{\"code\": 429, \"msg\": \"m\"}", 9)),
        ("empty body", |_| Reply::raw(200, "application/json", "")),
        ("HTML", |_| page(200)),
        ("odd charset", |_| Reply::raw(200, "application/json; charset=utf-16", "\u{feff}\u{1}")),
        ("data null", |_| with_data(Value::Null)),
        ("data []", |_| with_data(json!([]))),
        ("data a string", |_| with_data(json!("text"))),
        ("data a list", |_| with_data(json!(["a", "b"]))),
        ("data absent", |_| Reply::json(200, json!({"code": 0, "msg": "Success"}))),
        ("result at top level", |usual| {
            let mut body = usual["data"].clone();
            if body.is_null() {
                body = json!({});
            }
            body["code"] = json!(0);
            Reply::json(200, body)
        }),
        ("unknown words", |usual| {
            changed(usual, &|value| value.is_string().then(|| json!("brand-new")))
        }),
        ("integers for strings", |usual| {
            changed(usual, &|value| value.is_string().then(|| json!(7)))
        }),
        ("strings for integers", |usual| {
            changed(usual, &|value| value.as_i64().map(|number| json!(number.to_string())))
        }),
        ("null lists", |usual| changed(usual, &|value| value.is_array().then_some(Value::Null))),
        ("bad list items", |usual| {
            changed(usual, &|value| {
                let mut items = value.as_array()?.clone();
                items.push(json!([[1]]));
                Some(Value::Array(items))
            })
        }),
        ("content type text", |usual| Reply::raw(200, "text/plain", usual.to_string())),
        ("body over the cap", |_| Reply::json(200, json!({"code": 0, "msg": "x".repeat(2 * CAP)}))),
        ("redirect to another host", |_| {
            Reply::raw(302, "text/plain", "").header("location", "http://127.0.0.1:9/v2/stolen")
        }),
        ("once 503, then well", |_| page(503)),
    ]
}

async fn call(jogg: &Jogg, codec: &'static Codec) -> Result<Called<Value>, Error> {
    jogg.call(codec.operation, |api| codec.call(api, sample::arguments(codec.operation))).await
}

/// Kind, then what it says of the request, or `ok`.
fn describe(outcome: &Result<Called<Value>, Error>) -> String {
    let Err(error) = outcome else { return "ok".to_owned() };
    let text = format!("{error} {error:?}");
    assert!(!text.contains(KEY), "{text}");
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
    fn add(&mut self, place: usize, fault: &str, codec: &'static Codec, row: String) {
        let operation = codec.operation;
        let mut class = format!("{:?}", operation.retry).to_lowercase();
        // Whose answer has no `data`, so that nothing in its place can be wrong.
        if codec.decode_answer(br#"{"code": 0, "data": "text"}"#).is_ok() {
            class.push_str(", no data");
        }
        let rows = self.0.entry((place, fault.to_owned(), class)).or_default();
        rows.entry(row).or_default().push(operation.id);
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

fn row(outcome: &Result<Called<Value>, Error>, requests: usize, time: Duration) -> String {
    let described = describe(outcome);
    format!("{described:<38} {requests} request(s), {:.1} s", time.as_secs_f64())
}

fn lavish() -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    policy.budget = 1e9;
    policy
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fault_matrix() {
    let mut table = Table::default();
    let stage = Stage::with_client(
        |simulator| simulator.credits(1e9),
        |jogg| jogg.retry_policy(lavish()).max_body_bytes(CAP),
    )
    .await;
    for codec in CODECS {
        let operation = codec.operation;
        let usual = match call(&stage.jogg, codec).await {
            Ok(called) => serde_json::from_slice(&called.answer.body).unwrap(),
            // Ids that are looked up do not exist here; the form of the answer is the same.
            Err(_) => json!({"code": 0, "msg": "Success", "data": {"title": "t"}}),
        };
        for (place, (name, fault)) in faults().into_iter().enumerate() {
            let times = if name.starts_with("once") { 1 } else { 10 };
            if name.starts_with("once") {
                stage.simulator.reply_next(operation, fault(&usual));
                stage.simulator.reply_next(operation, Reply::json(200, usual.clone()));
            } else {
                for _ in 0..times {
                    stage.simulator.reply_next(operation, fault(&usual));
                }
            }
            let (before, begun) = (stage.simulator.count(operation), stage.clock.now());
            let outcome = call(&stage.jogg, codec).await;
            let time = stage.clock.now() - begun;
            let requests = stage.simulator.count(operation) - before;
            stage.simulator.clear_replies();
            table.add(place, name, codec, row(&outcome, requests, time));
        }
    }
    insta::assert_snapshot!(table.render());
}

/// A server that resets each connection, before or after it has read, and counts them.
async fn resetting() -> (String, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            socket.set_zero_linger().unwrap();
        }
    });
    (url, count)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fault_matrix_of_connections() {
    let mut table = Table::default();
    let (resetting, resets) = resetting().await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = |url: &str, clock: &VirtualClock| {
        let builder = Jogg::builder(KEY).base_url(url).clock(Arc::new(clock.clone()));
        builder.without_limiter().retry_policy(lavish()).build().unwrap()
    };
    let clock = VirtualClock::new();
    let refused = client(&format!("http://127.0.0.1:{port}"), &clock);
    let reset = client(&resetting, &clock);
    for codec in CODECS {
        let begun = clock.now();
        let outcome = call(&refused, codec).await;
        let attempts = outcome.as_ref().map_or_else(Error::attempts, |called| called.attempts);
        let time = clock.now() - begun;
        let described = row(&outcome, 0, time);
        table.add(0, "connection refused", codec, format!("{described}, {attempts} tried"));
        let before = resets.load(Ordering::SeqCst);
        let begun = clock.now();
        let outcome = call(&reset, codec).await;
        let time = clock.now() - begun;
        let connections = resets.load(Ordering::SeqCst) - before;
        table.add(1, "reset before reading", codec, row(&outcome, connections, time));
    }
    insta::assert_snapshot!(table.render());
}
