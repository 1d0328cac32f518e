//! Downloads that go on where they were cut.

use std::time::Duration;

use jogg_api_ext::ErrorKind;
use jogg_api_ext::assets::Download;
use jogg_api_ext::clock::Clock;
use jogg_tests::{Stage, soon, until};
use tokio::sync::mpsc;

use super::scripted::{Script, Scripted};

const TAG: &str = "etag: \"v1\"\r\n";

/// The first four bytes of a file of ten, with these headers.
fn cut(headers: &str) -> Script {
    Script::file(headers, "0123456789").cut(4)
}

fn part(headers: &str, body: &str) -> Script {
    let headers = format!("content-length: {}\r\n{headers}", body.len());
    Script::new("206 Partial Content", &headers, body)
}

fn range(range: &str) -> String {
    format!("content-range: bytes {range}\r\n")
}

#[tokio::test]
async fn a_cut_download_requests_what_is_missing() {
    let silent = "transfer-encoding: chunked\r\n";
    let chunked = |end: &str| {
        let body = format!("4\r\n0123\r\n{end}");
        Script::new("200 OK", &format!("{silent}{TAG}"), body)
    };
    for (first, second) in [
        (cut(TAG), part(&format!("{TAG}{}", range("4-9/10")), "456789")),
        // A part needs neither tag nor total.
        (cut(TAG), part(&range("4-9/*"), "456789")),
        // An end that is lost, of a file whose length isn't known.
        (chunked(""), part(&range("4-9/10"), "456789")),
        (chunked("x\r\n"), part(&range("4-9/10"), "456789")),
    ] {
        let stage = Stage::new().await;
        let host = Scripted::start([first.clone(), second.clone()]).await;
        let bytes = soon(stage.jogg.assets().download_bytes(host.url())).await.unwrap();
        assert_eq!(bytes, "0123456789", "{first:?} {second:?}");
        assert_eq!(host.header("range"), [None, Some("bytes=4-".to_owned())]);
        assert_eq!(host.header("if-range"), [None, Some("\"v1\"".to_owned())]);
        assert_eq!(host.header("accept-encoding"), vec![Some("identity".to_owned()); 2]);
        assert_eq!(stage.clock.now(), Duration::from_secs(5));
    }
}

#[tokio::test]
async fn a_whole_file_whose_end_was_lost_is_not_requested_again() {
    let stage = Stage::new().await;
    let body = "4\r\n0123\r\n";
    let chunked = Script::new("200 OK", &format!("transfer-encoding: chunked\r\n{TAG}"), body);
    let nothing = "content-length: 0\r\ncontent-range: bytes */4\r\n";
    let host = Scripted::start([chunked, Script::new("416 No", nothing, "")]).await;
    assert_eq!(soon(stage.jogg.assets().download_bytes(host.url())).await.unwrap(), "0123");
}

