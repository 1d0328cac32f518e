//! Starting jobs, and reporting on single jobs.

use jogg_api::operations as op;
use jogg_api::{IdPlace, JobRule, Operation};
use serde_json::{Map, Value, json};

use super::job_format::{JobFormat, RefusedJob};
use super::raw_status::RawStatuses;
use crate::simulator::call::Call;
use crate::simulator::spec::OperationSpec;
use crate::simulator::spec::jobs::{
    id_name, reported_id, start_rule, submission_list, submission_schema,
};
use crate::simulator::spec::schema::Schema;
use crate::simulator::state::State;
use crate::simulator::state::balance::price;
use crate::simulator::state::jobs::Start;
use crate::simulator::state::phase::Phase;
use crate::simulator::wire::refusal::Refusal;

/// Starts the jobs that a call requests: one, or one for each of several values.
pub(crate) fn start(call: Call<'_>, state: &mut State) -> Result<Value, Refusal> {
    let rule = start_rule(call.operation).ok_or_else(Refusal::not_found)?;
    let Some(schema) = &OperationSpec::of(rule.create).data else { return Ok(Value::Null) };
    let price = price(rule.create, &call.body);
    let title = title(&call.body, state);
    let bodies = bodies(rule, call.body);
    let several = submission_list(rule).and_then(|_| schema.object_list());
    let refused = if several.is_some() { state.jobs.refusals().min(bodies.len()) } else { 0 };
    state.balance.take(price * (bodies.len() - refused) as f64)?;
    let item = several.map_or(schema, |(_, item)| item);
    let mut submissions = Vec::new();
    for (number, body) in bodies.enumerate() {
        if number < refused {
            submissions.push(refuse(state, rule, item, &body));
            continue;
        }
        let start = Start { rule, body, price, now: call.now, title: title.clone() };
        let job = state.jobs.start(start, &mut state.ids);
        state.endings.add(&job, call.settings.job_duration);
        let mut format = JobFormat::new(call.settings, &mut state.files);
        submissions.push(format.data(rule.report, item, &job, Phase::Pending));
    }
    match several {
        Some((name, _)) => {
            let mut data = schema.synthesize();
            data[name] = json!(submissions);
            Ok(data)
        }
        None => Ok(submissions.pop().unwrap_or_default()),
    }
}

/// Reports on the job whose id the call names.
pub(crate) fn report(call: Call<'_>, state: &mut State) -> Result<Value, Refusal> {
    let id = match reported_id(call.operation) {
        Some(IdPlace::Path(name)) => call.parameters.path(name),
        Some(IdPlace::Query(name)) => call.parameters.query(name),
        _ => None,
    };
    report_on(call.operation, id, &call, state)
}

/// Reports on the job of this id as an operation does.
pub(crate) fn report_on(
    operation: &Operation,
    id: Option<&str>,
    call: &Call<'_>,
    state: &mut State,
) -> Result<Value, Refusal> {
    let Some(job) = state.jobs.find(operation, id.unwrap_or_default()) else {
        let code = RawStatuses::of(operation).not_found;
        return Err(Refusal::new(code, "record not found"));
    };
    let Some(schema) = &OperationSpec::of(operation).data else { return Ok(Value::Null) };
    let phase = job.phase(call.now, call.settings.job_duration);
    let mut format = JobFormat::new(call.settings, &mut state.files);
    Ok(format.data(operation, schema, job, phase))
}

/// One body for each job that a call starts. A call that starts several has a list with a value
/// for each: `visual_styles` gives every preview its `visual_style`. Each body is made when its job
/// is started, as all of them may be more than the memory holds.
fn bodies(
    rule: &JobRule,
    mut body: Map<String, Value>,
) -> impl ExactSizeIterator<Item = Map<String, Value>> {
    let list = submission_list(rule).and_then(|_| {
        let schema = submission_schema(rule)?;
        let has_value = |name: &&String| {
            name.strip_suffix('s').is_some_and(|one| schema.property(one).is_some())
        };
        body.keys().find(has_value).cloned()
    });
    let values = match list.as_ref().and_then(|list| body.remove(list)) {
        Some(Value::Array(values)) => values.into_iter().map(Some).collect(),
        _ => vec![None],
    };
    values.into_iter().map(move |value| {
        let mut body = body.clone();
        if let (Some(name), Some(value)) =
            (list.as_ref().and_then(|it| it.strip_suffix('s')), value)
        {
            body.insert(name.to_owned(), value);
        }
        body
    })
}

/// Takes the next refusal instead of starting a job.
fn refuse(state: &mut State, rule: &JobRule, item: &Schema, body: &Map<String, Value>) -> Value {
    let message = state.jobs.take_refusal().unwrap_or_default();
    let job = RefusedJob { schema: item, id_name: id_name(rule), body, message: &message };
    JobFormat::refused(job)
}

/// The title of a product video: the name in the call, or else the name of its product or the
/// title of its preview.
fn title(body: &Map<String, Value>, state: &State) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let named = || text(body.get("video_spec")?.get("name")?);
    let product = || text(state.store.product(body.get("product_id")?)?.get("name")?);
    let preview = || {
        let id = body.get("preview_id")?.as_str()?;
        state.jobs.find(&op::LIST_PRODUCT_PREVIEWS, id)?.title.clone()
    };
    named().or_else(product).or_else(preview)
}

#[cfg(test)]
mod tests {
    use jogg_api::jobs::JOBS;

    use super::*;

    #[test]
    fn each_of_several_jobs_gets_its_own_body() {
        let rule = JOBS.iter().find(|rule| submission_list(rule).is_some()).unwrap();
        let body = json!({"product_id": "p", "visual_styles": ["calm", "loud"]});
        let bodies: Vec<_> = bodies(rule, body.as_object().unwrap().clone()).collect();
        let body = |style: &str| json!({"product_id": "p", "visual_style": style});
        assert_eq!(json!(bodies), json!([body("calm"), body("loud")]));
    }
}
