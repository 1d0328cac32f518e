//! The one way this crate calls an operation: within its time, its failure sorted.

use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use jogg_api::{Answer, Operation, RetryClass};

use crate::clock::Sleep;
use crate::{Jogg, Result, outcome};

/// A successful answer, and when its request was sent.
pub(crate) struct Called<T> {
    pub(crate) answer: Answer<T>,
    pub(crate) sent_at: SystemTime,
}

impl Jogg {
    /// Calls an operation.
    pub(crate) async fn call<T, F, R>(
        &self,
        operation: &'static Operation,
        send: F,
    ) -> Result<Called<T>>
    where
        F: FnOnce(jogg_api::Client) -> R,
        R: Future<Output = std::result::Result<Answer<T>, jogg_api::Error>>,
    {
        let limit = self.limit(operation);
        let sent_at = SystemTime::now();
        match within(send(self.api().clone()), self.clock().timeout(limit)).await {
            Some(Ok(answer)) => Ok(Called { answer, sent_at }),
            Some(Err(error)) => Err(outcome::classify(error, sent_at, 1)),
            None => Err(outcome::timed_out(operation, limit, sent_at, 1)),
        }
    }

    fn limit(&self, operation: &Operation) -> Duration {
        match operation.retry {
            RetryClass::Read => self.timeouts().read,
            _ => self.timeouts().write,
        }
    }
}

/// The output of a future, unless the guard ends first.
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
