//! Products.

use serde_json::{Map, Value};

use super::call::{Call, State};
use super::refusal::Refusal;
use super::spec::OperationSpec;

/// Keeps a new product. What its page would say is made up.
pub(super) fn create(
    call: &Call<'_>,
    body: Map<String, Value>,
    state: &mut State,
) -> Result<Value, Refusal> {
    let Some(schema) = &OperationSpec::of(call.operation).data else { return Ok(Value::Null) };
    let given =
        |name: &str| body.get(name).and_then(Value::as_str).is_some_and(|it| !it.is_empty());
    let mut product = match (given("url"), given("name")) {
        (true, _) => schema.synthesize(),
        (false, true) => Value::Object(Map::new()),
        (false, false) => {
            return Err(Refusal::parameter("name: a product needs a `name` if it has no `url`"));
        }
    };
    state.files.publish("", &mut product);
    let Value::Object(mut product) = product else { return Ok(Value::Null) };
    change(&mut product, body);
    product.insert("product_id".to_owned(), state.ids.fresh("product_id", None));
    state.store.add_product(product.clone());
    Ok(Value::Object(product))
}

/// Changes what is sent of a product.
pub(super) fn update(
    _call: &Call<'_>,
    body: Map<String, Value>,
    state: &mut State,
) -> Result<Value, Refusal> {
    let id = body.get("product_id").cloned().unwrap_or_default();
    let product = state.store.product_mut(&id).ok_or_else(Refusal::not_found)?;
    change(product, body);
    Ok(Value::Null)
}

fn change(product: &mut Map<String, Value>, body: Map<String, Value>) {
    let known = ["description", "media", "name", "target_audience", "url"];
    product.extend(body.into_iter().filter(|(name, _)| known.contains(&name.as_str())));
}
