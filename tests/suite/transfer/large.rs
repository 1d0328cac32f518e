//! Files that are too large to hold.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jogg_api_ext::assets::{Download, Upload};
use jogg_tests::{Stage, soon};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::host::{accept, host, send_to};

/// Just under the limit of a video.
pub(super) const LARGE: u64 = 99_000_000;
/// More than sockets and the HTTP client hold of a transfer, and far less than [`LARGE`].
pub(super) const AHEAD: u64 = 24 * 1024 * 1024;

/// A file of so many zeros, none of which is on the disk.
pub(super) fn sparse(folder: &TempDir, name: &str, size: u64) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::File::create(&path).unwrap().set_len(size).unwrap();
    path
}

#[tokio::test]
async fn a_large_upload_holds_little() {
    let stage = Stage::new().await;
    let (listener, base_url) = host();
    send_to(&stage, &base_url);
    let folder = tempfile::tempdir().unwrap();
    let path = sparse(&folder, "f.mp4", LARGE);
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
    assert_eq!(steps.load(Ordering::SeqCst), 256 * 1024);
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
    let download =
        Download::new(format!("{base_url}/f.mp4")).attempts(1).on_progress(move |transferred| {
            assert_eq!(transferred.total, Some(LARGE));
            let step = transferred.bytes - before.swap(transferred.bytes, Ordering::SeqCst);
            assert!(step <= 512 * 1024, "{step} bytes at once");
            let under_way = sent.load(Ordering::SeqCst) - transferred.bytes;
            ahead.fetch_max(under_way, Ordering::SeqCst);
        });
    assert_eq!(soon(stage.jogg.assets().download(download, &path)).await.unwrap(), LARGE);
    soon(server).await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().len(), LARGE);
    let most = most.load(Ordering::SeqCst);
    assert!(most <= AHEAD, "{most} bytes were under way");
}
