//! Responses that are not the file: redirects, pages and encoded bodies.

use jogg_api_ext::clock::Clock;
use jogg_api_ext::{Error, ErrorKind};
use jogg_tests::{KEY, Stage, secrets, soon};

use super::scripted::{Script, Scripted};

fn redirect(status: u16, to: &str) -> Script {
    let headers = format!("content-length: 0\r\nlocation: {to}\r\n");
    Script::new(&format!("{status} Elsewhere"), &headers, "")
}

#[tokio::test]
async fn redirects_are_followed_without_the_key() {
    for status in [301, 302, 303, 307, 308] {
        let stage = Stage::new().await;
        let other = Scripted::start([Script::file("", "film")]).await;
        let to = format!("{}/g.mp4?{}", other.base_url, secrets::query());
        let host = Scripted::start([redirect(status, "/e.mp4"), redirect(status, &to)]).await;
        let bytes = soon(stage.jogg.assets().download_bytes(host.url())).await.unwrap();
        assert_eq!((bytes.as_ref(), stage.clock.now().is_zero()), (&b"film"[..], true));
        let requests = [host.requests(), other.requests()].concat();
        let paths: Vec<_> = requests.iter().filter_map(|head| head.split(' ').nth(1)).collect();
        let last = format!("/g.mp4?{}", secrets::query());
        assert_eq!(paths, ["/f.mp4", "/e.mp4", &last]);
        for head in requests {
            assert!(!head.contains(KEY) && !head.to_lowercase().contains("x-api-key"), "{head}");
            assert!(!head.to_lowercase().contains("referer"), "{head}");
            assert!(head.contains("accept-encoding: identity"), "{head}");
        }
    }
}

#[tokio::test]
async fn five_redirects_are_followed_and_no_sixth() {
    for (redirects, whole) in [(5, true), (6, false)] {
        let stage = Stage::new().await;
        let mut scripts = vec![redirect(302, "/f.mp4"); redirects];
        scripts.push(Script::file("", "film"));
        let host = Scripted::start(scripts).await;
        let outcome = soon(stage.jogg.assets().download_bytes(host.url())).await;
        assert_eq!((outcome.is_ok(), host.requests().len()), (whole, 6));
        if let Err(error) = outcome {
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::FileTransfer, 1));
            assert_eq!(error.to_string(), "the file host redirects more than 5 times");
        }
    }
}

#[tokio::test]
async fn a_redirect_never_leads_to_an_address_that_is_not_safe() {
    for (to, part) in [
        ("http://192.0.2.1/f.mp4?X-Amz-Signature=planted-signature", "is plain http; allow it"),
        ("http://localhost.example.com/f.mp4", "is plain http"),
        ("ftp://files.example/f.mp4", "is neither http nor https"),
        ("file:///etc/passwd", "is neither http nor https"),
        ("http://[", "is not a URL"),
    ] {
        let stage = Stage::new().await;
        let host = Scripted::start([redirect(302, to)]).await;
        let error = soon(stage.jogg.assets().download_bytes(host.url())).await.unwrap_err();
        assert_eq!((error.attempts(), error.http_status()), (1, Some(302)), "{to}");
        assert!(error.to_string().contains(part) && !error.is_retryable(), "{error}");
        secrets::assert_hidden(&secrets::shown(&error), to);
    }
}

async fn refused(script: Script) -> Error {
    let stage = Stage::without_retries().await;
    let host = Scripted::start([script]).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.mp4");
    std::fs::write(&path, "older").unwrap();
    let error = soon(stage.jogg.assets().download(host.url(), &path)).await.unwrap_err();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "older");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "something is left");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::FileTransfer, 1));
    error
}

