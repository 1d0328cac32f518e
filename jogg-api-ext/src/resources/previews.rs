//! Previews of product videos: how they are started, listed and polled.

use std::collections::{HashMap, HashSet};

use jogg_api::endpoints::ListProductPreviews;
use jogg_api::enums::{SortOrder, StatusFilter};
use jogg_api::operations::CREATE_PRODUCT_PREVIEWS;
use jogg_api::types::{
    ListProductPreviewsQuery, PreviewSubmission, PreviewSubmissionList, ProductPreview,
};
use jogg_api::{Operation, one_line};
use serde_json::Value;

use super::preview_batch::{Found, Previews, Submission, report_on_batch};
use crate::call::Received;
use crate::client::Jogg;
use crate::error::{Error, ErrorKind, Result};
use crate::job_record::{JobRecord, id_text};
use crate::jobs::{Job, JobReport, JobResult, Sealed};
use crate::lists::{Extent, List};
use crate::request::paged_request;

paged_request! {
    /// A request for previews.
    pub struct ListPreviews(ListProductPreviewsQuery);
    /// Lists only those in this state.
    status: StatusFilter,
    /// Sets the field to sort by. Default: `created_at`.
    sort_by: text,
    /// Sets the direction of sorting.
    sort_order: SortOrder,
}

/// Lists the account's previews.
pub(super) fn list(jogg: &Jogg, request: ListPreviews) -> List<ProductPreview> {
    List::paged(
        jogg,
        request,
        ListProductPreviews::new,
        |preview| preview.id.clone(),
        |data| {
            let (total, page_size) = (data.total, data.page_size);
            (data.previews, Extent { total, page_size, ..Extent::default() })
        },
    )
}

/// Checks that a response says of each preview whether it was accepted or why not.
pub(super) fn accepted(
    _: &Jogg,
    data: PreviewSubmissionList,
) -> std::result::Result<PreviewSubmissionList, String> {
    let says =
        |preview: &PreviewSubmission| preview.preview_id.is_some() || refusal(preview).is_some();
    match data.previews.iter().any(says) {
        true => Ok(data),
        false => Err("it has no `data.previews[].preview_id`".to_owned()),
    }
}

/// Returns the job of a batch that was accepted, at least in part.
pub(super) fn started(
    data: PreviewSubmissionList,
    received: &Received<'_>,
) -> Result<Job<Previews>> {
    let ids = data.previews.iter().filter_map(|preview| preview.preview_id.clone());
    let ids: Vec<_> = ids.collect();
    let (jogg, metadata) = (received.jogg, received.metadata);
    if !ids.is_empty() {
        let (ids, sent_at) = (ids.join(SEPARATOR), metadata.sent_at);
        let record = JobRecord::started(received.operation, ids, sent_at, metadata.raw());
        return Ok(Job::new(jogg.clone(), record));
    }
    let reasons: Vec<_> = data.previews.iter().filter_map(refusal).collect();
    let reasons = one_line(&jogg.api().redact_key(&reasons.join("; ")));
    let message = format!("every preview was refused: {reasons}");
    let error = Error::new(ErrorKind::JobFailed, message).with_operation(received.operation);
    Err(error.with_raw(Some(metadata.raw())))
}

fn refusal(preview: &PreviewSubmission) -> Option<String> {
    let reason = preview.err_msg.as_deref()?;
    Some(format!("{}: {reason}", preview.visual_style.as_deref().unwrap_or("a visual style")))
}

/// Between the ids of a batch, which make the id of its job.
pub(crate) const SEPARATOR: &str = ",";

impl Sealed for Previews {}

impl JobResult for Previews {
    const OPERATIONS: &'static [&'static Operation] = &[&CREATE_PRODUCT_PREVIEWS];

    async fn poll(jogg: Jogg, record: JobRecord) -> Result<JobReport<Self>> {
        let mut known = HashSet::new();
        let ids = record.id.split(SEPARATOR).map(str::trim);
        let ids: Vec<_> = ids.filter(|id| !id.is_empty() && known.insert(*id)).collect();
        if ids.is_empty() {
            let error = Error::new(ErrorKind::InvalidParameter, "the job has no preview ids");
            return Err(error.with_operation(&CREATE_PRODUCT_PREVIEWS));
        }
        let found = find(&jogg, &ids, record.started_at).await?;
        if found.is_empty() {
            let message = format!("none of the previews {} is in the list", record.id);
            let error = Error::new(ErrorKind::NotFound, message);
            return Err(error.with_operation(&CREATE_PRODUCT_PREVIEWS));
        }
        let mut report = report_on_batch(&ids, found, Submission::all(&record.raw));
        let batches = report.result.iter_mut().chain(&mut report.partial);
        let failed = batches.flat_map(|batch| &mut batch.failed);
        for reason in failed.filter_map(|preview| preview.reason.as_mut()) {
            *reason = jogg.api().redact_key(reason);
        }
        Ok(report)
    }
}

/// How much older than their batch previews may seem, in seconds, where clocks differ.
const CLOCKS_DIFFER: i64 = 24 * 60 * 60;

/// Searches the list of previews, the newest first, as far as it takes.
async fn find(jogg: &Jogg, ids: &[&str], started_at: u64) -> Result<HashMap<String, Found>> {
    let newest_first =
        ListPreviews::new().sort_by("created_at").sort_order(SortOrder::Desc).page_size(100);
    let oldest = i64::try_from(started_at).unwrap_or(i64::MAX).saturating_sub(CLOCKS_DIFFER);
    let mut pages = list(jogg, newest_first).pages();
    let (mut found, mut newest) = (HashMap::new(), None);
    while let Some(page) = pages.next().await {
        let page = page?;
        newest = newest.max(page.items.iter().filter_map(|preview| preview.created_at).max());
        let last = page.items.last().and_then(|preview| preview.created_at);
        let mut raw = raw_items(&page.metadata.raw());
        for preview in page.items.into_iter().filter(|preview| ids.contains(&&*preview.id)) {
            let raw = raw.remove(&preview.id).unwrap_or_default();
            found.entry(preview.id.clone()).or_insert(Found { preview, raw });
        }
        // Where even the newest is older than the batch, the clocks differ.
        let comparable = started_at > 0 && newest.is_some_and(|newest| newest >= oldest);
        let too_old = comparable && last.is_some_and(|created_at| created_at < oldest);
        if found.len() == ids.len() || too_old {
            break;
        }
    }
    Ok(found)
}

/// Returns the items of a page as received, by their ids.
fn raw_items(page: &Value) -> HashMap<String, Value> {
    let items = page.get("previews").and_then(Value::as_array).into_iter().flatten();
    let mut by_id = HashMap::new();
    for item in items {
        if let Some(id) = item.get("id").and_then(id_text) {
            by_id.entry(id).or_insert_with(|| item.clone());
        }
    }
    by_id
}
