//! Which jobs an event is about, and how they have ended, by the name of the event.

use jogg_api::{Operation, operations as op};
use serde_json::Value;

use super::body;
use crate::job_record::{JobRecord, id_place, started_id};
use crate::jobs::JobStatus;

/// The operations whose jobs end with an event, the likeliest first. An avatar that is created in
/// the web app has no operation.
const SUBJECTS: &[(&str, &[&Operation])] = &[
    ("create_avatar", &[]),
    ("generated_avatar_video", &[&op::CREATE_VIDEO_FROM_AVATAR]),
    ("generated_image", &[&op::GENERATE_PHOTO, &op::GENERATE_PRODUCT_AVATAR_IMAGES]),
    ("generated_motion", &[&op::ADD_PHOTO_AVATAR_MOTION, &op::ADD_PRODUCT_AVATAR_MOTION]),
    ("generated_photo_avatar", &[&op::ADD_PHOTO_AVATAR_MOTION, &op::GENERATE_PHOTO]),
    (
        "generated_product_avatar",
        &[&op::GENERATE_PRODUCT_AVATAR_IMAGES, &op::ADD_PRODUCT_AVATAR_MOTION],
    ),
    ("generated_product_video", &[&op::CREATE_VIDEO_FROM_PRODUCT]),
    ("generated_script", &[&op::CREATE_AI_SCRIPT]),
    ("generated_template_video", &[&op::CREATE_VIDEO_WITH_TEMPLATE]),
    ("generated_translate_video", &[&op::CREATE_VIDEO_TRANSLATION]),
    (
        "generated_video",
        &[
            &op::CREATE_VIDEO_FROM_PRODUCT,
            &op::CREATE_VIDEO_FROM_AVATAR,
            &op::CREATE_VIDEO_WITH_TEMPLATE,
        ],
    ),
];

const SUCCESS: &str = "_success";
const FAILED: &str = "_failed";

/// Returns the records of the jobs that the event may be about: of the operations that its name
/// allows, those whose id is in the `data`.
pub(super) fn jobs(event: &str, data: &Value) -> Vec<JobRecord> {
    let stem = event.strip_suffix(SUCCESS).or_else(|| event.strip_suffix(FAILED));
    let subject = SUBJECTS.iter().find(|(known, _)| Some(*known) == stem);
    let operations = subject.map_or(&[][..], |(_, operations)| operations);
    let job = |operation: &&'static Operation| {
        let id = started_id(id_place(operation)?, data)?;
        (id.len() <= body::LONGEST_ID).then(|| JobRecord::new(operation, id))
    };
    operations.iter().filter_map(job).collect()
}

/// Returns the ids in the `data`: those of the jobs first, and no more than are read.
pub(super) fn ids(event: &str, data: &Value) -> Vec<String> {
    let of_jobs = jobs(event, data).into_iter().map(|job| job.id);
    let mut ids = Vec::new();
    for id in of_jobs.chain(body::ids(data).map(|(_, id)| id)) {
        if ids.len() < body::MAX_IDS && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

pub(super) fn status(event: &str) -> JobStatus {
    match event {
        _ if event.ends_with(SUCCESS) => JobStatus::Completed,
        _ if event.ends_with(FAILED) => JobStatus::Failed,
        _ => JobStatus::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use jogg_api::enums::WebhookEvent;
    use jogg_api::jobs::JOBS;

    use super::*;

    #[test]
    fn fact_44_each_known_event_has_a_subject_and_an_end() {
        for event in WebhookEvent::KNOWN {
            let name = event.as_str();
            assert!(status(name).is_final(), "{name}");
            let stem = name.rsplit_once('_').map(|(stem, _)| stem);
            assert!(SUBJECTS.iter().any(|(known, _)| Some(*known) == stem), "{name}");
        }
        assert_eq!(2 * SUBJECTS.len(), WebhookEvent::KNOWN.len());
    }

    #[test]
    fn every_operation_of_a_subject_starts_jobs_with_an_id() {
        for operation in SUBJECTS.iter().flat_map(|(_, operations)| *operations) {
            assert!(JOBS.iter().any(|rule| std::ptr::eq(rule.create, *operation)));
            assert!(id_place(operation).is_some(), "{}", operation.id);
        }
    }
}
