//! A host that sends exactly the bytes of a script, whatever is requested.

use std::sync::{Arc, Mutex};

use jogg_tests::connections;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a host sends on one connection, and what it does then.
#[derive(Clone, Debug)]
pub(super) struct Script {
    bytes: Vec<u8>,
    then: Then,
}

#[derive(Clone, Copy, Debug)]
enum Then {
    Close,
    /// Nothing more, on a connection that stays.
    Silence,
}

impl Script {
    /// A response with these headers, which end in `\r\n` each.
    pub(super) fn new(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Self {
        let mut bytes = format!("HTTP/1.1 {status}\r\n{headers}\r\n").into_bytes();
        bytes.extend_from_slice(body.as_ref());
        Self { bytes, then: Then::Close }
    }

    /// A file, with its length and other headers.
    pub(super) fn file(headers: &str, body: impl AsRef<[u8]>) -> Self {
        let length = format!("content-length: {}\r\n{headers}", body.as_ref().len());
        Self::new("200 OK", &length, body)
    }

    /// The same, of which only so many bytes of the body come.
    pub(super) fn cut(mut self, length: usize) -> Self {
        let head = self.bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
        self.bytes.truncate(head + length);
        self
    }

    /// The same, but the connection stays open.
    pub(super) fn then_silence(mut self) -> Self {
        self.then = Then::Silence;
        self
    }
}

/// A running host.
pub(super) struct Scripted {
    pub(super) base_url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    /// Starts a host with a script for each connection, in order.
    pub(super) async fn start(scripts: impl IntoIterator<Item = Script>) -> Self {
        let scripts: Vec<Script> = scripts.into_iter().collect();
        let (listener, base_url) = connections::listen().await;
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let log = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut open = Vec::new();
            for script in scripts {
                let (mut stream, _) = listener.accept().await.unwrap();
                let head = head(&mut stream).await;
                log.lock().unwrap().push(head);
                // The client may be gone before it has everything.
                let _ = stream.write_all(&script.bytes).await;
                match script.then {
                    Then::Close => drop(stream.shutdown().await),
                    Then::Silence => open.push(stream),
                }
            }
            // Connections stay open until the test ends.
            std::future::pending::<()>().await;
        });
        Self { base_url, requests }
    }

    pub(super) fn url(&self) -> String {
        format!("{}/f.mp4", self.base_url)
    }

    /// The heads of the requests so far, with the names of headers in lower case.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The value of a header in each of the requests.
    pub(super) fn header(&self, name: &str) -> Vec<Option<String>> {
        let prefix = format!("{name}: ");
        let value = |head: &String| {
            head.lines().find_map(|line| line.strip_prefix(&prefix).map(str::to_owned))
        };
        self.requests().iter().map(value).collect()
    }
}

async fn head(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    while !received.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        assert_ne!(stream.read_buf(&mut received).await.unwrap(), 0, "the head is cut");
    }
    String::from_utf8(received).unwrap()
}
