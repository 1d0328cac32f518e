//! The jobs that were started, and what happens to the next ones.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jogg_api::{JobRule, Operation};
use serde_json::{Map, Value};

use super::bounded::{Bound, Bounded, footprint};
use super::ids::{Ids, id_text, numbered};
use super::phase::Phase;
use crate::simulator::spec::jobs::{id_name, submission_schema};

/// A job.
pub(crate) struct Job {
    pub(crate) rule: &'static JobRule,
    pub(crate) id: Value,
    /// The body that started it.
    pub(crate) body: Map<String, Value>,
    /// When it was started, on the clock.
    pub(crate) created: Duration,
    /// The message it fails with, if it fails.
    pub(crate) failure: Option<String>,
    pub(crate) price: f64,
    /// The id of the avatar it makes, if it makes one.
    pub(crate) avatar: Option<u64>,
    /// Its parts, such as the images of a batch.
    pub(crate) parts: Vec<Part>,
    /// The title of its result, if it has one.
    pub(crate) title: Option<String>,
}

impl Job {
    pub(crate) fn phase(&self, now: Duration, duration: Duration) -> Phase {
        Phase::at(now.saturating_sub(self.created), duration, self.failure.is_some())
    }

    /// The id as a string, as it appears in paths.
    pub(crate) fn id_text(&self) -> String {
        id_text(&self.id)
    }

    /// Why it fails, if it does: with a message, or with all of its parts.
    pub(crate) fn reason(&self) -> Option<&str> {
        let parts = || {
            let first = self.parts.first()?.failure.as_deref();
            first.filter(|_| self.parts.iter().all(|part| part.failure.is_some()))
        };
        self.failure.as_deref().or_else(parts)
    }

    /// About how many bytes of memory it takes.
    fn footprint(&self) -> usize {
        let texts = [&self.failure, &self.title].map(|text| text.as_ref().map_or(0, String::len));
        let body: usize = self.body.iter().map(|(name, value)| name.len() + footprint(value)).sum();
        let parts = self.parts.len() * size_of::<Part>();
        size_of::<Self>() + texts.iter().sum::<usize>() + body + parts
    }

    /// The name the id has in the response that started the job, such as `motion_id`.
    pub(crate) fn id_name(&self) -> &'static str {
        id_name(self.rule)
    }
}

/// A part of a job. It fails with the job, or alone.
pub(crate) struct Part {
    pub(crate) number: u64,
    /// The message it fails with, if it fails alone.
    pub(crate) failure: Option<String>,
}

impl Part {
    pub(crate) fn phase(&self, job: Phase) -> Phase {
        match job {
            Phase::Completed if self.failure.is_some() => Phase::Failed,
            phase => phase,
        }
    }

    /// Its id under this name.
    pub(crate) fn id(&self, name: &str) -> String {
        numbered(name, self.number)
    }
}

/// What a job is started with.
pub(crate) struct Start {
    pub(crate) rule: &'static JobRule,
    pub(crate) body: Map<String, Value>,
    pub(crate) price: f64,
    pub(crate) now: Duration,
    pub(crate) title: Option<String>,
}

/// The newest jobs by id, and the failures and refusals of the next ones.
pub(crate) struct Jobs {
    jobs: Bounded<Arc<Job>>,
    failures: VecDeque<String>,
    part_failures: VecDeque<String>,
    refusals: VecDeque<String>,
}

impl Jobs {
    pub(crate) fn new(bound: Bound) -> Self {
        let jobs = Bounded::new(bound);
        let (failures, part_failures, refusals) = Default::default();
        Self { jobs, failures, part_failures, refusals }
    }

    /// Makes the next job that is started fail with this message.
    pub(crate) fn fail_next(&mut self, message: String) {
        self.failures.push_back(message);
    }

    /// Makes the next part of a job that is started fail with this message.
    pub(crate) fn fail_next_part(&mut self, message: String) {
        self.part_failures.push_back(message);
    }

    /// Refuses the next of several jobs that one call starts, with this message.
    pub(crate) fn refuse_next(&mut self, message: String) {
        self.refusals.push_back(message);
    }

    /// The number of queued refusals.
    pub(crate) fn refusals(&self) -> usize {
        self.refusals.len()
    }

    /// Takes the message of the next refusal.
    pub(crate) fn take_refusal(&mut self) -> Option<String> {
        self.refusals.pop_front()
    }

    /// Starts a job.
    pub(crate) fn start(&mut self, start: Start, ids: &mut Ids) -> Arc<Job> {
        let Start { rule, body, price, now, title } = start;
        let schema = submission_schema(rule);
        let id = schema.and_then(|schema| schema.property(id_name(rule)));
        let id = ids.fresh(id_name(rule), id);
        let makes_avatar = schema.is_some_and(|schema| schema.property("avatar_id").is_some());
        let has_parts = schema.is_some_and(|schema| schema.object_list().is_some());
        let parts = if has_parts { requested_parts(&body) } else { 0 };
        let mut part = || Part { number: ids.number(), failure: self.part_failures.pop_front() };
        let parts = (0..parts).map(|_| part()).collect();
        let job = Job {
            rule,
            id,
            body,
            created: now,
            failure: self.failures.pop_front(),
            price,
            avatar: makes_avatar.then(|| 1000 + ids.number()),
            parts,
            title,
        };
        let job = Arc::new(job);
        self.jobs.insert(job.id_text(), Arc::clone(&job), job.footprint());
        job
    }

    /// The job with this id that an operation reports on.
    pub(crate) fn find(&self, report: &Operation, id: &str) -> Option<&Job> {
        self.jobs.get(id).map(|job| &**job).filter(|job| job.rule.report == report)
    }

    /// The same, to be used while the state changes.
    pub(crate) fn shared(&self, report: &Operation, id: &str) -> Option<Arc<Job>> {
        self.jobs.get(id).filter(|job| job.rule.report == report).map(Arc::clone)
    }

    /// The jobs, the newest last.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Job> {
        self.jobs.iter().map(|job| &**job)
    }

    /// Whether a job has a part with this id under this name.
    pub(crate) fn has_part(&self, name: &str, id: &str) -> bool {
        self.jobs.iter().flat_map(|job| &job.parts).any(|part| part.id(name) == id)
    }
}

/// How many parts a body requests: the value of its `num_…` field.
fn requested_parts(body: &Map<String, Value>) -> u64 {
    let count = body.iter().find(|(name, _)| name.starts_with("num_"));
    // The check of the body knows no ranges, and a million images would fill the memory.
    count.and_then(|(_, value)| value.as_u64()).unwrap_or(1).clamp(1, 100)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_are_counted_and_bounded() {
        for (body, parts) in [
            (json!({"num_images": 4}), 4),
            (json!({"num_images": u64::MAX}), 100),
            (json!({"num_images": 0}), 1),
            (json!({}), 1),
        ] {
            assert_eq!(requested_parts(body.as_object().unwrap()), parts, "{body}");
        }
    }
}
