//! The call policy: retries, their budget, deadlines, and what an observer is notified of.

use std::sync::Arc;
use std::time::Duration;

use jogg_api::operations::{
    ADD_PHOTO_AVATAR_MOTION, CREATE_PRODUCT, CREATE_PRODUCT_PREVIEWS, CREATE_WEBHOOK_ENDPOINT,
    DELETE_WEBHOOK_ENDPOINT, GET_REMAINING_QUOTA, WHOAMI,
};
use jogg_api_ext::clock::Clock;
use jogg_api_ext::enums::{EndpointStatus, WebhookEvent};
use jogg_api_ext::products::{CreateProduct, Source};
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::webhook_endpoints::CreateEndpoint;
use jogg_api_ext::{CallOptions, ErrorKind, RetryPolicy};
use jogg_tests::requests::{self, add_motion};
use jogg_tests::{Diary, Stage};
use serde_json::json;

fn server_error() -> Reply {
    Reply::json(503, json!({"code": 50000, "msg": "m"}))
}

fn refusal() -> Reply {
    Reply::json(429, json!({"code": 429, "msg": "m"})).header("retry-after", "2")
}

#[tokio::test]
async fn a_script_of_faults_ends_well() {
    let stage = Stage::new().await;
    let replies = [Reply::reset(), server_error(), refusal(), Reply::pass_through()];
    replies.into_iter().for_each(|reply| stage.simulator.reply_next(&WHOAMI, reply));
    let begun = stage.clock.now();
    stage.jogg.account().whoami().await.unwrap();
    assert_eq!(stage.simulator.request_count(&WHOAMI), 4);
    // Half of 1 s, half of 2 s, and what the server requested with half of 1 s on top.
    assert_eq!(stage.clock.now() - begun, Duration::from_millis(500 + 1000 + 2500));
}

#[tokio::test]
async fn a_paid_call_is_retried_only_after_a_refusal() {
    let stage = Stage::new().await;
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, refusal());
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, refusal());
    drop(stage.jogg.photo_avatars().add_motion(add_motion()).await.unwrap());
    assert_eq!(stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), 3);
    for lost in [server_error(), Reply::reset(), Reply::body(200, "text/html", "<html>")] {
        let before = stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION);
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, lost);
        let error = stage.jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
        assert_eq!(stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), before + 1);
    }
}

#[tokio::test]
async fn a_deletion_that_is_retried_and_finds_nothing_has_succeeded() {
    let stage = Stage::new().await;
    let gone = || Reply::json(200, json!({"code": 10104, "msg": "record not found"}));
    let delete = || {
        let endpoint = jogg_api::endpoints::DeleteWebhookEndpoint::new("wh_1");
        stage.jogg.call(endpoint).with_metadata()
    };
    stage.simulator.reply_next(&DELETE_WEBHOOK_ENDPOINT, Reply::reset());
    stage.simulator.reply_next(&DELETE_WEBHOOK_ENDPOINT, gone());
    let (deletion, metadata) = delete().await.unwrap();
    assert_eq!((metadata.attempts, deletion.message), (2, None));
    stage.simulator.reply_next(&DELETE_WEBHOOK_ENDPOINT, gone());
    assert_eq!(delete().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn the_budget_ends_retries_when_everything_fails() {
    let policy = RetryPolicy::new().budget(5.0);
    let stage = Stage::with_client(|jogg| jogg.retry_policy(policy)).await;
    for _ in 0..100 {
        stage.simulator.reply_next(&WHOAMI, server_error());
    }
    for _ in 0..10 {
        stage.jogg.account().whoami().await.unwrap_err();
    }
    assert_eq!(stage.simulator.request_count(&WHOAMI), 10 + 5);
    // Ten successes earn one retry.
    stage.simulator.clear_replies();
    for _ in 0..10 {
        stage.jogg.account().whoami().await.unwrap();
    }
    stage.simulator.reply_next(&WHOAMI, server_error());
    stage.jogg.account().whoami().await.unwrap();
}

#[tokio::test]
async fn a_call_can_differ_from_its_client() {
    let stage = Stage::new().await;
    let once = stage.jogg.with_options(CallOptions::new().max_attempts(1));
    stage.simulator.reply_next(&WHOAMI, server_error());
    assert_eq!(once.account().whoami().await.unwrap_err().attempts(), 1);
    stage.simulator.reply_next(&WHOAMI, Reply::never().delay(Duration::from_secs(6)));
    let short = CallOptions::new().timeout(Duration::from_secs(5)).max_attempts(1);
    let error = stage.jogg.with_options(short).account().whoami().await.unwrap_err();
    assert!(error.to_string().contains("within 5 s"), "{error}");
}

#[tokio::test]
async fn a_deadline_holds_over_attempts_and_waits() {
    let stage = Stage::new().await;
    let options = CallOptions::new().deadline(Duration::from_secs(10));
    let short = stage.jogg.with_options(options);
    for _ in 0..10 {
        let reply = Reply::json(429, json!({"code": 429})).header("retry-after", "6");
        stage.simulator.reply_next(&WHOAMI, reply);
    }
    let begun = stage.clock.now();
    let error = short.account().whoami().await.unwrap_err();
    // A second wait of 6 s would end after the deadline, so that it is not begun.
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 2));
    assert!(stage.clock.now() - begun <= Duration::from_secs(10));
    // An attempt may take what is left.
    stage.simulator.clear_replies();
    stage.simulator.reply_next(&WHOAMI, Reply::never().delay(Duration::from_secs(11)));
    let error = short.account().whoami().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("within 10 s"), "{error}");
}

