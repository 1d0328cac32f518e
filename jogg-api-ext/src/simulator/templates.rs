//! Own templates and their variables.

use jogg_api::operations as op;
use serde_json::{Map, Value, json};

use super::call::{Call, State};
use super::refusal::Refusal;

/// The names of a template's number. Answers about a single template have both.
pub(super) const ID_NAMES: [&str; 2] = ["id", "template_id"];

/// An own template with its variables.
pub(super) fn get(
    call: &Call<'_>,
    _body: Map<String, Value>,
    state: &mut State,
) -> Result<Value, Refusal> {
    let id = json!(call.parameters.path("id").unwrap_or_default());
    let find = |name| state.store.item(&op::LIST_CUSTOM_TEMPLATES, name, &id);
    let mut template =
        ID_NAMES.into_iter().find_map(find).cloned().ok_or_else(Refusal::not_found)?;
    let number = ID_NAMES.iter().find_map(|name| template.get(*name).cloned());
    for (name, number) in ID_NAMES.into_iter().zip(std::iter::repeat(number)) {
        if template.get(name).is_none() {
            template[name] = number.unwrap_or_default();
        }
    }
    Ok(template)
}

/// Takes away what the list of templates does not show.
pub(super) fn shorten(template: &mut Value) {
    if let Value::Object(members) = template {
        members.remove("variables");
    }
}
