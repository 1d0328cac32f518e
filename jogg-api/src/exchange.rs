//! Sends one request and keeps what is received, however the exchange ends. Knows nothing of the
//! operations' types.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use reqwest::Request;

use crate::Operation;

/// A future that completes when the time limit of a request has passed.
pub type TimeLimit = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A complete response that has not been decoded.
///
/// `Debug` shows neither headers nor body.
#[derive(Clone)]
#[non_exhaustive]
pub struct RawResponse {
    /// The operation that was called.
    pub operation: &'static Operation,
    /// The HTTP status.
    pub status: StatusCode,
    /// The HTTP headers. Not redacted.
    pub headers: HeaderMap,
    /// The body as received. Not redacted.
    pub body: Bytes,
}

impl RawResponse {
    /// Puts a response together of its parts.
    pub fn new(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        Self { operation, status, headers, body }
    }
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("operation", &self.operation.id)
            .field("status", &self.status.as_u16())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What had been received when an exchange ended.
#[derive(Default)]
pub(crate) struct Arrived {
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What ended an exchange before the response was complete.
pub(crate) enum Interruption {
    BodyTooLarge,
    Http(reqwest::Error),
    TimeLimit,
}

impl From<reqwest::Error> for Interruption {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error)
    }
}

/// Sends a request and reads the response, up to `max_body_bytes` of its body.
pub(crate) async fn exchange(
    http: &reqwest::Client,
    request: Request,
    max_body_bytes: usize,
    mut limit: Option<TimeLimit>,
) -> (Arrived, Result<(), Interruption>) {
    let mut arrived = Arrived::default();
    let mut body = BytesMut::new();
    let ended = async {
        let mut response = within(&mut limit, http.execute(request)).await??;
        arrived.status = Some(response.status());
        arrived.headers = std::mem::take(response.headers_mut());
        while let Some(chunk) = within(&mut limit, response.chunk()).await?? {
            let room = max_body_bytes - body.len();
            body.extend_from_slice(&chunk[..room.min(chunk.len())]);
            if room < chunk.len() {
                return Err(Interruption::BodyTooLarge);
            }
        }
        Ok(())
    }
    .await;
    arrived.body = body.freeze();
    (arrived, ended)
}

/// Polls `work` first: a response that has arrived counts, even if the time limit has also passed.
async fn within<T>(
    limit: &mut Option<TimeLimit>,
    work: impl Future<Output = T>,
) -> Result<T, Interruption> {
    let mut work = pin!(work);
    poll_fn(|context| {
        if let Poll::Ready(value) = work.as_mut().poll(context) {
            return Poll::Ready(Ok(value));
        }
        match limit.as_mut().map(|limit| limit.as_mut().poll(context)) {
            Some(Poll::Ready(())) => Poll::Ready(Err(Interruption::TimeLimit)),
            Some(Poll::Pending) | None => Poll::Pending,
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn a_response_that_has_arrived_counts_even_if_the_time_limit_has_passed() {
        let limit = || -> Option<TimeLimit> { Some(Box::pin(ready(()))) };
        assert!(matches!(within(&mut limit(), ready(1)).await, Ok(1)));
        let late = within(&mut limit(), pending::<i32>()).await;
        assert!(matches!(late, Err(Interruption::TimeLimit)));
    }
}
