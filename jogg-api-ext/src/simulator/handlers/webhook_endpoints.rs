//! Webhook endpoints.

use jogg_api::is_loopback;
use jogg_api::operations as op;
use jogg_api::reqwest::Url;
use serde_json::{Map, Value, json};

use crate::simulator::call::Call;
use crate::simulator::clock::unix_seconds;
use crate::simulator::spec::OperationSpec;
use crate::simulator::state::State;
use crate::simulator::state::ids::has_id;
use crate::simulator::wire::refusal::Refusal;

const MAX_ENDPOINTS: usize = 20;

/// Registers an endpoint, with a new secret.
pub(crate) fn create(call: Call<'_>, state: &mut State) -> Result<Value, Refusal> {
    check_url(&call.body)?;
    if state.store.items(&op::LIST_WEBHOOK_ENDPOINTS).len() >= MAX_ENDPOINTS {
        let message = format!("endpoint: at most {MAX_ENDPOINTS} can be registered");
        return Err(Refusal::parameter(message));
    }
    let data = OperationSpec::of(call.operation).data.as_ref();
    let mut endpoint = data.map_or_else(|| json!({}), |schema| schema.synthesize());
    replace(&mut endpoint, call.body);
    endpoint["endpoint_id"] = state.ids.fresh("endpoint_id", None);
    endpoint["secret"] = json!(format!("whsec_{:032x}", fastrand::u128(..)));
    endpoint["created_at"] = json!(unix_seconds(call.now));
    if let Some(endpoints) = state.store.items_mut(&op::LIST_WEBHOOK_ENDPOINTS) {
        endpoints.push(endpoint.clone());
    }
    Ok(endpoint)
}

/// Changes all of an endpoint but its id, its secret and its creation time.
pub(crate) fn update(call: Call<'_>, state: &mut State) -> Result<Value, Refusal> {
    let (endpoints, place) = find(&call, state)?;
    check_url(&call.body)?;
    replace(&mut endpoints[place], call.body);
    Ok(endpoints[place].clone())
}

/// Removes an endpoint.
pub(crate) fn delete(call: Call<'_>, state: &mut State) -> Result<Value, Refusal> {
    let (endpoints, place) = find(&call, state)?;
    endpoints.remove(place);
    let data = OperationSpec::of(call.operation).data.as_ref();
    Ok(data.map(|schema| schema.synthesize()).unwrap_or_default())
}

/// The endpoints, and the index of the one that the path names.
fn find<'a>(call: &Call<'_>, state: &'a mut State) -> Result<(&'a mut Vec<Value>, usize), Refusal> {
    let id = json!(call.parameters.path("endpoint_id").unwrap_or_default());
    let endpoints = state.store.items_mut(&op::LIST_WEBHOOK_ENDPOINTS);
    let endpoints = endpoints.ok_or_else(Refusal::not_found)?;
    let place = endpoints.iter().position(|endpoint| has_id(endpoint, "endpoint_id", &id));
    place.map(|place| (endpoints, place)).ok_or_else(Refusal::not_found)
}

fn replace(endpoint: &mut Value, body: Map<String, Value>) {
    for (name, value) in body {
        if matches!(name.as_str(), "events" | "status" | "url") {
            endpoint[name] = value;
        }
    }
}

/// Deliveries go over HTTPS, or over HTTP to this machine, so that tests can receive them.
fn check_url(body: &Map<String, Value>) -> Result<(), Refusal> {
    let text = body.get("url").and_then(Value::as_str).unwrap_or_default();
    let url = Url::parse(text).map_err(|error| Refusal::parameter(format!("url: {error}")))?;
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        _ => Err(Refusal::parameter(
            "url: must be an https URL, or http to localhost, 127.0.0.1 or [::1]",
        )),
    }
}
