//! A batch of previews, whose members succeed or fail one by one.

use std::collections::HashMap;
use std::fmt;

use jogg_api::types::ProductPreview;
use jogg_api::{one_line, raw_text};
use serde_json::Value;

use crate::job_record::{ID_SEPARATOR, JobRecord};
use crate::jobs::batch::{Member, Members};
use crate::jobs::{JobReport, JobStatus, Raw, fields};

/// Previews in several visual styles: the result of
/// [`ProductVideos::create_previews`](crate::product_videos::ProductVideos::create_previews). It is
/// there when at least one preview succeeded and none is in progress.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Previews {
    /// The previews that succeeded.
    pub previews: Vec<Preview>,
    /// Those that were refused or failed, and those that were said to be completed but got no URL
    /// in time.
    pub failed: Vec<FailedPreview>,
    /// The previews as their list shows them, as received.
    pub raw: Raw,
}

/// A preview that can be watched, and be rendered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Preview {
    /// Its id, which [`RenderPreview::new`](crate::product_videos::RenderPreview::new) takes.
    pub preview_id: String,
    /// The visual style it was made in, if that is known.
    pub visual_style: Option<String>,
    /// Its URL.
    pub url: String,
    /// The URL of a still image of it.
    pub cover_url: Option<String>,
    /// Its length in seconds.
    pub duration_seconds: Option<f64>,
    /// Its name.
    pub name: Option<String>,
    /// When it was created, in Unix seconds.
    pub created_at: Option<i64>,
}

/// A preview that was not made.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedPreview {
    /// The visual style, if that is known.
    pub visual_style: Option<String>,
    /// Its id; `None` if it was refused from the start.
    pub preview_id: Option<String>,
    /// Why, if the API says: it does for those it refuses. May quote signed URLs, which `Debug`
    /// doesn't show.
    pub reason: Option<String>,
}

impl fmt::Debug for FailedPreview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailedPreview")
            .field("visual_style", &self.visual_style)
            .field("preview_id", &self.preview_id)
            .field("reason", &self.reason.as_deref().map(one_line))
            .finish()
    }
}

/// A preview in the list, typed and as received.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) preview: ProductPreview,
    pub(super) raw: Value,
}

/// What became of one visual style when the batch was started. Read from the stored record: each
/// alone, as a malformed one must not lose the others.
pub(super) struct Submission {
    visual_style: Option<String>,
    preview_id: Option<String>,
    reason: Option<String>,
}

impl Found {
    /// Returns whether it has ended for good: what is completed may get its URL later.
    pub(super) fn has_ended(&self) -> bool {
        match self.preview.status.as_ref().map_or(JobStatus::Unknown, JobStatus::from) {
            JobStatus::Completed => preview_of(self, None).is_some(),
            status => status == JobStatus::Failed,
        }
    }
}

impl Submission {
    pub(super) fn all(raw: &Value) -> Vec<Self> {
        let items = raw.get("previews").and_then(Value::as_array).into_iter().flatten();
        let read = |item: &Value| Self {
            visual_style: fields::text(item, &["visual_style"]),
            preview_id: item.get("preview_id").and_then(raw_text),
            reason: fields::error(item),
        };
        items.filter(|item| item.is_object()).map(read).collect()
    }
}

/// Reports on a batch.
pub(super) fn report_on_batch(
    ids: &[&str],
    mut found: HashMap<String, Found>,
    submissions: Vec<Submission>,
) -> JobReport<Previews> {
    let (mut previews, mut failed, mut raw) = (Vec::new(), Vec::new(), Vec::new());
    let mut members = Members::default();
    for id in ids {
        let Some(found) = found.remove(*id) else {
            // Not in the list yet.
            members.count_open();
            continue;
        };
        let is_this = |submission: &&Submission| submission.preview_id.as_deref() == Some(*id);
        let submission = submissions.iter().find(is_this);
        let visual_style = submission.and_then(|submission| submission.visual_style.clone());
        let failure = |reason| FailedPreview {
            visual_style: visual_style.clone(),
            preview_id: Some((*id).to_owned()),
            reason,
        };
        let preview = preview_of(&found, visual_style.clone());
        match members.count(found.preview.status.as_ref(), preview.is_some()) {
            Member::Done => previews.extend(preview),
            Member::Incomplete => failed.push(failure(None)),
            Member::Failed => failed.push(failure(fields::error(&found.raw))),
            Member::Open => {}
        }
        raw.push(found.raw);
    }
    let refused = submissions.into_iter().filter(|preview| preview.preview_id.is_none());
    failed.extend(refused.map(|Submission { visual_style, reason, .. }| FailedPreview {
        visual_style,
        preview_id: None,
        reason,
    }));
    let reason = failed.iter().find_map(|preview| preview.reason.clone());
    // Without an id, nothing failed.
    let status = members.status().unwrap_or(JobStatus::Failed);
    let raw = Value::Array(raw).into();
    let report = members.report(status, raw, |raw| Previews { previews, failed, raw });
    report.with_failure("every preview failed", reason)
}

