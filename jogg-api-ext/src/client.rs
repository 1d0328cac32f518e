//! The client everything starts from.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::{Account, Assets, Error, ErrorKind, Job, JobRecord, JobResult, PhotoAvatars, Result};

/// The variable [`Jogg::from_env`] takes the API key from.
pub const API_KEY_VARIABLE: &str = "JOGG_API_KEY";
/// The variable [`Jogg::from_env`] takes the base URL from, if it is set.
pub const BASE_URL_VARIABLE: &str = "JOGG_BASE_URL";

/// A client of the JoggAI API. Cheap to clone; clones share connections and settings.
///
/// ```no_run
/// # async fn demo() -> jogg_api_ext::Result<()> {
/// let jogg = jogg_api_ext::Jogg::from_env()?;
/// println!("{} credits left", jogg.account().remaining_quota().await?);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Jogg {
    inner: Arc<Inner>,
}

struct Inner {
    api: jogg_api::Client,
    clock: Arc<dyn Clock>,
    timeouts: Timeouts,
    allow_plain_http: bool,
}

impl Jogg {
    /// A client for the key in `JOGG_API_KEY`, and the server in `JOGG_BASE_URL` if that is set.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is no key, or a setting cannot be used.
    pub fn from_env() -> Result<Self> {
        let key = std::env::var(API_KEY_VARIABLE).unwrap_or_default();
        if key.trim().is_empty() {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("{API_KEY_VARIABLE} is not set; set it to a key from the JoggAI dashboard"),
            ));
        }
        let mut builder = Self::builder(key);
        if let Ok(base_url) = std::env::var(BASE_URL_VARIABLE)
            && !base_url.trim().is_empty()
        {
            builder = builder.base_url(base_url);
        }
        builder.build()
    }

    /// Starts to build a client with this API key. Reads no environment variables.
    pub fn builder(key: impl Into<String>) -> JoggBuilder {
        JoggBuilder {
            api: jogg_api::Client::builder(key),
            http: None,
            user_agent: concat!("jogg-api-ext/", env!("CARGO_PKG_VERSION")).to_owned(),
            clock: Arc::new(SystemClock::new()),
            timeouts: Timeouts::default(),
            allow_plain_http: false,
        }
    }

    /// The account: who it is, and what credits remain.
    pub fn account(&self) -> Account {
        Account::new(self.clone())
    }

    /// Files: upload and download.
    pub fn assets(&self) -> Assets {
        Assets::new(self.clone())
    }

    /// Photo avatars: list them, and give them motion.
    pub fn photo_avatars(&self) -> PhotoAvatars {
        PhotoAvatars::new(self.clone())
    }

    /// Takes up a stored job.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] if the record is of another kind of job.
    pub fn resume<T: JobResult>(&self, record: JobRecord) -> Result<Job<T>> {
        Job::resume(self.clone(), record)
    }

    /// The low-level client: every operation, one request a call, its errors unsorted.
    pub fn api(&self) -> &jogg_api::Client {
        &self.inner.api
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    pub(crate) fn timeouts(&self) -> &Timeouts {
        &self.inner.timeouts
    }

    pub(crate) fn allows_plain_http(&self) -> bool {
        self.inner.allow_plain_http
    }
}

impl fmt::Debug for Jogg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jogg")
            .field("api", &self.inner.api)
            .field("timeouts", &self.inner.timeouts)
            .finish_non_exhaustive()
    }
}

/// How long a request may take.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// To establish a connection; 10 s. Set on the HTTP client the builder makes; an own
    /// `reqwest::ClientBuilder` brings its own.
    pub connect: Duration,
    /// For a request that changes nothing, from sending to the last byte; 30 s.
    pub read: Duration,
    /// For any other request; 180 s, as giving up early on a paid one leaves its outcome unknown.
    pub write: Duration,
    /// For an upload or download, on top of a second for every 100 kB; 60 s.
    pub transfer: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(30),
            write: Duration::from_secs(180),
            transfer: Duration::from_secs(60),
        }
    }
}

/// Settings of a [`Jogg`] client.
pub struct JoggBuilder {
    api: jogg_api::ClientBuilder,
    http: Option<reqwest::ClientBuilder>,
    user_agent: String,
    clock: Arc<dyn Clock>,
    timeouts: Timeouts,
    allow_plain_http: bool,
}

impl JoggBuilder {
    /// Uses another server than `https://api.jogg.ai`. A trailing slash does not matter, and a
    /// path is kept.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.api = self.api.base_url(base_url);
        self
    }

    /// Allows `http://` to hosts other than this machine. The key then crosses the network in
    /// clear.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self.api = self.api.allow_plain_http(allow);
        self
    }

    /// Starts from these HTTP settings: proxy, connection pool, connect time-out, DNS.
    ///
    /// Redirects, replays and TLS are then set by the crate. Root certificates belong to
    /// [`JoggBuilder::root_certificate`].
    pub fn http_client(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = Some(http);
        self
    }

    /// Sets the `user-agent` header; `jogg-api-ext/` and the version unless set.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Trusts the certificates in this PEM text, besides those of the system.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.api = self.api.root_certificate(pem);
        self
    }

    /// The longest answer that is read, in bytes; 32 MiB unless set. Downloads have no limit.
    pub fn max_body_bytes(mut self, limit: usize) -> Self {
        self.api = self.api.max_body_bytes(limit);
        self
    }

    /// How long a request may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Takes the time from this clock; for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] says which setting cannot be used, and how to mend it.
    pub fn build(self) -> Result<Jogg> {
        let connect = self.timeouts.connect;
        let http =
            self.http.unwrap_or_else(|| reqwest::ClientBuilder::new().connect_timeout(connect));
        let api = self.api.http_client(http).user_agent(self.user_agent).build()?;
        let inner = Inner {
            api,
            clock: self.clock,
            timeouts: self.timeouts,
            allow_plain_http: self.allow_plain_http,
        };
        Ok(Jogg { inner: Arc::new(inner) })
    }
}

impl fmt::Debug for JoggBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoggBuilder")
            .field("api", &self.api)
            .field("user_agent", &self.user_agent)
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}
