//! What uploads and downloads share: progress, time limits, and retries. Neither sends the
//! key: both use the bare HTTP client.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jogg_api::{one_line, redact_urls};
use reqwest::{StatusCode, Url};

use crate::client::Jogg;
use crate::error::{Error, ErrorKind};

/// How many bytes are read, sent or written at a time. Fewer would cost more switches between
/// tasks than the copying itself; more would cost memory.
pub(crate) const CHUNK: usize = 256 * 1024;

/// The progress of an upload or download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferProgress {
    /// Bytes so far. The count begins anew when an upload is retried, and when a download can't be
    /// resumed.
    pub bytes: u64,
    /// Bytes in all; `None` if the file host doesn't say. Always known for an upload.
    pub total: Option<u64>,
}

pub(crate) type ProgressHook = Arc<dyn Fn(&TransferProgress) + Send + Sync>;

/// Parses a URL that files may go to or come from.
pub(crate) fn file_url(jogg: &Jogg, text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "is not a URL")?;
    check_url(jogg, &url).map(|()| url)
}

/// Checks that a URL is as safe as the API itself.
pub(crate) fn check_url(jogg: &Jogg, url: &Url) -> Result<(), &'static str> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if jogg_api::is_loopback(url) || jogg.allows_plain_http() => Ok(()),
        "http" => Err("is plain http; allow it with `allow_plain_http(true)`"),
        _ => Err("is neither http nor https"),
    }
}

/// Returns a URL for `Debug`: without its query, which may be a signature, even if it isn't a valid
/// URL.
pub(crate) fn without_query(url: &str) -> String {
    match url.split_once(['?', '#']) {
        Some((place, _)) => redact_urls(place) + "?[redacted]",
        None => redact_urls(url),
    }
}

/// Returns a path as messages quote it: names come from anywhere.
pub(crate) fn shown(path: &Path) -> String {
    one_line(&path.to_string_lossy())
}

/// One transfer over its attempts, on the client's clock.
pub(crate) struct Transfer {
    jogg: Jogg,
    start: Duration,
    made: u32,
}

impl Transfer {
    pub(crate) fn new(jogg: Jogg) -> Self {
        Self { start: jogg.clock().now(), jogg, made: 0 }
    }

    /// Counts a request that is about to be sent.
    pub(crate) fn count(&mut self) {
        self.made += 1;
    }

    pub(crate) fn made(&self) -> u32 {
        self.made
    }

    pub(crate) fn client(&self) -> &Jogg {
        &self.jogg
    }

    /// Returns the client for the calls a transfer needs: its deadline is that of the whole.
    pub(crate) fn client_until_deadline(&self) -> Jogg {
        match self.remaining() {
            Some(remaining) => {
                let options = self.jogg.options().clone().deadline(remaining);
                self.jogg.with_options(options)
            }
            None => self.jogg.clone(),
        }
    }

    /// Returns how long a request may take that moves so many bytes: a second more for every
    /// 100 kB, unless the call has a limit of its own; not past the deadline.
    pub(crate) fn time_limit(&self, size: u64) -> Duration {
        let usual =
            self.jogg.timeouts().transfer.saturating_add(Duration::from_secs(size / 100_000));
        let limit = self.jogg.options().timeout.unwrap_or(usual);
        self.remaining().map_or(limit, |remaining| limit.min(remaining))
    }

    /// Returns the wait before the next attempt: the planned one, or what the host asks for if that
    /// is longer. `None` if the host asks for too much, or the deadline comes first.
    pub(crate) fn wait(&self, error: &Error, planned: Duration) -> Option<Duration> {
        let requested = error.retry_after().unwrap_or_default();
        let wait = planned.max(requested);
        let patient = requested <= self.jogg.retry_policy().max_retry_after;
        (patient && self.remaining().is_none_or(|remaining| wait < remaining)).then_some(wait)
    }

    /// Returns whether so much time has passed after this wait since the first attempt began.
    pub(crate) fn exceeds(&self, total: Duration, wait: Duration) -> bool {
        self.elapsed().saturating_add(wait) >= total
    }

    /// Waits, and logs why, without a name or a URL.
    pub(crate) async fn pause(&self, transfer: &'static str, error: &Error, wait: Duration) {
        let (attempt, status, delay) = (self.made, error.http_status(), wait.as_secs_f64());
        tracing::warn!(transfer, attempt, status, reason = ?error.kind(), delay, "retrying");
        self.jogg.clock().sleep(wait).await;
    }

    fn elapsed(&self) -> Duration {
        self.jogg.clock().now().saturating_sub(self.start)
    }

    /// Returns the time until the deadline, if there is one.
    pub(crate) fn remaining(&self) -> Option<Duration> {
        let deadline = self.jogg.options().deadline?;
        Some(deadline.saturating_sub(self.elapsed()))
    }
}

/// Creates the error of a transfer that may succeed later.
pub(crate) fn transient(message: impl Into<Cow<'static, str>>) -> Error {
    permanent(message).with_retryable(true)
}

/// Creates the error of a transfer that would fail in the same way again.
pub(crate) fn permanent(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::FileTransfer, message)
}

/// Returns whether a status means "not now", from any host.
pub(crate) fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429) || status.is_server_error()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_what_may_be_its_signature() {
        for (url, expected) in [
            ("https://a.example/p.jpg?sig=x", "https://a.example/p.jpg?[redacted]"),
            ("https://a.example/p.jpg?", "https://a.example/p.jpg?[redacted]"),
            ("https://a.example/p.jpg#sig?x", "https://a.example/p.jpg?[redacted]"),
            ("https://a.example/p.jpg", "https://a.example/p.jpg"),
            ("p.jpg?sig=x", "p.jpg?[redacted]"),
        ] {
            assert_eq!(without_query(url), expected);
        }
    }

    #[test]
    fn transient_statuses() {
        for (status, transient) in
            [(408, true), (429, true), (500, true), (503, true), (400, false), (403, false)]
        {
            assert_eq!(is_transient(StatusCode::from_u16(status).unwrap()), transient, "{status}");
        }
    }
}
