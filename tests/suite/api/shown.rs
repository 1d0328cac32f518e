//! A line for every public type that shows anything of itself: made with planted secrets wherever
//! it can hold some.

use std::fmt::{Debug, Display};
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jogg_api::codec::{CODECS, Codec};
use jogg_api::codes::CODES;
use jogg_api::operations::{
    ADD_PHOTO_AVATAR_MOTION, CREATE_ASSET_UPLOAD, CREATE_PRODUCT_PREVIEWS, CREATE_WEBHOOK_ENDPOINT,
    GET_PHOTO_AVATAR_MOTION, LIST_PHOTO_AVATARS, LIST_PRODUCT_PREVIEWS, LIST_WEBHOOK_ENDPOINTS,
    WHOAMI,
};
use jogg_api::{Endpoint, Secret};
use jogg_api_ext::assets::{Download, Upload};
use jogg_api_ext::batch::{Entry, RunEnd, SharedWindow, SpendCap, Store};
use jogg_api_ext::enums::{EndpointStatus, MotionModel};
use jogg_api_ext::jobs::{JobUpdate, WaitOptions};
use jogg_api_ext::photo_avatars::ListAvatars;
use jogg_api_ext::policy::{Attempt, AttemptOutcome, Observer, Permit, SlidingWindow};
use jogg_api_ext::product_videos::Previews;
use jogg_api_ext::simulator::{DeliveryFaults, Reply, ReplyTarget, Simulator};
use jogg_api_ext::tools::Tool;
use jogg_api_ext::webhook_endpoints::CreateEndpoint;
use jogg_api_ext::webhooks::{Callback, Event, EventHub, Outcome, Receiver, SampleEvent, Verifier};
use jogg_api_ext::{CallOptions, Jogg, Video};
use jogg_tests::replies::ticket;
use jogg_tests::{KEY, Stage, requests, sample, secrets, until};
use serde_json::{Value, json};

/// What a value shows of itself.
pub(crate) struct Line {
    /// The type's path, by the module that defines it.
    pub(crate) name: String,
    pub(crate) text: String,
    /// Whether it has `Display`, too.
    pub(crate) display: bool,
}

fn debug<T: Debug>(value: &T) -> Line {
    let path = std::any::type_name::<T>().split('<').next().unwrap_or_default();
    Line { name: path.to_owned(), text: secrets::debugged(value), display: false }
}

fn display<T: Debug + Display>(value: &T) -> Line {
    let mut line = debug(value);
    line.text.push_str(&format!("{value} {value:#}"));
    line.display = true;
    line
}

pub(crate) async fn shown() -> Vec<Line> {
    let mut lines = Vec::new();
    let stage = Stage::without_retries().await;
    lines.extend(settings(&stage));
    lines.extend(values(&stage).await);
    lines.extend(jobs(&stage).await);
    lines.extend(calls(&stage).await);
    lines.extend(low_level(&stage).await);
    lines.extend(simulator(&stage));
    lines.extend(deliveries(&stage).await);
    lines.extend(webhooks());
    lines.extend(batches(&stage).await);
    lines
}

fn settings(stage: &Stage) -> Vec<Line> {
    let url = secrets::signed_url();
    vec![
        debug(&stage.jogg),
        debug(&Jogg::builder(KEY).base_url(&url).root_certificate(secrets::CONTENT)),
        debug(&stage.jogg.account()),
        debug(&stage.jogg.assets()),
        debug(&stage.jogg.photo_avatars()),
        debug(&SlidingWindow::default()),
        // A label is shown, and documented as no place for a secret.
        debug(&CallOptions::new().label("order 17")),
        debug(&Permit::new(secrets::signed_url())),
        debug(&WaitOptions::default().on_progress(move |_| drop(url.clone()))),
        debug(&jogg_api::Client::builder(KEY).base_url(secrets::signed_url())),
        debug(stage.jogg.api()),
    ]
}

