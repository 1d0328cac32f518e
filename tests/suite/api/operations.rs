//! The spec, the client, the tables and the simulator have the same operations.

use std::collections::BTreeSet;

use jogg_api::codec::CODECS;
use jogg_api::jobs::JOBS;
use jogg_api::operations::OPERATIONS;
use jogg_tests::Stage;
use serde_json::Value;

const METHODS: [&str; 4] = ["get", "post", "put", "delete"];

/// The operation ids of the spec, in order of the ids.
fn spec_ids() -> BTreeSet<String> {
    let spec: Value = serde_json::from_str(jogg_api::SPEC).unwrap();
    let mut ids = BTreeSet::new();
    for (_, item) in spec["paths"].as_object().unwrap() {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()));
            }
        }
    }
    ids
}

#[test]
fn fact_01_the_spec_has_47_operations_below_v2() {
    assert_eq!(spec_ids().len(), 47);
    assert!(OPERATIONS.iter().all(|operation| operation.path.starts_with("/v2/")));
    assert_eq!(jogg_api::DEFAULT_BASE_URL, "https://api.jogg.ai");
}

#[test]
fn client_and_tables_have_each_operation_of_the_spec() {
    let ids = spec_ids();
    let table: BTreeSet<String> = OPERATIONS.iter().map(|row| row.id.to_owned()).collect();
    assert_eq!(table, ids);
    assert_eq!(OPERATIONS.len(), ids.len());
    let codecs: BTreeSet<String> = CODECS.iter().map(|row| row.operation.id.to_owned()).collect();
    assert_eq!(codecs, ids);
    let client = include_str!("../../../jogg-api/src/generated/client.rs");
    let methods: BTreeSet<String> = client
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub async fn "))
        .filter_map(|line| line.split(['<', '(']).next())
        .map(str::to_owned)
        .collect();
    assert_eq!(methods, ids);
}

#[test]
fn the_job_table_has_every_create_operation() {
    let spec: Value = serde_json::from_str(jogg_api::SPEC).unwrap();
    let mut expected = BTreeSet::new();
    for (_, item) in spec["paths"].as_object().unwrap() {
        for operation in METHODS.iter().filter_map(|method| item.get(*method)) {
            if operation.get("x-jogg-job").is_some() {
                expected.insert(operation["operationId"].as_str().unwrap().to_owned());
            }
        }
    }
    let table: BTreeSet<String> = JOBS.iter().map(|rule| rule.create.id.to_owned()).collect();
    assert_eq!(table, expected);
    assert_eq!(table.len(), 12);
}

#[test]
fn fact_03_only_five_operations_take_a_webhook_url() {
    let spec: Value = serde_json::from_str(jogg_api::SPEC).unwrap();
    let (mut webhook, mut callback) = (Vec::new(), Vec::new());
    for operation in OPERATIONS {
        let method = operation.method.to_lowercase();
        let node = &spec["paths"][operation.path][&method];
        let schema = "/requestBody/content/application~1json/schema/$ref";
        let Some(name) = node.pointer(schema).and_then(|name| name.as_str()) else { continue };
        let component = spec.pointer(name.trim_start_matches('#')).unwrap();
        if component["properties"].get("webhook_url").is_some() {
            webhook.push(operation.id);
        }
        if component["properties"].get("callback_url").is_some() {
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

/// Nothing but the path template and the method is used, so that the server cannot be told what
/// to answer.
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