#[tokio::test]
async fn an_observer_is_notified_of_every_attempt() {
    let diary = Arc::new(Diary::default());
    let stage = Stage::with_client(|jogg| jogg.observer(diary.clone())).await;
    stage.simulator.reply_next(&WHOAMI, server_error());
    stage.jogg.account().whoami().await.unwrap();
    assert_eq!(
        diary.lines(),
        [
            "whoami 1 started",
            "whoami 1 Some(503) Some(50000) Some(ServerError) Some(500ms)",
            "whoami 2 started",
            "whoami 2 Some(200) Some(0) None None",
        ]
    );
}

/// A response without what the caller needs is a failed call, for whoever observes it too.
#[tokio::test]
async fn an_observer_is_notified_of_responses_without_what_the_caller_needs() {
    let diary = Arc::new(Diary::default());
    let stage = Stage::with_client(|jogg| jogg.observer(diary.clone())).await;
    let jogg = &stage.jogg;
    for operation in [
        &GET_REMAINING_QUOTA,
        &CREATE_PRODUCT,
        &CREATE_WEBHOOK_ENDPOINT,
        &CREATE_PRODUCT_PREVIEWS,
        &ADD_PHOTO_AVATAR_MOTION,
    ] {
        stage.respond(operation, json!({"new": 1}));
    }
    let events = [WebhookEvent::GeneratedVideoSuccess];
    let endpoint = CreateEndpoint::new("https://a.example/", EndpointStatus::Enabled, events);
    let product = CreateProduct::new(Source::Url("https://a.example/".to_owned()));
    let failures = [
        jogg.account().remaining_quota().await.map(drop),
        jogg.products().create(product).await.map(drop),
        jogg.webhook_endpoints().create(endpoint).await.map(drop),
        jogg.product_videos().create_previews(requests::previews(["a"])).await.map(drop),
        jogg.photo_avatars().add_motion(add_motion()).await.map(drop),
    ];
    let mut lines = Vec::new();
    for failure in failures {
        let error = failure.unwrap_err();
        assert!(error.to_string().contains("it has no `data."), "{error}");
        let (id, kind) = (error.operation().unwrap(), error.kind());
        lines.push(format!("{id} 1 started"));
        lines.push(format!("{id} 1 Some(200) None Some({kind:?}) None"));
    }
    // An endpoint is created only after those that there are were counted.
    let diary = diary.lines().into_iter().filter(|line| !line.starts_with("list_webhook_"));
    assert_eq!(diary.collect::<Vec<_>>(), lines);
}
