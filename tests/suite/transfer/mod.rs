//! Uploads and downloads of large files, with deadlines, and with hosts other than the API.

mod download;
mod ended_early;
mod upload;

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jogg_api::operations::CREATE_ASSET_UPLOAD;
use jogg_api_ext::assets::{Download, Upload};
use jogg_api_ext::clock::Clock;
use jogg_api_ext::simulator::{Reply, ReplyTarget, Simulator};
use jogg_api_ext::{CallOptions, Error, ErrorKind, Result};
use jogg_tests::{KEY, Stage, connections, secrets, soon};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Just under the limit of a video.
const LARGE: u64 = 99_000_000;
/// More than sockets and the HTTP client hold of a transfer, and far less than [`LARGE`].
const AHEAD: u64 = 24 * 1024 * 1024;
const SECRET: &str = "planted-signature";

/// Makes the next upload of a stage go to another host.
fn send_to(stage: &Stage, host: &str) {
    let data = json!({
        "sign_url": format!("{host}/uploads/f.mp4?signature={SECRET}"),
        "asset_url": format!("{host}/files/f.mp4?token={SECRET}"),
    });
    let reply = Reply::json(200, json!({"code": 0, "msg": "", "data": data}));
    stage.simulator.reply_next(&CREATE_ASSET_UPLOAD, reply);
}

#[tokio::test]
async fn the_file_host_never_gets_the_key() {
    let stage = Stage::new().await;
    let host = Simulator::start().await.unwrap();
    for status in [503, 200] {
        send_to(&stage, host.base_url());
        host.reply_next(ReplyTarget::Upload, Reply::body(status, "text/plain", ""));
    }
    let asset = stage.jogg.assets().upload_bytes("f.mp4", "x").await.unwrap();
    for status in [404, 200] {
        host.reply_next(ReplyTarget::Download, Reply::body(status, "video/mp4", "x"));
    }
    let folder = tempfile::tempdir().unwrap();
    stage.jogg.assets().download(&asset.url, folder.path().join("f.mp4")).await.unwrap();
    let requests = host.requests();
    let methods: Vec<_> = requests.iter().map(|request| request.method.as_str()).collect();
    assert_eq!(methods, ["PUT", "PUT", "GET", "GET"]);
    for request in requests {
        let head = format!("{} {} {:?}", request.path, request.query, request.headers);
        assert!(!head.contains(KEY) && !head.to_lowercase().contains("x-api-key"), "{head}");
        assert!(request.query.contains(SECRET), "{head}");
    }
}

#[tokio::test]
async fn no_signed_url_shows_in_errors_or_values() {
    let stage = Stage::without_retries().await;
    let host = Simulator::start().await.unwrap();
    let (nowhere, _taken) = connections::refusing();
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = format!("{}/files/g.mp4?token={SECRET}", host.base_url());
    let mut texts = Vec::new();
    for (base, reply) in [
        (host.base_url(), Reply::body(403, "text/plain", SECRET)),
        (host.base_url(), Reply::body(302, "text/plain", "").header("location", &elsewhere)),
        (host.base_url(), Reply::reset()),
        (host.base_url(), Reply::body(500, "text/plain", SECRET)),
        (&nowhere, Reply::pass_through()),
    ] {
        send_to(&stage, base);
        host.reply_next(ReplyTarget::Upload, reply.clone());
        let error = stage.jogg.assets().upload_bytes("f.mp4", "x").await.unwrap_err();
        texts.push(secrets::shown(&error));
        host.reply_next(ReplyTarget::Download, reply);
        let url = format!("{base}/files/f.mp4?token={SECRET}");
        let download = Download::new(&url, folder.path().join("f.mp4"));
        texts.push(format!("{download:?} {download:#?}"));
        let error = stage.jogg.assets().download_with(download).await.unwrap_err();
        texts.push(secrets::shown(&error));
    }
    host.clear_replies();
    host.reply_next(ReplyTarget::Upload, Reply::body(200, "text/plain", ""));
    send_to(&stage, host.base_url());
    let upload = Upload::bytes("f.mp4", "x");
    texts.push(format!("{upload:?} {upload:#?}"));
    let asset = stage.jogg.assets().upload(upload).await.unwrap();
    assert!(asset.url.contains(SECRET), "it is given as it is");
    texts.push(format!("{asset:?} {asset:#?}"));
    for text in ["f.mp4?token", "//f.mp4#token", "ftp://h/f.mp4?token"] {
        let url = format!("{text}={SECRET}");
        let download = Download::new(&url, folder.path().join("f.mp4"));
        texts.push(format!("{download:?}"));
        let error = stage.jogg.assets().download_with(download).await.unwrap_err();
        texts.push(secrets::shown(&error));
    }
    for text in texts {
        assert!(!text.contains(SECRET), "{text}");
    }
}

/// A host of the test's own, which holds back little of what is sent to it.
fn host() -> (TcpListener, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 * 1024).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(8).unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    (listener, base_url)
}

/// Accepts a connection and reads the head of its request; also how much of the body came along.
async fn accept(listener: &TcpListener) -> (TcpStream, u64) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut received = Vec::new();
    loop {
        assert_ne!(stream.read_buf(&mut received).await.unwrap(), 0, "the head is cut");
        if let Some(end) = received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            return (stream, (received.len() - end - 4) as u64);
        }
    }
}

/// Reads what still comes until the client ends the connection, one way or another.
async fn drain(mut stream: TcpStream) -> u64 {
    let (mut total, mut buffer) = (0, vec![0; 64 * 1024]);
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        total += read as u64;
    }
    total
}

