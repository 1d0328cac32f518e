//! The calls that are measured beside hand-written ones: their requests, and responses that never
//! change.

use jogg_bench::{Case, ERROR_CODE, LIST_LENGTH, MOTION_ID, PREVIEW_URL};
use serde_json::{Value, json};

use crate::items::{envelope, motion, voice};

/// The request of a case.
pub(crate) fn target(case: Case) -> String {
    let (method, path) = match case {
        Case::Get | Case::Error => ("GET", "/v2/user/whoami".to_owned()),
        Case::List => ("GET", format!("/v2/voices?page_size={LIST_LENGTH}")),
        Case::Post => ("POST", "/v2/photo_avatar/add_motion".to_owned()),
        Case::Poll | Case::PollDone => ("GET", format!("/v2/photo_avatar?motion_id={MOTION_ID}")),
    };
    format!("{method} /{}{path}", case.name())
}

/// The body of its response.
pub(crate) fn body(case: Case) -> Value {
    envelope(match case {
        Case::Get => json!({"email": "someone@example.com", "username": "Someone"}),
        Case::Error => {
            let message = "the key is not known";
            return json!({
                "rid": "3f0a6a1c5d7e4b92", "code": ERROR_CODE, "msg": message, "data": null,
            });
        }
        Case::List => {
            json!({"voices": (0..LIST_LENGTH).map(voice).collect::<Vec<_>>(), "has_more": true})
        }
        Case::Post => json!({"motion_id": MOTION_ID, "avatar_id": 412_007, "status": "processing"}),
        Case::Poll => motion(MOTION_ID, "processing", ""),
        Case::PollDone => motion(MOTION_ID, "completed", PREVIEW_URL),
    })
}
