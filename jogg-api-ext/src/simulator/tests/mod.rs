//! The simulator over real sockets.

mod failures;
mod faults;
mod jobs;
mod lists;
mod memory;
mod operations;
mod refusals;
mod resources;
mod strict;
mod uploads;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use jogg_api::codec::{Codec, Decoded};
use jogg_api::jobs::JOBS;
use jogg_api::operations as op;
use jogg_api::{IdPlace, JobLink, Operation};
use serde_json::{Map, Value, json};

use super::{Simulator, SimulatorBuilder, VirtualClock};

/// How long jobs take by default.
const JOB_DURATION: Duration = Duration::from_secs(60);

/// A simulator on a virtual clock, and a client to call it.
struct Fixture {
    simulator: Simulator,
    clock: VirtualClock,
    client: jogg_api::Client,
}

struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Fixture {
    async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    /// Starts a simulator with other settings; without a POST limit unless they set one.
    async fn with(configure: impl FnOnce(SimulatorBuilder) -> SimulatorBuilder) -> Self {
        let clock = VirtualClock::new();
        let builder = Simulator::builder().clock(Arc::new(clock.clone())).post_limit(None);
        let simulator = configure(builder).start().await.unwrap();
        let client = client(&simulator);
        Self { simulator, clock, client }
    }

    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let url = if path.starts_with('/') {
            format!("{}{path}", self.simulator.base_url())
        } else {
            path.to_owned()
        };
        self.client.http().request(method, url)
    }

    fn with_key(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.request(method, path).header("x-api-key", "key")
    }

    async fn get(&self, path: &str) -> Response {
        Response::of(self.with_key("GET", path)).await
    }

    async fn post(&self, path: &str, body: &Value) -> Response {
        Response::of(self.with_key("POST", path).body(body.to_string())).await
    }

    /// Makes a valid call with only the required values, and these besides.
    async fn call(&self, operation: &Operation, more: Value) -> Response {
        let mut body = minimal_body(operation);
        body.extend(more.as_object().cloned().unwrap_or_default());
        let path = minimal_path(operation);
        let request = self.with_key(operation.method, &path);
        Response::of(request.body(Value::Object(body).to_string())).await
    }

    /// The report on a job; on the first of several.
    async fn report(&self, create: &Operation, submission: &Value) -> Value {
        let rule = JOBS.iter().find(|rule| rule.create == create).unwrap();
        let data = self.get(&report_path(create, submission)).await.data();
        let JobLink::Lookup { from, within } = rule.link else { return data };
        let place =
            |path: &'static str| path.strip_prefix("data.").unwrap().split_once("[].").unwrap();
        let ((list, id), (listed, listed_id)) = (place(from), place(within));
        let mut items = data[listed].as_array().unwrap().iter();
        items.find(|item| item[listed_id] == submission[list][0][id]).unwrap().clone()
    }

    /// Creates a product and returns its id.
    async fn product(&self, name: &str) -> Value {
        self.call(&op::CREATE_PRODUCT, json!({"name": name})).await.data()["product_id"].clone()
    }

    /// The items of a list.
    async fn items(&self, list: &Operation, query: &str) -> Vec<Value> {
        let data = self.get(&format!("{}{query}", list.path)).await.data();
        let mut lists = data.as_object().unwrap().values().filter_map(Value::as_array);
        lists.next().unwrap().clone()
    }
}

impl Response {
    async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The `data` of a successful response.
    #[track_caller]
    fn data(&self) -> Value {
        let envelope = self.json();
        assert_eq!((self.status.as_u16(), &envelope["code"]), (200, &json!(0)), "{envelope}");
        envelope["data"].clone()
    }

