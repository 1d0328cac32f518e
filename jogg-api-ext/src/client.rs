//! The client everything starts from.

use std::env::VarError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jogg_api::BuildError;
use tokio::sync::Semaphore;

use crate::clock::{Clock, SystemClock};
use crate::error::{Error, ErrorKind, Result};
use crate::http_client::ClientBuilder;
use crate::policy::before_send::Journal;
use crate::policy::retry::RetryBudget;
use crate::policy::{
    BeforeSend, CallOptions, Observer, RateLimiter, RetryPolicy, SlidingWindow, Timeouts,
};
use crate::runtimes::Runtimes;

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
    options: CallOptions,
    /// Runs after the application's hook, and is notified before its observer.
    journal: Option<Arc<dyn Journal>>,
}

struct Inner {
    api: jogg_api::Client,
    runtimes: Runtimes,
    clock: Arc<dyn Clock>,
    timeouts: Timeouts,
    retry_policy: RetryPolicy,
    retry_budget: RetryBudget,
    rate_limiter: Option<Arc<dyn RateLimiter>>,
    concurrency: Option<Semaphore>,
    observer: Option<Arc<dyn Observer>>,
    before_send: Option<Arc<dyn BeforeSend>>,
    allow_plain_http: bool,
}

impl Jogg {
    /// Creates a client for the key in `JOGG_API_KEY`, and the server in `JOGG_BASE_URL` if that is
    /// set.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is no key, or a setting can't be used.
    pub fn from_env() -> Result<Self> {
        Self::builder_from_env()?.build()
    }

