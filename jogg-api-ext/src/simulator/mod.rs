//! A server that behaves like the API: for tests, examples and experiments without a key.
//!
//! It listens on this machine only and answers every operation of the spec, driven by the tables
//! that the client is made from. It checks keys, parameters and bodies, takes credits, limits
//! POST requests, runs jobs through their states on a clock of your choosing, keeps products and
//! webhook endpoints, takes uploads and serves files. Lists have some made-up items, which
//! [`Simulator::set_items`] replaces. Any key is good but the key `invalid`.
//!
//! ```
//! # use std::sync::Arc;
//! use jogg_api_ext::jogg_api::operations::WHOAMI;
//! use jogg_api_ext::jogg_api::Client;
//! use jogg_api_ext::simulator::{Reply, Simulator, VirtualClock};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let clock = Arc::new(VirtualClock::new());
//! let simulator = Simulator::builder().clock(clock).credits(5.0).start().await?;
//! simulator.reply_next(&WHOAMI, Reply::raw(502, "text/html", "<h1>Bad gateway</h1>"));
//!
//! let client = Client::builder("any key").base_url(simulator.base_url()).build()?;
//! assert!(client.whoami().await.is_err());
//! assert!(client.whoami().await.is_ok());
//! assert_eq!(simulator.requests().len(), 2);
//! # Ok(())
//! # }
//! ```

mod answer;
mod api;
mod call;
mod clock;
mod credits;
mod endpoints;
mod files;
mod filters;
mod ids;
mod jobs;
mod lists;
mod parameters;
mod phase;
mod post_limit;
mod products;
mod references;
mod refusal;
mod reply;
mod report;
mod request;
mod route;
mod seeds;
mod server;
mod spec;
mod store;
mod templates;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use jogg_api::Operation;
use serde_json::Value;

use self::api::{Api, Settings};
use crate::clock::{Clock, SystemClock};

pub use self::clock::{AcceleratedClock, VirtualClock};
pub use self::reply::Reply;
pub use self::request::ReceivedRequest;

/// What a reply is given to, in [`Simulator::reply_next`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Target {
    /// The download of a file.
    Download,
    /// A call of this operation.
    Operation(&'static Operation),
    /// The upload of a file.
    Upload,
}

impl From<&'static Operation> for Target {
    fn from(operation: &'static Operation) -> Self {
        Self::Operation(operation)
    }
}

/// A running server. Dropping it stops it.
pub struct Simulator {
    base_url: String,
    api: Arc<Api>,
    server: AbortHandle,
    stopped: watch::Receiver<()>,
}

impl Simulator {
    /// Starts to set a simulator up.
    pub fn builder() -> SimulatorBuilder {
        SimulatorBuilder {
            port: 0,
            settings: Settings {
                clock: Arc::new(SystemClock::new()),
                dialect: Dialect::Documented,
                credits: 1000.0,
                post_limit: Some(20),
                job_duration: Duration::from_secs(60),
                strict: false,
            },
        }
    }

