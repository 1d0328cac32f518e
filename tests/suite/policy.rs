//! The call policy: repetitions, limits, deadlines, and what can be watched of them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use jogg_api::Operation;
use jogg_api::operations::{ADD_PHOTO_AVATAR_MOTION, DELETE_WEBHOOK_ENDPOINT, WHOAMI};
use jogg_api_ext::clock::Clock;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{
    AddMotion, Attempt, CallOptions, Ended, Error, ErrorKind, Job, Jogg, JoggBuilder, Limiter,
    Motion, MotionModel, Observer, Result, RetryPolicy, Timeouts,
};
use jogg_tests::{KEY, Stage, soon};
use serde_json::json;

async fn add_motion(jogg: &Jogg) -> Result<Job<Motion>> {
    let request = AddMotion::new("https://a.example/p.jpg", "n", "v", MotionModel::V2_0);
    jogg.photo_avatars().add_motion(request).await
}

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
    // Half of 1 s, half of 2 s, and what the server asked for.
    assert_eq!(stage.clock.now() - begun, Duration::from_millis(500 + 1000 + 2000));
}

#[tokio::test]
async fn a_paid_call_is_sent_again_only_after_a_refusal() {
    let stage = Stage::new().await;
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, refusal());
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, refusal());
    drop(add_motion(&stage.jogg).await.unwrap());
    assert_eq!(stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), 3);
    for lost in [server_error(), Reply::reset(), Reply::body(200, "text/html", "<html>")] {
        let before = stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION);
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, lost);
        let error = add_motion(&stage.jogg).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
        assert_eq!(stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), before + 1);
    }
}

#[tokio::test]
async fn a_deletion_that_is_repeated_and_finds_nothing_has_succeeded() {
    let stage = Stage::new().await;
    let gone = || Reply::json(200, json!({"code": 10104, "msg": "record not found"}));
    let delete = || {
        stage.jogg.call(&DELETE_WEBHOOK_ENDPOINT, |api| async move {
            api.delete_webhook_endpoint("wh_1").await
        })
    };
    stage.simulator.reply_next(&DELETE_WEBHOOK_ENDPOINT, Reply::reset());
    stage.simulator.reply_next(&DELETE_WEBHOOK_ENDPOINT, gone());
    let called = delete().await.unwrap();
    assert_eq!((called.attempts, called.answer.data), (2, None));
    stage.simulator.reply_next(&DELETE_WEBHOOK_ENDPOINT, gone());
    assert_eq!(delete().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn the_budget_ends_repetitions_when_everything_fails() {
    let mut policy = RetryPolicy::default();
    policy.budget = 5.0;
    let stage = Stage::with_client(|simulator| simulator, |jogg| jogg.retry_policy(policy)).await;
    for _ in 0..100 {
        stage.simulator.reply_next(&WHOAMI, server_error());
    }
    for _ in 0..10 {
        stage.jogg.account().whoami().await.unwrap_err();
    }
    assert_eq!(stage.simulator.request_count(&WHOAMI), 10 + 5);
    // Ten successes earn one.
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
    let hasty = CallOptions::new().timeout(Duration::from_secs(5)).max_attempts(1);
    let error = stage.jogg.with_options(hasty).account().whoami().await.unwrap_err();
    assert!(error.to_string().contains("within 5 s"), "{error}");
}

#[tokio::test]
async fn a_deadline_holds_over_attempts_and_waits() {
    let stage = Stage::new().await;
    let options = CallOptions::new().deadline(Duration::from_secs(10));
    let hasty = stage.jogg.with_options(options);
    for _ in 0..10 {
        let reply = Reply::json(429, json!({"code": 429})).header("retry-after", "6");
        stage.simulator.reply_next(&WHOAMI, reply);
    }
    let begun = stage.clock.now();
    let error = hasty.account().whoami().await.unwrap_err();
    // A second wait of 6 s would end after the deadline, so that it is not begun.
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 2));
    assert!(stage.clock.now() - begun <= Duration::from_secs(10));
    // An attempt may take what is left.
    stage.simulator.clear_replies();
    stage.simulator.reply_next(&WHOAMI, Reply::never().delay(Duration::from_secs(11)));
    let error = hasty.account().whoami().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("within 10 s"), "{error}");
}

