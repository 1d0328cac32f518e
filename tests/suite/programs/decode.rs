//! The program `decode`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use jogg_api_ext::enums::WebhookEvent;
use jogg_api_ext::webhooks::SampleEvent;
use jogg_tests::root;

/// Whether it succeeds, and what it prints.
fn decode(operation: &str, body: &str) -> (bool, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_decode"))
        .arg(operation)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .current_dir(root())
        .spawn()
        .unwrap();
    // It may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(body.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.success(), String::from_utf8(text).unwrap())
}

#[test]
fn decode_has_a_help_and_reports_a_full_disk() {
    let output = Command::new(env!("CARGO_BIN_EXE_decode")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert!(help.contains("<OPERATION>") && help.contains("standard input"), "{help}");
    let output = Command::new(env!("CARGO_BIN_EXE_decode")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    if cfg!(target_os = "linux") {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_decode"));
        let command = command.arg("whoami").stdin(Stdio::piped()).stdout(full);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(br#"{"code":0,"msg":"","data":{}}"#).unwrap();
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{errors}");
        assert!(errors.starts_with("error: standard output: "), "{errors}");
    }
}

#[test]
fn decode_prints_the_typed_value_or_the_error() {
    let body =
        r#"{"code":0,"msg":"Success","rid":"r","data":{"avatars":[{"id":"5","status":1},3]}}"#;
    let (success, text) = decode("list_photo_avatars", body);
    assert!(success, "{text}");
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["data"]["avatars"][0]["id"], 5);
    assert_eq!(value["skipped"][0]["at"], "data.avatars[1]");
    assert_eq!(value["request_id"], "r");
    let (success, text) = decode("whoami", "<html>");
    assert!(!success);
    assert_eq!(text, "error: whoami: the body is a markup page, not JSON\n");
    let (success, text) = decode("nothing", "");
    assert!(!success);
    assert!(text.contains("`nothing` is no operation; it is `webhook` or one of"), "{text}");
}

#[test]
fn decode_prints_what_a_webhook_says() {
    for (name, expected) in [
        ("generated_motion_failed", "failed: The job failed"),
        ("generated_avatar_video_success", "completed: Video {"),
        ("generated_product_avatar_success", "poll"),
        ("create_avatar_success", "poll"),
    ] {
        let sample = SampleEvent::new(WebhookEvent::from(name)).event_id(None);
        let (success, text) = decode("webhook", &String::from_utf8(sample.body()).unwrap());
        assert!(success, "{text}");
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(value["outcome"].as_str().unwrap().starts_with(expected), "{text}");
        assert_eq!((&value["event"], &value["timestamp"]), (&name.into(), &1_764_000_000.into()));
    }
    let (success, text) = decode("webhook", "{}");
    assert!(!success);
    assert_eq!(text, "error: webhook: the body is not a JSON object with an `event`\n");
}
