//! What is read in events.

use std::collections::BTreeSet;

use jogg_api_ext::enums::WebhookEvent;
use jogg_api_ext::webhooks::{Callback, Event, SampleEvent};
use jogg_api_ext::{JobRecord, JobStatus};
use serde_json::{Value, json};

fn event(body: Value) -> Event {
    Event::parse(body.to_string().as_bytes()).unwrap()
}

/// The jobs of an event, as `operation id`.
fn jobs(event: &Event) -> Vec<String> {
    event.jobs().iter().map(|JobRecord { operation, id, .. }| format!("{operation} {id}")).collect()
}

#[test]
fn fact_44_each_known_event_says_how_which_job_has_ended() {
    let mut lines = BTreeSet::new();
    for sample in SampleEvent::all() {
        let event = Event::parse(&sample.body()).unwrap();
        assert_eq!(&event.event, sample.event());
        let (stem, end) = event.event.as_str().rsplit_once('_').unwrap();
        let failed = end == "failed";
        let status = if failed { JobStatus::Failed } else { JobStatus::Completed };
        assert_eq!((event.status(), event.error().is_some()), (status, failed), "{event:?}");
        // The same of both events of a kind.
        let jobs = jobs(&event);
        let jobs = if jobs.is_empty() { "no job".to_owned() } else { jobs.join(", ") };
        lines.insert(format!("{stem}: {jobs}"));
    }
    insta::assert_snapshot!(lines.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn fact_44_events_and_members_that_are_not_known_are_kept() {
    let body = json!({"event": "generated_hologram_success", "new": [1], "data": {"job_id": 7}});
    let event = event(body.clone());
    assert_eq!(event.event, WebhookEvent::Unknown("generated_hologram_success".into()));
    assert_eq!((event.status(), event.job()), (JobStatus::Completed, None));
    assert_eq!((event.ids(), &event.raw), (vec!["7".to_owned()], &body));
    assert_eq!(serde_json::to_value(&event).unwrap(), body);
    let other = self::event(json!({"event": "avatar_changed", "data": {"video_id": "v"}}));
    assert_eq!((other.status(), other.job()), (JobStatus::Unknown, None));
}

/// As in production: no `event_id`, no status, and the project for the video.
#[test]
fn fact_43_a_video_is_known_by_its_project_and_its_end_by_the_name_of_the_event() {
    for (name, operation) in [
        ("generated_avatar_video", "create_video_from_avatar"),
        ("generated_product_video", "create_video_from_product"),
        ("generated_template_video", "create_video_with_template"),
    ] {
        for (end, status) in [("success", JobStatus::Completed), ("failed", JobStatus::Failed)] {
            let name = WebhookEvent::from(format!("{name}_{end}").as_str());
            let sample = SampleEvent::new(name).job_id("p1").live();
            let event = Event::parse(&sample.body()).unwrap();
            assert_eq!(event.data()["project_id"], "p1");
            assert_eq!((event.event_id.as_ref(), event.data().get("status")), (None, None));
            assert_eq!((jobs(&event), event.status()), (vec![format!("{operation} p1")], status));
        }
    }
}

#[test]
fn fact_43_everything_but_the_name_of_an_event_may_be_missing_or_of_another_type() {
    for body in [
        json!({"event": " Generated_Motion_Success "}),
        json!({"event": "generated_motion_success", "data": null, "timestamp": null}),
        json!({"event": "generated_motion_success", "data": [], "timestamp": {}, "event_id": ""}),
        json!({"event": "generated_motion_success", "data": {"motion_id": {}}, "event_id": []}),
    ] {
        let event = event(body);
        assert_eq!(event.event, WebhookEvent::GeneratedMotionSuccess);
        assert_eq!((event.job(), event.timestamp, event.event_id), (None, None, None));
    }
    for timestamp in [json!(1_732_806_631), json!("1732806631"), json!(1_732_806_631.0)] {
        let event = event(json!({
            "event": "generated_motion_failed", "timestamp": timestamp, "event_id": 5,
            "motion_id": 1500.0,
        }));
        assert_eq!((event.timestamp, event.event_id.as_deref()), (Some(1_732_806_631), Some("5")));
        // The members may be at top level.
        assert_eq!(event.job().unwrap().id, "1500");
    }
}

#[test]
fn the_reason_of_a_failure_may_be_an_object_or_a_text() {
    for (error, expected) in [
        (json!({"code": 50000, "message": "too dark"}), Some("too dark")),
        (json!("too dark"), Some("too dark")),
        (json!({"code": 50000}), Some("code 50000")),
        (json!(null), None),
    ] {
        let data = json!({"motion_id": "m", "error": error});
        let failed = event(json!({"event": "generated_motion_failed", "data": data}));
        assert_eq!(failed.error().as_deref(), expected);
        let done = event(json!({"event": "generated_motion_success", "data": data}));
        assert_eq!(done.error(), None);
    }
}

/// An event with more ids than are read.
fn batch(last: u32) -> Value {
    let ids = (0..30).map(|number| (format!("item_{number:02}_id"), json!(number)));
    let mut data: serde_json::Map<_, _> = ids.collect();
    data.insert("photo_id".to_owned(), json!("p"));
    data.insert("zone_id".to_owned(), json!(last));
    json!({"event": "generated_image_success", "data": data})
}

#[test]
fn fact_41_the_key_of_an_event_is_the_same_in_each_delivery_and_no_other_event_has_it() {
    let keys = [
        json!({"event": "generated_image_success", "event_id": "evt_1", "data": {"photo_id": "p"}}),
        json!({"event": "generated_image_success", "data": {"photo_id": "p"}}),
        json!({"event": "generated_image_failed", "event_id": "evt_1", "data": {"photo_id": "p"}}),
        json!({"event": "generated_image_failed", "data": {"photo_id": "p"}}),
        json!({"event": "generated_image_success", "data": {"photo_id": "q"}}),
        // A batch may have an event for each of its members.
        json!({"event": "generated_image_success", "data": {"photo_id": "p", "item_id": 1}}),
        json!({"event": "generated_image_success", "data": {"photo_id": "p", "item_id": 2}}),
        json!({"event": "generated_image_success", "data": {"photo_id": "p\" item_id=\"2"}}),
        json!({"event": "generated_image_success", "data": {"url": "u"}}),
        json!({"event": "generated_image_success", "data": {"url": "v"}}),
        json!({"event": "generated_image_success", "event_id": "x".repeat(5000)}),
        json!({"event": "generated_image_success", "event_id": "y".repeat(5000)}),
        // Two jobs of one avatar. No id says which.
        json!({"event": "generated_photo_avatar_success", "timestamp": 1, "data": {"avatar_id": 8}}),
        json!({"event": "generated_photo_avatar_success", "timestamp": 2, "data": {"avatar_id": 8}}),
        json!({"event": "avatar_changed", "timestamp": 1, "data": {"avatar_id": 8}}),
        json!({"event": "avatar_changed", "timestamp": 2, "data": {"avatar_id": 8}}),
        // Longer than ids are.
        json!({"event": "generated_image_success", "data": {"photo_id": "p".repeat(257)}}),
        json!({"event": "generated_image_success", "data": {"photo_id": "q".repeat(257)}}),
        batch(1),
        batch(2),
    ];
    let keys: Vec<String> = keys.into_iter().map(|body| event(body).key()).collect();
    assert_eq!(keys[0], "id:\"evt_1\" generated_image_success");
    assert_eq!(keys[1], "job:generated_image_success photo_id=\"p\"");
    assert!(keys[8].starts_with("sha256:") && keys.iter().all(|key| key.len() <= 300));
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "{keys:#?}");
    // A retry may have another time, and its members in another order.
    let first = br#"{"event": "generated_image_success", "timestamp": 1,
        "data": {"photo_id": "p", "set_id": 2}}"#;
    let again = br#"{"data": {"set_id": 2, "photo_id": "p", "photo_urls": []},
        "event": "generated_image_success", "timestamp": 9}"#;
    assert_eq!(Event::parse(first).unwrap().key(), Event::parse(again).unwrap().key());
}