/// Starts a transfer, waits until the simulator has so many requests, moves the time on and gives
/// the error the transfer ends with.
async fn after<T: Debug + Send + 'static>(
    stage: &Stage,
    transfer: impl Future<Output = Result<T>> + Send + 'static,
    requests: usize,
    seconds: u64,
) -> Error {
    let transfer = tokio::spawn(transfer);
    let received = async {
        while stage.simulator.requests().len() < requests {
            tokio::task::yield_now().await;
        }
    };
    soon(received).await;
    stage.clock.advance(Duration::from_secs(seconds));
    soon(transfer).await.unwrap().unwrap_err()
}

#[tokio::test]
async fn a_deadline_is_for_the_whole() {
    let stage = Stage::new().await;
    let options = CallOptions::new().deadline(Duration::from_secs(10));
    let assets = stage.jogg.with_options(options).assets();
    // Six seconds are for waiting, so that four are left for the second ticket.
    let later = Reply::body(503, "text/plain", "").header("retry-after", "6");
    stage.simulator.reply_next(ReplyTarget::Upload, later);
    stage.simulator.reply_next(&CREATE_ASSET_UPLOAD, Reply::pass_through());
    stage.simulator.reply_next(&CREATE_ASSET_UPLOAD, Reply::never());
    let error = after(&stage, assets.upload_bytes("a.png", "x"), 3, 4).await;
    assert_eq!((error.kind(), stage.clock.now()), (ErrorKind::Timeout, Duration::from_secs(10)));

    stage.simulator.reply_next(ReplyTarget::Upload, Reply::never());
    let error = after(&stage, assets.upload_bytes("a.png", "x"), 5, 10).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::FileTransfer, 1));
    assert_eq!(error.to_string(), "`a.png` was not accepted within 10 s");

    stage.simulator.reply_next(ReplyTarget::Download, Reply::never());
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}/files/f.mp4", stage.simulator.base_url());
    let download = assets.download_with(Download::new(url, folder.path().join("f.mp4")));
    let error = after(&stage, download, 6, 10).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::FileTransfer, 1));
    assert_eq!(error.to_string(), "the file host was not done within 10 s");
    assert_eq!(stage.clock.now(), Duration::from_secs(30));
}

#[tokio::test]
async fn a_large_upload_holds_little() {
    let stage = Stage::new().await;
    let (listener, base_url) = host();
    send_to(&stage, &base_url);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.mp4");
    // Sparse: all zeros, and none of them on the disk.
    std::fs::File::create(&path).unwrap().set_len(LARGE).unwrap();
    let (gone, steps) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (counted, largest) = (Arc::clone(&gone), Arc::clone(&steps));
    let file = Upload::path(&path).on_progress(move |transferred| {
        let before = counted.swap(transferred.bytes, Ordering::SeqCst);
        largest.fetch_max(transferred.bytes - before, Ordering::SeqCst);
    });
    let server = tokio::spawn(async move {
        let (mut stream, mut received) = accept(&listener).await;
        let mut buffer = vec![0; 64 * 1024];
        while received < LARGE {
            // A slow host: the client may do what it likes before the next piece is taken.
            if received < 4 * 1024 * 1024 {
                let mut idle = 0;
                while idle < 1000 {
                    let before = gone.load(Ordering::SeqCst);
                    tokio::task::yield_now().await;
                    idle = if gone.load(Ordering::SeqCst) == before { idle + 1 } else { 0 };
                }
            }
            let ahead = gone.load(Ordering::SeqCst).saturating_sub(received);
            assert!(ahead <= AHEAD, "{ahead} bytes are under way");
            received += stream.read(&mut buffer).await.unwrap() as u64;
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        received
    });
    let asset = soon(stage.jogg.assets().upload(file)).await.unwrap();
    assert_eq!((asset.size, soon(server).await.unwrap()), (LARGE, LARGE));
    assert_eq!(steps.load(Ordering::SeqCst), 64 * 1024);
}

#[tokio::test]
async fn a_large_download_holds_little() {
    let stage = Stage::new().await;
    let (listener, base_url) = host();
    let sent = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&sent);
    let server = tokio::spawn(async move {
        let (mut stream, _) = accept(&listener).await;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {LARGE}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let zeros = vec![0; 64 * 1024];
        let mut left = LARGE;
        while left > 0 {
            let piece = left.min(zeros.len() as u64);
            counted.fetch_add(piece, Ordering::SeqCst);
            stream.write_all(&zeros[..piece as usize]).await.unwrap();
            left -= piece;
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.mp4");
    let (before, most) = (AtomicU64::new(0), Arc::new(AtomicU64::new(0)));
    let ahead = Arc::clone(&most);
    let download = Download::new(format!("{base_url}/f.mp4"), &path).attempts(1).on_progress(
        move |transferred| {
            assert_eq!(transferred.total, Some(LARGE));
            let step = transferred.bytes - before.swap(transferred.bytes, Ordering::SeqCst);
            assert!(step <= 64 * 1024, "{step} bytes at once");
            let under_way = sent.load(Ordering::SeqCst) - transferred.bytes;
            ahead.fetch_max(under_way, Ordering::SeqCst);
        },
    );
    assert_eq!(soon(stage.jogg.assets().download_with(download)).await.unwrap(), LARGE);
    soon(server).await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().len(), LARGE);
    let most = most.load(Ordering::SeqCst);
    assert!(most <= AHEAD, "{most} bytes were under way");
}
