//! The shape of the `data` of events, for what makes events.

use serde_json::{Map, Value, json};

/// Returns the `data` of a failure, without the id of the job. An event without a status has its
/// error as a text.
pub(crate) fn failure(has_status: bool, message: &str) -> Map<String, Value> {
    let data = match has_status {
        true => json!({"status": "failed", "error": {"code": 50000, "message": message}}),
        false => json!({"error": message}),
    };
    data.as_object().cloned().unwrap_or_default()
}

/// Changes the `data` to what has been seen in production: without status and still image, and with
/// the id of a video in `project_id`.
pub(crate) fn make_live(data: &mut Map<String, Value>) {
    data.remove("status");
    data.remove("cover_url");
    if let Some(id) = data.remove("video_id") {
        data.insert("project_id".to_owned(), id);
    }
}
