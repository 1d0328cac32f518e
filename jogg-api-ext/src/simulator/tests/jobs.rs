//! Jobs from start to end.

use super::*;
use crate::simulator::Dialect;

/// Starts a job and returns its raw statuses, in order: at the start, and after 0, 6, 59 and 60
/// seconds.
async fn raw_statuses(dialect: Dialect, create: &'static Operation, fails: bool) -> Vec<String> {
    let fixture = Fixture::with(|builder| builder.dialect(dialect)).await;
    if fails {
        fixture.simulator.fail_next_job("out of film");
    }
    let submission = fixture.call(create, json!({})).await.data();
    // A batch has no status; its parts have.
    let status = |data: &Value| data["status"].as_str().map(str::to_owned);
    let first = |data: &Value| status(data).or_else(|| status(&data["generations"][0]));
    let mut statuses = vec![first(&submission).unwrap_or("-".to_owned())];
    for seconds in [0, 6, 53, 1] {
        fixture.clock.advance(Duration::from_secs(seconds));
        statuses.push(first(&fixture.report(create, &submission).await).unwrap());
    }
    statuses
}

/// What keeps the documented raw status in the live dialect.
const IMAGES: &Operation = &op::GENERATE_PRODUCT_AVATAR_IMAGES;

#[tokio::test]
async fn each_operation_has_its_raw_statuses() {
    let usual = "pending processing processing";
    let never_pending = "processing processing processing";
    let photo = "in_progress in_progress in_progress";
    let table = [
        (&op::ADD_PHOTO_AVATAR_MOTION, "pending", usual, "completed", "failed"),
        (&op::ADD_PRODUCT_AVATAR_MOTION, "-", usual, "completed", "failed"),
        (&op::CREATE_AI_SCRIPT, "-", usual, "completed", "failed"),
        (&op::CREATE_LIP_SYNC_VIDEO, "pending", usual, "success", "failed"),
        (&op::CREATE_PRODUCT_PREVIEWS, "-", never_pending, "completed", "failed"),
        (&op::CREATE_VIDEO_FROM_AVATAR, "-", usual, "completed", "failed"),
        (&op::CREATE_VIDEO_FROM_PRODUCT, "processing", never_pending, "completed", "failed"),
        (&op::CREATE_VIDEO_TRANSLATION, "-", usual, "completed", "failed"),
        (&op::CREATE_VIDEO_WITH_TEMPLATE, "-", usual, "completed", "failed"),
        (&op::GENERATE_PHOTO, "-", photo, "success", "error"),
        (&op::GENERATE_PRODUCT_AVATAR_IMAGES, "pending", usual, "completed", "failed"),
        (&op::RENDER_PRODUCT_PREVIEW, "processing", never_pending, "completed", "failed"),
    ];
    for (create, start, running, completed, failed) in table {
        let live = if create == IMAGES { completed } else { "success" };
        for (dialect, fails, last) in [
            (Dialect::Documented, false, completed),
            (Dialect::Documented, true, failed),
            (Dialect::Live, false, live),
            (Dialect::Live, true, failed),
        ] {
            let expected = format!("{start} {running} {last}");
            assert_eq!(
                raw_statuses(dialect, create, fails).await.join(" "),
                expected,
                "{}",
                create.id
            );
        }
    }
}

#[tokio::test]
async fn fact_61_the_live_word_for_the_end_differs_between_operations() {
    for (create, raw_status) in [
        (IMAGES, "completed"),
        (&op::CREATE_LIP_SYNC_VIDEO, "success"),
        (&op::ADD_PRODUCT_AVATAR_MOTION, "success"),
    ] {
        let statuses = raw_statuses(Dialect::Live, create, false).await;
        assert_eq!(statuses.last().unwrap(), raw_status, "{}", create.id);
    }
}

#[tokio::test]
async fn a_motion_from_start_to_end() {
    let fixture = Fixture::new().await;
    let sent = json!({"name": "Kim", "image_url": "https://a.example/kim.png"});
    let submission = fixture.call(&op::ADD_PHOTO_AVATAR_MOTION, sent).await.data();
    assert_eq!(submission["motion_id"], "motion_000001");
    assert_eq!(submission["status"], "pending");
    let running = fixture.report(&op::ADD_PHOTO_AVATAR_MOTION, &submission).await;
    let avatar = submission["avatar_id"].as_i64().unwrap();
    assert_eq!(
        running,
        json!({
            "avatar_id": avatar,
            "image_url": "https://a.example/kim.png",
            "motion_id": "motion_000001",
            "motion_preview_url": "",
            "name": "Kim",
            "status": "pending",
            "voice_id": "en-GB-RowanNeural",
        })
    );
    fixture.clock.advance(JOB_DURATION);
    let finished = fixture.report(&op::ADD_PHOTO_AVATAR_MOTION, &submission).await;
    assert_eq!(finished["avatar_id"], avatar);
    let url = finished["motion_preview_url"].as_str().unwrap();
    let file = Response::of(fixture.request("GET", url)).await;
    assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "video/mp4"));
}

