//! Uploads over a socket.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jogg_api::operations::CREATE_ASSET_UPLOAD;
use jogg_api_ext::assets::{Asset, Upload};
use jogg_api_ext::clock::Clock;
use jogg_api_ext::simulator::{Reply, ReplyTarget};
use jogg_api_ext::{CallOptions, ErrorKind, JoggBuilder, Result, RetryPolicy};
use jogg_tests::replies::ticket;
use jogg_tests::{KEY, Stage, soon, until, wire};
use serde_json::{Value, json};

use super::large::sparse;

const MIB: u64 = 1024 * 1024;

#[tokio::test]
async fn fact_37_the_file_goes_to_the_signed_url_with_its_type_and_without_the_key() {
    let stage = Stage::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("me.jpg");
    std::fs::write(&path, vec![7; 100_000]).unwrap();
    let asset = stage.jogg.assets().upload_path(&path).await.unwrap();
    assert_eq!((asset.size, asset.content_type.as_str()), (100_000, "image/jpeg"));

    let [ticket, put] = stage.simulator.requests().try_into().expect("two requests");
    let version = env!("CARGO_PKG_VERSION");
    let body = r#"{"content_type":"image/jpeg","file_size":100000,"filename":"me.jpg"}"#;
    assert_eq!(
        wire(&ticket),
        format!(
            "POST /v2/upload/asset\naccept: application/json\ncontent-length: {}\n\
             content-type: application/json\nhost: 127.0.0.1\n\
             user-agent: jogg-api-ext/{version}\nx-api-key: {KEY}\n\n{body}",
            body.len()
        )
    );
    // Without the body, which is not text, and the signed path, which is the simulator's.
    let mut head = put.clone();
    (head.path, head.query, head.body) = ("/signed".to_owned(), String::new(), Vec::new().into());
    assert!(put.query.starts_with("signature="));
    assert_eq!(
        wire(&head),
        format!(
            "PUT /signed\naccept: */*\ncontent-length: 100000\ncontent-type: image/jpeg\n\
             host: 127.0.0.1\nuser-agent: jogg-api-ext/{version}\n"
        )
    );
    assert_eq!(put.body, vec![7; 100_000]);
    // It can be fetched where the API says.
    let copy = folder.path().join("copy.jpg");
    assert_eq!(stage.jogg.assets().download(&asset.url, &copy).await.unwrap(), 100_000);
    assert_eq!(std::fs::read(&copy).unwrap(), vec![7; 100_000]);
    let mut fetch = stage.simulator.requests().pop().unwrap();
    fetch.path = "/file".to_owned();
    assert_eq!(
        wire(&fetch),
        format!(
            "GET /file\naccept: */*\naccept-encoding: identity\nhost: 127.0.0.1\nuser-agent: jogg-api-ext/{version}\n"
        )
    );
}

#[tokio::test]
async fn files_the_storage_would_refuse_are_refused_before_the_call() {
    let stage = Stage::new().await;
    let folder = tempfile::tempdir().unwrap();
    let big = sparse(&folder, "big.png", 10 * MIB + 1);
    let long = sparse(&folder, "long.mp4", 100 * MIB + 1);
    let loud = sparse(&folder, "loud.wav", 20 * MIB + 1);
    let empty = sparse(&folder, "empty.png", 0);
    let text = sparse(&folder, "notes.txt", 5);
    for (path, kind, part) in [
        (
            big,
            ErrorKind::InvalidParameter,
            "10485761 bytes, but an image may have 10 MiB; make it smaller, or raise",
        ),
        (long, ErrorKind::InvalidParameter, "but a video may have 100 MiB"),
        (loud, ErrorKind::InvalidParameter, "but an audio file may have 20 MiB"),
        (empty, ErrorKind::InvalidParameter, "is empty"),
        (text, ErrorKind::InvalidParameter, "`notes.txt` is not accepted: jpg, png"),
        (folder.path().join("none.png"), ErrorKind::Io, "none.png` can't be read"),
        (folder.path().to_owned(), ErrorKind::Io, "is not a regular file"),
    ] {
        let error = stage.jogg.assets().upload_path(path).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(part), "{error}");
        assert!(!error.may_have_executed());
        assert_eq!(error.attempts(), 0);
    }
    assert!(stage.simulator.requests().is_empty());
}

