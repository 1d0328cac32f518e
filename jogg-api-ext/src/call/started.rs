//! What the response to a paid request says was started, or that to a poll says of a job, although
//! the call has failed.

use std::num::FpCategory;

use jogg_api::http::StatusCode;
use jogg_api::http::header::CONTENT_ENCODING;
use jogg_api::jobs::JOBS;
use jogg_api::{
    Operation, PreparedRequest, RawResponse, operations as op, raw_data, raw_json, raw_text,
};
use serde_json::{Value, json};

use super::mentions::{self, Found, letters};
use super::outcome::{self, Standing};
use crate::job_record::{JobRecord, id_names, ids_of_error, ids_of_success, is_batch};
use crate::policy::Attempt;

/// The paid operations that start no job, and what the id of what they create is called.
const CREATED: [(&Operation, &str); 2] =
    [(&op::CREATE_PRODUCT, "product_id"), (&op::CREATE_WEBHOOK_ENDPOINT, "endpoint_id")];

/// Members that refusals have, so that they are no result.
const OF_REFUSALS: [&str; 4] = ["error", "message", "retryAfter", "retry_after"];

/// The same beside `data`.
const OF_ENVELOPES: [&str; 6] = ["code", "msg", "request_id", "rid", "status", "success"];

/// Words for success, as [`letters`].
const SUCCESS: [&str; 4] = ["ok", "success", "succeeded", "successful"];

/// What a failed response says or hints at: that the request was executed.
pub(super) struct Claim {
    /// The job that it names, if the operation starts jobs.
    pub(super) job: Option<JobRecord>,
}

/// Whether an operation reports on jobs.
pub(super) fn is_report(operation: &Operation) -> bool {
    JOBS.iter().any(|rule| rule.report == operation)
}

/// Returns the response as the success that it is by its content: code 0 at a status that says
/// otherwise, or a 2xx without a code that is a number, which names the job or is a report on it.
/// `None` if it claims no success.
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
        (None, None) if is_report(operation) => is_whole_report(&raw_json(error.body())),
        // Only the caller knows what any other operation responds with.
        (None, None) => error.code().is_some() && has_data(&body),
    };
    let headers = error.headers().clone();
    names_it.then(|| RawResponse::new(operation, StatusCode::OK, headers, body))
}

/// Returns what an error claims, if that leaves it open whether the request was executed.
///
/// An error that names a new id where a success would always does. Anything less counts only
/// against what the error says: a refusal that also says success, or after which the request would
/// be retried.
pub(super) fn claim(
    api: &jogg_api::Client,
    error: &jogg_api::Error,
    request: &PreparedRequest,
    attempt: &Attempt,
) -> Option<Claim> {
    let (operation, raw) = (error.operation(), raw_data(error.body()));
    // The key was sent, too.
    let is_new = |id: &String| !sends(request, id) && api.redact_key(id) == *id;
    let record = |ids: &[String]| {
        let ids = if is_batch(operation) { ids } else { ids.get(..1).unwrap_or_default() };
        let id = JobRecord::id_of_all(ids).filter(|_| created(operation).is_none())?;
        Some(JobRecord::started(operation, id, attempt.sent_at, raw.clone()))
    };
    let mut documented: Vec<String> = match created(operation) {
        Some(name) => raw.get(name).and_then(raw_text).into_iter().collect(),
        None => ids_of_error(operation, &raw),
    };
    documented.retain(is_new);
    if !documented.is_empty() {
        return Some(Claim { job: record(&documented) });
    }
    let standing = outcome::standing(error);
    let seen = Seen::of(error, is_new);
    let counts = match standing {
        Standing::Open => !seen.ids.is_empty(),
        Standing::Refused => seen.says_success() || is_cut(error) && seen.names_any,
        Standing::Retried => seen.says_success() || seen.names_any || hides(error),
    };
    counts.then(|| Claim { job: record(&seen.ids) })
}

/// What is seen in a body, wherever it is.
struct Seen {
    /// The new ids under the names that they have in this operation, each once.
    ids: Vec<String>,
    /// Whether there is one, which may be unreadable.
    names_any: bool,
    /// Whether a code or a word at top level is that of a success.
    success: bool,
    /// Whether there is a result, or there may be.
    has_data: bool,
}

