//! What a call says beside its value.

use jogg_api::operations::WHOAMI;
use jogg_api_ext::products::{CreateProduct, UpdateProduct};
use jogg_api_ext::simulator::Reply;
use jogg_tests::{Stage, requests};
use serde_json::json;

#[tokio::test]
async fn a_call_has_the_metadata_of_its_response() {
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
async fn a_job_and_a_response_without_data_have_metadata_too() {
    let stage = Stage::new().await;
    let call = stage.jogg.photo_avatars().add_motion(requests::add_motion());
    let (job, metadata) = call.with_metadata().await.unwrap();
    assert_eq!(metadata.json()["data"]["motion_id"], job.id());
    let product = stage.jogg.products().create(CreateProduct::from_details("Mug")).await.unwrap();
    let update = UpdateProduct::new(product.product_id.unwrap()).name("Cup");
    let ((), metadata) = stage.jogg.products().update(update).with_metadata().await.unwrap();
    assert_eq!((metadata.json()["code"].as_i64(), metadata.attempts), (Some(0), 1));
}
