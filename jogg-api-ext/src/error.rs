//! Errors, in kinds that say what the caller can do.

mod text;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use jogg_api::{Operation, http_cause};
use serde_json::Value;

use crate::host_response::HostResponse;
use crate::job_record::JobRecord;
use crate::sent_request::SentRequest;

pub use crate::error_kind::ErrorKind;

/// What the methods of this crate return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why there is no result, with everything that was received kept.
///
/// `Debug` shows the same as `Display`, the kind, and what is known of the request, so that a
/// `main` that returns it says what went wrong; `{:#?}` shows a struct. Neither shows a key, a
/// signed URL or a body. [`Error::body`], [`Error::raw`]
/// and [`Error::job`] return what was received, unredacted. An error of the kind
/// [`ErrorKind::OutcomeUnknown`] also keeps the body of the request in memory, for
/// [`Jogg::candidates`](crate::Jogg::candidates); it is never shown or returned.
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    operation: Option<&'static Operation>,
    message: Message,
    may_have_executed: bool,
    retryable: bool,
    attempts: u32,
    retry_after: Option<Duration>,
    time_limit: Option<Duration>,
    http_status: Option<u16>,
    sent_at: Option<SystemTime>,
    sent_request: Option<SentRequest>,
    job: Option<JobRecord>,
    raw: Option<Value>,
    server_message: Option<String>,
    source: Option<Source>,
}

enum Message {
    Text(Cow<'static, str>),
    /// Written when it is displayed: most errors of attempts are retried, and nobody reads them.
    Lazy(fn(&Error) -> String),
}

enum Source {
    Call(jogg_api::Error),
    Poll(Error),
    Io(std::io::Error),
    Http(reqwest::Error),
    Host(Box<HostResponse>),
    Build(jogg_api::BuildError),
    Refused(Box<dyn StdError + Send + Sync>),
}

impl Error {
    /// Returns what the error means for the caller.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// Returns the API's error code, if it gave one. 0 isn't an error code.
    pub fn code(&self) -> Option<i64> {
        self.call().and_then(jogg_api::Error::code).filter(|code| *code != 0)
    }

    /// Returns the HTTP status, if a response began.
    pub fn http_status(&self) -> Option<u16> {
        let call = self.call().and_then(jogg_api::Error::status);
        let host = self.host_response().map(|response| response.status);
        call.map(|status| status.as_u16()).or(host).or(self.inner.http_status)
    }

    /// Returns the request id, which support asks for. Not redacted.
    pub fn request_id(&self) -> Option<&str> {
        self.call().and_then(jogg_api::Error::request_id)
    }

    /// Returns the id of the operation that was called, such as `add_photo_avatar_motion`.
    pub fn operation(&self) -> Option<&'static str> {
        self.inner.operation.map(|operation| operation.id)
    }

    /// Returns how many attempts were made; 0 if no request was sent. For an error of waiting: how
    /// many polls.
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// Returns how long the server or the file host asks to wait before another attempt, if it
    /// does.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// Returns when the request was sent, if the kind is [`ErrorKind::OutcomeUnknown`].
    pub fn sent_at(&self) -> Option<SystemTime> {
        self.inner.sent_at
    }

    /// Returns the request, if the kind is [`ErrorKind::OutcomeUnknown`].
    pub(crate) fn sent_request(&self) -> Option<&SentRequest> {
        self.inner.sent_request.as_ref()
    }

    /// Returns what was received of the response's body. Not redacted.
    pub fn body(&self) -> Option<&Bytes> {
        let host = self.host_response().map(|response| &response.body);
        self.call().map(jogg_api::Error::body).or(host).filter(|body| !body.is_empty())
    }

    /// Returns the message of the server or the file host; for a failed job, why it failed. Not
    /// redacted.
    pub fn server_message(&self) -> Option<&str> {
        let host = self.host_response().and_then(|response| response.message.as_deref());
        let message = self.call().and_then(jogg_api::Error::message).or(host);
        message.or(self.inner.server_message.as_deref()).filter(|message| !message.is_empty())
    }

    /// Returns what a file host said instead of taking or returning a file: its code, such as
    /// `SignatureDoesNotMatch`, its message, and the begin of the body.
    pub fn host_response(&self) -> Option<&HostResponse> {
        match &self.inner.source {
            Some(Source::Host(response)) => Some(response),
            _ => None,
        }
    }

    /// Returns the job that an error of waiting belongs to, or that the error response to a paid
    /// request names: store it, or resume it with [`Jogg::resume`](crate::Jogg::resume).
    pub fn job(&self) -> Option<&JobRecord> {
        self.inner.job.as_ref()
    }

    /// Returns the `data` of the last report on the job. Not redacted.
    pub fn raw(&self) -> Option<&Value> {
        self.inner.raw.as_ref()
    }

    /// Returns whether the same call may be retried without harm, now or after
    /// [`Error::retry_after`].
    pub fn is_retryable(&self) -> bool {
        self.inner.retryable
    }