/// Makes a batch again of the previews that were stored of it.
pub(super) fn restored(record: &JobRecord, raw: Value) -> Option<Previews> {
    let Value::Array(items) = raw else { return None };
    let mut found = HashMap::new();
    for raw in items {
        let preview: ProductPreview = serde_json::from_value(raw.clone()).ok()?;
        found.insert(preview.id.clone(), Found { preview, raw });
    }
    let ids: Vec<_> = record.id.split(ID_SEPARATOR).map(str::trim).collect();
    let report = report_on_batch(&ids, found, Submission::all(&record.raw));
    report.result.or(report.fallback)
}

/// Returns a preview, if its URL is there.
fn preview_of(found: &Found, visual_style: Option<String>) -> Option<Preview> {
    let Found { preview, raw } = found;
    Some(Preview {
        preview_id: preview.id.clone(),
        visual_style,
        url: preview.video_url.clone().or_else(|| fields::url(raw))?,
        cover_url: preview.cover_url.clone().or_else(|| fields::cover_url(raw)),
        duration_seconds: preview.video_duration.or_else(|| fields::duration_seconds(raw)),
        name: preview.title.clone(),
        created_at: preview.created_at,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(items: impl IntoIterator<Item = Value>) -> HashMap<String, Found> {
        let found = items.into_iter().map(|raw| {
            let preview: ProductPreview = serde_json::from_value(raw.clone()).unwrap();
            (preview.id.clone(), Found { preview, raw })
        });
        found.collect()
    }

    #[test]
    fn a_batch_is_over_when_nothing_is_open_and_failed_when_nothing_succeeded() {
        let done = |id: &str| json!({"id": id, "status": "success", "video_url": "u"});
        for (items, status, counts) in [
            (vec![done("a"), done("b")], JobStatus::Completed, Some((2, 1))),
            (
                vec![done("a"), json!({"id": "b", "status": "failed"})],
                JobStatus::Completed,
                Some((1, 2)),
            ),
            (vec![done("a"), json!({"id": "b", "status": "queued"})], JobStatus::Processing, None),
            // Not in the list yet.
            (vec![done("a")], JobStatus::Processing, None),
            (
                vec![done("a"), json!({"id": "b", "status": "completed", "video_url": ""})],
                JobStatus::Completed,
                None,
            ),
            (
                ["a", "b"].map(|id| json!({"id": id, "status": "error"})).to_vec(),
                JobStatus::Failed,
                None,
            ),
        ] {
            let submissions = json!({"previews": [
                {"visual_style": "calm", "preview_id": "a"},
                {"visual_style": "loud", "preview_id": "b"},
                {"visual_style": "odd", "err_msg": "no such style"},
            ]});
            let submissions = Submission::all(&submissions);
            let report = report_on_batch(&["a", "b"], found(items), submissions);
            assert_eq!(report.status, status);
            let result = report.result.map(|result| (result.previews.len(), result.failed.len()));
            assert_eq!(result, counts);
            assert_eq!(report.error.is_some(), status == JobStatus::Failed);
        }
    }

    #[test]
    fn a_broken_member_loses_no_other() {
        let raw = json!({"previews": [
            null, [3], {"visual_style": 5, "preview_id": 7}, {"visual_style": "loud", "err_msg": "no"},
        ]});
        let submissions = Submission::all(&raw);
        let read: Vec<_> = submissions
            .iter()
            .map(|one| {
                (one.visual_style.as_deref(), one.preview_id.as_deref(), one.reason.as_deref())
            })
            .collect();
        assert_eq!(read, [(None, Some("7"), None), (Some("loud"), None, Some("no"))]);
    }

    #[test]
    fn a_preview_is_read_by_each_of_its_names_and_kept_as_received() {
        let done = json!({"id": "a", "status": "completed", "url": "u", "duration": 3, "new": [1]});
        let failed = json!({"id": "b", "status": "failed", "err_msg": "face hidden"});
        let found = found([done.clone(), failed.clone()]);
        let result = report_on_batch(&["a", "b"], found, Vec::new()).result.unwrap();
        assert_eq!(
            (result.previews[0].url.as_str(), result.previews[0].duration_seconds),
            ("u", Some(3.0))
        );
        assert_eq!(result.failed[0].reason.as_deref(), Some("face hidden"));
        assert_eq!(*result.raw, json!([done, failed]));
    }

    #[test]
    fn what_there_is_of_a_batch_is_kept_for_the_end_of_the_wait() {
        let done = json!({"id": "a", "status": "success", "video_url": "u"});
        let incomplete = json!({"id": "b", "status": "success"});
        let report_on = |ids: &[&str]| {
            report_on_batch(ids, found([done.clone(), incomplete.clone()]), Vec::new())
        };
        let fallback = report_on(&["a", "b"]).fallback.unwrap();
        assert_eq!((fallback.previews.len(), fallback.failed.len()), (1, 1));
        assert!(report_on(&["b"]).fallback.is_none());
    }
}