async fn values(stage: &Stage) -> Vec<Line> {
    let mut body = sample::response(&LIST_PHOTO_AVATARS);
    body["data"]["avatars"] = json!([{"id": secrets::signed_url()}, [secrets::CONTENT]]);
    stage.simulator.reply_next(&LIST_PHOTO_AVATARS, Reply::json(200, body));
    let page = stage.jogg.photo_avatars().list(ListAvatars::new()).page().await.unwrap();
    assert!(!page.metadata.skipped.is_empty());
    // Through an address that is signed.
    let sign_url = format!("{}/uploads/a.png?{}", stage.simulator.base_url(), secrets::query());
    let ticket = ticket(sign_url, "https://files.example/a.png");
    stage.simulator.reply_next(&CREATE_ASSET_UPLOAD, ticket);
    stage
        .simulator
        .reply_next(ReplyTarget::Upload, Reply::body(200, "text/plain", secrets::CONTENT));
    let asset = stage.jogg.assets().upload_bytes("a.png", secrets::CONTENT).await.unwrap();
    let said = Reply::body(203, "text/plain", secrets::CONTENT);
    stage.simulator.reply_next(ReplyTarget::Upload, said);
    let noticed = stage.jogg.assets().upload_bytes("a.png", "x").await.unwrap();
    let list = stage.jogg.photo_avatars().list(ListAvatars::new().name(secrets::CONTENT));
    vec![
        debug(&list),
        debug(&list.clone().page()),
        debug(&list.clone().items()),
        debug(&Tool::of::<ListAvatars>()),
        debug(&stage.jogg.blocking().unwrap()),
        debug(&stage.jogg.blocking().unwrap().iter(list.items()).unwrap()),
        debug(&page.metadata),
        debug(&asset),
        debug(&noticed.callback_failure.expect("what the storage said")),
        debug(&Upload::bytes("a.png", secrets::CONTENT)),
        debug(&Download::new(secrets::signed_url())),
        debug(&page),
        display(&page.metadata.skipped[0]),
    ]
}

async fn jobs(stage: &Stage) -> Vec<Line> {
    let started = sample::response(&ADD_PHOTO_AVATAR_MOTION);
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::json(200, started));
    let request = requests::add_motion_to(secrets::signed_url());
    let mut job = stage.jogg.photo_avatars().add_motion(request).await.unwrap();
    let mut record = job.record().clone();
    record.raw = json!({"secret": secrets::WEBHOOK_SECRET});
    job = stage.jogg.resume(record).unwrap();
    let mut lines = Vec::new();
    for status in [secrets::signed_url(), "failed".to_owned()] {
        let report = json!({"status": status, "error_msg": secrets::message()});
        stage.respond(&GET_PHOTO_AVATAR_MOTION, report);
        let report = job.report().await.unwrap();
        assert_eq!(report.error.is_some(), status == "failed");
        lines.push(debug(&report));
    }
    lines.extend(lost(stage).await);
    let update = job.clone().updates().next().await.unwrap().unwrap();
    let JobUpdate::Progress(progress) = &update else { panic!("{update:?}") };
    let progress = debug(progress);
    let mut previews = previews(stage).await;
    previews.raw = json!(secrets::signed_url()).into();
    let raw = debug(&previews.raw);
    assert_eq!(previews.failed.len(), 2);
    for failed in &previews.failed {
        lines.push(debug(failed));
        assert!(failed.reason.as_ref().unwrap().contains(&secrets::query()));
    }
    lines.extend([debug(&job), debug(job.record()), debug(&update), progress, raw]);
    lines
}

/// A request whose response was lost, and what a list with secrets shows of it.
async fn lost(stage: &Stage) -> Vec<Line> {
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::reset());
    let request = requests::add_motion_to(secrets::signed_url());
    let error = stage.jogg.photo_avatars().add_motion(request).await.unwrap_err();
    stage.simulator.reply_next(&CREATE_WEBHOOK_ENDPOINT, Reply::reset());
    let request =
        CreateEndpoint::new("https://a.example/hook", EndpointStatus::Enabled, Vec::new());
    let lost = stage.jogg.webhook_endpoints().create(request).await.unwrap_err();
    let mut listed = endpoints();
    listed["data"]["endpoints"][0]["created_at"] = json!(null);
    stage.simulator.reply_next(&LIST_WEBHOOK_ENDPOINTS, Reply::json(200, listed));
    let found = stage.jogg.candidates(&lost).await.unwrap();
    vec![display(&error), debug(&found), debug(&found.items[0]), debug(&found.items[0].item)]
}

/// A batch of which one preview was refused and one failed, in texts with secrets.
async fn previews(stage: &Stage) -> Previews {
    let previews =
        json!([{"preview_id": "p1"}, {"preview_id": "p2"}, {"err_msg": secrets::message()}]);
    stage.respond(&CREATE_PRODUCT_PREVIEWS, json!({"previews": previews}));
    let listed = json!([
        {"id": "p1", "status": "success", "video_url": "u"},
        {"id": "p2", "status": "failed", "err_msg": secrets::message()},
    ]);
    stage.respond(&LIST_PRODUCT_PREVIEWS, json!({"previews": listed, "total": 2}));
    let request = requests::previews(["a"]);
    let job = stage.jogg.product_videos().create_previews(request).await.unwrap();
    job.wait().await.unwrap()
}

