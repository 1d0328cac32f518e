//! Products.

use serde_json::{Map, Value, json};

use crate::simulator::call::Call;
use crate::simulator::spec::OperationSpec;
use crate::simulator::state::State;
use crate::simulator::wire::refusal::Refusal;

/// Creates a product. The content of its page is made up.
pub(crate) fn create(call: Call<'_>, state: &mut State) -> Result<Value, Refusal> {
    let Some(schema) = &OperationSpec::of(call.operation).data else { return Ok(Value::Null) };
    // Without a page there is a name, and the fields that were sent.
    let has_page = call.body.get("url").is_some_and(|url| url != "");
    let mut product = if has_page { schema.synthesize() } else { json!({}) };
    state.files.publish("", &mut product);
    let Value::Object(mut product) = product else { return Ok(Value::Null) };
    change(&mut product, call.body);
    product.insert("product_id".to_owned(), state.ids.fresh("product_id", None));
    state.store.put_product(product.clone());
    Ok(Value::Object(product))
}

/// Changes the fields of a product that are sent.
pub(crate) fn update(call: Call<'_>, state: &mut State) -> Result<Value, Refusal> {
    let id = call.body.get("product_id").cloned().unwrap_or_default();
    let mut product = state.store.product(&id).cloned().ok_or_else(Refusal::not_found)?;
    change(&mut product, call.body);
    state.store.put_product(product);
    Ok(Value::Null)
}

fn change(product: &mut Map<String, Value>, body: Map<String, Value>) {
    let known = ["description", "media", "name", "target_audience", "url"];
    product.extend(body.into_iter().filter(|(name, _)| known.contains(&name.as_str())));
}
