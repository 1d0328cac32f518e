//! A local server that behaves like the JoggAI API: for tests, examples and experiments without a
//! key.
//!
//! The simulator listens on loopback only and responds to every operation of the spec:
//!
//! - It checks keys, parameters and bodies, so that mistakes show here and not where they cost:
//!   missing fields, types, null, the values of closed enums, ranges, URLs, and fields that need
//!   each other. A refused call costs nothing and has the code 40000 and a message that names the
//!   field. Fields that the spec doesn't have are ignored. Every key is valid except `invalid`.
//! - It charges credits and limits the rate of POST requests.
//! - It runs jobs through their statuses on a clock of your choice: with a [`VirtualClock`] waiting
//!   takes no time, with an [`AcceleratedClock`] less.
//! - It stores products and webhook endpoints, receives uploads and serves files.
//! - It delivers webhooks when jobs have ended: signed to registered endpoints, unsigned to the
//!   `webhook_url` or `callback_url` of a request, with retries. Nothing is ever sent to another
//!   machine.
//! - It finds lip sync jobs by their URLs, as the API does although no document says so.
//! - It fills lists with made-up items, which [`Simulator::set_items`] replaces.
//!
//! Tests can make it misbehave: [`Simulator::reply_next`] replaces a response or breaks a
//! connection, [`Simulator::fail_next_job`] makes a job fail, [`DeliveryFaults`] loses, duplicates
//! and reorders webhooks, and [`Dialect::Live`] deviates from the documentation as the live API
//! does.
//!
//! ```
//! use std::sync::Arc;
//!
//! use jogg_api_ext::Jogg;
//! use jogg_api_ext::jogg_api::operations::WHOAMI;
//! use jogg_api_ext::simulator::{Reply, Simulator, VirtualClock};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let clock = Arc::new(VirtualClock::new()); // Waiting takes no time.
//! let simulator = Simulator::builder().clock(clock.clone()).start().await?;
//! let jogg = Jogg::builder("any-key").base_url(simulator.base_url()).clock(clock).build()?;
//!
//! simulator.reply_next(&WHOAMI, Reply::body(502, "text/html", "<h1>Bad gateway</h1>"));
//! jogg.account().whoami().await?; // The client retries.
//! assert_eq!(simulator.request_count(&WHOAMI), 2);
//! # Ok(())
//! # }
//! ```
//!
//! The guide [`testing`](crate::guide::testing) has a test for each thing that can go wrong, and
//! says what to know about virtual time.

mod api;
mod call;
mod clock;
mod conditions;
mod delivery;
mod dialect;
mod dispatch;
mod handlers;
mod lock;
mod log;
mod references;
mod server;
mod settings;
mod spec;
mod state;
#[cfg(test)]
mod tests;
mod wire;

use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use jogg_api::Operation;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use self::api::Api;
use self::settings::Settings;
use self::state::balance::Balance;
use crate::clock::Clock;

pub use self::clock::{AcceleratedClock, VirtualClock};
pub use self::delivery::{DeliveryAttempt, DeliveryFaults, DeliveryOutcome};
pub use self::dialect::Dialect;
pub use self::wire::reply::{Reply, ReplyTarget};
pub use self::wire::request::ReceivedRequest;

/// A running server, which stops when it is dropped.
pub struct Simulator {
    base_url: String,
    api: Arc<Api>,
    server: AbortHandle,
    deliverer: AbortHandle,
    stopped: watch::Receiver<()>,
}

impl Simulator {
    /// Returns a builder with the default settings.
    pub fn builder() -> SimulatorBuilder {
        let (settings, delivery_faults) = (Settings::default(), DeliveryFaults::default());
        SimulatorBuilder { port: 0, settings, delivery_faults }
    }