#[test]
fn fact_42_a_callback_is_only_a_hint() {
    let sample = SampleEvent::new(WebhookEvent::GeneratedAvatarVideoSuccess).job_id("v1");
    let callback = Callback::parse(&sample.body());
    assert_eq!(callback.ids(), ["v1"]);
    assert_eq!(callback.jobs()[0].operation, "create_video_from_avatar");
    let loud = json!({"event": "GENERATED_MOTION_SUCCESS", "data": {"motion_id": "m"}});
    assert_eq!(Callback::parse(loud.to_string().as_bytes()).jobs().len(), 2);
    let long = format!(
        r#"{{"event": "generated_image_success", "data": {{"photo_id": "{}"}}}}"#,
        "p".repeat(257)
    );
    for body in ["", "{", "[]", "{}", "\u{0}", r#"{"data": {"id": {}}}"#, &long] {
        let callback = Callback::parse(body.as_bytes());
        assert!(callback.ids().is_empty() && callback.jobs().is_empty());
    }
    // Nobody can make others do much work.
    let many = (0..1000).map(|number| (format!("{number}_id"), json!(format!("{number:0200}"))));
    let many = json!({"data": many.collect::<serde_json::Map<_, _>>()});
    assert_eq!(Callback::parse(many.to_string().as_bytes()).ids().len(), 16);
    // The ids that jobs have by the name of the event come first.
    let batch = batch(1);
    assert_eq!(Callback::parse(batch.to_string().as_bytes()).ids()[0], "p");
    assert_eq!((event(batch.clone()).ids()[0].as_str(), event(batch).ids().len()), ("p", 16));
    let long = json!({"data": {"id": "x".repeat(1000)}});
    assert!(Callback::parse(long.to_string().as_bytes()).ids().is_empty());
}
