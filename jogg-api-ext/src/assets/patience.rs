//! How long an attempt of a transfer waits for the network.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use super::transfer::{Transfer, transient};
use crate::clock::Sleep;
use crate::error::{Error, Result};

/// The time that an attempt has.
pub(crate) struct Patience {
    /// How long the host may send nothing.
    silence: Duration,
    /// How long it may take in all, and when that has passed.
    limit: Option<(Duration, Sleep)>,
}

impl Patience {
    pub(crate) fn new(transfer: &Transfer, silence: Duration, limit: Duration) -> Self {
        let mut patience = Self { silence, limit: None };
        patience.set_limit(transfer, Some(limit));
        patience
    }

    /// Sets another limit, from now on.
    pub(crate) fn set_limit(&mut self, transfer: &Transfer, limit: Option<Duration>) {
        self.limit = limit.map(|limit| (limit, transfer.client().clock().timeout(limit)));
    }

    /// Returns the output of a future.
    ///
    /// # Errors
    /// It took too long, or the limit has passed before: a host that is always ready is never
    /// waited for, and may be late all the same.
    pub(crate) async fn wait<F: Future>(
        &mut self,
        transfer: &Transfer,
        future: F,
    ) -> Result<F::Output> {
        let mut future = pin!(future);
        let mut silence = None;
        poll_fn(|context| {
            if let Some((limit, passed)) = &mut self.limit
                && passed.as_mut().poll(context).is_ready()
            {
                return Poll::Ready(Err(too_slow("was not done within", *limit)));
            }
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(output));
            }
            // Mostly the future is ready, and then no timer is needed.
            let clock = transfer.client().clock();
            let silence = silence.get_or_insert_with(|| clock.timeout(self.silence));
            let silent = || Err(too_slow("sent nothing for", self.silence));
            silence.as_mut().poll(context).map(|()| silent())
        })
        .await
    }
}

fn too_slow(how: &str, limit: Duration) -> Error {
    transient(format!("the file host {how} {} s", limit.as_secs_f64()))
}
