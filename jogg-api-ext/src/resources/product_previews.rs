//! Previews of product videos: a batch whose members succeed or fail one by one.

use std::collections::{HashMap, HashSet};
use std::fmt;

use jogg_api::Operation;
use jogg_api::enums::SortOrder;
use jogg_api::operations::CREATE_PRODUCT_PREVIEWS;
use jogg_api::types::PreviewSubmissionList;
use serde_json::Value;

use crate::job::id_text;
use crate::job::private::Sealed;
use crate::{
    Called, Error, ErrorKind, Job, JobRecord, JobReport, JobResult, JobStatus, Jogg,
    ListProductPreviews, Raw, Result, aliases,
};

/// Previews in several looks: the result of
/// [`ProductVideos::create_previews`](crate::ProductVideos::create_previews). It is there when at
/// least one preview succeeded and none is under way.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Previews {
    /// The previews that succeeded.
    pub previews: Vec<Preview>,
    /// Those that were refused or failed, and those that are said to be done but got no URL in time.
    pub failed: Vec<FailedPreview>,
    /// The previews as their list shows them, as received.
    pub raw: Raw,
}

/// A preview that can be watched, and be rendered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Preview {
    /// Its id, which [`RenderProductPreview::new`](crate::RenderProductPreview::new) takes.
    pub preview_id: String,
    /// The look it was made in, if that is known.
    pub visual_style: Option<String>,
    /// Where it can be fetched.
    pub url: String,
    /// A still picture to stand for it.
    pub cover_url: Option<String>,
    /// Running time in seconds.
    pub duration_seconds: Option<f64>,
    /// What it is called.
    pub name: Option<String>,
    /// When it was created, in Unix seconds.
    pub created_at: Option<i64>,
}

/// A preview that was not made.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedPreview {
    /// The look, if that is known.
    pub visual_style: Option<String>,
    /// Its id; `None` if it was refused from the start.
    pub preview_id: Option<String>,
    /// Why, if the API says: it does so of those it refuses. May quote signed URLs, which `Debug`
    /// does not show.
    pub reason: Option<String>,
}

impl fmt::Debug for FailedPreview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailedPreview")
            .field("visual_style", &self.visual_style)
            .field("preview_id", &self.preview_id)
            .field("reason", &self.reason.as_deref().map(jogg_api::one_line))
            .finish()
    }
}

/// The job of a batch that was taken on, in part at least.
pub(crate) fn started(jogg: Jogg, called: Called<PreviewSubmissionList>) -> Result<Job<Previews>> {
    let operation = &CREATE_PRODUCT_PREVIEWS;
    let submissions = called.answer.data.as_ref().map(|data| data.previews.as_slice());
    let submissions = submissions.unwrap_or_default();
    let ids: Vec<_> = submissions.iter().filter_map(|preview| preview.preview_id.clone()).collect();
    if !ids.is_empty() {
        return Ok(Job::started(jogg, operation, &called, ids.join(SEPARATOR)));
    }
    let reasons = submissions.iter().filter_map(|preview| {
        let reason = preview.err_msg.as_deref()?;
        Some(format!("{}: {reason}", preview.visual_style.as_deref().unwrap_or("a look")))
    });
    let reasons = reasons.collect::<Vec<_>>().join("; ");
    if reasons.is_empty() {
        return Err(called.lacks(operation, "it has no `data.previews[].preview_id`"));
    }
    let reasons = jogg_api::one_line(&jogg.api().redact_key(&reasons));
    let message = format!("every preview was refused: {reasons}");
    let error = Error::new(ErrorKind::JobFailed, message).with_operation(operation);
    Err(error.with_payload(Some(called.answer.payload())))
}

/// Between the ids of a batch, which make the id of its job.
pub(crate) const SEPARATOR: &str = ",";

impl Sealed for Previews {}

