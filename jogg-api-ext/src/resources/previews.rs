//! Previews of product videos: how they are started and polled.

use std::collections::HashSet;

use jogg_api::operations::CREATE_PRODUCT_PREVIEWS;
use jogg_api::types::{PreviewSubmission, PreviewSubmissionList};
use jogg_api::{Operation, one_line};
use serde_json::Value;

use super::preview_batch::{Previews, Submission, report_on_batch, restored};
use super::preview_search::{Memory, find};
use crate::call::Received;
use crate::client::Jogg;
use crate::error::{Error, ErrorKind, Result};
use crate::job_record::{ID_SEPARATOR, JobRecord};
use crate::jobs::{Job, JobReport, JobResult, Raw, Sealed};

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
        let (ids, sent_at) = (ids.join(ID_SEPARATOR), metadata.sent_at);
        let record = JobRecord::started(received.operation, ids, sent_at, metadata.raw());
        return Ok(Job::new(jogg.clone(), record));
    }
    let reasons: Vec<_> = data.previews.iter().filter_map(refusal).collect();
    let reasons = one_line(&jogg.api().redact_key(&reasons.join("; ")));
    let message = format!("every preview was refused: {reasons}");
    let error = Error::new(ErrorKind::JobFailed, message).with_operation(received.operation);
    Err(error.with_attempts(metadata.attempts).with_raw(Some(metadata.raw())))
}

fn refusal(preview: &PreviewSubmission) -> Option<String> {
    let reason = preview.err_msg.as_deref()?;
    Some(format!("{}: {reason}", preview.visual_style.as_deref().unwrap_or("a visual style")))
}

impl Sealed for Previews {}

impl JobResult for Previews {
    const OPERATIONS: &'static [&'static Operation] = &[&CREATE_PRODUCT_PREVIEWS];

    type Memory = Memory;

    async fn poll(jogg: Jogg, record: JobRecord, memory: &mut Memory) -> Result<JobReport<Self>> {
        let mut known = HashSet::new();
        let ids = record.id.split(ID_SEPARATOR).map(str::trim);
        let ids: Vec<_> = ids.filter(|id| !id.is_empty() && known.insert(*id)).collect();
        if ids.is_empty() {
            let error = Error::new(ErrorKind::InvalidParameter, "the job has no preview ids");
            return Err(error.with_operation(&CREATE_PRODUCT_PREVIEWS));
        }
        let found = find(&jogg, &ids, record.started_at, memory).await?;
        if found.is_empty() {
            let error = Error::new(ErrorKind::NotFound, "none of the previews is in the list");
            return Err(error.with_operation(&CREATE_PRODUCT_PREVIEWS));
        }
        let mut report = report_on_batch(&ids, found, Submission::all(&record.raw));
        let batches = report.result.iter_mut().chain(&mut report.fallback);
        let failed = batches.flat_map(|batch| &mut batch.failed);
        for reason in failed.filter_map(|preview| preview.reason.as_mut()) {
            *reason = jogg.api().redact_key(reason);
        }
        Ok(report)
    }

    /// Previews are only in their list.
    fn read(_: JobRecord, _: &[u8], _: Raw) -> Option<JobReport<Self>> {
        None
    }

    fn restore(record: JobRecord, raw: Value) -> Option<Self> {
        restored(&record, raw)
    }

    fn into_raw(self) -> Raw {
        self.raw
    }
}
