//! A server that is far away and closes idle connections. Wall time is its subject.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout_at};

use crate::connections;

/// A server that takes photo avatars, and counts them by name.
///
/// What the client sends and what it receives arrive later by the distance. So a request that is
/// sent shortly before the client learns of the end of the connection is lost.
#[derive(Debug)]
pub struct Distant {
    /// Its address.
    pub url: String,
    executed: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Distant {
    /// Starts one that closes connections idle for `idle`, at a distance of `one_way`.
    pub async fn start(idle: Duration, one_way: Duration) -> Self {
        let (listener, url) = connections::listen().await;
        let executed = Arc::new(Mutex::default());
        let server = Self { url, executed: Arc::clone(&executed) };
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, idle, one_way, Arc::clone(&executed)));
            }
        });
        server
    }

    /// How often each avatar was executed, by its name.
    ///
    /// # Panics
    /// If a connection's task has panicked.
    pub fn executed(&self) -> BTreeMap<String, usize> {
        self.executed.lock().expect("no task panics").clone()
    }
}

async fn serve(
    mut socket: TcpStream,
    idle: Duration,
    one_way: Duration,
    executed: Arc<Mutex<BTreeMap<String, usize>>>,
) {
    let mut closes: Option<Instant> = None;
    loop {
        let received = match closes {
            // The client learns of the end when the last message has arrived.
            Some(closes) => match timeout_at(closes + one_way, request(&mut socket)).await {
                Ok(received) => received,
                Err(_) => return,
            },
            None => request(&mut socket).await,
        };
        let Some(body) = received else { return };
        sleep(one_way).await;
        if closes.is_some_and(|closes| closes <= Instant::now()) {
            sleep(one_way).await;
            let _ = socket.set_zero_linger();
            return;
        }
        let name = body["name"].as_str().unwrap_or_default().to_owned();
        *executed.lock().expect("no task panics").entry(name).or_default() += 1;
        closes = Some(Instant::now() + idle);
        sleep(one_way).await;
        if respond(&mut socket).await.is_err() {
            return;
        }
    }
}

/// Reads a request, and returns its body.
async fn request(socket: &mut TcpStream) -> Option<Value> {
    let mut received = Vec::new();
    loop {
        let end = received.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&received[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length = length.map_or(0, |length| length.parse().expect("a number"));
            if received.len() >= end + 4 + length {
                return Some(serde_json::from_slice(&received[end + 4..]).unwrap_or_default());
            }
        }
        if socket.read_buf(&mut received).await.ok()? == 0 {
            return None;
        }
    }
}

async fn respond(socket: &mut TcpStream) -> std::io::Result<()> {
    let body = r#"{"code":0,"msg":"","data":{"motion_id":"m1"}}"#;
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    socket.write_all(format!("{head}{body}").as_bytes()).await
}
