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

// The modules in layers: each imports only from the layers above its own, and within a layer or a
// folder there are no circles.

mod clock;
mod dialect;
mod lock;
mod settings;

// What the spec says about operations.
mod spec;

// Requests and replies at the level of HTTP.
mod wire;

// Everything that calls can change.
mod state;

// One call of an operation, the check of the ids in it, and what each operation does.
mod call;
mod handlers;
mod references;

// From a route to its handler: one table.
mod dispatch;

// The above behind locks, and behind a socket.
mod api;
mod server;

#[cfg(test)]
mod tests;

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
pub use self::dialect::Dialect;
pub use self::wire::reply::{Reply, Target};
pub use self::wire::request::ReceivedRequest;

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
        SimulatorBuilder { port: 0, settings: Settings::default() }
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
        self.api.requests().clone()
    }

    /// Forgets the replies that have not been given.
    pub fn clear_replies(&self) {
        self.api.replies().clear();
    }

    /// How many calls of this operation were received.
    pub fn count(&self, operation: &Operation) -> usize {
        let requests = self.api.requests();
        requests.iter().filter(|request| request.operation == Some(operation.id)).count()
    }

    /// Gives this reply to the next call of an operation, whatever the call is like, or to the next
    /// transfer of a file. Several queue up.
    pub fn reply_next(&self, target: impl Into<Target>, reply: Reply) {
        self.api.replies().push((target.into(), reply));
    }

    /// Makes the next job that is started fail with this message when its time is over. Several
    /// queue up.
    pub fn fail_next_job(&self, message: &str) {
        self.api.state().jobs.fail_next(message.to_owned());
    }

    /// Makes the next part of a job fail with this message when the job's time is over, while its
    /// other parts go on: a drawing of the next batch of drawings. Several queue up. Operations that
    /// have no place for the message, as those drawings, only show the failure.
    pub fn fail_next_part(&self, message: &str) {
        self.api.state().jobs.fail_next_part(message.to_owned());
    }

    /// Refuses the next product preview with this message when it is asked for. The call goes
    /// through, but the item for that visual style has no id, and costs nothing. Several queue up.
    pub fn refuse_next_preview(&self, message: &str) {
        self.api.state().jobs.refuse_next(message.to_owned());
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
        let mut state = self.api.state();
        let Some(known) = state.store.items_mut(list) else {
            let message = format!("{} returns no list", list.id);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        };
        *known = items;
        Ok(())
    }

    /// The credits that are left.
    pub fn credits(&self) -> f64 {
        self.api.state().balance.credits()
    }

    /// Sets the credits that are left.
    pub fn set_credits(&self, credits: f64) {
        self.api.state().balance = Balance::new(credits);
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
