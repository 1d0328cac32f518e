//! Previews of product videos: a batch whose members succeed or fail one by one.

use std::collections::HashMap;
use std::fmt;

use jogg_api::Operation;
use jogg_api::enums::SortOrder;
use jogg_api::operations::CREATE_PRODUCT_PREVIEWS;
use jogg_api::types::{PreviewSubmission, PreviewSubmissionList, ProductPreview};
use serde_json::Value;

use crate::job::private::Sealed;
use crate::{
    Called, Error, ErrorKind, Job, JobRecord, JobReport, JobResult, JobStatus, Jogg,
    ListProductPreviews, Result,
};

/// Previews in several looks: the result of
/// [`ProductVideos::create_previews`](crate::ProductVideos::create_previews). It is there when at
/// least one preview succeeded and none is under way.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Previews {
    /// The previews that succeeded.
    pub previews: Vec<Preview>,
    /// Those that were refused or failed.
    pub failed: Vec<FailedPreview>,
    /// The previews as their list shows them, as received.
    pub raw: Value,
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
        let ids: Vec<_> = record.id.split(SEPARATOR).collect();
        let found = find(&jogg, &ids).await?;
        if found.is_empty() {
            let message = format!("none of the previews {} is in the list", record.id);
            return Err(
                Error::new(ErrorKind::NotFound, message).with_operation(&CREATE_PRODUCT_PREVIEWS)
            );
        }
        let submissions = serde_json::from_value::<PreviewSubmissionList>(record.answer.clone());
        let mut submissions = submissions.unwrap_or_default().previews;
        for reason in submissions.iter_mut().filter_map(|preview| preview.err_msg.as_mut()) {
            *reason = jogg.api().redact_key(reason);
        }
        Ok(report(&ids, &found, submissions))
    }
}

/// Looks the previews up in their list, the newest first, as far as it takes.
async fn find(jogg: &Jogg, ids: &[&str]) -> Result<HashMap<String, ProductPreview>> {
    let newest =
        ListProductPreviews::new().sort_by("created_at").sort_order(SortOrder::Desc).page_size(100);
    let mut pages = jogg.product_videos().list_previews(newest).pages();
    let mut found = HashMap::new();
    while let Some(page) = pages.next().await {
        for preview in page? {
            let id = preview.id.clone().filter(|id| ids.contains(&id.as_str()));
            if let Some(id) = id {
                found.entry(id).or_insert(preview);
            }
        }
        if found.len() == ids.len() {
            break;
        }
    }
    Ok(found)
}

/// The batch has no state of its own: it follows from those of its previews.
fn report(
    ids: &[&str],
    found: &HashMap<String, ProductPreview>,
    submissions: Vec<PreviewSubmission>,
) -> JobReport<Previews> {
    let style = |id: &str| {
        let submission =
            submissions.iter().find(|submission| submission.preview_id.as_deref() == Some(id));
        submission.and_then(|submission| submission.visual_style.clone())
    };
    let (mut previews, mut failed, mut open, mut lacking) =
        (Vec::new(), Vec::new(), 0_usize, 0_usize);
    for id in ids {
        let preview = found.get(*id).cloned().unwrap_or_default();
        let status = preview.status.as_ref().map_or(JobStatus::Unknown, JobStatus::from);
        let (preview_id, visual_style) = ((*id).to_owned(), style(id));
        match (status, preview.video_url) {
            (JobStatus::Completed, Some(url)) => previews.push(Preview {
                preview_id,
                visual_style,
                url,
                cover_url: preview.cover_url,
                duration_seconds: preview.video_duration,
                name: preview.title,
                created_at: preview.created_at,
            }),
            (JobStatus::Completed, None) => lacking += 1,
            (JobStatus::Failed, _) => {
                let preview_id = Some(preview_id);
                failed.push(FailedPreview { visual_style, preview_id, reason: None });
            }
            _ => open += 1,
        }
    }
    let status = match (open, previews.len() + lacking) {
        (1.., _) => JobStatus::Processing,
        (0, 1..) => JobStatus::Completed,
        (0, 0) => JobStatus::Failed,
    };
    failed.extend(submissions.into_iter().filter(|preview| preview.preview_id.is_none()).map(
        |preview| FailedPreview {
            visual_style: preview.visual_style,
            preview_id: None,
            reason: preview.err_msg,
        },
    ));
    let error = (status == JobStatus::Failed).then(|| "every preview failed".to_owned());
    let found: Vec<_> = ids.iter().filter_map(|id| found.get(*id)).collect();
    let payload = serde_json::to_value(found).unwrap_or_default();
    let report = JobReport { status, ..JobReport::new(None, payload) };
    report
        .with_error(error)
        .with_result(|raw| (lacking == 0).then_some(Previews { previews, failed, raw }))
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
            let submissions: PreviewSubmissionList = serde_json::from_value(submissions).unwrap();
            let found = items.into_iter().map(|item| {
                let preview: ProductPreview = serde_json::from_value(item).unwrap();
                (preview.id.clone().unwrap(), preview)
            });
            let report = report(&["a", "b"], &found.collect(), submissions.previews);
            assert_eq!(report.status, status);
            let result = report.result.map(|result| (result.previews.len(), result.failed.len()));
            assert_eq!(result, counts);
            assert_eq!(report.error.is_some(), status == JobStatus::Failed);
        }
    }
}
