//! A server of HTTP/2 that writes its frames by hand: what proper servers never do, tests need.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::connections;

const PREFACE: usize = 24;
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;
/// `:status: 200`, the eighth of HPACK's static table.
const STATUS_200: u8 = 0x88;

/// What the server does when a request has come whole.
#[derive(Clone, Copy, Debug)]
pub enum Reaction {
    /// A success with the id of a job.
    Respond,
    /// `RST_STREAM` with this error code.
    Reset(u32),
    /// `GOAWAY` with this error code, whose last stream is the one before the request; then the end
    /// of the connection.
    GoAwayBefore(u32),
    /// The same, but the last stream is that of the request.
    GoAwayAfter(u32),
    /// Nothing more on this connection, not even for pings.
    Silence,
}

/// The server.
#[derive(Debug)]
pub struct Http2 {
    /// Its address.
    pub url: String,
    received: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
}

impl Http2 {
    /// Starts a server that reacts so to the first requests, on whatever connection, and responds
    /// to all others.
    pub async fn start(reactions: impl IntoIterator<Item = Reaction>) -> Self {
        let (listener, url) = connections::listen().await;
        let received = Arc::new(AtomicUsize::new(0));
        let connections = Arc::new(AtomicUsize::new(0));
        let server =
            Self { url, received: Arc::clone(&received), connections: Arc::clone(&connections) };
        let reactions = Arc::new(Mutex::new(reactions.into_iter().collect::<VecDeque<_>>()));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                let (received, reactions) = (Arc::clone(&received), Arc::clone(&reactions));
                let next = move || {
                    received.fetch_add(1, Ordering::SeqCst);
                    reactions.lock().expect("no task panics").pop_front()
                };
                // A client may go away at any time.
                tokio::spawn(async move { serve(socket, next).await.ok() });
            }
        });
        server
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// How many requests have come whole.
    pub fn received(&self) -> usize {
        self.received.load(Ordering::SeqCst)
    }
}

async fn serve(mut socket: TcpStream, next: impl Fn() -> Option<Reaction>) -> std::io::Result<()> {
    socket.read_exact(&mut [0; PREFACE]).await?;
    socket.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    loop {
        let mut head = [0; 9];
        socket.read_exact(&mut head).await?;
        let [a, b, c, kind, flags, stream @ ..] = head;
        let mut content = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        socket.read_exact(&mut content).await?;
        if kind == SETTINGS && flags & ACK == 0 {
            socket.write_all(&frame(SETTINGS, ACK, 0, &[])).await?;
        }
        if !(matches!(kind, HEADERS | DATA) && flags & END_STREAM != 0) {
            continue;
        }
        let stream = u32::from_be_bytes(stream);
        let go_away = |last: u32, code: u32| {
            let content = [last.to_be_bytes(), code.to_be_bytes()].concat();
            frame(GOAWAY, 0, 0, &content)
        };
        let reaction = next().unwrap_or(Reaction::Respond);
        let frames = match reaction {
            Reaction::Respond => {
                let body = br#"{"code":0,"msg":"","data":{"motion_id":"m1"}}"#;
                let head = frame(HEADERS, END_HEADERS, stream, &[STATUS_200]);
                [head, frame(DATA, END_STREAM, stream, body)].concat()
            }
            Reaction::Reset(code) => frame(RST_STREAM, 0, stream, &code.to_be_bytes()),
            // Only streams that the client opens have odd numbers.
            Reaction::GoAwayBefore(code) => go_away(stream.saturating_sub(2), code),
            Reaction::GoAwayAfter(code) => go_away(stream, code),
            Reaction::Silence => return std::future::pending().await,
        };
        socket.write_all(&frames).await?;
        if matches!(reaction, Reaction::GoAwayBefore(_) | Reaction::GoAwayAfter(_)) {
            // An end, and not a reset: all that the client sends is read.
            socket.shutdown().await?;
            while socket.read(&mut [0; 1024]).await? > 0 {}
            return Ok(());
        }
    }
}

fn frame(kind: u8, flags: u8, stream: u32, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("a short frame").to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(content);
    frame
}
