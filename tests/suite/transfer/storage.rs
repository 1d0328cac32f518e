//! What the storage says of an upload.

use jogg_api::operations::CREATE_ASSET_UPLOAD;
use jogg_api_ext::assets::{Asset, Upload};
use jogg_api_ext::simulator::{Reply, ReplyTarget};
use jogg_api_ext::{Error, ErrorKind, Result};
use jogg_tests::{Stage, secrets};
use serde_json::{Value, json};

use super::large::sparse;

const MIB: u64 = 1024 * 1024;

fn xml(status: u16, code: &str, message: &str) -> Reply {
    let body = format!(
        "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message>\
         <SignatureProvided>planted-signature</SignatureProvided></Error>"
    );
    Reply::body(status, "application/xml", body)
}

/// Uploads to a storage with these replies.
async fn upload(replies: &[Reply]) -> (Stage, Result<Asset>) {
    let stage = Stage::new().await;
    for reply in replies {
        stage.simulator.reply_next(ReplyTarget::Upload, reply.clone());
    }
    let outcome = stage.jogg.assets().upload_bytes("a.png", "x").await;
    (stage, outcome)
}

fn said(error: &Error) -> (Option<&str>, Option<&str>) {
    let host = error.host_response().expect("what the storage said");
    (host.code.as_deref(), host.message.as_deref())
}

#[tokio::test]
async fn a_refusal_reaches_the_caller_as_code_message_and_body() {
    let no = "The signature does not match";
    for (reply, status, code, message) in [
        (xml(403, "SignatureDoesNotMatch", no), 403, Some("SignatureDoesNotMatch"), Some(no)),
        (xml(403, "AccessDenied", "Not yours"), 403, Some("AccessDenied"), Some("Not yours")),
        (Reply::body(413, "text/html", "<title>Too large</title>"), 413, None, Some("Too large")),
        // A success that is none.
        (Reply::json(200, json!({"code": 10104, "msg": "no"})), 200, Some("10104"), Some("no")),
        (Reply::json(200, json!({"code": "Denied"})), 200, Some("Denied"), None),
        (xml(200, "InternalError", "Sorry"), 200, Some("InternalError"), Some("Sorry")),
    ] {
        let (stage, outcome) = upload(&[reply]).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::FileTransfer, 1), "{error}");
        assert_eq!((error.http_status(), said(&error)), (Some(status), (code, message)));
        let reason = code.or(message).unwrap();
        let shown = format!("the storage refused `a.png`: HTTP {status}: {reason}");
        assert_eq!((error.to_string(), error.is_retryable()), (shown, false));
        assert_eq!(error.server_message(), message);
        assert!(error.body().is_some());
        secrets::assert_hidden(&secrets::shown(&error), "a refusal");
        assert_eq!(stage.simulator.requests().len(), 2);
    }
}

/// As the names of files come from anywhere.
#[tokio::test]
async fn no_name_breaks_the_line_of_a_message() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("a\r\nb\u{1b}[31m\u{202e}.png");
    let name = "a\r\nb\u{1b}[31m\u{202e}.png";
    let reader = |bytes: &'static [u8]| Upload::reader(name, 2, bytes);
    let download = |stage: &Stage| {
        let missing = missing.join("none");
        stage.jogg.assets().download("https://files.example/f", missing)
    };
    for upload in [
        Upload::path(&missing),
        Upload::path(folder.path()).filename(name),
        Upload::bytes(name, "x"),
        reader(b"1"),
        reader(b"123"),
    ] {
        let stage = Stage::new().await;
        stage.simulator.reply_next(ReplyTarget::Upload, Reply::body(403, "text/plain", ""));
        let errors = [stage.jogg.assets().upload(upload).await.unwrap_err().to_string()];
        let errors = errors.into_iter().chain([download(&stage).await.unwrap_err().to_string()]);
        for error in errors {
            let is_plain = |letter: char| !letter.is_control() && letter != '\u{202e}';
            assert!(error.chars().all(is_plain), "{error:?}");
        }
    }
}

