//! What the application runs on the way of a call: the hook before a paid request, labels, and
//! observers that panic.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use jogg_api::operations::ADD_PHOTO_AVATAR_MOTION;
use jogg_api_ext::clock::Clock;
use jogg_api_ext::policy::{
    AcquireResult, Attempt, AttemptOutcome, BeforeSend, BeforeSendResult, Observer, Permit,
    RateLimiter, SlidingWindow,
};
use jogg_api_ext::simulator::{Reply, VirtualClock};
use jogg_api_ext::{BoxFuture, CallOptions, ErrorKind, Jogg};
use jogg_tests::requests::add_motion;
use jogg_tests::{Stage, soon, until};
use serde_json::json;

/// What a hook does.
#[derive(Clone, Copy, PartialEq)]
enum Does {
    Allow,
    Hang,
    Panic,
    Refuse,
}

/// A hook and an observer that write down when they are called.
struct Recorder(Mutex<Vec<String>>, Does);

impl Recorder {
    fn new(does: Does) -> Arc<Self> {
        Arc::new(Self(Mutex::default(), does))
    }

    fn write(&self, what: &str, attempt: &Attempt) {
        let label = attempt.label.as_deref().unwrap_or("no label");
        let line = format!("{what} {} {} {label}", attempt.operation.id, attempt.number);
        self.0.lock().unwrap().push(line);
    }

    fn lines(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl BeforeSend for Recorder {
    fn before_send(&self, attempt: &Attempt) -> BoxFuture<BeforeSendResult> {
        self.write("hook", attempt);
        match self.1 {
            Does::Allow => Box::pin(async { Ok(()) }),
            Does::Hang => Box::pin(std::future::pending()),
            Does::Panic => panic!("a hook panics"),
            Does::Refuse => Box::pin(async { Err("the journal is full".into()) }),
        }
    }
}

impl Observer for Recorder {
    fn on_attempt(&self, attempt: &Attempt) {
        self.write("sent", attempt);
    }

    fn on_outcome(&self, attempt: &Attempt, _: &AttemptOutcome) {
        self.write("ended", attempt);
    }

    fn on_abandon(&self, attempt: &Attempt) {
        self.write("abandoned", attempt);
    }
}

/// A client with such a hook and observer, and a window with one slot a minute.
async fn stage(does: Does) -> (Stage, Jogg, Arc<Recorder>) {
    let recorder = Recorder::new(does);
    let stage = Stage::new().await;
    let clock = Arc::new(stage.clock.clone());
    let window = SlidingWindow::with_clock(1, Duration::from_secs(60), clock);
    let builder = stage.client().observer(recorder.clone()).before_send(recorder.clone());
    let jogg = builder.rate_limiter(Arc::new(window)).build().unwrap();
    (stage, jogg, recorder)
}

#[tokio::test]
async fn the_hook_runs_before_each_paid_request_and_knows_its_label() {
    let (stage, jogg, recorder) = stage(Does::Allow).await;
    let refusal = Reply::json(429, json!({"code": 429})).header("retry-after", "2");
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, refusal);
    let order = jogg.with_options(CallOptions::new().label("order seventeen"));
    drop(order.photo_avatars().add_motion(add_motion()).await.unwrap());
    let lines = ["hook", "sent", "ended"];
    let lines = [1, 2].iter().flat_map(|number| {
        lines.map(|what| format!("{what} add_photo_avatar_motion {number} order seventeen"))
    });
    assert_eq!(recorder.lines(), lines.collect::<Vec<_>>());
    // It is never sent.
    for request in stage.simulator.requests() {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let sent = format!("{} {} {:?} {body}", request.path, request.query, request.headers);
        assert!(!sent.contains("seventeen"), "{sent}");
    }
    // Reads have no hook.
    jogg.account().whoami().await.unwrap();
    assert_eq!(recorder.lines(), ["sent whoami 1 no label", "ended whoami 1 no label"]);
}

/// Nothing waits after the hook: while the slot is taken, it has not run.
#[tokio::test]
async fn the_hook_runs_after_all_waiting() {
    let (stage, jogg, recorder) = stage(Does::Allow).await;
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::never());
    let first = tokio::spawn(jogg.photo_avatars().add_motion(add_motion()));
    until(|| stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION) == 1).await;
    recorder.lines();
    let second = tokio::spawn(jogg.photo_avatars().add_motion(add_motion()));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(recorder.lines(), [""; 0]);
    first.abort();
    drop(soon(second).await.unwrap().unwrap());
    assert_eq!(recorder.lines()[1], "hook add_photo_avatar_motion 1 no label");
}

#[tokio::test]
async fn what_the_hook_refuses_is_not_sent() {
    let (stage, jogg, recorder) = stage(Does::Refuse).await;
    for _ in 0..3 {
        let error = jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Refused, 0));
        assert!(!error.may_have_executed() && !error.is_retryable());
        let text = error.to_string();
        assert!(text.contains("not sent: the application's `BeforeSend` hook refused"), "{text}");
        let reason = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(reason, "the journal is full");
        assert_eq!(recorder.lines(), ["hook add_photo_avatar_motion 1 no label"]);
    }
    assert_eq!(stage.clock.now(), Duration::ZERO, "its slot was wasted");
    assert!(stage.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_hook_that_hangs_sends_nothing() {
    let (stage, jogg, recorder) = stage(Does::Hang).await;
    let short = jogg.with_options(CallOptions::new().deadline(Duration::from_secs(5)));
    let call = tokio::spawn(short.photo_avatars().add_motion(add_motion()));
    until(|| !recorder.lines().is_empty()).await;
    stage.clock.advance(Duration::from_secs(4));
    let error = soon(call).await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.may_have_executed()), (ErrorKind::Timeout, false));
    assert!(error.to_string().contains("hook took too long"), "{error}");
    // A dropped call was not abandoned: it was never sent.
    let call = tokio::spawn(jogg.photo_avatars().add_motion(add_motion()));
    until(|| !recorder.lines().is_empty()).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!(recorder.lines(), [""; 0]);
    assert!(stage.simulator.requests().is_empty());
}

