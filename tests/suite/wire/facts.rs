//! Facts about requests, each read from what was sent.

use std::collections::BTreeSet;

use jogg_api::operations as op;
use jogg_api_ext::avatar_videos::Speech;
use jogg_api_ext::avatars::Avatar;
use jogg_api_ext::enums::{AspectRatio, MotionModel, ScreenStyle};
use jogg_api_ext::product_avatars::ListAvatars;
use jogg_api_ext::{avatar_videos, photo_avatars};
use jogg_tests::{KEY, Stage, wire};
use serde_json::{Value, json};

use super::table::{Sent, expected, sent, sent_values};

/// The operations that were sent this field.
fn senders(field: &str) -> BTreeSet<&'static str> {
    let senders = sent().iter().filter(|sent| sent.values().contains_key(field));
    senders.map(|sent| sent.case.operation.id).collect()
}

/// The bodies an operation was sent.
fn bodies(operation: &jogg_api::Operation) -> Vec<Value> {
    let sent = sent().iter().filter(|sent| sent.case.operation == operation);
    let body = |sent: &Sent| serde_json::from_slice(&sent.requests[0].body).unwrap_or_default();
    sent.map(body).collect()
}

fn set<const N: usize>(values: [&str; N]) -> BTreeSet<String> {
    values.map(str::to_owned).into()
}

#[tokio::test]
async fn fact_02_a_trailing_slash_of_the_base_url_is_not_doubled() {
    let stage = Stage::new().await;
    let base_url = format!("{}/", stage.simulator.base_url());
    let jogg = jogg_api_ext::Jogg::builder(KEY).base_url(base_url).build().unwrap();
    jogg.account().whoami().await.unwrap();
    assert_eq!(wire(&stage.only_request()), expected("GET /v2/user/whoami", ""));
}

#[test]
fn fact_03_five_requests_send_a_webhook_url_and_translation_a_callback_url() {
    let five = [
        "create_product_previews",
        "create_video_from_avatar",
        "create_video_from_product",
        "create_video_with_template",
        "generate_product_avatar_images",
    ];
    assert_eq!(senders("webhook_url"), five.into());
    assert_eq!(senders("callback_url"), ["create_video_translation"].into());
    let sent = sent().iter().find(|sent| sent.case.operation == &op::CREATE_VIDEO_TRANSLATION);
    assert_eq!(sent.unwrap().requests[0].path, "/v2/video_translate/");
}

/// The request the project began with, in its own shape, and both ages of its response.
#[tokio::test]
async fn fact_04_the_first_request_is_sent_whole_and_both_responses_are_understood() {
    let first = json!({
        "image_url": "https://a.example/photo.jpg", "name": "My Photo Avatar",
        "voice_id": "en-US-ChristopherNeural", "model": "2.0", "photo_id": "<string>",
        "description": "<string>", "welcome_msg": "Hello, welcome!",
    });
    for (data, avatar) in [
        (json!({"motion_id": "<string>", "status": "<string>"}), json!(null)),
        (json!({"motion_id": "<string>", "status": "<string>", "avatar_id": 5}), json!(5)),
    ] {
        let stage = Stage::new().await;
        stage.respond(&op::ADD_PHOTO_AVATAR_MOTION, data);
        let request: photo_avatars::AddMotion = serde_json::from_value(first.clone()).unwrap();
        let job = stage.jogg.photo_avatars().add_motion(request).await.unwrap();
        assert_eq!(job.id(), "<string>");
        assert_eq!(job.record().raw["avatar_id"], avatar);
        let sent = stage.only_request();
        assert_eq!(
            (sent.method.as_str(), sent.path.as_str()),
            ("POST", "/v2/photo_avatar/add_motion")
        );
        assert_eq!(serde_json::from_slice::<Value>(&sent.body).unwrap(), first);
    }
}

