//! A request of a batch, as the store has it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jogg_api::operations::OPERATIONS;
use jogg_api::{Operation, redact_urls};
use serde_json::Value;
use sqlx::any::AnyRow;

use super::change::Claim;
use super::failure::Failure;
use super::request::PaidRequest;
use super::state::RequestState;
use super::store::{integer, needed_text, real, text};
use crate::call::listing::Listing;
use crate::error::{Error, ErrorKind, Result};
use crate::job_record::JobRecord;

/// A request of a batch, and what has become of it. `Debug` shows neither the request nor the
/// result.
#[derive(Clone)]
#[non_exhaustive]
pub struct BatchRequest {
    /// Its key in the batch.
    pub key: Arc<str>,
    /// The id of its operation, such as `create_video_from_avatar`.
    pub operation: String,
    /// Its state.
    pub state: RequestState,
    /// The request, in the API's own form.
    pub body: Value,
    /// What it costs by the estimate, if there is one.
    pub credits: Option<f64>,
    /// How many times it was about to be sent: more than one only if it provably wasn't executed
    /// before, or somebody decided so.
    pub attempts: u32,
    /// When it was last sent, by the clock of the database.
    pub sent_at: Option<SystemTime>,
    /// The record of its job, if one is known.
    pub job: Option<JobRecord>,
    /// The `data` of the last report on the job, or of the response. Not redacted.
    pub raw: Option<Value>,
    /// Why it failed, or why its outcome isn't known. Of one that is queued, why the last attempt
    /// was refused, such as too few credits.
    pub failure: Option<Failure>,
    /// Whether the application has taken its outcome.
    pub is_settled: bool,
    /// The claim of the task that works on it.
    pub(super) claim: Option<Arc<str>>,
}

/// What is read of a request.
pub(super) const COLUMNS: &str = "key, operation, state, body, credits, attempts, sent_at, record, \
                                  result, error, settled_at, claim";

impl BatchRequest {
    /// Returns the result of a request that is done, as its type. The request type says which:
    /// `request.result::<avatar_videos::CreateVideo>()`.
    ///
    /// The URLs in it are those that the API gave when the job was done. They may have expired;
    /// [`Jogg::resume`](crate::Jogg::resume) with [`BatchRequest::job`] polls for new ones.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] if the request is of another type;
    /// [`ErrorKind::ResultIncomplete`] if there is no result, or it can't be read as one.
    /// [`BatchRequest::raw`] has what there is.
    pub fn result<R: PaidRequest>(&self) -> Result<R::Result> {
        if R::OPERATION.id != self.operation {
            let message = format!(
                "the request `{}` is of the operation `{}`, not of `{}`: read it as the type of \
                 its own",
                self.key,
                self.operation,
                R::OPERATION.id
            );
            return Err(Error::new(ErrorKind::InvalidParameter, message));
        }
        let stored = (self.state == RequestState::Done).then(|| self.raw.clone()).flatten();
        let result = stored.zip(self.job.clone()).and_then(|(raw, job)| R::restore(job, raw));
        result.ok_or_else(|| {
            let message = match &self.failure {
                Some(failure) => format!("`{}` is {}: {}", self.key, self.state, failure.message),
                None => format!("`{}` is {}, and has no result", self.key, self.state),
            };
            Error::new(ErrorKind::ResultIncomplete, message).with_operation(R::OPERATION)
        })
    }

    /// Returns where to see whether a request was executed whose outcome isn't known.
    /// [`Batch::candidates`](super::Batch::candidates) searches there.
    pub fn where_it_shows(&self) -> &'static str {
        self.known_operation().map_or(Listing::Nowhere, Listing::of).advice()
    }

    /// Takes what is stored of an attempt.
    pub(super) fn sent(&mut self, attempt: i64, sent_at: i64) {
        self.attempts = attempt.try_into().unwrap_or(u32::MAX);
        self.sent_at = time(Some(sent_at));
    }

    /// Takes the outcome that is stored.
    pub(super) fn end_with(
        &mut self,
        state: RequestState,
        job: &JobRecord,
        raw: &Value,
        failure: Option<&Failure>,
    ) {
        self.state = state;
        self.job = Some(job.clone());
        self.raw = Some(raw.clone()).filter(|raw| !raw.is_null());
        self.failure = failure.cloned();
    }

    /// Returns the claim of the task that this request was claimed for.
    pub(super) fn claimed(&self) -> Claim {
        Claim { key: Arc::clone(&self.key), token: self.claim.clone().unwrap_or_default() }
    }

    pub(super) fn known_operation(&self) -> Option<&'static Operation> {
        OPERATIONS.iter().copied().find(|operation| operation.id == self.operation)
    }

    pub(super) fn read(row: &AnyRow) -> Result<Self> {
        let json = |column| -> Result<Option<Value>> {
            Ok(text(row, column)?.and_then(|text| serde_json::from_str(&text).ok()))
        };
        let record = text(row, "record")?;
        Ok(Self {
            key: needed_text(row, "key")?.into(),
            operation: needed_text(row, "operation")?,
            state: RequestState::read(&needed_text(row, "state")?),
            body: json("body")?.unwrap_or_default(),
            credits: real(row, "credits")?,
            attempts: integer(row, "attempts")?.unwrap_or(0).try_into().unwrap_or(u32::MAX),
            sent_at: time(integer(row, "sent_at")?),
            job: record.and_then(|record| serde_json::from_str(&record).ok()),
            raw: json("result")?,
            failure: text(row, "error")?.and_then(|text| Failure::read(&text)),
            is_settled: integer(row, "settled_at")?.is_some(),
            claim: text(row, "claim")?.map(Into::into),
        })
    }
}

/// Reads a time of the store.
fn time(milliseconds: Option<i64>) -> Option<SystemTime> {
    let since = milliseconds.and_then(|milliseconds| u64::try_from(milliseconds).ok())?;
    UNIX_EPOCH.checked_add(Duration::from_millis(since))
}

impl fmt::Debug for BatchRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchRequest")
            .field("key", &redact_urls(&self.key))
            .field("operation", &self.operation)
            .field("state", &self.state)
            .field("attempts", &self.attempts)
            .field("job", &self.job)
            .field("failure", &self.failure)
            .field("is_settled", &self.is_settled)
            .finish_non_exhaustive()
    }
}
