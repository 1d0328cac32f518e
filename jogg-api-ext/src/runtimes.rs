//! The runtimes that a client is used from: which of them has the pool of connections, and the one
//! that runs the calls of code that blocks.

#[cfg(feature = "blocking")]
mod background;

use std::sync::OnceLock;

use tokio::runtime;

use crate::error::{Error, ErrorKind, Result};

#[cfg(feature = "blocking")]
pub(crate) use self::background::Background;

const NO_RUNTIME: &str = "there is no tokio runtime here; make the call in one, such as that of \
                          `#[tokio::main]` or `Runtime::block_on`";

/// The runtimes of a client.
#[derive(Default)]
pub(crate) struct Runtimes {
    /// The runtime that serves the pooled connections: that of the first call.
    of_pool: OnceLock<runtime::Id>,
    #[cfg(feature = "blocking")]
    background: std::sync::Mutex<Option<std::sync::Arc<Background>>>,
}

impl Runtimes {
    /// Returns whether the pooled connections are served by this runtime.
    ///
    /// A connection is served by the runtime that it was opened on. If that is idle, a request on
    /// the connection waits without being sent, and nobody could say so. So the runtime of the
    /// first call has the pool, and calls on others open connections of their own.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] outside of a runtime.
    pub(crate) fn has_pool_here(&self) -> Result<bool> {
        let Ok(here) = runtime::Handle::try_current() else {
            return Err(Error::new(ErrorKind::Configuration, NO_RUNTIME));
        };
        let here = here.id();
        Ok(*self.of_pool.get_or_init(|| here) == here)
    }

    /// Returns the runtime in the background, which is started when it is first needed.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if its thread can't be started.
    #[cfg(feature = "blocking")]
    pub(crate) fn background(&self) -> Result<std::sync::Arc<Background>> {
        // Nothing panics while it is locked.
        let mut background = self.background.lock().unwrap_or_else(|broken| broken.into_inner());
        if let Some(background) = &*background {
            return Ok(std::sync::Arc::clone(background));
        }
        let started = Background::start().map_err(|error| {
            let reason = format!("the thread for calls that block can't be started: {error}");
            Error::new(ErrorKind::Configuration, reason).with_io(error)
        })?;
        Ok(std::sync::Arc::clone(background.insert(std::sync::Arc::new(started))))
    }
}
