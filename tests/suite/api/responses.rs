//! A response of each operation: each field must find its typed home. They are written down from
//! what the API is known to send and not derived from the spec, as far as that is known.

use jogg_api::codec::{CODECS, Codec};
use jogg_tests::{sample, spec};
use serde_json::{Value, json};

/// Decodes a response with this `data`, of which nothing may be lost.
#[track_caller]
pub(super) fn check(operation: &str, data: Value) {
    let decoded = decode(operation, &json!({"code": 0, "msg": "Success", "data": data}));
    assert!(decoded.skipped.is_empty(), "{operation}: {:?}", decoded.skipped);
    assert_eq!(floats(decoded.data), floats(data), "{operation}: a field has no typed home");
}

#[track_caller]
pub(super) fn decode(operation: &str, body: &Value) -> jogg_api::codec::Decoded {
    let codec = Codec::of(operation).expect("an operation of the spec");
    codec.decode_response(body.to_string().as_bytes()).expect("a response")
}

/// 30 and 30.0 are one duration.
fn floats(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.into_iter().map(floats).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, floats(value))).collect()
        }
        other => other,
    }
}

const URL: &str = "https://cdn.example.org/a";

type Responses = Vec<(&'static str, Value)>;

/// The responses that are known.
fn responses() -> Responses {
    let groups = [
        account(),
        libraries(),
        avatar_lists(),
        photo_avatars(),
        product_avatars(),
        products(),
        templates(),
        other_jobs(),
        webhooks(),
    ];
    groups.into_iter().flatten().collect()
}

fn account() -> Responses {
    vec![
        ("whoami", json!({"email": "a@example.org", "username": "u"})),
        ("get_remaining_quota", json!({"remaining_quota": 12.75})),
        ("create_asset_upload", json!({"sign_url": URL, "asset_url": URL})),
    ]
}

/// What videos are made with.
fn libraries() -> Responses {
    vec![
        (
            "list_musics",
            json!({"pagination": pagination(),
            "music": [{"id": 0, "name": "n", "music_url": URL, "duration": 120}]}),
        ),
        ("list_visual_styles", json!({"visual_styles": [{"id": 1, "name": "n"}]})),
        (
            "list_voices",
            json!({"has_more": true, "voices": [{"name": "n", "voice_id": "v",
            "audio_url": URL, "language": "english", "gender": "male", "age": "middle_aged",
            "accent": "american", "use_case": "news"}]}),
        ),
        (
            "list_custom_voices",
            json!({"total": 1, "voices": [{"name": "n", "voice_id": "v",
            "audio_url": URL, "language": "english"}]}),
        ),
    ]
}

fn avatar_lists() -> Responses {
    vec![
        (
            "list_public_avatars",
            json!({"avatars": [{"id": 81, "name": "n", "video_url": URL,
            "cover_url": URL, "aspect_ratio": 1, "style": "professional", "gender": "female",
            "age": "young_adult"}]}),
        ),
        (
            "list_custom_avatars",
            json!({"avatars": [{"id": 1, "name": "n", "video_url": URL,
            "cover_url": URL, "api_only": true, "avatar_status": "failed", "fail_msg": "f",
            "avatar_url": URL}]}),
        ),
        (
            "list_photo_avatars",
            json!({"avatars": [{"id": 1, "name": "n", "cover_url": URL,
            "status": 2, "fail_msg": "f"}]}),
        ),
        (
            "list_product_avatars",
            json!({"product_avatars": [{"avatar_id": 1, "name": "n",
            "cover_url": URL, "status": 0, "fail_msg": "f", "avatar_url": URL, "aspect_ratio": 0,
            "gender": "female"}]}),
        ),
    ]
}

fn photo_avatars() -> Responses {
    vec![
        ("generate_photo", json!({"photo_id": "p1"})),
        (
            "get_photo_generation",
            json!({"photo_id": "p1", "status": "in_progress",
            "image_url_list": [URL], "image_key_list": ["k"], "msg": "m"}),
        ),
        (
            "add_photo_avatar_motion",
            json!({"motion_id": "m1", "avatar_id": 5,
            "status": "processing"}),
        ),
        ("get_photo_avatar_motion", motion()),
    ]
}

fn product_avatars() -> Responses {
    vec![
        ("add_product_avatar_motion", json!({"avatar_id": 5, "motion_id": "m1", "name": "n"})),
        ("get_product_avatar_motion", motion()),
        (
            "generate_product_avatar_images",
            json!({"batch_id": "b1", "total_submitted": 4,
            "generations": [{"generation_id": "g1", "status": "pending",
                "created_at": 1_750_000_000}]}),
        ),
        (
            "get_product_avatar_images",
            json!({"batch_id": "b1",
            "summary": {"total": 4, "pending": 1, "processing": 1, "completed": 1, "failed": 1},
            "generations": [{"generation_id": "g1", "status": "completed",
                "created_at": 1_750_000_000, "completed_at": 1_750_000_100, "image_id": "i1",
                "url": URL}]}),
        ),
    ]
}

fn products() -> Responses {
    let video = json!({"id": "v1", "title": "t", "video_duration": 30.5, "video_url": URL,
        "cover_url": URL, "status": "completed", "created_at": 1_750_000_000});
    let media = json!([{"type": 1, "name": "n", "url": URL, "description": "d"}]);
    vec![
        (
            "create_product",
            json!({"product_id": "pr1", "url": URL, "name": "n",
            "description": "d", "target_audience": "t", "media": media}),
        ),
        ("create_video_from_product", json!({"video_id": "v1", "status": "processing"})),
        ("render_product_preview", json!({"video_id": "v1", "status": "processing"})),
        (
            "create_product_previews",
            json!({"previews": [
            {"visual_style": "s", "preview_id": "pv1"}, {"visual_style": "s", "err_msg": "e"}]}),
        ),
        (
            "list_product_previews",
            json!({"previews": [video.clone()], "total": 15, "page": 1,
            "page_size": 10}),
        ),
        (
            "list_product_videos",
            json!({"videos": [video], "total": 25, "page": 1,
            "page_size": 10}),
        ),
        (
            "get_product_video",
            json!({"title": "t", "video_url": URL, "cover_url": URL,
            "status": "completed", "created_at": 1_750_000_000, "deducted_credit": 1.5}),
        ),
    ]
}

fn templates() -> Responses {
    let template =
        json!({"id": 7, "name": "n", "cover_url": URL, "preview_url": URL, "aspect_ratio": 2});
    vec![
        ("create_video_with_template", json!({"video_id": "v1"})),
        (
            "get_template_video",
            json!({"video_id": "v1", "status": "completed",
            "created_at": 1_750_000_000, "completed_at": 1_750_000_100,
            "data": {"video_name": "n", "url": URL, "cover_url": URL, "duration_seconds": 30.5,
                "deducted_credit": 1.0}}),
        ),
        (
            "list_template_videos",
            json!({"pagination": pagination(), "data": [
            {"video_id": "v1", "video_name": "n", "status": "failed", "cover_url": URL,
                "url": URL, "created_at": 1_750_000_000, "duration_seconds": 30.5,
                "error": {"code": "E", "message": "m"}}]}),
        ),
        ("list_templates", json!({"templates": [template.clone()]})),
        ("list_custom_templates", json!({"templates": [template]})),
        (
            "get_custom_template",
            json!({"id": 1, "template_id": 1, "name": "n", "cover_url": URL,
            "preview_url": URL, "aspect_ratio": 0,
            "variables": [{"name": "headline", "type": "text", "required": true}]}),
        ),
    ]
}

/// Jobs that know of neither products nor templates.
fn other_jobs() -> Responses {
    vec![
        ("create_video_from_avatar", json!({"video_id": "v1"})),
        (
            "get_avatar_video",
            json!({"video_id": "v1", "id": "v1", "status": "completed",
            "video_url": URL, "cover_url": URL, "created_at": 1_750_000_000, "duration": 30,
            "error": {"code": "E", "message": "m"}}),
        ),
        ("create_lip_sync_video", json!({"task_id": "t1", "id": "t1", "status": "pending"})),
        (
            "get_lip_sync_video",
            json!({"task_id": "t1", "status": "success",
            "created_at": 1_750_000_000, "completed_at": 1_750_000_100,
            "data": {"result_url": URL, "cover_url": URL, "duration_seconds": 12.5},
            "error": {"code": "E", "message": "m"}}),
        ),
        ("create_ai_script", json!({"task_id": "t1"})),
        (
            "get_ai_script",
            json!({"task_id": "t1", "status": "completed", "err_msg": "e",
            "data": {"generated_scripts": [{"script_style": "Storytime",
                "script_paragraphs": ["One.", "Two."]}]}}),
        ),
        ("create_video_translation", json!({"video_translate_id": "vt1"})),
        (
            "get_video_translation",
            json!({"video_translate_id": "vt1", "title": "t",
            "status": "completed", "url": URL, "subtitle_url": URL}),
        ),
        ("list_target_languages", json!({"languages": ["spanish", "klingon"]})),
    ]
}

fn webhooks() -> Responses {
    let endpoint = json!({"endpoint_id": "wh1", "url": URL, "secret": "whsec", "status": "enabled",
        "events": ["generated_motion_success", "brand_new_event"], "username": "u",
        "created_at": 1_750_000_000});
    vec![
        ("list_webhook_endpoints", json!({"endpoints": [endpoint.clone()]})),
        ("create_webhook_endpoint", endpoint.clone()),
        ("update_webhook_endpoint", endpoint),
        ("delete_webhook_endpoint", json!({"message": "gone"})),
        ("list_webhook_events", json!({"events": ["create_avatar_success", "brand_new_event"]})),
    ]
}

fn motion() -> Value {
    json!({"motion_id": "m1", "avatar_id": 0, "image_url": URL, "name": "n",
        "status": "completed", "motion_preview_url": URL, "voice_id": "v", "error_msg": "e"})
}

fn pagination() -> Value {
    json!({"page": 1, "page_size": 10, "total_items": 25, "total_pages": 3})
}

#[test]
fn every_response_has_a_typed_home_for_each_field() {
    let mut responses = responses();
    for codec in CODECS {
        let id = codec.operation.id;
        let is_known = responses.iter().any(|(operation, _)| *operation == id);
        // Of the others the spec is all that is known. One is an envelope without data.
        if !is_known && spec::data(codec.operation).is_some() {
            responses.push((id, sample::response(codec.operation)["data"].clone()));
        }
    }
    for (operation, data) in responses {
        check(operation, data);
    }
}