#[tokio::test]
async fn results_appear_when_a_job_is_completed() {
    let fixture = Fixture::new().await;
    let video = &["/video_url", "/cover_url"][..];
    let table = [
        (&op::ADD_PHOTO_AVATAR_MOTION, &[][..]),
        (&op::ADD_PRODUCT_AVATAR_MOTION, &[]),
        (&op::CREATE_AI_SCRIPT, &["/data/generated_scripts/0/script_paragraphs/0"]),
        (&op::CREATE_LIP_SYNC_VIDEO, &["/data/result_url", "/data/cover_url", "/completed_at"]),
        (&op::CREATE_PRODUCT_PREVIEWS, video),
        (&op::CREATE_VIDEO_FROM_AVATAR, &["/video_url", "/cover_url", "/duration"]),
        (&op::CREATE_VIDEO_FROM_PRODUCT, &["/video_url", "/cover_url", "/deducted_credit"]),
        (&op::CREATE_VIDEO_TRANSLATION, &["/url", "/subtitle_url"]),
        (&op::CREATE_VIDEO_WITH_TEMPLATE, &["/data/url", "/data/duration_seconds"]),
        (&op::GENERATE_PHOTO, &["/image_url_list/0", "/image_key_list/0"]),
        (&op::GENERATE_PRODUCT_AVATAR_IMAGES, &["/generations/0/url", "/generations/0/image_id"]),
        (&op::RENDER_PRODUCT_PREVIEW, video),
    ];
    for (create, results) in table {
        let submission = fixture.call(create, json!({})).await.data();
        let running = fixture.report(create, &submission).await;
        fixture.clock.advance(JOB_DURATION);
        let finished = fixture.report(create, &submission).await;
        // The one result that is an empty string before it exists.
        let motion = finished.get("motion_preview_url").map(|_| "/motion_preview_url");
        for result in results.iter().copied().chain(motion) {
            let before = running.pointer(result).filter(|before| *before != "");
            assert_eq!(before, None, "{}: {result}", create.id);
            let found = finished.pointer(result);
            assert!(found.is_some(), "{}: {result}", create.id);
            if let Some(url) = found.and_then(Value::as_str).filter(|text| text.contains("://")) {
                let file = Response::of(fixture.request("GET", url)).await;
                assert_eq!(file.status, 200, "{}: {url}", create.id);
            }
        }
    }
}

#[tokio::test]
async fn missing_values_are_null_or_absent() {
    let fixture = Fixture::new().await;
    fixture.simulator.fail_next_job("no lips");
    let create = &op::CREATE_LIP_SYNC_VIDEO;
    let failing = fixture.call(create, json!({})).await.data();
    let other = fixture.call(create, json!({})).await.data();
    let error = json!({"code": "task_failed", "message": "no lips"});
    let members =
        |report: &Value| ["data", "error", "completed_at"].map(|name| report.get(name).cloned());
    let running = fixture.report(create, &failing).await;
    assert_eq!(members(&running), [Some(Value::Null), Some(Value::Null), None]);
    fixture.clock.advance(JOB_DURATION);
    let failed = fixture.report(create, &failing).await;
    let ended = Some(json!(1_764_000_060));
    assert_eq!(members(&failed), [Some(Value::Null), Some(error), ended.clone()]);
    let [data, error, at] = members(&fixture.report(create, &other).await);
    assert!(data.is_some_and(|data| data.is_object()));
    assert_eq!((error, at), (Some(Value::Null), ended));
    // A property that isn't an object is absent.
    let script = fixture.call(&op::CREATE_AI_SCRIPT, json!({})).await.data();
    assert_eq!(fixture.report(&op::CREATE_AI_SCRIPT, &script).await.get("data"), None);
}

