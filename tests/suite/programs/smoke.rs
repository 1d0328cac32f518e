//! The program `smoke`, against a simulator that behaves and one that does not.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use jogg_api::operations::{self as op, OPERATIONS};
use jogg_api::{Operation, RetryClass};
use jogg_api_ext::simulator::{ReceivedRequest, Reply, Simulator};
use jogg_tests::{KEY, Output, connections, spec};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::wire::fields::sent_fields;

/// Runs it with these arguments, and a key in the environment if one is given.
async fn smoke(arguments: &[&str], key: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smoke"));
    command.args(arguments).stdin(Stdio::null()).env_remove("JOGG_API_KEY");
    if let Some(key) = key {
        command.env("JOGG_API_KEY", key);
    }
    // The simulator runs on this runtime.
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(!stdout.contains(KEY) && !stderr.contains(KEY), "it shows the key");
    Output { code: output.status.code().unwrap_or(-1), stdout, stderr }
}

async fn smoke_all(server: &Simulator) -> Output {
    let arguments = ["--base-url", server.base_url(), "--api-key", KEY, "--include-paid"];
    smoke(&arguments, None).await
}

/// Accepted, decoded and remark of an operation.
#[track_caller]
fn row(output: &Output, operation: &Operation) -> (String, String, String) {
    let mut lines = output.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let line = lines.find(|line| line[0] == operation.id).expect(operation.id);
    (line[1].to_owned(), line[2].to_owned(), line[4..].join(" "))
}