fn limited(builder: JoggBuilder, limiter: &Arc<Limiter>) -> JoggBuilder {
    builder.limiter(Arc::clone(limiter))
}

#[tokio::test]
async fn fact_14_twenty_posts_a_minute_are_kept_by_waiting() {
    // The simulator counts as the API does, and refuses the 21st.
    let stage = Stage::with(|simulator| simulator.post_limit(Some(20)).credits(1e6)).await;
    let jogg = Jogg::builder(KEY)
        .base_url(stage.simulator.base_url())
        .clock(Arc::new(stage.clock.clone()))
        .retry_policy(RetryPolicy::never())
        .build()
        .unwrap();
    for _ in 0..45 {
        drop(add_motion(&jogg).await.unwrap());
    }
    assert!(stage.clock.now() >= Duration::from_secs(120), "{:?}", stage.clock.now());
    // Reads do not wait.
    let begun = stage.clock.now();
    for _ in 0..50 {
        jogg.account().whoami().await.unwrap();
    }
    assert_eq!(stage.clock.now(), begun);
}

#[tokio::test]
async fn clients_of_one_key_share_a_limiter_and_a_deadline_ends_the_wait_for_it() {
    let stage = Stage::with(|simulator| simulator.credits(1e6)).await;
    let clock = Arc::new(stage.clock.clone());
    let limiter = Arc::new(Limiter::new(2, Duration::from_secs(60), clock.clone()));
    let client = || {
        let builder = Jogg::builder(KEY).base_url(stage.simulator.base_url()).clock(clock.clone());
        limited(builder, &limiter).build().unwrap()
    };
    let (one, other) = (client(), client());
    drop(add_motion(&one).await.unwrap());
    drop(add_motion(&other).await.unwrap());
    let hasty = one.with_options(CallOptions::new().deadline(Duration::from_secs(59)));
    let error = add_motion(&hasty).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 0));
    assert!(error.is_retryable() && !error.may_have_executed());
    assert_eq!(stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), 2);
    drop(add_motion(&one).await.unwrap());
    assert_eq!(stage.clock.now(), Duration::from_secs(60));
}

#[tokio::test]
async fn a_caller_that_gives_up_takes_no_turn_with_it() {
    let stage = Stage::with(|simulator| simulator.credits(1e6)).await;
    let limiter = Arc::new(Limiter::new(1, Duration::from_secs(60), Arc::new(stage.clock.clone())));
    let diary = Arc::new(Diary::default());
    let builder = Jogg::builder(KEY).base_url(stage.simulator.base_url()).observer(diary.clone());
    let jogg = limited(builder.clock(Arc::new(stage.clock.clone())), &limiter).build().unwrap();
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::never());
    let first = tokio::spawn({
        let jogg = jogg.clone();
        async move { add_motion(&jogg).await }
    });
    arrived(&stage, &ADD_PHOTO_AVATAR_MOTION, 1).await;
    // Waits for the first, whose answer does not come: it has begun and is not sent.
    let mut second = Box::pin(add_motion(&jogg));
    assert!((&mut second).now_or_never().is_none());
    assert_eq!(diary.lines(), ["add_photo_avatar_motion 1 started"]);
    drop(second);
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    // The first one's slot is given back a minute after it was dropped.
    drop(soon(add_motion(&jogg)).await.unwrap());
    assert_eq!(stage.clock.now(), Duration::from_secs(60));
}

