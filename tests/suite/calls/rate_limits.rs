//! 429 and `Retry-After`: how long a call waits, what that costs it, and who waits with it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jogg_api::Operation;
use jogg_api::operations::{ADD_PHOTO_AVATAR_MOTION, WHOAMI};
use jogg_api_ext::clock::Clock;
use jogg_api_ext::policy::{AcquireResult, Permit, RateLimiter, SlidingWindow};
use jogg_api_ext::simulator::{Reply, VirtualClock};
use jogg_api_ext::{BoxFuture, CallOptions, ErrorKind, Jogg, RetryPolicy, Timeouts};
use jogg_tests::limited::Limited;
use jogg_tests::requests::add_motion;
use jogg_tests::{KEY, Stage, soon};
use serde_json::json;

fn refuse(stage: &Stage, operation: &'static Operation, seconds: &str, times: usize) {
    for _ in 0..times {
        let refusal = Reply::json(429, json!({"code": 429})).header("retry-after", seconds);
        stage.simulator.reply_next(operation, refusal);
    }
}

fn server_error() -> Reply {
    Reply::json(503, json!({"code": 50000, "msg": "m"}))
}

#[tokio::test]
async fn a_429_uses_up_neither_attempts_nor_budget() {
    let policy = RetryPolicy::new().max_attempts(2).budget(1.0);
    let stage = Stage::with_client(|jogg| jogg.retry_policy(policy)).await;
    refuse(&stage, &ADD_PHOTO_AVATAR_MOTION, "7", 6);
    let call = stage.jogg.photo_avatars().add_motion(add_motion()).with_metadata();
    assert_eq!(call.await.unwrap().1.attempts, 7);
    // As long as requested, and half of 1, 2, 4, 8, 16 and 20 s.
    assert_eq!(stage.clock.now(), Duration::from_millis(6 * 7000 + 25_500));
    // One attempt and the whole budget are left to a read.
    refuse(&stage, &WHOAMI, "100", 4);
    stage.simulator.reply_next(&WHOAMI, server_error());
    let (_, metadata) = stage.jogg.account().whoami().with_metadata().await.unwrap();
    // After more than the total time, in which the waits don't count.
    assert_eq!(metadata.attempts, 6);
    assert!(metadata.elapsed > Duration::from_secs(400));
}

#[tokio::test]
async fn the_waits_for_the_rate_limit_have_an_end() {
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    assert_eq!(RetryPolicy::new(), RetryPolicy::new().max_rate_limit_wait(minutes(15)));
    for (policy, attempts) in [
        // 60.5, 61, 62, 64, 68 and eight times 70 s are less than 15 minutes.
        (RetryPolicy::new(), 14),
        (RetryPolicy::new().max_rate_limit_wait(minutes(3)), 3),
        (RetryPolicy::new().max_rate_limit_wait(Duration::ZERO), 1),
        (RetryPolicy::new().max_retry_after(Duration::from_secs(59)), 1),
        (RetryPolicy::never(), 1),
        (RetryPolicy::new().max_attempts(1), 1),
    ] {
        for operation in [&WHOAMI, &ADD_PHOTO_AVATAR_MOTION] {
            let stage = Stage::with_client(|jogg| jogg.retry_policy(policy.clone())).await;
            refuse(&stage, operation, "60", 20);
            let error = match operation.method {
                "GET" => stage.jogg.account().whoami().await.unwrap_err(),
                _ => stage.jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err(),
            };
            assert_eq!(error.kind(), ErrorKind::RateLimited, "{policy:?}");
            assert_eq!(error.attempts(), attempts, "{policy:?}");
            assert!(error.is_retryable() && !error.may_have_executed());
            assert!(stage.clock.now() <= minutes(15));
            assert!(attempts > 1 || stage.clock.now().is_zero(), "it waited: {policy:?}");
        }
    }
}

#[tokio::test]
async fn the_longest_wait_is_the_one_that_is_set() {
    let hour = Duration::from_secs(3600);
    for (seconds, is_waited_for) in [("3600", true), ("3601", false)] {
        let policy = RetryPolicy::new().max_retry_after(hour).max_rate_limit_wait(2 * hour);
        let policy = policy.total(2 * hour);
        let stage = Stage::with_client(|jogg| jogg.retry_policy(policy)).await;
        refuse(&stage, &ADD_PHOTO_AVATAR_MOTION, seconds, 1);
        let outcome = stage.jogg.photo_avatars().add_motion(add_motion()).await;
        assert_eq!(outcome.is_ok(), is_waited_for, "{seconds}");
        assert_eq!(stage.clock.now() >= hour, is_waited_for, "{seconds}");
        stage.simulator.reply_next(&WHOAMI, server_error().header("retry-after", seconds));
        let outcome = stage.jogg.account().whoami().await;
        assert_eq!(outcome.is_ok(), is_waited_for, "{seconds}");
        assert_eq!(stage.clock.now() >= 2 * hour, is_waited_for, "{seconds}");
    }
}

