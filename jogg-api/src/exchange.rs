//! One request and what comes back of it, kept however it ends.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use bytes::BytesMut;
use reqwest::Request;

use crate::error::Received;

/// A future that ends when the time for a request is up.
pub(crate) type TimeLimit = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What ended an exchange before the answer did.
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

/// Sends a request and reads the answer, up to `max_body_bytes` of its body.
pub(crate) async fn exchange(
    http: &reqwest::Client,
    request: Request,
    max_body_bytes: usize,
    mut limit: Option<TimeLimit>,
) -> (Received, Result<(), Interruption>) {
    let mut received = Received::default();
    let mut body = BytesMut::new();
    let ended = async {
        let mut response = within(&mut limit, http.execute(request)).await??;
        received.status = Some(response.status());
        received.headers = std::mem::take(response.headers_mut());
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
    received.body = body.freeze();
    (received, ended)
}

/// The request goes first: an answer that is there counts, even if time is up as well.
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
    async fn an_answer_that_is_there_counts_even_if_time_is_up() {
        let limit = || -> Option<TimeLimit> { Some(Box::pin(ready(()))) };
        assert!(matches!(within(&mut limit(), ready(1)).await, Ok(1)));
        let late = within(&mut limit(), pending::<i32>()).await;
        assert!(matches!(late, Err(Interruption::TimeLimit)));
    }
}
