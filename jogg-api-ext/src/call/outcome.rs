//! What a failed call means, in one table. Knows nothing of how calls are made or retried.

use std::error::Error as StdError;
use std::time::Duration;

use jogg_api::enums::ErrorCode;
use jogg_api::jobs::JOBS;
use jogg_api::{ErrorKind as CallErrorKind, Operation, RetryClass};

use super::listing::Listing;
use super::{insufficient_credit, retry_after};
use crate::error::{Error, ErrorKind};
use crate::job_record::JobRecord;
use crate::policy::Attempt;

/// Turns a failed call into the error its caller gets. `limit` is the time it had.
pub(super) fn classify(
    error: jogg_api::Error,
    attempt: &Attempt,
    limit: Option<Duration>,
) -> Error {
    let meaning = meaning(&error);
    with_meaning(error, &meaning, attempt, limit)
}

/// The same for the response to a paid request that is an error and yet says that something was
/// started: the job that it names, if it does.
pub(super) fn contradictory(
    error: jogg_api::Error,
    attempt: &Attempt,
    limit: Option<Duration>,
    job: Option<JobRecord>,
) -> Error {
    let kind = ErrorKind::InvalidResponse;
    let meaning = Meaning { kind, may_have_executed: true, transient: false };
    let error = with_meaning(error, &meaning, attempt, limit);
    match job {
        Some(job) => error.with_job(job),
        None => error,
    }
}

fn with_meaning(
    error: jogg_api::Error,
    meaning: &Meaning,
    attempt: &Attempt,
    limit: Option<Duration>,
) -> Error {
    let operation = error.operation();
    let sent = !matches!(error.kind(), CallErrorKind::Argument { .. } | CallErrorKind::Request);
    let attempts = if sent { attempt.number } else { 0 };
    let lost = meaning.may_have_executed && operation.retry == RetryClass::AtMostOnce;
    let kind = if lost { ErrorKind::OutcomeUnknown } else { meaning.kind };
    let retryable = is_retryable(operation.retry, meaning);
    let retry_after = match kind {
        ErrorKind::RateLimited => Some(retry_after::of_refusal(&error)),
        // A wait polls again after failures that end a call.
        _ if retryable || operation.retry == RetryClass::Read => retry_after::of_failure(&error),
        _ => None,
    };
    Error::lazy(kind, message)
        .with_operation(operation)
        .with_may_have_executed(meaning.may_have_executed && operation.retry != RetryClass::Read)
        .with_retryable(retryable)
        .with_attempts(attempts)
        .with_retry_after(retry_after)
        .with_time_limit(limit)
        .with_sent_at(lost.then_some(attempt.sent_at))
        .with_call(error)
}

/// Returns whether the server says that nothing has this id.
pub(super) fn is_not_found(error: &jogg_api::Error) -> bool {
    meaning(error).kind == ErrorKind::NotFound
}

/// Returns whether idle connections may be as dead as the one of this failure, so that a retry is
/// better off with a new one.
pub(super) fn distrusts_pool(error: &Error) -> bool {
    use CallErrorKind::{Connection, NotSent, Timeout};
    matches!(error.call().map(jogg_api::Error::kind), Some(Connection | NotSent | Timeout))
}

/// What a failure says of a paid request, unless its response claims something else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Standing {
    /// It may have been executed.
    Open,
    /// It was refused.
    Refused,
    /// It was refused, and would be retried.
    Retried,
}

/// Returns what a failure says of a paid request.
pub(super) fn standing(error: &jogg_api::Error) -> Standing {
    match meaning(error) {
        Meaning { may_have_executed: true, .. } => Standing::Open,
        Meaning { transient: true, .. } => Standing::Retried,
        _ => Standing::Refused,
    }
}

struct Meaning {
    kind: ErrorKind,
    may_have_executed: bool,
    transient: bool,
}

/// Returns what a failure means: by the code if there is one, else by the status, else by how the
/// connection failed.
fn meaning(error: &jogg_api::Error) -> Meaning {
    use ErrorKind as Kind;
    let (kind, may_have_executed, transient) = match error.kind() {
        // The status came whole: it counts although the body didn't.
        CallErrorKind::Timeout | CallErrorKind::Connection | CallErrorKind::BodyTooLarge { .. }
            if is_refusal(status(error)) =>
        {
            by_status(error)
        }
        CallErrorKind::Argument { .. } | CallErrorKind::Request => {
            (Kind::InvalidParameter, false, false)
        }
        CallErrorKind::Connect | CallErrorKind::NotExecuted => (Kind::Connection, false, true),
        CallErrorKind::ConnectRejected => (Kind::Connection, false, false),
        CallErrorKind::NotSent => (Kind::Timeout, false, true),
        CallErrorKind::Timeout => (Kind::Timeout, true, true),
        CallErrorKind::Connection => (Kind::Connection, true, true),
        CallErrorKind::BodyTooLarge { .. } => (Kind::InvalidResponse, true, false),
        _ if is_without_credit(error) => (Kind::InsufficientCredit, false, false),
        CallErrorKind::Decode { .. } => (Kind::InvalidResponse, true, false),
        CallErrorKind::Api => by_code(error),
        CallErrorKind::Status => by_status(error),
        _ => (Kind::InvalidResponse, true, false),
    };
    Meaning { kind, may_have_executed, transient }
}

