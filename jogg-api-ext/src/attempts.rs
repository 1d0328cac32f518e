//! The one way this crate calls an operation: limit, attempt, time-out, meaning, repetition.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jogg_api::operations::OPERATIONS;
use jogg_api::{Answer, Operation, RetryClass};
use tokio::sync::SemaphorePermit;
use tracing::{Instrument, Span};

use crate::clock::within;
use crate::limit::Slot;
use crate::observe::{self, AbandonGuard, Attempt, Ended};
use crate::{Called, Error, ErrorKind, Jogg, Result, job, outcome};

/// Makes a call, over as many attempts as the policy allows.
pub(crate) async fn call<T, F, R>(
    jogg: &Jogg,
    operation: &'static Operation,
    send: F,
) -> Result<Called<T>>
where
    F: Fn(jogg_api::Client) -> R,
    R: Future<Output = std::result::Result<Answer<T>, jogg_api::Error>>,
{
    let span = observe::span(operation);
    Attempts::new(jogg, operation).run(send, &span).instrument(span.clone()).await
}

/// One call, over all its attempts.
struct Attempts<'j> {
    jogg: &'j Jogg,
    operation: &'static Operation,
    start: Duration,
    attempts: u32,
}

impl<'j> Attempts<'j> {
    fn new(jogg: &'j Jogg, operation: &'static Operation) -> Self {
        Self { jogg, operation, start: jogg.clock().now(), attempts: 0 }
    }

    async fn run<T, F, R>(mut self, send: F, span: &Span) -> Result<Called<T>>
    where
        F: Fn(jogg_api::Client) -> R,
        R: Future<Output = std::result::Result<Answer<T>, jogg_api::Error>>,
    {
        loop {
            let turn = self.turn().await?;
            self.attempts += 1;
            let attempt = Attempt {
                operation: self.operation,
                number: self.attempts,
                sent_at: SystemTime::now(),
            };
            let begun = self.now();
            let outcome = self.attempt(&send, &attempt).await;
            drop(turn);
            let elapsed = self.now().saturating_sub(begun);
            let error = match outcome {
                Ok(answer) => {
                    self.tell(span, &attempt, &Ended::success(&answer, elapsed));
                    self.jogg.retry_budget().earn();
                    return Ok(Called {
                        answer,
                        attempts: attempt.number,
                        sent_at: attempt.sent_at,
                        elapsed: self.now().saturating_sub(self.start),
                    });
                }
                Err(error) => error,
            };
            let delay = self.delay(&error);
            self.tell(span, &attempt, &Ended::failure(&error, elapsed, delay));
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
        let slot = match self.jogg.limiter() {
            Some(limiter) if self.operation.method == "POST" => {
                let slot = limiter.acquire(self.deadline()).await;
                Some(slot.ok_or_else(|| self.not_sent())?)
            }
            _ => None,
        };
        Ok(Turn { _slot: slot, _concurrency: concurrency })
    }

    async fn attempt<T, F, R>(&self, send: &F, attempt: &Attempt) -> Result<Answer<T>>
    where
        F: Fn(jogg_api::Client) -> R,
        R: Future<Output = std::result::Result<Answer<T>, jogg_api::Error>>,
    {
        let limit = self.time_limit();
        let observer = self.jogg.observer();
        if let Some(observer) = observer {
            observer.started(attempt);
        }
        let guard = AbandonGuard::new(attempt, observer.cloned());
        let clock = Arc::clone(self.jogg.clock());
        let api = self.jogg.api().with_time_limit(move || clock.timeout(limit));
        let outcome = send(api).await;
        guard.disarm();
        match outcome {
            Ok(answer) => self.with_result(answer, attempt),
            Err(error) => self.failure(error, attempt, limit),
        }
    }

    /// A paid answer must say what was paid for.
    fn with_result<T>(&self, answer: Answer<T>, attempt: &Attempt) -> Result<Answer<T>> {
        // Of an operation only the caller knows, nobody here knows what it answers with.
        let known = OPERATIONS.iter().any(|known| std::ptr::eq(*known, self.operation));
        let paid = self.operation.retry == RetryClass::Paid && known;
        let missing = match answer.data {
            _ if !paid => None,
            None => Some("data"),
            Some(_) => job::missing_id(self.operation, &answer),
        };
        match missing {
            None => Ok(answer),
            Some(place) => {
                let error = answer.reject(self.operation, format!("it has no `{place}`"));
                Err(outcome::classify(error, attempt, None))
            }
        }
    }

    /// What a failure means. A deletion that was made before and finds nothing has succeeded.
    fn failure<T>(
        &self,
        error: jogg_api::Error,
        attempt: &Attempt,
        limit: Duration,
    ) -> Result<Answer<T>> {
        let not_found = outcome::is_not_found(&error);
        if self.operation.method == "DELETE" && attempt.number > 1 && not_found {
            return Ok(error.into_answer());
        }
        Err(outcome::classify(error, attempt, Some(limit)))
    }

    /// How long to wait before the next attempt; `None` if there is to be none.
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

    fn tell(&self, span: &Span, attempt: &Attempt, ended: &Ended) {
        observe::record(span, attempt, ended);
        if let Some(observer) = self.jogg.observer() {
            observer.ended(attempt, ended);
        }
    }

    fn now(&self) -> Duration {
        self.jogg.clock().now()
    }

    /// When the call must have ended, on the client's clock.
    fn deadline(&self) -> Option<Duration> {
        self.jogg.options().deadline.map(|deadline| self.start.saturating_add(deadline))
    }

    /// How long this attempt may take.
    fn time_limit(&self) -> Duration {
        let options = self.jogg.options();
        let limit = options.timeout.unwrap_or_else(|| self.jogg.timeouts().of(self.operation));
        match self.deadline() {
            Some(deadline) => limit.min(deadline.saturating_sub(self.now())),
            None => limit,
        }
    }

    async fn before_deadline<F: Future>(&self, future: F) -> Option<F::Output> {
        match self.deadline() {
            Some(deadline) => {
                let remaining = deadline.saturating_sub(self.now());
                within(future, self.jogg.clock().timeout(remaining)).await
            }
            None => Some(future.await),
        }
    }

    fn not_sent(&self) -> Error {
        let message = "not sent: the limit on requests leaves no room before the deadline";
        Error::new(ErrorKind::Timeout, message)
            .with_operation(self.operation)
            .with_attempts(self.attempts)
            .with_retryable(true)
    }
}

/// Leave to send a request, given back when it has ended.
struct Turn<'j> {
    _slot: Option<Slot<'j>>,
    _concurrency: Option<SemaphorePermit<'j>>,
}
