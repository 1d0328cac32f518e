//! Lists: one made-up item, and the jobs that belong into the list.

use std::time::Duration;

use jogg_api::{JobLink, Operation};
use serde_json::{Value, json};

use super::answer::replace_everywhere;
use super::jobs::{Job, Jobs};
use super::parameters::Parameters;
use super::phase::Phase;
use super::report::Reporter;
use super::spec::{OperationSpec, Schema};

/// Lists of presenters, each with the operation that makes them.
const PRESENTERS: [(&str, &str); 2] = [
    ("list_photo_avatars", "add_photo_avatar_motion"),
    ("list_product_avatars", "add_product_avatar_motion"),
];

/// One call of a list operation.
pub(super) struct List<'a> {
    operation: &'static Operation,
    spec: &'static OperationSpec,
    data: &'static Schema,
    name: &'static str,
    item: &'static Schema,
    parameters: &'a Parameters,
}

impl<'a> List<'a> {
    /// The call, if the operation reads a list of objects.
    pub(super) fn of(operation: &'static Operation, parameters: &'a Parameters) -> Option<Self> {
        let spec = OperationSpec::of(operation);
        let data = spec.data.as_ref().filter(|_| operation.method == "GET")?;
        let (name, item) = data.object_list()?;
        Some(Self { operation, spec, data, name, item, parameters })
    }

    /// The page that was asked for.
    pub(super) fn answer(&self, jobs: &Jobs, reporter: &mut Reporter<'_>, now: Duration) -> Value {
        let mut items = vec![(Phase::Completed, self.example(reporter))];
        for job in jobs.iter().filter(|job| self.shows(job)) {
            let phase = job.phase(now, reporter.job_duration);
            items.push((phase, reporter.show(self.item, job, phase)));
        }
        items.retain(|(phase, item)| self.is_asked_for(*phase, item));
        if self.query("sort_order") != Some("asc") {
            items.reverse();
        }
        let mut data = self.data.synthesize();
        reporter.files.publish("", &mut data);
        self.page(items.into_iter().map(|(_, item)| item).collect(), &mut data);
        data
    }

    fn example(&self, reporter: &mut Reporter<'_>) -> Value {
        let mut item = self.item.synthesize();
        reporter.files.publish("", &mut item);
        for name in ["avatar_status", "status"] {
            if item.get(name).is_some_and(|status| status == "completed") {
                item[name] = json!(reporter.dialect.word("completed"));
            }
        }
        item
    }

    /// Whether a job stands in this list.
    fn shows(&self, job: &Job) -> bool {
        let reported = job.rule.report == self.operation;
        let presented =
            |(list, create): &(&str, &str)| *list == self.operation.id && job.started_by(create);
        (reported && matches!(job.rule.link, JobLink::Lookup { .. }))
            || PRESENTERS.iter().any(presented)
    }

    fn is_asked_for(&self, phase: Phase, item: &Value) -> bool {
        let state = self.query("status").is_none_or(|status| phase.is_asked_for(status));
        let name = item.get("name").and_then(Value::as_str).unwrap_or_default().to_lowercase();
        state && self.query("name").is_none_or(|part| name.contains(&part.to_lowercase()))
    }

    /// Puts one page of the items into the answer, and numbers to go with it.
    fn page(&self, items: Vec<Value>, data: &mut Value) {
        let total = items.len();
        let paged = self.spec.parameter("page").is_some();
        let size = self.number("page_size").unwrap_or(10);
        let (page, size) =
            if paged { (self.number("page").unwrap_or(1), size) } else { (1, total) };
        let skipped = (page - 1).saturating_mul(size);
        let items: Vec<_> = items.into_iter().skip(skipped).take(size).collect();
        let pages = total.div_ceil(size.max(1));
        data[self.name] = json!([]);
        for (name, value) in [
            ("has_more", json!(page < pages)),
            ("page", json!(page)),
            ("page_size", json!(size)),
            ("total", json!(total)),
            ("total_items", json!(total)),
            ("total_pages", json!(pages)),
        ] {
            replace_everywhere(data, name, &value);
        }
        data[self.name] = json!(items);
    }

    /// A query parameter, if the operation knows it.
    fn query(&self, name: &str) -> Option<&str> {
        self.spec.parameter(name)?;
        self.parameters.query(name).filter(|value| !value.is_empty())
    }

    /// A positive number from the query, or its default.
    fn number(&self, name: &str) -> Option<usize> {
        let default = || self.spec.parameter(name)?.schema.default.as_ref()?.as_u64();
        let number = self.query(name).and_then(|value| value.parse().ok()).or_else(default)?;
        usize::try_from(number.max(1)).ok()
    }
}
