//! How long an attempt of a transfer waits for the network.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use super::transfer::{Transfer, transient};
use crate::clock::within;
use crate::error::Result;

/// The time that an attempt has left. Only waiting for the network uses it up, so the consumer of
/// a download may take its time.
pub(crate) struct Patience {
    /// How long the host may send nothing.
    silence: Duration,
    /// What the attempt had from the beginning, or since it was extended.
    granted: Duration,
    left: Duration,
}

impl Patience {
    pub(crate) fn new(silence: Duration, granted: Duration) -> Self {
        Self { silence, granted, left: granted }
    }

    /// Grants more time, now that it is known how much there is to move.
    pub(crate) fn extend(&mut self, granted: Duration) {
        (self.granted, self.left) = (granted, granted);
    }

    /// Returns the output of a future.
    ///
    /// # Errors
    /// It took too long.
    pub(crate) async fn wait<F: Future>(
        &mut self,
        transfer: &Transfer,
        future: F,
    ) -> Result<F::Output> {
        let mut future = pin!(future);
        // Mostly it is ready, and then no timer is needed.
        if let Poll::Ready(output) =
            poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
        {
            return Ok(output);
        }
        let clock = transfer.client().clock();
        let (start, left) = (clock.now(), transfer.until_deadline(self.left));
        let output = within(future, clock.timeout(self.silence.min(left))).await;
        self.left = self.left.saturating_sub(clock.now().saturating_sub(start));
        output.ok_or_else(|| match self.silence < left {
            true => {
                let seconds = self.silence.as_secs_f64();
                transient(format!("the file host sent nothing for {seconds} s"))
            }
            false => {
                let seconds = self.granted.as_secs_f64();
                transient(format!("the file host was not done within {seconds} s"))
            }
        })
    }
}
