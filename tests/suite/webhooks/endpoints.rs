//! What is checked before an endpoint is created or updated.

use std::time::Duration;

use jogg_api::operations as op;
use jogg_api_ext::clock::Clock;
use jogg_api_ext::enums::{EndpointStatus, WebhookEvent};
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::webhook_endpoints::{CreateEndpoint, UpdateEndpoint};
use jogg_api_ext::{CallOptions, ErrorKind, Jogg};
use jogg_tests::{KEY, Stage, install_provider, secrets};
use serde_json::json;

const EVENTS: [WebhookEvent; 1] = [WebhookEvent::GeneratedMotionSuccess];

fn create(url: &str) -> CreateEndpoint {
    CreateEndpoint::new(url, EndpointStatus::Enabled, EVENTS)
}

fn update(url: &str) -> UpdateEndpoint {
    UpdateEndpoint::new(url, EndpointStatus::Enabled, EVENTS)
}

#[tokio::test]
async fn fact_40_the_twenty_first_endpoint_is_refused_before_it_is_sent() {
    let stage = Stage::new().await;
    stage.simulator.set_items(&op::LIST_WEBHOOK_ENDPOINTS, Vec::new()).unwrap();
    let endpoints = stage.jogg.webhook_endpoints();
    for _ in 0..20 {
        let created = endpoints.create(create("https://shop.example/hook")).await.unwrap();
        assert!(!created.secret.unwrap().expose().is_empty());
    }
    let error = endpoints.create(create("https://shop.example/hook")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidParameter);
    assert!(error.to_string().contains("has 20 webhook endpoints"), "{error}");
    assert!(!error.may_have_executed());
    assert_eq!(stage.simulator.request_count(&op::CREATE_WEBHOOK_ENDPOINT), 20);
    // Without the list, the API decides.
    stage
        .simulator
        .reply_next(&op::LIST_WEBHOOK_ENDPOINTS, Reply::json(200, json!({"code": 10105})));
    endpoints.create(create("https://shop.example/hook")).await.unwrap_err();
    assert_eq!(stage.simulator.request_count(&op::CREATE_WEBHOOK_ENDPOINT), 21);
}

#[tokio::test]
async fn the_list_takes_no_time_that_the_creation_does_not_have() {
    let stage = Stage::new().await;
    let list = &op::LIST_WEBHOOK_ENDPOINTS;
    stage.simulator.reply_next(list, Reply::json(503, json!({"code": 50000})));
    let created = stage.jogg.webhook_endpoints().create(create("https://shop.example/hook"));
    created.await.unwrap();
    assert_eq!(stage.simulator.request_count(list), 1);
    assert_eq!(stage.clock.now(), Duration::ZERO);
    // One deadline for both.
    let deadline = Duration::from_secs(10);
    let jogg = stage.jogg.with_options(CallOptions::new().deadline(deadline));
    let slow = Reply::json(503, json!({"code": 50000})).delay(2 * deadline);
    stage.simulator.reply_next(list, slow);
    let created = jogg.webhook_endpoints().create(create("https://shop.example/hook"));
    let error = created.await.unwrap_err();
    assert!(!error.may_have_executed(), "{error}");
    assert_eq!(stage.simulator.request_count(&op::CREATE_WEBHOOK_ENDPOINT), 1);
}

#[tokio::test]
async fn fact_40_only_https_is_sent_to_or_this_machine_by_a_server_on_it() {
    let stage = Stage::new().await;
    let endpoints = stage.jogg.webhook_endpoints();
    for url in ["http://shop.example/hook", "ftp://shop.example", "shop.example/hook", "", "hook"] {
        let sent = stage.simulator.requests().len();
        let created = endpoints.create(create(url)).await.err();
        let updated = endpoints.update("e1", update(url)).await.err();
        for error in [created, updated] {
            let error = error.unwrap_or_else(|| panic!("{url} was accepted"));
            assert_eq!(error.kind(), ErrorKind::InvalidParameter, "{url}");
            assert!(error.to_string().contains("https://"), "{error}");
        }
        assert_eq!(stage.simulator.requests().len(), sent);
    }
    let here = "http://127.0.0.1:9/hook";
    let created = endpoints.create(create(here)).await.unwrap();
    endpoints.update(created.endpoint_id.unwrap(), update(here)).await.unwrap();
    // The real API can't send to this machine.
    install_provider();
    let jogg = Jogg::builder(KEY).build().unwrap();
    let error = jogg.webhook_endpoints().update("e1", update(here)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidParameter);
}

#[tokio::test]
async fn fact_40_the_secret_comes_with_the_list_and_is_not_shown() {
    let stage = Stage::new().await;
    let listed = json!([{"endpoint_id": "e1", "events": ["generated_motion_success", "new_one"],
        "secret": secrets::WEBHOOK_SECRET, "url": "https://shop.example/hook"}]);
    stage.respond(&op::LIST_WEBHOOK_ENDPOINTS, json!({"endpoints": listed}));
    let page = stage.jogg.webhook_endpoints().list().page().await.unwrap();
    let endpoint = &page.items[0];
    secrets::assert_hidden(&secrets::debugged(endpoint), "an endpoint");
    assert_eq!(endpoint.events[1], WebhookEvent::Unknown("new_one".into()));
    let secret = endpoint.secret.clone().unwrap();
    assert!(jogg_api_ext::webhooks::Verifier::new([secret]).is_ok());
}
