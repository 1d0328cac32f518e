//! The settings of a client, and which of them are rejected.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::Url;

use crate::client::Inner;
use crate::connections::{CONNECT_TIMEOUT, ChangeSettings, HttpSettings, POOL_IDLE_TIMEOUT};
use crate::key::key_header;
use crate::key_search::KeySearch;
use crate::tls::{self, Tls};
use crate::{BuildError, Client, redact_urls};

/// The production server of the API.
pub const DEFAULT_BASE_URL: &str = "https://api.jogg.ai";

/// The default limit for the length of a response body, in bytes. See
/// [`ClientBuilder::max_body_bytes`].
pub const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// Builds a [`Client`]. Created by [`Client::builder`].
#[must_use = "settings have no effect until `build` is called"]
pub struct ClientBuilder {
    key: String,
    base_url: String,
    allow_plain_http: bool,
    change: Option<ChangeSettings>,
    connect_timeout: Duration,
    pool_idle_timeout: Duration,
    user_agent: Option<String>,
    root_certificates: Vec<Vec<u8>>,
    max_body_bytes: usize,
}

impl ClientBuilder {
    pub(crate) fn new(key: String) -> Self {
        Self {
            key,
            base_url: DEFAULT_BASE_URL.to_owned(),
            allow_plain_http: false,
            change: None,
            connect_timeout: CONNECT_TIMEOUT,
            pool_idle_timeout: POOL_IDLE_TIMEOUT,
            user_agent: None,
            root_certificates: Vec::new(),
            max_body_bytes: MAX_BODY_BYTES,
        }
    }

    /// Sets the server. Default: [`DEFAULT_BASE_URL`].
    ///
    /// A trailing slash makes no difference. A path is kept: with `https://host/open`, requests go
    /// to `https://host/open/v2/…`.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Sets whether `http://` to hosts other than this machine is allowed. The key then crosses the
    /// network unencrypted. Default: `false`.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// Sets a function that changes the settings of the HTTP client, such as its proxy, its DNS or
    /// its client certificate. It is called whenever an HTTP client is built, which may be several
    /// times: for this client, for [`Client::unpooled`], and again for each of them on a system
    /// without root certificates.
    ///
    /// ```
    /// # fn demo(proxy: reqwest::Proxy) -> Result<(), jogg_api::BuildError> {
    /// let client = jogg_api::Client::builder("key")
    ///     .http_client(move |http| http.proxy(proxy.clone()).tcp_nodelay(true))
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    ///
    /// This crate then sets what must hold: no redirects, as the key must not follow one; no
    /// replays, as a paid request must not be sent twice; no compressed responses, as what was
    /// received is kept and measured; the TLS back end of its features; the limit on idle
    /// connections.
    ///
    /// By default, the proxy in the environment (`HTTPS_PROXY`, `NO_PROXY` and so on) is used,
    /// except if the base URL is plain `http://` to this machine: the key must not leave it.
    pub fn http_client(
        mut self,
        change: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.change = Some(Arc::new(change));
        self
    }

    /// Sets how long establishing a connection may take, unless [`ClientBuilder::http_client`] sets
    /// it. Default: [`CONNECT_TIMEOUT`].
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sets how long a connection may be idle and still be used for the next request. Default, and
    /// at most: [`POOL_IDLE_TIMEOUT`]; more counts as that.
    ///
    /// A server closes a connection that has been idle for some time. If a request is sent at that
    /// moment, nobody can say whether it was executed.
    pub fn pool_idle_timeout(mut self, limit: Duration) -> Self {
        self.pool_idle_timeout = limit.min(POOL_IDLE_TIMEOUT);
        self
    }

