//! What a program can observe of its calls: tracing spans and events, and a hook.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jogg_api::{Operation, Response, RetryClass, one_line};
use tracing::Span;
use tracing::field::Empty;

use crate::error::{Error, ErrorKind};

/// A hook that is notified of every attempt of a call. For metrics and audits: it sees no body and
/// no key.
///
/// The methods are called on the task that makes the call, so they should be quick. If one panics,
/// the call goes on, and the log has an error: no result of a paid call is lost.
pub trait Observer: Send + Sync + 'static {
    /// Called when a request is about to be sent.
    fn on_attempt(&self, _attempt: &Attempt) {}

    /// Called when an attempt has ended. `outcome.retry_in` says whether another follows.
    fn on_outcome(&self, _attempt: &Attempt, _outcome: &AttemptOutcome) {}

    /// Called when the future of a paid call was dropped while its request was under way: it may
    /// have been executed and paid for, and only this notification says so. Connecting counts as
    /// under way.
    fn on_abandon(&self, _attempt: &Attempt) {}
}

/// One request of a call.
///
/// `Debug` shows the label.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// The operation that is called.
    pub operation: &'static Operation,
    /// Which attempt it is, from 1.
    pub number: u32,
    /// When it was sent; before that, when it is about to be.
    pub sent_at: SystemTime,
    /// The caller's name for the call, set with
    /// [`CallOptions::label`](crate::CallOptions::label).
    pub label: Option<Arc<str>>,
}

/// The outcome of an attempt.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AttemptOutcome {
    /// The HTTP status, if a response began.
    pub status: Option<u16>,
    /// The code of the response, if it had one. 0 is success.
    pub code: Option<i64>,
    /// The request id, if the response had one; on one line, and a URL in it without its query.
    pub request_id: Option<String>,
    /// The time from sending to the end of the attempt.
    pub elapsed: Duration,
    /// The kind of error; `None` for success.
    pub error: Option<ErrorKind>,
    /// How long until the next attempt, if there is one.
    pub retry_in: Option<Duration>,
}

impl AttemptOutcome {
    pub(crate) fn success(response: &Response<()>, elapsed: Duration) -> Self {
        Self {
            status: Some(response.status.as_u16()),
            code: Some(0),
            request_id: response.request_id.as_deref().map(one_line),
            elapsed,
            error: None,
            retry_in: None,
        }
    }

    pub(crate) fn failure(error: &Error, elapsed: Duration, retry_in: Option<Duration>) -> Self {
        Self {
            status: error.http_status(),
            code: error.code(),
            request_id: error.request_id().map(one_line),
            elapsed,
            error: Some(error.kind()),
            retry_in,
        }
    }
}

/// Calls an observer.
pub(crate) fn notify(observer: &Arc<dyn Observer>, call: impl FnOnce(&dyn Observer)) {
    guard("an observer", || call(&**observer));
}

/// Calls the application's code after a request was sent. A panic in it must not end the
/// call, which may have a paid result.
pub(crate) fn guard(whose: &str, call: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(call)).is_err() {
        tracing::error!("{whose} panicked; the call goes on");
    }
}

/// Creates the span of a call, whose fields are recorded once known.
pub(crate) fn span(operation: &Operation) -> Span {
    tracing::info_span!(
        "jogg.call",
        operation = operation.id,
        method = operation.method,
        path = operation.path,
        attempt = Empty,
        status = Empty,
        code = Empty,
        request_id = Empty,
        elapsed = Empty,
        error = Empty,
    )
}

/// Writes the outcome of an attempt to the span of its call.
pub(crate) fn record(span: &Span, attempt: &Attempt, outcome: &AttemptOutcome) {
    if span.is_disabled() {
        return;
    }
    span.record("attempt", attempt.number);
    span.record("elapsed", outcome.elapsed.as_secs_f64());
    if let Some(status) = outcome.status {
        span.record("status", status);
    }
    if let Some(code) = outcome.code {
        span.record("code", code);
    }
    if let Some(request_id) = &outcome.request_id {
        span.record("request_id", request_id.as_str());
    }
    if let Some(kind) = outcome.error {
        span.record("error", tracing::field::debug(kind));
    }
    if let (Some(kind), Some(delay)) = (outcome.error, outcome.retry_in) {
        let (operation, attempt) = (attempt.operation.id, attempt.number);
        let delay = delay.as_secs_f64();
        tracing::warn!(parent: span, operation, attempt, reason = ?kind, delay, "retrying");
    }
}

/// Reports a paid call whose future is dropped while its request is in flight.
pub(crate) struct AbandonGuard<'a> {
    attempt: Option<&'a Attempt>,
    observer: Option<&'a Arc<dyn Observer>>,
}

impl<'a> AbandonGuard<'a> {
    pub(crate) fn new(attempt: &'a Attempt, observer: Option<&'a Arc<dyn Observer>>) -> Self {
        let paid = attempt.operation.retry == RetryClass::AtMostOnce;
        Self { attempt: paid.then_some(attempt), observer }
    }

    /// Ends the watch: the request has ended.
    pub(crate) fn disarm(mut self) {
        self.attempt = None;
    }
}

impl Drop for AbandonGuard<'_> {
    fn drop(&mut self) {
        let Some(attempt) = self.attempt.take() else { return };
        let operation = attempt.operation.id;
        tracing::warn!(
            operation,
            sent_at = ?attempt.sent_at,
            "a paid call was dropped while its request was under way: its outcome is unknown"
        );
        if let Some(observer) = self.observer {
            notify(observer, |observer| observer.on_abandon(attempt));
        }
    }
}
