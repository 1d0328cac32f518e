//! What the simulator delivers, over real sockets. Time is virtual, so that tests move it.

mod events;
mod hook;
mod retries;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jogg_api::operations as op;
use jogg_api_ext::clock::{Clock, Sleep};
use jogg_api_ext::enums::{EndpointStatus, WebhookEvent};
use jogg_api_ext::jobs::WaitOptions;
use jogg_api_ext::simulator::{DeliveryOutcome, Simulator, SimulatorBuilder, VirtualClock};
use jogg_api_ext::webhook_endpoints::{CreateEndpoint, UpdateEndpoint};
use jogg_api_ext::webhooks::{EventHub, Receiver, Verifier};
use jogg_api_ext::{Jogg, Secret, webhooks};
use jogg_tests::requests::{avatar_video, script};
use jogg_tests::{Stage, soon, until};
use serde_json::json;

use self::hook::{Hook, listen};

/// How long jobs take.
const JOB: Duration = Duration::from_secs(60);
const MOMENT: Duration = Duration::from_nanos(1);

async fn stage(settings: impl FnOnce(SimulatorBuilder) -> SimulatorBuilder) -> Stage {
    Stage::with(|builder| settings(builder.job_duration(JOB).credits(1e6))).await
}

/// An endpoint for all events.
fn endpoint(url: &str) -> CreateEndpoint {
    CreateEndpoint::new(url, EndpointStatus::Enabled, WebhookEvent::KNOWN.to_vec())
}

/// Registers an endpoint, and returns its id and its secret.
async fn register(stage: &Stage, endpoint: CreateEndpoint) -> (String, Secret) {
    let created = stage.jogg.webhook_endpoints().create(endpoint).await.unwrap();
    (created.endpoint_id.unwrap(), created.secret.unwrap())
}

/// Starts a video, and returns its id.
async fn start(stage: &Stage) -> String {
    let job = stage.jogg.avatar_videos().create(avatar_video()).await.unwrap();
    job.id().to_owned()
}

/// Waits until so many attempts are in the log, and returns their outcomes.
async fn outcomes(simulator: &Simulator, count: usize) -> Vec<DeliveryOutcome> {
    until(|| simulator.deliveries().len() >= count).await;
    simulator.deliveries().into_iter().map(|attempt| attempt.outcome).collect()
}

/// Waits until so many attempts are in the log. Returns of each the job, its number, its time and
/// its outcome.
async fn attempts(stage: &Stage, count: usize) -> Vec<(String, u32, Duration, DeliveryOutcome)> {
    outcomes(&stage.simulator, count).await;
    let attempts = stage.simulator.deliveries().into_iter();
    attempts.map(|it| (it.job_id, it.attempt, it.at, it.outcome)).collect()
}

/// A virtual clock that doesn't jump over waits either: only the test moves it.
#[derive(Debug)]
struct Still(VirtualClock);

impl Clock for Still {
    fn now(&self) -> Duration {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.0.timeout(duration)
    }

    fn timeout(&self, duration: Duration) -> Sleep {
        self.0.timeout(duration)
    }
}

#[tokio::test]
async fn fact_40_an_event_is_signed_and_named_in_the_headers() {
    let (stage, hook) = (stage(|builder| builder).await, Hook::new().await);
    let (endpoint, secret) = register(&stage, endpoint(&hook.url)).await;
    let id = start(&stage).await;
    stage.clock.advance(JOB - MOMENT);
    // While these are sent, a delivery that came too early would be made.
    for _ in 0..3 {
        start(&stage).await;
    }
    assert!(stage.simulator.deliveries().is_empty() && hook.received().is_empty());
    stage.clock.advance(MOMENT);
    let received = hook.has(1).await.remove(0);
    let signature = received.header("X-Webhook-Signature").unwrap();
    assert_eq!(signature, webhooks::sign(&secret, &received.body));
    let name = "generated_avatar_video_success";
    assert_eq!(received.header("X-Webhook-Event"), Some(name));
    assert_eq!(received.header("content-type"), Some("application/json"));
    assert_eq!(received.subject(), (name.to_owned(), id.clone()));

    assert_eq!(outcomes(&stage.simulator, 1).await, [DeliveryOutcome::Responded(200)]);
    let attempt = stage.simulator.deliveries().remove(0);
    assert_eq!((attempt.at, attempt.attempt), (JOB, 1));
    assert_eq!((attempt.event.as_str(), &attempt.job_id), (name, &id));
    assert_eq!(attempt.endpoint_id, Some(endpoint));
    let shown = format!("{attempt:?} {:?}", stage.simulator);
    assert!(!shown.contains(secret.expose()) && !shown.contains(signature), "{shown}");
}

