//! What an error shows of itself.

use std::error::Error as _;
use std::fmt;

use jogg_api::{one_line, redact_urls};

use super::{Error, ErrorKind, Message};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.inner.operation {
            write!(f, "{}: ", operation.id)?;
        }
        match &self.inner.message {
            Message::Text(text) => f.write_str(&redact_urls(text)),
            Message::Lazy(write) => f.write_str(&redact_urls(&write(self))),
        }?;
        // Without its id, a log that has only the message has lost what was paid for.
        match &self.inner.job {
            Some(job) => write!(f, " (job {})", job.shown_id()),
            None => Ok(()),
        }
    }
}

/// On one line, for those who read what `main` returns and what `unwrap` says: the message, what
/// caused it, the kind, and what is known of the request. `{:#?}` shows the same as a struct.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            return self.as_struct(f);
        }
        let message = self.to_string();
        f.write_str(&message)?;
        let cause = self.innermost_cause().map(|cause| one_line(&cause));
        if let Some(cause) = cause.filter(|cause| !message.contains(cause.as_str())) {
            write!(f, ": {}", redact_urls(&cause))?;
        }
        let kind = self.inner.kind;
        write!(f, " [{kind:?}")?;
        let is_wait = matches!(
            kind,
            ErrorKind::JobFailed | ErrorKind::ResultIncomplete | ErrorKind::WaitTimeout
        );
        let counted = if is_wait { "poll" } else { "attempt" };
        match self.inner.attempts {
            0 => Ok(()),
            1 => write!(f, ", 1 {counted}"),
            count => write!(f, ", {count} {counted}s"),
        }?;
        if self.inner.job.is_none() && self.may_have_executed() {
            f.write_str(", may have been executed")?;
        }
        f.write_str("]")
    }
}

impl Error {
    fn innermost_cause(&self) -> Option<String> {
        let mut innermost = self.source()?;
        while let Some(cause) = innermost.source() {
            innermost = cause;
        }
        Some(innermost.to_string())
    }

    fn as_struct(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
