//! Uploads and downloads.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::StreamBody;
use hyper::body::Frame;

use super::*;

const PNG: &str = "image/png";

struct Ticket {
    sign_url: String,
    asset_url: String,
}

impl Fixture {
    async fn ticket(&self, more: Value) -> Ticket {
        let data = self.call(&op::CREATE_ASSET_UPLOAD, more).await.data();
        let url = |name: &str| data[name].as_str().unwrap().to_owned();
        Ticket { sign_url: url("sign_url"), asset_url: url("asset_url") }
    }

    async fn put(&self, url: &str, headers: &[(&str, &str)], body: reqwest::Body) -> Response {
        let request = self.request("PUT", url).body(body);
        let with = |request: reqwest::RequestBuilder, (name, value): &(&str, &str)| {
            request.header(*name, *value)
        };
        Response::of(headers.iter().fold(request, with)).await
    }
}

fn png(size: u64) -> Value {
    json!({"filename": "my photo.png", "content_type": PNG, "file_size": size})
}

#[tokio::test]
async fn uploaded_files_can_be_downloaded() {
    let fixture = Fixture::new().await;
    let ticket = fixture.ticket(png(4)).await;
    let base = fixture.simulator.base_url();
    assert!(ticket.sign_url.starts_with(&format!("{base}/uploads/")), "{}", ticket.sign_url);
    assert!(ticket.asset_url.ends_with("/my%20photo.png"), "{}", ticket.asset_url);
    let before = Response::of(fixture.request("GET", &ticket.asset_url)).await;
    assert_eq!(before.status, 404);
    let put = fixture.put(&ticket.sign_url, &[("content-type", PNG)], "\0\u{1}ab".into()).await;
    assert_eq!((put.status.as_u16(), put.body.len()), (200, 0));
    let file = Response::of(fixture.request("GET", &ticket.asset_url)).await;
    assert_eq!((file.status.as_u16(), file.body.as_slice()), (200, &b"\0\x01ab"[..]));
    let head = Response::of(fixture.request("HEAD", &ticket.asset_url)).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    for response in [file, head] {
        assert_eq!(
            (response.header("content-type"), response.header("content-length")),
            (PNG, "4")
        );
    }
    let recorded = fixture.simulator.requests();
    assert_eq!(recorded.len(), 5);
    assert_eq!(recorded[2].body, "\0\u{1}ab");
    assert!(recorded[2].query.starts_with("signature="));
}

#[tokio::test]
async fn uploads_must_match_their_ticket() {
    let fixture = Fixture::new().await;
    let ticket = fixture.ticket(png(4)).await;
    let url = ticket.sign_url.as_str();
    let unsigned = url.split('?').next().unwrap();
    let unknown = url.replace("/asset_", "/other_");
    let wrong = format!("{url}0");
    let typed = [("content-type", PNG)];
    let keyed = [("content-type", PNG), ("x-api-key", "key")];
    for (url, headers, body, status, part) in [
        (unsigned, &typed[..], "four", 403, "signature"),
        (&wrong, &typed, "four", 403, "signature"),
        (&unknown, &typed, "four", 403, "ticket"),
        (url, &[], "four", 400, "Content-Type"),
        (url, &[("content-type", "image/jpeg")], "four", 400, "Content-Type"),
        (url, &typed, "three", 400, "file_size"),
        (url, &keyed, "four", 400, "API key"),
    ] {
        let response = fixture.put(url, headers, body.into()).await;
        let text = String::from_utf8(response.body).unwrap();
        assert_eq!(response.status, status, "{text}");
        assert!(text.contains(part), "{text}");
    }
    // A stream has no known length.
    let frame = Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"four")));
    let stream = StreamBody::new(stream::iter([frame]));
    let chunked = fixture.put(url, &typed, reqwest::Body::wrap(stream)).await;
    assert_eq!(chunked.status, 400);
    assert!(chunked.body.starts_with(b"the Content-Length is missing"));
    assert_eq!(Response::of(fixture.request("GET", &ticket.asset_url)).await.status, 404);
    assert_eq!(fixture.put(url, &typed, "four".into()).await.status, 200);
    assert_eq!(fixture.post(url, &json!({})).await.status, 405);
}

#[tokio::test]
async fn a_ticket_may_have_no_size() {
    let fixture = Fixture::new().await;
    let ticket = fixture.ticket(json!({"filename": "a.txt", "content_type": "text/plain"})).await;
    let put = fixture.put(&ticket.sign_url, &[("content-type", "text/plain")], "any".into()).await;
    assert_eq!(put.status, 200);
    let bad = fixture.call(&op::CREATE_ASSET_UPLOAD, json!({"filename": ".."})).await;
    assert!(bad.refused(200, 40000).contains("filename"));
}

#[tokio::test]
async fn only_files_in_responses_exist() {
    let fixture = Fixture::new().await;
    let missing = Response::of(fixture.request("GET", "/files/video.mp4")).await;
    assert_eq!(missing.status, 404);
    let voices = fixture.get("/v2/voices").await.data();
    let url = voices["voices"][0]["audio_url"].as_str().unwrap().to_owned();
    let first = Response::of(fixture.request("GET", &url)).await;
    let again = Response::of(fixture.request("GET", &url)).await;
    assert_eq!((first.status.as_u16(), first.header("content-type")), (200, "audio/mpeg"));
    assert_eq!(first.body, again.body);
}