#[tokio::test]
async fn a_page_is_an_error_with_its_code_or_title_whatever_its_type() {
    let xml = "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>Not yours\
               </Message><Key>planted-content</Key></Error>";
    let html = "\n<!doctype html><title>Sorry</title><p>planted-content";
    let json = "{\"code\": 10104, \"msg\": \"planted-content\"}";
    for (kind, body, shown, code, message) in [
        (
            "application/xml",
            xml,
            "XML instead of the file: AccessDenied",
            "AccessDenied",
            "Not yours",
        ),
        ("video/mp4", xml, "XML instead of the file: AccessDenied", "AccessDenied", "Not yours"),
        ("application/octet-stream", html, "HTML instead of the file: Sorry", "", "Sorry"),
        ("text/html", "", "HTML instead of the file", "", ""),
        ("application/json", json, "JSON instead of the file: 10104", "10104", "planted-content"),
        (
            "binary/octet-stream",
            json,
            "JSON instead of the file: 10104",
            "10104",
            "planted-content",
        ),
    ] {
        let error = refused(Script::file(&format!("content-type: {kind}\r\n"), body)).await;
        assert_eq!(error.to_string(), format!("the file host returns {shown}"), "{kind}");
        assert_eq!((error.is_retryable(), error.http_status()), (true, Some(200)));
        secrets::assert_hidden(&secrets::shown(&error), kind);
        let host = error.host_response().unwrap();
        assert_eq!(host.code.as_deref().unwrap_or_default(), code);
        assert_eq!(error.server_message().unwrap_or_default(), message);
        assert_eq!(host.body, body);
        assert_eq!(error.body().is_some(), !body.is_empty());
    }
}

/// In pieces, each of which alone could be anything.
#[tokio::test]
async fn a_page_is_recognized_however_it_is_cut() {
    let chunks = "1\r\n \r\n1\r\n<\r\n8\r\n!DOCTYPE\r\n0\r\n\r\n";
    let error = refused(Script::new("200 OK", "transfer-encoding: chunked\r\n", chunks)).await;
    assert!(error.to_string().contains("HTML instead of the file"), "{error}");
    // What begins like one and isn't.
    for (kind, body) in [("image/svg+xml", "<svg/>"), ("video/mp4", "<"), ("text/plain", "[Script")]
    {
        let stage = Stage::without_retries().await;
        let host =
            Scripted::start([Script::file(&format!("content-type: {kind}\r\n"), body)]).await;
        assert_eq!(soon(stage.jogg.assets().download_bytes(host.url())).await.unwrap(), body);
    }
}

#[tokio::test]
async fn a_refusal_keeps_what_the_host_said_up_to_a_limit() {
    let body = format!("<Error><Code>NoSuchKey</Code></Error>{}", "x".repeat(100_000));
    let head = format!("content-length: {}\r\n", body.len());
    let error = refused(Script::new("404 Not Found", &head, &body)).await;
    let shown = "the file host doesn't return the file: HTTP 404: NoSuchKey";
    assert_eq!((error.to_string().as_str(), error.http_status()), (shown, Some(404)));
    assert_eq!(error.host_response().unwrap().code.as_deref(), Some("NoSuchKey"));
    assert_eq!(error.body().unwrap().len(), 64 * 1024);
}

#[tokio::test]
async fn an_encoded_body_is_an_error_that_says_so() {
    let chunks = "2\r\n\u{1f}\u{b}\r\n0\r\n\r\n";
    for (script, encoding) in [
        (Script::file("content-encoding: gzip\r\n", "\u{1f}\u{b}"), "gzip"),
        // The HTTP client takes the chunks apart, but decodes nothing.
        (Script::new("200 OK", "transfer-encoding: gzip, chunked\r\n", chunks), "gzip, chunked"),
        (Script::new("200 OK", "transfer-encoding: chunked, gzip\r\n", chunks), "chunked, gzip"),
    ] {
        let error = refused(script).await;
        let message = format!(
            "the file host sends the file encoded as `{encoding}`, though `identity` was requested"
        );
        assert_eq!((error.to_string(), error.is_retryable()), (message, false));
    }
    for script in [
        Script::file("content-encoding: identity\r\n", "film"),
        Script::file("transfer-encoding: identity\r\n", "film"),
        Script::new("200 OK", "transfer-encoding: Chunked\r\n", "4\r\nfilm\r\n0\r\n\r\n"),
    ] {
        let stage = Stage::without_retries().await;
        let host = Scripted::start([script]).await;
        assert_eq!(soon(stage.jogg.assets().download_bytes(host.url())).await.unwrap(), "film");
    }
}
