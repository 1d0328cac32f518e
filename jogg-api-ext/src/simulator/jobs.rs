//! Jobs: started by one operation, reported on by another, as the job table says.

use std::collections::VecDeque;
use std::time::Duration;

use jogg_api::jobs::JOBS;
use jogg_api::{IdPlace, JobLink, JobRule, Operation};
use serde_json::{Map, Value};

use super::ids::{Ids, id_text, numbered};
use super::parameters::Parameters;
use super::phase::Phase;
use super::spec::{OperationSpec, Schema};

/// Something that was started and takes its time.
pub(super) struct Job {
    pub(super) rule: &'static JobRule,
    pub(super) id: Value,
    /// What was sent to start it.
    pub(super) body: Map<String, Value>,
    /// When it was started, on the clock.
    pub(super) created: Duration,
    /// The message it will fail with, if it fails.
    pub(super) failure: Option<String>,
    pub(super) price: f64,
    /// The number of the presenter it makes, if it makes one.
    pub(super) avatar: Option<u64>,
    /// Its parts, such as the drawings of a batch.
    pub(super) parts: Vec<Part>,
    /// What its result is called, if that is known.
    pub(super) title: Option<String>,
}

/// A part of a job. It fails with the job, or alone.
pub(super) struct Part {
    pub(super) number: u64,
    /// The message it will fail with, if it fails alone.
    pub(super) failure: Option<String>,
}

impl Part {
    pub(super) fn phase(&self, job: Phase) -> Phase {
        match job {
            Phase::Completed if self.failure.is_some() => Phase::Failed,
            phase => phase,
        }
    }

    /// Its id under this name.
    pub(super) fn id(&self, name: &str) -> String {
        numbered(name, self.number)
    }
}

/// What a job is started with.
pub(super) struct Start {
    pub(super) rule: &'static JobRule,
    pub(super) body: Map<String, Value>,
    pub(super) price: f64,
    pub(super) now: Duration,
    pub(super) title: Option<String>,
}

impl Job {
    pub(super) fn phase(&self, now: Duration, duration: Duration) -> Phase {
        Phase::at(now.saturating_sub(self.created), duration, self.failure.is_some())
    }

    /// The id as text, as it stands in paths.
    pub(super) fn id_text(&self) -> String {
        id_text(&self.id)
    }

    /// The name the id has in the answer that started the job, such as `motion_id`.
    pub(super) fn id_name(&self) -> &'static str {
        id_name(self.rule)
    }
}

/// The rule by which an operation starts jobs, if it does.
pub(super) fn starts(operation: &Operation) -> Option<&'static JobRule> {
    JOBS.iter().find(|rule| rule.create == operation)
}

/// The id that a call reports on, if the operation reports on single jobs.
pub(super) fn reported_id(operation: &Operation, parameters: &Parameters) -> Option<String> {
    let link = |rule: &JobRule| match rule.link {
        JobLink::Id { to, .. } if rule.report == operation => Some(to),
        _ => None,
    };
    let id = match JOBS.iter().find_map(link)? {
        IdPlace::Path(name) => parameters.path(name),
        IdPlace::Query(name) => parameters.query(name),
        _ => None,
    };
    Some(id.unwrap_or_default().to_owned())
}

/// The list among the members of `data` in which an operation that starts several jobs answers,
/// such as `previews`.
pub(super) fn submission_list(rule: &JobRule) -> Option<&'static str> {
    Some(from(rule).rsplit_once("[]")?.0)
}

/// Where the id stands inside `data`, with `[]` for each item of a list.
fn from(rule: &JobRule) -> &'static str {
    let from = match rule.link {
        JobLink::Id { from, .. } | JobLink::Lookup { from, .. } => from,
        _ => "",
    };
    from.strip_prefix("data.").unwrap_or(from)
}

pub(super) fn id_name(rule: &JobRule) -> &'static str {
    from(rule).rsplit('.').next().unwrap_or_default()
}

/// Every job so far, and what is to become of the next ones.
#[derive(Default)]
pub(super) struct Jobs {
    jobs: Vec<Job>,
    failures: VecDeque<String>,
    part_failures: VecDeque<String>,
    refusals: VecDeque<String>,
}

impl Jobs {
    /// The next job that is started fails with this message.
    pub(super) fn fail_next(&mut self, message: String) {
        self.failures.push_back(message);
    }

