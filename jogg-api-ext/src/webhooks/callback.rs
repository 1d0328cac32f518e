//! What comes to the `webhook_url` or `callback_url` of a single request. It isn't signed.

use std::fmt;

use jogg_api::enums::WebhookEvent;
use jogg_api::raw_json;

use super::body;
use super::subject;
use crate::job_record::JobRecord;
use crate::jobs::fields;

/// A notification to the `webhook_url` or `callback_url` of a request. It isn't signed, and anyone
/// who knows the address can send one. So it has no result and no outcome: it says only which jobs
/// to poll.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Callback {
    ids: Vec<String>,
    jobs: Vec<JobRecord>,
}

impl Callback {
    /// Reads the ids in a body. One that can't be read has none.
    pub fn parse(body: &[u8]) -> Self {
        let raw = raw_json(body);
        let data = body::data(&raw);
        let event = fields::text(&raw, &["event"]).unwrap_or_default();
        let event = WebhookEvent::from(event.trim());
        let event = event.as_str();
        Self { ids: subject::ids(event, data), jobs: subject::jobs(event, data) }
    }

    /// Returns all ids in the body, whatever they are called: at most 16, and those of
    /// [`Callback::jobs`] first. If one of them is that of a job of yours, poll the job.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Returns the records of the jobs that the body claims to be about, to be polled after
    /// [`Jogg::resume`](crate::Jogg::resume): the poll says whether there is such a job, and how it
    /// has ended.
    pub fn jobs(&self) -> &[JobRecord] {
        &self.jobs
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback").field("ids", &self.ids.len()).finish_non_exhaustive()
    }
}
