//! Connections that end while they are idle. The pool runs on the machine's clock, so these tests
//! take seconds; those of a server's real times are ignored, and CONTRIBUTING says how to run them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jogg_api_ext::photo_avatars::AddMotion;
use jogg_api_ext::policy::SlidingWindow;
use jogg_api_ext::{Jogg, RetryPolicy, Timeouts};
use jogg_tests::distant::Distant;
use jogg_tests::{KEY, connections, requests};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

const ONE_WAY: Duration = Duration::from_millis(80);

fn named(name: String) -> AddMotion {
    let mut request = serde_json::to_value(requests::add_motion()).unwrap();
    request["name"] = name.into();
    serde_json::from_value(request).unwrap()
}

/// Sends a paid request after a pause.
async fn send(jogg: Jogg, pause: Duration, name: String) {
    tokio::time::sleep(pause).await;
    let sent = jogg.photo_avatars().add_motion(named(name.clone())).await;
    let job = sent.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(job.id(), "m1");
}

async fn all(mut calls: JoinSet<()>) {
    while let Some(call) = calls.join_next().await {
        call.unwrap();
    }
}

#[track_caller]
fn each_is_executed_once(server: &Distant, calls: usize) {
    let executed = server.executed();
    assert_eq!(executed.len(), calls);
    assert!(executed.values().all(|count| *count == 1), "{executed:?}");
}

/// Four clients, 60 calls each, at the limit of 20 per window: where the window ends, each
/// connection has been idle for as long.
async fn at_the_limit(window: Duration, idle: Duration) {
    let server = Distant::start(idle, ONE_WAY).await;
    let mut calls = JoinSet::new();
    for client in 0..4 {
        let limit = Arc::new(SlidingWindow::new(20, window));
        let builder = Jogg::builder(KEY).base_url(&server.url).rate_limiter(limit);
        let jogg = builder.build().unwrap();
        for call in 0..60 {
            calls.spawn(send(jogg.clone(), Duration::ZERO, format!("{client}-{call}")));
        }
    }
    all(calls).await;
    each_is_executed_once(&server, 240);
}

/// Forty connections, and on each a second call after a time of its own around the end of it.
async fn with_gaps(idle: Duration) {
    let server = Distant::start(idle, ONE_WAY).await;
    let builder = Jogg::builder(KEY).base_url(&server.url).without_rate_limiter();
    let jogg = builder.build().unwrap();
    let mut calls = JoinSet::new();
    for call in 0..40 {
        let jogg = jogg.clone();
        let gap = idle - Duration::from_millis(300) + Duration::from_millis(12) * call;
        calls.spawn(async move {
            send(jogg.clone(), Duration::ZERO, format!("first {call}")).await;
            send(jogg, gap, format!("second {call}")).await;
        });
    }
    all(calls).await;
    each_is_executed_once(&server, 80);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_is_lost_where_the_window_ends_as_connections_do() {
    let window = Duration::from_secs(3);
    let later = window + Duration::from_millis(100);
    tokio::join!(at_the_limit(window, window), at_the_limit(window, later));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_is_lost_to_a_server_that_closes_after_five_seconds() {
    with_gaps(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes two minutes"]
async fn no_call_is_lost_in_real_time() {
    let minute = Duration::from_secs(60);
    let later = minute + Duration::from_millis(100);
    tokio::join!(
        at_the_limit(minute, minute),
        at_the_limit(minute, later),
        with_gaps(Duration::from_secs(5)),
        with_gaps(Duration::from_secs(15)),
        with_gaps(minute),
    );
}

/// A server whose first connections each serve one request, all at once, and then fall silent.
async fn falls_silent(connections: usize) -> (String, Arc<AtomicUsize>) {
    let (listener, url) = connections::listen().await;
    let (count, all) = (Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(connections)));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let first = counted.fetch_add(1, Ordering::SeqCst) < connections;
            tokio::spawn(serve(socket, first.then(|| Arc::clone(&all))));
        }
    });
    (url, count)
}

async fn serve(mut socket: TcpStream, all: Option<Arc<Barrier>>) {
    let mut request = [0; 4096];
    let mut served = false;
    while socket.read(&mut request).await.is_ok_and(|length| length > 0) {
        if let Some(all) = &all {
            if std::mem::replace(&mut served, true) {
                continue;
            }
            all.wait().await;
        }
        let body = r#"{"code":0,"msg":"","data":{"username":"a"}}"#;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        socket.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    }
}

#[tokio::test]
async fn after_a_timeout_a_read_is_retried_on_a_new_connection() {
    let (url, count) = falls_silent(6).await;
    let short = Timeouts::new().read(Duration::from_millis(300));
    let retries = RetryPolicy::new().base_delay(Duration::from_millis(1));
    let builder = Jogg::builder(KEY).base_url(url).timeouts(short).retry_policy(retries);
    let jogg = builder.build().unwrap();
    let mut first = JoinSet::new();
    for _ in 0..6 {
        let jogg = jogg.clone();
        first.spawn(async move { drop(jogg.account().whoami().await.unwrap()) });
    }
    all(first).await;
    let (_, metadata) = jogg.account().whoami().with_metadata().await.unwrap();
    assert_eq!(metadata.attempts, 2);
    assert_eq!(count.load(Ordering::SeqCst), 7, "one new connection");
}