#[tokio::test]
async fn results_echo_the_request() {
    let fixture = Fixture::with(|builder| builder.job_duration(Duration::ZERO)).await;
    let preview = fixture.call(
        &op::CREATE_PRODUCT_PREVIEWS,
        json!({
            "product_id": fixture.product("Mug").await,
        }),
    );
    let preview = preview.await.data()["previews"][0]["preview_id"].clone();
    let spec = json!({"length": "15", "name": "Autumn"});
    let named = json!({"video_spec": spec, "product_id": fixture.product("Hat").await});
    for (create, sent, place, shown) in [
        (
            &op::CREATE_AI_SCRIPT,
            json!({"script_style": "Data"}),
            "/data/generated_scripts/0/script_style",
            "Data",
        ),
        (&op::CREATE_VIDEO_TRANSLATION, json!({"title": "Fable"}), "/title", "Fable"),
        (
            &op::CREATE_VIDEO_WITH_TEMPLATE,
            json!({"video_name": "Sale"}),
            "/data/video_name",
            "Sale",
        ),
        (&op::CREATE_VIDEO_FROM_PRODUCT, named, "/title", "Autumn"),
        (&op::RENDER_PRODUCT_PREVIEW, json!({"preview_id": preview}), "/title", "Mug"),
    ] {
        let submission = fixture.call(create, sent).await.data();
        let report = fixture.report(create, &submission).await;
        assert_eq!(report.pointer(place), Some(&json!(shown)), "{}", create.id);
    }
}

#[tokio::test]
async fn the_live_dialect_hides_and_adds_ids() {
    let fixture = Fixture::with(|builder| builder.dialect(Dialect::Live)).await;
    let motion = fixture.call(&op::ADD_PHOTO_AVATAR_MOTION, json!({})).await.data();
    assert_eq!(motion.get("avatar_id"), None);
    let running = fixture.report(&op::ADD_PHOTO_AVATAR_MOTION, &motion).await;
    assert_eq!(running.get("avatar_id"), None);
    fixture.clock.advance(JOB_DURATION);
    let finished = fixture.report(&op::ADD_PHOTO_AVATAR_MOTION, &motion).await;
    assert!(finished["avatar_id"].is_u64());
    let video = fixture.call(&op::CREATE_VIDEO_FROM_AVATAR, json!({})).await.data();
    assert_eq!(video["project_id"], video["video_id"]);
    let report = fixture.report(&op::CREATE_VIDEO_FROM_AVATAR, &video).await;
    assert_eq!(report["project_id"], video["video_id"]);
}

#[tokio::test]
async fn the_duration_of_jobs_can_be_set() {
    let fixture = Fixture::with(|builder| builder.job_duration(Duration::ZERO)).await;
    let script = fixture.call(&op::CREATE_AI_SCRIPT, json!({})).await.data();
    let report = fixture.report(&op::CREATE_AI_SCRIPT, &script).await;
    assert_eq!(report["status"], "completed");
}

#[tokio::test]
async fn fact_51_a_lip_sync_job_is_looked_up_by_its_urls() {
    let fixture = Fixture::with(|builder| builder.strict(true)).await;
    let find = async |query: &str| {
        let request = fixture.request("GET", &format!("/v2/lip_sync_video{query}"));
        Response::of(request.header("x-api-key", "any")).await
    };
    let (video, audio) = ("https://a.example/v?a=1", "https://a.example/a");
    let query = "?video_url=https%3A%2F%2Fa.example%2Fv%3Fa%3D1&audio_url=https://a.example/a";
    find(query).await.refused(200, 17003);
    let sent = json!({"video_url": video, "audio_url": audio});
    fixture.call(&op::CREATE_LIP_SYNC_VIDEO, sent.clone()).await.data();
    let created = fixture.call(&op::CREATE_LIP_SYNC_VIDEO, sent).await.data();
    let normal = format!("{query}&playback_type=normal");
    for query in [query, &normal] {
        let found = find(query).await.data();
        assert_eq!((&found["task_id"], &found["status"]), (&created["task_id"], &json!("pending")));
    }
    fixture.clock.advance(JOB_DURATION);
    assert_eq!(find(&normal).await.data()["status"], "success");
    for (query, code) in [
        (format!("{query}&playback_type=normal_reverse"), 17003),
        (query.replace("a.example/a", "a.example/b"), 17003),
        (format!("{query}&playback_type=backwards"), 40000),
        ("?video_url=https://a.example/v".to_owned(), 40000),
        (String::new(), 40000),
    ] {
        find(&query).await.refused(200, code);
    }
    let without_key = fixture.request("GET", &format!("/v2/lip_sync_video{query}"));
    Response::of(without_key).await.refused(401, 10105);
}
