//! What an event says about how its job has ended, as the result that waiting returns.

use std::fmt;

use jogg_api::operations as op;
use serde_json::{Map, Value, json};

use super::event::Event;
use crate::error::Result;
use crate::job_record::JobRecord;
use crate::jobs::{JobResult, JobStatus, Raw, fields, wrong_type};

/// How a job has ended, as far as an event says.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Outcome<T> {
    /// The job is done, and this is its result: as [`Job::wait`](crate::Job::wait) returns it, but
    /// with the `data` of the event as its `raw`, and without what the event omits.
    Completed(T),
    /// The job failed. The reason is the server's, if it gave one. Not redacted.
    Failed(Option<String>),
    /// The event says too little, or contradicts itself: poll the job.
    Poll,
}

impl Event {
    /// Returns how the job has ended, with its result if that is all in the event.
    ///
    /// ```
    /// use jogg_api_ext::Video;
    /// use jogg_api_ext::webhooks::{Event, Outcome};
    ///
    /// # fn demo(event: Event) -> Result<(), Box<dyn std::error::Error>> {
    /// if event.jobs().iter().any(|job| job.operation == "create_video_from_avatar") {
    ///     match event.outcome::<Video>()? {
    ///         Outcome::Completed(video) => println!("{}", video.url),
    ///         Outcome::Failed(reason) => println!("failed: {reason:?}"),
    ///         _ => println!("poll {:?}", event.job()),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter) if no job with a result
    /// of this type can end with this event.
    pub fn outcome<T: JobResult>(&self) -> Result<Outcome<T>> {
        let jobs = self.jobs();
        let fits =
            |job: &&JobRecord| T::OPERATIONS.iter().any(|started| started.id == job.operation);
        let job = jobs.iter().find(fits);
        match (self.status(), job) {
            (_, None) if !jobs.is_empty() => {
                let found: Vec<_> = jobs.iter().map(|job| job.operation.as_str()).collect();
                Err(wrong_type::<T>("the job of the event", &found, "read"))
            }
            // What the event and its status say must agree.
            (status, Some(job)) if agrees(status, self.data()) => Ok(self.outcome_of(status, job)),
            _ => Ok(Outcome::Poll),
        }
    }

    fn outcome_of<T: JobResult>(&self, status: JobStatus, job: &JobRecord) -> Outcome<T> {
        match status {
            JobStatus::Failed => Outcome::Failed(self.error()),
            JobStatus::Completed => {
                let body = json!({"code": 0, "data": report(&job.operation, self.data())});
                let raw = Raw::from(self.data().clone());
                let report = T::read(job.clone(), body.to_string().as_bytes(), raw);
                let result = report.and_then(|report| report.result);
                result.map_or(Outcome::Poll, Outcome::Completed)
            }
            _ => Outcome::Poll,
        }
    }
}

/// Returns whether the status in the `data`, if there is one that is known, is that of the event.
fn agrees(status: JobStatus, data: &Value) -> bool {
    let said = fields::status(data).as_ref().map_or(JobStatus::Unknown, JobStatus::from);
    said == status || said == JobStatus::Unknown
}

/// Returns the `data` of an event as a poll would have returned it: under the names of the report.
fn report(operation: &str, data: &Value) -> Value {
    let mut report = data.as_object().cloned().unwrap_or_default();
    report.insert("status".to_owned(), json!("completed"));
    let is = |known: &jogg_api::Operation| known.id == operation;
    if is(&op::GENERATE_PHOTO) {
        rename(&mut report, "photo_urls", "image_url_list");
    } else if is(&op::ADD_PHOTO_AVATAR_MOTION) || is(&op::ADD_PRODUCT_AVATAR_MOTION) {
        rename(&mut report, "preview_url", "motion_preview_url");
    } else if is(&op::CREATE_AI_SCRIPT)
        && let Some(scripts) = report.remove("scripts")
    {
        report.entry("data").or_insert_with(|| json!({"generated_scripts": listed(scripts)}));
    }
    Value::Object(report)
}

fn rename(members: &mut Map<String, Value>, from: &str, to: &str) {
    if !members.contains_key(to)
        && let Some(value) = members.remove(from)
    {
        members.insert(to.to_owned(), value);
    }
}

/// Writes the paragraphs of each script as a list: an event has them in one text.
fn listed(mut scripts: Value) -> Value {
    for script in scripts.as_array_mut().into_iter().flatten() {
        if let Some(paragraphs @ Value::String(_)) = script.get_mut("script_paragraphs") {
            *paragraphs = json!([paragraphs.take()]);
        }
    }
    scripts
}

impl<T: fmt::Debug> fmt::Debug for Outcome<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Completed(result) => f.debug_tuple("Completed").field(result).finish(),
            // The reason may quote what is secret.
            Self::Failed(_) => f.write_str("Failed(..)"),
            Self::Poll => f.write_str("Poll"),
        }
    }
}
