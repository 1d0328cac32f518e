//! Calls that are not executed.

use super::*;

#[tokio::test]
async fn unknown_paths_and_methods_are_refused() {
    let fixture = Fixture::new().await;
    for path in ["/", "/v2/nothing", "/v2/video_translate", "/v2/musics/"] {
        fixture.post(path, &json!({})).await.refused(404, 10104);
    }
    let wrong = fixture.post("/v2/photo_avatar", &json!({})).await;
    wrong.refused(405, 40000);
    assert_eq!(wrong.header("allow"), "GET");
    let languages = fixture.get("/v2/video_translate/target_languages").await.data();
    assert!(languages["languages"].is_array());
}

#[tokio::test]
async fn invalid_keys_are_refused() {
    let fixture = Fixture::new().await;
    for key in [None, Some(""), Some("invalid")] {
        let request = fixture.request("GET", "/v2/user/whoami");
        let request =
            key.into_iter().fold(request, |request, key| request.header("x-api-key", key));
        Response::of(request).await.refused(401, 10105);
    }
    fixture.get("/v2/user/whoami").await.data();
}

#[tokio::test]
async fn refused_bodies_name_the_field() {
    let fixture = Fixture::new().await;
    let valid = Value::Object(minimal_body(&op::ADD_PHOTO_AVATAR_MOTION));
    let with = |name: &str, value: Option<Value>| {
        let mut body = valid.clone();
        match value {
            Some(value) => body[name] = value,
            None => drop(body.as_object_mut().unwrap().remove(name)),
        }
        body.to_string()
    };
    for (body, part) in [
        (with("voice_id", None), "voice_id: the field is missing"),
        (with("voice_id", Some(json!(7))), "voice_id: must be a string, not a number"),
        (
            with("model", Some(json!("4.0"))),
            "model: must be one of 1.0, 2.0, 2.0-Pro, 3.0, not `4.0`",
        ),
        (String::new(), "must be a JSON object"),
        ("{".to_owned(), "must be a JSON object"),
        (json!(["a", "b", "c", "d"]).to_string(), "must be a JSON object"),
    ] {
        let request = fixture.with_key("POST", op::ADD_PHOTO_AVATAR_MOTION.path);
        let response = Response::of(request.body(body)).await;
        let message = response.refused(200, 40000);
        assert!(message.contains(part), "{message}");
    }
    let message = fixture
        .call(&op::CREATE_VIDEO_FROM_AVATAR, json!({"voice": {"type": "script"}}))
        .await
        .refused(200, 40000);
    assert!(message.contains("voice.voice_id: the field is missing"), "{message}");
}

#[tokio::test]
async fn refused_parameters_are_named() {
    let fixture = Fixture::new().await;
    for (path, part) in [
        ("/v2/photo_avatar", "motion_id"),
        ("/v2/product_videos?status=1", "status"),
        ("/v2/musics?page=x", "page"),
        ("/v2/template/custom/first", "id"),
    ] {
        let message = fixture.get(path).await.refused(200, 40000);
        assert!(message.starts_with(&format!("{part}: ")), "{message}");
    }
}

#[tokio::test]
async fn unknown_ids_are_refused() {
    let fixture = Fixture::new().await;
    for (path, code) in [
        ("/v2/photo_avatar?motion_id=motion_000001", 10104),
        ("/v2/avatar_video/none", 10104),
        ("/v2/lip_sync_video/none", 17003),
    ] {
        fixture.get(path).await.refused(200, code);
    }
    // The id of a job of another operation is unknown too.
    let video = fixture.call(&op::CREATE_VIDEO_FROM_AVATAR, json!({})).await.data();
    let id = video["video_id"].as_str().unwrap();
    fixture.get(&format!("/v2/template_video/{id}")).await.refused(200, 10104);
    fixture.get(&format!("/v2/avatar_video/{id}")).await.data();
}

#[tokio::test]
async fn twenty_posts_a_minute_are_admitted() {
    let fixture = Fixture::with(|builder| builder.post_limit(Some(20))).await;
    for number in 0..20 {
        fixture.call(&op::CREATE_AI_SCRIPT, json!({})).await.data();
        fixture.clock.advance(Duration::from_secs(if number == 0 { 10 } else { 0 }));
    }
    let refused = fixture.call(&op::CREATE_AI_SCRIPT, json!({})).await;
    refused.refused(429, 429);
    assert_eq!(refused.header("retry-after"), "50");
    // Reading is free, and refused calls cost nothing.
    fixture.call(&op::WHOAMI, json!({})).await.data();
    assert_eq!(fixture.simulator.credits(), 996.0);
    fixture.clock.advance(Duration::from_secs(50));
    fixture.call(&op::CREATE_AI_SCRIPT, json!({})).await.data();
    fixture.call(&op::CREATE_AI_SCRIPT, json!({})).await.refused(429, 429);
    fixture.clock.advance(Duration::from_secs(60));
    fixture.call(&op::CREATE_AI_SCRIPT, json!({})).await.data();
}

#[tokio::test]
async fn credits_are_charged_at_the_start() {
    let fixture = Fixture::with(|builder| builder.credits(5.5)).await;
    fixture.call(&op::ADD_PHOTO_AVATAR_MOTION, json!({"model": "2.0-Pro"})).await.data();
    assert_eq!(fixture.simulator.credits(), 2.5);
    let quota = fixture.call(&op::GET_REMAINING_QUOTA, json!({})).await.data();
    assert_eq!(quota["remaining_quota"], 2.5);
    // Each preview costs a half.
    let styles = json!({"visual_styles": ["a", "b", "c", "d", "e", "f"]});
    fixture.call(&op::CREATE_PRODUCT_PREVIEWS, styles).await.refused(200, 18020);
    fixture.call(&op::CREATE_PRODUCT_PREVIEWS, json!({"visual_styles": ["a", "b"]})).await.data();
    assert_eq!(fixture.simulator.credits(), 1.5);
    fixture.simulator.set_credits(0.0);
    fixture.call(&op::CREATE_AI_SCRIPT, json!({})).await.refused(200, 18020);
    fixture.product("Mug").await;
    fixture.call(&op::ADD_PHOTO_AVATAR_MOTION, json!({"model": "x"})).await.refused(200, 40000);
}

#[tokio::test]
async fn bodies_have_a_size_limit() {
    let fixture = Fixture::new().await;
    let limit = 10 * 1024 * 1024;
    for (length, status, code) in [(limit + 1, 413, 40000), (limit, 200, 40000)] {
        let request = fixture.with_key("POST", op::CREATE_PRODUCT.path);
        Response::of(request.body(vec![b'x'; length])).await.refused(status, code);
    }
    // What is refused as too long isn't kept.
    let requests = fixture.simulator.requests();
    let lengths = |number: usize| (requests[number].body.len(), requests[number].body_length);
    assert_eq!(lengths(0), (0, limit as u64 + 1));
    assert_eq!(lengths(1), (limit, limit as u64));
}
