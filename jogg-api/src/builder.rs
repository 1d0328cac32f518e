//! What a client is built from, and which settings are refused.

use std::fmt;
use std::time::Duration;

use http::HeaderValue;
use reqwest::Url;

use crate::client::Inner;
use crate::{BuildError, Client, redact_urls, tls};

/// Where the API lives.
pub const DEFAULT_BASE_URL: &str = "https://api.jogg.ai";

/// The longest answer that is read, in bytes, unless the builder sets another limit.
pub const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// How long a connection may take to be established, unless the builder sets another limit.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Settings of a [`Client`].
#[must_use = "settings are of no use until `build` is called"]
pub struct ClientBuilder {
    key: String,
    base_url: String,
    allow_plain_http: bool,
    http: Option<reqwest::ClientBuilder>,
    connect_timeout: Duration,
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
            http: None,
            connect_timeout: CONNECT_TIMEOUT,
            user_agent: None,
            root_certificates: Vec::new(),
            max_body_bytes: MAX_BODY_BYTES,
        }
    }

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
    ///
    /// Without it, the proxy in the environment (`HTTPS_PROXY`, `NO_PROXY` and the like) is used,
    /// except where the base URL is plain http to this machine: the key must not leave it. Settings
    /// given here decide about proxies themselves.
    pub fn http_client(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = Some(http);
        self
    }

    /// How long a connection may take to be established; [`CONNECT_TIMEOUT`] unless set. Own
    /// settings given to [`ClientBuilder::http_client`] bring their own instead.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
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
    pub fn build(mut self) -> Result<Client, BuildError> {
        let mut key = HeaderValue::from_str(self.key.trim()).map_err(|_| BuildError::Key)?;
        if key.is_empty() {
            return Err(BuildError::Key);
        }
        key.set_sensitive(true);
        let url = base_url(&self.base_url, self.allow_plain_http)?;
        let secure = url.scheme() == "https";
        let http = tls::configure(self.http_settings(&url), &self.root_certificates, secure)?
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| BuildError::HttpClient(error.without_url()))?;
        let base_url = url.as_str().trim_end_matches('/').to_owned();
        let max_body_bytes = self.max_body_bytes;
        Ok(Client::new(Inner { http, base_url, key, max_body_bytes }))
    }

    /// The owner's settings, or ours.
    fn http_settings(&mut self, url: &Url) -> reqwest::ClientBuilder {
        let http = match self.http.take() {
            Some(http) => http,
            None => {
                let http = reqwest::ClientBuilder::new()
                    .connect_timeout(self.connect_timeout)
                    .user_agent(concat!("jogg-api/", env!("CARGO_PKG_VERSION")));
                match url.scheme() == "http" && is_loopback(url) {
                    // reqwest goes through a proxy in the environment even to this machine, and
                    // the key with it, in clear.
                    true => http.no_proxy(),
                    false => http,
                }
            }
        };
        match &self.user_agent {
            Some(user_agent) => http.user_agent(user_agent),
            None => http,
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
            .field("max_body_bytes", &self.max_body_bytes)
            .finish_non_exhaustive()
    }
}

/// Whether a URL leads to this machine: `localhost`, a name under it, or a loopback address.
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
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
    fn this_machine_is_known_by_its_names() {
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

    /// Set where this test runs itself, behind a proxy.
    const BEHIND_PROXY: &str = "JOGG_API_TEST_BEHIND_PROXY";

    /// The environment of a running process cannot be changed without `unsafe`, so the test runs
    /// itself with another one.
    #[tokio::test]
    async fn a_proxy_is_not_asked_for_this_machine() {
        let own = reqwest::ClientBuilder::new;
        if std::env::var_os(BEHIND_PROXY).is_some() {
            let client = |builder: ClientBuilder, server: &str| {
                builder.base_url(server).build().expect("settings of this test")
            };
            let server = serve(|stream| {
                read_head(stream);
                respond(stream, "200 OK", r#"{"code": 0}"#);
            });
            client(Client::builder("k"), &server).whoami().await.expect("asked directly");
            // What an own HTTP client does about proxies is left to its owner.
            let error = client(Client::builder("k").http_client(own()), &server).whoami().await;
            assert_eq!(error.unwrap_err().status().map(|status| status.as_u16()), Some(418));
            return;
        }
        let proxy = serve(|stream| {
            read_head(stream);
            respond(stream, "418 I'm a teapot", "");
        });
        let mut itself = Command::new(std::env::current_exe().unwrap());
        itself.args(["--exact", "builder::tests::a_proxy_is_not_asked_for_this_machine"]);
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
    async fn the_user_agent_is_ours_the_owners_or_the_one_set() {
        let own = || reqwest::ClientBuilder::new().user_agent("own/1");
        for (builder, expected) in [
            (Client::builder("k"), concat!("jogg-api/", env!("CARGO_PKG_VERSION"))),
            (Client::builder("k").user_agent("set/1"), "set/1"),
            (Client::builder("k").http_client(own()), "own/1"),
            (Client::builder("k").http_client(own()).user_agent("set/1"), "set/1"),
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
    fn connecting_has_a_limit_unless_the_http_client_is_an_own_one() {
        let url = Url::parse("https://a").unwrap();
        let own = reqwest::ClientBuilder::new().connect_timeout(Duration::from_secs(3));
        for (mut builder, expected) in [
            (Client::builder("k"), "connect_timeout: 10s"),
            (Client::builder("k").connect_timeout(Duration::from_secs(7)), "connect_timeout: 7s"),
            (
                Client::builder("k").http_client(own).connect_timeout(Duration::from_secs(7)),
                "connect_timeout: 3s",
            ),
        ] {
            let settings = format!("{:?}", builder.http_settings(&url));
            assert!(settings.contains(expected), "{settings}");
        }
    }
}
