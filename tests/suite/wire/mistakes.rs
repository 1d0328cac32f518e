//! The simulator refuses a request with a mistake in any field, names the field, and takes no
//! credits: so that mistakes show there, and not where they cost.

use jogg_api::operations::{self as op, OPERATIONS};
use jogg_api::{Client, Operation};
use jogg_api_ext::simulator::Simulator;
use jogg_tests::{sample, spec};
use serde_json::{Value, json};

const CREDITS: f64 = 1000.0;

/// A simulator, and a client that sends it anything.
struct Server {
    simulator: Simulator,
    http: reqwest::Client,
}

impl Server {
    async fn new() -> Self {
        let simulator = Simulator::builder().post_limit(None).credits(CREDITS);
        let simulator = simulator.start().await.unwrap();
        let client = Client::builder("any").base_url(simulator.base_url()).build().unwrap();
        Self { http: client.http().clone(), simulator }
    }

    /// Sends a request, with a query as it stands in the URL.
    async fn send(&self, operation: &Operation, query: &str, body: &Value) -> Value {
        let mut path = operation.path.to_owned();
        for (name, value) in sample::request(operation).path {
            path = path.replace(&format!("{{{name}}}"), &value.to_string().replace('"', ""));
        }
        self.send_to(operation, &format!("{path}{query}"), body).await
    }

    async fn send_to(&self, operation: &Operation, target: &str, body: &Value) -> Value {
        let url = format!("{}{target}", self.simulator.base_url());
        let request = self.http.request(operation.method.parse().unwrap(), url);
        let response = request.header("x-api-key", "any").body(body.to_string()).send().await;
        let response = response.unwrap();
        assert_eq!(response.status(), 200, "{}", operation.id);
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }

    /// Checks that a request is refused because of this field, and costs nothing.
    async fn refuses(&self, operation: &Operation, query: &str, body: &Value, field: &str) {
        let response = self.send(operation, query, body).await;
        let sent = format!("{} {query} {body}: {response}", operation.id);
        assert_eq!(response["code"], 40000, "{sent}");
        assert_eq!(response["data"], Value::Null, "{sent}");
        let message = response["msg"].as_str().unwrap();
        assert!(message.replace("[0]", "[]").starts_with(&format!("{field}: ")), "{sent}");
        assert_eq!(self.simulator.credits(), CREDITS, "{sent}");
    }
}

/// The value at a path such as `variables[].properties`; the first item of a list.
fn at<'a>(body: &'a mut Value, path: &str) -> &'a mut Value {
    let parts = path.split('.').flat_map(|part| part.split_inclusive("[]"));
    parts.fold(body, |value, part| match part.strip_suffix("[]") {
        Some("") => &mut value[0],
        Some(list) => &mut value[list][0],
        None => &mut value[part],
    })
}

/// The path of the object that has a field, and the field's name in it.
fn parent(path: &str) -> (&str, &str) {
    path.rsplit_once('.').unwrap_or(("", path))
}

/// Values that a field must not have.
fn wrong(path: &str, schema: &Value) -> Vec<Value> {
    let own = schema["type"].as_str().unwrap_or("object");
    let values = [
        (json!(null), &[][..]),
        (json!(true), &["boolean"]),
        (json!(7), &["integer", "number"]),
        (json!(7.5), &["number"]),
        (json!("text"), &["string"]),
        (json!([]), &["array"]),
        (json!({}), &["object"]),
    ];
    let values = values.into_iter().filter(|(_, types)| !types.contains(&own));
    let mut values: Vec<_> = values.map(|(value, _)| value).collect();
    if schema.get("enum").is_some() && !spec::is_open(schema) {
        values.push(if own == "integer" { json!(99) } else { json!("none of them") });
    }
    if let Some(least) = schema["minimum"].as_i64() {
        values.push(json!(least - 1));
    }
    if schema["format"] == "uri" || path.ends_with("url") {
        values.extend([json!("no address"), json!("ftp://a.example/b")]);
    }
    values
}