#[test]
fn fact_20_video_lists_are_filtered_by_numbers_of_their_own_and_avatar_lists_by_words() {
    for operation in
        [&op::LIST_PRODUCT_PREVIEWS, &op::LIST_PRODUCT_VIDEOS, &op::LIST_TEMPLATE_VIDEOS]
    {
        assert_eq!(sent_values(operation, "status"), set([r#""3""#, r#""4""#, r#""5""#]));
    }
    for operation in [&op::LIST_CUSTOM_AVATARS, &op::LIST_PHOTO_AVATARS] {
        let words = set([r#""completed""#, r#""failed""#, r#""processing""#]);
        assert_eq!(sent_values(operation, "status"), words);
    }
}

#[test]
fn fact_24_a_shape_is_a_word_in_requests_but_a_ratio_for_images() {
    let words = set([r#""landscape""#, r#""portrait""#, r#""square""#]);
    let mut seen = BTreeSet::new();
    for sent in
        sent().iter().filter(|sent| sent.case.operation.id != "generate_product_avatar_images")
    {
        let mut values = sent.values();
        let shapes = ["aspect_ratio", "video_spec.aspect_ratio"].map(|name| values.remove(name));
        let shapes = shapes.into_iter().flatten().flatten().map(|shape| shape.to_string());
        seen.extend(shapes.inspect(|shape| assert!(words.contains(shape), "{}", sent.case.name)));
    }
    assert_eq!(seen, words);
    let ratios = set([r#""1:1""#, r#""2:3""#, r#""3:2""#]);
    assert_eq!(sent_values(&op::GENERATE_PRODUCT_AVATAR_IMAGES, "aspect_ratio"), ratios);
    let two = set([r#""landscape""#, r#""portrait""#]);
    assert_eq!(sent_values(&op::LIST_PRODUCT_AVATARS, "aspect_ratio"), two);
    let square = serde_json::from_value::<ListAvatars>(json!({"aspect_ratio": "square"}));
    assert!(square.is_err());
}

#[test]
fn fact_25_lengths_are_strings_and_the_motion_model_is_one_or_an_int() {
    let lengths = set([r#""15""#, r#""30""#, r#""60""#]);
    assert_eq!(sent_values(&op::CREATE_AI_SCRIPT, "video_length_seconds"), lengths);
    let mut sent = sent_values(&op::CREATE_VIDEO_FROM_PRODUCT, "video_spec.length");
    sent.extend(sent_values(&op::CREATE_PRODUCT_PREVIEWS, "video_spec.length"));
    assert_eq!(sent, lengths);
    let versions = set([r#""1.0""#, r#""2.0""#, r#""2.0-Pro""#, r#""3.0""#]);
    assert_eq!(sent_values(&op::ADD_PHOTO_AVATAR_MOTION, "model"), versions);
    assert_eq!(sent_values(&op::ADD_PRODUCT_AVATAR_MOTION, "model"), set(["0", "1", "2"]));
    for version in MotionModel::ALL {
        assert_eq!(version.as_str().parse::<MotionModel>().as_ref(), Ok(version));
    }
}

#[test]
fn fact_26_the_avatar_type_is_an_int_but_a_word_for_images() {
    for (operation, field) in [
        (&op::CREATE_VIDEO_FROM_AVATAR, "avatar.avatar_type"),
        (&op::CREATE_VIDEO_FROM_PRODUCT, "avatar.type"),
        (&op::CREATE_PRODUCT_PREVIEWS, "avatar.type"),
        (&op::CREATE_VIDEO_WITH_TEMPLATE, "avatar_type"),
    ] {
        assert_eq!(sent_values(operation, field), set(["0", "1"]));
    }
    // What the account made is custom, whichever list it is in.
    assert!(
        bodies(&op::CREATE_VIDEO_FROM_AVATAR)
            .iter()
            .any(|body| body["avatar"] == json!({"avatar_type": 1, "avatar_id": 12}))
    );
    let words = set([r#""custom""#, r#""photo""#, r#""public""#]);
    let field = "avatar_source.avatar_type";
    assert_eq!(sent_values(&op::GENERATE_PRODUCT_AVATAR_IMAGES, field), words);
}

#[tokio::test]
async fn fact_27_screen_styles_are_numbers_and_the_transparent_one_has_no_captions() {
    let bodies = bodies(&op::CREATE_VIDEO_FROM_AVATAR);
    assert_eq!(sent_values(&op::CREATE_VIDEO_FROM_AVATAR, "screen_style"), set(["1", "2", "3"]));
    let transparent = bodies.iter().filter(|body| body["screen_style"] == 3);
    let captions: BTreeSet<_> = transparent.map(|body| body["caption"].to_string()).collect();
    assert_eq!(captions, set(["false"]), "it is the default");
    let stage = Stage::new().await;
    let style = ScreenStyle::Transparent;
    let speech = Speech::script("v", "s");
    let request =
        avatar_videos::CreateVideo::new(Avatar::Public(1), speech, AspectRatio::Square, style);
    // Neither requested nor, as in what a tool writes, left open.
    let mut open = serde_json::to_value(&request).unwrap();
    open.as_object_mut().unwrap().remove("caption");
    for request in [request.caption(true), serde_json::from_value(open).unwrap()] {
        let error = stage.jogg.avatar_videos().create(request).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "create_video_from_avatar: a transparent video needs captions off: set `caption` to false"
        );
    }
    assert!(stage.simulator.requests().is_empty());
}

#[test]
fn fact_28_what_must_be_there_is_there_even_if_empty() {
    for body in bodies(&op::CREATE_VIDEO_FROM_AVATAR) {
        assert_eq!(body["voice"]["voice_id"], "voice-7", "with a recording, too");
    }
    let produced = [&op::CREATE_VIDEO_FROM_PRODUCT, &op::CREATE_PRODUCT_PREVIEWS];
    for body in produced.into_iter().flat_map(bodies) {
        assert!(body["voice"].is_object() && body["audio"].is_object(), "{body}");
        assert!(body["script"]["style"].is_string(), "{body}");
        assert_eq!(body["script"].get("override_script"), None);
    }
    for operation in produced {
        assert!(
            bodies(operation)
                .iter()
                .any(|body| { body["voice"] == json!({}) && body["audio"] == json!({}) })
        );
        assert_eq!(sent_values(operation, "override_script"), set([r#""Hot tea, all day.""#]));
    }
}

#[test]
fn fact_29_what_the_published_spec_misplaces_is_where_it_belongs() {
    for body in bodies(&op::CREATE_PRODUCT_PREVIEWS) {
        assert_eq!((&body["script"]["language"], body.get("language")), (&json!("tamil"), None));
    }
    let hook = set([r#""https://shop.example/hook""#]);
    assert_eq!(sent_values(&op::CREATE_VIDEO_WITH_TEMPLATE, "webhook_url"), hook);
}

#[test]
fn fact_30_media_of_a_template_go_by_url() {
    let bodies = bodies(&op::CREATE_VIDEO_WITH_TEMPLATE);
    for (kind, file) in [("image", "cup.png"), ("video", "cup.mp4")] {
        let url = format!("https://shop.example/{file}");
        let variable = json!({"name": "v", "type": kind, "properties": {"url": url}});
        assert!(bodies.iter().any(|body| body["variables"] == json!([variable])), "{kind}");
    }
}

#[test]
fn fact_31_ages_have_three_vocabularies_and_styles_and_languages_are_open() {
    for (operation, word) in [
        (&op::LIST_PUBLIC_AVATARS, r#""young_adult""#),
        (&op::LIST_VOICES, r#""middle_aged""#),
        (&op::GENERATE_PHOTO, r#""Young adult""#),
    ] {
        assert_eq!(sent_values(operation, "age"), set([word]));
    }
    assert!(sent_values(&op::CREATE_AI_SCRIPT, "script_style").contains(r#""Haiku""#));
    assert!(sent_values(&op::CREATE_AI_SCRIPT, "language").contains(r#""klingon""#));
}
