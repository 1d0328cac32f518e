//! Deliveries over real sockets: what the sender gets, and what became of the event by then.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jogg_api_ext::Secret;
use jogg_api_ext::enums::WebhookEvent;
use jogg_api_ext::jobs::EventHub;
use jogg_api_ext::simulator::VirtualClock;
use jogg_api_ext::webhooks::{
    Callback, Event, HANDLER_TIMEOUT, Receiver, SampleEvent, Verifier, sign,
};
use jogg_api_ext::{ErrorKind, jobs::WaitOptions};
use jogg_tests::{Stage, soon, until};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

const SECRET: &str = "whsec_5b07d2";

fn verifier() -> Verifier {
    Verifier::new([SECRET]).unwrap()
}

fn sample() -> Vec<u8> {
    SampleEvent::new(WebhookEvent::GeneratedMotionSuccess).body()
}

/// Serves a receiver at `/hook`, and returns the address.
async fn serve(receiver: Receiver) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let router = receiver.into_router("/hook").unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Sends bytes, and returns the status of the response.
async fn exchange(address: &str, request: Vec<u8>) -> u16 {
    let mut socket = TcpStream::connect(address).await.unwrap();
    // A server that refuses a long body may not read it.
    let _ = socket.write_all(&request).await;
    let mut response = Vec::new();
    let mut chunk = [0; 4096];
    while !response.windows(4).any(|end| end == b"\r\n\r\n") {
        match soon(socket.read(&mut chunk)).await.unwrap() {
            0 => break,
            length => response.extend_from_slice(&chunk[..length]),
        }
    }
    let response = String::from_utf8(response).unwrap();
    response.split(' ').nth(1).unwrap_or_else(|| panic!("no response: {response}")).parse().unwrap()
}

