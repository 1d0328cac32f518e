//! What responses are made of.

use serde_json::{Value, json};

/// A successful response.
pub(crate) fn envelope(data: Value) -> Value {
    json!({"rid": "3f0a6a1c5d7e4b92", "code": 0, "msg": "Success", "data": data})
}

/// One of many voices.
pub(crate) fn voice(number: usize) -> Value {
    let gender = ["male", "female"][number % 2];
    let age = ["young", "middle_aged", "old"][number % 3];
    json!({
        "voice_id": format!("en-GB-Rowan{number}Neural"),
        "name": format!("Rowan {number}"),
        "language": "english",
        "gender": gender,
        "age": age,
        "accent": "scottish",
        "use_case": "audiobook",
        "audio_url": format!("https://res.example.com/voices/rowan-{number}/sample.mp3"),
    })
}

/// A report on a motion.
pub(crate) fn motion(id: &str, status: &str, preview_url: &str) -> Value {
    json!({
        "motion_id": id,
        "status": status,
        "avatar_id": 412_007,
        "motion_preview_url": preview_url,
        "image_url": "https://example.com/photos/anna.png",
        "name": "Anna",
        "voice_id": "en-US-ChristopherNeural",
        "error_msg": null,
    })
}
