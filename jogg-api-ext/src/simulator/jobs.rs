//! Jobs: started by one operation, reported on by another, as the job table says.

use std::collections::VecDeque;
use std::time::Duration;

use jogg_api::jobs::JOBS;
use jogg_api::{IdPlace, JobLink, JobRule, Operation};
use serde_json::{Map, Value, json};

use super::parameters::Parameters;
use super::phase::Phase;
use super::spec::{Kind, OperationSpec, Schema};

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
    /// The numbers of its parts, such as the drawings of a batch.
    pub(super) parts: Vec<u64>,
}

impl Job {
    pub(super) fn phase(&self, now: Duration, duration: Duration) -> Phase {
        Phase::at(now.saturating_sub(self.created), duration, self.failure.is_some())
    }

    /// The id as text, as it stands in paths.
    pub(super) fn id_text(&self) -> String {
        match &self.id {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// The name the id has in the answer that started the job, such as `motion_id`.
    pub(super) fn id_name(&self) -> &'static str {
        id_name(self.rule)
    }

    pub(super) fn started_by(&self, operation: &str) -> bool {
        self.rule.create.id == operation
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

fn id_name(rule: &JobRule) -> &'static str {
    from(rule).rsplit('.').next().unwrap_or_default()
}

/// Every job so far, and the numbers that make ids.
#[derive(Default)]
pub(super) struct Jobs {
    jobs: Vec<Job>,
    failures: VecDeque<String>,
    numbers: u64,
}

impl Jobs {
    /// The next job that is started fails with this message.
    pub(super) fn fail_next(&mut self, message: String) {
        self.failures.push_back(message);
    }

    /// Starts a job.
    pub(super) fn start(
        &mut self,
        rule: &'static JobRule,
        body: Map<String, Value>,
        price: f64,
        now: Duration,
    ) -> &Job {
        let schema = submission_schema(rule);
        let id =
            self.fresh_id(id_name(rule), schema.and_then(|schema| schema.property(id_name(rule))));
        let makes_avatar = schema.is_some_and(|schema| schema.property("avatar_id").is_some());
        let has_parts = schema.is_some_and(|schema| schema.object_list().is_some());
        let parts = if has_parts { asked_for(&body) } else { 0 };
        let job = Job {
            rule,
            id,
            body,
            created: now,
            failure: self.failures.pop_front(),
            price,
            avatar: makes_avatar.then(|| 1000 + self.number()),
            parts: (0..parts).map(|_| self.number()).collect(),
        };
        self.jobs.push(job);
        &self.jobs[self.jobs.len() - 1]
    }

    /// The job that this operation reports on under this id.
    pub(super) fn find(&self, report: &Operation, id: &str) -> Option<&Job> {
        self.jobs.iter().find(|job| job.rule.report == report && job.id_text() == id)
    }

    /// Every job, the newest last.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Job> {
        self.jobs.iter()
    }

    /// An id that nothing has yet, in the type of the schema: a text such as `motion_000001`.
    pub(super) fn fresh_id(&mut self, name: &str, schema: Option<&Schema>) -> Value {
        let number = self.number();
        match schema.map(|schema| &schema.kind) {
            Some(Kind::Integer) => json!(number),
            _ => json!(numbered(name, number)),
        }
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }
}

/// The text of an id by its property's name: `motion_000001` for `motion_id`.
pub(super) fn numbered(name: &str, number: u64) -> String {
    format!("{}_{number:06}", name.strip_suffix("_id").unwrap_or(name))
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
    count.and_then(|(_, value)| value.as_u64()).unwrap_or(1).min(100)
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
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn ids_are_fresh_and_have_the_type_of_the_schema() {
        let mut jobs = Jobs::default();
        let integer = Schema { kind: Kind::Integer, ..Schema::default() };
        assert_eq!(jobs.fresh_id("motion_id", Some(&Schema::default())), "motion_000001");
        assert_eq!(jobs.fresh_id("motion_id", None), "motion_000002");
        assert_eq!(jobs.fresh_id("task_id", Some(&integer)), 3);
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
        assert_eq!(asked_for(&Map::new()), 1);
    }
}
