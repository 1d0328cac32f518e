//! Reasons not to execute a call.

use jogg_api::enums::ErrorCode;
use serde_json::Value;

use super::envelope::envelope;
use super::reply::Reply;

/// Why a call is not executed.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: u16,
    code: ErrorCode,
    message: String,
    header: Option<(&'static str, String)>,
}

impl Refusal {
    /// A refusal of the API's usual kind, which comes with HTTP 200.
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { status: 200, code, message: message.into(), header: None }
    }

    /// A parameter or the body is invalid.
    pub(crate) fn parameter(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::ParameterError, message)
    }

    /// Something with this id does not exist.
    pub(crate) fn not_found() -> Self {
        Self::new(ErrorCode::NotFound, "record not found")
    }

    pub(crate) fn unknown_path() -> Self {
        Self { status: 404, ..Self::new(ErrorCode::NotFound, "no such path") }
    }

    pub(crate) fn method(allowed: String) -> Self {
        let header = Some(("allow", allowed));
        Self { status: 405, header, ..Self::parameter("the path doesn't support this method") }
    }

    pub(crate) fn key() -> Self {
        Self { status: 401, ..Self::new(ErrorCode::InvalidApiKey, "invalid API key") }
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        Self { status: 413, ..Self::parameter(format!("the body is longer than {limit} bytes")) }
    }

    pub(crate) fn rate_limit(retry_after_seconds: u64) -> Self {
        let header = Some(("retry-after", retry_after_seconds.to_string()));
        Self { status: 429, header, ..Self::new(ErrorCode::RateLimited, "rate limit exceeded") }
    }

    pub(crate) fn into_reply(self) -> Reply {
        let reply = envelope(self.status, self.code, &self.message, &Value::Null);
        match self.header {
            Some((name, value)) => reply.header(name, &value),
            None => reply,
        }
    }
}
