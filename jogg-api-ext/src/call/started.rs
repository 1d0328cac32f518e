//! What the response to a paid request says was started, although the call has failed.

use jogg_api::http::StatusCode;
use jogg_api::{Operation, PreparedRequest, RawResponse, operations as op, raw_data, raw_text};
use serde_json::{Value, json};

use crate::job_record::{JobRecord, ids_of_error, ids_of_success};
use crate::policy::Attempt;

/// The paid operations that start no job, and what the id of what they create is called.
const CREATED: [(&Operation, &str); 2] =
    [(&op::CREATE_PRODUCT, "product_id"), (&op::CREATE_WEBHOOK_ENDPOINT, "endpoint_id")];

/// Members that refusals have, so that they are no result.
const OF_REFUSALS: [&str; 4] = ["error", "message", "retryAfter", "retry_after"];

/// What a failed response names where a success would.
pub(super) struct Named {
    /// The job, if the operation starts jobs.
    pub(super) job: Option<JobRecord>,
}

/// Returns the response as the success that it is by its content: code 0 at a status that says
/// otherwise, or a 2xx without a code that names the job. `None` if it claims no success.
pub(super) fn success(error: &jogg_api::Error) -> Option<RawResponse> {
    let (operation, status) = (error.operation(), error.status()?);
    let body = match (error.code(), status.is_success()) {
        (Some(0), false) => error.body().clone(),
        (None, true) => json!({"code": 0, "data": raw_data(error.body())}).to_string().into(),
        _ => return None,
    };
    let raw = raw_data(&body);
    let names_it = match (ids_of_success(operation, &raw), created(operation)) {
        (Some(ids), _) => !ids.is_empty(),
        (None, Some(name)) => raw.get(name).and_then(raw_text).is_some(),
        // Only the caller knows what any other operation responds with.
        (None, None) => error.code().is_some() && has_data(&body),
    };
    let headers = error.headers().clone();
    names_it.then(|| RawResponse::new(operation, StatusCode::OK, headers, body))
}

/// Returns what an error names where a success would, unless the request itself sent that value.
pub(super) fn named(
    api: &jogg_api::Client,
    error: &jogg_api::Error,
    request: &PreparedRequest,
    attempt: &Attempt,
) -> Option<Named> {
    let (operation, raw) = (error.operation(), raw_data(error.body()));
    // The key was sent, too.
    let is_new = |id: &String| !sends(request, id) && api.redact_key(id) == *id;
    if let Some(name) = created(operation) {
        let id = raw.get(name).and_then(raw_text);
        return id.filter(is_new).map(|_| Named { job: None });
    }
    let mut ids = ids_of_error(operation, &raw);
    ids.retain(is_new);
    let id = JobRecord::id_of_all(&ids)?;
    Some(Named { job: Some(JobRecord::started(operation, id, attempt.sent_at, raw)) })
}

/// Whether a response has a result, in `data` or at top level.
fn has_data(body: &[u8]) -> bool {
    match raw_data(body) {
        Value::Object(data) => data.keys().any(|name| !OF_REFUSALS.contains(&name.as_str())),
        Value::Array(data) => !data.is_empty(),
        _ => false,
    }
}

fn created(operation: &Operation) -> Option<&'static str> {
    CREATED.iter().find(|(created, _)| *created == operation).map(|(_, name)| *name)
}

/// Whether a request sends this value anywhere: then a response that has it names nothing new.
fn sends(request: &PreparedRequest, id: &str) -> bool {
    let body = request.body().and_then(|body| serde_json::from_slice::<Value>(body).ok());
    request.target().split(['/', '?', '&', '=']).any(|part| part == id)
        || body.is_some_and(|body| contains(&body, id))
}

fn contains(value: &Value, id: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| contains(item, id)),
        Value::Object(members) => members.values().any(|member| contains(member, id)),
        plain => raw_text(plain).as_deref() == Some(id),
    }
}

#[cfg(test)]
mod tests {
    use jogg_api::RetryClass;

    use super::*;

    #[test]
    fn every_paid_operation_has_an_id_of_what_it_started() {
        for operation in op::OPERATIONS {
            let named = ids_of_success(operation, &Value::Null).is_some();
            let named = named || created(operation).is_some();
            assert_eq!(named, operation.retry == RetryClass::AtMostOnce, "{}", operation.id);
        }
    }
}
