//! The client the generated methods hang on, and the one way a request goes out.

use std::fmt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::HeaderValue;
use reqwest::{Request, Response, Url};
use serde::de::DeserializeOwned;

use crate::decode::decode;
use crate::error::Received;
use crate::{Answer, BuildError, Error, Failure, Operation, tls};

/// Where the API lives.
pub const DEFAULT_BASE_URL: &str = "https://api.jogg.ai";

/// The longest answer that is read, in bytes, unless the builder sets another limit.
pub const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;

const API_KEY: &str = "x-api-key";

/// The low-level client: one method per operation, one HTTP request per call, no retries.
///
/// Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    http: reqwest::Client,
    base_url: String,
    key: HeaderValue,
    max_body_bytes: usize,
}

impl Client {
    /// Starts to build a client with this API key.
    pub fn builder(key: impl Into<String>) -> ClientBuilder {
        ClientBuilder {
            key: key.into(),
            base_url: DEFAULT_BASE_URL.to_owned(),
            allow_plain_http: false,
            http: None,
            user_agent: None,
            root_certificates: Vec::new(),
            max_body_bytes: MAX_BODY_BYTES,
        }
    }

    /// The base URL, without a trailing slash.
    pub fn base_url(&self) -> &str {
        &self.inner.base_url
    }

    /// The HTTP client. Requests made with it carry no key, and follow no redirects.
    pub fn http(&self) -> &reqwest::Client {
        &self.inner.http
    }

    /// Sends a request and reads its answer. Every generated method ends here.
    pub(crate) async fn finish<T: DeserializeOwned>(
        &self,
        request: reqwest::Result<Request>,
        operation: &'static Operation,
    ) -> Result<Answer<T>, Error> {
        let mut request = request.map_err(|error| Error::request(operation, error))?;
        request.headers_mut().insert(API_KEY, self.inner.key.clone());
        let sent = self.inner.http.execute(request).await;
        let response =
            sent.map_err(|error| Error::transport(operation, error, Received::default()))?;
        let mut received = Received {
            status: Some(response.status()),
            headers: response.headers().clone(),
            ..Received::default()
        };
        let (body, outcome) = read(response, self.inner.max_body_bytes).await;
        received.body = body;
        match outcome {
            Ok(()) => self.conclude(operation, received),
            Err(ReadError::TooLarge) => {
                let limit = self.inner.max_body_bytes;
                Err(Error::new(operation, Failure::BodyTooLarge { limit }, received, None))
            }
            Err(ReadError::Http(error)) => Err(Error::transport(operation, error, received)),
        }
    }

    /// Success is HTTP 2xx and `code` 0. The body is read at every status, and a code in it says
    /// more than the status does.
    fn conclude<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        mut received: Received,
    ) -> Result<Answer<T>, Error> {
        let status = received.status.unwrap_or_default();
        let decoded = decode::<T>(&received.body);
        let failure = match decoded {
            Ok((envelope, skipped)) if envelope.code == 0 && status.is_success() => {
                return Ok(Answer {
                    data: envelope.data,
                    msg: envelope.msg,
                    rid: envelope.rid,
                    status,
                    headers: received.headers,
                    body: received.body,
                    skipped,
                });
            }
            Ok((envelope, _)) => {
                let failure = if envelope.code == 0 { Failure::Status } else { Failure::Api };
                received.envelope = Some(self.without_key(envelope.without_data()));
                failure
            }
            Err(error) => {
                let code = error.envelope.as_ref().map_or(0, |envelope| envelope.code);
                received.envelope =
                    error.envelope.map(|envelope| self.without_key(envelope.without_data()));
                match (code, status.is_success()) {
                    (0, true) => Failure::Decode { reason: error.reason },
                    (0, false) => Failure::Status,
                    _ => Failure::Api,
                }
            }
        };
        Err(Error::new(operation, failure, received, None))
    }

    /// Some servers repeat a refused key in their message.
    fn without_key<T>(&self, mut envelope: crate::Envelope<T>) -> crate::Envelope<T> {
        if let Ok(key) = self.inner.key.to_str() {
            envelope.msg = envelope.msg.replace(key, "[redacted]");
        }
        envelope
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.inner.base_url)
            .field("key", &"[redacted]")
            .field("max_body_bytes", &self.inner.max_body_bytes)
            .finish_non_exhaustive()
    }
}

/// Settings of a [`Client`].
pub struct ClientBuilder {
    key: String,
    base_url: String,
    allow_plain_http: bool,
    http: Option<reqwest::ClientBuilder>,
    user_agent: Option<String>,
    root_certificates: Vec<Vec<u8>>,
    max_body_bytes: usize,
}

impl ClientBuilder {
    /// Uses another server. A trailing slash does not matter; a path is kept, so that
    /// `https://host/open` reaches `https://host/open/v2/…`.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Allows `http://` to hosts other than this machine. The key then crosses the network in
    /// clear.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// Starts from these settings: proxy, pool, connect time-out, DNS.
    ///
    /// Redirects, replays and the TLS back end are then set by this crate: the key must not follow
    /// a redirect, nor a paid request be replayed. Root certificates set on the builder are lost
    /// with the TLS back end; give them to [`ClientBuilder::root_certificate`].
    pub fn http_client(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = Some(http);
        self
    }

