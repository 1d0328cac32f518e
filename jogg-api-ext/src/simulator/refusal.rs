//! Calls that are not carried out.

use jogg_api::enums::ErrorCode;
use serde_json::Value;

use super::answer;
use super::reply::Reply;

/// Why a call is not carried out.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    code: ErrorCode,
    msg: String,
    header: Option<(&'static str, String)>,
}

impl Refusal {
    /// A refusal of the API's own kind, which comes with HTTP 200.
    pub(super) fn new(code: ErrorCode, msg: impl Into<String>) -> Self {
        Self { status: 200, code, msg: msg.into(), header: None }
    }

    pub(super) fn parameter(msg: impl Into<String>) -> Self {
        Self::new(ErrorCode::ParameterError, msg)
    }

    /// Nothing has the id that was sent.
    pub(super) fn not_found() -> Self {
        Self::new(ErrorCode::NotFound, "record not found")
    }

    pub(super) fn unknown_path() -> Self {
        Self { status: 404, ..Self::new(ErrorCode::NotFound, "no such path") }
    }

    pub(super) fn method(allowed: String) -> Self {
        let header = Some(("allow", allowed));
        Self { status: 405, header, ..Self::parameter("the path is known, but not this method") }
    }

    pub(super) fn key() -> Self {
        Self { status: 401, ..Self::new(ErrorCode::InvalidApiKey, "invalid API key") }
    }

    pub(super) fn too_large(limit: usize) -> Self {
        Self { status: 413, ..Self::parameter(format!("the body is longer than {limit} bytes")) }
    }

    pub(super) fn rate_limit(retry_after_seconds: u64) -> Self {
        let header = Some(("retry-after", retry_after_seconds.to_string()));
        Self { status: 429, header, ..Self::new(ErrorCode::RateLimited, "rate limit exceeded") }
    }

    pub(super) fn into_reply(self) -> Reply {
        let reply = answer::envelope(self.status, self.code, &self.msg, &Value::Null);
        match self.header {
            Some((name, value)) => reply.header(name, &value),
            None => reply,
        }
    }
}