    /// Starts a simulator with the default settings.
    ///
    /// # Errors
    /// Returns an error if no port can be opened.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Returns the URL it listens at: `http://127.0.0.1:` and the port.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Returns the clock, for a client that waits without taking time:
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use jogg_api_ext::Jogg;
    /// # use jogg_api_ext::simulator::{Simulator, VirtualClock};
    /// # async fn demo() -> Result<(), Box<dyn std::error::Error>> {
    /// let simulator = Simulator::builder().clock(Arc::new(VirtualClock::new())).start().await?;
    /// let builder = Jogg::builder("any-key").base_url(simulator.base_url());
    /// let jogg = builder.clock(simulator.clock()).build()?;
    /// # Ok(()) }
    /// ```
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.api.clock()
    }

    /// Returns the requests received so far, in order, including uploads and downloads: the newest
    /// ones, as many as [are kept](SimulatorBuilder::request_log).
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.api.requests().kept()
    }

    /// Returns the attempts to deliver webhooks so far, in the order of their outcomes: the newest
    /// 10,000.
    pub fn deliveries(&self) -> Vec<DeliveryAttempt> {
        self.api.deliveries().kept()
    }

    /// Drops the queued replies that have not been sent.
    pub fn clear_replies(&self) {
        self.api.replies().clear();
    }

    /// Returns the number of requests received for this operation, whether or not they are kept.
    pub fn request_count(&self, operation: &Operation) -> usize {
        self.api.requests().count(operation.id)
    }

    /// Queues a reply to the next call of an operation, whether or not the call is valid, or to the
    /// next transfer of a file. Each reply is sent once, in order.
    pub fn reply_next(&self, target: impl Into<ReplyTarget>, reply: Reply) {
        self.api.replies().push((target.into(), reply));
    }

    /// Makes the next job fail with this message at the end of its duration. Several messages form
    /// a queue, one for each job.
    pub fn fail_next_job(&self, message: &str) {
        self.api.state().jobs.fail_next(message.to_owned());
    }

    /// Makes the next part of a job fail with this message at the end of the job's duration, while
    /// its other parts succeed: an image of the next batch of images. Several messages form a
    /// queue, one for each part. Parts without a property for the message, like those images, fail
    /// without it.
    pub fn fail_next_part(&self, message: &str) {
        self.api.state().jobs.fail_next_part(message.to_owned());
    }

    /// Refuses the next product preview that is requested, with this message. The call itself
    /// succeeds, but the item for that visual style has no id and costs nothing. Several messages
    /// form a queue, one for each preview.
    pub fn refuse_next_preview(&self, message: &str) {
        self.api.state().jobs.refuse_next(message.to_owned());
    }

    /// Replaces the items of a list: made-up ones and those that calls created. The list returns
    /// the new items unchanged, valid or not, after the jobs that were started.
    ///
    /// Items of [`LIST_CUSTOM_TEMPLATES`](jogg_api::operations::LIST_CUSTOM_TEMPLATES) may have
    /// `variables`, which only `get_custom_template` returns.
    ///
    /// # Errors
    /// Returns an error of the kind `InvalidInput` if the operation returns no list.
    ///
    /// ```
    /// # use jogg_api_ext::Jogg;
    /// # use jogg_api_ext::jogg_api::operations::LIST_VOICES;
    /// # use jogg_api_ext::simulator::Simulator;
    /// # use serde_json::json;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let simulator = Simulator::start().await?;
    /// let voices = vec![json!({"voice_id": "7", "name": "Kim"}), json!(null)];
    /// simulator.set_items(&LIST_VOICES, voices)?;
    ///
    /// let jogg = Jogg::builder("any-key").base_url(simulator.base_url()).build()?;
    /// let page = jogg.voices().list(Default::default()).page().await?;
    /// assert_eq!(page.items.len(), 1);
    /// assert_eq!(page.metadata.skipped.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_items(&self, list: &Operation, items: Vec<Value>) -> io::Result<()> {
        let mut state = self.api.state();
        let Some(known) = state.store.items_mut(list) else {
            let message = format!("{} returns no list", list.id);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        };
        *known = items;
        Ok(())
    }

    /// Returns the remaining credits.
    pub fn credits(&self) -> f64 {
        self.api.state().balance.credits()
    }

    /// Sets the remaining credits.
    pub fn set_credits(&self, credits: f64) {
        self.api.state().balance = Balance::new(credits);
    }

    /// Waits until the server has stopped, which happens only when the tokio runtime it was started
    /// on shuts down.
    pub async fn stopped(&self) {
        // Nothing is ever sent: the channel closes when the server's task ends.
        while self.stopped.clone().changed().await.is_ok() {}
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.abort();
        self.deliverer.abort();
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("base_url", &self.base_url)
            .field("api", &self.api)
            .finish_non_exhaustive()
    }
}

