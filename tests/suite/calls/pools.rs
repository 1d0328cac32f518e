//! Which requests share a connection, and connections that end while they are idle. The pool runs
//! on the machine's clock, so these tests take seconds; those of a server's real times are ignored,
//! and CONTRIBUTING says how to run them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use jogg_api::RawRequest;
use jogg_api::operations::ADD_PHOTO_AVATAR_MOTION;
use jogg_api_ext::photo_avatars::AddMotion;
use jogg_api_ext::policy::SlidingWindow;
use jogg_api_ext::{ErrorKind, Jogg, JoggBuilder, RetryPolicy, Timeouts};
use jogg_tests::distant::Distant;
use jogg_tests::late::{Late, Then};
use jogg_tests::{KEY, connections, requests};
use serde_json::json;
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

/// Sends a paid request, and returns the id in the response.
async fn send(jogg: &Jogg, name: &str) -> String {
    let sent = jogg.photo_avatars().add_motion(named(name.to_owned())).await;
    let job = sent.unwrap_or_else(|error| panic!("{name}: {error}"));
    job.id().to_owned()
}

async fn all(mut calls: JoinSet<()>) {
    while let Some(call) = calls.join_next().await {
        call.unwrap();
    }
}

fn client(server: &Late) -> JoggBuilder {
    Jogg::builder(KEY).base_url(&server.url).without_rate_limiter()
}

#[tokio::test]
async fn a_paid_request_shares_its_connection_with_no_other() {
    let server = Late::start(|_| Then::Keep).await;
    let jogg = client(&server).build().unwrap();
    for name in ["a", "b"] {
        jogg.account().whoami().await.unwrap();
        assert_eq!(send(&jogg, name).await, name);
    }
    // Nor does one of the low-level client.
    let request = RawRequest::new().with_body(json!({"name": "c"}));
    let request = request.prepare(&ADD_PHOTO_AVATAR_MOTION).unwrap();
    jogg.api().exchange(&request, None).await.unwrap();
    jogg.account().whoami().await.unwrap();
    let requests = server.requests();
    let of = |method: &str| {
        let sent = requests.iter().filter(|(_, request)| request.starts_with(method));
        sent.map(|(connection, _)| *connection).collect::<Vec<_>>()
    };
    assert_eq!((of("GET"), of("POST")), (vec![1, 1, 1], vec![2, 3, 4]));
}

/// It would pass for the response of the next call on the connection, which then is retried
/// although it was executed, and gets the id of another call.
#[tokio::test]
async fn what_comes_late_on_a_connection_is_no_response_of_another_call() {
    let server = Late::start(|_| Then::Refuse(Duration::from_millis(5))).await;
    let jogg = client(&server).build().unwrap();
    for call in 0..20 {
        let name = call.to_string();
        assert_eq!(send(&jogg, &name).await, name);
        tokio::time::sleep(Duration::from_millis(call)).await;
    }
    assert_eq!(server.requests().len(), 20);
}

#[tokio::test]
async fn a_server_that_closes_connections_after_its_response_loses_no_call() {
    let server =
        Late::start(|number| Then::Close(Duration::from_micros(number * 137 % 6000))).await;
    let jogg = client(&server).build().unwrap();
    for call in 0..200 {
        let name = call.to_string();
        assert_eq!(send(&jogg, &name).await, name);
        tokio::time::sleep(Duration::from_micros(call * 71 % 6000)).await;
    }
    assert_eq!(server.requests().len(), 200);
}

/// The HTTP client for paid requests is built when it is needed, and never replaced by the pool.
#[tokio::test]
async fn without_a_client_for_it_a_paid_request_is_not_sent() {
    let server = Late::start(|_| Then::Keep).await;
    let is_broken = Arc::new(AtomicBool::new(false));
    let broken = Arc::clone(&is_broken);
    let builder = client(&server).http_client(move |http| match broken.load(Ordering::SeqCst) {
        true => http.user_agent("no\nheader"),
        false => http,
    });
    let jogg = builder.build().unwrap();
    is_broken.store(true, Ordering::SeqCst);
    let error = jogg.photo_avatars().add_motion(named("a".to_owned())).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_executed()), (ErrorKind::Connection, false));
    assert!(!error.is_retryable(), "{error:?}");
    jogg.account().whoami().await.unwrap();
    assert_eq!(server.requests().len(), 1);
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
            let jogg = jogg.clone();
            calls.spawn(async move {
                assert_eq!(send(&jogg, &format!("{client}-{call}")).await, "m1");
            });
        }
    }
    all(calls).await;
    each_is_executed_once(&server, 240);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_is_lost_where_the_window_ends_as_connections_do() {
    let window = Duration::from_secs(3);
    let later = window + Duration::from_millis(100);
    tokio::join!(at_the_limit(window, window), at_the_limit(window, later));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes two minutes"]
async fn no_call_is_lost_in_real_time() {
    let minute = Duration::from_secs(60);
    let later = minute + Duration::from_millis(100);
    tokio::join!(at_the_limit(minute, minute), at_the_limit(minute, later));
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

/// Changes the settings of a client.
type Change = fn(JoggBuilder) -> JoggBuilder;

/// How many connections two calls take, with so many milliseconds between them.
async fn connections_with(change: Change, pause: u64) -> usize {
    let (url, count) = falls_silent(0).await;
    let jogg = change(Jogg::builder(KEY).base_url(url)).build().unwrap();
    jogg.account().whoami().await.unwrap();
    tokio::time::sleep(Duration::from_millis(pause)).await;
    jogg.account().whoami().await.unwrap();
    count.load(Ordering::SeqCst)
}

#[tokio::test]
async fn no_setting_keeps_idle_connections_for_longer_than_two_seconds() {
    const LONG: Duration = Duration::from_secs(90);
    let usual: Change = |builder| builder;
    let short: Change = |builder| builder.pool_idle_timeout(Duration::from_millis(200));
    let long: Change = |builder| builder.pool_idle_timeout(LONG);
    let changed: Change = |builder| builder.http_client(|http| http.pool_idle_timeout(LONG));
    let (usual, brief, short, long, changed) = tokio::join!(
        connections_with(usual, 2300),
        connections_with(usual, 300),
        connections_with(short, 300),
        connections_with(long, 2300),
        connections_with(changed, 2300),
    );
    assert_eq!((usual, brief, short, long, changed), (2, 1, 2, 2, 2));
}

#[tokio::test]
async fn an_unpooled_client_opens_a_connection_for_each_request() {
    let (url, count) = falls_silent(0).await;
    let client = jogg_api::Client::builder(KEY).base_url(url).build().unwrap();
    for opened in 1..=3 {
        client.unpooled().whoami().await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), opened);
    }
}
