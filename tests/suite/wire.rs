//! What goes over the wire, byte for byte.

use jogg_api::operations::ADD_PHOTO_AVATAR_MOTION;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{AddMotion, AvatarStatusFilter, ListPhotoAvatars, MotionModel};
use jogg_tests::{KEY, Stage, wire};
use serde_json::json;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A request without a body.
fn get(target: &str) -> String {
    format!(
        "GET {target}\naccept: application/json\nhost: 127.0.0.1\n\
         user-agent: jogg-api-ext/{VERSION}\nx-api-key: {KEY}\n"
    )
}

/// A request with a JSON body.
fn post(target: &str, body: &str) -> String {
    format!(
        "POST {target}\naccept: application/json\ncontent-length: {}\n\
         content-type: application/json\nhost: 127.0.0.1\n\
         user-agent: jogg-api-ext/{VERSION}\nx-api-key: {KEY}\n\n{body}",
        body.len()
    )
}

#[track_caller]
fn check(stage: &Stage, expected: &str) {
    assert_eq!(wire(&stage.only_request()), expected);
}

#[tokio::test]
async fn whoami() {
    let stage = Stage::new().await;
    stage.jogg.account().whoami().await.unwrap();
    check(&stage, &get("/v2/user/whoami"));
}

#[tokio::test]
async fn remaining_quota() {
    let stage = Stage::new().await;
    stage.jogg.account().remaining_quota().await.unwrap();
    check(&stage, &get("/v2/user/remaining_quota"));
}

#[tokio::test]
async fn list_photo_avatars_minimal() {
    let stage = Stage::new().await;
    drop(stage.jogg.photo_avatars().list(ListPhotoAvatars::new()).page().await.unwrap());
    check(&stage, &get("/v2/avatars/photo_avatars"));
}

#[tokio::test]
async fn list_photo_avatars_maximal() {
    let stage = Stage::new().await;
    let request = ListPhotoAvatars::new()
        .name("Ünï & co")
        .status(AvatarStatusFilter::Completed)
        .page(2)
        .page_size(50);
    drop(stage.jogg.photo_avatars().list(request).page().await.unwrap());
    let query = "name=%C3%9Cn%C3%AF+%26+co&page=2&page_size=50&status=completed";
    check(&stage, &get(&format!("/v2/avatars/photo_avatars?{query}")));
}

fn minimal() -> AddMotion {
    AddMotion::new("https://a.example/p.jpg", "My Photo Avatar", "en-US-X", MotionModel::V2_0)
}

#[tokio::test]
async fn add_motion_minimal() {
    let stage = Stage::new().await;
    drop(stage.jogg.photo_avatars().add_motion(minimal()).await.unwrap());
    let body = r#"{"image_url":"https://a.example/p.jpg","model":"2.0","name":"My Photo Avatar","voice_id":"en-US-X"}"#;
    check(&stage, &post("/v2/photo_avatar/add_motion", body));
}

#[tokio::test]
async fn add_motion_maximal() {
    let stage = Stage::new().await;
    let request = minimal()
        .photo_id("photo_1")
        .description("d")
        .welcome_msg("Hello!")
        .extra("undocumented", json!({"a": [1, null]}));
    drop(stage.jogg.photo_avatars().add_motion(request).await.unwrap());
    let body = r#"{"description":"d","image_url":"https://a.example/p.jpg","model":"2.0","name":"My Photo Avatar","photo_id":"photo_1","voice_id":"en-US-X","welcome_msg":"Hello!","undocumented":{"a":[1,null]}}"#;
    check(&stage, &post("/v2/photo_avatar/add_motion", body));
}

