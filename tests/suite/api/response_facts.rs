//! Facts about responses, each read from what is decoded.

use serde_json::{Value, json};

use super::responses::{check, decode};

#[test]
fn fact_04_both_ages_of_the_motion_response_are_read() {
    check("add_photo_avatar_motion", json!({"motion_id": "m1", "status": "anything"}));
    let newer = json!({"motion_id": "m1", "status": "processing", "avatar_id": 123});
    check("add_photo_avatar_motion", newer);
}

#[test]
fn fact_09_a_failed_task_is_a_value() {
    check("get_ai_script", json!({"task_id": "t", "status": "failed", "err_msg": "no luck"}));
}

#[test]
fn fact_10_error_texts_are_found_in_each_of_their_places() {
    for (operation, data) in [
        ("get_ai_script", json!({"err_msg": "e"})),
        ("create_product_previews", json!({"previews": [{"err_msg": "e"}]})),
        ("get_photo_avatar_motion", json!({"error_msg": "e"})),
        ("get_product_avatar_motion", json!({"error_msg": "e"})),
        ("list_photo_avatars", json!({"avatars": [{"id": 1, "fail_msg": "e"}]})),
        ("get_photo_generation", json!({"msg": "e"})),
        ("get_lip_sync_video", json!({"error": {"message": "e"}})),
        ("get_avatar_video", json!({"error": {"message": "e", "code": "50000"}})),
    ] {
        check(operation, data);
    }
    let body = json!({"code": 0, "msg": "", "data": {"error": {"code": 50000, "message": "e"}}});
    assert_eq!(decode("get_avatar_video", &body).data["error"]["code"], "50000");
}

#[test]
fn fact_20_avatar_lists_have_states_in_numbers_and_words() {
    for (operation, list, items) in [
        (
            "list_product_avatars",
            "product_avatars",
            json!([{"avatar_id": 1, "status": 0}, {"avatar_id": 2, "status": 1}]),
        ),
        ("list_photo_avatars", "avatars", json!([{"id": 1, "status": 2}, {"id": 2, "status": 77}])),
        ("list_custom_avatars", "avatars", json!([{"id": 1, "avatar_status": "completed"}])),
    ] {
        check(operation, json!({list: items}));
    }
}

#[test]
fn fact_24_aspect_ratio_is_a_number_in_responses() {
    let ratios: Vec<Value> =
        (0..5).map(|ratio| json!({"id": ratio, "aspect_ratio": ratio})).collect();
    check("list_public_avatars", json!({"avatars": ratios}));
}

#[test]
fn fact_31_the_age_vocabularies_differ_and_stay_open() {
    for age in ["young_adult", "adult", "senior", "ageless"] {
        check("list_public_avatars", json!({"avatars": [{"id": 1, "age": age}]}));
    }
    for age in ["young", "middle_aged", "old", "ageless"] {
        check("list_voices", json!({"voices": [{"voice_id": "v", "age": age}]}));
    }
}

#[test]
fn fact_33_times_are_unix_seconds() {
    let body = json!({"code": 0, "msg": "", "data": {"created_at": "1750000000"}});
    assert_eq!(decode("get_product_video", &body).data["created_at"], 1_750_000_000);
}

#[test]
fn fact_35_the_five_page_styles_are_read() {
    let totals = json!({"page": 2, "page_size": 5, "total_items": 11, "total_pages": 3});
    check("list_musics", json!({"pagination": totals}));
    check("list_template_videos", json!({"pagination": totals}));
    check("list_product_previews", json!({"total": 11, "page": 2, "page_size": 5}));
    check("list_product_videos", json!({"total": 11, "page": 2, "page_size": 5}));
    check("list_voices", json!({"has_more": true}));
    check("list_custom_voices", json!({"total": 3}));
}

#[test]
fn fact_44_events_are_an_open_set_of_22() {
    let known: Vec<&str> =
        jogg_api::enums::WebhookEvent::KNOWN.iter().map(|event| event.as_str()).collect();
    assert_eq!(known.len(), 22);
    for subject in [
        "generated_video",
        "generated_avatar_video",
        "generated_product_video",
        "generated_template_video",
        "generated_translate_video",
        "create_avatar",
        "generated_photo_avatar",
        "generated_product_avatar",
        "generated_script",
        "generated_image",
        "generated_motion",
    ] {
        for outcome in ["success", "failed"] {
            assert!(known.contains(&format!("{subject}_{outcome}").as_str()), "{subject}");
        }
    }
    check("list_webhook_events", json!({"events": ["generated_hologram_success"]}));
}