    /// Sets the `user-agent` header. Without it, and without an own HTTP client, it is
    /// `jogg-api/` and the version.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Trusts the certificates in this PEM text, besides those of the system.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// The longest answer that is read, in bytes; [`MAX_BODY_BYTES`] unless set.
    pub fn max_body_bytes(mut self, limit: usize) -> Self {
        self.max_body_bytes = limit;
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// [`BuildError`] says which setting cannot be used, and how to mend it.
    pub fn build(self) -> Result<Client, BuildError> {
        let mut key = HeaderValue::from_str(self.key.trim()).map_err(|_| BuildError::Key)?;
        if key.is_empty() {
            return Err(BuildError::Key);
        }
        key.set_sensitive(true);
        let url = base_url(&self.base_url, self.allow_plain_http)?;
        let own = concat!("jogg-api/", env!("CARGO_PKG_VERSION"));
        let user_agent = self.user_agent.as_deref().or(self.http.is_none().then_some(own));
        let mut http = self.http.unwrap_or_default();
        if let Some(user_agent) = user_agent {
            http = http.user_agent(user_agent);
        }
        let secure = url.scheme() == "https";
        let http = tls::configure(http, &self.root_certificates, secure)?
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| BuildError::HttpClient(error.without_url()))?;
        let base_url = url.as_str().trim_end_matches('/').to_owned();
        let max_body_bytes = self.max_body_bytes;
        Ok(Client { inner: Arc::new(Inner { http, base_url, key, max_body_bytes }) })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("base_url", &crate::redact_urls(&self.base_url))
            .field("key", &"[redacted]")
            .field("allow_plain_http", &self.allow_plain_http)
            .field("max_body_bytes", &self.max_body_bytes)
            .finish_non_exhaustive()
    }
}

/// Checks a base URL. The messages do not repeat it: it may hold a password by mistake.
fn base_url(text: &str, allow_plain_http: bool) -> Result<Url, BuildError> {
    let wrong = |reason: &str| BuildError::BaseUrl { reason: reason.to_owned() };
    let url = Url::parse(text.trim())
        .map_err(|error| wrong(&format!("is not a URL ({error}); expected https://host")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("is neither http nor https; expected https://host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("holds a user name or password; remove them"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("has a query or a fragment; remove it"));
    }
    if url.scheme() == "https" && !tls::AVAILABLE {
        return Err(BuildError::NoTls);
    }
    if url.scheme() == "http" && !allow_plain_http && !is_loopback(&url) {
        return Err(BuildError::PlainHttp);
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

enum ReadError {
    TooLarge,
    Http(reqwest::Error),
}

/// Reads a body as it comes, up to a limit, and keeps what came before a failure.
async fn read(mut response: Response, limit: usize) -> (Bytes, Result<(), ReadError>) {
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                body.extend_from_slice(&chunk[..limit - body.len()]);
                return (body.freeze(), Err(ReadError::TooLarge));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return (body.freeze(), Ok(())),
            Err(error) => return (body.freeze(), Err(ReadError::Http(error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn build_error(key: &str, base_url: &str) -> String {
        Client::builder(key).base_url(base_url).build().unwrap_err().to_string()
    }

    #[test]
    fn bad_settings_are_refused_without_repeating_them() {
        for (key, url, part) in [
            ("", "https://a", "API key is empty"),
            ("a\nb", "https://a", "API key is empty"),
            ("k", "api.jogg.ai", "not a URL"),
            ("k", "ftp://a", "neither http nor https"),
            ("k", "https://me:hidden@a", "user name or password"),
            ("k", "https://a?token=hidden", "query"),
            ("k", "http://api.jogg.ai", "plain http"),
            ("k", "http://127.0.0.1.example.com", "plain http"),
        ] {
            let error = build_error(key, url);
            assert!(error.contains(part), "{error}");
            assert!(!error.contains("hidden"), "{error}");
        }
    }

    #[test]
    fn fact_02_the_base_url_is_free_and_its_trailing_slash_does_not_matter() {
        for (given, used) in [
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("http://[::1]:1/open//", "http://[::1]:1/open"),
            ("http://localhost", "http://localhost"),
        ] {
            let client = Client::builder("k").base_url(given).build().unwrap();
            assert_eq!(client.base_url(), used);
        }
        let builder = Client::builder("k").base_url("http://10.0.0.1").allow_plain_http(true);
        assert_eq!(builder.build().unwrap().base_url(), "http://10.0.0.1");
    }

    #[test]
    fn debug_shows_no_key() {
        let builder = Client::builder("secret-key").base_url("http://localhost");
        assert!(!format!("{builder:?}").contains("secret-key"));
        let client = builder.build().unwrap();
        assert!(!format!("{client:?} {:?}", client.http()).contains("secret-key"));
    }
}
