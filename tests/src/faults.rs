//! What can happen to a call that reaches the server: the one list of faults, for every test that
//! goes through all of them. Bodies, messages and headers are full of planted secrets.

use std::time::Duration;

use jogg_api::codec::{Codec, EndpointVisitor, visit};
use jogg_api::{Endpoint, Operation, RawRequest};
use jogg_api_ext::clock::Clock;
use jogg_api_ext::simulator::{Reply, Simulator};
use jogg_api_ext::{BoxFuture, Error, Jogg, ResponseMetadata, RetryPolicy};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{KEY, Stage, sample, secrets};

/// The longest body the clients of these tests read.
pub const CAP: usize = 64 * 1024;

/// Something that goes wrong.
#[derive(Debug)]
pub struct Fault {
    /// Its name.
    pub name: &'static str,
    reply: fn(&Setting) -> Reply,
    /// Whether the second attempt succeeds.
    once: bool,
}

/// What a fault is made from.
#[derive(Debug)]
struct Setting {
    /// The whole response of the operation.
    response: Value,
    /// Another server's address.
    elsewhere: String,
}

/// A stage for faults, and another server, to which no request may go.
#[derive(Debug)]
pub struct Faults {
    /// The server that fails, and its client.
    pub stage: Stage,
    /// The other server.
    pub elsewhere: Simulator,
}

/// What became of a call.
#[derive(Debug)]
pub struct Outcome {
    /// What the caller gets.
    pub result: CallResult,
    /// How many requests the server received.
    pub requests: usize,
    /// How much virtual time passed.
    pub time: Duration,
}

impl Faults {
    /// Starts both servers.
    pub async fn start() -> Self {
        let stage = Stage::with_both(
            |simulator| simulator.credits(1e9),
            |jogg| jogg.retry_policy(unlimited_budget()).max_body_bytes(CAP),
        )
        .await;
        let elsewhere = Simulator::start().await.expect("a free port on loopback");
        Self { stage, elsewhere }
    }

    /// Calls an operation that meets this fault at every attempt, or only at the first.
    pub async fn provoke(&self, fault: &Fault, codec: &'static Codec) -> Outcome {
        let Stage { simulator, jogg, clock } = &self.stage;
        let operation = codec.operation;
        let elsewhere = self.elsewhere.base_url().to_owned();
        let setting = Setting { response: sample::response(operation), elsewhere };
        let faulty = if fault.once { 1 } else { MAX_ATTEMPTS + 1 };
        (0..faulty).for_each(|_| simulator.reply_next(operation, (fault.reply)(&setting)));
        if fault.once {
            simulator.reply_next(operation, Reply::json(200, setting.response));
        }
        let (before, begun) = (simulator.request_count(operation), clock.now());
        let result = call(jogg, codec).await;
        let time = clock.now() - begun;
        let requests = simulator.request_count(operation) - before;
        simulator.clear_replies();
        Outcome { result, requests, time }
    }
}

/// How many attempts a call makes by default.
const MAX_ATTEMPTS: u32 = 4;

/// The default policy, but never short of budget.
pub fn unlimited_budget() -> RetryPolicy {
    RetryPolicy::new().budget(1e9)
}

/// The typed value of a call as JSON, or why it failed.
pub type CallResult = Result<(Value, ResponseMetadata), Error>;

/// Calls an operation with the request of its sample.
pub async fn call(jogg: &Jogg, codec: &'static Codec) -> CallResult {
    call_with(jogg, codec.operation, &sample::request(codec.operation)).await
}

/// Calls an operation with a valid request.
///
/// # Panics
/// If an argument is missing or not of its type.
pub async fn call_with(
    jogg: &Jogg,
    operation: &'static Operation,
    request: &RawRequest,
) -> CallResult {
    visit(operation, request, Calling(jogg)).expect("a valid request").await
}

/// Calls the operation of an endpoint.
struct Calling<'j>(&'j Jogg);

impl EndpointVisitor for Calling<'_> {
    type Output = BoxFuture<CallResult>;

    fn visit<E>(self, endpoint: E) -> Self::Output
    where
        E: Endpoint + Send + 'static,
        E::Response: Serialize,
    {
        let call = self.0.call(endpoint).with_metadata();
        Box::pin(async move {
            let (data, metadata) = call.await?;
            Ok((serde_json::to_value(data).expect("responses are JSON"), metadata))
        })
    }
}

