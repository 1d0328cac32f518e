//! An event's outcome is the result that waiting returns, or that polling is needed.

use jogg_api::Operation;
use jogg_api::operations as op;
use jogg_api_ext::enums::WebhookEvent;
use jogg_api_ext::jobs::{JobResult, Raw};
use jogg_api_ext::photo_avatars::Generation;
use jogg_api_ext::scripts::GeneratedScripts;
use jogg_api_ext::translations::Translation;
use jogg_api_ext::webhooks::{Event, Outcome, SampleEvent};
use jogg_api_ext::{ErrorKind, Motion, Video};
use jogg_tests::Stage;
use serde_json::{Value, json};

/// The result of an event, and that of a poll that says the same.
async fn both<T: JobResult>(
    event: &WebhookEvent,
    members: &[(&str, Value)],
    report: &'static Operation,
    data: Value,
) -> [T; 2] {
    let mut sample = SampleEvent::new(event.clone());
    for (name, value) in members {
        sample = sample.with(*name, value.clone());
    }
    let stage = Stage::new().await;
    let event = Event::parse(&sample.body()).unwrap();
    let Ok(Outcome::Completed(of_event)) = event.outcome::<T>() else { panic!("{event:?}") };
    stage.respond(report, data);
    let job = stage.jogg.resume::<T>(event.job().unwrap()).unwrap();
    [of_event, job.report().await.unwrap().result.unwrap()]
}

fn without_raw<T>(mut results: [T; 2], raw: impl Fn(&mut T) -> &mut Raw) -> [T; 2] {
    for result in &mut results {
        *raw(result) = Value::Null.into();
    }
    results
}

#[tokio::test]
async fn the_outcome_of_an_event_is_the_result_of_a_wait() {
    let event = WebhookEvent::GeneratedAvatarVideoSuccess;
    let members = [("video_url", json!("u")), ("duration", json!("24.5"))];
    let data = json!({"video_id": "video_1e88", "status": "completed", "video_url": "u",
        "duration": 24.5, "cover_url": "https://res.example.com/cover.jpg"});
    let videos = both(&event, &members, &op::GET_AVATAR_VIDEO, data).await;
    let [one, other] = without_raw(videos, |video: &mut Video| &mut video.raw);
    assert_eq!(one, other);

    let event = WebhookEvent::GeneratedImageSuccess;
    let members = [("photo_urls", json!(["a", "b"]))];
    let data = json!({"photo_id": "photo_9a41", "status": "success", "image_url_list": ["a", "b"]});
    let photos = both(&event, &members, &op::GET_PHOTO_GENERATION, data).await;
    let [one, other] = without_raw(photos, |photos: &mut Generation| &mut photos.raw);
    assert_eq!(one, other);

    let event = WebhookEvent::GeneratedMotionSuccess;
    let members = [("preview_url", json!("u")), ("avatar_id", json!(81))];
    let data = json!({"motion_id": "motion_7f3a", "status": "completed", "avatar_id": 81,
        "motion_preview_url": "u"});
    let motions = both(&event, &members, &op::GET_PHOTO_AVATAR_MOTION, data).await;
    let [one, other] = without_raw(motions, |motion: &mut Motion| &mut motion.raw);
    assert_eq!(one, other);

    let event = WebhookEvent::GeneratedTranslateVideoSuccess;
    let data = json!({"video_translate_id": "tr_3b8d", "status": "success", "url": "u"});
    let members = [("video_url", json!("u"))];
    let translations = both(&event, &members, &op::GET_VIDEO_TRANSLATION, data).await;
    let [one, other] = without_raw(translations, |video: &mut Translation| &mut video.raw);
    assert_eq!(one, other);
}

#[tokio::test]
async fn fact_45_the_paragraphs_of_a_script_are_a_list_in_reports_and_a_text_in_events() {
    let event = WebhookEvent::GeneratedScriptSuccess;
    let script =
        |paragraphs: Value| json!([{"script_style": "Storytime", "script_paragraphs": paragraphs}]);
    for paragraphs in [json!("Once."), json!(["Once."])] {
        let data = json!({"task_id": "task_60c2", "status": "success",
            "data": {"generated_scripts": script(json!(["Once."]))}});
        let members = [("scripts", script(paragraphs))];
        let scripts = both(&event, &members, &op::GET_AI_SCRIPT, data).await;
        let [one, other] = without_raw(scripts, |scripts: &mut GeneratedScripts| &mut scripts.raw);
        assert_eq!(one, other);
        assert_eq!(one.scripts[0].script_paragraphs, ["Once."]);
    }
}

#[test]
fn an_event_that_says_too_little_or_contradicts_itself_is_followed_by_a_poll() {
    let sample = SampleEvent::new(WebhookEvent::GeneratedAvatarVideoSuccess);
    for sample in [
        sample.clone().without("video_url"),
        sample.clone().with("video_url", ""),
        sample.clone().with("video_url", json!({})),
        sample.clone().with("status", "failed"),
        sample.clone().with("status", "processing"),
        sample.clone().without("video_id"),
        SampleEvent::new(WebhookEvent::GeneratedAvatarVideoFailed).with("status", "completed"),
        SampleEvent::new(WebhookEvent::from("avatar_video_changed")),
    ] {
        let event = Event::parse(&sample.body()).unwrap();
        assert_eq!(event.outcome::<Video>().unwrap(), Outcome::Poll, "{}", event.raw);
    }
    let failed = SampleEvent::new(WebhookEvent::GeneratedAvatarVideoFailed).body();
    let failed = Event::parse(&failed).unwrap().outcome::<Video>().unwrap();
    assert_eq!(failed, Outcome::Failed(Some("The job failed".to_owned())));
    // A raw_status that isn't known says nothing else than the event.
    let event = Event::parse(&sample.clone().with("status", "rendered").body()).unwrap();
    assert!(matches!(event.outcome::<Video>(), Ok(Outcome::Completed(_))));
    let error = event.outcome::<Motion>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidParameter);
    assert!(error.to_string().contains("`create_video_from_avatar`"), "{error}");
}
