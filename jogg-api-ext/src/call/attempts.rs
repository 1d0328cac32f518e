//! The one way this crate calls an operation: rate limit, attempt, timeout, outcome, retry.
//!
//! Knows no types, so that it is compiled once: what decodes a response is a function it calls.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jogg_api::operations::OPERATIONS;
use jogg_api::{Operation, PreparedRequest, RawResponse, Response, RetryClass};
use serde_json::Value;
use tracing::{Instrument, Span};

use super::deadline::Deadline;
use super::turn::Turn;
use super::{ResponseMetadata, outcome, started};
use crate::client::Jogg;
use crate::error::{Error, ErrorKind, Result};
use crate::job_record::{id_place, started_id};
use crate::policy::observer::{self, AbandonGuard};
use crate::policy::retry::Tried;
use crate::policy::{Attempt, AttemptOutcome, BeforeSend};
use crate::sent_request::SentRequest;

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
    // Not moved into the future, which is itself moved several times.
    let mut attempts = Attempts::new(jogg, request)?;
    attempts.run(decode, &span).instrument(span.clone()).await
}

/// One call, over all its attempts.
struct Attempts<'j> {
    jogg: &'j Jogg,
    request: &'j PreparedRequest,
    operation: &'static Operation,
    start: Duration,
    deadline: Deadline<'j>,
    attempts: u32,
    tried: Tried,
    /// When the first attempt was sent.
    first_sent: Option<Duration>,
    /// When the last attempt was refused with a 429, until its retry is sent.
    refused_at: Option<Duration>,
    /// The time from refusals to their retries.
    refused_for: Duration,
    /// The client to send with, which has no pool once idle connections may be dead.
    api: &'j jogg_api::Client,
}

/// The result of a successful attempt.
struct Received {
    response: Response<()>,
    started: Option<(String, Value)>,
}

impl<'j> Attempts<'j> {
    fn new(jogg: &'j Jogg, request: &'j PreparedRequest) -> Result<Self> {
        let operation = request.operation();
        let api = jogg.connected().map_err(|error| error.with_operation(operation))?;
        Ok(Self {
            jogg,
            request,
            operation,
            start: jogg.clock().now(),
            deadline: Deadline::start(jogg, operation.retry == RetryClass::AtMostOnce),
            attempts: 0,
            tried: Tried::default(),
            first_sent: None,
            refused_at: None,
            refused_for: Duration::ZERO,
            api,
        })
    }

    async fn run(&mut self, mut decode: Option<&mut Decode<'_>>, span: &Span) -> Result<Completed> {
        let mut last = None;
        loop {
            let (mut turn, mut attempt) = match self.ready().await {
                Ok(ready) => ready,
                // What the last attempt met says more than that there is no time for another.
                Err(error)
                    if matches!(error.kind(), ErrorKind::RateLimited | ErrorKind::Timeout) =>
                {
                    return Err(last.unwrap_or(error));
                }
                Err(error) => return Err(error),
            };
            // The hook may have taken its time.
            attempt.sent_at = SystemTime::now();
            turn.is_sent = true;
            let begun = self.count_sent();
            let outcome = self.attempt(decode.as_deref_mut(), &attempt).await;
            drop(turn);
            let ended = self.now();
            let elapsed = ended.saturating_sub(begun);
            let error = match outcome {
                Ok(Received { response, started }) => {
                    self.notify(span, &attempt, || AttemptOutcome::success(&response, elapsed));
                    self.jogg.retry_budget().earn();
                    let elapsed = ended.saturating_sub(self.start);
                    let Attempt { number, sent_at, .. } = attempt;
                    let metadata = ResponseMetadata::new(response, number, sent_at, elapsed);
                    return Ok(Completed { metadata, started });
                }
                Err(error) => self.keep_request(error, begun),
            };
            let delay = self.delay(&error);
            self.notify(span, &attempt, || AttemptOutcome::failure(&error, elapsed, delay));
            match delay {
                Some(delay) => {
                    if outcome::distrusts_pool(&error) {
                        self.api = self.api.unpooled();
                    }
                    self.jogg.clock().sleep(delay).await;
                }
                None => return Err(error),
            }
            last = Some(error);
        }
    }

    /// Waits until the next request may be sent, and asks the hook.
    async fn ready(&self) -> Result<(Turn<'j>, Attempt)> {
        let turn = self.turn().await?;
        let attempt = Attempt {
            operation: self.operation,
            number: self.attempts + 1,
            sent_at: SystemTime::now(),
            label: self.jogg.options().label.clone(),
        };
        if let Some(hook) = self.jogg.before_send().filter(|_| self.is_at_most_once()) {
            self.approve(hook, &attempt).await?;
        }
        if let Some(journal) = self.jogg.journal().filter(|_| self.is_at_most_once()) {
            self.approve(&**journal, &attempt).await?;
        }
        Ok((turn, attempt))
    }

