//! Lists, a page at a time.

use std::time::Duration;

use jogg_api::operations as op;
use jogg_api::{JobLink, Operation};
use serde_json::{Value, json};

use super::Dialect;
use super::answer::replace_everywhere;
use super::filters::Filters;
use super::jobs::{Job, Jobs};
use super::parameters::Parameters;
use super::report::Reporter;
use super::spec::{OperationSpec, Schema};
use super::store::Store;
use super::templates;

/// Lists that show jobs, each with the operation that reports on them one by one.
static SHOWN: [(&Operation, &Operation); 4] = [
    (&op::LIST_PHOTO_AVATARS, &op::GET_PHOTO_AVATAR_MOTION),
    (&op::LIST_PRODUCT_AVATARS, &op::GET_PRODUCT_AVATAR_MOTION),
    (&op::LIST_PRODUCT_VIDEOS, &op::GET_PRODUCT_VIDEO),
    (&op::LIST_TEMPLATE_VIDEOS, &op::GET_TEMPLATE_VIDEO),
];

/// Lists that have been seen to come whole whatever is asked for, with the claim that there is more.
static ENDLESS: [&Operation; 2] = [&op::LIST_PUBLIC_AVATARS, &op::LIST_VOICES];

/// What the spec says about a list.
pub(super) struct ListSpec {
    pub(super) data: &'static Schema,
    /// The member of `data` that holds the items.
    pub(super) name: &'static str,
    pub(super) item: &'static Schema,
}

impl ListSpec {
    /// The list that an operation reads, if it reads one. Operations about a single thing, which may
    /// have parts, demand its id.
    pub(super) fn of(operation: &Operation) -> Option<Self> {
        let spec = OperationSpec::of(operation);
        let data = spec.data.as_ref().filter(|_| operation.method == "GET")?;
        let (name, item) = data.list()?;
        let single = spec.parameters.iter().any(|parameter| parameter.required);
        (!single).then_some(Self { data, name, item })
    }
}

/// One call of a list operation.
pub(super) struct List<'a> {
    operation: &'static Operation,
    spec: &'static OperationSpec,
    list: ListSpec,
    parameters: &'a Parameters,
}

impl<'a> List<'a> {
    /// The call, if the operation reads a list.
    pub(super) fn of(operation: &'static Operation, parameters: &'a Parameters) -> Option<Self> {
        let list = ListSpec::of(operation)?;
        Some(Self { operation, spec: OperationSpec::of(operation), list, parameters })
    }

    /// The page that was asked for: the newest jobs first, then what is in the store.
    pub(super) fn answer(
        &self,
        store: &Store,
        jobs: &Jobs,
        reporter: &mut Reporter<'_>,
        now: Duration,
    ) -> Value {
        let mut items = Vec::new();
        for job in jobs.iter().rev().filter(|job| self.shows(job)) {
            let phase = job.phase(now, reporter.job_duration);
            items.push(reporter.show(self.operation, self.list.item, job, phase));
        }
        items.extend_from_slice(store.items(self.operation));
        if self.operation == &op::LIST_CUSTOM_TEMPLATES {
            items.iter_mut().for_each(templates::shorten);
        }
        let Self { spec, parameters, .. } = *self;
        let filters = Filters { spec, item: self.list.item, parameters };
        items.retain(|item| filters.let_through(item));
        if self.query("sort_order") == Some("asc") {
            items.reverse();
        }
        let mut data = self.list.data.synthesize();
        if reporter.dialect == Dialect::Live && ENDLESS.contains(&self.operation) {
            data[self.list.name] = json!(items);
            data["has_more"] = json!(true);
        } else {
            self.page(items, &mut data);
        }
        data
    }

    /// Whether a job stands in this list.
    fn shows(&self, job: &Job) -> bool {
        let report = job.rule.report;
        SHOWN.contains(&(self.operation, report))
            || (report == self.operation && matches!(job.rule.link, JobLink::Lookup { .. }))
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
        data[self.list.name] = json!([]);
        // Each only where the list has it: there are five styles.
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
        data[self.list.name] = json!(items);
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
