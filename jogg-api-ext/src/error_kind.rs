//! The kinds of errors, by what the caller can do.

/// What an error means for the caller.
///
/// That nothing was executed is said of the call. An error with a [job](crate::Error::job) is about
/// one that is paid for, or may be: resume it instead of starting another, unless the kind is
/// [`JobFailed`](Self::JobFailed).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client can't be set up (no key, a bad base URL), or there is no tokio runtime where a
    /// call is made. Fix the configuration. A runtime whose I/O or time driver is off isn't found
    /// out: tokio panics there. Turn both on with `enable_all` of its builder.
    Configuration,
    /// The connection failed, or was never made; the message ends with the cause.
    /// [`Error::is_retryable`](crate::Error::is_retryable) says whether to retry: not if it's the
    /// certificate or the proxy that is refused.
    Connection,
    /// The file host refused the upload, or didn't return the download.
    FileTransfer,
    /// Too few credits. Buy some, or choose something cheaper; nothing was executed.
    InsufficientCredit,
    /// The API key isn't known. Check `JOGG_API_KEY`; nothing was executed.
    InvalidApiKey,
    /// The request has a mistake, found here or by the server. Fix it; nothing was executed.
    InvalidParameter,
    /// A response that can't be decoded. [`Error::body`](crate::Error::body) has it.
    InvalidResponse,
    /// A file could not be read or written.
    Io,
    /// The job ended without a result. [`Error::raw`](crate::Error::raw) has its last report.
    JobFailed,
    /// Nothing has this id. Nothing was executed.
    NotFound,
    /// A paid request was sent and its response was lost: it may have been executed and paid for.
    /// It is never retried. Check the API's lists before you retry, as
    /// [`Jogg::candidates`](crate::Jogg::candidates) does; see
    /// [`outcome_unknown`](crate::outcome_unknown).
    OutcomeUnknown,
    /// The plan doesn't include the API, or not this part of it. Nothing was executed.
    PermissionDenied,
    /// Too many requests. Wait [`Error::retry_after`](crate::Error::retry_after); nothing was
    /// executed.
    RateLimited,
    /// The application's [`BeforeSend`](crate::policy::BeforeSend) hook refused the request, or its
    /// [`RateLimiter`](crate::policy::RateLimiter) failed. Nothing was sent. The error's source is
    /// their reason.
    Refused,
    /// The job is completed, but its result never came. [`Error::job`](crate::Error::job) resumes
    /// it later, and [`Error::raw`](crate::Error::raw) has what came.
    ResultIncomplete,
    /// The server failed. [`Error::is_retryable`](crate::Error::is_retryable) says whether to
    /// retry.
    ServerError,
    /// The store of a batch (feature `batch`) can't be opened, read or written; the message says
    /// why. [`Error::is_retryable`](crate::Error::is_retryable) says whether to retry.
    Store,
    /// No response in time; or not sent, as the deadline left too little time, or as there was no
    /// connection in time.
    /// [`Error::is_retryable`](crate::Error::is_retryable) says whether to retry.
    Timeout,
    /// An error code this crate doesn't know. [`Error::code`](crate::Error::code) has it.
    UnknownErrorCode,
    /// The job isn't done by the deadline of the wait. It goes on:
    /// [`Error::job`](crate::Error::job) resumes it.
    WaitTimeout,
}
