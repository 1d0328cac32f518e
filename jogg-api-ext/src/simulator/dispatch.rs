//! From a route to the handler that executes it.

use std::time::Duration;

use jogg_api::Operation;
use jogg_api::operations as op;
use serde_json::{Map, Value};

use self::Matches::{Every, Is};
use super::call::Call;
use super::conditions;
use super::handlers::{
    example, files, jobs, lip_sync, lists, products, templates, webhook_endpoints,
};
use super::references;
use super::settings::Settings;
use super::spec::OperationSpec;
use super::spec::jobs::{reported_id, start_rule};
use super::state::State;
use super::state::balance::price;
use super::wire::envelope::success;
use super::wire::fields;
use super::wire::parameters::Parameters;
use super::wire::refusal::Refusal;
use super::wire::reply::Reply;
use super::wire::request::ReceivedRequest;
use super::wire::route::Route;
use crate::undocumented::FIND_LIP_SYNC_VIDEO;

type Handler = fn(Call<'_>, &mut State) -> Result<Value, Refusal>;

/// The handlers of operations. The first row that matches an operation has its handler.
static HANDLERS: [(Matches, Handler); 12] = [
    (Is(&op::CREATE_PRODUCT), products::create),
    (Is(&op::CREATE_WEBHOOK_ENDPOINT), webhook_endpoints::create),
    (Is(&op::DELETE_WEBHOOK_ENDPOINT), webhook_endpoints::delete),
    (Is(&FIND_LIP_SYNC_VIDEO), lip_sync::find),
    (Is(&op::GET_CUSTOM_TEMPLATE), templates::get),
    (Is(&op::UPDATE_PRODUCT), products::update),
    (Is(&op::UPDATE_WEBHOOK_ENDPOINT), webhook_endpoints::update),
    (Every(|operation| start_rule(operation).is_some()), jobs::start),
    (Every(|operation| reported_id(operation).is_some()), jobs::report),
    (Every(files::issues_tickets), files::ticket),
    (Every(lists::returns_list), lists::list),
    (Every(|_| true), example::example),
];

/// The operations that a row of [`HANDLERS`] matches.
enum Matches {
    /// This one.
    Is(&'static Operation),
    /// Every operation of a kind, by what the spec says about it.
    Every(fn(&Operation) -> bool),
}

/// Executes a request, and returns the usual response to it.
pub(super) fn dispatch(
    route: Route,
    request: &ReceivedRequest,
    settings: &Settings,
    now: Duration,
    state: &mut State,
) -> Reply {
    let executed = match route {
        Route::Upload(key) => return files::upload(key, request, state),
        Route::Download(key) => return files::download(&key, request, state),
        Route::UnknownPath => Err(Refusal::unknown_path()),
        Route::WrongMethod { allowed } => Err(Refusal::method(allowed)),
        Route::Operation(operation, path) => {
            let parameters = Parameters::new(path, &request.query);
            let body = Map::new();
            execute(Call { operation, parameters, body, settings, now }, request, state)
        }
    };
    executed.map_or_else(Refusal::into_reply, |data| success(settings.dialect, &data))
}

/// Checks a call in the same order as the real API, and executes it.
fn execute(
    mut call: Call<'_>,
    request: &ReceivedRequest,
    state: &mut State,
) -> Result<Value, Refusal> {
    let key = request.headers.get("x-api-key");
    if key.is_none_or(|key| key.is_empty() || key == "invalid") {
        return Err(Refusal::key());
    }
    if call.operation.method == "POST" {
        state.posts.admit(call.now)?;
    }
    call.parameters.check(call.operation)?;
    call.body = body(call.operation, &request.body)?;
    if call.settings.strict {
        references::check(&call, state)?;
    }
    // One call may start several jobs, each of which has its price.
    if start_rule(call.operation).is_none() {
        state.balance.take(price(call.operation, &call.body))?;
    }
    handler(call.operation)(call, state)
}

/// Reads the body, if the operation has one, and checks it. Keeps only the fields in the spec.
fn body(operation: &Operation, body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let Some(schema) = &OperationSpec::of(operation).body else { return Ok(Map::new()) };
    let members = serde_json::from_slice(body)
        .map_err(|error| Refusal::parameter(format!("the body must be a JSON object: {error}")))?;
    let body = fields::check(schema, members).map_err(Refusal::parameter)?;
    conditions::check(operation, &body).map_err(Refusal::parameter)?;
    Ok(body)
}

fn handler(operation: &Operation) -> Handler {
    let row = HANDLERS.iter().find(|(row, _)| row.matches(operation));
    row.map_or(example::example, |(_, handler)| *handler)
}

impl Matches {
    fn matches(&self, operation: &Operation) -> bool {
        match self {
            Is(known) => *known == operation,
            Every(matches) => matches(operation),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jogg_api::operations::OPERATIONS;

    use super::*;
    use crate::undocumented;

    #[test]
    fn no_row_hides_another() {
        let row = |operation: &&'static Operation| {
            HANDLERS.iter().position(|(row, _)| row.matches(operation))
        };
        let all = OPERATIONS.iter().chain(&undocumented::OPERATIONS);
        let used: HashSet<_> = all.filter_map(row).collect();
        assert_eq!(used.len(), HANDLERS.len(), "{used:?}");
    }
}
