//! The API key: which are refused, and that no form of one shows.

use std::process::Command;

use jogg_api::operations::WHOAMI;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{API_KEY_VARIABLE, BASE_URL_VARIABLE, ErrorKind, Jogg};
use jogg_tests::{KEY, Stage, secrets};
use serde_json::json;

/// Texts that are no key, each with a word of the message that it leads to.
fn faulty() -> Vec<(String, &'static str)> {
    vec![
        (format!("\"{KEY}\""), "quote"),
        (format!("Bearer {KEY}"), "`Bearer`"),
        (format!("JOGG_API_KEY={KEY}"), "`JOGG_API_KEY=`"),
        (format!("{KEY} # mine"), "comment"),
        (format!("{KEY} {KEY}"), "white space"),
        (format!("{KEY}\u{200b}"), "zero-width"),
        (format!("{KEY}\u{7f}"), "control character"),
    ]
}

#[test]
fn what_is_no_key_is_refused_by_its_fault() {
    for (key, part) in faulty() {
        let error = Jogg::builder(key).base_url("http://127.0.0.1:9").build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let shown = secrets::shown(&error);
        assert!(shown.contains(part), "{part}: {shown}");
        secrets::assert_hidden(&shown, part);
    }
}

#[tokio::test]
async fn what_surrounds_a_key_is_not_sent() {
    let stage = Stage::new().await;
    let base_url = stage.simulator.base_url();
    let jogg = Jogg::builder(format!("\u{feff} {KEY}\r\n")).base_url(base_url).build().unwrap();
    jogg.account().whoami().await.unwrap();
    assert_eq!(stage.only_request().headers["x-api-key"], KEY);
}

/// Set where the test runs itself, with another key in the environment.
const RUNS_ITSELF: &str = "JOGG_TEST_RUNS_ITSELF";

/// The environment of a running process can't be changed without `unsafe`, so the test runs itself
/// with a different one.
#[test]
fn a_faulty_key_in_the_environment_is_refused_with_the_name_of_the_variable() {
    if std::env::var_os(RUNS_ITSELF).is_some() {
        match Jogg::from_env() {
            Ok(jogg) => println!("built {jogg:?}"),
            Err(error) => println!("{:?} {}", error.kind(), secrets::shown(&error)),
        }
        return;
    }
    let path =
        "calls::keys::a_faulty_key_in_the_environment_is_refused_with_the_name_of_the_variable";
    let with = |key: &str| {
        let mut itself = Command::new(std::env::current_exe().unwrap());
        itself.args(["--exact", path, "--nocapture"]).env(RUNS_ITSELF, "1");
        itself.env(API_KEY_VARIABLE, key).env(BASE_URL_VARIABLE, "http://127.0.0.1:9");
        let output = itself.output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    for (key, part) in faulty() {
        let shown = with(&key);
        let start = format!("Configuration {API_KEY_VARIABLE}: the API key ");
        assert!(shown.contains(&start) && shown.contains(part), "{part}: {shown}");
        secrets::assert_hidden(&shown, part);
    }
    assert!(with(&format!("\u{feff}{KEY}\n")).contains("built Jogg"));
}

#[tokio::test]
async fn no_form_of_the_key_shows_in_a_message() {
    let stage = Stage::without_retries().await;
    for key in secrets::keys() {
        let body = json!({"code": 10105, "msg": format!("no key {key} here"), "rid": key});
        stage.simulator.reply_next(&WHOAMI, Reply::json(401, body));
        let error = stage.jogg.account().whoami().await.unwrap_err();
        let message = error.server_message().unwrap();
        assert!(message.starts_with("no key "), "{message}");
        assert!(message.ends_with("[redacted] here"), "{key}: {message}");
        secrets::assert_hidden(&secrets::shown(&error), &key);
        // Of a success, too.
        let body = json!({"code": 0, "msg": key, "rid": key, "data": {"email": "a"}});
        stage.simulator.reply_next(&WHOAMI, Reply::json(200, body));
        let (_, metadata) = stage.jogg.account().whoami().with_metadata().await.unwrap();
        secrets::assert_hidden(&metadata.request_id.unwrap(), &key);
    }
}

/// A key `k` would be part of nearly every message.
#[tokio::test]
async fn a_short_key_is_not_searched_for() {
    let stage = Stage::new().await;
    for (key, message) in [("k", "a remark"), ("remark7", "remark7"), ("remark78", "[redacted]")] {
        let base_url = stage.simulator.base_url();
        let jogg = Jogg::builder(key).base_url(base_url).build().unwrap();
        let body = json!({"code": 40000, "msg": if key == "k" { "a remark" } else { key }});
        stage.simulator.reply_next(&WHOAMI, Reply::json(200, body));
        let error = jogg.account().whoami().await.unwrap_err();
        assert_eq!(error.server_message(), Some(message));
    }
}
