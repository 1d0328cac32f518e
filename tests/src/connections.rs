//! Servers of the tests' own, for what the simulator cannot do: connections that fail.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jogg_api_ext::simulator::VirtualClock;
use jogg_api_ext::{Jogg, JoggBuilder};
use tokio::net::{TcpListener, TcpSocket};

use crate::KEY;
use crate::faults::unlimited_budget;

/// A client of such a server: on a virtual clock, without limits.
pub fn client(url: &str, clock: &VirtualClock) -> JoggBuilder {
    let builder = Jogg::builder(KEY).base_url(url).clock(Arc::new(clock.clone()));
    builder.without_rate_limiter().retry_policy(unlimited_budget())
}

/// An address nobody listens at, and the socket that keeps its port: nobody else gets it while that
/// lives.
pub fn refusing() -> (String, TcpSocket) {
    let taken = TcpSocket::new_v4().expect("a socket");
    taken.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
    (format!("http://{}", taken.local_addr().expect("an address")), taken)
}

/// A listener on loopback, and its URL.
pub async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, url)
}

/// A server that resets each connection when a request has come, without reading it, and counts
/// them.
pub async fn resetting() -> (String, Arc<AtomicUsize>) {
    let (listener, url) = listen().await;
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            // A reset before the client has sent anything could pass for no connection at all.
            if socket.peek(&mut [0]).await.is_ok_and(|length| length > 0) {
                counted.fetch_add(1, Ordering::SeqCst);
            }
            socket.set_zero_linger().expect("an open socket");
        }
    });
    (url, count)
}

/// A server whose queue of connections is full, so that none is ever made. On Linux: the first
/// message of a handshake is dropped then.
#[derive(Debug)]
pub struct Full {
    /// Its address.
    pub url: String,
    listener: std::net::TcpListener,
    /// The one in the queue.
    first: std::net::TcpStream,
}

impl Full {
    /// Starts it.
    pub fn start() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
        let listener = socket.listen(0).expect("a free port");
        let listener = listener.into_std().expect("a listener");
        let address = listener.local_addr().expect("an address");
        let first = std::net::TcpStream::connect(address).expect("room for one");
        Self { url: format!("http://{address}"), listener, first }
    }

    /// Lets connections in from now on.
    pub fn open(&self) -> std::net::TcpListener {
        let (_, address) = self.listener().accept().expect("the one in the queue");
        assert_eq!(address, self.first.local_addr().expect("an address"));
        self.listener()
    }

    /// Where connections come in.
    pub fn listener(&self) -> std::net::TcpListener {
        let listener = self.listener.try_clone().expect("a listener");
        listener.set_nonblocking(false).expect("a listener");
        listener
    }
}