async fn with_ticket(data: Value) -> (Stage, Result<Asset>) {
    let stage = Stage::new().await;
    stage.respond(&CREATE_ASSET_UPLOAD, data);
    let outcome = stage.jogg.assets().upload_bytes("a.png", "x").await;
    (stage, outcome)
}

#[tokio::test]
async fn fact_37_both_urls_are_checked_before_a_byte_is_sent() {
    let url = "https://a.example/f";
    for (data, part) in [
        (json!({"asset_url": url}), "its `sign_url` is missing"),
        (json!({"sign_url": "", "asset_url": url}), "its `sign_url` is missing"),
        (json!({"sign_url": url}), "its `asset_url` is missing"),
        (json!({"sign_url": url, "asset_url": null}), "its `asset_url` is missing"),
        (json!({"sign_url": "nowhere", "asset_url": url}), "its `sign_url` is not a URL"),
        (json!({"sign_url": "ftp://a/f", "asset_url": url}), "neither http nor https"),
        (json!({"sign_url": "http://192.0.2.1/f", "asset_url": url}), "plain http"),
        (json!({"sign_url": url, "asset_url": "f.png"}), "its `asset_url` is not a URL"),
        (json!({"sign_url": url, "asset_url": "file:///f.png"}), "`asset_url` is neither http nor"),
        (Value::Null, "its `sign_url` is missing"),
    ] {
        let (stage, outcome) = with_ticket(data).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
        assert!(error.to_string().contains(part), "{error}");
        assert_eq!(stage.simulator.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_of_the_storage_is_an_error() {
    let stage = Stage::new().await;
    // The simulator's storage refuses a signature it did not give.
    let forged = format!("{}/uploads/none/a.png?signature=forged", stage.simulator.base_url());
    stage.simulator.reply_next(&CREATE_ASSET_UPLOAD, ticket(forged, "https://a.example/f"));
    let error = stage.jogg.assets().upload_bytes("a.png", "x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::FileTransfer);
    assert_eq!(error.to_string(), "the storage refused `a.png`: HTTP 403");
    assert_eq!(error.http_status(), Some(403));
}

#[tokio::test]
async fn fact_37_any_2xx_of_the_storage_is_success() {
    for reply in [
        Reply::body(200, "text/plain", ""),
        Reply::body(204, "text/plain", ""),
        Reply::json(200, json!({"code": 0, "msg": "Success"})),
        Reply::json(200, json!({"code": 200, "message": "ok"})),
        Reply::body(201, "text/html", "<html>thanks</html>"),
    ] {
        let stage = Stage::new().await;
        stage.simulator.reply_next(ReplyTarget::Upload, reply);
        stage.jogg.assets().upload_bytes("a.png", "x").await.unwrap();
    }
}

#[tokio::test]
async fn name_and_type_can_be_set() {
    let stage = Stage::new().await;
    let file = Upload::bytes("blob", "x").filename("photo").content_type("image/avif");
    let asset = stage.jogg.assets().upload(file).await.unwrap();
    assert_eq!(asset.content_type, "image/avif");
    let ticket = &stage.simulator.requests()[0];
    let body: Value = serde_json::from_slice(&ticket.body).unwrap();
    assert_eq!((&body["filename"], &body["content_type"]), (&json!("photo"), &json!("image/avif")));
}

#[tokio::test]
async fn an_undocumented_field_of_the_ticket_can_be_sent() {
    let stage = Stage::new().await;
    let file = Upload::bytes("a.png", "x").extra("folder", "photos");
    stage.jogg.assets().upload(file).await.unwrap();
    let ticket: Value = serde_json::from_slice(&stage.simulator.requests()[0].body).unwrap();
    assert_eq!(ticket["folder"], "photos");
    let file = Upload::bytes("a.png", "x").extra("filename", "b.png");
    let error = stage.jogg.assets().upload(file).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "create_asset_upload: `filename` is a field of the request; set it by its own method"
    );
}

#[tokio::test]
async fn fact_39_an_asset_is_known_by_its_url_and_not_by_the_signed_one() {
    let stage = Stage::new().await;
    let base = stage.simulator.base_url();
    let asset_url = format!("{base}/files/asset/a.png");
    let sign_url = format!("{base}/uploads/asset/a.png?signature=planted-signature");
    stage.simulator.reply_next(&CREATE_ASSET_UPLOAD, ticket(sign_url, &asset_url));
    stage.simulator.reply_next(ReplyTarget::Upload, Reply::body(200, "text/plain", ""));
    let asset = stage.jogg.assets().upload_bytes("a.png", "x").await.unwrap();
    assert_eq!(asset.url, asset_url);
    assert_eq!(stage.simulator.requests()[1].path, "/uploads/asset/a.png");
}

#[tokio::test]
async fn a_transient_failure_is_retried_with_a_fresh_address() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("me.png");
    let pixels: Vec<u8> = (0..200_000_u32).map(|number| number as u8).collect();
    std::fs::write(&path, &pixels).unwrap();
    let unavailable = || Reply::body(503, "text/plain", "");
    for (reply, seconds) in [
        (Reply::reset(), 0.5),
        (Reply::body(408, "text/plain", ""), 0.5),
        (Reply::body(429, "text/plain", ""), 0.5),
        (Reply::body(500, "text/html", "<html></html>"), 0.5),
        (unavailable(), 0.5),
        (unavailable().header("retry-after", "30"), 30.0),
    ] {
        for file in [Upload::path(&path), Upload::bytes("me.png", pixels.clone())] {
            let stage = Stage::new().await;
            stage.simulator.reply_next(ReplyTarget::Upload, reply.clone());
            let asset = stage.jogg.assets().upload(file).await.unwrap();
            assert_eq!(stage.clock.now(), Duration::from_secs_f64(seconds), "{reply:?}");
            let requests = stage.simulator.requests();
            let [ticket, put, other_ticket, other_put] = requests.as_slice() else {
                panic!("{requests:?}");
            };
            assert_eq!(ticket.body, other_ticket.body);
            assert!(put.path != other_put.path && put.query != other_put.query, "an old ticket");
            assert!(put.body == pixels && other_put.body == pixels, "another body");
            let id = other_put.path.split('/').nth(2).unwrap();
            assert!(asset.url.contains(id), "{} is not of {id}", asset.url);
        }
    }
}

#[tokio::test]
async fn retries_are_limited_and_made_only_where_they_help() {
    let usual = CallOptions::new;
    for (status, options, attempts, seconds) in [
        (500, usual(), 3, 1.5),
        (429, usual(), 3, 1.5),
        (500, usual().max_attempts(9), 3, 1.5),
        (500, usual().max_attempts(1), 1, 0.0),
        (500, usual().deadline(Duration::from_secs(1)), 2, 0.5),
        (302, usual(), 1, 0.0),
        (400, usual(), 1, 0.0),
        (401, usual(), 1, 0.0),
        (403, usual(), 1, 0.0),
        (404, usual(), 1, 0.0),
        (413, usual(), 1, 0.0),
    ] {
        let stage = Stage::new().await;
        for _ in 0..9 {
            stage.simulator.reply_next(ReplyTarget::Upload, Reply::body(status, "text/plain", ""));
        }
        let assets = stage.jogg.with_options(options).assets();
        let error = assets.upload_bytes("a.png", "x").await.unwrap_err();
        assert_eq!((error.kind(), error.http_status()), (ErrorKind::FileTransfer, Some(status)));
        assert_eq!(
            (error.attempts(), error.is_retryable()),
            (attempts, status == 429 || status == 500)
        );
        assert_eq!(stage.simulator.requests().len() as u32, 2 * attempts, "{status}");
        assert_eq!(stage.clock.now(), Duration::from_secs_f64(seconds), "{status}");
        assert_eq!(error.to_string().contains("not followed"), status == 302, "{error}");
    }
}

#[tokio::test]
async fn an_upload_keeps_to_the_client_s_policy() {
    let policy = RetryPolicy::new;
    for (policy, attempts) in [
        (RetryPolicy::default(), 3),
        (RetryPolicy::never(), 1),
        (policy().max_attempts(2), 2),
        (policy().total(Duration::from_millis(1500)), 2),
        (policy().total(Duration::from_millis(500)), 1),
        (policy().budget(1.0), 2),
        (policy().budget(0.0), 1),
    ] {
        let with_policy = |builder: JoggBuilder| builder.retry_policy(policy.clone());
        let stage = Stage::with_client(with_policy).await;
        for _ in 0..4 {
            stage.simulator.reply_next(ReplyTarget::Upload, Reply::body(500, "text/plain", ""));
        }
        let error = stage.jogg.assets().upload_bytes("a.png", "x").await.unwrap_err();
        assert_eq!(error.attempts(), attempts, "{policy:?}");
    }
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_not_begun() {
    let stage = Stage::new().await;
    let reply = Reply::body(503, "text/plain", "").header("retry-after", "121");
    stage.simulator.reply_next(ReplyTarget::Upload, reply);
    let error = stage.jogg.assets().upload_bytes("a.png", "x").await.unwrap_err();
    assert_eq!((error.attempts(), error.retry_after()), (1, Some(Duration::from_secs(121))));
    assert_eq!(stage.clock.now(), Duration::ZERO);
}

#[tokio::test]
async fn an_upload_without_a_response_is_retried_after_its_timeout() {
    let stage = Stage::new().await;
    stage.simulator.reply_next(ReplyTarget::Upload, Reply::never());
    let uploaded = tokio::spawn(stage.jogg.assets().upload_bytes("a.png", "x"));
    until(|| stage.simulator.requests().len() == 2).await;
    stage.clock.advance(Duration::from_secs(60));
    soon(uploaded).await.unwrap().unwrap();
    assert_eq!(stage.simulator.requests().len(), 4);
}

/// Does something to the file at a moment of its upload.
type Meddler = fn(&Path);

#[tokio::test]
async fn a_file_that_changes_meanwhile_is_an_error() {
    // Whole chunks, so that only reading beyond the last one shows what follows it.
    const SIZE: usize = 3 * 262_144;
    let grow: Meddler = |path| std::fs::write(path, vec![8; SIZE + 1]).unwrap();
    let shrink: Meddler = |path| std::fs::write(path, vec![8; 100_000]).unwrap();
    let remove: Meddler = |path| std::fs::remove_file(path).unwrap();
    // While the first chunk leaves, or when the last has left and the storage is about to fail.
    for (moment, meddle, part, puts) in [
        (262_144, grow, "`me.png` changed while it was uploaded", 0),
        (262_144, shrink, "`me.png` changed while it was uploaded", 0),
        (SIZE as u64, grow, "`me.png` changed while it was uploaded", 1),
        (SIZE as u64, remove, "me.png` can't be read", 1),
    ] {
        let stage = Stage::new().await;
        stage.simulator.reply_next(ReplyTarget::Upload, Reply::reset());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("me.png");
        std::fs::write(&path, vec![7; SIZE]).unwrap();
        let file = Upload::path(&path).on_progress(move |transferred| {
            if transferred.bytes == moment {
                meddle(&path);
            }
        });
        let error = stage.jogg.assets().upload(file).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
        assert!(error.to_string().contains(part), "{error}");
        assert_eq!((error.attempts(), error.is_retryable()), (1, false));
        assert_eq!(stage.simulator.request_count(&CREATE_ASSET_UPLOAD), 1);
        assert_eq!(stage.simulator.requests().len(), 1 + puts, "{part}");
        let waited = if puts == 0 { 0 } else { 500 };
        assert_eq!(stage.clock.now(), Duration::from_millis(waited), "{part}");
    }
}

#[tokio::test]
async fn progress_is_reported_chunk_by_chunk_and_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("me.png");
    for (size, steps) in [
        (1, vec![1]),
        (262_143, vec![262_143]),
        (262_144, vec![262_144]),
        (262_145, vec![262_144, 262_145]),
        (600_000, vec![262_144, 524_288, 600_000]),
    ] {
        std::fs::write(&path, vec![7; size]).unwrap();
        for file in [Upload::path(&path), Upload::bytes("me.png", vec![7; size])] {
            let stage = Stage::new().await;
            stage.simulator.reply_next(ReplyTarget::Upload, Reply::reset());
            let reported = Arc::new(Mutex::new(Vec::new()));
            let hook = Arc::clone(&reported);
            let file = file.on_progress(move |transferred| {
                assert_eq!(transferred.total, Some(size as u64));
                hook.lock().unwrap().push(transferred.bytes);
            });
            stage.jogg.assets().upload(file).await.unwrap();
            assert_eq!(*reported.lock().unwrap(), [steps.clone(), steps.clone()].concat());
        }
    }
}
