//! No request is sent without time for its response, and an error says what there was no time for.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jogg_api::operations::{ADD_PHOTO_AVATAR_MOTION, WHOAMI};
use jogg_api_ext::clock::Clock;
use jogg_api_ext::policy::{AcquireResult, Permit, RateLimiter, SlidingWindow};
use jogg_api_ext::simulator::{Reply, VirtualClock};
use jogg_api_ext::{BoxFuture, CallOptions, Error, ErrorKind, Jogg};
use jogg_tests::requests::add_motion;
use jogg_tests::{Stage, soon, until};
use serde_json::json;

fn within(jogg: &Jogg, deadline: Duration) -> Jogg {
    jogg.with_options(CallOptions::new().deadline(deadline))
}

async fn paid(jogg: &Jogg) -> Error {
    jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err()
}

#[track_caller]
fn assert_not_sent(error: &Error, why: &str) {
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 0), "{error:?}");
    assert!(!error.may_have_executed() && error.is_retryable(), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("not sent: ") && text.contains(why), "{text}");
}

#[tokio::test]
async fn nothing_is_sent_without_time() {
    let stage = Stage::new().await;
    let none = within(&stage.jogg, Duration::ZERO);
    for is_warm in [false, true] {
        if is_warm {
            stage.jogg.account().whoami().await.unwrap();
        }
        assert_not_sent(&paid(&none).await, "too little time is left");
        let error = none.account().whoami().await.unwrap_err();
        assert_not_sent(&error, "too little time is left");
        // A read needs no time to spare.
        within(&stage.jogg, Duration::from_millis(1)).account().whoami().await.unwrap();
    }
    assert_eq!(stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), 0);
    assert_eq!(stage.simulator.request_count(&WHOAMI), 3);
}

#[tokio::test]
async fn how_much_time_a_paid_request_needs_can_be_set() {
    let stage = Stage::new().await;
    let limits =
        [(999, None, false), (1001, None, true), (1, Some(0), true), (9999, Some(10), false)];
    for (deadline, needed, is_sent) in limits {
        let mut options = CallOptions::new().deadline(Duration::from_millis(deadline));
        if let Some(seconds) = needed {
            options = options.min_time_left(Duration::from_secs(seconds));
        }
        let jogg = stage.jogg.with_options(options);
        let outcome = jogg.photo_avatars().add_motion(add_motion()).await;
        assert_eq!(outcome.is_ok(), is_sent, "{deadline} ms, {needed:?}");
    }
}

/// Its slot comes so long after it was requested.
#[derive(Debug)]
struct Slow(VirtualClock, Duration, Arc<std::sync::Mutex<Vec<&'static str>>>);

impl RateLimiter for Slow {
    fn acquire(&self, _: Option<Duration>) -> BoxFuture<AcquireResult> {
        let (sleep, ends) = (self.0.sleep(self.1), Arc::clone(&self.2));
        Box::pin(async move {
            sleep.await;
            let given_back = |ends: Ends| ends.0.lock().unwrap().push("given back");
            Ok(Some(Permit::returnable(Ends(ends), given_back)))
        })
    }
}

struct Ends(Arc<std::sync::Mutex<Vec<&'static str>>>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.lock().unwrap().push("dropped");
    }
}

#[tokio::test]
async fn a_slot_that_comes_too_late_is_given_back() {
    let stage = Stage::new().await;
    let ends = Arc::default();
    let slow = Slow(stage.clock.clone(), Duration::from_millis(9900), Arc::clone(&ends));
    let jogg = stage.client().rate_limiter(Arc::new(slow)).build().unwrap();
    assert_not_sent(
        &paid(&within(&jogg, Duration::from_secs(10))).await,
        "too little time is left",
    );
    assert_eq!(stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), 0);
    assert_eq!(std::mem::take(&mut *ends.lock().unwrap()), ["given back", "dropped"]);
    drop(jogg.photo_avatars().add_motion(add_motion()).await.unwrap());
    assert_eq!(*ends.lock().unwrap(), ["dropped"]);
}

/// A limiter that keeps to no time, and never has a slot.
#[derive(Debug)]
struct Hangs;