/// Keeps the last attempt and its outcome.
#[derive(Default)]
struct Last(Mutex<Option<(Attempt, AttemptOutcome)>>);

impl Observer for Last {
    fn on_outcome(&self, attempt: &Attempt, outcome: &AttemptOutcome) {
        *self.0.lock().unwrap() = Some((attempt.clone(), outcome.clone()));
    }
}

async fn calls(stage: &Stage) -> Vec<Line> {
    let last = Arc::new(Last::default());
    let jogg = stage.client().observer(last.clone()).build().unwrap();
    let list = &LIST_WEBHOOK_ENDPOINTS;
    stage.simulator.reply_next(list, Reply::json(200, endpoints()));
    let response = jogg.api().list_webhook_endpoints().await.unwrap();
    let (raw, prepared) = (
        response.clone().into_raw(list),
        jogg_api::endpoints::ListWebhookEndpoints::new().prepare().unwrap(),
    );
    stage.simulator.reply_next(list, Reply::json(200, endpoints()));
    let call = jogg.call(jogg_api::endpoints::ListWebhookEndpoints::new());
    let (_, metadata) = call.with_metadata().await.unwrap();
    let (attempt, success) = last.0.lock().unwrap().take().unwrap();
    let body = json!({"code": 10105, "msg": secrets::message(), "rid": secrets::signed_url()});
    stage.simulator.reply_next(&WHOAMI, Reply::json(401, body));
    let error = jogg.account().whoami().await.unwrap_err();
    let (_, failure) = last.0.lock().unwrap().take().unwrap();
    assert!(success.request_id.is_some() && failure.request_id.is_some());
    let endpoint = &response.data.as_ref().unwrap().endpoints[0];
    assert_eq!(endpoint.secret.as_ref().unwrap().expose(), secrets::WEBHOOK_SECRET);
    vec![
        debug(&response),
        debug(&raw),
        debug(&prepared),
        debug(&metadata),
        debug(&attempt),
        debug(&success),
        debug(&failure),
        display(&error),
    ]
}

/// A list with a secret in it. Its URL is no secret.
fn endpoints() -> Value {
    let mut body = sample::response(&LIST_WEBHOOK_ENDPOINTS);
    body["data"]["endpoints"][0]["url"] = json!("https://a.example/hook");
    body
}

async fn low_level(stage: &Stage) -> Vec<Line> {
    let mut body = endpoints();
    // Without a client, a key is not known.
    body["msg"] = json!(secrets::signed_url());
    let codec = Codec::of("list_webhook_endpoints").unwrap();
    let motion = Codec::of("add_photo_avatar_motion").unwrap();
    let model = json!({"model": secrets::signed_url()}).to_string();
    let endpoint = Codec::of("create_webhook_endpoint").unwrap();
    let list = json!({"events": secrets::signed_url()}).to_string();
    let text = json!({"code": 0, "data": {"endpoints": secrets::signed_url()}});
    stage
        .simulator
        .reply_next(&LIST_WEBHOOK_ENDPOINTS, Reply::json(200, json!([secrets::CONTENT])));
    let error = stage.jogg.api().list_webhook_endpoints().await.unwrap_err();
    let url = secrets::signed_url();
    let credits = CREATE_PRODUCT_PREVIEWS.credits.unwrap();
    let mut lines = vec![
        debug(&CODES[0]),
        debug(&WHOAMI),
        debug(&credits),
        display(&credits),
        display(&credits.price),
        debug(&CODECS[0]),
        debug(&codec.decode_response(body.to_string().as_bytes()).unwrap()),
        debug(&codec.decode_response(text.to_string().as_bytes()).unwrap()),
        display(&motion.check_body(model.as_bytes()).unwrap_err()),
        display(&endpoint.check_body(list.as_bytes()).unwrap_err()),
        display(&error),
        debug(error.kind()),
        display(&Secret::from(secrets::WEBHOOK_SECRET)),
        display(&MotionModel::from_str(&url).unwrap_err()),
    ];
    for base_url in [url.clone(), url.replace("https", "http"), url.replace("https", "ftp")] {
        let builder = jogg_api::Client::builder(KEY).base_url(base_url);
        lines.push(display(&builder.root_certificate(secrets::CONTENT).build().unwrap_err()));
    }
    lines.push(display(&jogg_api::Client::builder(format!("{KEY}\n{KEY}")).build().unwrap_err()));
    lines
}

