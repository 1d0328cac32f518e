//! Fields the spec does not have can be sent; those it has are not sent twice.

use jogg_api_ext::avatars::{ListCustomAvatars, ListPublicAvatars};
use jogg_api_ext::enums::EndpointStatus;
use jogg_api_ext::musics::ListMusics;
use jogg_api_ext::product_videos::{ListPreviews, RenderPreview};
use jogg_api_ext::products::{CreateProduct, UpdateProduct};
use jogg_api_ext::templates::{ListCustomTemplates, ListTemplates};
use jogg_api_ext::translations::CreateTranslation;
use jogg_api_ext::visual_styles::ListStyles;
use jogg_api_ext::voices::{ListCustomVoices, ListVoices};
use jogg_api_ext::webhook_endpoints::{CreateEndpoint, UpdateEndpoint};
use jogg_api_ext::{
    Call, lip_sync, photo_avatars, product_avatars, product_videos, template_videos,
};
use jogg_tests::requests::{
    add_motion, avatar_video, photo, previews, product_avatar_images, product_video, script,
};
use jogg_tests::{Stage, wire};
use serde_json::json;

use super::table::expected;

#[tokio::test]
async fn what_the_spec_lacks_is_sent_unchanged() {
    let stage = Stage::new().await;
    let request = add_motion().extra("undocumented", json!({"b": [1, null], "a": "ü"}));
    drop(stage.jogg.photo_avatars().add_motion(request).await.unwrap());
    drop(stage.jogg.voices().list(ListVoices::new().extra("accent", "a b")).page().await.unwrap());
    let requests = stage.simulator.requests();
    // Behind the others, and at any depth.
    let known = r#""image_url":"https://a.example/p.jpg","model":"2.0","name":"n","voice_id":"v""#;
    let body = format!(r#"{{{known},"undocumented":{{"a":"ü","b":[1,null]}}}}"#);
    assert_eq!(wire(&requests[0]), expected("POST /v2/photo_avatar/add_motion", &body));
    assert_eq!(wire(&requests[1]), expected("GET /v2/voices?accent=a+b", ""));
}

/// What an error says, without the operation's name.
async fn reason<T>(call: Call<T>) -> String {
    let error = call.await.err().expect("a refusal").to_string();
    error.split_once(": ").map(|(_, reason)| reason.to_owned()).unwrap_or_default()
}

fn shadowed(field: &str) -> String {
    format!("`{field}` is a field of the request; set it by its own method")
}

/// Checks that each of these calls is refused because it would send this field twice.
macro_rules! twice {
    ($($field:literal: $call:expr,)*) => {
        $({
            let reason = reason($call).await;
            assert_eq!(reason, shadowed($field), "{}", stringify!($call));
        })*
    };
}

#[tokio::test]
async fn an_extra_field_cannot_shadow_a_known_one_of_a_list() {
    let stage = Stage::new().await;
    let jogg = &stage.jogg;
    twice! {
        "scene": jogg.avatars().public(ListPublicAvatars::new().extra("scene", "x")).page(),
        "name": jogg.avatars().custom(ListCustomAvatars::new().extra("name", "x")).page(),
        "page": jogg.musics().list(ListMusics::new().extra("page", 1)).page(),
        "name": jogg
            .photo_avatars()
            .list(photo_avatars::ListAvatars::new().extra("name", "x"))
            .page(),
        "aspect_ratio": jogg
            .product_avatars()
            .list(product_avatars::ListAvatars::new().extra("aspect_ratio", "x"))
            .page(),
        "status": jogg
            .product_videos()
            .list(product_videos::ListVideos::new().extra("status", 3))
            .page(),
        "sort_by": jogg
            .product_videos()
            .list_previews(ListPreviews::new().extra("sort_by", "x"))
            .page(),
        "status": jogg
            .template_videos()
            .list(template_videos::ListVideos::new().extra("status", 3))
            .page(),
        "aspect_ratio": jogg
            .templates()
            .list(ListTemplates::new().extra("aspect_ratio", "x"))
            .page(),
        "aspect_ratio": jogg
            .templates()
            .custom(ListCustomTemplates::new().extra("aspect_ratio", "x"))
            .page(),
        "aspect_ratio": jogg
            .visual_styles()
            .list(ListStyles::new().extra("aspect_ratio", "x"))
            .page(),
        "use_case": jogg.voices().list(ListVoices::new().extra("use_case", "x")).page(),
        "language": jogg.voices().custom(ListCustomVoices::new().extra("language", "x")).page(),
    }
    assert!(stage.simulator.requests().is_empty());
}

#[tokio::test]
async fn an_extra_field_cannot_shadow_a_known_one_of_a_video() {
    let stage = Stage::new().await;
    let jogg = &stage.jogg;
    let rendered = RenderPreview::new("p");
    let filled = template_videos::CreateVideo::new(1, "english");
    let dubbed = CreateTranslation::new("u", "french");
    let synced = lip_sync::CreateVideo::new("u", "u");
    twice! {
        "caption": jogg.avatar_videos().create(avatar_video().extra("caption", true)),
        "video_url": jogg.lip_sync().create(synced.extra("video_url", "u")),
        "voice": jogg.product_videos().create(product_video().extra("voice", "v")),
        "script": jogg.product_videos().create_previews(previews(["Bold"]).extra("script", "s")),
        "preview_id": jogg.product_videos().render(rendered.extra("preview_id", "p")),
        "language": jogg.scripts().create(script().extra("language", "english")),
        "variables": jogg.template_videos().create(filled.extra("variables", "v")),
        "title": jogg.translations().create(dubbed.extra("title", "t")),
    }
    assert!(stage.simulator.requests().is_empty());
}

#[tokio::test]
async fn an_extra_field_cannot_shadow_a_known_one_of_what_videos_are_made_with() {
    let stage = Stage::new().await;
    let jogg = &stage.jogg;
    let endpoint = CreateEndpoint::new("u", EndpointStatus::Enabled, []);
    let changed = UpdateEndpoint::new("u", EndpointStatus::Enabled, []);
    let product_motion = product_avatars::AddMotion::new("g", "n", "v", "d");
    twice! {
        "age": jogg.photo_avatars().generate(photo().extra("age", "Adult")),
        "name": jogg.photo_avatars().add_motion(add_motion().extra("name", "twice")),
        "prompt": jogg.product_avatars().generate(product_avatar_images().extra("prompt", "x")),
        "model": jogg.product_avatars().add_motion(product_motion.extra("model", 1)),
        "media": jogg.products().create(CreateProduct::from_url("u").extra("media", "m")),
        "product_id": jogg.products().update(UpdateProduct::new("p").extra("product_id", "p")),
        "url": jogg.webhook_endpoints().create(endpoint.extra("url", "u")),
        "events": jogg.webhook_endpoints().update("e", changed.extra("events", "e")),
    }
    assert!(stage.simulator.requests().is_empty());
}