impl RateLimiter for Hangs {
    fn acquire(&self, _: Option<Duration>) -> BoxFuture<AcquireResult> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_limiter_that_hangs_is_left_at_the_deadline() {
    let stage = Stage::new().await;
    let jogg = stage.client().rate_limiter(Arc::new(Hangs)).build().unwrap();
    let short = within(&jogg, Duration::from_secs(5));
    let mut call = Box::pin(paid(&short));
    assert!((&mut call).now_or_never().is_none());
    // A second of it is for the response.
    stage.clock.advance(Duration::from_secs(4));
    assert_not_sent(&soon(call).await, "the rate limit leaves no room before the deadline");
    assert!(stage.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_slot_just_before_the_deadline_is_not_waited_for() {
    let stage = Stage::new().await;
    let clock = Arc::new(stage.clock.clone());
    let limiter = SlidingWindow::with_clock(1, Duration::from_secs(60), clock);
    let jogg = stage.client().rate_limiter(Arc::new(limiter)).build().unwrap();
    drop(jogg.photo_avatars().add_motion(add_motion()).await.unwrap());
    let error = paid(&within(&jogg, Duration::from_millis(60_100))).await;
    assert_not_sent(&error, "the rate limit leaves no room before the deadline");
    assert_eq!(stage.clock.now(), Duration::ZERO);
    assert_eq!(stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), 1);
}

#[tokio::test]
async fn a_429_that_asks_for_more_than_is_left_ends_the_call() {
    let stage = Stage::new().await;
    let refusal = Reply::json(429, json!({"code": 429, "msg": "m"})).header("retry-after", "2");
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, refusal);
    let error = paid(&within(&stage.jogg, Duration::from_millis(2050))).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 1));
    assert!(!error.may_have_executed() && error.is_retryable());
    assert_eq!(stage.clock.now(), Duration::ZERO);
    assert_eq!(stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), 1);
}

/// The retry finds no slot before the deadline: the refusal says more than that.
#[tokio::test]
async fn a_429_whose_retry_has_no_time_ends_the_call_as_that() {
    let stage = Stage::new().await;
    let clock = Arc::new(stage.clock.clone());
    let limiter = SlidingWindow::with_clock(1, Duration::from_secs(60), clock);
    let jogg = stage.client().rate_limiter(Arc::new(limiter)).build().unwrap();
    let refusal = Reply::json(429, json!({"code": 429, "msg": "m"})).header("retry-after", "1");
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, refusal);
    let error = paid(&within(&jogg, Duration::from_secs(30))).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 1));
    assert!(!error.may_have_executed());
    assert_eq!(stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), 1);
}

/// One connection at a time, and a slot a minute: what a call waits for is in its error, and what
/// it had is free again.
#[tokio::test]
async fn waiting_for_a_connection_wastes_no_slot() {
    let stage = Stage::new().await;
    let clock = Arc::new(stage.clock.clone());
    let limiter = SlidingWindow::with_clock(1, Duration::from_secs(60), clock);
    let builder = stage.client().rate_limiter(Arc::new(limiter)).max_concurrent_calls(1);
    let jogg = builder.build().unwrap();
    stage.simulator.reply_next(&WHOAMI, Reply::never());
    let read = tokio::spawn(jogg.account().whoami());
    until(|| stage.simulator.request_count(&WHOAMI) == 1).await;
    let short = within(&jogg, Duration::from_secs(5));
    let mut call = short.photo_avatars().add_motion(add_motion());
    assert!((&mut call).now_or_never().is_none());
    stage.clock.advance(Duration::from_secs(4));
    let error = soon(call).await.unwrap_err();
    assert_not_sent(&error, "`max_concurrent_calls` were in flight until the deadline");
    read.abort();
    drop(soon(jogg.photo_avatars().add_motion(add_motion())).await.unwrap());
    assert_eq!(stage.clock.now(), Duration::from_secs(4), "the slot was wasted");
}

#[tokio::test]
async fn reads_do_not_wait_behind_posts_that_wait_for_the_rate_limit() {
    let stage = Stage::new().await;
    let clock = Arc::new(stage.clock.clone());
    let limiter = Arc::new(SlidingWindow::with_clock(1, Duration::from_secs(60), clock));
    let client = || stage.client().rate_limiter(limiter.clone());
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::never());
    let other = client().build().unwrap();
    let taken = tokio::spawn(other.photo_avatars().add_motion(add_motion()));
    until(|| stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION) == 1).await;
    let jogg = client().max_concurrent_calls(2).build().unwrap();
    let mut waiting: Vec<_> =
        (0..20).map(|_| jogg.photo_avatars().add_motion(add_motion())).collect();
    assert!(waiting.iter_mut().all(|call| call.now_or_never().is_none()));
    for _ in 0..10 {
        soon(jogg.account().whoami()).await.unwrap();
    }
    taken.abort();
}

/// The wait for the first slot is no time of the attempts.
#[tokio::test]
async fn the_total_time_counts_from_the_first_attempt() {
    let (url, _taken) = jogg_tests::connections::refusing();
    let clock = VirtualClock::new();
    let slow = Slow(clock.clone(), Duration::from_secs(400), Arc::default());
    let builder = jogg_tests::connections::client(&url, &clock).rate_limiter(Arc::new(slow));
    // Retries begin after 0.5, 1 and 2 s; each then waits for its own slot.
    let policy = jogg_api_ext::RetryPolicy::new().total(Duration::from_secs(1000));
    let error = paid(&builder.retry_policy(policy).build().unwrap()).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connection, 4), "{error:?}");
}
