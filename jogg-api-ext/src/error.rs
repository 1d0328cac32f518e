//! What went wrong, said so that the caller knows what to do.

use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use jogg_api::{Operation, one_line, redact_urls};
use serde_json::Value;

use crate::JobRecord;

/// What the methods of this crate return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why there is no result, with everything that was received kept.
///
/// `Debug` and `Display` show no key, no signed URL and no body. [`Error::body`],
/// [`Error::payload`] and [`Error::job`] give what was received as it is, unredacted.
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    operation: Option<&'static Operation>,
    message: String,
    may_have_executed: bool,
    retryable: bool,
    attempts: u32,
    retry_after: Option<Duration>,
    http_status: Option<u16>,
    sent_at: Option<SystemTime>,
    job: Option<JobRecord>,
    payload: Option<Value>,
    source: Option<Source>,
}

enum Source {
    Call(jogg_api::Error),
    Look(Error),
    Io(std::io::Error),
    Http(reqwest::Error),
    Build(jogg_api::BuildError),
}

/// What an error means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client cannot be set up: no key, a bad base URL. Mend the configuration.
    Configuration,
    /// A file could not be read or written.
    File,
    /// Too few credits. Buy some, or choose something cheaper; nothing was executed.
    InsufficientCredit,
    /// The API key is not known. Check `JOGG_API_KEY`; nothing was executed.
    InvalidApiKey,
    /// The request has a mistake, found here or by the server. Mend it; nothing was executed.
    InvalidParameter,
    /// The job is not done by its deadline. It goes on: [`Error::job`] resumes it.
    JobDeadline,
    /// The job ended without a result. [`Error::payload`] has its last report.
    JobFailed,
    /// The plan does not include the API, or not this part of it. Nothing was executed.
    NoPermission,
    /// There is nothing of this id. Nothing was executed.
    NotFound,
    /// A paid request was sent and its answer was lost: it may have been carried out and paid
    /// for. It is never sent again. Look at the API's lists before you decide to.
    OutcomeUnknown,
    /// Too many requests. Wait [`Error::retry_after`]; nothing was executed.
    RateLimited,
    /// The job is done, but its result never came. [`Error::job`] looks again later, and
    /// [`Error::payload`] has what came.
    ResultIncomplete,
    /// The server failed. A read can be repeated.
    Server,
    /// No answer in time. A read can be repeated.
    Timeout,
    /// The file host did not take the upload, or did not give the download.
    Transfer,
    /// The connection failed, or was never made. A read can be repeated.
    Transport,
    /// An answer that cannot be read. [`Error::body`] has it.
    UnexpectedAnswer,
    /// An error code this crate does not know. [`Error::code`] has it.
    UnknownCode,
}

impl Error {
    /// What the error means for the caller.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The API's error code, where it gave one. 0 is no error code.
    pub fn code(&self) -> Option<i64> {
        self.call().and_then(jogg_api::Error::code).filter(|code| *code != 0)
    }

    /// The HTTP status, if an answer began.
    pub fn http_status(&self) -> Option<u16> {
        let call = self.call().and_then(jogg_api::Error::status);
        call.map(|status| status.as_u16()).or(self.inner.http_status)
    }

    /// The request id, which support asks for. Not redacted.
    pub fn request_id(&self) -> Option<&str> {
        self.call().and_then(jogg_api::Error::rid)
    }

    /// The id of the operation that was called, such as `add_photo_avatar_motion`.
    pub fn operation(&self) -> Option<&'static str> {
        self.inner.operation.map(|operation| operation.id)
    }

    /// How many requests were sent or tried; 0 if none was.
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// How long the server, or the host of files, asks to wait before another attempt, if it does.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// When the request was sent, where the kind is [`ErrorKind::OutcomeUnknown`].
    pub fn sent_at(&self) -> Option<SystemTime> {
        self.inner.sent_at
    }

    /// What was received of the answer's body. Not redacted.
    pub fn body(&self) -> Option<&Bytes> {
        self.call().map(jogg_api::Error::body).filter(|body| !body.is_empty())
    }

    /// The server's message. Not redacted.
    pub fn server_message(&self) -> Option<&str> {
        self.call().and_then(jogg_api::Error::msg).filter(|msg| !msg.is_empty())
    }

    /// The job an error of waiting belongs to: store it, or resume it with
    /// [`Jogg::resume`](crate::Jogg::resume).
    pub fn job(&self) -> Option<&JobRecord> {
        self.inner.job.as_ref()
    }

    /// The last report on the job. Not redacted.
    pub fn payload(&self) -> Option<&Value> {
        self.inner.payload.as_ref()
    }

    /// Whether the same call may be sent again without harm, now or after
    /// [`Error::retry_after`].
    pub fn is_retryable(&self) -> bool {
        self.inner.retryable
    }

    /// Whether the server may have carried the request out. Always false for reads, which change
    /// nothing; always true for errors of waiting, as the job they belong to was started and paid
    /// for.
    pub fn may_have_executed(&self) -> bool {
        self.inner.may_have_executed || self.inner.job.is_some()
    }

    fn call(&self) -> Option<&jogg_api::Error> {
        match &self.inner.source {
            Some(Source::Call(error)) => Some(error),
            Some(Source::Look(error)) => error.call(),
            _ => None,
        }
    }
}

/// How errors are made. The kind and the message are given; the rest is set where it applies.
impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let inner = Inner {
            kind,
            operation: None,
            message: message.into(),
            may_have_executed: false,
            retryable: false,
            attempts: 0,
            retry_after: None,
            http_status: None,
            sent_at: None,
            job: None,
            payload: None,
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

    pub(crate) fn with_look(mut self, error: Self) -> Self {
        self.inner.source = Some(Source::Look(error));
        self
    }

    pub(crate) fn with_io(mut self, error: std::io::Error) -> Self {
        self.inner.source = Some(Source::Io(error));
        self
    }

    /// The URL is taken out: signed ones are keys.
    pub(crate) fn with_http(mut self, error: reqwest::Error) -> Self {
        self.inner.source = Some(Source::Http(error.without_url()));
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

    pub(crate) fn with_job(mut self, job: JobRecord) -> Self {
        self.inner.job = Some(job);
        self
    }

    pub(crate) fn with_payload(mut self, payload: Option<Value>) -> Self {
        self.inner.payload = payload;
        self
    }
}

impl From<jogg_api::BuildError> for Error {
    fn from(error: jogg_api::BuildError) -> Self {
        let mut output = Self::new(ErrorKind::Configuration, error.to_string());
        output.inner.source = Some(Source::Build(error));
        output
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.inner.operation {
            write!(f, "{}: ", operation.id)?;
        }
        f.write_str(&redact_urls(&self.inner.message))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.inner.kind)
            .field("message", &self.to_string())
            .field("code", &self.code())
            .field("http_status", &self.http_status())
            .field("request_id", &self.request_id().map(one_line))
            .field("attempts", &self.inner.attempts)
            .field("may_have_executed", &self.may_have_executed())
            .field("job", &self.inner.job)
            .field("source", &self.source())
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self.inner.source.as_ref()? {
            // Its message is part of ours; what caused it is not.
            Source::Call(error) => error.source(),
            Source::Look(error) => Some(error),
            Source::Io(error) => error.get_ref().map(|error| error as _),
            Source::Http(error) => Some(error),
            Source::Build(error) => error.source(),
        }
    }
}
