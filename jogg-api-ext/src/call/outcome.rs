//! What a failed call means, in one table. Knows nothing of how calls are made or retried.

use std::error::Error as StdError;
use std::time::Duration;

use jogg_api::enums::ErrorCode;
use jogg_api::jobs::JOBS;
use jogg_api::{ErrorKind as CallErrorKind, Operation, RetryClass, operations as op};

use super::retry_after;
use crate::error::{Error, ErrorKind};
use crate::policy::Attempt;

/// Turns a failed call into the error its caller gets. `limit` is the time it had.
pub(super) fn classify(
    error: jogg_api::Error,
    attempt: &Attempt,
    limit: Option<Duration>,
) -> Error {
    let operation = error.operation();
    let meaning = meaning(&error);
    let sent = !matches!(error.kind(), CallErrorKind::Argument { .. } | CallErrorKind::Request);
    let attempts = if sent { attempt.number } else { 0 };
    let lost = meaning.may_have_executed && operation.retry == RetryClass::AtMostOnce;
    let kind = if lost { ErrorKind::OutcomeUnknown } else { meaning.kind };
    let retry_after = match kind {
        ErrorKind::RateLimited => Some(retry_after::of_refusal(&error)),
        _ if operation.retry == RetryClass::Read => retry_after::of_failure(&error),
        _ => None,
    };
    Error::lazy(kind, message)
        .with_operation(operation)
        .with_may_have_executed(meaning.may_have_executed && operation.retry != RetryClass::Read)
        .with_retryable(is_retryable(operation.retry, &meaning))
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

struct Meaning {
    kind: ErrorKind,
    may_have_executed: bool,
    transient: bool,
}

/// Returns what a failure means: by the code if there is one, else by the status, else by how the
/// connection failed.
fn meaning(error: &jogg_api::Error) -> Meaning {
    use ErrorKind as Kind;
    let refused =
        error.status().is_some_and(|status| matches!(status.as_u16(), 400 | 401 | 403 | 404 | 429));
    let (kind, may_have_executed, transient) = match error.kind() {
        // The status came whole: it counts although the body didn't.
        CallErrorKind::Timeout | CallErrorKind::Connection | CallErrorKind::BodyTooLarge { .. }
            if refused =>
        {
            by_status(error)
        }
        CallErrorKind::Argument { .. } | CallErrorKind::Request => {
            (Kind::InvalidParameter, false, false)
        }
        CallErrorKind::Connect => (Kind::Connection, false, true),
        CallErrorKind::Timeout => (Kind::Timeout, true, true),
        CallErrorKind::Connection => (Kind::Connection, true, true),
        CallErrorKind::BodyTooLarge { .. } | CallErrorKind::Decode { .. } => {
            (Kind::InvalidResponse, true, false)
        }
        CallErrorKind::Api => by_code(error),
        CallErrorKind::Status => by_status(error),
        _ => (Kind::InvalidResponse, true, false),
    };
    Meaning { kind, may_have_executed, transient }
}

fn by_code(error: &jogg_api::Error) -> (ErrorKind, bool, bool) {
    use ErrorKind as Kind;
    match ErrorCode::from(error.code().unwrap_or_default()) {
        ErrorCode::InsufficientCredit => (Kind::InsufficientCredit, false, false),
        ErrorCode::InvalidApiKey => (Kind::InvalidApiKey, false, false),
        ErrorCode::InvalidParameter | ErrorCode::ParameterError => {
            (Kind::InvalidParameter, false, false)
        }
        ErrorCode::LipSyncNotFound | ErrorCode::NotFound => (Kind::NotFound, false, false),
        ErrorCode::PermissionDenied => (Kind::PermissionDenied, false, false),
        ErrorCode::RateLimited => (Kind::RateLimited, false, true),
        ErrorCode::SystemError => (Kind::ServerError, true, true),
        // An unknown code with the status 429 is still a refusal before processing.
        _ if error.status().is_some_and(|status| status.as_u16() == 429) => {
            (Kind::RateLimited, false, true)
        }
        _ => (Kind::UnknownErrorCode, true, false),
    }
}

fn by_status(error: &jogg_api::Error) -> (ErrorKind, bool, bool) {
    use ErrorKind as Kind;
    match error.status().map_or(0, |status| status.as_u16()) {
        400 => (Kind::InvalidParameter, false, false),
        401 => (Kind::InvalidApiKey, false, false),
        403 => (Kind::PermissionDenied, false, false),
        404 => (Kind::NotFound, false, false),
        408 => (Kind::Timeout, true, true),
        429 => (Kind::RateLimited, false, true),
        500..=599 => (Kind::ServerError, true, true),
        _ => (Kind::InvalidResponse, true, false),
    }
}

/// Returns whether a retry does no harm and may help.
fn is_retryable(class: RetryClass, meaning: &Meaning) -> bool {
    meaning.transient && (class != RetryClass::AtMostOnce || !meaning.may_have_executed)
}

/// Writes the low-level message without the operation's name, and what to do.
fn message(error: &Error) -> String {
    let (Some(call), Some(operation)) = (error.call(), error.called_operation()) else {
        return String::new();
    };
    let advice = advice(operation, error.kind());
    // A timeout of the HTTP client's own has a source, and another length.
    let ours = *call.kind() == CallErrorKind::Timeout && StdError::source(call).is_none();
    match error.time_limit().filter(|_| ours) {
        Some(limit) => format!("no response within {} s{advice}", limit.as_secs_f64()),
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
            let place = where_to_check(operation);
            format!("; it may have been executed{paid}, and is not retried: {place}")
        }
        ErrorKind::RateLimited => "; wait before the next request".to_owned(),
        _ => String::new(),
    }
}