impl JobResult for Previews {
    const OPERATIONS: &'static [&'static Operation] = &[&CREATE_PRODUCT_PREVIEWS];

    async fn look(jogg: Jogg, record: JobRecord) -> Result<JobReport<Self>> {
        let mut known = HashSet::new();
        let ids = record.id.split(SEPARATOR).map(str::trim);
        let ids: Vec<_> = ids.filter(|id| !id.is_empty() && known.insert(*id)).collect();
        if ids.is_empty() {
            let error = Error::new(ErrorKind::InvalidParameter, "there is no preview to look for");
            return Err(error.with_operation(&CREATE_PRODUCT_PREVIEWS));
        }
        let found = find(&jogg, &ids, record.started_at).await?;
        if found.is_empty() {
            let message = format!("none of the previews {} is in the list", record.id);
            let error = Error::new(ErrorKind::NotFound, message);
            return Err(error.with_operation(&CREATE_PRODUCT_PREVIEWS));
        }
        let mut report = report(&ids, &found, Submission::all(&record.answer));
        let batches = report.result.iter_mut().chain(&mut report.partial);
        let failed = batches.flat_map(|batch| &mut batch.failed);
        for reason in failed.filter_map(|preview| preview.reason.as_mut()) {
            *reason = jogg.api().redact_key(reason);
        }
        Ok(report)
    }
}

/// What became of one look when the batch was started.
struct Submission {
    visual_style: Option<String>,
    preview_id: Option<String>,
    reason: Option<String>,
}

impl Submission {
    /// Each is read by itself: a broken one must not lose the others.
    fn all(answer: &Value) -> Vec<Self> {
        let items = answer.get("previews").and_then(Value::as_array).into_iter().flatten();
        let read = |item: &Value| Self {
            visual_style: aliases::text(item, &["visual_style"]),
            preview_id: item.get("preview_id").and_then(id_text),
            reason: aliases::error(item),
        };
        items.filter(|item| item.is_object()).map(read).collect()
    }
}

/// How much older than their batch previews may seem, in seconds, where clocks differ.
const CLOCKS_DIFFER: i64 = 24 * 60 * 60;

/// Looks the previews up in their list, the newest first, as far as it takes. They are kept as
/// received, as no type has all their fields.
async fn find(jogg: &Jogg, ids: &[&str], started_at: u64) -> Result<HashMap<String, Value>> {
    let newest =
        ListProductPreviews::new().sort_by("created_at").sort_order(SortOrder::Desc).page_size(100);
    let oldest = i64::try_from(started_at).unwrap_or(i64::MAX).saturating_sub(CLOCKS_DIFFER);
    let mut pages = jogg.product_videos().list_previews(newest).pages();
    let (mut found, mut newest) = (HashMap::new(), None);
    while let Some(page) = pages.next().await {
        let page = page?;
        newest = newest.max(page.items.iter().filter_map(|preview| preview.created_at).max());
        let answer = page.metadata.json();
        let items = answer.pointer("/data/previews").or_else(|| answer.get("previews"));
        for item in items.and_then(Value::as_array).into_iter().flatten() {
            let id = item.get("id").and_then(id_text).filter(|id| ids.contains(&id.as_str()));
            if let Some(id) = id {
                found.entry(id).or_insert_with(|| item.clone());
            }
        }
        let last = page.items.last().and_then(|preview| preview.created_at);
        // Where even the newest is older than the batch, the clocks do not tell the same time.
        let is_told = started_at > 0 && newest.is_some_and(|newest| newest >= oldest);
        let too_old = is_told && last.is_some_and(|created_at| created_at < oldest);
        if found.len() == ids.len() || too_old {
            break;
        }
    }
    Ok(found)
}

