//! Hosts other than the API: none gets the key, and no signed URL shows.

use jogg_api_ext::assets::{Download, Upload};
use jogg_api_ext::simulator::{Reply, ReplyTarget, Simulator};
use jogg_api_ext::{Error, JoggBuilder};
use jogg_tests::{KEY, Stage, connections, secrets, soon};

use super::host::send_to;
use super::scripted::{Script, Scripted};

const SECRET: &str = "planted-signature";

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

/// A download and an upload of a client that can't reach this host.
async fn fail(
    client: impl FnOnce(JoggBuilder) -> JoggBuilder,
    host: &str,
    cause: &str,
) -> Vec<u32> {
    let stage = Stage::with_client(client).await;
    (0..3).for_each(|_| send_to(&stage, host));
    let download = stage.jogg.assets().download_bytes(format!("{host}/f.mp4?{SECRET}"));
    let errors = [
        soon(download).await.unwrap_err(),
        soon(stage.jogg.assets().upload_bytes("f.mp4", "x")).await.unwrap_err(),
    ];
    for (error, what) in errors.iter().zip(["could not be reached", "could not be sent"]) {
        let text = error.to_string();
        assert!(text.contains(what), "{text}");
        assert!(text.rsplit_once(": ").unwrap_or_default().1.contains(cause), "{text}");
        secrets::assert_hidden(&secrets::shown(error), host);
        assert_eq!(error.is_retryable(), error.attempts() > 1);
    }
    errors.iter().map(Error::attempts).collect()
}

#[tokio::test]
async fn a_host_that_cannot_be_reached_is_an_error_that_says_why() {
    let (nowhere, _taken) = connections::refusing();
    assert_eq!(fail(|builder| builder, &nowhere, "Connection refused").await, [5, 3]);
    let garbled = Scripted::start(vec![Script::new("abc", "", ""); 8]).await;
    assert_eq!(fail(|builder| builder, &garbled.base_url, "invalid HTTP").await, [5, 3]);
}

#[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
#[tokio::test]
async fn a_host_whose_certificate_is_not_trusted_is_not_tried_again() {
    let host = connections::untrusted().await;
    let cause = match cfg!(any(feature = "rustls", feature = "rustls-no-provider")) {
        true => "UnknownIssuer",
        false => "certificate verify failed",
    };
    assert_eq!(fail(connections::with_some_root, &host, cause).await, [1, 1]);
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
        let download = Download::new(&url);
        texts.push(format!("{download:?} {download:#?}"));
        let error =
            stage.jogg.assets().download(download, folder.path().join("f.mp4")).await.unwrap_err();
        texts.push(secrets::shown(&error));
    }
    host.clear_replies();
    host.reply_next(ReplyTarget::Upload, Reply::body(200, "text/plain", ""));
    send_to(&stage, host.base_url());
    let upload = Upload::bytes("f.mp4", "x");
    texts.push(format!("{upload:?} {upload:#?}"));
    let asset = stage.jogg.assets().upload(upload).await.unwrap();
    assert!(asset.url.contains(SECRET), "it is given unchanged");
    texts.push(format!("{asset:?} {asset:#?}"));
    for text in ["f.mp4?token", "//f.mp4#token", "ftp://h/f.mp4?token"] {
        let url = format!("{text}={SECRET}");
        let download = Download::new(&url);
        texts.push(format!("{download:?}"));
        let error =
            stage.jogg.assets().download(download, folder.path().join("f.mp4")).await.unwrap_err();
        texts.push(secrets::shown(&error));
    }
    for text in texts {
        assert!(!text.contains(SECRET), "{text}");
    }
}
