//! Operations that only the caller knows.

use std::collections::BTreeMap;

use jogg_api::operations::{CREATE_PRODUCT, WHOAMI};
use jogg_api::{Endpoint, PreparedRequest};
use jogg_api_ext::ErrorKind;
use jogg_api_ext::jogg_api::{Operation, RawRequest, RetryClass};
use jogg_api_ext::simulator::Reply;
use jogg_tests::Stage;
use serde_json::{Value, json};

static RAW_WHOAMI: Operation =
    Operation::new("raw_whoami", "GET", "/v2/user/whoami", RetryClass::Read);
static RAW_CREATE: Operation =
    Operation::new("raw_create", "POST", "/v2/product", RetryClass::AtMostOnce);
static RAW_DELETE: Operation =
    Operation::new("raw_delete", "DELETE", "/v2/endpoint/{endpoint_id}", RetryClass::Idempotent);

#[tokio::test]
async fn any_method_and_path_is_called_under_the_same_policy() {
    let stage = Stage::new().await;
    stage.simulator.reply_next(&WHOAMI, Reply::reset());
    let user: Value = stage.jogg.request(&RAW_WHOAMI, RawRequest::new()).await.unwrap();
    assert!(user["email"].is_string());
    assert_eq!(stage.simulator.request_count(&WHOAMI), 2);

    let request = RawRequest::new().with_body(json!({"name": "Mug"}));
    let product: Value = stage.jogg.request(&RAW_CREATE, request.clone()).await.unwrap();
    assert!(product["product_id"].is_string());

    // Paid: never retried after it may have been executed.
    stage.simulator.reply_next(&CREATE_PRODUCT, Reply::reset());
    let lost = stage.jogg.request::<Value>(&RAW_CREATE, request.clone()).await.unwrap_err();
    assert_eq!((lost.kind(), lost.operation()), (ErrorKind::OutcomeUnknown, Some("raw_create")));
    assert_eq!(stage.simulator.request_count(&CREATE_PRODUCT), 2);
    // Only the caller knows what such an operation responds with: no `data` is a response, too.
    stage.simulator.reply_next(&CREATE_PRODUCT, Reply::json(200, json!({"code": 0})));
    assert_eq!(stage.jogg.request::<Value>(&RAW_CREATE, request).await.unwrap(), Value::Null);

    let request = RawRequest::new().with_path("endpoint_id", "..");
    let error = stage.jogg.request::<Value>(&RAW_DELETE, request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidParameter, "{error}");
}

/// An endpoint whose response no type of the crates knows.
struct AnyUser;

impl Endpoint for AnyUser {
    type Response = Value;
    const OPERATION: &'static Operation = &RAW_WHOAMI;

    fn prepare(&self) -> Result<PreparedRequest, jogg_api::Error> {
        RawRequest::new().prepare(Self::OPERATION)
    }
}

#[tokio::test]
async fn a_value_is_what_was_received_with_every_digit() {
    let stage = Stage::new().await;
    for (data, expected) in [
        (r#"{"id": 12345678901234567890123}"#, json!({"id": "12345678901234567890123"})),
        (
            r#"{"ids": [9007199254740993.0, 1e999]}"#,
            json!({"ids": [9007199254740993_u64, "1e999"]}),
        ),
        (r#"{"n": 1.5, "n": null}"#, json!({"n": 1.5})),
        (r#"{"n": 1.5, "m": [7]}"#, json!({"n": 1.5, "m": [7]})),
        ("null", Value::Null),
        ("[]", Value::Null),
        ("\"\"", Value::Null),
    ] {
        let text = format!(r#"{{"code": 0, "msg": "m", "data": {data}}}"#);
        for _ in 0..2 {
            let reply = Reply::body(200, "application/json", text.clone());
            stage.simulator.reply_next(&WHOAMI, reply);
        }
        let value: Value = stage.jogg.request(&RAW_WHOAMI, RawRequest::new()).await.unwrap();
        assert_eq!(value, expected, "{data}");
        assert_eq!(stage.jogg.call(AnyUser).await.unwrap(), expected, "{data}");
    }
    // Another type gets what serde makes of it.
    let reply = Reply::body(200, "application/json", r#"{"code": 0, "data": {"n": 1e22}}"#);
    stage.simulator.reply_next(&WHOAMI, reply);
    let numbers = stage.jogg.request::<BTreeMap<String, f64>>(&RAW_WHOAMI, RawRequest::new());
    assert_eq!(numbers.await.unwrap()["n"], 1e22);
}
