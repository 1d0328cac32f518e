//! Time, from a clock that tests can replace.
//!
//! A client and a simulator on one virtual clock wait without taking time:
//!
//! ```
//! # #[cfg(feature = "simulator")]
//! # async fn demo() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use jogg_api_ext::Jogg;
//! use jogg_api_ext::simulator::{Simulator, VirtualClock};
//!
//! let clock = Arc::new(VirtualClock::new());
//! let simulator = Simulator::builder().clock(clock.clone()).start().await?;
//! let jogg = Jogg::builder("any-key").base_url(simulator.base_url()).clock(clock).build()?;
//! # Ok(()) }
//! ```

use std::fmt;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::{Duration, Instant};

/// A future that ends when a time has passed.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The source of time of the client and the simulator.
///
/// Waits and timeouts are separate, so that a clock can jump over the former (nothing happens
/// while a client waits for the next poll) and still let a response over a real socket arrive
/// before the latter.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Returns the time since a fixed point of this clock's choosing. Never runs backwards.
    fn now(&self) -> Duration;

    /// Returns a future that ends after a wait: between two polls of a job, or before a retry.
    fn sleep(&self, duration: Duration) -> Sleep;

    /// Returns a future that ends when the time for something else is up: a timeout.
    fn timeout(&self, duration: Duration) -> Sleep;

    /// Returns a future that ends when this clock reads `time`: for what happens at a time without
    /// anybody waiting for it, such as the end of a job. A clock that jumps over waits doesn't jump
    /// to it. Default: a [`Clock::timeout`] of the time until then.
    fn until(&self, time: Duration) -> Sleep {
        self.timeout(time.saturating_sub(self.now()))
    }

    /// Returns a random number from 0 up to 1, by which waits are spread.
    fn random(&self) -> f64 {
        fastrand::f64()
    }
}

/// The clock of this machine, on tokio's timer.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// Creates a clock that starts now.
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }

    fn timeout(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Returns the output of a future; `None` if the guard ends first.
pub(crate) async fn within<F: Future>(future: F, mut guard: Sleep) -> Option<F::Output> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        guard.as_mut().poll(context).map(|()| None)
    })
    .await
}