fn simulator(stage: &Stage) -> Vec<Line> {
    stage.simulator.reply_next(&WHOAMI, Reply::body(500, "text/plain", secrets::message()));
    let mut lines = vec![
        debug(&stage.simulator),
        debug(&Simulator::builder().clock(Arc::new(stage.clock.clone()))),
        debug(&stage.clock),
    ];
    // With the key, bodies, and the signature of an upload.
    let requests = stage.simulator.requests();
    assert!(requests.iter().any(|request| request.path.starts_with("/uploads/")));
    lines.extend(requests.iter().map(debug));
    lines
}

/// With an endpoint whose URL and secret are planted, and a job that fails.
async fn deliveries(stage: &Stage) -> Vec<Line> {
    let endpoint = json!({
        "url": secrets::signed_url(), "secret": secrets::WEBHOOK_SECRET, "status": "enabled",
        "events": ["generated_avatar_video_failed"],
    });
    stage.simulator.set_items(&LIST_WEBHOOK_ENDPOINTS, vec![endpoint]).unwrap();
    stage.simulator.fail_next_job(&secrets::message());
    let video = requests::avatar_video().webhook_url(secrets::signed_url());
    drop(stage.jogg.avatar_videos().create(video).await.unwrap());
    stage.clock.advance(Duration::from_secs(60));
    until(|| stage.simulator.deliveries().len() == 2).await;
    let attempts = stage.simulator.deliveries();
    let shown = attempts.iter().flat_map(|it| [debug(it), debug(&it.outcome)]);
    shown.chain([debug(&DeliveryFaults::new().lost(0.1))]).collect()
}

/// With the secret, in names, in ids and in reasons.
fn webhooks() -> Vec<Line> {
    let verifier = || Verifier::new([secrets::WEBHOOK_SECRET]).unwrap();
    let body = json!({
        "event": format!("{}_failed", secrets::signed_url()), "event_id": secrets::signed_url(),
        "data": {"video_id": secrets::signed_url(), "error": secrets::message()},
    });
    let event = Event::parse(body.to_string().as_bytes()).unwrap();
    assert!(event.error().unwrap().contains(KEY));
    let (hub, callback) = (EventHub::new(), Callback::parse(body.to_string().as_bytes()));
    hub.publish(&event);
    let failed = Outcome::<Video>::Failed(event.error());
    let ignore = |_: Event| async { Ok::<_, &str>(()) };
    vec![
        debug(&verifier()),
        debug(&event),
        debug(&callback),
        debug(&hub),
        debug(&failed),
        debug(&Receiver::new(verifier(), ignore).publish_to(&hub)),
        debug(&SampleEvent::new(event.event.clone()).with("video_url", secrets::signed_url())),
        display(&verifier().verify(body.to_string().as_bytes(), "").unwrap_err()),
        display(&Event::parse(b"[]").unwrap_err()),
    ]
}

/// With secrets in requests, results and reasons. Keys and names are shown, but for URLs.
async fn batches(stage: &Stage) -> Vec<Line> {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::sqlite(folder.path().join("batch.db")).await.unwrap();
    let cap = SpendCap::new().per_batch(1.5).per_day(100.0);
    let batch = store.batch("shown").spend_cap(cap);
    let entry =
        |key: &str| Entry::new(key, requests::avatar_video().webhook_url(secrets::signed_url()));
    let mut lines = vec![debug(&entry("1")), debug(&store), debug(&batch)];
    batch.queue_all([entry("1"), entry("2")]).await.unwrap();
    stage.simulator.fail_next_job(&secrets::message());
    let jogg = stage.client().without_rate_limiter().build().unwrap();
    let report = batch.run(&jogg).await.unwrap();
    let RunEnd::SpendCap(reached) = &report.end else { panic!("{report:?}") };
    let request = batch.get("1").await.unwrap().unwrap();
    let failure = request.failure.as_ref().unwrap();
    lines.extend([debug(&report), debug(&report.end), display(reached)]);
    lines.extend([display(&report), display(&report.end)]);
    lines.extend([debug(&request), debug(failure), debug(&batch.run(&jogg))]);
    lines.push(debug(&SharedWindow::new(&store, "the team's key")));
    lines
}
