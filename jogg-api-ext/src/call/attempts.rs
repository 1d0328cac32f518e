//! The one way this crate calls an operation: rate limit, attempt, timeout, outcome, retry.
//!
//! Knows no types, so that it is compiled once: what decodes a response is a function it calls.

use std::time::{Duration, SystemTime};

use jogg_api::operations::OPERATIONS;
use jogg_api::{Operation, PreparedRequest, RawResponse, Response, RetryClass};
use serde_json::Value;
use tokio::sync::SemaphorePermit;
use tracing::{Instrument, Span};

use super::{ResponseMetadata, outcome};
use crate::client::Jogg;
use crate::clock::within;
use crate::error::{Error, ErrorKind, Result};
use crate::job_record::{id_place, started_id};
use crate::policy::observer::{self, AbandonGuard};
use crate::policy::{Attempt, AttemptOutcome, Permit};

/// Decodes a response, keeps its value, and returns the rest.
pub(super) type Decode<'d> = dyn FnMut(&jogg_api::Client, RawResponse) -> Decoded + Send + 'd;

type Decoded = std::result::Result<Response<()>, jogg_api::Error>;

/// A call that succeeded.
pub(super) struct Completed {
    pub(super) metadata: ResponseMetadata,
    /// The id of the job that was started, and the response's `data`.
    pub(super) started: Option<(String, Value)>,
}

/// Makes a call, over as many attempts as the policy allows.
pub(super) async fn call(
    jogg: &Jogg,
    request: &PreparedRequest,
    decode: Option<&mut Decode<'_>>,
) -> Result<Completed> {
    let span = observer::span(request.operation());
    Attempts::new(jogg, request).run(decode, &span).instrument(span.clone()).await
}

/// One call, over all its attempts.
struct Attempts<'j> {
    jogg: &'j Jogg,
    request: &'j PreparedRequest,
    operation: &'static Operation,
    start: Duration,
    attempts: u32,
}

/// The result of a successful attempt.
struct Received {
    response: Response<()>,
    started: Option<(String, Value)>,
}

impl<'j> Attempts<'j> {
    fn new(jogg: &'j Jogg, request: &'j PreparedRequest) -> Self {
        let operation = request.operation();
        Self { jogg, request, operation, start: jogg.clock().now(), attempts: 0 }
    }

    async fn run(mut self, mut decode: Option<&mut Decode<'_>>, span: &Span) -> Result<Completed> {
        loop {
            let turn = self.turn().await?;
            self.attempts += 1;
            let attempt = Attempt {
                operation: self.operation,
                number: self.attempts,
                sent_at: SystemTime::now(),
            };
            let begun = self.now();
            let outcome = self.attempt(decode.as_deref_mut(), &attempt).await;
            drop(turn);
            let elapsed = self.now().saturating_sub(begun);
            let error = match outcome {
                Ok(Received { response, started }) => {
                    self.notify(span, &attempt, || AttemptOutcome::success(&response, elapsed));
                    self.jogg.retry_budget().earn();
                    let elapsed = self.now().saturating_sub(self.start);
                    let Attempt { number, sent_at, .. } = attempt;
                    let metadata = ResponseMetadata::new(response, number, sent_at, elapsed);
                    return Ok(Completed { metadata, started });
                }
                Err(error) => error,
            };
            let delay = self.delay(&error);
            self.notify(span, &attempt, || AttemptOutcome::failure(&error, elapsed, delay));
            match delay {
                Some(delay) => self.jogg.clock().sleep(delay).await,
                None => return Err(error),
            }
        }
    }

