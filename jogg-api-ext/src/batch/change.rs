//! What happens to requests, and how it changes their rows.

use std::sync::Arc;
use std::time::Duration;

use jogg_api::redact_urls;
use serde_json::Value as Json;

use super::failure::Failure;
use super::store::{json, milliseconds};
use super::value::Value;
use crate::error::ErrorKind;
use crate::job_record::JobRecord;

/// One task's claim on a request. No other has the same, of whatever worker and time: what a task
/// has to say about a request that was claimed anew meanwhile changes nothing.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub(super) key: Arc<str>,
    pub(super) token: Arc<str>,
}

impl Claim {
    /// Returns the key as it may be logged: it can be a signed URL.
    pub(super) fn shown(&self) -> String {
        redact_urls(&self.key)
    }
}

/// What happens to a request. What is said of an attempt is true whoever has claimed the request
/// since; the rest only counts for the task whose claim it still is.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// It is about to leave.
    Sending { credits: Option<f64> },
    /// It has not left since it was claimed.
    NotSent { delay: Duration },
    /// It can't be sent.
    Refused { failure: Failure },
    /// It was sent, and provably not executed.
    NotExecuted { attempt: i64, delay: Duration, failure: Failure, keeps_claim: bool },
    /// It has started its job.
    Started { attempt: i64, record: JobRecord, failure: Option<Failure> },
    /// It has its result.
    Done { attempt: i64, record: JobRecord, result: Json },
    /// It was refused, or its job has failed.
    Failed { attempt: i64, was_executed: bool, failure: Failure, result: Json },
    /// Nobody knows what became of it.
    Unknown { attempt: i64, failure: Failure },
    /// Its outcome was taken by the application.
    Settled,
    /// The code that worked on it has panicked.
    Panicked,
    /// This task no longer works on it.
    Released { delay: Duration },
}

/// What a change does to what is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spending {
    Same,
    /// It is counted, unless a cap is in the way.
    Counted,
    /// It is counted if it isn't, as it has been executed.
    Executed,
    GivenBack,
}

/// How a row is updated, if it is as `from` says; `$1` and `$2` are its key, `$3` is the first
/// value.
pub(super) struct Update {
    pub(super) set: &'static str,
    pub(super) from: &'static str,
    pub(super) values: Vec<Value>,
}