/// What an error says of a request: its kind, then `retryable` if the call may be retried, and
/// `executed?` if it may have been executed.
pub fn verdict(error: &Error) -> String {
    let mut words = format!("{:?}", error.kind());
    for (is_so, word) in
        [(error.is_retryable(), " retryable"), (error.may_have_executed(), " executed?")]
    {
        if is_so {
            words.push_str(word);
        }
    }
    words
}

/// Every fault, in the order of the reviewed table.
pub fn faults() -> Vec<Fault> {
    let lists = [connections(), statuses(), codes(), limits(), bodies(), data(), types()];
    let mut faults: Vec<Fault> = lists.into_iter().flatten().collect();
    faults.push(Fault { name: "once 503, then success", reply: |_| page(503), once: true });
    faults
}

type Faulty = (&'static str, fn(&Setting) -> Reply);

fn named<const COUNT: usize>(faults: [Faulty; COUNT]) -> Vec<Fault> {
    faults.into_iter().map(|(name, reply)| Fault { name, reply, once: false }).collect()
}

fn connections() -> Vec<Fault> {
    named([
        ("reset after reading", |_| Reply::reset()),
        ("no response in time", |_| Reply::never().delay(Duration::from_secs(181))),
        ("cut body", |setting| Reply::cut(200, setting.response.to_string(), 9)),
        ("cut body of a 429", |_| Reply::cut(429, "{\"code\": 429, \"msg\": \"m\"}", 9)),
        ("body over the cap", |_| {
            Reply::json(200, json!({"code": 0, "msg": secrets::CONTENT.repeat(CAP / 10)}))
        }),
        ("redirect to another host", |setting| {
            let target = format!("{}/v2/stolen?{}", setting.elsewhere, secrets::query());
            Reply::body(307, "text/plain", secrets::CONTENT).header("location", &target)
        }),
    ])
}

fn statuses() -> Vec<Fault> {
    named([
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
    ])
}

fn codes() -> Vec<Fault> {
    named([
        ("code 429", |_| code(200, 429)),
        ("code 10104", |_| code(200, 10104)),
        ("code 10105", |_| code(401, 10105)),
        ("code 18020", |_| code(200, 18020)),
        ("code 18025", |_| code(200, 18025)),
        ("code 40000", |_| code(400, 40000)),
        ("code 50000", |_| code(500, 50000)),
        ("unknown code", |_| code(200, 31337)),
    ])
}

/// 429 with each way to say how long to wait. Those that do not say are above.
fn limits() -> Vec<Fault> {
    named([
        ("429, Retry-After 7", |_| limited(json!({})).header("retry-after", "7")),
        ("429, Retry-After 900", |_| limited(json!({})).header("retry-after", "900")),
        ("429, Retry-After a past date", |_| {
            limited(json!({})).header("retry-after", "Thu, 01 Jan 1970 00:00:00 GMT")
        }),
        ("429, Retry-After a far date", |_| {
            limited(json!({})).header("retry-after", "Tue, 31 Dec 2199 23:59:59 GMT")
        }),
        ("429, Retry-After no time", |_| limited(json!({})).header("retry-after", KEY)),
        ("429, retryAfter 8", |_| limited(json!({"retryAfter": 8}))),
        ("429, retry_after 9", |_| limited(json!({"retry_after": 9}))),
        ("429, data.retryAfter 10", |_| limited(json!({"data": {"retryAfter": 10}}))),
    ])
}

fn bodies() -> Vec<Fault> {
    named([
        ("cut JSON", |setting| {
            let text = setting.response.to_string();
            Reply::body(200, "application/json", text[..text.len() / 2].to_owned())
        }),
        ("empty body", |_| Reply::body(200, "application/json", "")),
        ("HTML", |_| page(200)),
        ("odd charset", |_| {
            let text = format!("\u{feff}\u{1}{}", secrets::CONTENT);
            Reply::body(200, "application/json; charset=utf-16", text)
        }),
        ("content type text", |setting| {
            Reply::body(200, "text/plain", setting.response.to_string())
        }),
        ("text after the object", |setting| {
            let text = format!("{}\n<!-- {} -->", setting.response, secrets::message());
            Reply::body(200, "application/json", text)
        }),
        ("text after the object, cut", |setting| {
            Reply::cut(200, format!("{}<!-- proxy -->", setting.response), 9)
        }),
        ("encoded body", |_| {
            let body = format!("\u{1f}\u{8b}\u{8}{}", secrets::CONTENT);
            Reply::body(200, "application/json", body).header("content-encoding", "gzip")
        }),
    ])
}

fn data() -> Vec<Fault> {
    named([
        ("data null", |_| with_data(Value::Null)),
        ("data []", |_| with_data(json!([]))),
        ("data a string", |_| with_data(json!(secrets::signed_url()))),
        ("data a list", |_| with_data(json!([secrets::signed_url(), secrets::CONTENT]))),
        ("data absent", |_| Reply::json(200, json!({"code": 0, "msg": secrets::message()}))),
        ("result at top level", |setting| {
            let mut body = setting.response["data"].clone();
            if body.is_null() {
                body = json!({});
            }
            body["code"] = json!(0);
            Reply::json(200, body)
        }),
        ("data a bare list", |setting| {
            let mut body = setting.response.clone();
            let lists = body["data"].as_object().into_iter().flatten();
            let list = lists.map(|(_, value)| value).find(|value| value.is_array());
            body["data"] = list.cloned().unwrap_or(Value::Null);
            Reply::json(200, body)
        }),
    ])
}

fn types() -> Vec<Fault> {
    named([
        ("unknown words", |setting| {
            changed(setting, &|value| value.is_string().then(|| json!(secrets::signed_url())))
        }),
        ("integers for strings", |setting| {
            changed(setting, &|value| value.is_string().then(|| json!(7)))
        }),
        ("strings for integers", |setting| {
            changed(setting, &|value| value.as_i64().map(|number| json!(number.to_string())))
        }),
        ("secrets for integers", |setting| {
            changed(setting, &|value| value.is_number().then(|| json!(secrets::signed_url())))
        }),
        ("a huge number in a new field", |setting| with_field(setting, "1e999")),
        ("deep nesting in a new field", |setting| {
            with_field(setting, &format!("{}1{}", "[".repeat(200), "]".repeat(200)))
        }),
        ("ids as floats", |setting| with_ids(setting, "1500.0")),
        ("ids of 23 digits", |setting| with_ids(setting, "12345678901234567890123")),
        ("null lists", |setting| {
            changed(setting, &|value| value.is_array().then_some(Value::Null))
        }),
        ("bad list items", |setting| {
            changed(setting, &|value| {
                let mut items = value.as_array()?.clone();
                items.push(json!([[secrets::CONTENT]]));
                Some(Value::Array(items))
            })
        }),
    ])
}

/// A page of a gateway that repeats the request.
fn page(status: u16) -> Reply {
    let text = format!("<html><body>{}{}</body></html>", secrets::message(), secrets::CONTENT);
    Reply::body(status, "text/html", text).header("x-echo", KEY)
}

fn code(status: u16, code: i64) -> Reply {
    let (message, id) = (secrets::message(), secrets::signed_url());
    Reply::json(status, json!({"code": code, "msg": message, "data": null, "rid": id}))
}

fn limited(extra: Value) -> Reply {
    let mut body = json!({"code": 429, "msg": secrets::message()});
    if let (Some(body), Value::Object(extra)) = (body.as_object_mut(), extra) {
        body.extend(extra);
    }
    Reply::json(429, body)
}

fn with_data(data: Value) -> Reply {
    Reply::json(200, json!({"code": 0, "msg": secrets::message(), "data": data}))
}

/// The usual response with parts of its `data` changed.
fn changed(setting: &Setting, change: &dyn Fn(&Value) -> Option<Value>) -> Reply {
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
    let mut body = setting.response.clone();
    body["data"] = walk(&setting.response["data"], change);
    Reply::json(200, body)
}

/// The usual response with another field in its `data`, of this JSON.
fn with_field(setting: &Setting, json: &str) -> Reply {
    let mut body = setting.response.clone();
    if let Some(data) = body["data"].as_object_mut() {
        data.insert("a_new_field".to_owned(), json!("a new value"));
    }
    Reply::body(200, "application/json", body.to_string().replace("\"a new value\"", json))
}

/// The usual response with this number as each of its ids.
fn with_ids(setting: &Setting, number: &str) -> Reply {
    fn walk(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(walk),
            Value::Object(members) => {
                for (name, member) in members {
                    match name == "id" || name.ends_with("_id") {
                        true => *member = json!("an id"),
                        false => walk(member),
                    }
                }
            }
            _ => {}
        }
    }
    let mut body = setting.response.clone();
    walk(&mut body["data"]);
    Reply::body(200, "application/json", body.to_string().replace("\"an id\"", number))
}
