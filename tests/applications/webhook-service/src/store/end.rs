//! How orders end, and what events say about that.

use jogg_api_ext::Video;
use jogg_api_ext::jogg_api::operations::CREATE_VIDEO_WITH_TEMPLATE;
use jogg_api_ext::webhooks::{Event, Outcome};
use rusqlite::{Transaction, params};
use serde_json::json;

/// How an order ends.
pub enum End {
    Done(Box<Video>),
    Failed(String),
}

impl End {
    /// The end of a job that failed.
    pub fn failed(reason: Option<String>) -> Self {
        Self::Failed(reason.unwrap_or_else(|| "the API gives no reason".to_owned()))
    }
}

/// Returns the id of the video that an event is about, if it is one made from a template.
pub(super) fn job_of(event: &Event) -> Option<String> {
    let jobs = event.jobs().into_iter();
    let mut ours = jobs.filter(|job| job.operation == CREATE_VIDEO_WITH_TEMPLATE.id);
    ours.next().map(|job| job.id)
}

/// Writes what an event says about its order. Returns whether that is too little, so that the job
/// is to be polled.
pub(super) fn apply(transaction: &Transaction, id: &str, event: &Event) -> rusqlite::Result<bool> {
    let end = match event.outcome::<Video>() {
        Ok(Outcome::Completed(video)) => End::Done(Box::new(video)),
        Ok(Outcome::Failed(reason)) => End::failed(reason),
        _ => {
            let sql = "UPDATE orders SET due = 0 WHERE id = ? AND state IN ('started', 'unknown')";
            return Ok(transaction.execute(sql, [id])? > 0);
        }
    };
    write_end(transaction, id, end)?;
    Ok(false)
}

pub(super) fn write_end(transaction: &Transaction, id: &str, end: End) -> rusqlite::Result<()> {
    let (state, result, error) = match end {
        End::Done(video) => {
            let result = json!({
                "video_id": video.video_id, "url": video.url, "cover_url": video.cover_url,
                "duration_seconds": video.duration_seconds,
            });
            ("done", Some(result.to_string()), None)
        }
        End::Failed(reason) => ("failed", None, Some(reason)),
    };
    transaction.execute(
        "UPDATE orders SET state = ?2, result = ?3, error = ?4
         WHERE id = ?1 AND state NOT IN ('done', 'failed')",
        params![id, state, result, error],
    )?;
    Ok(())
}
