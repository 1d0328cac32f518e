//! Calls beyond the groups: with metadata, and of operations nobody wrapped.

use jogg_api::operations::{CREATE_PRODUCT, WHOAMI};
use jogg_api_ext::jogg_api::Operation;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{Arguments, CreateProduct, ErrorKind, RetryClass};
use jogg_tests::Stage;
use serde_json::{Value, json};

#[tokio::test]
async fn a_call_tells_how_it_was_answered() {
    let stage = Stage::new().await;
    stage.simulator.reply_next(&WHOAMI, Reply::body(503, "text/html", "busy"));
    let body = json!({"code": 0, "msg": "Success", "rid": "r-1", "new": [1],
        "data": {"email": "a@b.example", "newer": true}});
    stage.simulator.reply_next(&WHOAMI, Reply::json(200, body.clone()).header("x-seen", "1"));
    let (user, metadata) = stage.jogg.account().whoami().with_metadata().await.unwrap();
    assert_eq!(user.email.as_deref(), Some("a@b.example"));
    assert_eq!(metadata.status, 200);
    assert_eq!(metadata.headers["x-seen"], "1");
    assert_eq!((metadata.request_id.as_deref(), metadata.attempts), (Some("r-1"), 2));
    assert!(!metadata.elapsed.is_zero());
    assert_eq!(metadata.json(), body);
    let shown = format!("{metadata:?}");
    assert!(shown.contains("r-1") && !shown.contains("a@b.example"), "{shown}");
}

#[tokio::test]
async fn a_job_and_an_answer_without_data_have_metadata_too() {
    let stage = Stage::new().await;
    let request = CreateProduct::from_details("Mug");
    let (product, metadata) = stage.jogg.products().create(request).with_metadata().await.unwrap();
    assert_eq!(metadata.json()["data"]["product_id"], json!(product.product_id));
}

/// A path of the API that the client is told to take for an operation of its own.
static RAW_WHOAMI: Operation =
    Operation::new("raw_whoami", "GET", "/v2/user/whoami", RetryClass::Read);
static RAW_CREATE: Operation =
    Operation::new("raw_create", "POST", "/v2/product", RetryClass::Paid);
static RAW_DELETE: Operation =
    Operation::new("raw_delete", "DELETE", "/v2/endpoint/{endpoint_id}", RetryClass::Write);

#[tokio::test]
async fn any_method_and_path_is_called_under_the_same_policy() {
    let stage = Stage::new().await;
    stage.simulator.reply_next(&WHOAMI, Reply::reset());
    let user: Value = stage.jogg.send(&RAW_WHOAMI, Arguments::new()).await.unwrap();
    assert!(user["email"].is_string());
    assert_eq!(stage.simulator.request_count(&WHOAMI), 2);

    let arguments = Arguments::new().with_body(json!({"name": "Mug"}));
    let product: Value = stage.jogg.send(&RAW_CREATE, arguments.clone()).await.unwrap();
    assert!(product["product_id"].is_string());

    // Paid: never again after it may have been carried out.
    stage.simulator.reply_next(&CREATE_PRODUCT, Reply::reset());
    let lost = stage.jogg.send::<Value>(&RAW_CREATE, arguments.clone()).await.unwrap_err();
    assert_eq!((lost.kind(), lost.operation()), (ErrorKind::OutcomeUnknown, Some("raw_create")));
    assert_eq!(stage.simulator.request_count(&CREATE_PRODUCT), 2);
    // What such an operation answers with is its caller's business: nothing is an answer.
    stage.simulator.reply_next(&CREATE_PRODUCT, Reply::json(200, json!({"code": 0})));
    assert_eq!(stage.jogg.send::<Value>(&RAW_CREATE, arguments).await.unwrap(), Value::Null);

    let arguments = Arguments::new().with_path("endpoint_id", "..");
    let error = stage.jogg.send::<Value>(&RAW_DELETE, arguments).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidParameter, "{error}");
}
