//! Downloads over a socket.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jogg_api_ext::assets::Download;
use jogg_api_ext::clock::Clock;
use jogg_api_ext::simulator::{Reply, ReplyTarget};
use jogg_api_ext::{CallOptions, ErrorKind};
use jogg_tests::{Stage, soon, until};

const FILE: &str = "0123456789";

/// A stage, and the URL of a file on it.
async fn with_file() -> (Stage, String) {
    let stage = Stage::new().await;
    let asset = stage.jogg.assets().upload_bytes("a.png", FILE).await.unwrap();
    (stage, asset.url)
}

fn reply(status: u16) -> Reply {
    Reply::body(status, "text/plain", "x")
}

fn requests(stage: &Stage) -> usize {
    stage.simulator.requests().iter().filter(|request| request.method == "GET").count()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn fact_22_a_fresh_url_is_retried() {
    let html = || Reply::body(200, "Text/HTML; charset=utf-8", "<html></html>");
    for (early, seconds) in [
        (reply(202), 5),
        (reply(204), 5),
        (reply(403), 5),
        (reply(404), 5),
        (reply(408), 5),
        (reply(425), 5),
        (reply(429), 5),
        (reply(500), 5),
        (reply(503), 5),
        (html(), 5),
        (Reply::json(200, serde_json::json!({"code": 10104})), 5),
        (Reply::body(200, "image/png", ""), 5),
        (Reply::cut(200, FILE, 4).header("content-type", "image/png"), 5),
        (Reply::reset(), 5),
        (reply(503).header("retry-after", "2"), 5),
        (reply(503).header("retry-after", "30"), 30),
    ] {
        let (stage, url) = with_file().await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        stage.simulator.reply_next(ReplyTarget::Download, early.clone());
        let size = stage.jogg.assets().download(&url, &path).await.unwrap();
        assert_eq!((size, requests(&stage)), (10, 2), "{early:?}");
        assert_eq!(stage.clock.now(), Duration::from_secs(seconds), "{early:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), FILE);
        assert_eq!(names(folder.path()), ["a.png"]);
    }
}

#[tokio::test]
async fn fact_22_five_attempts_are_made_and_the_last_error_is_returned() {
    let usual = CallOptions::new;
    for (options, attempts, made, seconds) in [
        (usual(), None, 5, 45.8),
        (usual(), Some(2), 2, 5.0),
        (usual(), Some(0), 1, 0.0),
        (usual(), Some(6), 6, 65.8),
        (usual().max_attempts(3), None, 3, 13.0),
        (usual().max_attempts(3), Some(1), 1, 0.0),
        (usual().deadline(Duration::from_secs(10)), None, 2, 5.0),
    ] {
        let (stage, url) = with_file().await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        std::fs::write(&path, "older").unwrap();
        for number in 1..=6 {
            let status = if number == made { 404 } else { 503 };
            stage.simulator.reply_next(ReplyTarget::Download, reply(status));
        }
        let mut download = Download::new(&url);
        if let Some(attempts) = attempts {
            download = download.attempts(attempts);
        }
        let assets = stage.jogg.with_options(options).assets();
        let error = assets.download(download, &path).await.unwrap_err();
        assert_eq!((error.kind(), error.http_status()), (ErrorKind::FileTransfer, Some(404)));
        assert_eq!((error.attempts(), requests(&stage)), (made, made as usize));
        let waited = stage.clock.now().as_secs_f64();
        assert!((waited - seconds).abs() < 1e-6, "{waited}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "older");
        assert_eq!(names(folder.path()), ["a.png"]);
    }
}

#[tokio::test]
async fn what_no_retry_fixes_ends_a_download_at_once() {
    for (reply, part) in [
        (reply(206), "HTTP 206"),
        (reply(301), "redirects (HTTP 301) to an address that is missing"),
        (reply(400), "HTTP 400"),
        (reply(401), "HTTP 401"),
        (reply(410), "HTTP 410"),
        (reply(410).header("retry-after", "1"), "HTTP 410"),
        (reply(503).header("retry-after", "121"), "HTTP 503"),
    ] {
        let (stage, url) = with_file().await;
        let folder = tempfile::tempdir().unwrap();
        stage.simulator.reply_next(ReplyTarget::Download, reply);
        let path = folder.path().join("a.png");
        let error = stage.jogg.assets().download(&url, &path).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::FileTransfer, 1));
        assert!(error.to_string().contains(part), "{error}");
        let wait = part.contains("503").then_some(Duration::from_secs(121));
        assert_eq!((error.is_retryable(), error.retry_after()), (wait.is_some(), wait));
        assert_eq!((requests(&stage), stage.clock.now()), (1, Duration::ZERO));
        assert!(names(folder.path()).is_empty());
    }
}

#[tokio::test]
async fn a_client_that_makes_each_call_once_downloads_once() {
    let stage = Stage::without_retries().await;
    let asset = stage.jogg.assets().upload_bytes("a.png", FILE).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    for (download, attempts) in
        [(Download::new(&asset.url), 1), (Download::new(&asset.url).attempts(2), 2)]
    {
        for _ in 0..attempts {
            stage.simulator.reply_next(ReplyTarget::Download, reply(404));
        }
        let error = stage.jogg.assets().download(download, &path).await.unwrap_err();
        assert_eq!(error.attempts(), attempts);
    }
}

#[tokio::test]
async fn a_damaged_file_does_not_replace_what_is_there() {
    let stage = Stage::without_retries().await;
    let asset = stage.jogg.assets().upload_bytes("a.png", "x").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    std::fs::write(&path, "older").unwrap();
    for (reply, part) in [
        (Reply::body(200, "image/png", ""), "returned an empty file"),
        (Reply::body(200, "text/html", "<html></html>"), "returns HTML instead of the file"),
        (
            Reply::json(200, serde_json::json!({"code": 10104})),
            "returns JSON instead of the file: 10104",
        ),
        (Reply::body(403, "image/png", "x"), "HTTP 403"),
        (Reply::cut(200, FILE, 4).header("content-type", "image/png"), "the connection"),
        (Reply::reset(), "could not be reached"),
    ] {
        stage.simulator.reply_next(ReplyTarget::Download, reply);
        let error = stage.jogg.assets().download(&asset.url, &path).await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::FileTransfer, true));
        assert!(error.to_string().contains(part), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "older");
        assert_eq!(names(folder.path()), ["a.png"], "a partial file is left");
    }
}