    /// Starts a simulator as it is set up without further words.
    ///
    /// # Errors
    /// If no port can be opened.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Where it listens: `http://127.0.0.1:` and the port.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Everything received so far, in order, uploads and downloads included.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.api.requests()
    }

    /// Forgets the replies that have not been given.
    pub fn clear_replies(&self) {
        self.api.clear_replies();
    }

    /// How many calls of this operation were received.
    pub fn count(&self, operation: &Operation) -> usize {
        self.api.count(operation)
    }

    /// Gives this reply to the next call of an operation, whatever the call is like, or to the next
    /// transfer of a file. Several queue up.
    pub fn reply_next(&self, target: impl Into<Target>, reply: Reply) {
        self.api.reply_next(target.into(), reply);
    }

    /// Makes the next job that is started fail with this message when its time is over. Several
    /// queue up.
    pub fn fail_next_job(&self, message: &str) {
        self.api.fail_next_job(message);
    }

    /// Makes the next part of a job fail with this message when the job's time is over, while its
    /// other parts go on: a drawing of the next batch of drawings. Several queue up. Operations that
    /// have no place for the message, as those drawings, only show the failure.
    pub fn fail_next_part(&self, message: &str) {
        self.api.fail_next_part(message);
    }

    /// Refuses the next product preview with this message when it is asked for. The call goes
    /// through, but the item for that visual style has no id, and costs nothing. Several queue up.
    pub fn refuse_next_preview(&self, message: &str) {
        self.api.refuse_next_preview(message);
    }

    /// Replaces the items of a list that were there from the start or came in by calls. They are
    /// answered as given, right or wrong; jobs that were started come before them.
    ///
    /// Items of [`LIST_CUSTOM_TEMPLATES`](jogg_api::operations::LIST_CUSTOM_TEMPLATES) may have
    /// `variables`: the list leaves them out, and `get_custom_template` shows them.
    ///
    /// # Errors
    /// `InvalidInput` if the operation reads no list.
    ///
    /// ```
    /// # use jogg_api_ext::jogg_api::{Client, operations::LIST_VISUAL_STYLES};
    /// # use jogg_api_ext::simulator::Simulator;
    /// # use serde_json::json;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let simulator = Simulator::start().await?;
    /// simulator.set_items(&LIST_VISUAL_STYLES, vec![json!({"id": 7, "name": "Loud"}), json!(null)])?;
    ///
    /// let client = Client::builder("any key").base_url(simulator.base_url()).build()?;
    /// let answer = client.list_visual_styles(&Default::default()).await?;
    /// let styles = answer.data.unwrap_or_default().visual_styles;
    /// assert_eq!(styles.len(), 1);
    /// assert_eq!(answer.skipped_count, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_items(&self, list: &Operation, items: Vec<Value>) -> io::Result<()> {
        match self.api.set_items(list, items) {
            true => Ok(()),
            false => {
                let message = format!("{} reads no list", list.id);
                Err(io::Error::new(io::ErrorKind::InvalidInput, message))
            }
        }
    }

    /// The credits that are left.
    pub fn credits(&self) -> f64 {
        self.api.credits()
    }

    /// Sets the credits that are left.
    pub fn set_credits(&self, credits: f64) {
        self.api.set_credits(credits);
    }

    /// Waits until the server has stopped, which it does only with the runtime it was started on.
    pub async fn stopped(&self) {
        // Nothing is ever sent: the channel closes when the server's task is gone.
        while self.stopped.clone().changed().await.is_ok() {}
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.abort();
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

/// How a [`Simulator`] is set up.
#[must_use]
pub struct SimulatorBuilder {
    port: u16,
    settings: Settings,
}

impl SimulatorBuilder {
    /// The port to listen on; 0, which is the default, for any that is free.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The clock that jobs and the POST limit run on; the machine's unless set.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.settings.clock = clock;
        self
    }

    /// The manner of speaking; as documented unless set.
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.settings.dialect = dialect;
        self
    }

    /// The credits to begin with; 1000 unless set.
    pub fn credits(mut self, credits: f64) -> Self {
        self.settings.credits = credits;
        self
    }

    /// How many POST calls are let through in 60 seconds; 20 unless set, `None` for any number.
    pub fn post_limit(mut self, limit: Option<usize>) -> Self {
        self.settings.post_limit = limit;
        self
    }

    /// How long jobs take; 60 seconds unless set. They are pending for the first tenth of it.
    pub fn job_duration(mut self, duration: Duration) -> Self {
        self.settings.job_duration = duration;
        self
    }

    /// Whether what bodies refer to must exist; it need not unless set. That holds for products,
    /// templates, previews, drawings and portraits; avatars, voices and tracks are not checked. An id
    /// that nothing has is refused with the code 10104, and costs nothing.
    pub fn strict(mut self, strict: bool) -> Self {
        self.settings.strict = strict;
        self
    }

    /// Starts the server on the current tokio runtime.
    ///
    /// # Errors
    /// If the port cannot be opened.
    ///
    /// # Panics
    /// Outside a tokio runtime.
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
        Ok(Simulator { base_url, api, server: server.abort_handle(), stopped })
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

/// How the server words its answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// As the vendor documents it.
    #[default]
    Documented,
    /// As the API has been seen to answer: `success` where `completed` is documented, a
    /// `project_id` beside a video's id, no `avatar_id` before a motion is completed, and the lists
    /// of stock avatars and voices always whole, with the claim that more follows.
    Live,
}

/// Locks even after a panic elsewhere: every change here is complete before a lock is given back.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
