//! Connections that are never made. The connect timeout is the HTTP library's, so that it alone
//! runs on the machine's clock; it is short here. The server that is full needs Linux.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jogg_api::codec::Codec;
use jogg_api_ext::clock::SystemClock;
use jogg_api_ext::policy::{Attempt, AttemptOutcome, Observer};
use jogg_api_ext::simulator::VirtualClock;
use jogg_api_ext::{CallOptions, ErrorKind, JoggBuilder, RetryPolicy, Timeouts};
use jogg_tests::classes::one_of_each_class;
use jogg_tests::connections::{self, Full};
use jogg_tests::faults::call;
use jogg_tests::secrets;

fn short() -> Timeouts {
    Timeouts::new().connect(Duration::from_millis(100))
}

/// The usual connect timeout.
const USUAL: Duration = Duration::from_secs(10);

/// Each class of call, with a server that lets nobody connect.
async fn nothing_connects(builder: JoggBuilder) {
    let jogg = builder.timeouts(short()).build().unwrap();
    for codec in one_of_each_class() {
        let begun = Instant::now();
        let error = call(&jogg, codec).await.unwrap_err();
        let id = codec.operation.id;
        // Four times the usual limit would be 40 s.
        assert!(begun.elapsed() < USUAL, "{id}: {:?}", begun.elapsed());
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connection, 4), "{id}: {error:?}");
        assert!(error.is_retryable() && !error.may_have_executed(), "{id}: {error:?}");
        let text = secrets::shown(&error);
        assert!(text.contains("no connection to 127.0.0.1:"), "{text}");
        assert!(error.to_string().ends_with("timed out"), "no timeout: {text}");
        secrets::assert_hidden(&text, id);
    }
}

#[track_caller]
fn nobody_waits(listener: &TcpListener) {
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn a_connect_timeout_executes_nothing_and_is_retried() {
    let server = Full::start();
    nothing_connects(connections::client(&server.url, &VirtualClock::new())).await;
    // None of the twenty attempts has become a connection in the meantime.
    nobody_waits(&server.open());
}

/// The connect timeout includes the handshake.
#[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
#[tokio::test]
async fn a_handshake_that_stalls_executes_nothing_and_is_retried() {
    // Connections are made, but nobody takes them.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    // Given one to trust, the client is also built on a machine without any certificates.
    let trusted = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let builder = connections::client(&url, &VirtualClock::new());
    nothing_connects(builder.root_certificate(trusted.cert.pem())).await;
    let trusting = real(&url).root_certificate(trusted.cert.pem());
    no_time_to_connect("handshake", trusting).await;
    listener.set_nonblocking(true).unwrap();
    while let Ok((mut socket, _)) = listener.accept() {
        let mut sent = Vec::new();
        socket.read_to_end(&mut sent).unwrap();
        // A greeting, and after it nothing that could be a request.
        assert_eq!(sent.first(), Some(&22), "{sent:?}");
    }
}

/// A client on the machine's clock, which makes two attempts.
fn real(url: &str) -> JoggBuilder {
    let policy = RetryPolicy::new().max_attempts(2).base_delay(Duration::from_millis(1));
    let builder = connections::client(url, &VirtualClock::new());
    builder.clock(Arc::new(SystemClock::new())).retry_policy(policy)
}

/// Calls of each class with little time, by each way to limit it, to where no connection is made.
async fn no_time_to_connect(what: &str, builder: JoggBuilder) {
    let short = Duration::from_millis(100);
    let jogg = builder.build().unwrap();
    let timeout = CallOptions::new().timeout(short);
    let deadline = CallOptions::new().deadline(short).min_time_left(Duration::ZERO);
    for codec in one_of_each_class() {
        let id = codec.operation.id;
        for (options, attempts) in [(&timeout, 2), (&deadline, 1)] {
            let jogg = jogg.with_options(options.clone());
            let error = call(&jogg, codec).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Timeout, "{what}, {id}: {error:?}");
            assert_eq!(error.attempts(), attempts, "{what}, {id}: {error:?}");
            assert!(error.is_retryable() && !error.may_have_executed(), "{what}, {id}: {error:?}");
            let text = error.to_string();
            assert!(text.contains("not sent, as no connection was ready within 0."), "{text}");
        }
    }
}

/// A proxy that takes connections, and never says anything.
#[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
#[tokio::test]
async fn a_timeout_at_a_proxy_executes_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let proxy = reqwest::Proxy::all(&proxy).unwrap();
    let builder = connections::with_some_root(real("https://server.example"));
    let proxied = builder.http_client(move |http| http.proxy(proxy.clone()));
    no_time_to_connect("proxy", proxied).await;
    listener.set_nonblocking(true).unwrap();
    while let Ok((mut socket, _)) = listener.accept() {
        let mut sent = String::new();
        socket.read_to_string(&mut sent).unwrap();
        assert!(sent.is_empty() || sent.starts_with("CONNECT server.example:443 "), "{sent}");
        assert!(!sent.contains("POST"), "{sent}");
    }
}

/// Nothing was sent, so that no outcome is unknown, and it is retried.
#[tokio::test]
async fn a_timeout_before_there_is_a_connection_executes_nothing() {
    let server = Full::start();
    no_time_to_connect("full", real(&server.url)).await;
    // The HTTP client's timeout.
    let short = |http: reqwest::ClientBuilder| http.timeout(Duration::from_millis(100));
    let jogg = real(&server.url).http_client(short).build().unwrap();
    let codec = Codec::of("add_photo_avatar_motion").unwrap();
    let error = call(&jogg, codec).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 2), "{error:?}");
    assert!(error.is_retryable() && !error.may_have_executed(), "{error:?}");
    assert!(error.to_string().contains("timed out before it was sent"), "{error}");
    nobody_waits(&server.open());
}

/// Opens the server after the second attempt, and serves one request there.
struct Opens {
    server: Full,
    served: Mutex<Option<JoinHandle<String>>>,
}

impl Observer for Opens {
    fn on_outcome(&self, attempt: &Attempt, _: &AttemptOutcome) {
        if attempt.number == 2 {
            let listener = self.server.open();
            *self.served.lock().unwrap() = Some(std::thread::spawn(move || serve_once(&listener)));
        }
    }
}

/// Responds to the next request; returns what was read of it.
fn serve_once(listener: &TcpListener) -> String {
    let (mut socket, _) = listener.accept().unwrap();
    let mut request = [0; 4096];
    let length = socket.read(&mut request).unwrap();
    let body = r#"{"code":0,"msg":"","data":{"motion_id":"m1"}}"#;
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    socket.write_all(format!("{head}{body}").as_bytes()).unwrap();
    String::from_utf8_lossy(&request[..length]).into_owned()
}

#[tokio::test]
async fn a_paid_call_succeeds_once_there_is_a_connection() {
    let server = Full::start();
    let url = server.url.clone();
    let opens = Arc::new(Opens { server, served: Mutex::default() });
    let clock = VirtualClock::new();
    let builder = connections::client(&url, &clock).timeouts(short());
    let jogg = builder.observer(opens.clone()).build().unwrap();
    let codec = Codec::of("add_photo_avatar_motion").unwrap();
    let (data, metadata) = call(&jogg, codec).await.unwrap();
    assert_eq!(metadata.attempts, 3);
    assert_eq!(data["motion_id"], "m1");
    let request = opens.served.lock().unwrap().take().unwrap().join().unwrap();
    assert!(request.starts_with("POST /v2/photo_avatar/add_motion HTTP/1.1\r\n"), "{request}");
    // That was the only one.
    nobody_waits(&opens.server.listener());
}