impl What {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Sending { .. } => "sending",
            Self::NotSent { .. } => "not sent",
            Self::Refused { .. } => "refused",
            Self::NotExecuted { .. } => "not executed",
            Self::Started { .. } => "started",
            Self::Done { .. } => "done",
            Self::Failed { .. } => "failed",
            Self::Unknown { .. } => "unknown",
            Self::Settled => "settled",
            Self::Panicked => "panicked",
            Self::Released { .. } => "released",
        }
    }

    /// Returns the id of the job that it is about.
    pub(super) fn job(&self) -> Option<String> {
        match self {
            Self::Started { record, .. } | Self::Done { record, .. } => Some(record.shown_id()),
            _ => None,
        }
    }

    /// Whether it says what became of what may be paid for, so that it must be stored.
    pub(super) fn is_outcome(&self) -> bool {
        matches!(
            self,
            Self::NotExecuted { .. }
                | Self::Started { .. }
                | Self::Done { .. }
                | Self::Failed { .. }
                | Self::Unknown { .. }
        )
    }

    pub(super) fn spending(&self) -> Spending {
        match self {
            Self::Sending { .. } => Spending::Counted,
            Self::Started { .. } | Self::Done { .. } => Spending::Executed,
            Self::NotSent { .. }
            | Self::Refused { .. }
            | Self::NotExecuted { .. }
            | Self::Failed { was_executed: false, .. } => Spending::GivenBack,
            _ => Spending::Same,
        }
    }

    /// Returns how the row of a request is updated, which this task of this worker has claimed;
    /// `None` if it takes more than that.
    pub(super) fn update(&self, worker: &str, claim: &Claim, now: i64) -> Option<Update> {
        let token = || Value::from(&*claim.token);
        let later = |delay: &Duration| Value::from(now.saturating_add(milliseconds(*delay)));
        let update = |set, from, values| Some(Update { set, from, values });
        match self {
            Self::Sending { .. } => None,
            Self::NotSent { delay } => update(
                "state = 'queued', worker = NULL, claim = NULL, not_before = $4",
                "claim = $3 AND state IN ('queued', 'sending')",
                vec![token(), later(delay)],
            ),
            Self::Refused { failure } => update(
                "state = 'failed', error = $4, ended_at = $5",
                "claim = $3 AND state IN ('queued', 'sending')",
                vec![token(), failure.json().into(), now.into()],
            ),
            Self::NotExecuted { attempt, delay, failure, keeps_claim } => update(
                "state = 'queued', worker = $4, claim = $5, not_before = $6, error = $7, \
                 ended_at = NULL",
                "attempts = $3 AND state IN ('sending', 'unknown')",
                vec![
                    (*attempt).into(),
                    keeps_claim.then(|| worker.to_owned()).into(),
                    keeps_claim.then(|| claim.token.to_string()).into(),
                    later(delay),
                    failure.json().into(),
                ],
            ),
            // Even if somebody has decided that it was not executed, as long as it wasn't retried.
            Self::Started { attempt, record, failure } => update(
                "state = 'started', record = $4, job_id = $5, worker = $6, claim = $7, \
                 error = $8, ended_at = NULL",
                "attempts = $3 AND state IN ('queued', 'sending', 'unknown', 'started')",
                vec![
                    (*attempt).into(),
                    json(record).into(),
                    record.id.as_str().into(),
                    worker.into(),
                    token(),
                    failure.as_ref().map(Failure::json).into(),
                ],
            ),
            Self::Done { attempt, record, result } => update(
                "state = 'done', record = $4, job_id = $5, result = $6, ended_at = $7, \
                 worker = $8, claim = $9, error = NULL",
                "attempts = $3 AND settled_at IS NULL",
                vec![
                    (*attempt).into(),
                    json(record).into(),
                    record.id.as_str().into(),
                    stored(result),
                    now.into(),
                    worker.into(),
                    token(),
                ],
            ),
            other => other.update_at_end(worker, claim, now),
        }
    }

    fn update_at_end(&self, worker: &str, claim: &Claim, now: i64) -> Option<Update> {
        let token = || Value::from(&*claim.token);
        let (set, from, values) = match self {
            Self::Failed { attempt, failure, result, .. } => (
                "state = 'failed', error = $4, result = $5, ended_at = $6, worker = $7, \
                 claim = $8",
                "attempts = $3 AND settled_at IS NULL AND state NOT IN ('queued', 'done')",
                vec![
                    (*attempt).into(),
                    failure.json().into(),
                    stored(result),
                    now.into(),
                    worker.into(),
                    token(),
                ],
            ),
            Self::Unknown { attempt, failure } => (
                "state = 'unknown', error = $4, ended_at = $5, worker = NULL, claim = NULL",
                "attempts = $3 AND state IN ('sending', 'started', 'unknown')",
                vec![(*attempt).into(), failure.json().into(), now.into()],
            ),
            Self::Settled => (
                "settled_at = $4, worker = NULL, claim = NULL",
                "claim = $3 AND state IN ('done', 'failed') AND settled_at IS NULL",
                vec![token(), now.into()],
            ),
            // A hook of the application runs before anything is sent, and would panic again.
            Self::Panicked => (
                "error = CASE WHEN state = 'started' THEN error ELSE $4 END, \
                 ended_at = CASE WHEN state = 'started' THEN NULL ELSE $5 END, \
                 state = CASE state WHEN 'queued' THEN 'failed' WHEN 'sending' THEN 'unknown' \
                 ELSE state END, worker = NULL, claim = NULL",
                "claim = $3 AND state IN ('queued', 'sending', 'started')",
                vec![token(), panic().json().into(), now.into()],
            ),
            Self::Released { delay } => (
                "worker = NULL, claim = NULL, not_before = $4",
                "claim = $3 AND state <> 'sending'",
                vec![token(), now.saturating_add(milliseconds(*delay)).into()],
            ),
            _ => return None,
        };
        Some(Update { set, from, values })
    }
}

fn panic() -> Failure {
    Failure::new(ErrorKind::Refused, "a panic, most likely of a hook of the application")
}

fn stored(result: &Json) -> Value {
    (!result.is_null()).then(|| result.to_string()).into()
}
