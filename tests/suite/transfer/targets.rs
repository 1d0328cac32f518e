//! Where downloads go: paths, memory, streams and writers.

use std::path::Path;
use std::pin::pin;
use std::time::{Duration, SystemTime};

use jogg_api_ext::assets::Download;
use jogg_api_ext::{CallOptions, ErrorKind};
use jogg_tests::{Stage, soon, until};

use super::scripted::{Script, Scripted};

const FILE: &str = "0123456789";

async fn host() -> Scripted {
    Scripted::start(vec![Script::file("", FILE); 9]).await
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_regular_file_is_refused_before_the_request() {
    let stage = Stage::new().await;
    let host = host().await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // Not a device of this machine, which root could replace if the guard were gone.
    let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(path("fifo")).status().unwrap();
    assert!(made.success());
    std::os::unix::fs::symlink(path("fifo"), path("to-fifo")).unwrap();
    std::os::unix::fs::symlink(path("loop"), path("loop")).unwrap();
    std::os::unix::fs::symlink(path("nowhere/"), path("to-folder")).unwrap();
    std::fs::write(path("file"), "older").unwrap();
    let entries = || std::fs::read_dir(folder.path()).unwrap().count();
    let before = entries();
    for (path, part) in [
        (path("socket"), "not a regular file"),
        (path("fifo"), "not a regular file"),
        (path("to-fifo"), "not a regular file"),
        (path("loop"), "too many symlinks"),
        (path("file/"), "is a directory"),
        (path("new/"), "is a directory"),
        (path("new/."), "is a directory"),
        (path("to-folder"), "is a directory"),
        (path("file/.."), "it names no file"),
        ("".into(), "it names no file"),
        (path("."), "is a directory"),
    ] {
        let error = soon(stage.jogg.assets().download(host.url(), &path)).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Io, 0), "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
    assert_eq!((host.requests().len(), entries()), (0, before));
}

#[cfg(unix)]
#[tokio::test]
async fn an_existing_file_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;

    let stage = Stage::new().await;
    let host = host().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.mp4");
    for mode in [0o600, 0o640, 0o444, 0o755] {
        std::fs::write(&path, "older").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        // While it is written, too.
        let inside = folder.path().to_owned();
        let download = Download::new(host.url()).on_progress(move |_| {
            let partial = partial_files(&inside).pop().expect("a partial file");
            let permissions = std::fs::metadata(inside.join(partial)).unwrap().permissions();
            assert_eq!(permissions.mode() & 0o7777, mode);
        });
        soon(stage.jogg.assets().download(download, &path)).await.unwrap();
        let permissions = std::fs::metadata(&path).unwrap().permissions();
        assert_eq!(permissions.mode() & 0o7777, mode);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), FILE);
        std::fs::remove_file(&path).unwrap();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_a_symlink_leads_to_is_replaced_and_not_the_link() {
    use std::os::unix::fs::symlink;

    let stage = Stage::new().await;
    let host = host().await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("there")).unwrap();
    std::fs::write(path("there/old.mp4"), "older").unwrap();
    symlink("there/old.mp4", path("link")).unwrap();
    symlink("link", path("to-link")).unwrap();
    symlink("there/new.mp4", path("to-nothing")).unwrap();
    for (link, leads_to) in [("to-link", "there/old.mp4"), ("to-nothing", "there/new.mp4")] {
        soon(stage.jogg.assets().download(host.url(), path(link))).await.unwrap();
        assert!(std::fs::symlink_metadata(path(link)).unwrap().is_symlink());
        assert!(std::fs::symlink_metadata(path(leads_to)).unwrap().is_file());
        assert_eq!(std::fs::read_to_string(path(leads_to)).unwrap(), FILE);
    }
    assert_eq!(std::fs::read_dir(path("there")).unwrap().count(), 2, "something is left");
}

fn partial_files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names
        .filter_map(|name| name.into_string().ok())
        .filter(|name| name.ends_with(".part"))
        .collect()
}

