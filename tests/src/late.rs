//! A server that does something more with a connection after its response.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::connections;

/// What comes after a response. Wall time is its subject.
#[derive(Clone, Copy, Debug)]
pub enum Then {
    /// The end of the connection, after a pause.
    Close(Duration),
    /// The next request.
    Keep,
    /// A 429 that nobody waits for, after a pause.
    Refuse(Duration),
}

/// A server that starts a job for each request: its id is the `name` in the request's body.
#[derive(Debug)]
pub struct Late {
    /// Its address.
    pub url: String,
    requests: Arc<Mutex<Vec<(usize, String)>>>,
}

impl Late {
    /// Starts it. `then` gets the number of the request, from 1.
    pub async fn start(then: fn(u64) -> Then) -> Self {
        let (listener, url) = connections::listen().await;
        let requests = Arc::new(Mutex::default());
        let server = Self { url, requests: Arc::clone(&requests) };
        tokio::spawn(async move {
            let mut connection = 0;
            while let Ok((socket, _)) = listener.accept().await {
                connection += 1;
                tokio::spawn(serve(socket, connection, Arc::clone(&requests), then));
            }
        });
        server
    }

    /// The requests so far, each with the number of its connection.
    ///
    /// # Panics
    /// If a connection's task has panicked.
    pub fn requests(&self) -> Vec<(usize, String)> {
        self.requests.lock().expect("no task panics").clone()
    }
}

async fn serve(
    mut socket: TcpStream,
    connection: usize,
    requests: Arc<Mutex<Vec<(usize, String)>>>,
    then: fn(u64) -> Then,
) {
    while let Some(request) = request(&mut socket).await {
        let name = request.split_once(r#""name":""#).and_then(|(_, rest)| rest.split_once('"'));
        let id = name.map_or("", |(name, _)| name).to_owned();
        let number = {
            let mut requests = requests.lock().expect("no task panics");
            requests.push((connection, request));
            requests.len()
        };
        let body = format!(r#"{{"code":0,"msg":"","data":{{"motion_id":"{id}"}}}}"#);
        respond(&mut socket, "200 OK", &body).await;
        match then(number as u64) {
            Then::Close(pause) => return sleep(pause).await,
            Then::Keep => {}
            Then::Refuse(pause) => {
                sleep(pause).await;
                respond(&mut socket, "429 Too Many Requests", r#"{"code":429}"#).await;
            }
        }
    }
}

/// Reads a request, with its head and body.
async fn request(socket: &mut TcpStream) -> Option<String> {
    let mut received = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&received);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length = length.map_or(0, |length| length.parse().expect("a number"));
            if body.len() >= length {
                return Some(text.into_owned());
            }
        }
        if socket.read_buf(&mut received).await.ok()? == 0 {
            return None;
        }
    }
}

/// The client closes connections as it likes.
async fn respond(socket: &mut TcpStream, status: &str, body: &str) {
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
    let _ = socket.write_all(format!("{head}{body}").as_bytes()).await;
}
