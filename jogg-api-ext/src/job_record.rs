//! What is stored of a job, and where a response names it.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use jogg_api::jobs::JOBS;
use jogg_api::{JobLink, Operation, one_line, raw_text, redact_urls};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The record of a job: what to store, so that another process can go on with it by
/// [`Jogg::resume`](crate::Jogg::resume). Holds no key.
#[derive(Clone, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JobRecord {
    /// The operation that started it, such as `add_photo_avatar_motion`.
    pub operation: String,
    /// The job's id.
    #[serde(deserialize_with = "text_or_number")]
    pub id: String,
    /// When it was started, in Unix seconds; 0 if that isn't known.
    #[serde(default, deserialize_with = "seconds_or_null")]
    pub started_at: u64,
    /// The `data` of the response that started it, as received. Not redacted.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub raw: Value,
}

impl JobRecord {
    /// Creates the record of a job of which only the id is known, as from a webhook or a database.
    pub fn new(operation: &'static Operation, id: impl Into<String>) -> Self {
        let operation = operation.id.to_owned();
        Self { operation, id: id.into(), started_at: 0, raw: Value::Null }
    }

    /// Returns the id as messages and logs show it.
    pub(crate) fn shown_id(&self) -> String {
        redact_urls(&one_line(&self.id))
    }

    /// Returns the id of the job with these parts: one, or a batch. `None` if there is no part.
    pub(crate) fn id_of_all(ids: &[String]) -> Option<String> {
        (!ids.is_empty()).then(|| ids.join(ID_SEPARATOR))
    }

    /// Creates the record of a job that somebody has found.
    #[cfg(feature = "batch")]
    pub(crate) fn resolved(
        operation: &'static Operation,
        id: impl Into<String>,
        sent_at: Option<SystemTime>,
    ) -> Self {
        Self::started(operation, id, sent_at.unwrap_or_else(SystemTime::now), Value::Null)
    }

    pub(crate) fn started(
        operation: &'static Operation,
        id: impl Into<String>,
        sent_at: SystemTime,
        raw: Value,
    ) -> Self {
        let started_at = sent_at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self { started_at, raw, ..Self::new(operation, id) }
    }
}

/// What to pass on to whoever waits for the job.
#[cfg(feature = "schemars")]
impl schemars::JsonSchema for JobRecord {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "JobRecord".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let operations: Vec<_> = JOBS.iter().map(|rule| rule.create.id).collect();
        schemars::json_schema!({
            "type": "object",
            "description": "A job that was started: pass it on unchanged.",
            "properties": {
                "operation": {
                    "type": "string",
                    "description": "The operation that started the job.",
                    "enum": operations,
                },
                "id": {"type": "string", "description": "The id of the job."},
                "started_at": {
                    "type": "integer",
                    "minimum": 0,
                    "description": "When it was started, in Unix seconds; 0 if that isn't known.",
                },
                "raw": {"description": "The `data` of the response that started it."},
            },
            "required": ["operation", "id"],
            "additionalProperties": false,
        })
    }
}

impl fmt::Debug for JobRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobRecord")
            .field("operation", &self.operation)
            .field("id", &self.id)
            .field("started_at", &self.started_at)
            .finish_non_exhaustive()
    }
}

/// Records are written by hand, too, from databases in which an id may be a number.
fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let id = Value::deserialize(deserializer)?;
    raw_text(&id).or_else(|| id.as_str().map(str::to_owned)).ok_or_else(|| {
        serde::de::Error::custom(match id {
            Value::Number(_) => {
                "the `id` of a job has too many digits for a number: write it as a string"
            }
            _ => "the `id` of a job must be a string or a number",
        })
    })
}

fn seconds_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Option::<u64>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Between the ids of a batch, which make the id of its job.
pub(crate) const ID_SEPARATOR: &str = ",";

