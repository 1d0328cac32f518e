//! What a response or an error says about request and decoder.

use jogg_api_ext::jobs::JobReport;
use jogg_api_ext::jogg_api::Operation;
use jogg_api_ext::jogg_api::codec::Codec;
use jogg_api_ext::{Error, ErrorKind, JobStatus};
use serde_json::{Value, json};

/// Why a part of a response could not be read, by decoding it once more: the typed value lacks what
/// was skipped.
pub(crate) fn body(operation: &Operation, body: &[u8], with_data: bool) -> Result<(), String> {
    let Some(codec) = Codec::of(operation.id) else {
        return Err("there is no codec for it".to_owned());
    };
    let decoded = codec.decode_response(body)?;
    if decoded.skipped_count > 0 {
        let parts: Vec<&str> = decoded.skipped.iter().map(|part| part.at.as_str()).collect();
        return Err(format!("skipped: {}", parts.join(", ")));
    }
    match decoded.data.is_null() && with_data {
        true => Err("the response has no data".to_owned()),
        false => Ok(()),
    }
}

/// What a poll of a job returned: its state, or why that could not be read.
pub(crate) fn report<T>(operation: &Operation, report: &JobReport<T>) -> Result<String, String> {
    let envelope = json!({"code": 0, "msg": "", "data": report.raw});
    body(operation, envelope.to_string().as_bytes(), true)?;
    match (report.status, report.raw_status.as_str(), &report.result) {
        (JobStatus::Unknown, "", _) => Err("the response has no state".to_owned()),
        (JobStatus::Unknown, state, _) => Err(format!("the state `{state}` is not known")),
        (JobStatus::Completed, _, None) => Err("completed, but without its result".to_owned()),
        (status, ..) => Ok(status.to_string()),
    }
}

/// Whether the server took the request that this error came of; `None` if that is not known.
pub(crate) fn accepted(error: &Error) -> Option<bool> {
    match (error.kind(), error.http_status()) {
        // Taken as it was: there is just nothing of this id. A 404 without a code is a wrong path.
        (ErrorKind::NotFound, _) if error.code().is_some() => Some(true),
        (
            ErrorKind::Configuration
            | ErrorKind::InsufficientCredit
            | ErrorKind::InvalidApiKey
            | ErrorKind::InvalidParameter
            | ErrorKind::JobFailed
            | ErrorKind::PermissionDenied
            | ErrorKind::RateLimited
            | ErrorKind::UnknownErrorCode,
            _,
        )
        | (_, Some(400..=499)) => Some(false),
        (ErrorKind::ServerError | ErrorKind::Timeout | ErrorKind::Connection, _) => None,
        // The server says that it failed, in a paid call.
        (ErrorKind::OutcomeUnknown, _) if error.code().is_some() => None,
        (_, Some(200..=299)) => Some(true),
        _ => None,
    }
}

/// The error in one line: what the client says, and what the server does in a problem document.
pub(crate) fn remark(operation: &Operation, error: &Error) -> String {
    let text = error.to_string();
    let text = text.strip_prefix(operation.id).map_or(text.as_str(), |text| &text[2..]);
    if error.kind() == ErrorKind::NotFound {
        return format!("not found: {text}");
    }
    match error.body().and_then(|body| problem(body)) {
        Some(problem) => format!("{text}: {problem}"),
        None => text.to_owned(),
    }
}

/// The faults that a problem document (RFC 9457) lists, as a server that validates sends it.
fn problem(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let faults = body.get("validation").and_then(Value::as_array).map(|faults| {
        let messages = faults.iter().filter_map(|fault| fault.get("message")?.as_str());
        messages.collect::<Vec<_>>().join("; ")
    });
    let faults = faults.filter(|faults| !faults.is_empty());
    faults.or_else(|| Some(body.get("detail")?.as_str()?.to_owned()))
}
