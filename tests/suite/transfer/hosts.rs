//! Hosts other than the API: none gets the key, and no signed URL shows.

use jogg_api_ext::assets::{Download, Upload};
use jogg_api_ext::simulator::{Reply, ReplyTarget, Simulator};
use jogg_tests::{KEY, Stage, connections, secrets};

use super::host::send_to;

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