/// Returns where the response that starts a job of this operation has the job's id, such as
/// `data.motion_id`; `None` if the operation starts no job with an id of its own.
pub(crate) fn id_place(operation: &Operation) -> Option<&'static str> {
    match link(operation)? {
        JobLink::Id { from, .. } => Some(from),
        _ => None,
    }
}

/// Reads the id at this place in the `data` of a response, or where else a video's id may be.
pub(crate) fn started_id(place: &str, raw: &Value) -> Option<String> {
    let name = place.strip_prefix("data.").unwrap_or(place);
    let others: &[&str] = if name == "video_id" { &OTHER_VIDEO_IDS } else { &[] };
    std::iter::once(&name).chain(others).find_map(|name| raw_text(raw.get(name)?))
}

/// What the id of a video is called elsewhere. It is one and the same.
const OTHER_VIDEO_IDS: [&str; 3] = ["product_video_id", "project_id", "id"];

/// Returns the id in a report, and its name, if the report is about another job than that of this
/// id. A report without an id is about the job it was requested for.
pub(crate) fn other_id(
    operation: &Operation,
    raw: &Value,
    id: &str,
) -> Option<(&'static str, String)> {
    let place = id_place(operation)?;
    let name = place.strip_prefix("data.").unwrap_or(place);
    let found = raw_text(raw.get(name)?)?;
    let others: &[&str] = if name == "video_id" { &OTHER_VIDEO_IDS } else { &[] };
    let mut ids = others.iter().filter_map(|name| raw_text(raw.get(name)?));
    let is_other = !is_same_id(&found, id) && !ids.any(|found| is_same_id(&found, id));
    is_other.then_some((name, found))
}

/// Compares ids as leniently as they come: as numbers, as floats, in either case.
fn is_same_id(one: &str, other: &str) -> bool {
    let plain = |id: &str| {
        let id = id.trim();
        let whole = id.split_once('.').filter(|(whole, rest)| {
            let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            is_number(whole) && rest.bytes().all(|byte| byte == b'0')
        });
        whole.map_or(id, |(whole, _)| whole).to_ascii_lowercase()
    };
    plain(one) == plain(other)
}

/// Reads the ids of the jobs that a response names as started; `None` if the operation starts none.
pub(crate) fn ids_of_success(operation: &Operation, raw: &Value) -> Option<Vec<String>> {
    Some(match link(operation)? {
        JobLink::Id { from, .. } => started_id(from, raw).into_iter().collect(),
        _ => ids_of_error(operation, raw),
    })
}

/// Reads the ids where an error has them if it names jobs that were started.
pub(crate) fn ids_of_error(operation: &Operation, raw: &Value) -> Vec<String> {
    let names = id_names(operation);
    let id = |value: &Value| names.iter().find_map(|name| raw_text(value.get(name)?));
    match link(operation) {
        Some(JobLink::Id { .. }) => id(raw).into_iter().collect(),
        Some(JobLink::Lookup { from, .. }) => {
            let place = from.strip_prefix("data.").unwrap_or(from);
            let list = place.split_once("[].").and_then(|(list, _)| raw.get(list)?.as_array());
            list.into_iter().flatten().filter_map(id).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns what the id of a job that an operation starts is called where an error names it. The
/// bare `id` of an error may be that of anything.
pub(crate) fn id_names(operation: &Operation) -> Vec<&'static str> {
    let Some(JobLink::Id { from, .. } | JobLink::Lookup { from, .. }) = link(operation) else {
        return Vec::new();
    };
    match from.rsplit('.').next() {
        Some("video_id") => vec!["video_id", "product_video_id", "project_id"],
        name => name.into_iter().collect(),
    }
}

/// Whether the ids of several jobs make the id of one.
pub(crate) fn is_batch(operation: &Operation) -> bool {
    matches!(link(operation), Some(JobLink::Lookup { .. }))
}

fn link(operation: &Operation) -> Option<JobLink> {
    Some(JOBS.iter().find(|rule| rule.create == operation)?.link)
}
