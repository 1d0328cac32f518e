//! Servers of the tests' own, for what the simulator cannot do: connections that fail.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jogg_api_ext::simulator::VirtualClock;
use jogg_api_ext::{Jogg, JoggBuilder};
use rcgen::{Certificate, CertificateParams, DnType, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::KEY;
use crate::faults::unlimited_budget;
use crate::provider::install_provider;

/// A client of such a server: on a virtual clock, without limits.
pub fn client(url: &str, clock: &VirtualClock) -> JoggBuilder {
    install_provider();
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
    install_provider();
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

/// A proxy that refuses all credentials, and counts the attempts.
pub async fn refusing_credentials() -> (String, Arc<AtomicUsize>) {
    let (listener, url) = listen().await;
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let response =
                "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
            let _ = socket.read(&mut [0; 4096]).await;
            let _ = socket.write_all(response.as_bytes()).await;
        }
    });
    (url, count)
}

/// A server of TLS whose certificate nobody has signed but itself. Returns its URL.
pub async fn untrusted() -> String {
    let (certificate, key) = self_signed("localhost");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions that ring has")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a certificate and its key");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (listener, url) = listen().await;
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move { drop(acceptor.accept(socket).await) });
        }
    });
    url.replace("http://127.0.0.1", "https://localhost")
}

/// Given a certificate to trust, a client is also built on a machine without any.
pub fn with_some_root(builder: JoggBuilder) -> JoggBuilder {
    builder.root_certificate(self_signed("other.example").0.pem())
}

/// A certificate with a subject of its own: two of one subject would pass for one another.
fn self_signed(name: &str) -> (Certificate, KeyPair) {
    let mut parameters = CertificateParams::new([name.to_owned()]).expect("a name");
    parameters.distinguished_name.push(DnType::CommonName, format!("authority of {name}"));
    let key = KeyPair::generate().expect("randomness");
    (parameters.self_signed(&key).expect("a valid certificate"), key)
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