/// Without any wait it would go on for as long as the server does.
#[tokio::test]
async fn waits_of_no_time_have_an_end_too() {
    let policy = RetryPolicy::new().base_delay(Duration::ZERO);
    let policy = policy.max_rate_limit_wait(Duration::from_secs(20));
    let stage = Stage::with_client(|jogg| jogg.retry_policy(policy)).await;
    refuse(&stage, &ADD_PHOTO_AVATAR_MOTION, "0", 40);
    let error = stage.jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 21));
    assert_eq!(stage.clock.now(), Duration::ZERO);
}

#[tokio::test]
async fn a_wait_that_is_too_long_for_any_clock_ends_the_call() {
    for seconds in ["1000000000", "99999999999999999999", &"9".repeat(400)] {
        let stage = Stage::new().await;
        for operation in [&ADD_PHOTO_AVATAR_MOTION, &WHOAMI] {
            refuse(&stage, operation, seconds, 1);
        }
        let error = stage.jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 1), "{seconds}");
        assert!(error.retry_after() >= Some(Duration::from_secs(1_000_000_000)), "{seconds}");
        assert_eq!(stage.jogg.account().whoami().await.unwrap_err().attempts(), 1, "{seconds}");
        assert_eq!(stage.clock.now(), Duration::ZERO);
    }
}

/// A client with a window that has room for all.
fn roomy(stage: &Stage) -> (Jogg, Arc<SlidingWindow>) {
    let clock = Arc::new(stage.clock.clone());
    let window = Arc::new(SlidingWindow::with_clock(1000, Duration::from_secs(60), clock));
    (stage.client().rate_limiter(window.clone()).build().unwrap(), window)
}

#[tokio::test]
async fn a_429_holds_back_all_posts_of_the_client() {
    let stage = Stage::new().await;
    let (jogg, _) = roomy(&stage);
    refuse(&stage, &ADD_PHOTO_AVATAR_MOTION, "7", 1);
    // It ends at once, so that the time stands still.
    let short = jogg.with_options(CallOptions::new().deadline(Duration::from_secs(2)));
    let error = short.photo_avatars().add_motion(add_motion()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    jogg.account().whoami().await.unwrap();
    assert_eq!(stage.clock.now(), Duration::ZERO, "a read waited");
    let error = short.photo_avatars().add_motion(add_motion()).await.unwrap_err();
    assert!(error.to_string().contains("the rate limit leaves no room"), "{error}");
    drop(soon(jogg.photo_avatars().add_motion(add_motion())).await.unwrap());
    assert_eq!(stage.clock.now(), Duration::from_millis(7500));
    assert_eq!(stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), 2);
}

/// The limit is that of the key, whatever the call makes of the refusal; but no pause is longer
/// than what a call would wait.
#[tokio::test]
async fn a_429_that_ends_its_call_holds_back_the_others_as_well() {
    let new = RetryPolicy::new;
    for (policy, requested, pause) in [
        (RetryPolicy::never(), "7", 7500),
        (new().max_attempts(1), "7", 7500),
        (new().max_rate_limit_wait(Duration::ZERO), "7", 7500),
        (new().max_retry_after(Duration::from_secs(3)), "7", 3500),
        (new().max_retry_after(Duration::ZERO), "7", 500),
        (new(), "900", 120_500),
    ] {
        let stage = Stage::new().await;
        let builder = stage.client().rate_limiter(roomy(&stage).1).retry_policy(policy);
        let jogg = builder.build().unwrap();
        refuse(&stage, &ADD_PHOTO_AVATAR_MOTION, requested, 1);
        let error = jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(stage.clock.now(), Duration::ZERO, "the call itself waited");
        drop(jogg.photo_avatars().add_motion(add_motion()).await.unwrap());
        assert_eq!(stage.clock.now(), Duration::from_millis(pause));
    }
}

#[tokio::test]
async fn the_longer_of_two_pauses_counts() {
    let clock = VirtualClock::new();
    let window = SlidingWindow::with_clock(2, Duration::from_secs(60), Arc::new(clock.clone()));
    window.pause(Duration::from_secs(9));
    window.pause(Duration::from_secs(3));
    assert!(window.acquire(Some(Duration::from_secs(8))).await.unwrap().is_none());
    let permit = window.acquire(None).await.unwrap().unwrap();
    assert_eq!(clock.now(), Duration::from_secs(9));
    permit.give_back();
    // Nothing was sent, so that there are still two.
    let _two = (
        window.acquire(None).await.unwrap().unwrap(),
        window.acquire(None).await.unwrap().unwrap(),
    );
    assert_eq!(clock.now(), Duration::from_secs(9));
}

