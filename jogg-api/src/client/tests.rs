//! Exchanges over a real socket.

use std::future::{Future, pending, ready};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::endpoints::Whoami;
use crate::skipped::REPEATED;
use crate::test_server::{read_head, respond, send, serve};
use crate::types::User;

fn client(talk: impl FnMut(&TcpStream) + Send + 'static) -> Client {
    Client::builder("the-long-key").base_url(serve(talk)).build().unwrap()
}

/// A server that closes the connection in the middle of a body.
fn cut_client(status: &'static str, body: &'static str) -> Client {
    client(move |stream| {
        read_head(stream);
        send(stream, &format!("HTTP/1.1 {status}\r\ncontent-length: 999\r\nx-a: b\r\n\r\n{body}"));
    })
}

#[test]
fn the_key_is_marked_as_sensitive() {
    let client = Client::builder("k").base_url("http://localhost").build().unwrap();
    assert!(client.inner.key.is_sensitive());
}

#[tokio::test]
async fn a_complete_response_counts_even_if_its_transfer_was_cut_off() {
    let client = cut_client("200 OK", r#"{"code": 0, "rid": "r", "data": {"email": "a@b.c"}}"#);
    let response = client.whoami().await.unwrap();
    assert_eq!(response.data.unwrap().email.as_deref(), Some("a@b.c"));
    for (status, body, kind, code) in [
        ("200 OK", r#"{"code": 18020, "msg": "no credit"}"#, ErrorKind::Api, Some(18020)),
        ("404 Not Found", r#"{"code": 10104, "msg": "no"}"#, ErrorKind::Api, Some(10104)),
        ("403 Forbidden", r#"{"code": 0, "msg": "no"}"#, ErrorKind::Status, Some(0)),
    ] {
        let error = cut_client(status, body).whoami().await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (&kind, code), "{body}");
    }
}

#[tokio::test]
async fn the_received_part_of_a_cut_off_response_is_kept() {
    for status in ["200 OK", "401 Unauthorized", "429 Too Many Requests", "500 Oh"] {
        let error = cut_client(status, r#"{"code": 0, "da"#).whoami().await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Connection);
        assert_eq!(error.status().unwrap().as_str(), &status[..3]);
        assert_eq!(error.headers()["x-a"], "b");
        assert_eq!(&error.body()[..], br#"{"code": 0, "da"#);
    }
}

#[tokio::test]
async fn a_long_body_is_truncated_and_kept() {
    for (limit, status, body, kind, code) in [
        (10, "200 OK", r#"{"code": 0}"#, ErrorKind::BodyTooLarge { limit: 10 }, None),
        (11, "404 Not Found", r#"{"code": 0}"#, ErrorKind::Status, Some(0)),
        (10, "404 Not Found", "0123456789abc", ErrorKind::BodyTooLarge { limit: 10 }, None),
        (17, "404 Not Found", "{\"code\": 10104}     ", ErrorKind::Api, Some(10104)),
    ] {
        let server = serve(move |stream| {
            read_head(stream);
            respond(stream, status, body);
        });
        let builder = Client::builder("k").base_url(server).max_body_bytes(limit);
        let error = builder.build().unwrap().whoami().await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (&kind, code), "{body}");
        assert_eq!(error.status().unwrap().as_str(), &status[..3]);
        assert_eq!(error.body(), &body.as_bytes()[..limit.min(body.len())]);
    }
}

/// Ends once the server has sent everything and the client has had time to read it.
async fn after(sent: Arc<AtomicBool>) {
    while !sent.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_time_limit_keeps_what_has_been_received() {
    let whole = r#"{"code": 0, "data": {"email": "a@b.c"}}"#;
    let head = "HTTP/1.1 202 Accepted\r\ncontent-length: 999\r\nx-a: b\r\n\r\n";
    for (text, status, body) in [
        (String::new(), None, ""),
        (head.to_owned(), Some(202), ""),
        (format!("{head}{{\"code\": 0, "), Some(202), "{\"code\": 0, "),
        (format!("{head}{whole}"), Some(202), whole),
    ] {
        let sent = Arc::new(AtomicBool::new(false));
        let (mut open, done) = (Vec::new(), Arc::clone(&sent));
        let client = client(move |stream| {
            read_head(stream);
            send(stream, &text);
            // Closing the connection would end the response.
            open.push(stream.try_clone().unwrap());
            done.store(true, Ordering::SeqCst);
        });
        match limited(&client, after(sent)).await {
            Ok(response) => assert_eq!((&response.body[..], body), (whole.as_bytes(), whole)),
            Err(error) => {
                assert_eq!(error.kind(), &ErrorKind::Timeout);
                assert_eq!(error.status().map(|status| status.as_u16()), status);
                assert_eq!(error.headers().contains_key("x-a"), status.is_some());
                assert_eq!(error.body(), body);
                assert_ne!(body, whole);
            }
        }
    }
}

async fn limited(
    client: &Client,
    limit: impl Future<Output = ()> + Send + 'static,
) -> Result<RawResponse, Error> {
    client.exchange(&Whoami::new().prepare()?, Some(Box::pin(limit))).await
}

#[tokio::test]
async fn a_time_limit_ends_only_late_exchanges() {
    let client = client(|stream| {
        read_head(stream);
        respond(stream, "200 OK", r#"{"code": 0}"#);
    });
    limited(&client, pending()).await.unwrap();
    let error = limited(&client, ready(())).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (&ErrorKind::NotSent, None));
    fn spawnable<F: Future + Send + 'static>(_: F) {}
    spawnable(async move { client.whoami().await });
}

#[tokio::test]
async fn the_key_is_redacted_in_messages() {
    for (status, code) in [("200 OK", 0), ("401 Unauthorized", 10105)] {
        let body = format!(
            r#"{{"code": {code}, "msg": "got the-long-key", "rid": "the-long-key", "data": {{}}}}"#
        );
        let client = client(move |stream| {
            read_head(stream);
            respond(stream, status, &body);
        });
        let (message, request_id) = match client.whoami().await {
            Ok(Response { message, request_id, .. }) => (message, request_id),
            Err(error) => {
                (error.message().unwrap().to_owned(), error.request_id().map(str::to_owned))
            }
        };
        let redacted = ("got [redacted]", Some("[redacted]"));
        assert_eq!((message.as_str(), request_id.as_deref()), redacted);
    }
}

/// The names of members are the server's texts, as its messages are.
#[tokio::test]
async fn the_name_of_a_skipped_member_hides_what_is_secret() {
    for (name, shown) in [
        ("the-long-key", "data.[redacted]"),
        ("X-THE-LONG-KEY-x", "data.X-[redacted]-x"),
        ("https://a/b?sig=planted", "data.https://a/b?[redacted]"),
        ("https://me:planted@a/b", "data.https://[redacted]@a/b"),
    ] {
        let body = format!(
            r#"{{"code": 0, "msg": "m", "data": {{"{name}": 1, "{name}": 2, "id": 1, "id": 3}}}}"#
        );
        let client = client(move |stream| {
            read_head(stream);
            respond(stream, "200 OK", &body);
        });
        let response = client.exchange(&Whoami::new().prepare().unwrap(), None).await.unwrap();
        let response = client.decode_raw(response).unwrap();
        assert_eq!(response.skipped_count, 2);
        let skipped = &response.skipped[0];
        assert_eq!(skipped.to_string(), format!("{shown}: {REPEATED}"));
        let debugged = format!("{skipped:?}");
        assert!(!debugged.contains("planted") && !debugged.contains("the-long"), "{debugged}");
        assert!(!skipped.at.to_ascii_lowercase().contains("the-long-key"), "{}", skipped.at);
    }
}

#[tokio::test]
async fn an_unusual_envelope_does_not_prevent_a_typed_result() {
    let client = client(|stream| {
        read_head(stream);
        respond(stream, "200 OK", r#"{"code": "0", "msg": [], "data": {"email": "a"}}"#);
    });
    let response: Response<User> = client.whoami().await.unwrap();
    assert_eq!(response.data.unwrap().email.as_deref(), Some("a"));
}

#[tokio::test]
async fn a_rejected_response_keeps_what_was_received() {
    let client = client(|stream| {
        read_head(stream);
        respond(stream, "201 Created", r#"{"code": 0, "msg": "m", "rid": "r"}"#);
    });
    let (_, response) = client.whoami().await.unwrap().split();
    let error = client.reject(response.into_raw(Whoami::OPERATION), "it has no `x`\nin it");
    assert_eq!(error.kind(), &ErrorKind::Decode { reason: "it has no `x` in it".to_owned() });
    assert_eq!((error.code(), error.message()), (Some(0), Some("m")));
    assert_eq!((error.request_id(), &error.body()[..4]), (Some("r"), &b"{\"co"[..]));
    assert_eq!(
        error.to_string(),
        "whoami: the response can't be decoded: it has no `x` in it (HTTP 201, request id r)"
    );
}