    /// The next part of a job that is started fails with this message.
    pub(super) fn fail_next_part(&mut self, message: String) {
        self.part_failures.push_back(message);
    }

    /// The next of several jobs that one call starts is refused with this message.
    pub(super) fn refuse_next(&mut self, message: String) {
        self.refusals.push_back(message);
    }

    /// How many refusals wait.
    pub(super) fn refusals(&self) -> usize {
        self.refusals.len()
    }

    /// The message of the refusal whose turn it is.
    pub(super) fn take_refusal(&mut self) -> Option<String> {
        self.refusals.pop_front()
    }

    /// Starts a job.
    pub(super) fn start(&mut self, start: Start, ids: &mut Ids) -> &Job {
        let Start { rule, body, price, now, title } = start;
        let schema = submission_schema(rule);
        let id = schema.and_then(|schema| schema.property(id_name(rule)));
        let id = ids.fresh(id_name(rule), id);
        let makes_avatar = schema.is_some_and(|schema| schema.property("avatar_id").is_some());
        let has_parts = schema.is_some_and(|schema| schema.object_list().is_some());
        let parts = if has_parts { asked_for(&body) } else { 0 };
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
        self.jobs.push(job);
        &self.jobs[self.jobs.len() - 1]
    }

    /// The job that this operation reports on under this id.
    pub(super) fn find(&self, report: &Operation, id: &str) -> Option<&Job> {
        self.jobs.iter().find(|job| job.rule.report == report && job.id_text() == id)
    }

    /// Every job, the newest last.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Job> {
        self.jobs.iter()
    }

    /// Whether some job has a part with this id under this name.
    pub(super) fn has_part(&self, name: &str, id: &str) -> bool {
        self.jobs.iter().flat_map(|job| &job.parts).any(|part| part.id(name) == id)
    }
}

/// The object in which the answer to a start holds the id.
fn submission_schema(rule: &JobRule) -> Option<&'static Schema> {
    let data = OperationSpec::of(rule.create).data.as_ref()?;
    match submission_list(rule) {
        Some(list) => data.object_list().filter(|(name, _)| *name == list).map(|(_, item)| item),
        None => Some(data),
    }
}

/// How many parts a body asks for: the value of its `num_…` field.
fn asked_for(body: &Map<String, Value>) -> u64 {
    let count = body.iter().find(|(name, _)| name.starts_with("num_"));
    // The check of the body knows no ranges, and nobody has use for a million drawings.
    count.and_then(|(_, value)| value.as_u64()).unwrap_or(1).clamp(1, 100)
}

/// One body for every job that a call starts. A call that starts several has a list of what each
/// of them is about: `visual_styles` gives every preview its `visual_style`.
pub(super) fn bodies(rule: &JobRule, body: Map<String, Value>) -> Vec<Map<String, Value>> {
    if submission_list(rule).is_none() {
        return vec![body];
    }
    let schema = submission_schema(rule);
    let several = body.iter().find_map(|(name, value)| {
        let one = name.strip_suffix('s')?;
        schema?.property(one)?;
        Some((one.to_owned(), value.as_array()?.clone()))
    });
    let Some((name, values)) = several else { return vec![body] };
    let one = |value: Value| {
        let mut body = body.clone();
        body.insert(name.clone(), value);
        body
    };
    values.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn every_rule_has_an_id_in_the_spec() {
        for rule in JOBS {
            let schema = submission_schema(rule).unwrap();
            assert!(schema.property(id_name(rule)).is_some(), "{}", rule.create.id);
        }
    }

    #[test]
    fn several_jobs_get_a_body_each() {
        let rule = JOBS.iter().find(|rule| submission_list(rule).is_some()).unwrap();
        let body = object(json!({"product_id": "p", "visual_styles": ["calm", "loud"]}));
        let bodies = bodies(rule, body);
        let styles: Vec<_> = bodies.iter().map(|body| &body["visual_style"]).collect();
        assert_eq!(styles, ["calm", "loud"]);
    }

    #[test]
    fn parts_are_counted_and_bounded() {
        assert_eq!(asked_for(&object(json!({"num_images": 4}))), 4);
        assert_eq!(asked_for(&object(json!({"num_images": u64::MAX}))), 100);
        assert_eq!(asked_for(&object(json!({"num_images": 0}))), 1);
        assert_eq!(asked_for(&Map::new()), 1);
    }
}