    /// Starts to build a client as [`Jogg::from_env`] does, with more to set.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is no key, or a variable isn't Unicode.
    pub fn builder_from_env() -> Result<JoggBuilder> {
        let Some(key) = variable(API_KEY_VARIABLE)? else {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("{API_KEY_VARIABLE} is not set; set it to a key from the JoggAI dashboard"),
            ));
        };
        let builder = JoggBuilder { key_variable: Some(API_KEY_VARIABLE), ..Self::builder(key) };
        Ok(match variable(BASE_URL_VARIABLE)? {
            Some(base_url) => builder.base_url(base_url),
            None => builder,
        })
    }

    /// Starts to build a client with this API key. Reads no environment variables.
    pub fn builder(key: impl Into<String>) -> JoggBuilder {
        JoggBuilder {
            api: jogg_api::Client::builder(key),
            key_variable: None,
            http: None,
            user_agent: None,
            clock: Arc::new(SystemClock::new()),
            timeouts: Timeouts::default(),
            retry_policy: RetryPolicy::default(),
            rate_limit: RateLimit::Documented,
            concurrency: None,
            observer: None,
            before_send: None,
            allow_plain_http: false,
        }
    }

    /// Returns the low-level client: every operation, one request per call, errors not classified.
    pub fn api(&self) -> &jogg_api::Client {
        &self.inner.api
    }

    /// Returns a clone of this client with per-call overrides, which replace all earlier ones.
    /// Limits and budget stay shared.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
    /// use jogg_api_ext::CallOptions;
    ///
    /// let short = jogg.with_options(CallOptions::new().deadline(Duration::from_secs(5)));
    /// println!("{:?}", short.account().whoami().await?);
    /// # Ok(()) }
    /// ```
    #[must_use = "the client itself keeps its settings"]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self { inner: Arc::clone(&self.inner), options, journal: self.journal.clone() }
    }

    /// Returns a clone of this client whose paid requests are written to this journal.
    #[cfg(feature = "batch")]
    pub(crate) fn with_journal(&self, journal: Arc<dyn Journal>) -> Self {
        Self { journal: Some(journal), ..self.clone() }
    }

    /// Returns the low-level client whose connections this runtime serves.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] outside of a runtime.
    pub(crate) fn connected(&self) -> Result<&jogg_api::Client> {
        let Inner { api, runtimes, .. } = &*self.inner;
        Ok(if runtimes.has_pool_here()? { api } else { api.unpooled() })
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn runtimes(&self) -> &Runtimes {
        &self.inner.runtimes
    }

    pub(crate) fn options(&self) -> &CallOptions {
        &self.options
    }

    pub(crate) fn retry_policy(&self) -> &RetryPolicy {
        &self.inner.retry_policy
    }

    pub(crate) fn retry_budget(&self) -> &RetryBudget {
        &self.inner.retry_budget
    }

    pub(crate) fn rate_limiter(&self) -> Option<&dyn RateLimiter> {
        self.inner.rate_limiter.as_deref()
    }

    pub(crate) fn concurrency(&self) -> Option<&Semaphore> {
        self.inner.concurrency.as_ref()
    }

    pub(crate) fn observer(&self) -> Option<&Arc<dyn Observer>> {
        self.inner.observer.as_ref()
    }

    pub(crate) fn before_send(&self) -> Option<&dyn BeforeSend> {
        self.inner.before_send.as_deref()
    }

    pub(crate) fn journal(&self) -> Option<&Arc<dyn Journal>> {
        self.journal.as_ref()
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

/// Settings of a [`Jogg`] client.
#[must_use]
pub struct JoggBuilder {
    api: jogg_api::ClientBuilder,
    http: Option<ChangeSettings>,
    /// Where the key comes from, if not from the caller.
    key_variable: Option<&'static str>,
    user_agent: Option<String>,
    clock: Arc<dyn Clock>,
    timeouts: Timeouts,
    retry_policy: RetryPolicy,
    rate_limit: RateLimit,
    concurrency: Option<usize>,
    observer: Option<Arc<dyn Observer>>,
    before_send: Option<Arc<dyn BeforeSend>>,
    allow_plain_http: bool,
}

/// Changes the settings of an HTTP client.
type ChangeSettings = Box<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>;

/// Which limit on POST requests a client keeps.
enum RateLimit {
    Documented,
    Off,
    Custom(Arc<dyn RateLimiter>),
}

impl JoggBuilder {
    /// Sets another server than `https://api.jogg.ai`. A trailing slash doesn't matter, and a path
    /// is kept.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.api = self.api.base_url(base_url);
        self
    }

    /// Allows `http://` to hosts other than this machine. The key then crosses the network in
    /// clear text.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self.api = self.api.allow_plain_http(allow);
        self
    }

    /// Sets a function that changes the settings of the HTTP client: proxy, DNS, client certificate
    /// and so on; [`http_client`](crate::http_client) has its types and an example.
    ///
    /// Redirects, replays, compression, the TLS back end and the limit on idle connections are then
    /// set by the crate. A connect timeout set there overrides [`Timeouts::connect`].
    pub fn http_client(
        mut self,
        change: impl Fn(ClientBuilder) -> ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.http = Some(Box::new(change));
        self
    }

    /// Sets how long a connection may be idle and still be used for the next request. Default, and
    /// at most: 2 s. A server that closes idle connections sooner needs less.
    pub fn pool_idle_timeout(mut self, limit: Duration) -> Self {
        self.api = self.api.pool_idle_timeout(limit);
        self
    }

    /// Sets the `user-agent` header. Default: the one that [`JoggBuilder::http_client`] sets, or
    /// `jogg-api-ext/` and the version.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Trusts the certificates in this PEM text, besides those of the system.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.api = self.api.root_certificate(pem);
        self
    }

    /// Sets the longest response body that is read, in bytes. Default: 8 MiB. Files have limits of
    /// their own: `max_bytes` of [`Download`](crate::assets::Download) and
    /// [`Upload`](crate::assets::Upload).
    pub fn max_body_bytes(mut self, limit: usize) -> Self {
        self.api = self.api.max_body_bytes(limit);
        self
    }

    /// Sets how long requests may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Sets when calls are retried after a transient error.
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.retry_policy = policy;
        self
    }

    /// Sets the limit on POST requests; share one among the clients of a key. Default: a
    /// [`SlidingWindow`] of this client, 20 per 60 s, as the API documents.
    pub fn rate_limiter(mut self, limiter: Arc<dyn RateLimiter>) -> Self {
        self.rate_limit = RateLimit::Custom(limiter);
        self
    }

    /// Turns the limit on POST requests off. The API then responds with 429, and calls are retried
    /// after the wait it asks for.
    pub fn without_rate_limiter(mut self) -> Self {
        self.rate_limit = RateLimit::Off;
        self
    }

    /// Sets how many requests may be in flight at a time. Default: no limit. 0 counts as 1.
    ///
    /// A POST that waits for the rate limit is not in flight yet, so reads don't wait behind it.
    pub fn max_concurrent_calls(mut self, calls: usize) -> Self {
        self.concurrency = Some(calls.clamp(1, Semaphore::MAX_PERMITS));
        self
    }

    /// Registers an observer that is notified of every attempt.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Registers a hook that runs directly before each paid request is sent, and may refuse it.
    pub fn before_send(mut self, hook: Arc<dyn BeforeSend>) -> Self {
        self.before_send = Some(hook);
        self
    }

    /// Sets the clock; for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] says which setting can't be used, and how to fix it.
    pub fn build(self) -> Result<Jogg> {
        let default = concat!("jogg-api-ext/", env!("CARGO_PKG_VERSION"));
        let mut api = self.api.connect_timeout(self.timeouts.connect);
        api = match self.http {
            Some(change) => api.http_client(move |http| change(http.user_agent(default))),
            None => api.http_client(move |http| http.user_agent(default)),
        };
        if let Some(user_agent) = self.user_agent {
            api = api.user_agent(user_agent);
        }
        let api = api.build().map_err(|error| match (&error, self.key_variable) {
            (BuildError::Key { .. }, Some(variable)) => {
                Error::new(ErrorKind::Configuration, format!("{variable}: {error}"))
            }
            _ => error.into(),
        })?;
        let rate_limiter: Option<Arc<dyn RateLimiter>> = match self.rate_limit {
            RateLimit::Documented => {
                Some(Arc::new(SlidingWindow::documented(Arc::clone(&self.clock))))
            }
            RateLimit::Off => None,
            RateLimit::Custom(limiter) => Some(limiter),
        };
        let inner = Inner {
            api,
            runtimes: Runtimes::default(),
            clock: self.clock,
            timeouts: self.timeouts,
            retry_budget: RetryBudget::new(self.retry_policy.budget),
            retry_policy: self.retry_policy,
            rate_limiter,
            concurrency: self.concurrency.map(Semaphore::new),
            observer: self.observer,
            before_send: self.before_send,
            allow_plain_http: self.allow_plain_http,
        };
        Ok(Jogg { inner: Arc::new(inner), options: CallOptions::new(), journal: None })
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

/// Reads a variable that is set to something. One that isn't Unicode is an error: to overlook a
/// base URL would be to spend credits on the wrong server.
fn variable(name: &str) -> Result<Option<String>> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => {
            Err(Error::new(ErrorKind::Configuration, format!("{name} must be valid Unicode")))
        }
    }
}