fn paid() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().copied().filter(|operation| operation.retry == RetryClass::AtMostOnce)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_accepted_and_decoded() {
    // With the API's limit on requests, and ids that must exist.
    let server = Simulator::builder().strict(true).start().await.unwrap();
    let output = smoke_all(&server).await;
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    // Of the others it knows no ids that exist.
    let has_method = |operation: &&&Operation| spec::call(operation) != spec::NO_GROUP;
    for operation in OPERATIONS.iter().filter(has_method) {
        let (accepted, decoded, remark) = row(&output, operation);
        let row = (accepted.as_str(), decoded.as_str());
        assert_eq!(row, ("yes", "yes"), "{}: {remark}", operation.id);
    }
    assert_eq!(output.stdout.lines().count(), OPERATIONS.len() + 2, "{}", output.stdout);
    // Nothing stays behind but the product, which the API cannot remove.
    let removed: Vec<_> = received(&server, &op::DELETE_WEBHOOK_ENDPOINT);
    assert_eq!(removed.len(), 1);
    assert_eq!(removed[0].path, received(&server, &op::UPDATE_WEBHOOK_ENDPOINT)[0].path);
    for operation in paid() {
        assert_eq!(server.request_count(operation), 1, "{}", operation.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_spent_or_changed_unless_the_caller_says_so() {
    let server = Simulator::start().await.unwrap();
    let output = smoke(&["--base-url", server.base_url()], Some(KEY)).await;
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    for operation in paid() {
        assert_eq!(server.request_count(operation), 0, "{}", operation.id);
        assert_eq!(row(&output, operation).2, "skipped (paid)");
    }
    // What it did not register is not its to change.
    for operation in OPERATIONS.iter().filter(|operation| operation.retry == RetryClass::Idempotent)
    {
        assert_eq!(server.request_count(operation), 0, "{}", operation.id);
        assert_eq!(row(&output, operation).2, "no id");
    }
    assert_eq!(row(&output, &op::LIST_VOICES).1, "yes");
    assert_eq!(row(&output, &op::GET_AI_SCRIPT).2, "no id");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_does_wrong_is_reported_and_fails_the_run() {
    let server = Simulator::start().await.unwrap();
    let refusal = format!("`name` is missing, {KEY}, https://a.example/f?signature=5ecret");
    let refusal = json!({"code": 40000, "msg": refusal, "rid": "r", "data": null});
    let damaged = json!({"voices": [{"voice_id": "v"}, 3]});
    let damaged = json!({"code": 0, "msg": "", "rid": "r", "data": damaged});
    let invalid = json!({"status": 422, "validation": [{"message": "must be a number"}]});
    let page = "<html>Bad Gateway</html>";
    for (operation, reply) in [
        (&op::CREATE_AI_SCRIPT, Reply::body(502, "text/html", page)),
        (&op::CREATE_PRODUCT, Reply::json(200, refusal)),
        (&op::CREATE_WEBHOOK_ENDPOINT, Reply::json(200, json!({"code": 0, "data": {}}))),
        (&op::GENERATE_PHOTO, Reply::json(422, invalid)),
        (&op::GET_CUSTOM_TEMPLATE, Reply::json(200, json!({"code": 10104, "msg": "none"}))),
        (&op::LIST_VOICES, Reply::json(200, damaged)),
        (&op::WHOAMI, Reply::json(200, json!({"code": 0, "msg": "", "data": null}))),
    ] {
        server.reply_next(operation, reply);
    }
    let output = smoke_all(&server).await;
    assert_eq!(output.code, 1, "{}{}", output.stdout, output.stderr);
    assert!(!output.stdout.contains("5ecret"), "{}", output.stdout);
    for (operation, accepted, decoded, remark) in [
        (&op::CREATE_AI_SCRIPT, "?", "no", "(HTTP 502)"),
        (&op::GET_AI_SCRIPT, "-", "-", "no id"),
        (&op::CREATE_PRODUCT, "no", "no", "error code 40000 (ParameterError): `name` is missing"),
        (&op::UPDATE_PRODUCT, "-", "-", "no id"),
        (&op::CREATE_WEBHOOK_ENDPOINT, "yes", "no", "it has no `data.endpoint_id`"),
        (&op::GENERATE_PHOTO, "no", "no", ": must be a number"),
        (&op::GET_CUSTOM_TEMPLATE, "yes", "no", "not found: "),
        (&op::LIST_VOICES, "yes", "no", "skipped: data.voices[1]"),
        (&op::WHOAMI, "yes", "no", "it has no `data`"),
        (&op::LIST_MUSICS, "yes", "yes", "items"),
    ] {
        let found = row(&output, operation);
        assert_eq!((found.0.as_str(), found.1.as_str()), (accepted, decoded), "{}", operation.id);
        assert!(found.2.contains(remark), "{}: {}", operation.id, found.2);
    }
    let last = output.stdout.lines().last().unwrap_or_default();
    let failed = format!("FAILED: {} operations", OPERATIONS.len());
    assert!(last.starts_with(&failed), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_whose_response_was_lost_is_removed_and_no_other() {
    let server = Simulator::start().await.unwrap();
    let other = json!({"endpoint_id": "other", "url": "https://example.com/hooks/jogg"});
    server.set_items(&op::LIST_WEBHOOK_ENDPOINTS, vec![other]).unwrap();
    let between = lose_responses(server.base_url().to_owned(), "POST /v2/endpoint ").await;
    let output = smoke(&["--base-url", &between, "--include-paid"], Some(KEY)).await;
    assert_eq!(output.code, 1, "{}", output.stdout);
    assert_eq!(row(&output, &op::CREATE_WEBHOOK_ENDPOINT).0, "?");
    assert_eq!(row(&output, &op::DELETE_WEBHOOK_ENDPOINT).1, "yes", "{}", output.stdout);
    let removed = received(&server, &op::DELETE_WEBHOOK_ENDPOINT);
    assert_eq!(removed.len(), 1);
    assert!(!removed[0].path.ends_with("other"), "{}", removed[0].path);
}

/// A server in front of another one that carries requests there, but loses the responses to those
/// that begin like this.
async fn lose_responses(server: String, beginning: &'static str) -> String {
    let (listener, base_url) = connections::listen().await;
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(server.trim_start_matches("http://")).await.unwrap();
            tokio::spawn(carry(client, server, beginning));
        }
    });
    base_url
}

async fn carry(client: TcpStream, server: TcpStream, beginning: &'static str) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let (mut request, mut response) = ([0; 65536], [0; 65536]);
    let mut lost = false;
    loop {
        let carried = tokio::select! {
            Ok(read @ 1..) = from_client.read(&mut request) => {
                lost |= request.starts_with(beginning.as_bytes());
                to_server.write_all(&request[..read]).await
            }
            Ok(read @ 1..) = from_server.read(&mut response) => match lost {
                // It has begun, so that the request was executed.
                true => return,
                false => to_client.write_all(&response[..read]).await,
            },
            else => return,
        };
        if carried.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_arguments_have_another_exit_code_than_failures() {
    for (arguments, key, reason) in [
        (&["--api-key", KEY][..], None, "--base-url"),
        (&["--base-url", "http://127.0.0.1:1"], None, "error: no key"),
        (&["--base-url", "http://127.0.0.1:1"], Some(""), "error: "),
        (&["--base-url", "http://server.example"], Some(KEY), "error: the base URL is plain http"),
        (&["--base-url", "http://127.0.0.1:1", "--paid"], Some(KEY), "--paid"),
    ] {
        let output = smoke(arguments, key).await;
        assert_eq!(output.code, 2, "{arguments:?}: {}", output.stderr);
        assert!(output.stderr.contains(reason), "{arguments:?}: {}", output.stderr);
        assert_eq!(output.stdout, "");
    }
}

/// The fields that are not sent, as others are chosen instead of them.
const CHOICES: [&str; 6] = [
    "create_ai_script.product_info.data.description",
    "create_ai_script.product_info.data.name",
    "create_product.url",
    "create_video_from_avatar.voice.audio_url",
    "create_video_with_template.variables.properties.asset_id",
    "generate_product_avatar_images.avatar_source.value",
];

/// Each field and parameter that a case of the table of requests sends.
#[tokio::test(flavor = "multi_thread")]
async fn every_field_and_parameter_is_sent() {
    let server = Simulator::start().await.unwrap();
    smoke_all(&server).await;
    let mut missing = BTreeSet::new();
    for operation in OPERATIONS {
        // The first has all filters; another one follows if they leave nothing.
        let Some(request) = received(&server, operation).into_iter().next() else { continue };
        let sent: BTreeSet<_> = request.query.split(['&', '=']).step_by(2).collect();
        let parameters = spec::query(operation).unwrap_or_default();
        for (name, _) in parameters["properties"].as_object().into_iter().flatten() {
            if !sent.contains(name.as_str()) {
                missing.insert(format!("{}?{name}", operation.id));
            }
        }
        if let Some(schema) = spec::body(operation) {
            let body = serde_json::from_slice(&request.body).unwrap();
            missing.append(&mut lacking(&schema, &body, operation.id));
        }
    }
    // What no case sends is missing there first.
    let cases = sent_fields();
    missing.retain(|field| {
        let (operation, name) = field.split_once(['.', '?']).expect("a field of an operation");
        let sent = cases.get(operation).into_iter().flatten();
        sent.into_iter().any(|sent| sent.replace("[]", "") == name.replace("[]", ""))
    });
    let chosen = BTreeSet::from(CHOICES.map(str::to_owned));
    let forgotten: Vec<_> = missing.difference(&chosen).collect();
    assert!(
        forgotten.is_empty(),
        "tests/src/bin/smoke/ doesn't send {forgotten:?}: set each in the request of its operation"
    );
    let sent: Vec<_> = chosen.difference(&missing).collect();
    assert!(sent.is_empty(), "smoke sends {sent:?}, or the spec has no such fields any more");
}

/// The fields of a schema that a value does not have; of a list, those that no item has.
fn lacking(schema: &Value, value: &Value, at: &str) -> BTreeSet<String> {
    let schema = spec::resolved(schema);
    if let Some(items) = value.as_array() {
        let each = items.iter().map(|item| lacking(&schema["items"], item, at));
        let none = || BTreeSet::from([format!("{at}[]")]);
        return each.reduce(|all, item| &all & &item).unwrap_or_else(none);
    }
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .flat_map(|(name, property)| {
            let at = format!("{at}.{name}");
            match value.get(name) {
                Some(value) => lacking(property, value, &at),
                None => BTreeSet::from([at]),
            }
        })
        .collect()
}

fn received(server: &Simulator, operation: &Operation) -> Vec<ReceivedRequest> {
    let mut requests = server.requests();
    requests.retain(|request| request.operation == Some(operation.id));
    requests
}

/// What it prints of itself is not the server's.
#[tokio::test(flavor = "multi_thread")]
async fn a_short_key_is_not_taken_for_a_part_of_a_word() {
    let server = Simulator::start().await.unwrap();
    let output = smoke(&["--base-url", server.base_url(), "--api-key", "k"], None).await;
    let header = output.stdout.lines().next().unwrap();
    assert!(header.ends_with("remark"), "{header}");
    assert!(!output.stdout.contains("[redacted]"), "{}", output.stdout);
}
