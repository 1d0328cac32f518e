//! Uploads of readers and streams, which can be read once.

use std::io;

use futures_util::stream;
use jogg_api::operations::CREATE_ASSET_UPLOAD;
use jogg_api_ext::ErrorKind;
use jogg_api_ext::assets::Upload;
use jogg_api_ext::jogg_api::bytes::Bytes;
use jogg_api_ext::simulator::{Reply, ReplyTarget};
use jogg_tests::{Stage, connections, soon};
use tokio::io::AsyncWriteExt;

use super::host::send_to;

const SIZE: usize = 600_000;

fn content(size: usize) -> Vec<u8> {
    (0..size).map(|number| number as u8).collect()
}

/// A reader and a stream of these bytes, that say to have others.
fn both(bytes: &[u8], size: u64) -> [Upload; 2] {
    let items: Vec<Result<Bytes, io::Error>> =
        bytes.chunks(70_000).map(|item| Ok(Bytes::copy_from_slice(item))).collect();
    [
        Upload::reader("a.mp4", size, io::Cursor::new(bytes.to_vec())),
        Upload::stream("a.mp4", size, stream::iter(items)),
    ]
}

#[tokio::test]
async fn readers_and_streams_are_sent_with_their_size() {
    for size in [1, 262_144, SIZE] {
        for upload in both(&content(size), size as u64) {
            let stage = Stage::new().await;
            let asset = soon(stage.jogg.assets().upload(upload)).await.unwrap();
            assert_eq!(asset.size, size as u64);
            let requests = stage.simulator.requests();
            assert!(requests[1].body == content(size), "another body");
            assert_eq!(requests[1].headers["content-length"], size.to_string());
        }
    }
    // One item larger than a piece, and empty ones between others.
    let stage = Stage::new().await;
    let items = ["", "0123", "", "456789", ""].map(|item| Ok::<_, io::Error>(Bytes::from(item)));
    let upload = Upload::stream("a.mp4", 10, stream::iter(items));
    soon(stage.jogg.assets().upload(upload)).await.unwrap();
    assert_eq!(stage.simulator.requests()[1].body, "0123456789");
}

#[tokio::test]
async fn a_reader_of_another_size_than_stated_is_an_error_and_no_file() {
    for (stated, part) in [
        (SIZE as u64 + 1, "the reader of `a.mp4` ended after 600000 of 600001 bytes"),
        (SIZE as u64 - 1, "the reader of `a.mp4` has more than the 599999 bytes it should have"),
        (500_000, "has more than the 500000 bytes"),
        // Where a piece ends.
        (490_000, "has more than the 490000 bytes"),
        (524_288, "has more than the 524288 bytes"),
        (0, "`a.mp4` is empty"),
        (101 * 1024 * 1024, "but a video may have 100 MiB"),
    ] {
        for upload in both(&content(SIZE), stated) {
            let stage = Stage::new().await;
            let error = soon(stage.jogg.assets().upload(upload)).await.unwrap_err();
            assert!(error.to_string().contains(part), "{error}");
            assert!(!error.is_retryable());
            // The storage never has all that was announced.
            let puts = stage.simulator.requests().len().saturating_sub(1);
            assert_eq!(puts, 0, "{part}");
        }
    }
}

#[tokio::test]
async fn a_reader_that_fails_is_an_error() {
    let stage = Stage::new().await;
    let items = [Ok(Bytes::from_static(b"01")), Err(io::Error::other("the disk is gone"))];
    let upload = Upload::stream("a.mp4", 4, stream::iter(items));
    let error = soon(stage.jogg.assets().upload(upload)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(error.to_string(), "the content of `a.mp4` can't be read: the disk is gone");
}

#[tokio::test]
async fn a_reader_is_not_retried_once_bytes_of_it_were_sent() {
    for upload in both(&content(SIZE), SIZE as u64) {
        let stage = Stage::new().await;
        stage.simulator.reply_next(ReplyTarget::Upload, Reply::body(503, "text/plain", ""));
        let assets = stage.jogg.assets();
        let error = soon(assets.upload(upload.clone())).await.unwrap_err();
        assert_eq!((error.http_status(), error.attempts()), (Some(503), 1));
        let note = "HTTP 503; it isn't retried, as its reader can't be rewound";
        assert!(error.to_string().ends_with(note) && !error.is_retryable(), "{error}");
        // Its clone is the same reader.
        let error = soon(assets.upload(upload)).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidParameter, 0));
        assert!(error.to_string().contains("the reader was used up before"), "{error}");
        assert_eq!(stage.simulator.request_count(&CREATE_ASSET_UPLOAD), 1);
    }
}

/// Nothing of it was read, so nothing has to be rewound.
#[tokio::test]
async fn a_reader_survives_an_attempt_without_a_connection() {
    for upload in both(&content(SIZE), SIZE as u64) {
        let stage = Stage::new().await;
        let (nowhere, _taken) = connections::refusing();
        send_to(&stage, &nowhere);
        soon(stage.jogg.assets().upload(upload)).await.unwrap();
        assert!(stage.simulator.requests().pop().unwrap().body == content(SIZE), "another body");
    }
}

/// A pipe within the process: what is read isn't there before it is written.
#[tokio::test]
async fn a_reader_may_take_its_time() {
    let stage = Stage::new().await;
    let (mut near, far) = tokio::io::duplex(1000);
    let upload = tokio::spawn(stage.jogg.assets().upload(Upload::reader("a.mp4", 5000, far)));
    for _ in 0..5 {
        near.write_all(&[7; 1000]).await.unwrap();
        tokio::task::yield_now().await;
    }
    drop(near);
    assert_eq!(soon(upload).await.unwrap().unwrap().size, 5000);
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_is_no_file_to_upload() {
    let stage = Stage::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp4");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    for path in [path.as_path(), std::path::Path::new("/dev/zero")] {
        let upload = Upload::path(path).filename("a.mp4");
        let error = soon(stage.jogg.assets().upload(upload)).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Io, 0));
        assert!(error.to_string().ends_with("is not a regular file"), "{error}");
    }
    assert!(stage.simulator.requests().is_empty());
}
