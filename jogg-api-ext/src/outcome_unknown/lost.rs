//! The request whose response was lost, and what to compare with it.

#[cfg(feature = "batch")]
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jogg_api::Operation;
use jogg_api::http::header::DATE;
use jogg_api::operations::CREATE_PRODUCT_PREVIEWS;
use serde_json::Value;

use crate::call::ResponseMetadata;
#[cfg(feature = "batch")]
use crate::client::Jogg;
use crate::error::{Error, ErrorKind, Result};
use crate::job_record::JobRecord;
use crate::sent_request::SentRequest;

/// A request whose response was lost.
pub(super) struct Lost {
    pub(super) operation: &'static Operation,
    /// The job that the error names, if it does.
    pub(super) job: Option<JobRecord>,
    pub(super) body: Value,
    request: Option<SentRequest>,
}

impl Lost {
    /// Reads the request that an error is about.
    pub(super) fn of(error: &Error) -> Result<Self> {
        let operation = error.called_operation();
        let Some(operation) = operation.filter(|_| error.kind() == ErrorKind::OutcomeUnknown)
        else {
            return Err(refusal(error, operation));
        };
        let request = error.sent_request().cloned();
        let body = request.as_ref().map(SentRequest::json).unwrap_or_default();
        Ok(Self { operation, job: error.job().cloned(), body, request })
    }

    /// Takes what was stored of a request.
    #[cfg(feature = "batch")]
    pub(super) fn stored(
        jogg: &Jogg,
        operation: &'static Operation,
        body: &Value,
        sent_at: Option<SystemTime>,
        job: Option<JobRecord>,
    ) -> Self {
        let clock = Arc::clone(jogg.clock());
        let request = sent_at.map(|sent_at| SentRequest {
            body: Some(body.to_string().into()),
            sent_at,
            // Another process has sent it: only the time of day says when.
            sent_at_on_clock: clock.now(),
            clock,
        });
        Self { operation, job, body: body.clone(), request }
    }

    /// Returns what names the result: the name, the title or the URL that was sent.
    pub(super) fn name(&self) -> Option<&str> {
        let places = ["/video_spec/name", "/video_name", "/name", "/url"];
        let text = |place: &&str| self.body.pointer(place)?.as_str().map(str::trim);
        places.iter().filter_map(text).find(|text| !text.is_empty())
    }

    /// Returns how many items the request makes.
    pub(super) fn makes(&self) -> usize {
        let styles = self.body.get("visual_styles").and_then(Value::as_array);
        match styles.filter(|_| self.operation == &CREATE_PRODUCT_PREVIEWS) {
            Some(styles) => styles.len(),
            None => 1,
        }
    }

    /// Returns since when the result can have been made, by the clock of the server that has just
    /// sent this response.
    pub(super) fn since(&self, metadata: &ResponseMetadata) -> Since {
        let date = metadata.headers.get(DATE).and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| httpdate::parse_http_date(date).ok());
        let sent_at = self.request.as_ref().and_then(|request| match date {
            Some(date) => date.checked_sub(request.age()),
            None => Some(request.sent_at),
        });
        Since { sent_at: sent_at.map_or(0, unix_seconds), is_exact: date.is_some() }
    }
}

/// Since when a result can have been made, to the second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Since {
    sent_at: i64,
    /// Whether it is on the server's clock.
    pub(super) is_exact: bool,
}

/// How much earlier an item may seem to have been created than it was requested: where a list and
/// what fills it have clocks of their own, and where the server's clock isn't known at all.
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);
const CLOCK_UNKNOWN: Duration = Duration::from_secs(24 * 60 * 60);

impl Since {
    /// Whether something of this time may be of the request.
    pub(super) fn admits(self, created_at: i64) -> bool {
        let allowance = if self.is_exact { CLOCKS_DIFFER } else { CLOCK_UNKNOWN };
        let allowance = i64::try_from(allowance.as_secs()).unwrap_or(i64::MAX);
        created_at >= self.sent_at.saturating_sub(allowance)
    }

    /// Whether something of this time was certainly created after the request was sent.
    pub(super) fn is_before(self, created_at: Option<i64>) -> bool {
        self.is_exact && created_at.is_some_and(|created_at| created_at >= self.sent_at)
    }
}

fn unix_seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs().try_into().unwrap_or(i64::MAX)
}

fn refusal(error: &Error, operation: Option<&'static Operation>) -> Error {
    let hint = match (error.job().is_some(), error.may_have_executed()) {
        (true, _) => "resume the job that it carries",
        (false, true) => "it is of no paid request",
        (false, false) => "nothing was executed, so there is nothing to search for",
    };
    let kind = error.kind();
    let message =
        format!("candidates are for errors of the kind OutcomeUnknown, not {kind:?}: {hint}");
    let refusal = Error::new(ErrorKind::InvalidParameter, message);
    match operation {
        Some(operation) => refusal.with_operation(operation),
        None => refusal,
    }
}
