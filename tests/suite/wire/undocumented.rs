//! How the SDK sends what the API's documents leave open: read from the bodies a server received.

use jogg_api::operations as op;
use jogg_api_ext::avatar_videos::{CreateVideo, Speech};
use jogg_api_ext::avatars::Avatar;
use jogg_api_ext::enums::{AspectRatio, ScreenStyle};
use jogg_tests::Stage;
use serde_json::Value;

/// What a server received for a video of an avatar that says something.
async fn received(avatar: Avatar, script: &str) -> Value {
    let stage = Stage::new().await;
    let request = CreateVideo::new(
        avatar,
        Speech::script("en-US-X", script),
        AspectRatio::Portrait,
        ScreenStyle::WithBackground,
    );
    let _ = stage.jogg.avatar_videos().create(request).await.unwrap();
    let request = stage.only_request();
    assert_eq!(request.operation, Some(op::CREATE_VIDEO_FROM_AVATAR.id));
    serde_json::from_slice(&request.body).unwrap()
}

#[tokio::test]
async fn fact_60_a_script_of_any_length_is_sent_whole() {
    // Twice what the editor takes, and far more; letters of several bytes count as one.
    for length in [13_800, 27_600, 1_000_000] {
        let script = "ä".repeat(length);
        let body = received(Avatar::Public(81), &script).await;
        assert_eq!(body["voice"]["script"], script, "{length} letters");
    }
}

#[tokio::test]
async fn fact_62_the_type_of_an_avatar_is_sent_as_a_number() {
    for (avatar, number) in [(Avatar::Public(81), 0), (Avatar::Custom(81), 1)] {
        let body = received(avatar, "Hello.").await;
        assert_eq!(body["avatar"]["avatar_type"], Value::from(number), "{body}");
    }
}