    /// Checks that the call was refused, and returns the message.
    #[track_caller]
    fn refused(&self, status: u16, code: i64) -> String {
        let envelope = self.json();
        assert_eq!((self.status.as_u16(), &envelope["code"]), (status, &json!(code)), "{envelope}");
        assert_eq!(envelope["data"], Value::Null);
        assert_eq!(envelope["rid"].as_str().map(str::len), Some(32));
        envelope["msg"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn decoded(&self, operation: &Operation) -> Decoded {
        let codec = Codec::of(operation.id).unwrap();
        let decoded = codec.decode_response(&self.body).unwrap();
        assert_eq!(decoded.code, 0, "{}: {}", operation.id, decoded.message);
        assert!(decoded.skipped.is_empty(), "{}: {:?}", operation.id, decoded.skipped);
        decoded
    }
}

/// Waits for something that has to happen at once: a test that would hang fails instead.
pub(super) async fn soon<T>(future: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(10);
    tokio::time::timeout(limit, future).await.expect("it happens at once")
}

fn client(simulator: &Simulator) -> jogg_api::Client {
    jogg_api::Client::builder("key").base_url(simulator.base_url()).build().unwrap()
}

/// The path of the report on a job.
fn report_path(create: &Operation, submission: &Value) -> String {
    let rule = JOBS.iter().find(|rule| rule.create == create).unwrap();
    let JobLink::Id { from, to } = rule.link else { return rule.report.path.to_owned() };
    let id = submission[from.rsplit('.').next().unwrap()].as_str().unwrap();
    match to {
        IdPlace::Path(name) => rule.report.path.replace(&format!("{{{name}}}"), id),
        IdPlace::Query(name) => format!("{}?{name}={id}", rule.report.path),
        _ => panic!("{to:?}"),
    }
}

fn spec() -> &'static Value {
    static SPEC: OnceLock<Value> = OnceLock::new();
    SPEC.get_or_init(|| serde_json::from_str(jogg_api::SPEC).unwrap())
}

fn target<'a>(spec: &'a Value, node: &'a Value) -> &'a Value {
    node["$ref"].as_str().map_or(node, |reference| spec.pointer(&reference[1..]).unwrap())
}

/// The path with the examples of its required parameters.
fn minimal_path(operation: &Operation) -> String {
    let spec = spec();
    let node = &spec["paths"][operation.path][operation.method.to_lowercase()];
    let mut path = operation.path.to_owned();
    for parameter in node["parameters"].as_array().into_iter().flatten() {
        let parameter = target(spec, parameter);
        let name = parameter["name"].as_str().unwrap();
        let example = parameter["example"].to_string().replace('"', "");
        if parameter["in"] == "path" {
            path = path.replace(&format!("{{{name}}}"), &example);
        } else if parameter["required"] == true {
            path = format!("{path}?{name}={example}");
        }
    }
    path
}

/// Fields that the examples of others need.
const NEEDED: [(&str, &str); 5] = [
    ("create_ai_script", "product_info.data.id"),
    ("create_video_from_avatar", "voice.script"),
    ("create_video_with_template", "variables.properties.content"),
    ("generate_product_avatar_images", "avatar_source.avatar_id"),
    ("generate_product_avatar_images", "avatar_source.avatar_type"),
];

/// The body with the examples of its required fields, and of those that these need.
fn minimal_body(operation: &Operation) -> Map<String, Value> {
    let spec = spec();
    let node = &spec["paths"][operation.path][operation.method.to_lowercase()];
    let schema = &node["requestBody"]["content"]["application/json"]["schema"];
    let mut body = minimal(spec, schema);
    for (_, path) in NEEDED.iter().filter(|(id, _)| *id == operation.id) {
        fill(spec, schema, path, &mut body);
    }
    body.as_object().cloned().unwrap_or_default()
}

/// Puts the example of the field at a path there.
fn fill(spec: &Value, node: &Value, path: &str, value: &mut Value) {
    let node = target(spec, node);
    if let Some(part) = node.pointer("/allOf/0") {
        return fill(spec, part, path, value);
    }
    if let (Some(node), Some(items)) = (node.get("items"), value.as_array_mut()) {
        return items.iter_mut().for_each(|item| fill(spec, node, path, item));
    }
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let property = &node["properties"][name];
    match rest {
        "" => value[name] = minimal(spec, property),
        rest => fill(spec, property, rest, &mut value[name]),
    }
}

fn minimal(spec: &Value, node: &Value) -> Value {
    let node = target(spec, node);
    if let Some(example) = node.get("example") {
        return example.clone();
    }
    if let Some(part) = node.pointer("/allOf/0") {
        return minimal(spec, part);
    }
    if let Some(items) = node.get("items") {
        return json!([minimal(spec, items)]);
    }
    let required = node["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    required.map(|name| (name.to_owned(), minimal(spec, &node["properties"][name]))).collect()
}