/// A limiter of the application's own.
#[derive(Debug, Default)]
struct Shared(Mutex<Vec<Duration>>);

impl RateLimiter for Shared {
    fn acquire(&self, _: Option<Duration>) -> BoxFuture<AcquireResult> {
        Box::pin(async { Ok(Some(Permit::new(()))) })
    }

    fn pause(&self, duration: Duration) {
        self.0.lock().unwrap().push(duration);
    }
}

#[tokio::test]
async fn a_limiter_of_the_application_learns_of_each_429_to_a_post() {
    let stage = Stage::new().await;
    let shared = Arc::new(Shared::default());
    let jogg = stage.client().rate_limiter(shared.clone()).build().unwrap();
    refuse(&stage, &ADD_PHOTO_AVATAR_MOTION, "7", 2);
    refuse(&stage, &WHOAMI, "7", 2);
    drop(jogg.photo_avatars().add_motion(add_motion()).await.unwrap());
    jogg.account().whoami().await.unwrap();
    assert_eq!(*shared.0.lock().unwrap(), [Duration::from_millis(7500); 2]);
}

/// A limiter that never gives a permit.
#[derive(Debug)]
struct Closed;

impl RateLimiter for Closed {
    fn acquire(&self, _: Option<Duration>) -> BoxFuture<AcquireResult> {
        Box::pin(async { Ok(None) })
    }
}

#[tokio::test]
async fn a_limiter_that_refuses_says_so() {
    let stage = Stage::with_client(|jogg| jogg.rate_limiter(Arc::new(Closed))).await;
    let deadline = CallOptions::new().deadline(Duration::from_secs(9));
    for (options, kind, words) in [
        (CallOptions::new(), ErrorKind::RateLimited, "the rate limiter refuses"),
        (deadline, ErrorKind::Timeout, "the rate limit leaves no room before the deadline"),
    ] {
        let jogg = stage.jogg.with_options(options);
        let error = jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_executed()), (kind, false));
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(stage.simulator.requests().is_empty());
}

#[tokio::test]
async fn retry_after_is_respected_on_503() {
    for (header, waits) in [("7", Some(7000)), ("0", Some(500)), ("900", None)] {
        let stage = Stage::new().await;
        stage.simulator.reply_next(&WHOAMI, server_error().header("retry-after", header));
        let outcome = stage.jogg.account().whoami().await;
        assert_eq!(outcome.is_ok(), waits.is_some(), "{header}");
        assert_eq!(stage.clock.now(), Duration::from_millis(waits.unwrap_or(0)), "{header}");
        if let Err(error) = outcome {
            assert_eq!(error.retry_after(), Some(Duration::from_secs(900)));
        }
    }
    // A paid request is not retried, so there is nothing to wait for.
    let stage = Stage::new().await;
    let reply = server_error().header("retry-after", "7");
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, reply);
    let error = stage.jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::OutcomeUnknown, None));
}

/// Two clients, each with a limit of its own, of a key with less: the server refuses many, and all
/// succeed.
#[tokio::test(flavor = "multi_thread")]
async fn two_clients_of_one_key_all_succeed() {
    const CALLS: usize = 160;
    let (limit, window) = (20, Duration::from_secs(3));
    let clock = Arc::new(VirtualClock::new());
    let (url, counts) = Limited::start(clock.clone(), limit, window).await;
    let mut calls = Vec::new();
    for _ in 0..2 {
        // Room for all of them: a client that waits for its own limit moves the time of both.
        let limiter = Arc::new(SlidingWindow::with_clock(CALLS, window, clock.clone()));
        // None is left for anything but 429s.
        let policy = RetryPolicy::new().max_attempts(2).budget(0.0);
        // While one request is under way, the others' waits move the clock far.
        let timeouts = Timeouts::new().write(Duration::MAX);
        let builder = Jogg::builder(KEY).base_url(&url).clock(clock.clone()).timeouts(timeouts);
        let jogg = builder.rate_limiter(limiter).retry_policy(policy).build().unwrap();
        let call = || tokio::spawn(jogg.photo_avatars().add_motion(add_motion()));
        calls.extend((0..CALLS / 2).map(|_| call()));
    }
    let mut ids = std::collections::BTreeSet::new();
    for call in calls {
        ids.insert(soon(call).await.unwrap().unwrap().id().to_owned());
    }
    assert_eq!(ids.len(), CALLS);
    let counts = counts.lock().unwrap();
    assert_eq!(counts.served, CALLS);
    assert!(counts.refused > 0, "the server refused none");
}
