//! Custom templates and their variables.

use jogg_api::operations as op;
use serde_json::{Value, json};

use crate::simulator::call::Call;
use crate::simulator::state::State;
use crate::simulator::state::ids::TEMPLATE_ID_NAMES;
use crate::simulator::wire::refusal::Refusal;

/// Returns a custom template with its variables.
pub(crate) fn get(call: Call<'_>, state: &mut State) -> Result<Value, Refusal> {
    let id = json!(call.parameters.path("id").unwrap_or_default());
    let find = |name| state.store.item(&op::LIST_CUSTOM_TEMPLATES, name, &id);
    let mut template =
        TEMPLATE_ID_NAMES.into_iter().find_map(find).cloned().ok_or_else(Refusal::not_found)?;
    let number = TEMPLATE_ID_NAMES.into_iter().find_map(|name| template.get(name).cloned());
    for name in TEMPLATE_ID_NAMES {
        if template.get(name).is_none() {
            template[name] = number.clone().unwrap_or_default();
        }
    }
    Ok(template)
}

/// Removes what the list of templates doesn't have.
pub(crate) fn remove_variables(template: &mut Value) {
    if let Value::Object(members) = template {
        members.remove("variables");
    }
}