/// Leaves the partial file of a download to this path, as a killed process does.
async fn leave_partial(stage: &Stage, path: &Path, age: Duration) -> String {
    let host = Scripted::start([Script::file("", FILE).cut(4).then_silence()]).await;
    let folder = path.parent().unwrap().to_owned();
    let before = partial_files(&folder);
    let (sender, mut begun) = tokio::sync::mpsc::unbounded_channel();
    let download = Download::new(host.url()).on_progress(move |_| {
        let _ = sender.send(());
    });
    let mut download = stage.jogg.assets().download(download, path);
    tokio::select! {
        outcome = &mut download => panic!("{outcome:?}"),
        _ = begun.recv() => {}
    }
    let mut names = partial_files(&folder);
    names.retain(|name| !before.contains(name));
    drop(download);
    // It removes its file, which a killed process doesn't.
    let file = std::fs::File::create(folder.join(&names[0])).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
    names.remove(0)
}

#[tokio::test]
async fn the_next_download_to_a_path_removes_what_a_killed_one_left() {
    let stage = Stage::new().await;
    let host = host().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.mp4");
    let old = Duration::from_secs(2 * 60 * 60);
    let abandoned = leave_partial(&stage, &path, old).await;
    let recent = leave_partial(&stage, &path, Duration::from_secs(59 * 60)).await;
    let other = leave_partial(&stage, &folder.path().join("g.mp4"), old).await;
    soon(stage.jogg.assets().download(host.url(), &path)).await.unwrap();
    let mut left = partial_files(folder.path());
    left.sort();
    let mut expected = vec![recent, other];
    expected.sort();
    assert_eq!(left, expected);
    assert!(!left.contains(&abandoned));
}

#[tokio::test]
async fn a_file_can_be_kept_in_memory_up_to_a_limit() {
    let stage = Stage::without_retries().await;
    let assets = stage.jogg.assets();
    let host = host().await;
    assert_eq!(soon(assets.download_bytes(host.url())).await.unwrap(), FILE);
    let limited = |url: String, most| Download::new(url).max_bytes(most);
    assert_eq!(soon(assets.download_bytes(limited(host.url(), 10))).await.unwrap(), FILE);
    let too_large = |most| format!("the file has more than {most} bytes; raise the limit");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.mp4");
    let error = soon(assets.download(limited(host.url(), 9), &path)).await.unwrap_err();
    assert!(error.to_string().starts_with(&too_large(9)) && !error.is_retryable(), "{error}");
    assert!(!path.exists());
    // By the header, before anything is read, and by what comes.
    let announced = format!("content-length: {}\r\n", 64 * 1024 * 1024 + 1);
    let unknown = "transfer-encoding: chunked\r\n";
    let host = Scripted::start([
        Script::new("200 OK", &announced, "x").then_silence(),
        Script::new("200 OK", unknown, "6\r\n012345\r\n6\r\n012345\r\n0\r\n\r\n"),
    ])
    .await;
    let error = soon(assets.download_bytes(host.url())).await.unwrap_err();
    assert!(error.to_string().starts_with(&too_large(64 * 1024 * 1024)), "{error}");
    let error = soon(assets.download_bytes(limited(host.url(), 10))).await.unwrap_err();
    assert!(error.to_string().starts_with(&too_large(10)), "{error}");
}

#[tokio::test]
async fn an_announced_length_reserves_no_memory_that_is_not_needed() {
    let stage = Stage::without_retries().await;
    let announced = format!("content-length: {}\r\n", 1_u64 << 50);
    let host = Scripted::start([Script::new("200 OK", &announced, "x")]).await;
    let download = Download::new(host.url()).max_bytes(u64::MAX);
    let error = soon(stage.jogg.assets().download_bytes(download)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::FileTransfer, "{error}");
}

const TAG: &str = "etag: \"v1\"\r\n";

fn cut_and_rest(tag: &str) -> [Script; 2] {
    let rest = "content-length: 6\r\ncontent-range: bytes 4-9/10\r\n";
    [Script::file(tag, FILE).cut(4), Script::new("206 Partial Content", rest, "456789")]
}