fn by_code(error: &jogg_api::Error) -> (ErrorKind, bool, bool) {
    use ErrorKind as Kind;
    match code(error) {
        ErrorCode::InsufficientCredit => (Kind::InsufficientCredit, false, false),
        ErrorCode::InvalidApiKey => (Kind::InvalidApiKey, false, false),
        ErrorCode::InvalidParameter | ErrorCode::ParameterError => {
            (Kind::InvalidParameter, false, false)
        }
        ErrorCode::LipSyncNotFound | ErrorCode::NotFound => (Kind::NotFound, false, false),
        ErrorCode::PermissionDenied => (Kind::PermissionDenied, false, false),
        ErrorCode::RateLimited => (Kind::RateLimited, false, true),
        ErrorCode::SystemError => (Kind::ServerError, true, true),
        // An unknown code with the status 402 or 429 is still a refusal before processing.
        _ if matches!(status(error), 402 | 429) => by_status(error),
        _ => (Kind::UnknownErrorCode, true, false),
    }
}

/// Returns what a status means without a code that is known.
fn by_status(error: &jogg_api::Error) -> (ErrorKind, bool, bool) {
    use ErrorKind as Kind;
    match status(error) {
        401 => (Kind::InvalidApiKey, false, false),
        402 => (Kind::InsufficientCredit, false, false),
        403 | 451 => (Kind::PermissionDenied, false, false),
        404 | 410 => (Kind::NotFound, false, false),
        // A proxy refuses its credentials: the same where it is met on the way to https.
        407 => (Kind::Connection, false, false),
        408 | 499 => (Kind::Timeout, true, true),
        429 => (Kind::RateLimited, false, true),
        425 | 500..=599 => (Kind::ServerError, true, true),
        status if is_refusal(status) => (Kind::InvalidParameter, false, false),
        _ => (Kind::InvalidResponse, true, false),
    }
}

/// Returns whether a status says that the request was refused before it was executed. Those in the
/// middle of the range say that something went on: a timeout, a conflict, a lost connection.
fn is_refusal(status: u16) -> bool {
    matches!(status, 400..=499) && !matches!(status, 408 | 409 | 425 | 499)
}

/// Returns whether the response says in words that there are too few credits, and no code that says
/// otherwise.
fn is_without_credit(error: &jogg_api::Error) -> bool {
    let is_open = matches!(code(error), ErrorCode::Unknown(_) | ErrorCode::SystemError);
    let is_open = is_open || *error.kind() != CallErrorKind::Api;
    is_open && insufficient_credit::is_named(error.body())
}

fn status(error: &jogg_api::Error) -> u16 {
    error.status().map_or(0, |status| status.as_u16())
}

fn code(error: &jogg_api::Error) -> ErrorCode {
    ErrorCode::from(error.code().unwrap_or_default())
}

/// Returns whether a retry does no harm and may help.
fn is_retryable(class: RetryClass, meaning: &Meaning) -> bool {
    meaning.transient && (class != RetryClass::AtMostOnce || !meaning.may_have_executed)
}

/// What to do about a response that names a job, and isn't one of success.
const RESUME: &str = "; it names a job, so it may have been executed and paid for, and is not \
                      retried: resume that job first";

/// Writes the low-level message without the operation's name, and what to do.
fn message(error: &Error) -> String {
    let (Some(call), Some(operation)) = (error.call(), error.called_operation()) else {
        return String::new();
    };
    let advice = match (error.kind(), error.job()) {
        (ErrorKind::OutcomeUnknown, Some(_)) => RESUME.to_owned(),
        (kind, _) => advice(operation, kind),
    };
    // A timeout of the HTTP client's own has a source, and another length.
    let limit = error.time_limit().filter(|_| StdError::source(call).is_none());
    let what = match call.kind() {
        CallErrorKind::NotSent => "not sent, as no connection was ready",
        CallErrorKind::Timeout => "no response",
        _ => return format!("{}{advice}", call.explanation()),
    };
    match limit {
        Some(limit) => format!("{what} within {} s{advice}", limit.as_secs_f64()),
        None => format!("{}{advice}", call.explanation()),
    }
}

/// Says what to do, where the kind alone says it.
fn advice(operation: &'static Operation, kind: ErrorKind) -> String {
    match kind {
        ErrorKind::InsufficientCredit => "; add credits or choose something cheaper".to_owned(),
        ErrorKind::InvalidApiKey => "; check the API key".to_owned(),
        ErrorKind::PermissionDenied => "; check that the plan includes the API".to_owned(),
        ErrorKind::OutcomeUnknown => {
            let job = JOBS.iter().any(|rule| rule.create == operation);
            // Creating a product or an endpoint is free, but done twice it is there twice.
            let paid = if job { " and paid for" } else { "" };
            let advice = Listing::of(operation).advice();
            format!("; it may have been executed{paid}, and is not retried: {advice}")
        }
        ErrorKind::RateLimited => "; wait before the next request".to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    /// The README can't include the table of the documentation.
    #[test]
    fn the_readme_has_the_table_of_paid_requests() {
        let table = include_str!("../../docs/paid-requests.md");
        assert!(table.lines().count() > 2);
        assert!(include_str!("../../README.md").contains(table));
    }
}