    /// Sets the `user-agent` header. Default: the one that [`ClientBuilder::http_client`] sets, or
    /// `jogg-api/` and the version.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Adds the certificates in this PEM text to those that the system trusts.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Sets how long a response body may be, in bytes. Default: [`MAX_BODY_BYTES`].
    ///
    /// A longer response fails with [`ErrorKind::BodyTooLarge`](crate::ErrorKind::BodyTooLarge),
    /// unless what was read of it is a complete JSON object.
    pub fn max_body_bytes(mut self, limit: usize) -> Self {
        self.max_body_bytes = limit;
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// [`BuildError`] says which setting can't be used, and how to fix it.
    pub fn build(self) -> Result<Client, BuildError> {
        let key = key_header(&self.key)?;
        let url = base_url(&self.base_url, self.allow_plain_http)?;
        let tls = Tls::new(&self.root_certificates)?;
        let base_url = url.as_str().trim_end_matches('/').to_owned();
        let max_body_bytes = self.max_body_bytes;
        let settings = self.http_settings(&url, tls);
        let http = settings.build(true)?;
        let key_search = key.to_str().ok().and_then(KeySearch::new);
        let unpooled = OnceLock::new();
        let settings = Some(settings);
        let inner = Inner { http, base_url, key, key_search, max_body_bytes, settings, unpooled };
        Ok(Client::new(inner))
    }

    fn http_settings(self, url: &Url, tls: Tls) -> HttpSettings {
        let needs_tls = url.scheme() == "https";
        HttpSettings {
            change: self.change,
            connect_timeout: self.connect_timeout,
            pool_idle_timeout: self.pool_idle_timeout,
            user_agent: self.user_agent,
            tls: Arc::new(tls),
            needs_tls,
            // reqwest uses a proxy from the environment even for this machine, and would send it
            // the key unencrypted.
            system_proxy: needs_tls || !is_loopback(url),
        }
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("base_url", &redact_urls(&self.base_url))
            .field("key", &"[redacted]")
            .field("allow_plain_http", &self.allow_plain_http)
            .field("connect_timeout", &self.connect_timeout)
            .field("pool_idle_timeout", &self.pool_idle_timeout)
            .field("max_body_bytes", &self.max_body_bytes)
            .finish_non_exhaustive()
    }
}

/// Returns whether a URL points to this machine: `localhost`, a name under it, or a loopback
/// address.
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Checks a base URL. Messages don't quote it, as it may contain a password by mistake.
fn base_url(text: &str, allow_plain_http: bool) -> Result<Url, BuildError> {
    let wrong = |reason: &str| BuildError::BaseUrl { reason: reason.to_owned() };
    let url = Url::parse(text.trim())
        .map_err(|error| wrong(&format!("is not a URL ({error}); expected https://host")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("is neither http nor https; expected https://host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("contains a user name or password; remove them"));
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

#[cfg(test)]
mod tests {
    use std::process::Command;

    use serde_json::json;

    use super::*;
    use crate::test_server::{read_head, respond, serve};

    #[track_caller]
    fn build_error(key: &str, base_url: &str) -> String {
        Client::builder(key).base_url(base_url).build().unwrap_err().to_string()
    }

    #[test]
    fn bad_settings_are_rejected_without_quoting_them() {
        for (key, url, part) in [
            ("", "https://a", "API key is empty"),
            ("a\nb", "https://a", "API key contains white space"),
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
    fn fact_02_any_base_url_works_with_and_without_a_trailing_slash() {
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
    fn loopback_hosts_are_recognized() {
        for (url, loopback) in [
            ("http://localhost:1", true),
            ("https://LOCALHOST/a", true),
            ("http://a.localhost", true),
            ("http://127.0.0.1", true),
            ("http://127.1", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:8080", true),
            ("http://notlocalhost", false),
            ("http://localhost.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://10.0.0.1", false),
            ("http://0.0.0.0", false),
            ("file:///localhost", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), loopback, "{url}");
        }
    }

    #[test]
    fn debug_shows_no_key() {
        let builder = Client::builder("secret-key").base_url("http://localhost");
        assert!(!format!("{builder:?}").contains("secret-key"));
        let client = builder.build().unwrap();
        assert!(!format!("{client:?} {:?}", client.http()).contains("secret-key"));
    }

    /// Set where the test runs itself, behind a proxy.
    const BEHIND_PROXY: &str = "JOGG_API_TEST_BEHIND_PROXY";

    /// The environment of a running process can't be changed without `unsafe`, so the test runs
    /// itself with a different one.
    #[tokio::test]
    async fn requests_to_this_machine_bypass_a_proxy() {
        if std::env::var_os(BEHIND_PROXY).is_some() {
            let client = |builder: ClientBuilder, server: &str| {
                builder.base_url(server).build().expect("settings of this test")
            };
            let server = serve(|stream| {
                read_head(stream);
                respond(stream, "200 OK", r#"{"code": 0}"#);
            });
            client(Client::builder("k"), &server).whoami().await.expect("sent directly");
            // Only the caller can say otherwise.
            let proxy = std::env::var("HTTP_PROXY").unwrap();
            let proxied = Client::builder("k")
                .http_client(move |http| http.proxy(reqwest::Proxy::all(&proxy).unwrap()));
            let error = client(proxied, &server).whoami().await.unwrap_err();
            assert_eq!(error.status().map(|status| status.as_u16()), Some(418));
            return;
        }
        let proxy = serve(|stream| {
            read_head(stream);
            respond(stream, "418 I'm a teapot", "");
        });
        let mut itself = Command::new(std::env::current_exe().unwrap());
        itself.args(["--exact", "builder::tests::requests_to_this_machine_bypass_a_proxy"]);
        for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            itself.env(variable, &proxy);
        }
        for variable in ["NO_PROXY", "no_proxy", "REQUEST_METHOD"] {
            itself.env_remove(variable);
        }
        let output = itself.env(BEHIND_PROXY, "1").output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
    }

    #[tokio::test]
    async fn the_user_agent_is_the_one_set_the_http_clients_or_the_default() {
        let custom = |http: reqwest::ClientBuilder| http.user_agent("custom/1");
        for (builder, expected) in [
            (Client::builder("k"), concat!("jogg-api/", env!("CARGO_PKG_VERSION"))),
            (Client::builder("k").user_agent("set/1"), "set/1"),
            (Client::builder("k").http_client(custom), "custom/1"),
            (Client::builder("k").http_client(custom).user_agent("set/1"), "set/1"),
        ] {
            let server = serve(|stream| {
                let head = read_head(stream);
                let sent = head.lines().find_map(|line| line.strip_prefix("user-agent: "));
                respond(stream, "200 OK", &json!({"code": 0, "msg": sent}).to_string());
            });
            let client = builder.base_url(&server).build().unwrap();
            assert_eq!(client.whoami().await.unwrap().message, expected);
        }
    }

    #[test]
    fn the_connect_timeout_is_the_one_set_last() {
        let custom = |http: reqwest::ClientBuilder| http.connect_timeout(Duration::from_secs(3));
        let seven = || Client::builder("k").connect_timeout(Duration::from_secs(7));
        for (builder, expected) in [
            (Client::builder("k"), "connect_timeout: 10s"),
            (seven(), "connect_timeout: 7s"),
            (seven().http_client(custom), "connect_timeout: 3s"),
        ] {
            let url = Url::parse(&builder.base_url).unwrap();
            let settings = builder.http_settings(&url, Tls::new(&[]).unwrap());
            let settings = format!("{:?}", settings.builder(true));
            assert!(settings.contains(expected), "{settings}");
        }
    }
}
