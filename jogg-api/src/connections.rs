//! The HTTP clients of a client: one that keeps connections for a short while, and one that opens a
//! connection for each request, from the same settings.

use std::sync::Arc;
use std::time::Duration;

use crate::BuildError;
use crate::tls::Tls;

/// The default limit for establishing a connection. See
/// [`ClientBuilder::connect_timeout`](crate::ClientBuilder::connect_timeout).
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest time for which a connection may be idle and still be used. See
/// [`ClientBuilder::pool_idle_timeout`](crate::ClientBuilder::pool_idle_timeout).
pub const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(2);

/// How often the server of an HTTP/2 connection is pinged while a response is outstanding, and how
/// long it has to respond before the connection counts as lost.
#[cfg(feature = "http2")]
const PING: Duration = Duration::from_secs(10);

/// Changes the settings of an HTTP client.
pub(crate) type ChangeSettings =
    Arc<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// The settings that HTTP clients are built from.
#[derive(Clone)]
pub(crate) struct HttpSettings {
    pub(crate) change: Option<ChangeSettings>,
    pub(crate) connect_timeout: Duration,
    pub(crate) pool_idle_timeout: Duration,
    pub(crate) user_agent: Option<String>,
    pub(crate) tls: Arc<Tls>,
    /// Whether the base URL is `https://`.
    pub(crate) needs_tls: bool,
    /// Whether the environment may name a proxy.
    pub(crate) system_proxy: bool,
}

impl HttpSettings {
    /// Builds an HTTP client. If it isn't `pooled`, no request uses a connection of another.
    pub(crate) fn build(&self, pooled: bool) -> Result<reqwest::Client, BuildError> {
        let built = self.tls.apply(self.builder(pooled)).build();
        let built = match built {
            // A slim container has no root certificates, and needs none for plain http.
            Err(_) if !self.needs_tls => {
                self.tls.apply_without_system(self.builder(pooled)).build()
            }
            built => built,
        };
        built.map_err(|error| BuildError::HttpClient(error.without_url()))
    }

    /// The defaults, then what the caller changes, then what must hold.
    pub(crate) fn builder(&self, pooled: bool) -> reqwest::ClientBuilder {
        let mut http = self.defaults();
        if let Some(change) = &self.change {
            http = change(http);
        }
        if let Some(user_agent) = &self.user_agent {
            http = http.user_agent(user_agent);
        }
        if !pooled {
            http = http.pool_max_idle_per_host(0);
        }
        // The key must not follow a redirect, and a paid request must not be replayed. Nor must a
        // body be decoded unseen, which reqwest does with features that any crate can turn on.
        http.redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .pool_idle_timeout(self.pool_idle_timeout)
    }

    fn defaults(&self) -> reqwest::ClientBuilder {
        let http = reqwest::ClientBuilder::new()
            .connect_timeout(self.connect_timeout)
            .user_agent(concat!("jogg-api/", env!("CARGO_PKG_VERSION")));
        #[cfg(feature = "http2")]
        let http = http.http2_keep_alive_interval(PING).http2_keep_alive_timeout(PING);
        match self.system_proxy {
            true => http,
            false => http.no_proxy(),
        }
    }
}