#[tokio::test]
async fn calls_at_a_time_can_be_limited() {
    let diary = Arc::new(Diary::default());
    let observed = |jogg: JoggBuilder| jogg.observer(diary.clone());
    let stage =
        Stage::with_client(|simulator| simulator, |jogg| observed(jogg).max_concurrent_calls(2))
            .await;
    for _ in 0..2 {
        stage.simulator.reply_next(&WHOAMI, Reply::never());
    }
    let calls: Vec<_> = (0..2).map(|_| tokio::spawn(stage.jogg.account().whoami())).collect();
    arrived(&stage, &WHOAMI, 2).await;
    assert_eq!(diary.lines(), ["whoami 1 started"; 2]);
    let mut third = stage.jogg.account().whoami();
    assert!((&mut third).now_or_never().is_none());
    assert_eq!(diary.lines(), [""; 0], "the third call did not wait");
    // A call that need not wait has started after as much, and the third goes on waiting.
    let free = observed(Jogg::builder(KEY)).base_url(stage.simulator.base_url()).build().unwrap();
    let mut fourth = free.account().whoami();
    assert!((&mut fourth).now_or_never().is_none());
    assert_eq!(diary.lines(), ["whoami 1 started"]);
    fourth.await.unwrap();
    assert!((&mut third).now_or_never().is_none());
    assert_eq!(stage.simulator.request_count(&WHOAMI), 3);
    calls.iter().for_each(tokio::task::JoinHandle::abort);
    soon(third).await.unwrap();
}

/// Waits until the simulator has received an operation so many times.
async fn arrived(stage: &Stage, operation: &Operation, count: usize) {
    let arrived = async {
        while stage.simulator.request_count(operation) < count {
            tokio::task::yield_now().await;
        }
    };
    soon(arrived).await;
}

/// What was told, as lines.
#[derive(Default)]
struct Diary(Mutex<Vec<String>>);

impl Observer for Diary {
    fn started(&self, attempt: &Attempt) {
        self.write(format!("{} {} started", attempt.operation.id, attempt.number));
    }

    fn ended(&self, attempt: &Attempt, ended: &Ended) {
        let Ended { status, code, error, retry_in, .. } = ended;
        self.write(format!("{} {status:?} {code:?} {error:?} {retry_in:?}", attempt.number));
    }
}

impl Diary {
    fn write(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn lines(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[tokio::test]
async fn an_observer_is_told_of_every_attempt() {
    let diary = Arc::new(Diary::default());
    let stage =
        Stage::with_client(|simulator| simulator, |jogg| jogg.observer(diary.clone())).await;
    stage.simulator.reply_next(&WHOAMI, server_error());
    stage.jogg.account().whoami().await.unwrap();
    assert_eq!(
        diary.lines(),
        [
            "whoami 1 started",
            "1 Some(503) Some(50000) Some(Server) Some(500ms)",
            "whoami 2 started",
            "2 Some(200) Some(0) None None",
        ]
    );
}

/// At the documented limit, for many hours of virtual time: no breach, no lost job.
#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_jobs_at_the_limit() {
    const JOBS: usize = 10_000;
    const AT_ONCE: usize = 200;
    let stage = Stage::with(|simulator| simulator.post_limit(Some(20)).credits(1e9)).await;
    // While one request is under way, the others' waits move the clock far.
    let mut timeouts = Timeouts::default();
    (timeouts.read, timeouts.write) = (Duration::MAX, Duration::MAX);
    let jogg = Jogg::builder(KEY)
        .base_url(stage.simulator.base_url())
        .timeouts(timeouts)
        .clock(Arc::new(stage.clock.clone()))
        .retry_policy(RetryPolicy::never())
        .build()
        .unwrap();
    let workers: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let jogg = jogg.clone();
            tokio::spawn(async move {
                let mut done = Vec::new();
                for _ in 0..JOBS / AT_ONCE {
                    // A refusal, which would be a breach, is an error here.
                    let job = add_motion(&jogg).await?;
                    let id = job.id().to_owned();
                    let motion = job.wait().await?;
                    assert_eq!(motion.motion_id, id);
                    done.push(id);
                }
                Ok::<_, Error>(done)
            })
        })
        .collect();
    let mut ids = std::collections::BTreeSet::new();
    for worker in workers {
        ids.extend(worker.await.unwrap().unwrap());
    }
    assert_eq!(ids.len(), JOBS);
    assert_eq!(stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), JOBS);
    // 20 a minute at most: the last of them came after all but one span.
    assert!(stage.clock.now() >= Duration::from_secs(60 * (JOBS as u64 / 20 - 1)));
}