    /// Waits for the limits, within the deadline.
    async fn turn(&self) -> Result<Turn<'j>> {
        let concurrency = match self.jogg.concurrency() {
            Some(permits) => {
                let permit = self.before_deadline(permits.acquire()).await;
                // The semaphore is never closed: there is a permit unless the time is up.
                Some(permit.and_then(|permit| permit.ok()).ok_or_else(|| self.not_sent())?)
            }
            None => None,
        };
        let permit = match self.jogg.rate_limiter() {
            Some(limiter) if self.operation.method == "POST" => {
                let permit = limiter.acquire(self.remaining()).await;
                Some(permit.ok_or_else(|| self.not_sent())?)
            }
            _ => None,
        };
        Ok(Turn { _permit: permit, _concurrency: concurrency })
    }

    async fn attempt(
        &self,
        decode: Option<&mut Decode<'_>>,
        attempt: &Attempt,
    ) -> Result<Received> {
        let limit = self.time_limit();
        let observer = self.jogg.observer();
        if let Some(observer) = observer {
            observer.on_attempt(attempt);
        }
        let guard = AbandonGuard::new(attempt, observer);
        let timeout = self.jogg.clock().timeout(limit);
        let exchanged = self.jogg.api().exchange(self.request, Some(timeout)).await;
        guard.disarm();
        exchanged
            .and_then(|response| self.decoded(response, decode))
            .or_else(|error| self.failure(error, attempt, limit))
    }

    /// Decodes a response. The response to a paid request must say what was paid for.
    fn decoded(
        &self,
        response: RawResponse,
        decode: Option<&mut Decode<'_>>,
    ) -> std::result::Result<Received, jogg_api::Error> {
        let api = self.jogg.api();
        let at_most_once = self.operation.retry == RetryClass::AtMostOnce;
        // Only the caller knows what any other operation responds with.
        let known = || OPERATIONS.iter().any(|known| std::ptr::eq(*known, self.operation));
        let paid = at_most_once && known();
        let place = if paid { id_place(self.operation) } else { None };
        let mut started = None;
        let response = match (decode, place) {
            (Some(decode), None) => decode(api, response)?,
            (decode, _) => {
                let typed = decode.map(|decode| decode(api, response.clone())).transpose()?;
                let (raw, rest) = api.decode::<Value>(response)?.split();
                let raw = raw.unwrap_or_default();
                started = place.and_then(|place| started_id(place, &raw)).map(|id| (id, raw));
                typed.unwrap_or(rest)
            }
        };
        let missing = match place {
            _ if paid && response.data.is_none() => Some("data"),
            Some(place) if started.is_none() => Some(place),
            _ => None,
        };
        match missing {
            None => Ok(Received { response, started }),
            Some(place) => {
                let response = response.into_raw(self.operation);
                Err(api.reject(response, format!("it has no `{place}`")))
            }
        }
    }

    /// Classifies a failure. A deletion that is retried and finds nothing has succeeded.
    fn failure(
        &self,
        error: jogg_api::Error,
        attempt: &Attempt,
        limit: Duration,
    ) -> Result<Received> {
        let not_found = outcome::is_not_found(&error);
        if self.operation.method == "DELETE" && attempt.number > 1 && not_found {
            return Ok(Received { response: error.into_response(), started: None });
        }
        Err(outcome::classify(error, attempt, Some(limit)))
    }

    /// Returns the delay before the next attempt; `None` if there is to be none.
    fn delay(&self, error: &Error) -> Option<Duration> {
        let mut policy = self.jogg.retry_policy().clone();
        if let Some(attempts) = self.jogg.options().max_attempts {
            policy.max_attempts = attempts;
        }
        let delay = policy.delay(error, self.attempts, self.jogg.clock().random())?;
        let next = self.now().checked_add(delay)?;
        let last =
            self.deadline().unwrap_or(Duration::MAX).min(self.start.saturating_add(policy.total));
        (next < last && self.jogg.retry_budget().take()).then_some(delay)
    }

    /// Reports the outcome to the span and the observer, if there are any.
    fn notify(&self, span: &Span, attempt: &Attempt, outcome: impl FnOnce() -> AttemptOutcome) {
        let observer = self.jogg.observer();
        if span.is_disabled() && observer.is_none() {
            return;
        }
        let outcome = outcome();
        observer::record(span, attempt, &outcome);
        if let Some(observer) = observer {
            observer.on_outcome(attempt, &outcome);
        }
    }

    fn now(&self) -> Duration {
        self.jogg.clock().now()
    }

    /// Returns when the call must have ended, on the client's clock.
    fn deadline(&self) -> Option<Duration> {
        let options = self.jogg.options();
        let end = options.deadline.map(|deadline| self.start.saturating_add(deadline));
        end.into_iter().chain(options.ends_at).min()
    }

    /// Returns the time until the deadline, if there is one.
    fn remaining(&self) -> Option<Duration> {
        self.deadline().map(|deadline| deadline.saturating_sub(self.now()))
    }

    /// Returns how long this attempt may take.
    fn time_limit(&self) -> Duration {
        let options = self.jogg.options();
        let limit = options.timeout.unwrap_or_else(|| self.jogg.timeouts().of(self.operation));
        self.remaining().map_or(limit, |remaining| limit.min(remaining))
    }

    async fn before_deadline<F: Future>(&self, future: F) -> Option<F::Output> {
        match self.remaining() {
            Some(remaining) => within(future, self.jogg.clock().timeout(remaining)).await,
            None => Some(future.await),
        }
    }

    fn not_sent(&self) -> Error {
        let message = "not sent: the rate limit leaves no room before the deadline";
        Error::new(ErrorKind::Timeout, message)
            .with_operation(self.operation)
            .with_attempts(self.attempts)
            .with_retryable(true)
    }
}

/// Permission to send a request, given back when it has ended.
struct Turn<'j> {
    _permit: Option<Permit>,
    _concurrency: Option<SemaphorePermit<'j>>,
}