#[tokio::test]
async fn what_cannot_be_written_or_requested_is_not_tried() {
    let (stage, url) = with_file().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.png");
    for (url, path, kind, part) in [
        (url.as_str(), folder.path().join("missing/a.png"), ErrorKind::Io, "can't be written"),
        (&url, folder.path().to_owned(), ErrorKind::Io, "can't be written"),
        (&url, "/".into(), ErrorKind::Io, "can't be written"),
        (&url, "..".into(), ErrorKind::Io, "can't be written"),
        (&url, "".into(), ErrorKind::Io, "can't be written"),
        ("nowhere", file.clone(), ErrorKind::InvalidParameter, "is not a URL"),
        ("ftp://a/f", file.clone(), ErrorKind::InvalidParameter, "neither http nor https"),
        ("http://192.0.2.1/f", file.clone(), ErrorKind::InvalidParameter, "plain http"),
    ] {
        let error = stage.jogg.assets().download(url, &path).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (kind, 0), "{error}");
        assert!(error.to_string().contains(part), "{error}");
        assert!(!error.is_retryable());
    }
    assert_eq!((requests(&stage), stage.clock.now()), (0, Duration::ZERO));
    assert!(names(folder.path()).is_empty());
}

/// The folder is gone when the file is to be put in its place.
#[cfg(unix)]
#[tokio::test]
async fn a_disk_error_is_not_retried() {
    let (stage, url) = with_file().await;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("folder");
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("a.png");
    let download =
        Download::new(&url).on_progress(move |_| std::fs::remove_dir_all(&folder).unwrap());
    let error = stage.jogg.assets().download(download, &path).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Io, 1), "{error}");
    assert_eq!((requests(&stage), stage.clock.now()), (1, Duration::ZERO));
}

#[tokio::test]
async fn a_download_without_a_response_is_retried_after_its_timeout() {
    let (stage, url) = with_file().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    for (options, seconds) in
        [(CallOptions::new(), 30), (CallOptions::new().timeout(Duration::from_secs(7)), 7)]
    {
        let (before, start) = (requests(&stage), stage.clock.now());
        stage.simulator.reply_next(ReplyTarget::Download, Reply::never());
        let assets = stage.jogg.with_options(options).assets();
        let download = tokio::spawn(assets.download(&url, &path));
        until(|| requests(&stage) > before).await;
        stage.clock.advance(Duration::from_secs(seconds));
        assert_eq!(soon(download).await.unwrap().unwrap(), 10);
        assert_eq!(requests(&stage), before + 2);
        assert_eq!(stage.clock.now() - start, Duration::from_secs(seconds + 5));
    }
}

#[tokio::test]
async fn progress_is_reported_as_bytes_are_written() {
    let (stage, url) = with_file().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    let drip = Reply::drip(200, FILE, 4, Duration::ZERO).header("content-type", "image/png");
    let cut = Reply::cut(200, FILE, 4).header("content-type", "image/png");
    stage.simulator.reply_next(ReplyTarget::Download, cut);
    stage.simulator.reply_next(ReplyTarget::Download, drip);
    let reported = Arc::new(Mutex::new(Vec::new()));
    let hook = Arc::clone(&reported);
    let download = Download::new(&url).on_progress(move |transferred| {
        assert_eq!(transferred.total, Some(10));
        hook.lock().unwrap().push(transferred.bytes);
    });
    stage.jogg.assets().download(download, &path).await.unwrap();
    let reported = reported.lock().unwrap();
    // Four of the attempt that was cut, then all, in pieces that the network decides.
    assert_eq!((reported[0], reported.last()), (4, Some(&10)));
    assert!(reported[1..].is_sorted(), "{reported:?}");
}
