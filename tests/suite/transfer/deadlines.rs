//! Deadlines of transfers.

use std::fmt::Debug;
use std::time::Duration;

use jogg_api::operations::CREATE_ASSET_UPLOAD;
use jogg_api_ext::clock::Clock;
use jogg_api_ext::simulator::{Reply, ReplyTarget};
use jogg_api_ext::{CallOptions, Error, ErrorKind, Result};
use jogg_tests::{Stage, soon, until};

/// Starts a transfer, waits until the simulator has so many requests, moves the time on and returns
/// the error that the transfer ends with.
async fn after<T: Debug + Send + 'static>(
    stage: &Stage,
    transfer: impl Future<Output = Result<T>> + Send + 'static,
    requests: usize,
    seconds: u64,
) -> Error {
    let transfer = tokio::spawn(transfer);
    until(|| stage.simulator.requests().len() >= requests).await;
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
    let download = assets.download(url, folder.path().join("f.mp4"));
    let error = after(&stage, download, 6, 10).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::FileTransfer, 1));
    assert_eq!(error.to_string(), "the file host was not done within 10 s");
    assert_eq!(stage.clock.now(), Duration::from_secs(30));
}