#[tokio::test]
async fn a_mistake_in_any_field_of_a_body_is_refused_and_costs_nothing() {
    let server = Server::new().await;
    let mut mistakes = 0;
    for operation in OPERATIONS {
        let Some(schema) = spec::body(operation) else { continue };
        let whole = sample::full_request(operation).body;
        for (path, field) in spec::fields(&schema) {
            for value in wrong(&path, &field) {
                let mut body = whole.clone();
                *at(&mut body, &path) = value;
                server.refuses(operation, "", &body, &path).await;
                mistakes += 1;
            }
            let (object, name) = parent(&path);
            let of = if object.is_empty() {
                schema.clone()
            } else {
                spec::fields(&schema)[object].clone()
            };
            let required =
                of["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
            if required {
                let mut body = whole.clone();
                let holder = if object.is_empty() { &mut body } else { at(&mut body, object) };
                holder.as_object_mut().unwrap().remove(name);
                server.refuses(operation, "", &body, &path).await;
                mistakes += 1;
            }
        }
    }
    assert!(mistakes > 1000, "{mistakes}");
}

#[tokio::test]
async fn a_mistake_in_any_parameter_is_refused() {
    let server = Server::new().await;
    let mut mistakes = 0;
    for operation in OPERATIONS {
        let body = sample::request(operation).body;
        let query = spec::query(operation).unwrap_or_default();
        for (name, schema) in query["properties"].as_object().into_iter().flatten() {
            let required = query["required"].as_array().unwrap().contains(&json!(name));
            let mut wrong = Vec::new();
            wrong.extend(required.then(String::new));
            wrong.extend((schema["type"] == "integer").then(|| format!("?{name}=1.5")));
            let is_closed = schema.get("enum").is_some() && !spec::is_open(schema);
            wrong.extend(is_closed.then(|| format!("?{name}=none+of+them")));
            for query in wrong {
                server.refuses(operation, &query, &body, name).await;
                mistakes += 1;
            }
        }
    }
    let first = "/v2/template/custom/first";
    let response = server.send_to(&op::GET_CUSTOM_TEMPLATE, first, &json!(null)).await;
    assert_eq!(response["msg"], "id: must be an integer, not `first`");
    assert!(mistakes > 30, "{mistakes}");
}

/// A case: what is changed in a valid body, and the field that is refused for it.
type Case = (&'static Operation, Value, Option<&'static str>);

/// What the spec says in words about fields that depend on each other.
#[tokio::test]
async fn fields_that_depend_on_others_are_checked() {
    let server = Server::new().await;
    for (operation, fields, refused) in speech().into_iter().chain(products()).chain(variables()) {
        let mut body = sample::request(operation).body;
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        match refused {
            Some(field) => server.refuses(operation, "", &body, field).await,
            None => {
                let response = server.send(operation, "", &body).await;
                assert_eq!(response["code"], 0, "{} {body}: {response}", operation.id);
                server.simulator.set_credits(CREDITS);
            }
        }
    }
}

const URL: &str = "https://a.example/b";

fn speech() -> Vec<Case> {
    let voice = |kind: &str, field: &str, value: &str| json!({"voice": {"type": kind, "voice_id": "v", field: value}});
    let cases = [
        (voice("script", "audio_url", URL), Some("voice.script")),
        (voice("script", "script", ""), Some("voice.script")),
        (voice("script", "script", "s"), None),
        (voice("audio", "script", "s"), Some("voice.audio_url")),
        (voice("audio", "audio_url", URL), None),
        (json!({"screen_style": 3}), Some("caption")),
        (json!({"screen_style": 3, "caption": true}), Some("caption")),
        (json!({"screen_style": 3, "caption": false}), None),
    ];
    cases.map(|(fields, refused)| (&op::CREATE_VIDEO_FROM_AVATAR, fields, refused)).into()
}

fn products() -> Vec<Case> {
    let source = |source: Value| json!({"avatar_source": source});
    let images = [
        (source(json!({"type": "id", "avatar_type": "photo"})), Some("avatar_source.avatar_id")),
        (source(json!({"type": "id", "avatar_id": 1})), Some("avatar_source.avatar_type")),
        (source(json!({"type": "id", "avatar_id": 0, "avatar_type": "photo"})), None),
        (source(json!({"type": "image"})), Some("avatar_source.value")),
        (source(json!({"type": "image", "value": "a face"})), Some("avatar_source.value")),
        (source(json!({"type": "image", "value": URL})), None),
        (source(json!({"type": "description"})), Some("avatar_source.value")),
        (source(json!({"type": "description", "value": "a face"})), None),
    ];
    let images = images.map(|(body, refused)| (&op::GENERATE_PRODUCT_AVATAR_IMAGES, body, refused));
    let script = |kind: &str, field: &str| json!({"product_info": {"source_type": kind, "data": {field: "x"}}});
    let others = [
        (&op::CREATE_AI_SCRIPT, script("id", "name"), Some("product_info.data.id")),
        (&op::CREATE_AI_SCRIPT, script("id", "id"), None),
        (&op::CREATE_AI_SCRIPT, script("details", "id"), Some("product_info.data.name")),
        (&op::CREATE_AI_SCRIPT, script("details", "name"), None),
        (&op::CREATE_PRODUCT, json!({"name": "", "url": ""}), Some("name")),
        (&op::CREATE_PRODUCT, json!({"name": "", "url": URL}), None),
    ];
    images.into_iter().chain(others).collect()
}

fn variables() -> Vec<Case> {
    let variable = |kind: &str, properties: Value| json!({"variables": [{"type": kind, "name": "a", "properties": properties}]});
    let (url, content) = ("variables[].properties.url", "variables[].properties.content");
    let cases = [
        (variable("image", json!({})), Some(url)),
        (variable("video", json!({})), Some(url)),
        (variable("image", json!({"url": URL})), None),
        (variable("image", json!({"asset_id": 33})), None),
        (variable("image", json!({"content": URL})), None),
        (variable("image", json!({"content": "a bottle"})), Some(content)),
        (variable("text", json!({"url": URL})), Some(content)),
        (variable("script", json!({})), Some(content)),
        (variable("text", json!({"content": ""})), None),
        (variable("hologram", json!({})), None),
    ];
    cases.map(|(fields, refused)| (&op::CREATE_VIDEO_WITH_TEMPLATE, fields, refused)).into()
}

/// The vendor's page for beginners sends `avatar_type` as a text, and the spec has a number. Which
/// one the API takes is unknown, so the simulator takes what is documented.
#[tokio::test]
async fn fact_62_an_avatar_type_is_a_number() {
    let server = Server::new().await;
    let avatar = |avatar_type: Value| {
        let mut body = sample::request(&op::CREATE_VIDEO_FROM_AVATAR).body;
        body["avatar"]["avatar_type"] = avatar_type;
        body
    };
    let operation = &op::CREATE_VIDEO_FROM_AVATAR;
    server.refuses(operation, "", &avatar(json!("0")), "avatar.avatar_type").await;
    assert_eq!(server.send(operation, "", &avatar(json!(0))).await["code"], 0);
}

#[tokio::test]
async fn what_every_operation_needs_is_enough() {
    let server = Server::new().await;
    for operation in OPERATIONS {
        for request in [sample::request(operation), sample::full_request(operation)] {
            let query = request.query.as_object().into_iter().flatten();
            let query: Vec<_> = query
                .map(|(name, value)| format!("{name}={}", value.to_string().replace('"', "")))
                .collect();
            let query = format!("?{}", query.join("&"));
            let response = server.send(operation, &query, &request.body).await;
            // The examples of ids are of nothing.
            assert!(
                [0, 10104, 17003].map(Value::from).contains(&response["code"]),
                "{} {}: {response}",
                operation.id,
                request.body
            );
        }
    }
}

#[tokio::test]
async fn what_the_spec_does_not_know_is_neither_kept_nor_returned() {
    let server = Server::new().await;
    let mut body = sample::request(&op::ADD_PHOTO_AVATAR_MOTION).body;
    body["error_msg"] = json!("made up");
    body["status"] = json!(5);
    let response = server.send(&op::ADD_PHOTO_AVATAR_MOTION, "", &body).await;
    assert_eq!(response["code"], 0, "{response}");
    let query = format!("?motion_id={}", response["data"]["motion_id"].as_str().unwrap());
    let report = server.send(&op::GET_PHOTO_AVATAR_MOTION, &query, &json!(null)).await;
    assert!(!format!("{response}{report}").contains("made up"), "{report}");
}
