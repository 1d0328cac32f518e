//! Waits that share a hub of events. Only polls decide; an event says when to poll.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jogg_api::operations as op;
use jogg_api_ext::clock::Clock;
use jogg_api_ext::enums::WebhookEvent;
use jogg_api_ext::jobs::{EventHub, WaitOptions, wait_all_with};
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::webhooks::{Callback, Event, SampleEvent};
use jogg_api_ext::{ErrorKind, JobRecord, Motion, Video};
use jogg_tests::Stage;
use jogg_tests::replies::success as success_of;
use jogg_tests::requests::avatar_video;
use serde_json::{Value, json};

fn processing() -> Value {
    json!({"status": "processing"})
}

fn done() -> Value {
    json!({"status": "completed", "video_url": "https://cdn.example/v.mp4"})
}

/// An event of the video `v1`.
fn event(name: WebhookEvent) -> Event {
    Event::parse(&SampleEvent::new(name).job_id("v1").body()).unwrap()
}

fn success() -> Event {
    event(WebhookEvent::GeneratedAvatarVideoSuccess)
}

/// Waits for the video `v1`, whose polls say this. After each poll, `then` gets the hub and the
/// number of polls. Returns when each poll was, in seconds, and the end.
async fn polls(
    reports: &[Value],
    hub: &EventHub,
    then: impl Fn(&EventHub, u32) + Send + Sync + 'static,
) -> (Vec<u64>, jogg_api_ext::Result<Video>) {
    let stage = Stage::new().await;
    for report in reports {
        stage.respond(&op::GET_AVATAR_VIDEO, report.clone());
    }
    let times = Arc::new(Mutex::new(Vec::new()));
    let (seen, given) = (Arc::clone(&times), hub.clone());
    let options = WaitOptions::default().hub(hub).on_progress(move |progress| {
        seen.lock().unwrap().push(progress.elapsed.as_secs());
        then(&given, progress.polls);
    });
    let end = stage.jogg.avatar_videos().video_job("v1").wait_with(options).await;
    assert_eq!(stage.simulator.request_count(&op::GET_AVATAR_VIDEO), reports.len());
    let mut times = times.lock().unwrap().clone();
    times.push(stage.clock.now().as_secs());
    (times, end)
}

#[tokio::test]
async fn an_event_that_came_before_the_wait_is_not_lost() {
    let hub = EventHub::new();
    hub.publish(&success());
    let (times, end) = polls(&[done()], &hub, |_, _| {}).await;
    assert_eq!((times, end.unwrap().url.as_str()), (vec![0], "https://cdn.example/v.mp4"));
}

/// They aren't signed, and anyone may send them.
#[tokio::test]
async fn callbacks_do_not_make_the_hub_forget_events() {
    let hub = EventHub::new();
    hub.publish(&success());
    for number in 0..20_000 {
        let body = json!({"data": {"id": number}}).to_string();
        hub.publish_callback(&Callback::parse(body.as_bytes()));
    }
    let (times, _) = polls(&[done()], &hub, |_, _| {}).await;
    assert_eq!(times, [0]);
}

#[tokio::test]
async fn a_wait_ends_at_once_when_the_event_of_its_job_comes() {
    let hub = EventHub::new();
    let (times, end) = polls(&[processing(), done()], &hub, |hub, _| hub.publish(&success())).await;
    assert_eq!(times, [60, 60]);
    assert!(end.is_ok());
}

#[tokio::test]
async fn a_lost_event_costs_time_and_nothing_else() {
    let hub = EventHub::new();
    // The events of others change nothing.
    hub.notify("v2");
    let (times, end) = polls(&[processing(), processing(), done()], &hub, |hub, _| {
        hub.notify("v2");
    })
    .await;
    assert_eq!(times, [60, 120, 180]);
    assert!(end.is_ok());
}

#[tokio::test]
async fn a_forged_event_changes_neither_result_nor_failure() {
    let hub = EventHub::new();
    hub.publish(&success());
    let failed = json!({"status": "failed", "error": {"message": "too dark"}});
    let (times, end) = polls(&[processing(), processing(), failed], &hub, |_, _| {}).await;
    // From the event on, as without a hub.
    assert_eq!(times, [0, 5, 12]);
    assert_eq!(end.unwrap_err().kind(), ErrorKind::JobFailed);

    let hub = EventHub::new();
    hub.publish(&event(WebhookEvent::GeneratedAvatarVideoFailed));
    let (_, end) = polls(&[processing(), done()], &hub, |_, _| {}).await;
    assert!(end.is_ok());
}

