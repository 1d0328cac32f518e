//! Requests that cannot be right are refused before anything is sent, with the reason.

use jogg_api_ext::{
    AddMotion, AddProductAvatarMotion, Call, CreateAvatarVideo, CreateProduct, CreateScript,
    CreateTemplateVideo, GenerateProductAvatarImages, Jogg, MotionModel,
};
use jogg_tests::Stage;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::cases;

/// The arguments of a tool call can lack what a constructor would ask for.
#[track_caller]
fn refusal<R: DeserializeOwned, T>(
    jogg: &Jogg,
    request: Value,
    send: fn(Jogg, R) -> Call<T>,
) -> impl Future<Output = String> {
    let call = send(jogg.clone(), serde_json::from_value(request).expect("the types are right"));
    async { call.await.err().map(|error| error.to_string()).unwrap_or_default() }
}

#[tokio::test]
async fn a_choice_without_its_value_is_refused() {
    let stage = Stage::new().await;
    let jogg = &stage.jogg;
    let video = |voice: Value| {
        let avatar = json!({"avatar_id": 1, "avatar_type": 0});
        let request = json!({"avatar": avatar, "voice": voice, "aspect_ratio": "square",
            "screen_style": 1});
        let send = |jogg: Jogg, request: CreateAvatarVideo| jogg.avatar_videos().create(request);
        refusal(jogg, request, send)
    };
    let drawing = |source: Value, count: i64| {
        let request = json!({"product_image_url": "u", "avatar_source": source, "quality": "low",
            "aspect_ratio": "1:1", "num_images": count});
        refusal(jogg, request, |jogg: Jogg, request: GenerateProductAvatarImages| {
            jogg.product_avatars().generate(request)
        })
    };
    let script = |info: Value| {
        let request = json!({"language": "english", "video_length_seconds": "15",
            "script_style": "Data", "product_info": info});
        refusal(jogg, request, |jogg: Jogg, r: CreateScript| jogg.scripts().create(r))
    };
    let motion = json!({"generation_id": "g", "name": "n", "voice_id": "v", "description": "d",
        "model": 3});
    let motion = refusal(jogg, motion, |jogg: Jogg, request: AddProductAvatarMotion| {
        jogg.product_avatars().add_motion(request)
    });
    let product = refusal(jogg, json!({"description": "d"}), |jogg: Jogg, r: CreateProduct| {
        jogg.products().create(r)
    });
    let template = json!({"template_id": 1, "voice_language": "english", "variables": [
        {"name": "a", "type": "text", "properties": {"content": ""}},
        {"name": "b", "type": "text", "properties": {}}]});
    let template = refusal(jogg, template, |jogg: Jogg, request: CreateTemplateVideo| {
        jogg.template_videos().create(request)
    });
    let described = json!({"type": "description", "value": "a potter"});
    let reasons = [
        video(json!({"type": "script", "voice_id": "v", "audio_url": "u"})).await,
        video(json!({"type": "audio", "voice_id": "v", "script": "s"})).await,
        drawing(json!({"type": "id", "avatar_type": "photo"}), 1).await,
        drawing(json!({"type": "id", "avatar_id": 1}), 1).await,
        drawing(json!({"type": "image"}), 1).await,
        drawing(json!({"type": "description"}), 1).await,
        drawing(described.clone(), 0).await,
        drawing(described, 5).await,
        motion.await,
        script(json!({"source_type": "id", "data": {"name": "n"}})).await,
        script(json!({"source_type": "details", "data": {"id": "i"}})).await,
        product.await,
        template.await,
    ];
    let expected = [
        "create_video_from_avatar: `voice.script` is missing: a voice of type `script` needs it",
        "create_video_from_avatar: `voice.audio_url` is missing: a voice of type `audio` needs it",
        "generate_product_avatar_images: `avatar_source.avatar_id` is missing: an avatar_source of type `id` needs it",
        "generate_product_avatar_images: `avatar_source.avatar_type` is missing: an avatar_source of type `id` needs it",
        "generate_product_avatar_images: `avatar_source.value` is missing: an avatar_source of type `image` needs it",
        "generate_product_avatar_images: `avatar_source.value` is missing: an avatar_source of type `description` needs it",
        "generate_product_avatar_images: `num_images` is 0; it may be 1 to 4",
        "generate_product_avatar_images: `num_images` is 5; it may be 1 to 4",
        "add_product_avatar_motion: `model` is 3; it may be 0 to 2",
        "create_ai_script: `product_info.data.id` is missing: a source_type of `id` needs it",
        "create_ai_script: `product_info.data.name` is missing: a source_type of `details` needs it",
        "create_product: `url` or `name` is needed: the page of the product or its name",
        "create_video_with_template: the variable `b` has no value",
    ];
    assert_eq!(reasons, expected);
    assert!(stage.simulator.requests().is_empty());
}

/// A request of another shape is not read as one of this.
#[test]
fn what_a_request_needs_or_does_not_know_is_named() {
    let complete = json!({"image_url": "u", "name": "n", "voice_id": "v", "model": "1.0"});
    let expected = AddMotion::new("u", "n", "v", MotionModel::V1_0);
    assert_eq!(serde_json::from_value::<AddMotion>(complete).unwrap(), expected);
    let wrong = json!({"image_url": "u", "name": "n", "voice_id": "v", "model": "9.0"});
    let error = serde_json::from_value::<AddMotion>(wrong).unwrap_err().to_string();
    assert!(error.contains("`9.0` is no MotionModel; it is one of `1.0`, `2.0`"), "{error}");
    for case in cases() {
        let Some(builder) = &case.builder else { continue };
        let schema = jogg_tests::spec::body(case.operation).unwrap_or_default();
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().unwrap();
            let mut request = builder.json.clone();
            request.as_object_mut().unwrap().remove(name);
            let error = (builder.again)(&request).unwrap_err();
            assert!(error.contains(name), "{}: {error}", case.name);
        }
    }
}