#[tokio::test]
async fn what_cannot_be_resumed_starts_over() {
    let whole = |headers: &str| Script::file(headers, "ABCDEFGHIJ");
    let chunked = || {
        let headers = format!("transfer-encoding: chunked\r\n{TAG}");
        Script::new("200 OK", &headers, "4\r\n0123\r\n")
    };
    for (first, second, third, resumed) in [
        // Nothing to recognize the file by.
        (cut(""), whole(""), None, false),
        (cut("etag: W/\"v1\"\r\n"), whole("etag: W/\"v1\"\r\n"), None, false),
        (cut("etag: v1\r\n"), whole(""), None, false),
        // Another file by now.
        (cut(TAG), whole("etag: \"v2\"\r\n"), None, true),
        (cut(TAG), whole(""), None, true),
        // Another part than requested, or of another file.
        (cut(TAG), part(&range("5-9/10"), "56789"), Some(whole("")), true),
        (cut(TAG), part(&range("0-9/10"), "0123456789"), Some(whole("")), true),
        (cut(TAG), part(&range("4-9/11"), "456789"), Some(whole("")), true),
        (cut(TAG), part("", "456789"), Some(whole("")), true),
        (
            cut(TAG),
            part(&format!("etag: \"v2\"\r\n{}", range("4-9/10")), "456789"),
            Some(whole("")),
            true,
        ),
        (
            cut(TAG),
            Script::new("416 No", "content-length: 0\r\ncontent-range: bytes */2\r\n", ""),
            Some(whole("")),
            true,
        ),
        // More than was announced.
        (cut(TAG), part(&range("4-9/10"), "456789X"), Some(whole("")), true),
        // A part of a file of unknown size may be followed by others.
        (chunked(), part(&range("4-6/*"), "456"), Some(whole("")), true),
        (chunked(), part(&range("4-9/10"), "456"), Some(whole("")), true),
        // The same tag, and a file of another size.
        (Script::file(TAG, "0123456789abc").cut(4), whole(TAG), None, true),
        (chunked(), Script::file(TAG, "012"), Some(whole("")), true),
        (
            cut(TAG),
            Script::new("416 No", "content-length: 0\r\ncontent-range: bytes */4\r\n", ""),
            Some(whole("")),
            true,
        ),
    ] {
        let stage = Stage::new().await;
        let scripts = [Some(first.clone()), Some(second.clone()), third].into_iter().flatten();
        let host = Scripted::start(scripts).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.mp4");
        assert_eq!(soon(stage.jogg.assets().download(host.url(), &path)).await.unwrap(), 10);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "ABCDEFGHIJ", "{first:?} {second:?}");
        assert_eq!(host.header("range")[1].is_some(), resumed, "{first:?}");
        assert!(host.header("range").get(2).is_none_or(Option::is_none), "{second:?}");
    }
}

/// What is no rest of a file, or not all of it, is followed by another request for the rest.
#[tokio::test]
async fn a_file_is_as_long_as_was_said_of_it_before() {
    let page = format!("content-type: text/html\r\n{}", range("4-9/10"));
    for (second, from) in [
        // A length that isn't known until the connection ends.
        (Script::new("200 OK", TAG, "0123456"), 7),
        (Script::new("206 Partial Content", &range("4-9/*"), "456"), 7),
        (part(&range("4-6/10"), "456"), 7),
        (part(&page, "<html>"), 4),
    ] {
        let rest = part(&range(&format!("{from}-9/10")), &"0123456789"[from..]);
        let stage = Stage::new().await;
        let host = Scripted::start([cut(TAG), second.clone(), rest]).await;
        let bytes = soon(stage.jogg.assets().download_bytes(host.url())).await.unwrap();
        assert_eq!(bytes, "0123456789", "{second:?}");
        assert_eq!(host.header("range")[2], Some(format!("bytes={from}-")), "{second:?}");
    }
}

/// Who can't go back learns why it doesn't go on.
#[tokio::test]
async fn a_stream_that_cannot_go_on_says_why() {
    let gone = Script::new("416 No", "content-length: 0\r\n", "");
    for (second, reason) in [
        (gone, "the file host no longer has the rest"),
        (part(&range("5-9/10"), "56789"), "the file host returned another part of the file"),
        (part(&range("4-9/10"), "456"), "the file host returned another part of the file"),
    ] {
        let stage = Stage::new().await;
        let host = Scripted::start([cut(TAG), second]).await;
        let mut stream = stage.jogg.assets().download_stream(host.url());
        assert_eq!(soon(stream.next()).await.unwrap().unwrap(), "0123");
        let error = soon(stream.next()).await.unwrap().unwrap_err();
        assert!(error.to_string().starts_with(reason) && !error.is_retryable(), "{error}");
        assert!(error.to_string().ends_with("; 4 bytes were passed on before"), "{error}");
        assert!(!error.to_string().contains("ETag"), "{error}");
    }
}