    /// Waits for the limits, within the deadline. The rate limit comes first: who waits for it, for
    /// up to a minute, keeps no one from the connections.
    async fn turn(&self) -> Result<Turn<'j>> {
        self.check_time()?;
        let mut turn = Turn::default();
        if let Some(limiter) = self.jogg.rate_limiter()
            && self.operation.method == "POST"
        {
            // A limiter of the application's may not keep to the time it is given.
            let permit = limiter.acquire(self.deadline.time_to_send());
            let permit = self.deadline.before_sending(permit).await.transpose();
            let permit = permit.map_err(|reason| {
                let error = self.unsent(ErrorKind::Refused, NO_LIMITER).with_reason(reason);
                error.with_retryable(true)
            })?;
            turn.permit = Some(permit.flatten().ok_or_else(|| self.no_slot())?);
        }
        if let Some(permits) = self.jogg.concurrency() {
            let permit = self.deadline.before_sending(permits.acquire()).await;
            // The semaphore is never closed: there is a permit unless the time is up.
            let permit = permit.and_then(|permit| permit.ok());
            turn.concurrency = Some(permit.ok_or_else(|| self.not_sent(NO_PERMIT))?);
        }
        self.check_time()?;
        Ok(turn)
    }

    /// Lets the application's hook refuse a paid request.
    async fn approve(&self, hook: &dyn BeforeSend, attempt: &Attempt) -> Result<()> {
        let approval = self.deadline.before_sending(hook.before_send(attempt)).await;
        let approval = approval.ok_or_else(|| self.not_sent(NO_APPROVAL))?;
        approval.map_err(|reason| {
            let message = "not sent: the application's `BeforeSend` hook refused it";
            self.unsent(ErrorKind::Refused, message).with_reason(reason)
        })?;
        self.check_time()
    }

    /// Counts the attempt that is sent now, and returns the time.
    fn count_sent(&mut self) -> Duration {
        let now = self.now();
        self.attempts += 1;
        self.first_sent.get_or_insert(now);
        if let Some(refused_at) = self.refused_at.take() {
            self.refused_for += now.saturating_sub(refused_at);
        }
        now
    }

    async fn attempt(
        &self,
        mut decode: Option<&mut Decode<'_>>,
        attempt: &Attempt,
    ) -> Result<Received> {
        let limit = self.time_limit();
        let observer = self.jogg.observer();
        if let Some(observer) = observer {
            observer::notify(observer, |observer| observer.on_attempt(attempt));
        }
        let guard = AbandonGuard::new(attempt, observer);
        let timeout = self.jogg.clock().timeout(limit);
        let exchanged = self.api.exchange(self.request, Some(timeout)).await;
        guard.disarm();
        exchanged
            .and_then(|response| self.decoded(response, decode.as_deref_mut()))
            .or_else(|error| self.failure(error, decode, attempt, limit))
    }

    /// Decodes a response. The response to a paid request must say what was paid for.
    fn decoded(
        &self,
        response: RawResponse,
        decode: Option<&mut Decode<'_>>,
    ) -> std::result::Result<Received, jogg_api::Error> {
        let api = self.jogg.api();
        let at_most_once = self.is_at_most_once();
        let place = if at_most_once { id_place(self.operation) } else { None };
        // Only the caller knows what any other operation responds with.
        let known = || OPERATIONS.contains(&self.operation);
        let paid = place.is_some() || at_most_once && known();
        let mut started = None;
        let response = match (decode, place) {
            (Some(decode), None) => decode(api, response)?,
            (decode, _) => {
                let typed = decode.map(|decode| decode(api, response.clone())).transpose()?;
                let (raw, rest) = api.decode_raw(response)?.split();
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

    /// Classifies a failure. A deletion that is retried and finds nothing has succeeded, and so has
    /// a paid request, or a poll, whose response has what was paid for, whatever else it says.
    fn failure(
        &self,
        error: jogg_api::Error,
        decode: Option<&mut Decode<'_>>,
        attempt: &Attempt,
        limit: Duration,
    ) -> Result<Received> {
        let is_retried_deletion = self.operation.method == "DELETE" && attempt.number > 1;
        if is_retried_deletion && outcome::is_not_found(&error) {
            return Ok(Received { response: error.into_response(), started: None });
        }
        let limit = Some(limit);
        let is_of_job = self.is_at_most_once() || started::is_report(self.operation);
        if !is_of_job {
            return Err(outcome::classify(error, attempt, limit));
        }
        let success = started::success(&error);
        if let Some(mut received) = success.and_then(|success| self.decoded(success, decode).ok()) {
            // What was received, not what it was taken for.
            received.response.status = error.status().unwrap_or_default();
            received.response.body = error.body().clone();
            return Ok(received);
        }
        if !self.is_at_most_once() {
            return Err(outcome::classify(error, attempt, limit));
        }
        Err(match started::claim(self.jogg.api(), &error, self.request, attempt) {
            Some(claim) => outcome::contradictory(error, attempt, limit, claim.job),
            None => outcome::classify(error, attempt, limit),
        })
    }

    /// Keeps the request in an error that leaves its outcome unknown, for who searches for that.
    fn keep_request(&self, error: Error, sent_at_on_clock: Duration) -> Error {
        let Some(sent_at) = error.sent_at() else { return error };
        let (body, clock) = (self.request.body().cloned(), Arc::clone(self.jogg.clock()));
        error.with_sent_request(SentRequest { body, sent_at, sent_at_on_clock, clock })
    }

    /// Returns the delay before the next attempt; `None` if there is to be none.
    fn delay(&mut self, error: &Error) -> Option<Duration> {
        let mut policy = self.jogg.retry_policy().clone();
        if let Some(attempts) = self.jogg.options().max_attempts {
            policy.max_attempts = attempts;
        }
        self.tried.count(error);
        let random = self.jogg.clock().random();
        let is_refused = error.kind() == ErrorKind::RateLimited;
        if is_refused {
            // Also if this call ends with it.
            self.pause_others(policy.pause(error, random));
        }
        let delay = policy.delay_of_call(error, &self.tried, random)?;
        let now = self.now();
        let next = now.checked_add(delay)?;
        let in_time = self.deadline.allows(delay);
        if is_refused && in_time {
            self.tried.wait(delay);
            self.refused_at = Some(now);
            return Some(delay);
        }
        let first = self.first_sent.unwrap_or(self.start);
        let last = first.saturating_add(policy.total).saturating_add(self.refused_for);
        (in_time && next < last && self.jogg.retry_budget().take()).then_some(delay)
    }

    /// Reports the outcome to the span and the observer, if there are any.
    fn notify(&self, span: &Span, attempt: &Attempt, outcome: impl FnOnce() -> AttemptOutcome) {
        let (observer, journal) = (self.jogg.observer(), self.jogg.journal());
        if span.is_disabled() && observer.is_none() && journal.is_none() {
            return;
        }
        let outcome = outcome();
        observer::record(span, attempt, &outcome);
        if let Some(journal) = journal {
            journal.on_outcome(attempt, &outcome);
        }
        if let Some(observer) = observer {
            observer::notify(observer, |observer| observer.on_outcome(attempt, &outcome));
        }
    }

    /// Lets the rate limiter hold back all requests that it governs.
    fn pause_others(&self, duration: Duration) {
        if let Some(limiter) = self.jogg.rate_limiter().filter(|_| self.operation.method == "POST")
        {
            observer::guard("the rate limiter", || limiter.pause(duration));
        }
    }

    fn now(&self) -> Duration {
        self.jogg.clock().now()
    }

    /// Returns how long this attempt may take.
    fn time_limit(&self) -> Duration {
        let options = self.jogg.options();
        let limit = options.timeout.unwrap_or_else(|| self.jogg.timeouts().of(self.operation));
        self.deadline.remaining().map_or(limit, |remaining| limit.min(remaining))
    }

    fn check_time(&self) -> Result<()> {
        match self.deadline.time_to_send() {
            Some(Duration::ZERO) => Err(self.not_sent(NO_TIME)),
            _ => Ok(()),
        }
    }

    /// Whether it must never be executed twice.
    fn is_at_most_once(&self) -> bool {
        self.operation.retry == RetryClass::AtMostOnce
    }

    fn not_sent(&self, message: &'static str) -> Error {
        self.unsent(ErrorKind::Timeout, message).with_retryable(true)
    }

    fn no_slot(&self) -> Error {
        match self.deadline.time_to_send() {
            Some(_) => self.not_sent(NO_SLOT),
            None => self.unsent(ErrorKind::RateLimited, REFUSED_SLOT).with_retryable(true),
        }
    }

    fn unsent(&self, kind: ErrorKind, message: &'static str) -> Error {
        Error::new(kind, message).with_operation(self.operation).with_attempts(self.attempts)
    }
}

const NO_APPROVAL: &str = "not sent: the `BeforeSend` hook took too long for the deadline";
const NO_LIMITER: &str = "not sent: the rate limiter can't say whether the limit leaves room";
const NO_PERMIT: &str = "not sent: `max_concurrent_calls` were in flight until the deadline";
const NO_SLOT: &str = "not sent: the rate limit leaves no room before the deadline";
const REFUSED_SLOT: &str = "not sent: the rate limiter refuses, although there is no deadline";
const NO_TIME: &str = "not sent: too little time is left before the deadline";
