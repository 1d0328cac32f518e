//! Transfers that are dropped, or ended by the other side, before they are done.

use std::fmt::Debug;
use std::pin::pin;
use std::task::{Context, Waker};

use jogg_api_ext::assets::{Download, Upload};
use jogg_api_ext::simulator::{Reply, ReplyTarget};
use jogg_api_ext::{ErrorKind, Jogg};
use jogg_tests::{KEY, Stage, soon, until};
use tokio::io::AsyncWriteExt;
use tokio::sync::{mpsc, oneshot};

use super::host::{accept, drain, host, send_to};
use super::large::{AHEAD, LARGE, sparse};

#[tokio::test]
async fn a_dropped_upload_stops() {
    let stage = Stage::new().await;
    let (listener, base_url) = host();
    send_to(&stage, &base_url);
    let folder = tempfile::tempdir().unwrap();
    let path = sparse(&folder, "f.mp4", LARGE);
    let (sender, mut progress) = mpsc::unbounded_channel();
    let file = Upload::path(&path).on_progress(move |transferred| {
        let _ = sender.send(*transferred);
    });
    let mut upload = Box::pin(stage.jogg.assets().upload(file));
    let (dropped, read_on) = oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        let (stream, received) = accept(&listener).await;
        read_on.await.unwrap();
        received + drain(stream).await
    });
    tokio::select! {
        outcome = &mut upload => panic!("{outcome:?}"),
        first = progress.recv() => assert_eq!(first.unwrap().total, Some(LARGE)),
    }
    drop(upload);
    dropped.send(()).unwrap();
    let received = soon(server).await.unwrap();
    assert!(received <= AHEAD, "{received} bytes were sent");
    // The hook is gone, and the file with it.
    soon(async { while progress.recv().await.is_some() {} }).await;
}

/// The storage responds before it has the file: nothing more is sent, and a success is none.
#[tokio::test]
async fn an_upload_with_an_early_response_stops() {
    for (status, attempts, part) in [
        (403, 1, "the storage refused `f.mp4`: HTTP 403"),
        (200, 3, "the storage responded before it had all of `f.mp4`"),
    ] {
        let stage = Stage::new().await;
        let (listener, base_url) = host();
        let folder = tempfile::tempdir().unwrap();
        let path = sparse(&folder, "f.mp4", LARGE);
        let server = tokio::spawn(async move {
            let mut connections = Vec::new();
            for _ in 0..attempts {
                let (mut stream, _) = accept(&listener).await;
                let head = format!("HTTP/1.1 {status} Early\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(head.as_bytes()).await.unwrap();
                connections.push(stream);
            }
            connections
        });
        (0..attempts).for_each(|_| send_to(&stage, &base_url));
        let error = soon(stage.jogg.assets().upload_path(&path)).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::FileTransfer, attempts));
        assert_eq!(error.to_string(), part);
        for connection in soon(server).await.unwrap() {
            let received = soon(drain(connection)).await;
            assert!(received <= AHEAD, "{received} bytes were sent");
        }
    }
}

fn partial_files(folder: &tempfile::TempDir) -> usize {
    let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().ends_with(".part")).count()
}

/// Polls a download until something has happened, then drops it.
async fn drop_after<T: Debug>(
    folder: &tempfile::TempDir,
    download: impl Future<Output = T>,
    until: impl Future<Output = ()>,
) {
    {
        let mut download = pin!(download);
        tokio::select! {
            outcome = &mut download => panic!("{outcome:?}"),
            () = until => assert_eq!(partial_files(folder), 1),
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "something is left");
}

#[tokio::test]
async fn a_dropped_download_leaves_nothing_behind() {
    let stage = Stage::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.mp4");
    // Before the response.
    stage.simulator.reply_next(ReplyTarget::Download, Reply::never());
    let url = format!("{}/files/f.mp4", stage.simulator.base_url());
    let arrived = until(|| !stage.simulator.requests().is_empty());
    drop_after(&folder, stage.jogg.assets().download(url, &path), arrived).await;
    // In the middle of the file.
    let (listener, base_url) = host();
    let server = tokio::spawn(async move {
        let (mut stream, _) = accept(&listener).await;
        let half = vec![b'x'; 50_000];
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await.unwrap();
        stream.write_all(&half).await.unwrap();
        drain(stream).await
    });
    let (sender, mut progress) = mpsc::unbounded_channel();
    let download = Download::new(format!("{base_url}/f.mp4")).on_progress(move |step| {
        let _ = sender.send(step.bytes);
    });
    let begun = async { assert!(progress.recv().await.unwrap() > 0) };
    drop_after(&folder, stage.jogg.assets().download(download, &path), begun).await;
    // The connection ends as well.
    soon(server).await.unwrap();
}

/// The partial file is made on another thread, which may get to it when nobody waits any more.
#[test]
fn a_download_dropped_at_its_start_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..50 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let jogg = Jogg::builder(KEY).base_url("http://127.0.0.1:9").build();
            let path = folder.path().join("f.mp4");
            let mut download = jogg.unwrap().assets().download("http://127.0.0.1:9/f.mp4", path);
            let polled = download.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending());
        });
        // Waits for what has begun.
        drop(runtime);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "something is left");
}
