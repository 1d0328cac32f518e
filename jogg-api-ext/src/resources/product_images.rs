//! Images of an avatar with a product: a batch whose members succeed or fail one by one.

use jogg_api::Operation;
use jogg_api::endpoints::GetProductAvatarImages;
use jogg_api::operations::GENERATE_PRODUCT_AVATAR_IMAGES;
use jogg_api::types::{ProductAvatarImage, ProductAvatarImageReport};
use serde_json::Value;

use crate::client::Jogg;
use crate::error::Result;
use crate::job_record::JobRecord;
use crate::jobs::batch::{Member, Members};
use crate::jobs::{JobReport, JobResult, JobStatus, Raw, Sealed, decoded, fields};

/// A batch of images: the result of [`ProductAvatars::generate`]. It is there when at least one
/// image succeeded and none is in progress.
///
/// [`ProductAvatars::generate`]: crate::product_avatars::ProductAvatars::generate
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Images {
    /// The id of the batch.
    pub batch_id: String,
    /// The images that succeeded.
    pub images: Vec<Image>,
    /// The images that failed, and those that were said to be completed but got no URL or id in
    /// time.
    pub failed: Vec<ProductAvatarImage>,
    /// The `data` of the last report.
    pub raw: Raw,
}

/// An image of an avatar with a product.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Image {
    /// Its id, which [`AddMotion::new`](crate::product_avatars::AddMotion::new) takes.
    pub generation_id: String,
    /// Its URL.
    pub url: String,
    /// The id of the image file.
    pub image_id: Option<String>,
    /// When it was created, in Unix seconds.
    pub created_at: Option<i64>,
    /// When it was finished, in Unix seconds.
    pub completed_at: Option<i64>,
}

impl Sealed for Images {}

impl JobResult for Images {
    const OPERATIONS: &'static [&'static Operation] = &[&GENERATE_PRODUCT_AVATAR_IMAGES];

    type Memory = ();

    async fn poll(jogg: Jogg, record: JobRecord, (): &mut ()) -> Result<JobReport<Self>> {
        let (report, raw) = jogg.report(GetProductAvatarImages::new(record.id.as_str())).await?;
        Ok(report_on_batch(report, raw, record.id))
    }

    fn read(record: JobRecord, body: &[u8], raw: Raw) -> Option<JobReport<Self>> {
        Some(report_on_batch(decoded::<GetProductAvatarImages>(body)?, raw, record.id))
    }

    fn into_raw(self) -> Raw {
        self.raw
    }
}

/// Reports on a batch.
fn report_on_batch(
    report: ProductAvatarImageReport,
    raw: Raw,
    batch_id: String,
) -> JobReport<Images> {
    let batch_id = report.batch_id.unwrap_or(batch_id);
    let summary = report.summary.unwrap_or_default();
    let counted = |count: Option<i64>| count.unwrap_or_default();
    let listed = i64::try_from(report.generations.len()).unwrap_or(i64::MAX);
    let mut members = Members::default();
    // Not all may be in the list yet.
    let unlisted = counted(summary.total) > listed;
    if counted(summary.pending) > 0 || counted(summary.processing) > 0 || unlisted {
        members.count_open();
    }
    let (mut images, mut failed) = (Vec::new(), Vec::new());
    for listed in report.generations {
        let image = image_of(&listed);
        match members.count(listed.status.as_ref(), image.is_some()) {
            Member::Done => images.extend(image),
            Member::Incomplete | Member::Failed => failed.push(listed),
            Member::Open => {}
        }
    }
    // Where nothing is listed, what a state of the batch would say, should there be one.
    let status = members.status().unwrap_or_else(|| {
        fields::status(&raw).as_ref().map_or(JobStatus::Unknown, JobStatus::from)
    });
    let reason = if status == JobStatus::Failed { reason_of(&raw) } else { None };
    let report = members.report(status, raw, |raw| Images { batch_id, images, failed, raw });
    report.with_failure("every image of the batch failed", reason)
}

/// Returns an image, if its id and URL are there.
fn image_of(image: &ProductAvatarImage) -> Option<Image> {
    Some(Image {
        generation_id: image.generation_id.clone()?,
        url: image.url.clone()?,
        image_id: image.image_id.clone(),
        created_at: image.created_at,
        completed_at: image.completed_at,
    })
}

/// Reads why a batch failed, if the batch or one of its images says.
fn reason_of(raw: &Value) -> Option<String> {
    let images = raw.get("generations").and_then(Value::as_array).into_iter().flatten();
    std::iter::once(raw).chain(images).find_map(fields::error)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_batch_is_over_when_nothing_is_open_and_failed_when_nothing_succeeded() {
        let done = json!({"generation_id": "a", "status": "success", "url": "u"});
        let no_url = json!({"generation_id": "b", "status": "completed"});
        let failed = json!({"generation_id": "c", "status": "failed"});
        let open = json!({"generation_id": "d", "status": "processing"});
        for (generations, summary, status, images) in [
            (json!([done, failed]), json!({"total": 2}), JobStatus::Completed, Some(1)),
            (json!([done]), json!({"total": 4}), JobStatus::Processing, None),
            (
                json!([done, done]),
                json!({"pending": 0, "processing": 0}),
                JobStatus::Completed,
                Some(2),
            ),
            (json!([done, open]), json!(null), JobStatus::Processing, None),
            // The images may not all be listed yet.
            (json!([done]), json!({"pending": 1}), JobStatus::Processing, None),
            (json!([done]), json!({"processing": 1}), JobStatus::Processing, None),
            (json!([failed, failed]), json!(null), JobStatus::Failed, None),
            (json!([done, no_url]), json!(null), JobStatus::Completed, None),
            (json!([]), json!(null), JobStatus::Unknown, None),
        ] {
            let raw = json!({"generations": generations, "summary": summary});
            let report = serde_json::from_value(raw.clone()).unwrap();
            let report = report_on_batch(report, raw.clone().into(), "batch".to_owned());
            assert_eq!(report.status, status, "{raw}");
            assert_eq!(report.result.map(|result| result.images.len()), images, "{raw}");
            assert_eq!(report.error.is_some(), status == JobStatus::Failed);
        }
    }

    #[test]
    fn a_batch_says_why_it_failed_and_gives_what_it_has() {
        for (raw, reason) in [
            (json!({"status": "failed", "error": {"message": "too dark"}}), Some("too dark")),
            (json!({"generations": [{"status": "failed", "err_msg": "no face"}]}), Some("no face")),
            (json!({"generations": [{"status": "fail"}]}), None),
        ] {
            let report = serde_json::from_value(raw.clone()).unwrap();
            let report = report_on_batch(report, raw.into(), "batch".to_owned());
            let error = "every image of the batch failed".to_owned();
            let error = reason.map_or(error.clone(), |reason| format!("{error}: {reason}"));
            assert_eq!(report.error, Some(error));
            assert_eq!(report.server_message.as_deref(), reason);
        }
        let raw = json!({"generations": [
            {"generation_id": "a", "status": "success", "url": "u"},
            {"generation_id": "b", "status": "success"},
        ]});
        let report = serde_json::from_value(raw.clone()).unwrap();
        let report = report_on_batch(report, raw.into(), "batch".to_owned());
        let fallback = report.fallback.unwrap();
        assert!(report.result.is_none());
        assert_eq!((fallback.images.len(), fallback.failed.len()), (1, 1));
    }
}
