//! Lists, one page at a time.

use jogg_api::operations as op;
use jogg_api::{JobLink, Operation};
use serde_json::{Value, json};

use super::job_format::JobFormat;
use super::query::Query;
use super::templates::remove_variables;
use crate::simulator::call::Call;
use crate::simulator::dialect::Dialect;
use crate::simulator::spec::ListSpec;
use crate::simulator::spec::values::replace_everywhere;
use crate::simulator::state::State;
use crate::simulator::state::jobs::Job;
use crate::simulator::wire::refusal::Refusal;

/// Lists that contain jobs, each with the operation that reports on the same jobs one by one.
static LISTS_OF_JOBS: [(&Operation, &Operation); 4] = [
    (&op::LIST_PHOTO_AVATARS, &op::GET_PHOTO_AVATAR_MOTION),
    (&op::LIST_PRODUCT_AVATARS, &op::GET_PRODUCT_AVATAR_MOTION),
    (&op::LIST_PRODUCT_VIDEOS, &op::GET_PRODUCT_VIDEO),
    (&op::LIST_TEMPLATE_VIDEOS, &op::GET_TEMPLATE_VIDEO),
];

/// Lists that the live API returns complete on every page, each claiming that more items follow.
static ENDLESS: [&Operation; 2] = [&op::LIST_PUBLIC_AVATARS, &op::LIST_VOICES];

/// Whether an operation returns a list.
pub(crate) fn returns_list(operation: &Operation) -> bool {
    ListSpec::of(operation).is_some()
}

/// Returns the requested page of a list: the newest jobs first, then the items of the store.
pub(crate) fn list(call: Call<'_>, state: &mut State) -> Result<Value, Refusal> {
    let list = ListSpec::of(call.operation).ok_or_else(Refusal::not_found)?;
    let mut items = Vec::new();
    let mut format = JobFormat::new(call.settings, &mut state.files);
    for job in state.jobs.iter().rev().filter(|job| contains(call.operation, job)) {
        let phase = job.phase(call.now, call.settings.job_duration);
        items.push(format.data(call.operation, list.item, job, phase));
    }
    items.extend_from_slice(state.store.items(call.operation));
    if call.operation == &op::LIST_CUSTOM_TEMPLATES {
        items.iter_mut().for_each(remove_variables);
    }
    let query = Query::new(call.operation, &call.parameters);
    items.retain(|item| query.matches(list.item, item));
    if query.get("sort_order") == Some("asc") {
        items.reverse();
    }
    let mut data = list.data.synthesize();
    if call.settings.dialect == Dialect::Live && ENDLESS.contains(&call.operation) {
        data[list.name] = json!(items);
        data["has_more"] = json!(true);
    } else {
        fill_page(query.page(), list.name, items, &mut data);
    }
    Ok(data)
}

/// Whether a list contains a job.
fn contains(list: &Operation, job: &Job) -> bool {
    let report = job.rule.report;
    LISTS_OF_JOBS.contains(&(list, report))
        || (report == list && matches!(job.rule.link, JobLink::Lookup { .. }))
}

/// Puts one page of the items into the data, and its numbers. Without pages, all items are on the
/// first.
fn fill_page(page: Option<(usize, usize)>, list: &str, items: Vec<Value>, data: &mut Value) {
    let total = items.len();
    let (page, size) = page.unwrap_or((1, total));
    let before = (page - 1).saturating_mul(size);
    let items: Vec<_> = items.into_iter().skip(before).take(size).collect();
    let pages = total.div_ceil(size.max(1));
    data[list] = json!([]);
    // A list has some of these numbers: there are five styles.
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
    data[list] = json!(items);
}
