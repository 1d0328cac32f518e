//! A server that lets so many POST requests through in a sliding window, as the API does for a key.
//! It starts a motion job for each.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jogg_api_ext::clock::Clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::connections;

/// What such a server has done.
#[derive(Debug, Default)]
pub struct Limited {
    admitted: VecDeque<Duration>,
    /// How many requests it has let through.
    pub served: usize,
    /// How many it has refused.
    pub refused: usize,
}

impl Limited {
    /// Starts a server, and returns its URL and what it counts.
    pub async fn start(
        clock: Arc<dyn Clock>,
        limit: usize,
        window: Duration,
    ) -> (String, Arc<Mutex<Self>>) {
        let (listener, url) = connections::listen().await;
        let counts = Arc::new(Mutex::new(Self::default()));
        let counted = Arc::clone(&counts);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (clock, counted) = (Arc::clone(&clock), Arc::clone(&counted));
                tokio::spawn(async move {
                    let admit = || {
                        let mut counts = counted.lock().expect("no panic in a server");
                        counts.admit(clock.now(), limit, window)
                    };
                    // The client closes connections as it likes.
                    let _ = serve(socket, admit).await;
                });
            }
        });
        (url, counts)
    }

    /// Admits a request: which one it is, or the seconds until there is room.
    fn admit(&mut self, now: Duration, limit: usize, window: Duration) -> Result<usize, u64> {
        while self.admitted.front().is_some_and(|at| now.saturating_sub(*at) >= window) {
            self.admitted.pop_front();
        }
        if self.admitted.len() < limit {
            self.admitted.push_back(now);
            self.served += 1;
            return Ok(self.served);
        }
        self.refused += 1;
        let oldest = self.admitted.front().copied().unwrap_or(now);
        let wait = oldest.saturating_add(window).saturating_sub(now);
        Err(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
    }
}

/// Responds to the requests of one connection.
async fn serve(
    mut socket: TcpStream,
    admit: impl Fn() -> Result<usize, u64>,
) -> std::io::Result<()> {
    let mut received = Vec::new();
    loop {
        while !take_request(&mut received) {
            if socket.read_buf(&mut received).await? == 0 {
                return Ok(());
            }
        }
        let (status, header, body) = match admit() {
            Ok(number) => {
                let body = format!(r#"{{"code":0,"msg":"","data":{{"motion_id":"m{number}"}}}}"#);
                ("200 OK", String::new(), body)
            }
            Err(seconds) => {
                let body = r#"{"code":429,"msg":"too many requests","data":null}"#;
                ("429 Too Many Requests", format!("retry-after: {seconds}\r\n"), body.to_owned())
            }
        };
        let head = format!("HTTP/1.1 {status}\r\n{header}content-length: {}\r\n\r\n", body.len());
        socket.write_all((head + &body).as_bytes()).await?;
    }
}

/// Takes a whole request from what has been received, if it is there.
fn take_request(received: &mut Vec<u8>) -> bool {
    let text = String::from_utf8_lossy(received);
    let Some((head, _)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    let end = head.len() + 4 + length.unwrap_or(0);
    let is_whole = received.len() >= end;
    if is_whole {
        received.drain(..end);
    }
    is_whole
}