/// A hook that lets the first attempt through, and uses up the deadline of the second.
struct UsesUp(VirtualClock, Does);

impl BeforeSend for UsesUp {
    fn before_send(&self, attempt: &Attempt) -> BoxFuture<BeforeSendResult> {
        let (clock, does, number) = (self.0.clone(), self.1, attempt.number);
        Box::pin(async move {
            if number > 1 {
                clock.advance(Duration::from_secs(60));
                match does {
                    Does::Hang => std::future::pending().await,
                    Does::Refuse => return Err("the journal is full".into()),
                    Does::Allow | Does::Panic => {}
                }
            }
            Ok(())
        })
    }
}

/// The refusal says more than that there is no time for another attempt.
#[tokio::test]
async fn a_429_is_not_lost_to_a_hook_that_uses_up_the_deadline() {
    for (does, kind) in [
        (Does::Allow, ErrorKind::RateLimited),
        (Does::Hang, ErrorKind::RateLimited),
        (Does::Refuse, ErrorKind::Refused),
    ] {
        let stage = Stage::new().await;
        let hook = Arc::new(UsesUp(stage.clock.clone(), does));
        let jogg = stage.client().before_send(hook).build().unwrap();
        let refusal = Reply::json(429, json!({"code": 429})).header("retry-after", "2");
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, refusal);
        let short = jogg.with_options(CallOptions::new().deadline(Duration::from_secs(30)));
        let error = soon(short.photo_avatars().add_motion(add_motion())).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (kind, 1), "{error:?}");
        assert!(!error.may_have_executed(), "{error:?}");
        assert_eq!(stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), 1);
    }
}

/// A hook that takes some time, and keeps when it ended.
#[derive(Default)]
struct TakesTime(Mutex<Option<SystemTime>>);

impl BeforeSend for TakesTime {
    fn before_send(&self, attempt: &Attempt) -> BoxFuture<BeforeSendResult> {
        let mut now = SystemTime::now();
        while now <= attempt.sent_at {
            now = SystemTime::now();
        }
        *self.0.lock().unwrap() = Some(now);
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test]
async fn the_time_of_sending_is_after_the_hook() {
    let stage = Stage::new().await;
    let hook = Arc::new(TakesTime::default());
    let jogg = stage.client().before_send(hook.clone()).build().unwrap();
    let ended = || hook.0.lock().unwrap().take().unwrap();
    let sent = jogg.photo_avatars().add_motion(add_motion()).with_metadata().await;
    assert!(sent.unwrap().1.sent_at >= ended());
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::lost());
    let lost = jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err();
    assert!(lost.sent_at().unwrap() >= ended());
}

#[tokio::test]
async fn a_hook_that_panics_sends_nothing() {
    let (stage, jogg, _) = stage(Does::Panic).await;
    let call = tokio::spawn(jogg.photo_avatars().add_motion(add_motion()));
    assert!(call.await.unwrap_err().is_panic());
    assert!(stage.simulator.requests().is_empty());
}

/// An observer with a fault in each method.
struct Faulty;

impl Observer for Faulty {
    fn on_attempt(&self, _: &Attempt) {
        panic!("an observer panics");
    }

    fn on_outcome(&self, _: &Attempt, _: &AttemptOutcome) {
        panic!("an observer panics");
    }

    fn on_abandon(&self, _: &Attempt) {
        panic!("an observer panics");
    }
}

#[tokio::test]
async fn an_observer_that_panics_loses_no_id() {
    let stage = Stage::with_client(|jogg| jogg.observer(Arc::new(Faulty))).await;
    let job = stage.jogg.photo_avatars().add_motion(add_motion()).await.unwrap();
    assert!(!job.id().is_empty());
    check_failures(&stage).await;
}

/// A failure keeps the id of its job, and a call that is dropped doesn't panic.
async fn check_failures(stage: &Stage) {
    let body = json!({"code": 429, "data": {"motion_id": "m1"}});
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::json(429, body));
    let error = stage.jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err();
    assert_eq!(error.job().map(|job| job.id.as_str()), Some("m1"));
    let sent = stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION);
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::never());
    let call = tokio::spawn(stage.jogg.photo_avatars().add_motion(add_motion()));
    until(|| stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION) == sent + 1).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled(), "it panicked");
}

/// A limiter whose permits panic when they end, and whose pauses panic.
#[derive(Debug)]
struct FaultyLimiter;

struct FaultyPermit;

impl Drop for FaultyPermit {
    fn drop(&mut self) {
        panic!("a permit panics");
    }
}

impl RateLimiter for FaultyLimiter {
    fn acquire(&self, _: Option<Duration>) -> BoxFuture<AcquireResult> {
        Box::pin(async { Ok(Some(Permit::new(FaultyPermit))) })
    }

    fn pause(&self, _: Duration) {
        panic!("a limiter panics");
    }
}

#[tokio::test]
async fn a_limiter_or_permit_that_panics_loses_no_id() {
    let stage = Stage::with_client(|jogg| jogg.rate_limiter(Arc::new(FaultyLimiter))).await;
    let refusal = Reply::json(429, json!({"code": 429})).header("retry-after", "2");
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, refusal);
    let call = stage.jogg.photo_avatars().add_motion(add_motion()).with_metadata();
    let (job, metadata) = call.await.unwrap();
    assert!(!job.id().is_empty());
    assert_eq!(metadata.attempts, 2);
    check_failures(&stage).await;
}