#[tokio::test]
async fn fact_25_the_motion_model_is_a_string() {
    for (model, word) in [
        (MotionModel::V1_0, "1.0"),
        (MotionModel::V2_0, "2.0"),
        (MotionModel::V2_0Pro, "2.0-Pro"),
        (MotionModel::V3_0, "3.0"),
    ] {
        let stage = Stage::new().await;
        let request = AddMotion::new("https://a.example/p.jpg", "n", "v", model);
        drop(stage.jogg.photo_avatars().add_motion(request).await.unwrap());
        let body: serde_json::Value = serde_json::from_slice(&stage.only_request().body).unwrap();
        assert_eq!(body["model"], word);
        assert_eq!(word.parse::<MotionModel>().unwrap(), model);
    }
}

#[tokio::test]
async fn motion_status() {
    let stage = Stage::new().await;
    let job = stage.jogg.photo_avatars().add_motion(minimal()).await.unwrap();
    let id = job.id().to_owned();
    stage.jogg.photo_avatars().motion(&id).status().await.unwrap();
    let requests = stage.simulator.requests();
    assert_eq!(wire(&requests[1]), get(&format!("/v2/photo_avatar?motion_id={id}")));
}

#[tokio::test]
async fn an_extra_field_cannot_shadow_a_known_one() {
    let stage = Stage::new().await;
    let request = minimal().extra("name", "twice");
    let error = stage.jogg.photo_avatars().add_motion(request).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "add_photo_avatar_motion: `name` is a field of the request; set it by its own method"
    );
    assert!(stage.simulator.requests().is_empty());
}

#[tokio::test]
async fn fact_02_a_trailing_slash_of_the_base_url_is_not_doubled() {
    let stage = Stage::new().await;
    let base_url = format!("{}/", stage.simulator.base_url());
    let jogg = jogg_api_ext::Jogg::builder(KEY).base_url(base_url).build().unwrap();
    jogg.account().whoami().await.unwrap();
    check(&stage, &get("/v2/user/whoami"));
}

/// The request the project began with, in its own shape, and both ages of its answer.
#[tokio::test]
async fn fact_04_the_seed_request_is_sent_whole_and_both_answers_are_understood() {
    let seed = json!({
        "image_url": "https://a.example/photo.jpg", "name": "My Photo Avatar",
        "voice_id": "en-US-ChristopherNeural", "model": "2.0", "photo_id": "<string>",
        "description": "<string>", "welcome_msg": "Hello, welcome!",
    });
    for (data, avatar) in [
        (json!({"motion_id": "<string>", "status": "<string>"}), json!(null)),
        (json!({"motion_id": "<string>", "status": "<string>", "avatar_id": 5}), json!(5)),
    ] {
        let stage = Stage::new().await;
        let answer = json!({"code": 0, "msg": "Success", "data": data});
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::json(200, answer));
        let request: AddMotion = serde_json::from_value(seed.clone()).unwrap();
        let job = stage.jogg.photo_avatars().add_motion(request).await.unwrap();
        assert_eq!(job.id(), "<string>");
        assert_eq!(job.record().answer["avatar_id"], avatar);
        let sent = stage.only_request();
        assert_eq!(
            (sent.method.as_str(), sent.path.as_str()),
            ("POST", "/v2/photo_avatar/add_motion")
        );
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&sent.body).unwrap(), seed);
    }
}

#[test]
fn requests_read_the_arguments_of_a_tool_call() {
    let arguments = json!({"image_url": "https://a.example/p.jpg", "name": "My Photo Avatar",
        "voice_id": "en-US-X", "model": "2.0"});
    assert_eq!(serde_json::from_value::<AddMotion>(arguments).unwrap(), minimal());
    let wrong = json!({"image_url": "u", "name": "n", "voice_id": "v", "model": "9.0"});
    let error = serde_json::from_value::<AddMotion>(wrong).unwrap_err().to_string();
    assert!(error.contains("`9.0` is no MotionModel; it is one of `1.0`, `2.0`"), "{error}");
    let missing = json!({"image_url": "u", "name": "n", "model": "2.0"});
    let error = serde_json::from_value::<AddMotion>(missing).unwrap_err().to_string();
    assert!(error.contains("voice_id"), "{error}");
}