fn request(line: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("{line} HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

async fn post(address: &str, signature: &str, body: &[u8]) -> u16 {
    let length = body.len();
    let headers = format!(
        "X-Webhook-Signature: {signature}\r\nX-Webhook-Event: forged\r\ncontent-length: {length}\r\n"
    );
    exchange(address, request("POST /hook", &headers, body)).await
}

/// A delivery as the API makes it.
async fn deliver(address: &str, body: &[u8]) -> u16 {
    post(address, &sign(&Secret::from(SECRET), body), body).await
}

#[tokio::test]
async fn only_what_is_signed_and_handled_gets_200() {
    let handled = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&handled);
    let receiver = Receiver::new(verifier().max_body_bytes(1000), move |event: Event| {
        let kept = Arc::clone(&kept);
        async move {
            match event.event_id.as_deref() {
                Some("evt_error") => return Err("no space on the disk"),
                Some("evt_panic") => panic!("a bug in the handler"),
                _ => kept.lock().unwrap().push(event.event),
            }
            Ok(())
        }
    });
    let address = serve(receiver).await;
    let with_id = |id: &str| {
        let sample = SampleEvent::new(WebhookEvent::GeneratedMotionSuccess);
        sample.event_id(id.to_owned()).body()
    };
    assert_eq!(deliver(&address, &sample()).await, 200);
    assert_eq!(*handled.lock().unwrap(), [WebhookEvent::GeneratedMotionSuccess]);
    let wrong = sign(&Secret::from("whsec_other"), &sample());
    let unsigned = request("POST /hook", "content-length: 2\r\n", b"{}");
    let long = " ".repeat(2000);
    // Only all of them together are too long.
    let chunk = format!("1f4\r\n{}\r\n", " ".repeat(500));
    let chunked = format!("{}0\r\n\r\n", chunk.repeat(4));
    let headers = format!("X-Webhook-Signature: {wrong}\r\ntransfer-encoding: chunked\r\n");
    let chunked = request("POST /hook", &headers, chunked.as_bytes());
    // A body is waited for only if its signature may be one.
    let announced = request("POST /hook", "content-length: 900\r\n", b"");
    for (status, what, actual) in [
        (401, "another secret", post(&address, &wrong, &sample()).await),
        (401, "no hex", post(&address, "signature", &sample()).await),
        (401, "no signature", exchange(&address, unsigned).await),
        (401, "no signature, and a body to come", exchange(&address, announced).await),
        (405, "GET", exchange(&address, request("GET /hook", "", b"")).await),
        (404, "elsewhere", exchange(&address, request("POST /", "", b"")).await),
        (413, "too long", deliver(&address, long.as_bytes()).await),
        (413, "too long, in chunks", exchange(&address, chunked).await),
        (400, "no event", deliver(&address, b"[]").await),
        (503, "an error", deliver(&address, &with_id("evt_error")).await),
        (503, "a panic", deliver(&address, &with_id("evt_panic")).await),
        (200, "after all that", deliver(&address, &sample()).await),
    ] {
        assert_eq!(actual, status, "{what}");
    }
    assert_eq!(handled.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn nothing_is_confirmed_before_it_is_handled() {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = (Arc::clone(&entered), Arc::clone(&release));
    let clock = VirtualClock::new();
    let receiver = Receiver::new(verifier(), move |_| {
        let (entered, release) = handler.clone();
        async move {
            entered.notify_one();
            release.notified().await;
            Ok::<_, &str>(())
        }
    });
    let address = serve(receiver.clock(Arc::new(clock.clone()))).await;
    let started = |address: String| tokio::spawn(async move { deliver(&address, &sample()).await });
    let delivery = started(address.clone());
    soon(entered.notified()).await;
    clock.advance(HANDLER_TIMEOUT - Duration::from_nanos(1));
    tokio::task::yield_now().await;
    assert!(!delivery.is_finished());
    release.notify_one();
    assert_eq!(soon(delivery).await.unwrap(), 200);
    // One that takes longer is retried.
    let delivery = started(address);
    soon(entered.notified()).await;
    clock.advance(HANDLER_TIMEOUT);
    assert_eq!(soon(delivery).await.unwrap(), 503);
}

#[tokio::test]
async fn a_full_or_dropped_channel_confirms_nothing() {
    let (receiver, mut events) = Receiver::channel(verifier(), 1);
    let address = serve(receiver).await;
    assert_eq!(deliver(&address, &sample()).await, 200);
    assert_eq!(deliver(&address, &sample()).await, 503);
    assert_eq!(events.next().await.unwrap().job().unwrap().id, "motion_7f3a");
    assert_eq!(deliver(&address, &sample()).await, 200);
    drop(events);
    assert_eq!(deliver(&address, &sample()).await, 503);
}

/// From a delivery over a socket to the end of a wait.
#[tokio::test]
async fn a_verified_event_wakes_the_wait_and_a_forged_one_does_not() {
    let hub = EventHub::new();
    let ignore = |_: Event| async { Ok::<_, &str>(()) };
    let address = serve(Receiver::new(verifier(), ignore).publish_to(&hub)).await;
    assert_eq!(post(&address, "00", &sample()).await, 401);
    let shown = format!("{hub:?}");
    assert!(shown.contains("recent: 0"), "{shown}");
    assert_eq!(deliver(&address, &sample()).await, 200);
    let stage = Stage::new().await;
    let report = json!({"status": "completed", "motion_preview_url": "u"});
    stage.respond(&jogg_api::operations::GET_PHOTO_AVATAR_MOTION, report);
    let job = stage.jogg.photo_avatars().motion_job("motion_7f3a");
    job.wait_with(WaitOptions::default().hub(&hub)).await.unwrap();
    assert_eq!(jogg_api_ext::clock::Clock::now(&stage.clock), Duration::ZERO);
}

#[tokio::test]
async fn fact_42_callbacks_of_single_requests_are_not_signed() {
    let (hub, seen) = (EventHub::new(), Arc::new(Mutex::new(Vec::new())));
    let kept = Arc::clone(&seen);
    let receiver = Receiver::unsigned(move |callback: Callback| {
        kept.lock().unwrap().extend(callback.ids().to_vec());
        async { Ok::<_, &str>(()) }
    });
    let address = serve(receiver.publish_to(&hub)).await;
    let body = sample();
    let headers = format!("content-length: {}\r\n", body.len());
    assert_eq!(exchange(&address, request("POST /hook", &headers, &body)).await, 200);
    until(|| !seen.lock().unwrap().is_empty()).await;
    assert_eq!(*seen.lock().unwrap(), ["motion_7f3a"]);
    assert!(format!("{hub:?}").contains("unsigned: 1"));
}

#[tokio::test]
async fn a_server_of_another_kind_passes_signature_and_body() {
    let receiver = Receiver::new(verifier(), |_| async { Ok::<_, &str>(()) });
    let body = sample();
    let signature = sign(&Secret::from(SECRET), &body);
    for (signature, body, status) in [
        (Some(signature.as_str()), &body[..], 200),
        (Some(signature.as_str()), &body[1..], 401),
        (None, &body[..], 401),
    ] {
        assert_eq!(receiver.receive_bytes(signature, body).await.as_u16(), status);
    }
}

#[test]
fn a_path_that_axum_would_panic_about_is_an_error() {
    let receiver = || Receiver::new(verifier(), |_| async { Ok::<_, &str>(()) });
    for path in ["", "hook", "/{", "/{*rest}", "/:id", "/a b", "/*"] {
        let error = receiver().into_router(path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{path}");
    }
    for path in ["/", "/hooks/jogg", "/hooks/7c1e.x~y_z-0"] {
        assert!(receiver().into_router(path).is_ok(), "{path}");
    }
}