/// The batch has no state of its own: it follows from those of its previews.
fn report(
    ids: &[&str],
    found: &HashMap<String, Value>,
    submissions: Vec<Submission>,
) -> JobReport<Previews> {
    let (mut previews, mut failed) = (Vec::new(), Vec::new());
    let (mut open, mut lacking) = (false, false);
    for id in ids {
        let preview = found.get(*id).unwrap_or(&Value::Null);
        let status = aliases::word(preview).as_ref().map_or(JobStatus::Unknown, JobStatus::from);
        let is_this = |submission: &&Submission| submission.preview_id.as_deref() == Some(*id);
        let submission = submissions.iter().find(is_this);
        let visual_style = submission.and_then(|submission| submission.visual_style.clone());
        let preview_id = (*id).to_owned();
        match status {
            JobStatus::Completed => match made(preview, &preview_id, visual_style.clone()) {
                Some(preview) => previews.push(preview),
                None => {
                    lacking = true;
                    failed.push(FailedPreview {
                        visual_style,
                        preview_id: Some(preview_id),
                        reason: None,
                    });
                }
            },
            JobStatus::Failed => failed.push(FailedPreview {
                visual_style,
                preview_id: Some(preview_id),
                reason: aliases::error(preview),
            }),
            _ => open = true,
        }
    }
    let status = match (open, previews.is_empty() && !lacking) {
        (true, _) => JobStatus::Processing,
        (false, false) => JobStatus::Completed,
        (false, true) => JobStatus::Failed,
    };
    let refused = submissions.into_iter().filter(|preview| preview.preview_id.is_none());
    failed.extend(refused.map(|Submission { visual_style, reason, .. }| FailedPreview {
        visual_style,
        preview_id: None,
        reason,
    }));
    let reason = failed.iter().find_map(|preview| preview.reason.clone());
    let reason = reason.map_or_else(
        || "every preview failed".to_owned(),
        |reason| format!("every preview failed: {reason}"),
    );
    let payload: Value = ids.iter().filter_map(|id| found.get(*id).cloned()).collect();
    let nothing = previews.is_empty();
    let report = JobReport { status, ..JobReport::new(None, payload) }.with_error(Some(reason));
    let mut report = report.with_batch(!lacking, |raw| Previews { previews, failed, raw });
    // A batch of which nothing can be watched is no result.
    report.partial = report.partial.filter(|_| !nothing);
    report
}

/// A preview that is done, if its URL is there.
fn made(preview: &Value, id: &str, visual_style: Option<String>) -> Option<Preview> {
    Some(Preview {
        preview_id: id.to_owned(),
        visual_style,
        url: aliases::url(preview)?,
        cover_url: aliases::text(preview, &["cover_url"]),
        duration_seconds: aliases::duration_seconds(preview),
        name: aliases::text(preview, &["title"]),
        created_at: preview.get("created_at").and_then(Value::as_i64),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
                {"visual_style": "odd", "err_msg": "no such look"},
            ]});
            let found =
                items.into_iter().map(|item| (item["id"].as_str().unwrap().to_owned(), item));
            let submissions = Submission::all(&submissions);
            let report = report(&["a", "b"], &found.collect(), submissions);
            assert_eq!(report.status, status);
            let result = report.result.map(|result| (result.previews.len(), result.failed.len()));
            assert_eq!(result, counts);
            assert_eq!(report.error.is_some(), status == JobStatus::Failed);
        }
    }

    #[test]
    fn a_broken_member_loses_no_other() {
        let answer = json!({"previews": [
            null, [3], {"visual_style": 5, "preview_id": 7}, {"visual_style": "loud", "err_msg": "no"},
        ]});
        let submissions = Submission::all(&answer);
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
        let found = [("a".to_owned(), done.clone()), ("b".to_owned(), failed.clone())];
        let result = report(&["a", "b"], &found.into(), Vec::new()).result.unwrap();
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
        let lacking = json!({"id": "b", "status": "success"});
        let found = [("a".to_owned(), done), ("b".to_owned(), lacking.clone())];
        let report_on = |ids: &[&str]| report(ids, &found.clone().into(), Vec::new());
        let partial = report_on(&["a", "b"]).partial.unwrap();
        assert_eq!((partial.previews.len(), partial.failed.len()), (1, 1));
        assert!(report_on(&["b"]).partial.is_none());
    }
}