    /// Returns whether the server may have executed the request. Always false for reads, which
    /// change nothing; always true for errors of waiting, as the job they belong to was started and
    /// paid for.
    pub fn may_have_executed(&self) -> bool {
        self.inner.may_have_executed || self.inner.job.is_some()
    }

    /// Returns the low-level error of the call that failed.
    pub(crate) fn call(&self) -> Option<&jogg_api::Error> {
        match &self.inner.source {
            Some(Source::Call(error)) => Some(error),
            Some(Source::Poll(error)) => error.call(),
            _ => None,
        }
    }
}

/// Creates errors. The kind and the message are given; the rest is set where it applies.
impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self::with_message(kind, Message::Text(message.into()))
    }

    /// Creates an error whose message is written when it is displayed.
    pub(crate) fn lazy(kind: ErrorKind, message: fn(&Self) -> String) -> Self {
        Self::with_message(kind, Message::Lazy(message))
    }

    fn with_message(kind: ErrorKind, message: Message) -> Self {
        let inner = Inner {
            kind,
            operation: None,
            message,
            may_have_executed: false,
            retryable: false,
            attempts: 0,
            retry_after: None,
            time_limit: None,
            http_status: None,
            sent_at: None,
            sent_request: None,
            job: None,
            raw: None,
            server_message: None,
            source: None,
        };
        Self { inner: Box::new(inner) }
    }

    pub(crate) fn with_operation(mut self, operation: &'static Operation) -> Self {
        self.inner.operation = Some(operation);
        self
    }

    pub(crate) fn with_call(mut self, error: jogg_api::Error) -> Self {
        self.inner.source = Some(Source::Call(error));
        self
    }

    pub(crate) fn with_poll(mut self, error: Self) -> Self {
        self.inner.source = Some(Source::Poll(error));
        self
    }

    pub(crate) fn with_io(mut self, error: std::io::Error) -> Self {
        self.inner.source = Some(Source::Io(error));
        self
    }

    /// Sets why the application refused the request.
    pub(crate) fn with_reason(mut self, reason: Box<dyn StdError + Send + Sync>) -> Self {
        self.inner.source = Some(Source::Refused(reason));
        self
    }

    /// Sets the source, without its URL, as signed URLs are keys, and adds it to the message.
    pub(crate) fn with_http(self, error: reqwest::Error) -> Self {
        let mut output = self.with_note(&format!(": {}", http_cause(&error)));
        output.inner.source = Some(Source::Http(error.without_url()));
        output
    }

    /// Sets what the file host said.
    pub(crate) fn with_host_response(mut self, response: HostResponse) -> Self {
        self.inner.source = Some(Source::Host(Box::new(response)));
        self
    }

    /// Adds to the message, after what it says already.
    pub(crate) fn with_note(mut self, note: &str) -> Self {
        if let Message::Text(text) = &mut self.inner.message {
            text.to_mut().push_str(note);
        }
        self
    }

    pub(crate) fn with_may_have_executed(mut self, may_have_executed: bool) -> Self {
        self.inner.may_have_executed = may_have_executed;
        self
    }

    pub(crate) fn with_retryable(mut self, retryable: bool) -> Self {
        self.inner.retryable = retryable;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.inner.attempts = attempts;
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.inner.retry_after = retry_after;
        self
    }

    pub(crate) fn with_http_status(mut self, status: u16) -> Self {
        self.inner.http_status = Some(status);
        self
    }

    pub(crate) fn with_sent_at(mut self, sent_at: Option<SystemTime>) -> Self {
        self.inner.sent_at = sent_at;
        self
    }

    pub(crate) fn with_sent_request(mut self, request: SentRequest) -> Self {
        self.inner.sent_request = Some(request);
        self
    }

    pub(crate) fn with_job(mut self, job: JobRecord) -> Self {
        self.inner.job = Some(job);
        self
    }

    pub(crate) fn with_raw(mut self, raw: Option<Value>) -> Self {
        self.inner.raw = raw;
        self
    }

    /// Sets what the server said in the report on a job.
    pub(crate) fn with_server_message(mut self, message: Option<String>) -> Self {
        self.inner.server_message = message;
        self
    }

    /// Sets the time that the attempt had.
    pub(crate) fn with_time_limit(mut self, limit: Option<Duration>) -> Self {
        self.inner.time_limit = limit;
        self
    }

    pub(crate) fn time_limit(&self) -> Option<Duration> {
        self.inner.time_limit
    }

    pub(crate) fn called_operation(&self) -> Option<&'static Operation> {
        self.inner.operation
    }
}

impl From<jogg_api::BuildError> for Error {
    fn from(error: jogg_api::BuildError) -> Self {
        let mut output = Self::new(ErrorKind::Configuration, error.to_string());
        output.inner.source = Some(Source::Build(error));
        output
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self.inner.source.as_ref()? {
            // Its message is part of ours; what caused it is not.
            Source::Call(error) => error.source(),
            Source::Poll(error) => Some(error),
            Source::Io(error) => error.get_ref().map(|error| error as _),
            Source::Http(error) => Some(error),
            Source::Host(_) => None,
            Source::Build(error) => error.source(),
            Source::Refused(reason) => Some(&**reason),
        }
    }
}
