//! The table of faults: what can happen to a call that reaches the server. Bodies, messages and
//! headers are full of planted secrets.

use std::time::Duration;

use jogg_api_ext::simulator::Reply;
use serde_json::{Value, json};

use crate::{KEY, secrets};

/// The longest body the clients of these tests read.
pub(crate) const CAP: usize = 64 * 1024;

/// Something that goes wrong.
#[derive(Debug)]
pub struct Fault {
    /// Its name.
    pub name: &'static str,
    pub(crate) reply: fn(&Setting) -> Reply,
    /// Whether the second attempt succeeds.
    pub(crate) once: bool,
}

/// What a fault is made from.
#[derive(Debug)]
pub(crate) struct Setting {
    /// The whole response of the operation.
    pub(crate) response: Value,
    /// Another server's address.
    pub(crate) elsewhere: String,
}

/// Every fault, in the order of the reviewed table.
pub fn faults() -> Vec<Fault> {
    let lists = [connections(), statuses(), codes(), named(), limits(), bodies(), data(), types()];
    let mut faults: Vec<Fault> = lists.into_iter().flatten().collect();
    faults.push(Fault { name: "once 503, then success", reply: |_| page(503), once: true });
    faults
}

type Faulty = (&'static str, fn(&Setting) -> Reply);

fn each<const COUNT: usize>(faults: [Faulty; COUNT]) -> Vec<Fault> {
    faults.into_iter().map(|(name, reply)| Fault { name, reply, once: false }).collect()
}

fn connections() -> Vec<Fault> {
    each([
        ("reset after reading", |_| Reply::reset()),
        ("no response in time", |_| Reply::never().delay(Duration::from_secs(181))),
        ("cut body", |setting| Reply::cut(200, setting.response.to_string(), 9)),
        ("cut body of a 429 with data", |setting| {
            let whole = setting.response.to_string();
            let sent = whole.len() - 2;
            Reply::cut(429, whole, sent)
        }),
        ("cut body of a 404, code 0", |setting| {
            let mut body = setting.response.clone();
            body["code"] = json!(0);
            let whole = body.to_string();
            let sent = whole.len() - 2;
            Reply::cut(404, whole, sent)
        }),
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
    each([
        ("status 400", |_| page(400)),
        ("status 401", |_| page(401)),
        ("status 402", |_| page(402)),
        ("status 403", |_| page(403)),
        ("status 404", |_| page(404)),
        ("status 405", |_| page(405)),
        ("status 408", |_| page(408)),
        ("status 409", |_| page(409)),
        ("status 413", |_| page(413)),
        ("status 418", |_| page(418)),
        ("status 422", |_| page(422)),
        ("status 425", |_| page(425)),
        ("status 429", |_| page(429)),
        ("status 499", |_| page(499)),
        ("status 500", |_| page(500)),
        ("status 502", |_| page(502)),
        ("status 503", |_| page(503)),
    ])
}

fn codes() -> Vec<Fault> {
    each([
        ("code 429", |_| code(200, 429)),
        ("code 10104", |_| code(200, 10104)),
        ("code 10105", |_| code(401, 10105)),
        ("code 18020", |_| code(200, 18020)),
        ("code 18025", |_| code(200, 18025)),
        ("code 40000", |_| code(400, 40000)),
        ("code 50000", |_| code(500, 50000)),
        ("unknown code", |_| code(200, 31337)),
        ("unknown code, 402", |_| code(402, 40200)),
        ("insufficient credit in words", |_| {
            Reply::json(500, json!({"code": 50000, "error": "insufficient_credit"}))
        }),
    ])
}

/// Responses that contradict themselves: errors with the result in them.
fn named() -> Vec<Fault> {
    each([
        ("302, code 0 and data", |setting| contradictory(setting, 302, 0)),
        ("401, code 0 and data", |setting| contradictory(setting, 401, 0)),
        ("403, code 0 and data", |setting| contradictory(setting, 403, 0)),
        ("404, code 0 and data", |setting| contradictory(setting, 404, 0)),
        ("429, code 0 and data", |setting| contradictory(setting, 429, 0)),
        ("500, code 0 and data", |setting| contradictory(setting, 500, 0)),
        ("429, code 429 and data", |setting| contradictory(setting, 429, 429)),
        ("429, the result beside data", |setting| {
            let result = setting.response["data"].as_object().cloned().unwrap_or_default();
            let mut body = Value::Object(result);
            body["code"] = json!(429);
            body["data"] = json!({"retryAfter": 10});
            Reply::json(429, body)
        }),
        ("code 40000 and data", |setting| contradictory(setting, 200, 40000)),
        ("code 18020 and data", |setting| contradictory(setting, 402, 18020)),
    ])
}

/// The usual response, but for its status and code.
fn contradictory(setting: &Setting, status: u16, code: i64) -> Reply {
    let mut body = setting.response.clone();
    body["code"] = json!(code);
    body["msg"] = json!(secrets::message());
    Reply::json(status, body)
}

/// 429 with each way to say how long to wait, and 503. Those that do not say are above.
fn limits() -> Vec<Fault> {
    each([
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
        ("503, Retry-After 7", |_| page(503).header("retry-after", "7")),
        ("503, Retry-After 900", |_| page(503).header("retry-after", "900")),
    ])
}

fn bodies() -> Vec<Fault> {
    each([
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
            let whole = setting.response.to_string();
            let sent = whole.len() + 5;
            Reply::cut(200, whole + "<!-- proxy -->", sent)
        }),
        ("encoded body of a 429", |_| {
            let body = format!("\u{1f}\u{8b}\u{8}{}", secrets::CONTENT);
            Reply::body(429, "application/json", body).header("content-encoding", "gzip")
        }),
        ("encoded body", |_| {
            let body = format!("\u{1f}\u{8b}\u{8}{}", secrets::CONTENT);
            Reply::body(200, "application/json", body).header("content-encoding", "gzip")
        }),
    ])
}

fn data() -> Vec<Fault> {
    each([
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
            body["data"] = list.cloned().unwrap_or_else(|| json!([secrets::CONTENT]));
            Reply::json(200, body)
        }),
    ])
}

fn types() -> Vec<Fault> {
    each([
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