#[tokio::test]
async fn streams_and_writers_are_resumed_by_range() {
    let stage = Stage::new().await;
    let host = Scripted::start(cut_and_rest(TAG)).await;
    let mut output = Vec::new();
    let size = soon(stage.jogg.assets().download_into(host.url(), &mut output)).await.unwrap();
    assert_eq!((size, output.as_slice()), (10, FILE.as_bytes()));
    let host = Scripted::start(cut_and_rest(TAG)).await;
    let stream = stage.jogg.assets().download_stream(host.url());
    assert_eq!(soon(stream.try_collect()).await.unwrap().concat(), FILE.as_bytes());
}

#[tokio::test]
async fn streams_and_writers_that_cannot_be_resumed_say_how_far_they_came() {
    let changed = [Script::file(TAG, FILE).cut(4), Script::file("etag: \"v2\"\r\n", FILE)];
    for (scripts, requests, part) in [
        (cut_and_rest(""), 1, "gives no strong ETag; 4 bytes were passed on before"),
        (cut_and_rest("etag: W/\"v1\"\r\n"), 1, "no strong ETag; 4 bytes were passed on before"),
        (changed, 2, "has another file by now; 4 bytes were passed on before"),
    ] {
        let stage = Stage::new().await;
        let host = Scripted::start(scripts.clone()).await;
        let mut output = Vec::new();
        let writing = stage.jogg.assets().download_into(host.url(), &mut output);
        let error = soon(writing).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::FileTransfer, requests));
        assert!(error.to_string().contains(part) && !error.is_retryable(), "{error}");
        assert_eq!(output, b"0123");
        let host = Scripted::start(scripts).await;
        let mut stream = stage.jogg.assets().download_stream(host.url());
        assert_eq!(soon(stream.next()).await.unwrap().unwrap(), "0123");
        let error = soon(stream.next()).await.unwrap().unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
        assert!(soon(stream.next()).await.is_none());
        assert_eq!(host.requests().len(), requests as usize);
    }
}

#[tokio::test]
async fn a_writer_that_fails_ends_the_download() {
    let stage = Stage::new().await;
    let host = Scripted::start([Script::file("", FILE)]).await;
    let (near, far) = tokio::io::duplex(4);
    drop(far);
    let error = soon(stage.jogg.assets().download_into(host.url(), near)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Io, 1));
    assert!(error.to_string().starts_with("the writer failed: "), "{error}");
    let error = soon(stage.jogg.assets().download_stream("nowhere").next()).await.unwrap();
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidParameter);
}

/// A host that is always ready is never waited for, and a writer isn't the host.
#[tokio::test]
async fn a_deadline_holds_for_the_reader_and_for_the_writer_too() {
    let options = CallOptions::new().deadline(Duration::from_secs(50));
    let stage = Stage::without_retries().await;
    let assets = stage.jogg.with_options(options).assets();
    let host = Scripted::start(vec![Script::file("", vec![7; 3_000_000]); 2]).await;
    let mut stream = assets.download_stream(host.url());
    let mut seconds = 0;
    let error = loop {
        match soon(stream.next()).await.expect("an error") {
            Ok(_) => stage.clock.advance(Duration::from_secs(10)),
            Err(error) => break error,
        }
        seconds += 10;
    };
    assert_eq!(seconds, 50);
    assert!(error.to_string().starts_with("the file host was not done within"), "{error}");

    let (near, _far) = tokio::io::duplex(4);
    let mut download = pin!(assets.download_into(host.url(), near));
    // Until it is at the writer, as the time that passes before counts for the host.
    let begun = async { until(|| host.requests().len() == 2).await };
    tokio::select! {
        outcome = &mut download => panic!("{outcome:?}"),
        () = begun => {}
    }
    let ended = async {
        loop {
            match tokio::time::timeout(Duration::from_millis(50), &mut download).await {
                Ok(outcome) => break outcome.unwrap_err(),
                Err(_) => stage.clock.advance(Duration::from_secs(50)),
            }
        }
    };
    let error = soon(ended).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Io, 1));
    assert_eq!(error.to_string(), "the writer was not ready before the deadline");
}

#[tokio::test]
async fn a_file_can_be_forced_to_the_disk() {
    let stage = Stage::new().await;
    let host = host().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.mp4");
    let download = Download::new(host.url()).sync(true);
    assert_eq!(soon(stage.jogg.assets().download(download, &path)).await.unwrap(), 10);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), FILE);
}
