//! Operations without state: a response made from the spec's examples and the call itself.

use jogg_api::RetryClass;
use serde_json::{Value, json};

use crate::simulator::call::Call;
use crate::simulator::spec::OperationSpec;
use crate::simulator::spec::schema::Kind;
use crate::simulator::spec::values::{echo, replace_everywhere};
use crate::simulator::state::State;
use crate::simulator::wire::refusal::Refusal;

/// Returns the example, with new ids for what is created, the values that were sent, and the
/// credits that remain.
pub(crate) fn example(call: Call<'_>, state: &mut State) -> Result<Value, Refusal> {
    let Some(schema) = &OperationSpec::of(call.operation).data else { return Ok(Value::Null) };
    let mut data = schema.synthesize();
    state.files.publish("", &mut data);
    if call.operation.retry == RetryClass::AtMostOnce {
        for (name, property) in schema.properties() {
            if name.ends_with("_id") && matches!(property.kind, Kind::Text) {
                data[name] = state.ids.fresh(name, Some(property));
            }
        }
    }
    let mut sent = call.parameters.path_values(call.operation);
    sent.extend(call.body);
    echo(schema, &sent, &mut data);
    replace_everywhere(&mut data, "remaining_quota", &json!(state.balance.credits()));
    Ok(data)
}
