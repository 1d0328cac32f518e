//! Connections that are never made. The connect timeout is the HTTP library's, so that it alone
//! runs on the machine's clock; it is short here. The server that is full needs Linux.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jogg_api::codec::Codec;
use jogg_api_ext::policy::{Attempt, AttemptOutcome, Observer};
use jogg_api_ext::simulator::VirtualClock;
use jogg_api_ext::{ErrorKind, JoggBuilder, Timeouts};
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
    listener.set_nonblocking(true).unwrap();
    while let Ok((mut socket, _)) = listener.accept() {
        let mut sent = Vec::new();
        socket.read_to_end(&mut sent).unwrap();
        // A greeting, and after it nothing that could be a request.
        assert_eq!(sent.first(), Some(&22), "{sent:?}");
    }
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