/// Anyone may send the callbacks of single requests.
#[tokio::test]
async fn many_events_do_not_make_polls_more_frequent() {
    let hub = EventHub::new();
    hub.notify("v1");
    let mut reports = vec![processing(); 20];
    reports.push(done());
    let callback = Callback::parse(br#"{"data": {"project_id": "v1"}}"#);
    let (times, _) = polls(&reports, &hub, move |hub, _| {
        hub.publish_callback(&callback);
    })
    .await;
    let expected: Vec<u64> = (0..=20).map(|number| 5 * number).collect();
    assert_eq!(times, expected);
}

/// Also where the intervals leave time for no other poll before the deadline.
#[tokio::test]
async fn an_event_counts_until_the_time_of_the_last_poll() {
    let minute = Duration::from_secs(60);
    let busy = Reply::json(429, json!({"code": 429, "msg": ""})).header("retry-after", "30");
    for (first, polls, end) in [
        (success_of(processing()), 2, 60),
        // The server's pause holds.
        (busy, 1, 90),
    ] {
        let (stage, hub) = (Stage::new().await, EventHub::new());
        stage.simulator.reply_next(&op::GET_AVATAR_VIDEO, first);
        stage.respond(&op::GET_AVATAR_VIDEO, done());
        let given = hub.clone();
        let options = WaitOptions::default().interval(minute).deadline(minute + minute / 2);
        let options = options.hub(&hub).on_progress(move |_| given.publish(&success()));
        let end_of_wait = stage.jogg.avatar_videos().video_job("v1").wait_with(options).await;
        assert_eq!(end_of_wait.is_ok(), polls == 2, "{end_of_wait:?}");
        assert_eq!(stage.simulator.request_count(&op::GET_AVATAR_VIDEO), polls);
        assert_eq!(stage.clock.now().as_secs(), end);
    }
}

/// The server's pause holds, whatever comes in.
#[tokio::test]
async fn an_event_does_not_shorten_the_pause_that_the_server_wants() {
    let hub = EventHub::new();
    let stage = Stage::new().await;
    let busy = Reply::json(429, json!({"code": 429, "msg": ""})).header("retry-after", "30");
    stage.simulator.reply_next(&op::GET_AVATAR_VIDEO, busy);
    stage.respond(&op::GET_AVATAR_VIDEO, done());
    let given = hub.clone();
    let options = WaitOptions::default().hub(&hub).on_progress(move |_| given.publish(&success()));
    stage.jogg.avatar_videos().video_job("v1").wait_with(options).await.unwrap();
    assert_eq!(stage.clock.now().as_secs(), 90);
}

#[tokio::test]
async fn a_completed_job_without_its_result_is_polled_as_without_a_hub() {
    let hub = EventHub::new();
    let incomplete = json!({"status": "completed"});
    let (times, end) = polls(&[incomplete.clone(), incomplete, done()], &hub, |_, _| {}).await;
    assert_eq!(times, [60, 65, 72]);
    assert!(end.is_ok());
}

#[tokio::test]
async fn a_poll_that_fails_is_followed_by_others_as_without_a_hub() {
    for refusal in [
        Reply::json(200, json!({"code": 10104, "msg": "not found"})),
        Reply::body(502, "text/html", "busy"),
    ] {
        let (stage, hub) = (Stage::new().await, EventHub::new());
        stage.simulator.reply_next(&op::GET_AVATAR_VIDEO, refusal);
        stage.respond(&op::GET_AVATAR_VIDEO, done());
        let job = stage.jogg.avatar_videos().video_job("v1");
        job.wait_with(WaitOptions::default().hub(&hub)).await.unwrap();
        assert_eq!(stage.clock.now().as_secs(), 65);
    }
}

#[tokio::test]
async fn thousands_of_waits_share_one_hub() {
    const JOBS: usize = 2_000;
    let stage = Stage::with(|builder| builder.credits(1e6)).await;
    let mut jobs = Vec::new();
    for _ in 0..JOBS {
        jobs.push(stage.jogg.avatar_videos().create(avatar_video()).await.unwrap());
    }
    stage.clock.advance(Duration::from_secs(3600));
    let (begun, hub) = (stage.clock.now(), EventHub::new());
    let ids: Vec<_> = jobs.iter().map(|job| job.id().to_owned()).collect();
    let results = wait_all_with(jobs, WaitOptions::default().hub(&hub));
    // In another order than they were started in, some before the waits begin.
    ids.iter().rev().for_each(|id| hub.notify(id));
    let results: Vec<_> = futures_util::StreamExt::collect(results).await;
    assert!(results.iter().all(|(_, result)| result.is_ok()));
    assert_eq!(stage.clock.now(), begun);
    assert_eq!(stage.simulator.request_count(&op::GET_AVATAR_VIDEO), JOBS);
}

/// Some events name the avatar and not the job.
#[tokio::test]
async fn a_motion_is_known_by_its_avatar_too() {
    let stage = Stage::new().await;
    let hub = EventHub::new();
    let sample = SampleEvent::new(WebhookEvent::GeneratedPhotoAvatarSuccess).job_id("12345");
    hub.publish(&Event::parse(&sample.body()).unwrap());
    let mut record = JobRecord::new(&op::ADD_PHOTO_AVATAR_MOTION, "m1");
    record.raw = json!({"motion_id": "m1", "avatar_id": 12345});
    let data = json!({"status": "completed", "motion_preview_url": "u"});
    stage.respond(&op::GET_PHOTO_AVATAR_MOTION, data);
    let job = stage.jogg.resume::<Motion>(record).unwrap();
    job.wait_with(WaitOptions::default().hub(&hub)).await.unwrap();
    assert_eq!(stage.clock.now(), Duration::ZERO);
}

/// No event is known to report their end.
#[tokio::test]
async fn lip_syncs_and_previews_are_polled_as_without_a_hub() {
    let stage = Stage::new().await;
    let hub = EventHub::new();
    let options = || WaitOptions::default().hub(&hub);
    let data = json!({"status": "success", "data": {"result_url": "u"}});
    stage.respond(&op::GET_LIP_SYNC_VIDEO, data);
    stage.jogg.lip_sync().video_job("t1").wait_with(options()).await.unwrap();
    assert_eq!(stage.clock.now().as_secs(), 5);
    // Should an event of one of them come all the same, it counts.
    hub.notify("p2");
    let listed = ["p1", "p2"].map(|id| json!({"id": id, "status": "success", "video_url": "u"}));
    stage.respond(&op::LIST_PRODUCT_PREVIEWS, json!({"previews": listed, "total": 2}));
    let job = stage.jogg.product_videos().previews_job(["p1", "p2"]);
    job.wait_with(options()).await.unwrap();
    assert_eq!(stage.clock.now().as_secs(), 5);
}
