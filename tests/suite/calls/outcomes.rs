//! What becomes of a paid POST, over a real socket, row by row.

use std::sync::Arc;
use std::time::Duration;

use jogg_api::operations::{ADD_PHOTO_AVATAR_MOTION, CREATE_PRODUCT};
use jogg_api_ext::products::CreateProduct;
use jogg_api_ext::simulator::{Reply, VirtualClock};
use jogg_api_ext::{Error, ErrorKind, Jogg, RetryPolicy, Timeouts};
use jogg_tests::requests::add_motion;
use jogg_tests::{KEY, Stage, connections};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// The error of a paid call with this reply, which must have been sent exactly once.
async fn paid(reply: Reply) -> Error {
    let stage = Stage::without_retries().await;
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, reply);
    let error = stage.jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err();
    assert_eq!(stage.simulator.requests().len(), 1, "sent more than once");
    error
}

/// Twice, it is there twice.
#[tokio::test]
async fn what_is_free_is_not_said_to_be_paid_for() {
    let stage = Stage::without_retries().await;
    stage.simulator.reply_next(&CREATE_PRODUCT, Reply::json(200, json!({"code": 0, "msg": ""})));
    let request = CreateProduct::from_url("https://a.example/mug");
    let error = stage.jogg.products().create(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error:?}");
    let says = "; it may have been executed, and is not retried";
    assert!(error.to_string().contains(says), "{error}");
}

#[tokio::test]
async fn a_lost_response_leaves_the_outcome_unknown() {
    let body = json!({"code": 0, "msg": "Success", "data": {"motion_id": "m1"}});
    for (name, reply) in [
        ("reset", Reply::reset()),
        ("cut body", Reply::cut(200, body.to_string(), 20)),
        ("408", Reply::body(408, "text/plain", "")),
        ("500", Reply::body(500, "text/plain", "oops")),
        ("502", Reply::body(502, "text/html", "<html><body>bad gateway</body></html>")),
        ("503", Reply::body(503, "text/plain", "")),
        ("code 50000", Reply::json(200, json!({"code": 50000, "msg": "system error"}))),
        ("unknown code", Reply::json(200, json!({"code": 31337, "msg": "new"}))),
        ("cut JSON", Reply::body(200, "application/json", "{\"code\": 0, \"data\": {\"motion")),
        ("empty body", Reply::body(200, "application/json", "")),
        ("HTML", Reply::body(200, "text/html", "<html></html>")),
        ("no id", Reply::json(200, json!({"code": 0, "msg": "", "data": {"status": "x"}}))),
        ("data null", Reply::json(200, json!({"code": 0, "msg": "", "data": null}))),
        ("data a list", Reply::json(200, json!({"code": 0, "msg": "", "data": ["m1"]}))),
        ("no envelope", Reply::json(200, json!({"status": "processing"}))),
        ("redirect", Reply::body(302, "text/plain", "").header("location", "http://127.0.0.1:9/")),
        ("409", Reply::body(409, "text/plain", "conflict")),
        ("425", Reply::body(425, "text/plain", "")),
        ("499", Reply::body(499, "text/plain", "")),
    ] {
        let error = paid(reply).await;
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{name}: {error:?}");
        assert!(error.may_have_executed(), "{name}");
        assert!(!error.is_retryable(), "{name}");
        assert!(error.sent_at().is_some(), "{name}");
        assert_eq!(error.attempts(), 1, "{name}");
        let text = error.to_string();
        assert!(text.starts_with("add_photo_avatar_motion: "), "{text}");
        assert!(text.contains("it may have been executed and paid for"), "{text}");
        assert!(text.contains("list_photo_avatars"), "{text}");
    }
}