/// What to do about a paid request whose response was lost: search a list, if one shows it.
const CHECKS: [(&Operation, &str); 8] = [
    (&op::ADD_PHOTO_AVATAR_MOTION, "search list_photo_avatars for the avatar's name first"),
    (&op::ADD_PRODUCT_AVATAR_MOTION, "search list_product_avatars for the avatar's name first"),
    (&op::CREATE_PRODUCT, "no list shows it, but a second product does no harm"),
    (&op::CREATE_PRODUCT_PREVIEWS, "search list_product_previews for new items first"),
    (&op::CREATE_VIDEO_FROM_PRODUCT, "search list_product_videos for new items first"),
    (&op::CREATE_VIDEO_WITH_TEMPLATE, "search list_template_videos for new items first"),
    (&op::CREATE_WEBHOOK_ENDPOINT, "search list_webhook_endpoints for its URL first"),
    (&op::RENDER_PRODUCT_PREVIEW, "search list_product_videos for new items first"),
];

fn where_to_check(operation: &'static Operation) -> &'static str {
    let check = CHECKS.iter().find(|(listed, _)| listed.id == operation.id);
    check.map_or("no list shows it, so compare the remaining quota first", |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The README can't include the table of the documentation.
    #[test]
    fn the_readme_has_the_table_of_paid_requests() {
        let table = include_str!("../../docs/paid-requests.md");
        assert!(table.lines().count() > 2);
        assert!(include_str!("../../README.md").contains(table));
    }

    /// The page says what the message says, of every paid operation.
    #[test]
    fn every_paid_operation_is_on_the_page() {
        let page = include_str!("../../docs/outcome-unknown.md");
        for operation in op::OPERATIONS {
            let row =
                page.lines().find(|line| line.starts_with(&format!("| `{}` |", operation.id)));
            assert_eq!(
                row.is_some(),
                operation.retry == RetryClass::AtMostOnce,
                "{}",
                operation.id
            );
            let text = where_to_check(operation);
            let list = text.split_whitespace().find(|word| word.starts_with("list_"));
            if let (Some(row), Some(list)) = (row, list) {
                assert!(row.contains(&format!("| `{list}` |")), "{row}");
            } else if let Some(row) = row {
                assert!(row.contains("nowhere"), "{row}");
            }
        }
    }
}
