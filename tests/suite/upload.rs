//! Uploads and downloads over a socket.

use jogg_api::operations::CREATE_ASSET_UPLOAD;
use jogg_api_ext::simulator::{Reply, Target};
use jogg_api_ext::{Asset, ErrorKind, Result, Upload};
use jogg_tests::{KEY, Stage, wire};
use serde_json::{Value, json};

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
        format!("GET /file\naccept: */*\nhost: 127.0.0.1\nuser-agent: jogg-api-ext/{version}\n")
    );
}

#[tokio::test]
async fn files_the_storage_would_refuse_are_refused_before_the_call() {
    let stage = Stage::new().await;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, size: u64| {
        let path = folder.path().join(name);
        std::fs::File::create(&path).unwrap().set_len(size).unwrap();
        path
    };
    let big = write("big.png", 10_000_001);
    let long = write("long.mp4", 100_000_001);
    let loud = write("loud.wav", 20_000_001);
    let empty = write("empty.png", 0);
    let text = write("notes.txt", 5);
    for (path, kind, part) in [
        (big, ErrorKind::InvalidParameter, "10000001 bytes, but an image may have 10000000"),
        (long, ErrorKind::InvalidParameter, "but a video may have 100000000"),
        (loud, ErrorKind::InvalidParameter, "but an audio file may have 20000000"),
        (empty, ErrorKind::InvalidParameter, "is empty"),
        (text, ErrorKind::InvalidParameter, "`notes.txt` is not taken: jpg, png"),
        (folder.path().join("none.png"), ErrorKind::File, "none.png` cannot be read"),
        (folder.path().to_owned(), ErrorKind::File, "is no file"),
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
    stage.simulator.reply_next(
        &CREATE_ASSET_UPLOAD,
        Reply::json(200, json!({"code": 0, "msg": "", "data": data})),
    );
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
        (Value::Null, "its `sign_url` is missing"),
    ] {
        let (stage, outcome) = with_ticket(data).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedAnswer, "{error}");
        assert!(error.to_string().contains(part), "{error}");
        assert_eq!(stage.simulator.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_of_the_storage_is_an_error() {
    let stage = Stage::new().await;
    // The simulator's storage refuses a signature it did not give.
    let forged = format!("{}/uploads/none/a.png?signature=forged", stage.simulator.base_url());
    let data = json!({"sign_url": forged, "asset_url": "https://a.example/f"});
    stage
        .simulator
        .reply_next(&CREATE_ASSET_UPLOAD, Reply::json(200, json!({"code": 0, "data": data})));
    let error = stage.jogg.assets().upload_bytes("a.png", "x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transfer);
    assert_eq!(error.to_string(), "the storage did not take `a.png`: HTTP 403");
    assert_eq!(error.http_status(), Some(403));
}

#[tokio::test]
async fn fact_37_any_2xx_of_the_storage_is_success() {
    for reply in [
        Reply::raw(200, "text/plain", ""),
        Reply::raw(204, "text/plain", ""),
        Reply::json(200, json!({"code": 0, "msg": "Success"})),
        Reply::json(200, json!({"code": 200, "message": "ok"})),
        Reply::raw(201, "text/html", "<html>thanks</html>"),
    ] {
        let stage = Stage::new().await;
        stage.simulator.reply_next(Target::Upload, reply);
        stage.jogg.assets().upload_bytes("a.png", "x").await.unwrap();
    }
}

#[tokio::test]
async fn a_page_instead_of_the_file_does_not_replace_what_is_there() {
    let stage = Stage::new().await;
    let asset = stage.jogg.assets().upload_bytes("a.png", "x").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    std::fs::write(&path, "older").unwrap();
    for (reply, status) in [
        (Reply::raw(204, "image/png", ""), 204),
        (Reply::raw(200, "image/png", ""), 200),
        (Reply::raw(200, "text/html", "<html></html>"), 200),
        (Reply::json(200, json!({"code": 10104, "msg": "record not found"})), 200),
        (Reply::raw(403, "image/png", "x"), 403),
        (Reply::cut(200, "0123456789", 4), 200),
    ] {
        stage.simulator.reply_next(Target::Download, reply);
        let error = stage.jogg.assets().download(&asset.url, &path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transfer);
        assert!(error.http_status().is_none_or(|found| found == status), "{error:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "older");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "a partial file is left");
    }
}

#[tokio::test]
async fn name_and_type_can_be_told() {
    let stage = Stage::new().await;
    let file = Upload::bytes("blob", "x").filename("portrait").content_type("image/avif");
    let asset = stage.jogg.assets().upload(file).await.unwrap();
    assert_eq!(asset.content_type, "image/avif");
    let ticket = &stage.simulator.requests()[0];
    let body: Value = serde_json::from_slice(&ticket.body).unwrap();
    assert_eq!(
        (&body["filename"], &body["content_type"]),
        (&json!("portrait"), &json!("image/avif"))
    );
}

#[tokio::test]
async fn a_download_that_fails_leaves_nothing_behind() {
    let stage = Stage::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("video.mp4");
    std::fs::write(&path, "older").unwrap();
    let url = format!("{}/files/none/none.mp4", stage.simulator.base_url());
    let error = stage.jogg.assets().download(url, &path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transfer);
    assert!(error.to_string().contains("HTTP 404"), "{error}");
    let asset = stage.jogg.assets().upload_bytes("a.png", "x").await.unwrap();
    let nowhere = folder.path().join("missing").join("a.png");
    let error = stage.jogg.assets().download(&asset.url, &nowhere).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "older");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
