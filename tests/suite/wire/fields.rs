//! Everything the spec lets a request say can be said: the lists of fields and values are the
//! spec's, so that what is added there is missed here.

use std::collections::{BTreeMap, BTreeSet};

use jogg_api::operations::OPERATIONS;
use jogg_tests::spec::{self, Fields, document, resolved};
use serde_json::{Value, json};

use super::table::{cases, sent, sent_values};

/// What an operation's body and query can have.
fn fields(operation: &jogg_api::Operation) -> Fields {
    let schemas = [spec::body(operation), spec::query(operation)];
    schemas.iter().flatten().flat_map(spec::fields).collect()
}

/// The operations that a group has a method for. The requests of others are derived from the spec.
fn with_method() -> impl Iterator<Item = &'static jogg_api::Operation> {
    OPERATIONS.iter().copied().filter(|operation| spec::call(operation) != spec::NO_GROUP)
}

/// The fields that no request of the table has, and those that the spec doesn't have.
pub(crate) fn unsent() -> Vec<String> {
    let sent = sent_fields();
    let mut wrong = Vec::new();
    for operation in OPERATIONS {
        let known: BTreeSet<String> = fields(operation).into_keys().collect();
        let none = BTreeSet::new();
        let sent = sent.get(operation.id).unwrap_or(&none);
        let call = spec::call(operation);
        let missing = known.difference(sent).map(|field| {
            format!(
                "`{field}` of `{}`: no case in tests/suite/wire/ sends it; add a line to the \
                 `request!` block of `{call}`, and send it in a case",
                operation.id
            )
        });
        wrong.extend(missing);
        let unknown = sent.difference(&known).map(|field| {
            format!(
                "`{field}` of `{}`: a case in tests/suite/wire/ sends it, and \
                     openapi/jogg.yaml doesn't have it",
                operation.id
            )
        });
        wrong.extend(unknown);
    }
    wrong
}

/// The fields that the requests of the table have, by operation.
pub(crate) fn sent_fields() -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut fields: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for sent in sent() {
        let fields = fields.entry(sent.case.operation.id).or_default();
        fields.extend(sent.values().into_keys());
    }
    fields
}

/// The smallest request has the required fields and no others. Where there is a choice, either
/// side of it is the smallest.
#[test]
fn the_smallest_request_has_only_the_required_fields() {
    for operation in with_method() {
        let Some(body) = spec::body(operation) else { continue };
        let bodies = sent()
            .iter()
            .filter(|sent| sent.case.operation == operation)
            .map(|sent| serde_json::from_slice::<Value>(&sent.requests[0].body).unwrap());
        let least = bodies.min_by_key(|body| body.as_object().unwrap().len()).unwrap();
        let required = body["required"].as_array().cloned().unwrap_or_default();
        let least: Vec<_> = least.as_object().unwrap().keys().cloned().collect();
        let chosen = match operation.id {
            // The page of a product, or its name.
            "create_product" => 1,
            // The size is always known, and so always sent.
            "create_asset_upload" => 1,
            _ => 0,
        };
        assert_eq!(least.len(), required.len() + chosen, "{}: {least:?}", operation.id);
        assert!(required.iter().all(|name| least.iter().any(|sent| name == sent.as_str())));
    }
}

/// The values that builders choose, as the arguments alone do not show them.
#[test]
fn every_value_that_a_builder_chooses_was_sent() {
    for name in [
        "AvatarSourceType",
        "AvatarType",
        "MediaType",
        "ProductSourceType",
        "TemplateVariableType",
        "VoiceType",
    ] {
        let values = &resolved(&document()["components"]["schemas"][name])["enum"];
        let mut places = 0;
        for operation in OPERATIONS {
            for (path, schema) in fields(operation) {
                if schema["enum"] == *values {
                    let sent = sent_values(operation, &path);
                    let missing: Vec<_> = values
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(Value::to_string)
                        .filter(|value| !sent.contains(value))
                        .collect();
                    assert!(missing.is_empty(), "{} {path}: {missing:?}", operation.id);
                    places += 1;
                }
            }
        }
        assert!(places > 0, "{name} is sent nowhere");
    }
}

/// Puts a value in the place of what is there, in every item of a list. Whether it was there.
fn replace(value: &mut Value, path: &str, new: &Value) -> bool {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let (name, is_list) = first.strip_suffix("[]").map_or((first, false), |name| (name, true));
    let Some(member) = value.get_mut(name) else { return false };
    let places = match member {
        Value::Array(items) if is_list => items.iter_mut().collect(),
        member => vec![member],
    };
    let replaced = places.into_iter().map(|place| match rest {
        "" => {
            *place = new.clone();
            true
        }
        rest => replace(place, rest, new),
    });
    replaced.filter(|replaced| *replaced).count() > 0
}

#[test]
fn closed_sets_take_only_their_values_and_open_ones_any() {
    let mut places: BTreeSet<(&str, String)> = BTreeSet::new();
    for case in cases() {
        let Some(builder) = &case.builder else { continue };
        for (path, schema) in fields(case.operation) {
            let Some(values) = schema["enum"].as_array() else { continue };
            let stranger = if schema["type"] == "integer" { json!(77) } else { json!("New word") };
            let is_open = spec::is_open(&schema);
            let values = values.iter().map(|value| (value, true)).chain([(&stranger, is_open)]);
            for (value, taken) in values {
                let mut request = builder.json.clone();
                if !replace(&mut request, &path, value) {
                    continue;
                }
                let place = format!("{}: {path} = {value}", case.name);
                match (builder.again)(&request) {
                    Ok(again) => assert!(taken && again == request, "{place} is {again}"),
                    Err(error) => assert!(!taken, "{place}: {error}"),
                }
                places.insert((case.operation.id, path.clone()));
            }
        }
    }
    let with_values = |operation: &'static jogg_api::Operation| {
        let fields = fields(operation).into_iter().filter(|(_, schema)| schema["enum"].is_array());
        fields.map(|(path, _)| (operation.id, path))
    };
    assert_eq!(places, with_method().flat_map(with_values).collect());
}