#[tokio::test]
async fn what_was_received_is_kept() {
    let error = paid(Reply::json(500, json!({"code": 50000, "msg": "m", "rid": "r1"}))).await;
    assert_eq!(error.request_id(), Some("r1"));
    assert_eq!(error.server_message(), Some("m"));
    let error = paid(Reply::body(502, "text/html", "<html>gateway</html>")).await;
    assert_eq!(error.body().unwrap().as_ref(), b"<html>gateway</html>");
    let body = json!({"code": 0, "rid": "r2", "data": {"status": "x"}});
    let error = paid(Reply::json(200, body.clone())).await;
    assert_eq!((error.request_id(), error.http_status()), (Some("r2"), Some(200)));
    assert_eq!(error.body().unwrap().as_ref(), body.to_string().as_bytes());
    let whole = json!({"code": 0, "msg": "Success"});
    let error = paid(Reply::cut(200, whole.to_string(), 12)).await;
    assert_eq!(error.body().unwrap().as_ref(), &whole.to_string().as_bytes()[..12]);
    assert_eq!(error.http_status(), Some(200));
}

#[tokio::test]
async fn fact_08_a_result_at_top_level_is_no_loss() {
    let stage = Stage::new().await;
    let body = json!({"code": 0, "msg": "", "motion_id": "m1", "status": "processing"});
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::json(200, body));
    let job = stage.jogg.photo_avatars().add_motion(add_motion()).await.unwrap();
    assert_eq!(job.id(), "m1");
}

#[tokio::test]
async fn fact_13_a_connection_that_was_never_made_executed_nothing() {
    let (url, _taken) = connections::refusing();
    let jogg =
        Jogg::builder(KEY).base_url(&url).retry_policy(RetryPolicy::never()).build().unwrap();
    let error = jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(!error.may_have_executed());
    assert!(error.is_retryable());
    let host = url.trim_start_matches("http://");
    let expected = format!("add_photo_avatar_motion: no connection to {host}: Connection refused");
    assert!(error.to_string().starts_with(&expected), "{error}");
    let cause = std::error::Error::source(&error).expect("why the connection failed");
    assert!(!cause.to_string().is_empty());
}

#[tokio::test]
async fn fact_13_a_429_was_refused_before_it_was_processed() {
    for (reply, wait) in [
        (Reply::json(429, json!({"code": 429, "msg": "m", "data": null})), 60),
        (Reply::json(200, json!({"code": 429, "msg": "m"})), 60),
        (Reply::body(429, "text/html", "<html></html>"), 60),
        (Reply::json(429, json!({"code": 12345, "msg": "new limit"})), 60),
        (Reply::json(429, json!({"code": 429})).header("retry-after", "7"), 7),
        (Reply::json(429, json!({"code": 429, "retryAfter": 8})), 8),
        (Reply::json(429, json!({"code": 429, "retry_after": "9"})), 9),
        (Reply::json(429, json!({"code": 429, "data": {"retryAfter": 10}})), 10),
        (Reply::json(429, json!({"code": 429})).header("retry-after", "999999"), 999_999),
        (Reply::json(429, json!({"code": 429})).header("retry-after", "-1"), 60),
        (
            Reply::json(429, json!({"code": 429}))
                .header("retry-after", "Thu, 01 Jan 1970 00:00:00 GMT"),
            0,
        ),
    ] {
        let error = paid(reply).await;
        assert_eq!(error.kind(), ErrorKind::RateLimited, "{error:?}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(wait)));
        assert!(error.is_retryable() && !error.may_have_executed());
    }
}

#[tokio::test]
async fn fact_14_the_simulator_refuses_the_21st_post_of_a_minute() {
    let stage = Stage::with_both(
        |simulator| simulator.post_limit(Some(20)),
        |jogg| jogg.retry_policy(RetryPolicy::never()),
    )
    .await;
    for _ in 0..20 {
        drop(stage.jogg.photo_avatars().add_motion(add_motion()).await.unwrap());
    }
    let error = stage.jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::RateLimited, Some(429)));
    // Reads are free.
    stage.jogg.account().whoami().await.unwrap();
    stage.clock.advance(error.retry_after().unwrap());
    drop(stage.jogg.photo_avatars().add_motion(add_motion()).await.unwrap());
}

