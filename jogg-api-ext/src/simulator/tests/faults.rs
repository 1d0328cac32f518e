//! Queued replies and faults.

use std::io::ErrorKind;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::simulator::{Reply, ReplyTarget};

/// Sends `GET /v2/user/whoami` on a new connection. Returns what arrives, and the error at its end.
async fn raw(fixture: &Fixture) -> (String, Option<ErrorKind>) {
    let address = fixture.simulator.base_url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let path = op::WHOAMI.path;
    let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    let ended = stream.read_to_end(&mut received).await;
    (String::from_utf8(received).unwrap(), ended.err().map(|error| error.kind()))
}

#[tokio::test]
async fn replies_are_queued_by_operation() {
    let fixture = Fixture::with(|builder| builder.post_limit(Some(0))).await;
    let simulator = &fixture.simulator;
    simulator.reply_next(&op::CREATE_PRODUCT, Reply::json(503, json!({"code": 50000})));
    let html = Reply::body(502, "text/html", "<h1>no</h1>").header("retry-after", "7");
    simulator.reply_next(&op::CREATE_PRODUCT, html);
    // Other operations are unaffected, and nothing is checked first.
    fixture.call(&op::WHOAMI, json!({})).await.data();
    let request = || fixture.request("POST", op::CREATE_PRODUCT.path);
    let first = Response::of(request()).await;
    assert_eq!((first.status.as_u16(), first.json()), (503, json!({"code": 50000})));
    let second = Response::of(request()).await;
    assert_eq!((second.status.as_u16(), second.body.as_slice()), (502, &b"<h1>no</h1>"[..]));
    assert_eq!((second.header("retry-after"), second.header("content-type")), ("7", "text/html"));
    fixture.call(&op::CREATE_PRODUCT, json!({})).await.refused(429, 429);
    assert_eq!(simulator.requests().len(), 4);
}

/// Those that frame the body are the server's, which would fail otherwise.
#[tokio::test]
async fn no_header_of_a_reply_belies_its_body() {
    let fixture = Fixture::new().await;
    for (name, value) in
        [("content-length", "5"), ("Content-Length", "500"), ("transfer-encoding", "gzip")]
    {
        let reply = Reply::json(200, json!({"code": 0})).header(name, value);
        fixture.simulator.reply_next(&op::WHOAMI, reply);
        let response = Response::of(fixture.request("GET", op::WHOAMI.path)).await;
        assert_eq!(response.json(), json!({"code": 0}), "{name}");
        assert_eq!(response.header("content-length"), "10", "{name}");
        assert!(!response.headers.contains_key("transfer-encoding"), "{name}");
    }
}

#[tokio::test]
async fn replies_to_transfers_are_queued_too() {
    let fixture = Fixture::new().await;
    fixture.simulator.reply_next(ReplyTarget::Upload, Reply::body(200, "text/plain", "fine"));
    fixture.simulator.reply_next(ReplyTarget::Download, Reply::body(200, "text/plain", "late"));
    for (method, path, body) in [("PUT", "/uploads/a/b", "fine"), ("GET", "/files/a", "late")] {
        let response = Response::of(fixture.request(method, path)).await;
        assert_eq!((response.status.as_u16(), response.body.as_slice()), (200, body.as_bytes()));
        assert_ne!(Response::of(fixture.request(method, path)).await.status, 200);
    }
}

#[tokio::test]
async fn a_connection_is_reset_after_its_request_was_received() {
    let fixture = Fixture::new().await;
    fixture.simulator.reply_next(&op::WHOAMI, Reply::reset());
    assert_eq!(raw(&fixture).await, (String::new(), Some(ErrorKind::ConnectionReset)));
    assert_eq!(fixture.simulator.requests().len(), 1);
    fixture.call(&op::WHOAMI, json!({})).await.data();
}

#[tokio::test]
async fn a_request_whose_response_is_lost_was_executed() {
    let fixture = Fixture::new().await;
    let create = &op::CREATE_PRODUCT;
    let lost = async |body: &'static str| {
        fixture.simulator.reply_next(create, Reply::lost());
        let request = fixture.request("POST", create.path).header("x-api-key", "any");
        assert!(request.body(body).send().await.is_err());
    };
    lost(r#"{"name": "Mug"}"#).await;
    // What is refused is not.
    lost("{}").await;
    let product = fixture.call(create, json!({"name": "Cup"})).await.data();
    assert_eq!(product["product_id"], "product_000002");
}