impl Seen {
    fn of(error: &jogg_api::Error, is_new: impl Fn(&String) -> bool) -> Self {
        let (operation, body) = (error.operation(), error.body());
        let mut names = id_names(operation);
        names.extend(created(operation));
        let names: Vec<String> = names.into_iter().map(letters).collect();
        let has_data = has_data(body) || is_cut(error);
        let mut seen = Self { ids: Vec::new(), names_any: false, success: false, has_data };
        mentions::members(body, &mut |name, value, is_top| {
            seen.success |= is_top && is_success(name, &value);
            if !names.iter().any(|wanted| wanted == name) {
                return;
            }
            match value {
                Found::Plain(id) if is_new(&id) => {
                    seen.names_any = true;
                    if !seen.ids.contains(&id) {
                        seen.ids.push(id);
                    }
                }
                Found::Unread => seen.names_any = true,
                Found::Plain(_) | Found::Nothing | Found::Word(_) => {}
            }
        });
        seen
    }

    /// Whether it says success, and has what comes with that.
    fn says_success(&self) -> bool {
        self.success && (self.has_data || self.names_any)
    }
}

/// Whether a member at top level says success.
fn is_success(name: &str, value: &Found) -> bool {
    match (name, value) {
        ("success", Found::Word(word)) => *word == "true",
        ("code", Found::Plain(code)) if code.trim().parse::<f64>().is_ok_and(is_zero) => true,
        ("code" | "message" | "msg" | "status" | "success", Found::Plain(word)) => {
            SUCCESS.contains(&letters(word).as_str())
        }
        _ => false,
    }
}

fn is_zero(code: f64) -> bool {
    code.classify() == FpCategory::Zero
}

/// Whether a body can hold an id that can't be seen: it is encoded, no text, no JSON, or was cut
/// too early to say. A page or a plain text, as proxies send it, holds none.
fn hides(error: &jogg_api::Error) -> bool {
    let (body, is_cut) = (error.body(), is_cut(error));
    if body.is_empty() {
        return is_cut;
    }
    let start = body.trim_ascii_start();
    if is_encoded(error) {
        return true;
    }
    if start.starts_with(b"<") {
        return false;
    }
    // A character may be cut, too.
    let text = std::str::from_utf8(body).map_or_else(|error| error.error_len().is_none(), |_| true);
    if !text || body.contains(&0) {
        return true;
    }
    let is_plain = start.first().is_none_or(u8::is_ascii_alphabetic) && !body.contains(&b'{');
    match is_cut {
        true => start.is_empty() || !is_plain,
        false => body.contains(&b'{') && raw_json(body).is_null(),
    }
}

/// Whether the response began, and ended before its body did.
fn is_cut(error: &jogg_api::Error) -> bool {
    use jogg_api::ErrorKind::{BodyTooLarge, Connection, Timeout};
    matches!(error.kind(), Connection | Timeout | BodyTooLarge { .. })
}

fn is_encoded(error: &jogg_api::Error) -> bool {
    let encoding = error.headers().get(CONTENT_ENCODING).map(|value| value.as_bytes().trim_ascii());
    encoding.is_some_and(|value| !value.is_empty() && !value.eq_ignore_ascii_case(b"identity"))
}

/// Whether a response has a report as its `data`, and nothing beside it that refusals have. At top
/// level, `status` may be that of anything.
fn is_whole_report(body: &Value) -> bool {
    let is_refusal = OF_REFUSALS.iter().filter(|name| **name != "message").any(|name| {
        let member = body.get(name);
        member.is_some_and(|member| !member.is_null() && member.as_str() != Some(""))
    });
    !is_refusal && body.get("data").is_some_and(has_status)
}

/// Whether something of this has a status: a report, or a member of its batch.
fn has_status(report: &Value) -> bool {
    match report {
        Value::Object(members) => {
            members.get("status").and_then(raw_text).is_some()
                || members.values().filter(|member| member.is_array()).any(has_status)
        }
        Value::Array(items) => items.iter().any(has_status),
        _ => false,
    }
}

/// Whether a response has a result, in `data` or beside it.
fn has_data(body: &[u8]) -> bool {
    let Value::Object(members) = raw_json(body) else { return false };
    members.iter().any(|(name, value)| {
        let name = name.as_str();
        !OF_ENVELOPES.contains(&name) && !OF_REFUSALS.contains(&name) && is_result(value)
    })
}

fn is_result(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) | Value::Number(_) => true,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => members.keys().any(|name| !OF_REFUSALS.contains(&name.as_str())),
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
mod tests;
