//! A receiver that keeps what comes, and responds as a test wants.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use jogg_api_ext::webhooks::Event;
use jogg_tests::until;
use tokio::net::TcpListener;

/// A request as a receiver got it.
#[derive(Clone)]
pub(super) struct Received {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Received {
    pub(super) fn event(&self) -> Event {
        Event::parse(&self.body).unwrap()
    }

    /// The name of the event, and the id of the job.
    pub(super) fn subject(&self) -> (String, String) {
        let event = self.event();
        (event.event.to_string(), event.job().unwrap().id)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// A receiver on this machine.
pub(super) struct Hook {
    pub(super) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

/// What stands for no response at all among the statuses.
pub(super) const SILENCE: u16 = 0;

type Hooked = (Arc<Mutex<Vec<Received>>>, Arc<Mutex<VecDeque<u16>>>);

impl Hook {
    /// Responds with 200.
    pub(super) async fn new() -> Self {
        Self::responding(&[]).await
    }

    /// Responds with these statuses, then with 200.
    pub(super) async fn responding(statuses: &[u16]) -> Self {
        let (received, statuses) = (Arc::default(), statuses.iter().copied().collect());
        let hooked: Hooked = (Arc::clone(&received), Arc::new(Mutex::new(statuses)));
        let router = Router::new().route("/hook", post(receive)).with_state(hooked);
        let (listener, url) = listen().await;
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, received }
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until so many requests have come.
    pub(super) async fn has(&self, count: usize) -> Vec<Received> {
        until(|| self.received.lock().unwrap().len() >= count).await;
        self.received()
    }
}

async fn receive(
    State((received, statuses)): State<Hooked>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    received.lock().unwrap().push(Received { headers, body });
    let status = statuses.lock().unwrap().pop_front().unwrap_or(200);
    if status == SILENCE {
        std::future::pending::<()>().await;
    }
    StatusCode::from_u16(status).unwrap()
}

/// Listens on this machine. Returns the URL of `/hook` there, too.
pub(super) async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    (listener, url)
}