#[tokio::test]
async fn fact_52_an_expired_signature_is_renewed_once() {
    let expired = || xml(403, "AccessDenied", "Request has expired");
    let (stage, outcome) = upload(&[expired()]).await;
    outcome.unwrap();
    assert_eq!(stage.simulator.request_count(&CREATE_ASSET_UPLOAD), 2);
    let requests = stage.simulator.requests();
    assert_ne!(requests[1].query, requests[3].query, "an old ticket");

    for reply in [expired(), xml(400, "ExpiredToken", "The token is too old")] {
        let (stage, outcome) = upload(&[reply.clone(), reply]).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.attempts(), error.is_retryable()), (2, false), "{error}");
        assert!(said(&error).0.is_some());
        assert_eq!(stage.simulator.requests().len(), 4);
    }
}

#[tokio::test]
async fn fact_52_a_203_is_stored_and_says_what_the_callback_did() {
    let (_, outcome) = upload(&[xml(203, "CallbackFailed", "No response")]).await;
    let asset = outcome.unwrap();
    let failure = asset.callback_failure.as_ref().unwrap();
    assert_eq!((failure.status, failure.code.as_deref()), (203, Some("CallbackFailed")));
    assert_eq!(failure.message.as_deref(), Some("No response"));
    secrets::assert_hidden(&format!("{asset:?}"), "an asset");
    let (_, outcome) = upload(&[Reply::body(200, "text/plain", "")]).await;
    assert_eq!(outcome.unwrap().callback_failure, None);
}

/// As an application sees it that may only reach some hosts: every host is used unchanged.
#[tokio::test]
async fn fact_53_no_host_is_pinned() {
    for host in ["res.jogg.ai", "res-intl.jogg.ai", "asset-intl.jogg.ai", "files.example"] {
        let stage = Stage::new().await;
        let base = stage.simulator.base_url();
        let ticket = json!({
            "sign_url": format!("{base}/uploads/a.png?signature=s"),
            "asset_url": format!("https://{host}/a.png"),
        });
        stage.respond(&CREATE_ASSET_UPLOAD, ticket);
        stage.simulator.reply_next(ReplyTarget::Upload, Reply::body(200, "text/plain", ""));
        let asset = stage.jogg.assets().upload_bytes("a.png", "x").await.unwrap();
        assert_eq!(asset.url, format!("https://{host}/a.png"));
    }
}

#[tokio::test]
async fn fact_38_limits_count_in_mebibytes_and_can_be_raised() {
    let folder = tempfile::tempdir().unwrap();
    for (name, limit) in [("a.png", 10 * MIB), ("a.mp3", 20 * MIB), ("a.mp4", 100 * MIB)] {
        let path = sparse(&folder, name, limit + 1);
        for (upload, sent) in [
            (Upload::path(&path), false),
            (Upload::path(&path).max_bytes(limit + 1), true),
            (Upload::path(&path).max_bytes(limit), false),
        ] {
            let stage = Stage::new().await;
            // The ticket is enough to see that nothing here refuses it.
            stage.respond(&CREATE_ASSET_UPLOAD, Value::Null);
            let error = stage.jogg.assets().upload(upload).await.unwrap_err();
            assert_eq!(stage.simulator.requests().len(), usize::from(sent), "{error}");
            assert_eq!(error.kind() == ErrorKind::InvalidParameter, !sent, "{error}");
            assert_eq!(error.to_string().contains("max_bytes"), !sent, "{error}");
        }
        std::fs::File::options().write(true).open(&path).unwrap().set_len(limit).unwrap();
        let stage = Stage::new().await;
        stage.respond(&CREATE_ASSET_UPLOAD, Value::Null);
        let error = stage.jogg.assets().upload_path(&path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
    }
}

#[tokio::test]
async fn a_content_type_that_is_no_header_value_is_refused_before_anything_is_sent() {
    let stage = Stage::new().await;
    for (content_type, part) in [
        ("image/png\r\nx-evil: 1", "`image/png\\r\\nx-evil: 1` has characters that a header"),
        ("image/p\u{f6}g", "has characters that a header can't have"),
        ("image/\0", "has characters that a header can't have"),
        ("image/", "must be an image, video or audio type"),
        ("", "must be an image, video or audio type"),
    ] {
        let upload = Upload::bytes("a.png", "x").content_type(content_type);
        let error = stage.jogg.assets().upload(upload).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidParameter, 0));
        assert!(error.to_string().contains(part), "{error}");
    }
    assert!(stage.simulator.requests().is_empty());
    let upload = Upload::bytes("a.png", "x").content_type(" image/png\n");
    assert_eq!(stage.jogg.assets().upload(upload).await.unwrap().content_type, "image/png");
}