#[tokio::test]
async fn a_host_without_ranges_sends_the_same_file_once_more() {
    let stage = Stage::new().await;
    let host = Scripted::start([cut(TAG), Script::file(TAG, "0123456789")]).await;
    let mut stream = stage.jogg.assets().download_stream(host.url());
    let mut all = Vec::new();
    while let Some(bytes) = soon(stream.next()).await {
        all.extend_from_slice(&bytes.unwrap());
    }
    assert_eq!(all, b"0123456789");
}

#[tokio::test]
async fn a_silent_host_is_left_after_30_seconds() {
    for (download, seconds) in [
        (Download::new as fn(String) -> Download, 30),
        (|url| Download::new(url).read_timeout(Duration::from_secs(7)), 7),
    ] {
        let stage = Stage::new().await;
        let scripts = [cut(TAG).then_silence(), part(&range("4-9/10"), "456789")];
        let host = Scripted::start(scripts).await;
        let (sender, mut progress) = mpsc::unbounded_channel();
        let download = download(host.url()).on_progress(move |step| {
            assert_eq!(step.total, Some(10));
            let _ = sender.send(step.bytes);
        });
        let bytes = tokio::spawn(stage.jogg.assets().download_bytes(download));
        assert_eq!(soon(progress.recv()).await, Some(4));
        // Not a moment before.
        stage.clock.advance(Duration::from_secs(seconds) - Duration::from_millis(1));
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(host.requests().len(), 1);
        stage.clock.advance(Duration::from_millis(1));
        assert_eq!(soon(bytes).await.unwrap().unwrap(), "0123456789");
        assert_eq!(progress.recv().await, Some(10), "the count goes on");
        assert_eq!(stage.clock.now(), Duration::from_secs(seconds + 5));
    }
}

#[tokio::test]
async fn a_host_that_stays_silent_ends_the_download_with_an_error_that_says_so() {
    let stage = Stage::without_retries().await;
    let host = Scripted::start([cut(TAG).then_silence()]).await;
    let download = tokio::spawn(stage.jogg.assets().download_bytes(host.url()));
    until(|| !host.requests().is_empty()).await;
    // In steps, as the first may come before the silence.
    let download = async {
        while !download.is_finished() {
            stage.clock.advance(Duration::from_secs(30));
            tokio::task::yield_now().await;
        }
        download.await.unwrap().unwrap_err()
    };
    let error = soon(download).await;
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::FileTransfer, true));
    assert_eq!(error.to_string(), "the file host sent nothing for 30 s");
}

/// A reader that takes its time doesn't make the host a slow one.
#[tokio::test]
async fn only_the_host_s_silence_counts() {
    let stage = Stage::without_retries().await;
    let host = Scripted::start([Script::file("", vec![7; 3_000_000])]).await;
    let mut stream = stage.jogg.assets().download_stream(host.url());
    let mut total = 0;
    while let Some(bytes) = soon(stream.next()).await {
        total += bytes.unwrap().len();
        stage.clock.advance(Duration::from_secs(100));
    }
    assert_eq!(total, 3_000_000);
}

#[tokio::test]
async fn a_body_that_ends_early_never_passes_for_whole() {
    for script in [
        cut(""),
        Script::new("200 OK", "transfer-encoding: chunked\r\n", "4\r\n0123\r\n"),
        Script::new("200 OK", "transfer-encoding: chunked\r\n", "4\r\n01"),
        Script::new("200 OK", "transfer-encoding: chunked\r\n", "4\r\n0123\r\n0\r\n"),
    ] {
        let stage = Stage::without_retries().await;
        let host = Scripted::start([script.clone()]).await;
        let error = soon(stage.jogg.assets().download_bytes(host.url())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTransfer, "{script:?}");
        assert!(error.to_string().contains("the connection to the file host failed"), "{error}");
    }
    // A length that isn't known until the connection ends: as documented, that is the end.
    let stage = Stage::without_retries().await;
    let host = Scripted::start([Script::new("200 OK", "", "0123")]).await;
    assert_eq!(soon(stage.jogg.assets().download_bytes(host.url())).await.unwrap(), "0123");
}
