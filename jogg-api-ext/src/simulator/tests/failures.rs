//! Jobs that fail, alone or in part.

use super::*;

#[tokio::test]
async fn fact_10_each_operation_has_its_place_for_the_message_of_a_failure() {
    let fixture = Fixture::new().await;
    for (create, place) in [
        (&op::CREATE_AI_SCRIPT, "/err_msg"),
        (&op::ADD_PHOTO_AVATAR_MOTION, "/error_msg"),
        (&op::ADD_PRODUCT_AVATAR_MOTION, "/error_msg"),
        (&op::GENERATE_PHOTO, "/msg"),
        (&op::CREATE_LIP_SYNC_VIDEO, "/error/message"),
        (&op::CREATE_VIDEO_FROM_AVATAR, "/error/message"),
        (&op::CREATE_VIDEO_FROM_PRODUCT, "/error/message"),
        (&op::CREATE_VIDEO_WITH_TEMPLATE, "/error/message"),
    ] {
        fixture.simulator.fail_next_job("out of film");
        let submission = fixture.call(create, json!({})).await.data();
        let running = fixture.report(create, &submission).await;
        fixture.clock.advance(JOB_DURATION);
        let failed = fixture.report(create, &submission).await;
        assert_eq!(running.pointer(place), None, "{}", create.id);
        assert_eq!(failed.pointer(place), Some(&json!("out of film")), "{}", create.id);
        let result = failed.get("video_url").or(failed.get("data")).filter(|it| !it.is_null());
        assert_eq!(result, None, "{}", create.id);
        // Only the next job fails.
        let other = fixture.call(create, json!({})).await.data();
        fixture.clock.advance(JOB_DURATION);
        assert_eq!(fixture.report(create, &other).await.pointer(place), None, "{}", create.id);
    }
}

#[tokio::test]
async fn a_batch_has_parts_and_counts() {
    let fixture = Fixture::new().await;
    let create = &op::GENERATE_PRODUCT_AVATAR_IMAGES;
    let batch = fixture.call(create, json!({"num_images": 3})).await.data();
    assert_eq!(batch["total_submitted"], 3);
    let ids = |data: &Value| -> Vec<Value> {
        let parts = data["generations"].as_array().unwrap().iter();
        parts.map(|part| part["generation_id"].clone()).collect()
    };
    let mut distinct = ids(&batch);
    distinct.dedup();
    assert_eq!(distinct.len(), 3);
    for (seconds, state) in [(0, "pending"), (30, "processing"), (30, "completed")] {
        fixture.clock.advance(Duration::from_secs(seconds));
        let report = fixture.report(create, &batch).await;
        assert_eq!(ids(&report), ids(&batch));
        for (name, count) in report["summary"].as_object().unwrap() {
            let expected = if name == "total" || name == state { 3 } else { 0 };
            assert_eq!(count, expected, "{name} while {state}");
        }
    }
}

#[tokio::test]
async fn a_part_can_fail_alone() {
    let fixture = Fixture::new().await;
    let create = &op::GENERATE_PRODUCT_AVATAR_IMAGES;
    fixture.simulator.fail_next_part("no hands");
    let batch = fixture.call(create, json!({"num_images": 3})).await.data();
    let whole = fixture.call(create, json!({"num_images": 2})).await.data();
    for (seconds, states, has_url) in [
        (30, ["processing", "processing", "processing"], false),
        (30, ["failed", "completed", "completed"], true),
    ] {
        fixture.clock.advance(Duration::from_secs(seconds));
        let report = fixture.report(create, &batch).await;
        let parts = report["generations"].as_array().unwrap();
        for (part, state) in parts.iter().zip(states) {
            assert_eq!(part["status"], state);
            assert_eq!(part.get("url").is_some(), has_url && state == "completed");
            assert_eq!(part.get("image_id").is_some(), has_url && state == "completed");
        }
        for (name, count) in report["summary"].as_object().unwrap() {
            let expected = states.iter().filter(|state| name == "total" || name == *state).count();
            assert_eq!(count, expected, "{name}");
        }
    }
    assert_eq!(fixture.report(create, &whole).await["summary"]["completed"], 2);
}

#[tokio::test]
async fn one_preview_of_several_fails() {
    let fixture = Fixture::new().await;
    fixture.simulator.fail_next_job("too loud");
    let sent = json!({"visual_styles": ["Loud", "Calm", "Dark"]});
    let submitted = fixture.call(&op::CREATE_PRODUCT_PREVIEWS, sent).await.data();
    fixture.clock.advance(JOB_DURATION);
    let list = fixture.items(&op::LIST_PRODUCT_PREVIEWS, "").await;
    let states = submitted["previews"].as_array().unwrap().iter().map(|preview| {
        let item = list.iter().find(|item| item["id"] == preview["preview_id"]).unwrap();
        (item["status"].as_str().unwrap(), item.get("video_url").is_some())
    });
    assert_eq!(
        states.collect::<Vec<_>>(),
        [("failed", false), ("completed", true), ("completed", true)]
    );
}

#[tokio::test]
async fn a_preview_can_be_refused() {
    let fixture = Fixture::new().await;
    let create = &op::CREATE_PRODUCT_PREVIEWS;
    let styles = |styles: &[&str]| json!({"visual_styles": styles});
    fixture.simulator.refuse_next_preview("no such style");
    // What is not taken on for other reasons leaves the refusal where it is.
    fixture.simulator.set_credits(0.0);
    fixture.call(create, styles(&["Loud", "Calm"])).await.refused(200, 18020);
    fixture.simulator.set_credits(10.0);
    let submitted = fixture.call(create, styles(&["Loud", "Calm"])).await.data();
    assert_eq!(
        submitted["previews"][0],
        json!({"visual_style": "Loud", "err_msg": "no such style"})
    );
    assert_eq!(submitted["previews"][1]["visual_style"], "Calm");
    assert_eq!(submitted["previews"][1].get("err_msg"), None);
    assert_eq!(fixture.simulator.credits(), 9.5);
    assert_eq!(fixture.items(&op::LIST_PRODUCT_PREVIEWS, "").await.len(), 1);
    // Several refusals, more than there are styles, and calls of other kinds.
    for _ in 0..2 {
        fixture.simulator.refuse_next_preview("busy");
    }
    fixture.call(&op::CREATE_AI_SCRIPT, json!({})).await.data();
    for (style, refused) in [("a", true), ("b", true), ("c", false)] {
        let submitted = fixture.call(create, styles(&[style])).await.data();
        assert_eq!(submitted["previews"][0].get("err_msg").is_some(), refused, "{style}");
    }
}