/// From the job's start to its result, with our receiver, and without a poll before the event.
#[tokio::test]
async fn a_wait_with_a_hub_ends_by_the_event() {
    let stage = stage(|builder| builder.job_duration(Duration::from_secs(30))).await;
    let (hub, keys) = (EventHub::new(), Arc::new(Mutex::new(Vec::new())));
    let (listener, url) = listen().await;
    let (_, secret) = register(&stage, endpoint(&url)).await;
    let stored = Arc::clone(&keys);
    let receiver = Receiver::new(Verifier::new([secret]).unwrap(), move |event| {
        stored.lock().unwrap().push(event.key());
        async { Ok::<_, &str>(()) }
    });
    let router = receiver.publish_to(&hub).into_router("/hook").unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });

    let clock = Arc::new(Still(stage.clock.clone()));
    let jogg: Jogg = stage.client().without_rate_limiter().clock(clock).build().unwrap();
    let job = jogg.avatar_videos().create(avatar_video()).await.unwrap();
    let wait = tokio::spawn(job.wait_with(WaitOptions::default().hub(&hub)).into_future());
    stage.clock.advance(Duration::from_secs(30));
    let video = soon(wait).await.unwrap().unwrap();
    assert!(video.url.starts_with(stage.simulator.base_url()));
    assert_eq!(stage.simulator.request_count(&op::GET_AVATAR_VIDEO), 1);
    assert_eq!(stage.clock.now(), Duration::from_secs(30));
    assert_eq!(keys.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn only_enabled_endpoints_that_are_subscribed_get_an_event() {
    let (stage, hook) = (stage(|builder| builder).await, Hook::new().await);
    let (all, failures) = (WebhookEvent::KNOWN.to_vec(), WebhookEvent::GeneratedScriptFailed);
    let enabled = |events| CreateEndpoint::new(&hook.url, EndpointStatus::Enabled, events);
    let disabled = CreateEndpoint::new(&hook.url, EndpointStatus::Disabled, all.clone());
    register(&stage, disabled).await;
    register(&stage, enabled(vec![failures])).await;
    let (updated, _) = register(&stage, enabled(all.clone())).await;
    let (deleted, _) = register(&stage, enabled(all)).await;
    let events =
        vec![WebhookEvent::GeneratedScriptSuccess, WebhookEvent::GeneratedAvatarVideoSuccess];
    let (subscribed, _) = register(&stage, enabled(events)).await;

    drop(stage.jogg.scripts().create(script()).await.unwrap());
    // What counts is what holds when the job ends.
    let events = [WebhookEvent::GeneratedMotionSuccess];
    let update = UpdateEndpoint::new(&hook.url, EndpointStatus::Enabled, events);
    stage.jogg.webhook_endpoints().update(&updated, update).await.unwrap();
    stage.jogg.webhook_endpoints().delete(&deleted).await.unwrap();
    start(&stage).await;
    stage.clock.advance(JOB);
    // What others had got would have come before.
    outcomes(&stage.simulator, 2).await;
    let attempts = stage.simulator.deliveries();
    let to: Vec<_> = attempts.iter().map(|attempt| attempt.endpoint_id.clone()).collect();
    assert_eq!(to, [Some(subscribed.clone()), Some(subscribed)], "{attempts:?}");
    assert_eq!(hook.received().len(), 2);
}

#[tokio::test]
async fn fact_42_a_single_request_is_notified_without_a_signature() {
    let (stage, hook) = (stage(|builder| builder).await, Hook::new().await);
    let video = avatar_video().webhook_url(&hook.url);
    let video = stage.jogg.avatar_videos().create(video).await.unwrap();
    let translation = jogg_api_ext::translations::CreateTranslation::new("https://a.example", "fr");
    let translation = stage.jogg.translations().create(translation.callback_url(&hook.url));
    let translation = translation.await.unwrap();
    stage.clock.advance(JOB);
    let received = hook.has(2).await;
    for (received, id) in received.iter().zip([video.id(), translation.id()]) {
        assert_eq!(received.header("X-Webhook-Signature"), None);
        assert_eq!(webhooks::Callback::parse(&received.body).ids(), [id]);
    }
    outcomes(&stage.simulator, 2).await;
    assert!(stage.simulator.deliveries().iter().all(|attempt| attempt.endpoint_id.is_none()));
}

/// Also not by way of a list that a test has set.
#[tokio::test]
async fn nothing_is_sent_to_another_machine() {
    let stage = stage(|builder| builder).await;
    register(&stage, endpoint("https://shop.example/hook")).await;
    let endpoints = &op::LIST_WEBHOOK_ENDPOINTS;
    let events = ["generated_avatar_video_success"];
    let set = ["http://shop.example/hook", "http://10.0.0.1/hook", "https://shop.example"]
        .map(|url| json!({"url": url, "status": "enabled", "events": events, "secret": "s"}));
    stage.simulator.set_items(endpoints, set.to_vec()).unwrap();
    let video = avatar_video().webhook_url("https://shop.example/hook");
    drop(stage.jogg.avatar_videos().create(video).await.unwrap());
    stage.clock.advance(JOB);
    let skipped = vec![DeliveryOutcome::Skipped; 4];
    assert_eq!(outcomes(&stage.simulator, 4).await, skipped);
    stage.clock.advance(Duration::from_secs(3600));
    // Items that are no endpoints do no harm.
    let rubbish = [json!(null), json!({"status": "enabled", "events": [7], "url": 7})];
    stage.simulator.set_items(endpoints, rubbish.to_vec()).unwrap();
    start(&stage).await;
    stage.clock.advance(MOMENT);
    let hook = Hook::new().await;
    let last = avatar_video().webhook_url(&hook.url);
    drop(stage.jogg.avatar_videos().create(last).await.unwrap());
    stage.clock.advance(JOB);
    // What the others had got would have come before.
    let expected = [skipped, vec![DeliveryOutcome::Responded(200)]].concat();
    assert_eq!(outcomes(&stage.simulator, 5).await, expected);
}

/// One task makes all deliveries, and ends with the simulator.
#[tokio::test]
async fn deliveries_end_with_the_simulator() {
    let clock = Arc::new(VirtualClock::new());
    let simulator = Simulator::builder().clock(clock.clone()).start().await.unwrap();
    until(|| Arc::strong_count(&clock) > 1).await;
    drop(simulator);
    until(|| Arc::strong_count(&clock) == 1).await;
}

#[tokio::test]
async fn thousands_of_jobs_end_in_order() {
    const JOBS: usize = 2_000;
    let (stage, hook) = (stage(|builder| builder).await, Hook::new().await);
    register(&stage, endpoint(&hook.url)).await;
    let mut ids = Vec::new();
    for _ in 0..JOBS {
        ids.push(start(&stage).await);
    }
    stage.clock.advance(JOB);
    let received = hook.has(JOBS).await;
    let received: Vec<String> = received.iter().map(|received| received.subject().1).collect();
    assert_eq!(received, ids);
    assert_eq!(received.len(), JOBS);
}
