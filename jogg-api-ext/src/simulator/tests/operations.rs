//! Every operation of the spec.

use jogg_api::operations::OPERATIONS;
use jogg_api::{JobRule, RetryClass};

use super::*;
use crate::simulator::Dialect;

/// Every URL in a value that points to the simulator's files.
fn file_urls(fixture: &Fixture, value: &Value) -> Vec<String> {
    let prefix = format!("{}/files/", fixture.simulator.base_url());
    match value {
        Value::Array(items) => items.iter().flat_map(|item| file_urls(fixture, item)).collect(),
        Value::Object(members) => {
            members.values().flat_map(|value| file_urls(fixture, value)).collect()
        }
        Value::String(text) if text.starts_with(&prefix) => vec![text.clone()],
        _ => Vec::new(),
    }
}

async fn check_files(fixture: &Fixture, data: &Value) -> usize {
    let urls = file_urls(fixture, data);
    for url in &urls {
        // Downloads need no key.
        let response = Response::of(fixture.request("GET", url)).await;
        assert_eq!(response.status, 200, "{url}");
        assert!(!response.body.is_empty(), "{url}");
    }
    urls.len()
}

impl Fixture {
    /// What a call needs besides the examples of the spec. Creates what it refers to.
    async fn needed(&self, operation: &Operation) -> Value {
        let endpoint = json!({"endpoint_id": "endpoint_3c21"});
        self.simulator.set_items(&op::LIST_WEBHOOK_ENDPOINTS, vec![endpoint]).unwrap();
        match operation.id {
            "create_product" => json!({"name": "Mug"}),
            "update_product" => json!({"product_id": self.product("Mug").await}),
            _ => json!({}),
        }
    }
}

async fn check_every_operation(dialect: Dialect, message: &str) {
    let fixture = Fixture::with(|builder| builder.dialect(dialect)).await;
    let single = |rule: &&JobRule| matches!(rule.link, JobLink::Id { .. });
    let mut responded = 0;
    for operation in OPERATIONS {
        if JOBS.iter().filter(single).any(|rule| rule.report == *operation) {
            continue;
        }
        let response = fixture.call(operation, fixture.needed(operation).await).await;
        let decoded = response.decoded(operation);
        assert_eq!(response.status, 200);
        assert_eq!(decoded.message, message, "{}", operation.id);
        assert_eq!(response.json()["rid"].as_str().map(str::len), Some(32));
        if operation.retry != RetryClass::UploadTicket {
            check_files(&fixture, &response.json()["data"]).await;
        }
        responded += 1;
    }
    for rule in JOBS.iter().filter(single) {
        let submission = fixture.call(rule.create, json!({})).await.data();
        let path = report_path(rule.create, &submission);
        for seconds in [0, 30, 60] {
            let response = fixture.get(&path).await;
            response.decoded(rule.report);
            check_files(&fixture, &response.json()["data"]).await;
            fixture.clock.advance(Duration::from_secs(seconds));
        }
        let finished = fixture.get(&path).await;
        finished.decoded(rule.report);
        // Scripts are the one result without a file.
        let files = check_files(&fixture, &finished.data()).await;
        assert_eq!(files == 0, rule.create.id == "create_ai_script", "{}", rule.create.id);
        responded += usize::from(rule.create != &op::RENDER_PRODUCT_PREVIEW);
    }
    assert_eq!(responded, OPERATIONS.len());
}

#[tokio::test]
async fn every_operation_responds_as_documented() {
    check_every_operation(Dialect::Documented, "Success").await;
}

#[tokio::test]
async fn every_operation_responds_as_the_live_api_does() {
    check_every_operation(Dialect::Live, "success").await;
}

#[tokio::test]
async fn the_generated_client_decodes_the_responses() {
    let fixture = Fixture::new().await;
    let client = &fixture.client;
    let body = Value::Object(minimal_body(&op::ADD_PHOTO_AVATAR_MOTION));
    let body: jogg_api::types::AddPhotoAvatarMotionRequest = serde_json::from_value(body).unwrap();
    let submission = client.add_photo_avatar_motion(body.clone()).await.unwrap();
    assert!(submission.data.is_some() && submission.request_id.is_some());
    assert_eq!(client.get_remaining_quota().await.unwrap().status, 200);
    let recorded = fixture.simulator.requests();
    let operations: Vec<_> = recorded.iter().filter_map(|request| request.operation).collect();
    assert_eq!(operations, ["add_photo_avatar_motion", "get_remaining_quota"]);
    assert_eq!(recorded[0].headers["x-api-key"], "key");
    assert_eq!(recorded[0].body, serde_json::to_vec(&body).unwrap());
}
