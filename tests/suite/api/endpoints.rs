//! Each generated request type encodes to the method, path, query and body that the spec has.

use std::collections::BTreeMap;

use jogg_api::codec::CODECS;
use jogg_api::{Operation, RawRequest};
use jogg_api_ext::simulator::ReceivedRequest;
use jogg_tests::faults::call_with;
use jogg_tests::spec::text;
use jogg_tests::{Stage, sample};
use serde_json::Value;

/// What the server receives if an operation is called with this request.
async fn received(operation: &'static Operation, request: &RawRequest) -> ReceivedRequest {
    let stage = Stage::without_retries().await;
    stage.respond(operation, sample::response(operation)["data"].clone());
    let outcome = call_with(&stage.jogg, operation, request).await;
    outcome.unwrap_or_else(|error| panic!("{}: {error}", operation.id));
    stage.only_request()
}

/// Names and values of a query, decoded.
fn pairs(query: &str) -> BTreeMap<String, String> {
    let url: reqwest::Url = format!("http://localhost/?{query}").parse().expect("a query");
    url.query_pairs().into_owned().collect()
}

/// The parts of a path, decoded as a query is, but for `+`.
fn segments(path: &str) -> Vec<String> {
    path.split('/').flat_map(|segment| pairs(&segment.replace('+', "%2B")).into_keys()).collect()
}

/// The parts of the path of an operation, filled in.
fn expected_segments(operation: &Operation, request: &RawRequest) -> Vec<String> {
    let fill = |segment: &str| match segment.strip_prefix('{') {
        Some(name) => text(&request.path[name.trim_end_matches('}')]),
        None => segment.to_owned(),
    };
    operation.path.split('/').filter(|segment| !segment.is_empty()).map(fill).collect()
}

#[tokio::test]
async fn every_request_type_encodes_to_what_the_spec_has() {
    for operation in CODECS.iter().map(|codec| codec.operation) {
        for mut request in [sample::request(operation), sample::full_request(operation)] {
            for value in request.path.values_mut().filter(|value| value.is_string()) {
                *value = "a/b c?d=e&ü%2B".into();
            }
            let received = received(operation, &request).await;
            let id = operation.id;
            assert_eq!(
                (received.operation, received.method.as_str()),
                (Some(id), operation.method)
            );
            assert_eq!(segments(&received.path), expected_segments(operation, &request), "{id}");
            assert_eq!(received.path.ends_with('/'), operation.path.ends_with('/'), "{id}");
            let query = request.query.as_object().cloned().unwrap_or_default();
            let query = query.iter().map(|(name, value)| (name.clone(), text(value))).collect();
            assert_eq!(pairs(&received.query), query, "{id}");
            let body = match received.body.as_ref() {
                b"" => Value::Null,
                body => serde_json::from_slice(body).unwrap(),
            };
            assert_eq!(body, request.body, "{id}");
        }
    }
}
