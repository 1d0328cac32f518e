//! The metadata of a response.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use jogg_api::http::{HeaderMap, StatusCode};
use jogg_api::{Response, Skipped, one_line, raw_data, raw_json};
use serde_json::Value;

/// Everything about a response but its value.
///
/// `Debug` shows neither headers nor body.
#[derive(Clone)]
#[non_exhaustive]
pub struct ResponseMetadata {
    /// HTTP status.
    pub status: StatusCode,
    /// HTTP headers. Not redacted.
    pub headers: HeaderMap,
    /// The id support asks for, if the response had one.
    pub request_id: Option<String>,
    /// How many attempts the call made, the successful one included.
    pub attempts: u32,
    /// When the last request was sent.
    pub sent_at: SystemTime,
    /// The time from the call to its response, waits included.
    pub elapsed: Duration,
    /// Items and fields that couldn't be decoded, with where and why; the first hundred.
    pub skipped: Vec<Skipped>,
    /// How many items and fields couldn't be decoded.
    pub skipped_count: usize,
    /// The body as received. Not redacted.
    pub body: Bytes,
}

impl ResponseMetadata {
    pub(crate) fn new(
        response: Response<()>,
        attempts: u32,
        sent_at: SystemTime,
        elapsed: Duration,
    ) -> Self {
        let Response { status, headers, request_id, skipped, skipped_count, body, .. } = response;
        Self {
            status,
            headers,
            request_id,
            attempts,
            sent_at,
            elapsed,
            skipped,
            skipped_count,
            body,
        }
    }

    /// Parses the whole body, envelope included; null if it isn't JSON. Not redacted. A number that
    /// a [`Value`] can't hold is a string with its digits.
    pub fn json(&self) -> Value {
        raw_json(&self.body)
    }

    /// Parses the `data` of the response as received; null if there is none. Not redacted.
    pub fn raw(&self) -> Value {
        raw_data(&self.body)
    }
}

impl fmt::Debug for ResponseMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseMetadata")
            .field("status", &self.status.as_u16())
            .field("request_id", &self.request_id.as_deref().map(one_line))
            .field("attempts", &self.attempts)
            .field("elapsed", &self.elapsed)
            .field("skipped", &self.skipped)
            .field("skipped_count", &self.skipped_count)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
