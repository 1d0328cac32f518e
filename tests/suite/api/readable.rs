//! Everything the spec says a response can have reaches the caller: in the value of the call, or in
//! the response's `data`, which is kept beside it.

use std::collections::BTreeSet;

use jogg_api::JobLink;
use jogg_api::jobs::JOBS;
use jogg_api::operations::OPERATIONS;
use jogg_tests::{Stage, sample, spec};
use serde_json::Value;

use crate::wire::case::{Case, Received};
use crate::wire::table::cases;

/// A whole response of each operation that has `data`, and what the caller gets of it.
async fn received() -> Vec<(&'static str, Value, Received)> {
    let mut operations = BTreeSet::new();
    let mut all = Vec::new();
    for case in cases() {
        let Some(schema) = spec::data(case.operation) else { continue };
        if !operations.insert(case.operation.id) {
            continue;
        }
        let stage = Stage::new().await;
        let mut data = sample::full(&schema);
        // A report is on the job that it was requested for.
        if let Some((name, id)) = reported_id(&case)
            && let Some(member) = data.get_mut(name)
        {
            *member = id.into();
        }
        if case.operation.id != "create_asset_upload" {
            stage.respond(case.operation, data.clone());
        }
        let received = case.send(&stage.jogg).await;
        all.push((case.operation.id, data, received.unwrap_or_else(|error| panic!("{error}"))));
    }
    all
}

/// What the id of a job is called in the report on it, and the id that is requested.
fn reported_id(case: &Case) -> Option<(&'static str, String)> {
    let rule = JOBS.iter().find(|rule| rule.report == case.operation)?;
    let JobLink::Id { from, .. } = rule.link else { return None };
    let (_, id) = case.target.rsplit_once(['/', '='])?;
    Some((from.strip_prefix("data.")?, id.replace("%2F", "/").replace("%2B", "+")))
}

#[tokio::test]
async fn every_field_of_every_response_is_readable() {
    let mut reached = BTreeSet::new();
    for (id, data, received) in received().await {
        reached.insert(id);
        // Its response leads to the storage of the simulator, and is used up by the upload.
        if id == "create_asset_upload" {
            assert!(received.data["asset_url"].is_string());
            continue;
        }
        let fields = spec::values(&data);
        let known = spec::fields(&spec::data(operation(id)).unwrap());
        assert_eq!(fields.keys().collect::<Vec<_>>(), known.keys().collect::<Vec<_>>(), "{id}");
        assert_eq!(received.data, data, "{id}");
    }
    let with_data = OPERATIONS.iter().filter(|operation| spec::data(operation).is_some());
    assert_eq!(reached, with_data.map(|operation| operation.id).collect());
}

fn operation(id: &str) -> &'static jogg_api::Operation {
    OPERATIONS.iter().find(|operation| operation.id == id).unwrap()
}

/// The part of the response that is the value of the call.
fn value_in(id: &str, data: &Value) -> Option<Value> {
    // The call returns nothing.
    if id == "delete_webhook_endpoint" {
        return None;
    }
    let mut lists = data.as_object()?.values().filter(|value| value.is_array());
    let list = lists.next().cloned();
    match id {
        // Called without a group, an operation returns its `data`.
        id if spec::call(operation(id)) == spec::NO_GROUP => Some(data.clone()),
        "get_remaining_quota" => Some(data["remaining_quota"].clone()),
        id if id.starts_with("list_") => list,
        _ => Some(data.clone()),
    }
}

#[tokio::test]
async fn the_value_of_a_call_has_all_of_its_part_of_the_response() {
    for (id, data, received) in received().await {
        if id != "create_asset_upload" {
            let expected = value_in(id, &data).map(without_fractions);
            assert_eq!(received.value.map(without_fractions), expected, "{id}");
        }
    }
}

/// The same value with whole numbers as integers: a field of floats has read `94` as `94.0`.
fn without_fractions(value: Value) -> Value {
    match value {
        Value::Number(number) if number.as_f64().is_some_and(|float| float.fract() == 0.0) => {
            serde_json::from_str(number.to_string().trim_end_matches(".0")).unwrap()
        }
        Value::Array(items) => items.into_iter().map(without_fractions).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, without_fractions(value))).collect()
        }
        other => other,
    }
}