#[tokio::test]
async fn fact_06_an_error_code_counts_at_every_status() {
    for status in [200, 400, 404, 500] {
        let body = json!({"code": 18020, "msg": "Insufficient credit", "rid": "r9"});
        let error = paid(Reply::json(status, body)).await;
        assert_eq!(error.kind(), ErrorKind::InsufficientCredit);
        assert_eq!(
            error.to_string(),
            format!(
                "add_photo_avatar_motion: error code 18020 (InsufficientCredit): Insufficient \
                 credit (HTTP {status}, request id r9); add credits or choose something cheaper"
            )
        );
    }
}

/// A server of the test's own, a client of it that makes each call once, and the client's clock.
async fn own_server() -> (TcpListener, Jogg, VirtualClock) {
    let (listener, url) = connections::listen().await;
    let clock = VirtualClock::new();
    let jogg = Jogg::builder(KEY).base_url(url).clock(Arc::new(clock.clone()));
    (listener, jogg.retry_policy(RetryPolicy::never()).build().unwrap(), clock)
}

/// A server that accepts and never responds; the timeout is on the client's clock.
#[tokio::test]
async fn fact_48_no_response_in_time_leaves_a_paid_outcome_unknown() {
    let (read, write) = (Duration::from_secs(30), Duration::from_secs(180));
    let documented = Timeouts::new().connect(Duration::from_secs(10)).read(read).write(write);
    assert_eq!(documented, Timeouts::default());
    for (paid, limit) in [(true, write), (false, read)] {
        let (listener, jogg, clock) = own_server().await;
        let silent = async {
            let (mut socket, _) = listener.accept().await.unwrap();
            assert_eq!(socket.read(&mut [0]).await.unwrap(), 1);
            // Not a moment before the limit.
            clock.advance(limit - Duration::from_millis(1));
            tokio::task::yield_now().await;
            clock.advance(Duration::from_millis(1));
            std::future::pending::<()>().await;
        };
        let call = async {
            match paid {
                true => jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err(),
                false => jogg.account().whoami().await.unwrap_err(),
            }
        };
        let error = tokio::select! { error = call => error, () = silent => unreachable!() };
        let kind = if paid { ErrorKind::OutcomeUnknown } else { ErrorKind::Timeout };
        assert_eq!(error.kind(), kind);
        assert_eq!((error.may_have_executed(), error.is_retryable()), (paid, !paid));
        assert!(error.to_string().contains(&format!("within {} s", limit.as_secs())), "{error}");
    }
}

/// A response that begins and stalls: what was received is kept, and a whole response is a result
/// though its connection never ends.
#[tokio::test]
async fn a_response_that_stalls_ends_with_what_was_received() {
    let whole = r#"{"code":0,"msg":"","rid":"r1","data":{"motion_id":"m1"}}"#;
    for (sent, id) in [(&whole[..30], None), (whole, Some("m1"))] {
        let (listener, jogg, clock) = own_server().await;
        let stalling = async {
            let (mut socket, _) = listener.accept().await.unwrap();
            assert!(socket.read(&mut [0; 4096]).await.unwrap() > 0);
            let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
            socket.write_all(format!("{head}{sent}").as_bytes()).await.unwrap();
            // Until the client has read it.
            for _ in 0..5000 {
                tokio::task::yield_now().await;
            }
            clock.advance(Duration::from_secs(1000));
            std::future::pending::<()>().await;
        };
        let call = jogg.photo_avatars().add_motion(add_motion());
        let outcome = tokio::select! { outcome = call => outcome, () = stalling => unreachable!() };
        match (outcome, id) {
            (Ok(job), Some(id)) => assert_eq!(job.id(), id),
            (Err(error), None) => {
                assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
                assert_eq!(error.http_status(), Some(200));
                assert_eq!(error.body().unwrap().as_ref(), sent.as_bytes());
            }
            (outcome, _) => panic!("{outcome:?}"),
        }
    }
}
