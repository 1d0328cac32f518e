//! A successful answer, with everything around the value.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::Skipped;

/// What a successful call brings back: HTTP 2xx and `code` 0.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answer<T> {
    /// The `data` of the answer; `None` where it was absent, null or empty.
    pub data: Option<T>,
    /// The message, `Success` in some spelling.
    pub msg: String,
    /// The request id support asks for, where the server sent one.
    pub rid: Option<String>,
    /// HTTP status.
    pub status: StatusCode,
    /// HTTP headers.
    pub headers: HeaderMap,
    /// The body as received: fields without a typed home are still in it. Not redacted.
    pub body: Bytes,
    /// Parts of the answer that did not have their type, left out of `data`.
    pub skipped: Vec<Skipped>,
}
