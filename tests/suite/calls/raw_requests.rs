//! Operations that only the caller knows.

use jogg_api::operations::{CREATE_PRODUCT, WHOAMI};
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
