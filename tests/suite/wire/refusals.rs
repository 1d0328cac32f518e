//! Requests that cannot be right are refused before anything is sent, with the reason.

use jogg_api_ext::enums::MotionModel;
use jogg_api_ext::product_avatars::GenerateImages;
use jogg_api_ext::products::CreateProduct;
use jogg_api_ext::scripts::CreateScript;
use jogg_api_ext::{Call, ErrorKind, Jogg, avatar_videos, photo_avatars, template_videos};
use jogg_tests::Stage;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::table::cases;

/// Reads a request as from a tool call, which can lack what a constructor requires, and returns why
/// it is not sent.
async fn refusal<R: DeserializeOwned, T>(request: Value, send: fn(Jogg, R) -> Call<T>) -> String {
    let stage = Stage::new().await;
    let request = serde_json::from_value(request).expect("the types are right");
    let error = send(stage.jogg.clone(), request).await.err().expect("a refusal");
    assert_eq!(error.kind(), ErrorKind::InvalidParameter);
    assert!(stage.simulator.requests().is_empty());
    error.to_string().split_once(": ").map(|(_, reason)| reason.to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn a_voice_without_its_text_or_recording_is_refused() {
    for (voice, reason) in [
        (
            json!({"type": "script", "voice_id": "v", "audio_url": "u"}),
            "`voice.script` is missing: a voice of type `script` needs it",
        ),
        (
            json!({"type": "audio", "voice_id": "v", "script": "s"}),
            "`voice.audio_url` is missing: a voice of type `audio` needs it",
        ),
    ] {
        let request = json!({"avatar": {"avatar_id": 1, "avatar_type": 0}, "voice": voice,
            "aspect_ratio": "square", "screen_style": 1});
        let refusal = refusal(request, |jogg: Jogg, request: avatar_videos::CreateVideo| {
            jogg.avatar_videos().create(request)
        });
        assert_eq!(refusal.await, reason);
    }
}

#[tokio::test]
async fn an_image_without_its_avatar_is_refused() {
    for (source, reason) in [
        (
            json!({"type": "id", "avatar_type": "photo"}),
            "`avatar_source.avatar_id` is missing: an avatar_source of type `id` needs it",
        ),
        (
            json!({"type": "id", "avatar_id": 1}),
            "`avatar_source.avatar_type` is missing: an avatar_source of type `id` needs it",
        ),
        (
            json!({"type": "image"}),
            "`avatar_source.value` is missing: an avatar_source of type `image` needs it",
        ),
        (
            json!({"type": "description"}),
            "`avatar_source.value` is missing: an avatar_source of type `description` needs it",
        ),
    ] {
        let request = json!({"product_image_url": "u", "avatar_source": source, "quality": "low",
            "aspect_ratio": "1:1", "num_images": 1});
        let refusal = refusal(request, |jogg: Jogg, request: GenerateImages| {
            jogg.product_avatars().generate(request)
        });
        assert_eq!(refusal.await, reason);
    }
}

#[tokio::test]
async fn a_script_without_its_product_is_refused() {
    for (info, reason) in [
        (
            json!({"source_type": "id", "data": {"name": "n"}}),
            "`product_info.data.id` is missing: a source_type of `id` needs it",
        ),
        (
            json!({"source_type": "details", "data": {"id": "i"}}),
            "`product_info.data.name` is missing: a source_type of `details` needs it",
        ),
    ] {
        let request = json!({"language": "english", "video_length_seconds": "15",
            "script_style": "Data", "product_info": info});
        let refusal =
            refusal(request, |jogg: Jogg, request: CreateScript| jogg.scripts().create(request));
        assert_eq!(refusal.await, reason);
    }
}

#[tokio::test]
async fn an_empty_request_is_refused() {
    let product = refusal(json!({"description": "d"}), |jogg: Jogg, request: CreateProduct| {
        jogg.products().create(request)
    });
    let reason = "`url` or `name` is needed: the page of the product or its name";
    assert_eq!(product.await, reason);
    let template = json!({"template_id": 1, "voice_language": "english", "variables": [
        {"name": "a", "type": "text", "properties": {"content": ""}},
        {"name": "b", "type": "text", "properties": {}}]});
    let template = refusal(template, |jogg: Jogg, request: template_videos::CreateVideo| {
        jogg.template_videos().create(request)
    });
    assert_eq!(template.await, "the variable `b` has no value");
}

/// A request of another shape is not read as one of this.
#[test]
fn what_a_request_needs_or_does_not_know_is_named() {
    let complete = json!({"image_url": "u", "name": "n", "voice_id": "v", "model": "1.0"});
    let expected = photo_avatars::AddMotion::new("u", "n", "v", MotionModel::V1_0);
    assert_eq!(serde_json::from_value::<photo_avatars::AddMotion>(complete).unwrap(), expected);
    let wrong = json!({"image_url": "u", "name": "n", "voice_id": "v", "model": "9.0"});
    let error = serde_json::from_value::<photo_avatars::AddMotion>(wrong).unwrap_err().to_string();
    assert!(
        error.contains("`9.0` is not a valid MotionModel; expected one of `1.0`, `2.0`"),
        "{error}"
    );
    for case in cases() {
        let Some(builder) = &case.builder else { continue };
        let schema = jogg_tests::spec::body(case.operation).unwrap_or_default();
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().unwrap();
            let mut request = builder.json.clone();
            request.as_object_mut().unwrap().remove(name);
            let error = (builder.again)(&request).unwrap_err();
            assert!(error.contains(&format!("`{name}`")), "{}: {error}", case.name);
        }
    }
}