#[tokio::test]
async fn a_response_has_the_time_of_the_clock_that_its_data_has() {
    let fixture = Fixture::new().await;
    fixture.clock.advance(Duration::from_secs(90));
    let url = "https://a.example/hook";
    let body = json!({"url": url, "status": "enabled", "events": []});
    let request = fixture.request("POST", op::CREATE_WEBHOOK_ENDPOINT.path);
    let request = request.header("x-api-key", "any").body(body.to_string());
    let response = Response::of(request).await;
    assert_eq!(response.json()["data"]["created_at"], 1_764_000_090);
    assert_eq!(response.header("date"), "Mon, 24 Nov 2025 16:01:30 GMT");
    // A queued reply may have another.
    let queued = Reply::json(200, json!({})).header("date", "soon");
    fixture.simulator.reply_next(&op::WHOAMI, queued);
    let response = Response::of(fixture.request("GET", op::WHOAMI.path)).await;
    assert_eq!(response.header("date"), "soon");
    // HTTP has no years of five digits.
    fixture.clock.advance(Duration::from_secs(u64::MAX / 2));
    let response = Response::of(fixture.request("GET", op::WHOAMI.path)).await;
    assert_eq!(response.header("date"), "Fri, 31 Dec 9999 23:59:59 GMT");
}

#[tokio::test]
async fn a_cut_reply_announces_more_than_it_sends() {
    let fixture = Fixture::new().await;
    for (at, sent) in [(4, "0123"), (0, "")] {
        fixture.simulator.reply_next(&op::WHOAMI, Reply::cut(200, "0123456789", at));
        let (received, error) = raw(&fixture).await;
        let (head, body) = received.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("content-length: 10"), "{head}");
        assert_eq!((body, error), (sent, None));
    }
    fixture.simulator.reply_next(&op::WHOAMI, Reply::cut(200, "0123456789", 4));
    let response = fixture.request("GET", op::WHOAMI.path).send().await.unwrap();
    assert!(response.bytes().await.is_err());
}

#[tokio::test]
async fn a_request_without_response_keeps_its_connection() {
    let fixture = Fixture::new().await;
    fixture.simulator.reply_next(&op::WHOAMI, Reply::never());
    let mut pending = Box::pin(fixture.request("GET", op::WHOAMI.path).send());
    while fixture.simulator.requests().is_empty() {
        tokio::select! {
            _ = &mut pending => panic!("there is a response"),
            () = tokio::task::yield_now() => {}
        }
    }
    // Others are served meanwhile.
    fixture.call(&op::WHOAMI, json!({})).await.data();
    drop(fixture);
    assert!(soon(pending).await.is_err(), "dropping the simulator closes its connections");
}

#[tokio::test]
async fn dropping_the_simulator_frees_its_port() {
    let fixture = Fixture::new().await;
    let address = fixture.simulator.base_url().strip_prefix("http://").unwrap().to_owned();
    let mut stopped = fixture.simulator.stopped.clone();
    drop(fixture);
    assert!(soon(stopped.changed()).await.is_err());
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn an_error_reply_has_the_status_its_code_comes_with_and_executes_nothing() {
    let fixture = Fixture::new().await;
    let statuses = [(10105, 401), (429, 429), (50000, 500)];
    let unknown = jogg_api::codes::CODES.iter().map(|code| code.number).chain([77777]);
    for code in unknown.filter(|code| *code != 0) {
        let status = statuses.iter().find(|(of, _)| *of == code).map_or(200, |(_, status)| *status);
        fixture.simulator.reply_next(&op::CREATE_AI_SCRIPT, Reply::error(code));
        fixture.call(&op::CREATE_AI_SCRIPT, json!({})).await.refused(status, code);
    }
    let before = fixture.simulator.credits();
    fixture.call(&op::CREATE_AI_SCRIPT, json!({})).await.data();
    assert!(fixture.simulator.credits() < before && before == 1000.0);
}
