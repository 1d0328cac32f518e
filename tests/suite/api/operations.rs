//! The spec, the client, the tables and the simulator have the same operations.

use std::collections::{BTreeMap, BTreeSet};

use jogg_api::codec::CODECS;
use jogg_api::jobs::JOBS;
use jogg_api::operations::OPERATIONS;
use jogg_tests::Stage;
use jogg_tests::spec::{self, document};
use serde_json::Value;

const METHODS: [&str; 4] = ["get", "post", "put", "delete"];

/// The operations of the spec by their ids.
fn in_spec() -> BTreeMap<&'static str, &'static Value> {
    let mut operations = BTreeMap::new();
    for item in document()["paths"].as_object().unwrap().values() {
        for operation in METHODS.iter().filter_map(|method| item.get(*method)) {
            let id = operation["operationId"].as_str().unwrap();
            assert!(operations.insert(id, operation).is_none(), "{id} is there twice");
        }
    }
    operations
}

#[test]
fn fact_01_every_path_begins_with_v2() {
    assert!(OPERATIONS.iter().all(|operation| operation.path.starts_with("/v2/")));
    assert_eq!(jogg_api::DEFAULT_BASE_URL, "https://api.jogg.ai");
}

#[test]
fn client_and_tables_have_each_operation_of_the_spec() {
    let ids: BTreeSet<_> = in_spec().into_keys().collect();
    assert_eq!(OPERATIONS.iter().map(|row| row.id).collect::<BTreeSet<_>>(), ids);
    assert_eq!(OPERATIONS.len(), ids.len());
    assert_eq!(CODECS.iter().map(|row| row.operation.id).collect::<BTreeSet<_>>(), ids);
    let client = include_str!("../../../jogg-api/src/generated/client.rs");
    let methods = client
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub async fn "))
        .filter_map(|line| line.split(['<', '(']).next());
    assert_eq!(methods.collect::<BTreeSet<_>>(), ids);
}

#[test]
fn the_job_table_has_every_create_operation() {
    let mut expected = in_spec();
    expected.retain(|_, operation| operation.get("x-jogg-job").is_some());
    let table: BTreeSet<_> = JOBS.iter().map(|rule| rule.create.id).collect();
    assert_eq!(table, expected.into_keys().collect());
    assert!(table.len() >= 12);
}

#[test]
fn fact_03_only_five_operations_take_a_webhook_url() {
    let (mut webhook, mut callback) = (Vec::new(), Vec::new());
    for operation in OPERATIONS {
        let Some(body) = spec::body(operation) else { continue };
        if body["properties"].get("webhook_url").is_some() {
            webhook.push(operation.id);
        }
        if body["properties"].get("callback_url").is_some() {
            callback.push((operation.id, operation.path));
        }
    }
    webhook.sort_unstable();
    assert_eq!(
        webhook,
        [
            "create_product_previews",
            "create_video_from_avatar",
            "create_video_from_product",
            "create_video_with_template",
            "generate_product_avatar_images",
        ]
    );
    assert_eq!(callback, [("create_video_translation", "/v2/video_translate/")]);
}

/// Nothing but the path template and the method is used, so that the request does not choose the
/// response.
#[tokio::test]
async fn the_simulator_knows_each_operation_of_the_spec() {
    let stage = Stage::new().await;
    let http = stage.jogg.api().http();
    for operation in OPERATIONS {
        let path = operation.path.replace('{', "some-").replace('}', "");
        let url = format!("{}{path}", stage.simulator.base_url());
        let method = operation.method.parse().unwrap();
        http.request(method, url).header("x-api-key", "k").send().await.unwrap();
    }
    let reached: Vec<_> =
        stage.simulator.requests().iter().map(|request| request.operation).collect();
    let expected: Vec<_> = OPERATIONS.iter().map(|operation| Some(operation.id)).collect();
    assert_eq!(reached, expected);
}
