//! Why a request failed, as the store keeps it.

use serde::{Deserialize, Serialize};

use super::store::json;
use crate::error::{Error, ErrorKind};
use crate::policy::AttemptOutcome;

/// Why a request of a batch failed, or why its outcome is unknown: what is kept of the
/// [`Error`](crate::Error).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Failure {
    /// The name of its [`ErrorKind`](crate::ErrorKind), such as `JobFailed`.
    pub kind: String,
    /// Its message, without keys and signed URLs.
    pub message: String,
    /// The API's error code, if it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// The HTTP status, if a response began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// The request id, which support asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Failure {
    /// Keeps what an error says.
    pub(super) fn of(error: &Error) -> Self {
        Self {
            kind: format!("{:?}", error.kind()),
            message: error.to_string(),
            code: error.code(),
            http_status: error.http_status(),
            request_id: error.request_id().map(jogg_api::one_line),
        }
    }

    /// Keeps what is known of an attempt that wasn't executed.
    pub(super) fn of_attempt(kind: ErrorKind, outcome: &AttemptOutcome) -> Self {
        Self {
            code: outcome.code,
            http_status: outcome.status,
            request_id: outcome.request_id.clone(),
            ..Self::new(kind, "the last attempt was not executed, and is retried")
        }
    }

    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { kind: format!("{kind:?}"), message, code: None, http_status: None, request_id: None }
    }

    /// Reads what the store has.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(super) fn json(&self) -> String {
        json(self)
    }
}