/// Configures and starts a [`Simulator`]; from [`Simulator::builder`].
#[must_use]
pub struct SimulatorBuilder {
    port: u16,
    settings: Settings,
    delivery_faults: DeliveryFaults,
}

impl SimulatorBuilder {
    /// Sets the port to listen on. Default: 0, which chooses a free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the clock of jobs, webhooks, the POST limit and delayed replies. Default: the system's
    /// clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.settings.clock = clock;
        self
    }

    /// Sets the dialect of responses and webhooks. Default: [`Dialect::Documented`].
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.settings.dialect = dialect;
        self
    }

    /// Sets how deliveries of webhooks go wrong. Default: each is tried until it arrives, in order.
    pub fn delivery_faults(mut self, faults: DeliveryFaults) -> Self {
        self.delivery_faults = faults;
        self
    }

    /// Sets the initial credits. Default: 1000. Infinity counts as the largest number, NaN as 0.
    pub fn credits(mut self, credits: f64) -> Self {
        self.settings.credits = credits;
        self
    }

    /// Sets how many POST requests are admitted in any 60 seconds; `None` admits all. Default: 20.
    pub fn post_limit(mut self, limit: Option<usize>) -> Self {
        self.settings.post_limit = limit;
        self
    }

    /// Sets how long each job takes. A job is pending for the first tenth of it. Default: 60 s.
    pub fn job_duration(mut self, duration: Duration) -> Self {
        self.settings.job_duration = duration;
        self
    }

    /// Sets whether the ids inside bodies are checked. If so, a call with the id of a product,
    /// template, preview, image or photo that doesn't exist is refused with the code 10104, at no
    /// cost. The ids of avatars, voices and music tracks are never checked. Default: false.
    pub fn strict(mut self, strict: bool) -> Self {
        self.settings.strict = strict;
        self
    }

    /// Sets how many received requests are kept for [`Simulator::requests`], and how many bytes of
    /// them; the oldest are dropped. A body longer than `max_bytes` isn't kept. Default: 10,000
    /// requests and 32 MiB.
    pub fn request_log(mut self, max_requests: usize, max_bytes: usize) -> Self {
        (self.settings.max_requests, self.settings.max_request_bytes) = (max_requests, max_bytes);
        self
    }

    /// Sets how many jobs are kept, and how many products, upload tickets and uploaded files. The
    /// oldest are dropped, and are unknown from then on. Their content is limited too, to 32 MiB
    /// each of jobs and products. Of webhooks that wait to be sent, the newest beyond this number
    /// are lost. Default: 10,000.
    pub fn max_stored(mut self, count: usize) -> Self {
        self.settings.max_stored = count;
        self
    }

    /// Sets how many bytes of uploaded files are kept. The oldest files are dropped, but never the
    /// newest. Default: 256 MiB.
    pub fn max_upload_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_upload_bytes = bytes;
        self
    }

    /// Starts the server on the current tokio runtime.
    ///
    /// # Errors
    /// Returns an error if the port can't be opened.
    ///
    /// # Panics
    /// Panics if called outside a tokio runtime.
    pub async fn start(self) -> io::Result<Simulator> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let api = Arc::new(Api::new(self.settings, &base_url));
        let (running, stopped) = watch::channel(());
        let server = server::run(listener, Arc::clone(&api));
        let server = tokio::spawn(async move {
            let _running = running;
            server.await
        });
        let deliverer = tokio::spawn(api.deliverer(self.delivery_faults).run()).abort_handle();
        Ok(Simulator { base_url, api, server: server.abort_handle(), deliverer, stopped })
    }
}

impl fmt::Debug for SimulatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatorBuilder")
            .field("port", &self.port)
            .field("dialect", &self.settings.dialect)
            .field("strict", &self.settings.strict)
            .finish_non_exhaustive()
    }
}
