//! Limits on requests: how many in a window of time, and how many at once.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jogg_api::operations::{ADD_PHOTO_AVATAR_MOTION, WHOAMI};
use jogg_api_ext::clock::Clock;
use jogg_api_ext::policy::SlidingWindow;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{
    CallOptions, Error, ErrorKind, Job, Jogg, Motion, Result, RetryPolicy, Timeouts,
};
use jogg_tests::{Diary, Stage, requests, soon, until};

async fn add_motion(jogg: &Jogg) -> Result<Job<Motion>> {
    jogg.photo_avatars().add_motion(requests::add_motion()).await
}

/// A stage with more credits than any test needs.
async fn stage(post_limit: Option<usize>) -> Stage {
    Stage::with(|simulator| simulator.post_limit(post_limit).credits(1e9)).await
}

/// At most so many requests a minute, on the clock of the stage.
fn per_minute(stage: &Stage, limit: usize) -> Arc<SlidingWindow> {
    let clock = Arc::new(stage.clock.clone());
    Arc::new(SlidingWindow::with_clock(limit, Duration::from_secs(60), clock))
}

#[tokio::test]
async fn fact_14_twenty_posts_a_minute_are_kept_by_waiting() {
    // The simulator counts as the API does, and refuses the 21st.
    let stage = stage(Some(20)).await;
    let jogg = stage.client().retry_policy(RetryPolicy::never()).build().unwrap();
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
    let stage = stage(None).await;
    let limiter = per_minute(&stage, 2);
    let client = || stage.client().rate_limiter(limiter.clone()).build().unwrap();
    let (one, other) = (client(), client());
    drop(add_motion(&one).await.unwrap());
    drop(add_motion(&other).await.unwrap());
    let short = one.with_options(CallOptions::new().deadline(Duration::from_secs(59)));
    let error = add_motion(&short).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 0));
    assert!(error.is_retryable() && !error.may_have_executed());
    assert_eq!(stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), 2);
    drop(add_motion(&one).await.unwrap());
    assert_eq!(stage.clock.now(), Duration::from_secs(60));
}

#[tokio::test]
async fn a_caller_that_gives_up_takes_no_turn() {
    let stage = stage(None).await;
    let diary = Arc::new(Diary::default());
    let builder = stage.client().observer(diary.clone());
    let jogg = builder.rate_limiter(per_minute(&stage, 1)).build().unwrap();
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::never());
    let first = tokio::spawn({
        let jogg = jogg.clone();
        async move { add_motion(&jogg).await }
    });
    until(|| stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION) == 1).await;
    // Waits for the first, whose response does not come: the call has begun, no request is sent.
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
async fn concurrent_calls_can_be_limited() {
    let diary = Arc::new(Diary::default());
    let observer = diary.clone();
    let stage = Stage::with_client(|jogg| jogg.observer(observer).max_concurrent_calls(2)).await;
    for _ in 0..2 {
        stage.simulator.reply_next(&WHOAMI, Reply::never());
    }
    let calls: Vec<_> = (0..2).map(|_| tokio::spawn(stage.jogg.account().whoami())).collect();
    until(|| stage.simulator.request_count(&WHOAMI) == 2).await;
    assert_eq!(diary.lines(), ["whoami 1 started"; 2]);
    let mut third = stage.jogg.account().whoami();
    assert!((&mut third).now_or_never().is_none());
    assert_eq!(diary.lines(), [""; 0], "the third call did not wait");
    // A call that need not wait has started after as much, and the third goes on waiting.
    let free = stage.client().observer(diary.clone()).build().unwrap();
    let mut fourth = free.account().whoami();
    assert!((&mut fourth).now_or_never().is_none());
    assert_eq!(diary.lines(), ["whoami 1 started"]);
    fourth.await.unwrap();
    assert!((&mut third).now_or_never().is_none());
    assert_eq!(stage.simulator.request_count(&WHOAMI), 3);
    calls.iter().for_each(tokio::task::JoinHandle::abort);
    soon(third).await.unwrap();
}

/// At the documented limit, for many hours of virtual time: no breach, no lost job.
#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_jobs_at_the_limit() {
    const JOBS: usize = 10_000;
    const AT_ONCE: usize = 200;
    let stage = stage(Some(20)).await;
    // While one request is under way, the others' waits move the clock far.
    let timeouts = Timeouts::new().read(Duration::MAX).write(Duration::MAX);
    let builder = stage.client().timeouts(timeouts).retry_policy(RetryPolicy::never());
    let jogg = builder.build().unwrap();
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
    // At most 20 a minute: the last of them came after all windows but one.
    assert!(stage.clock.now() >= Duration::from_secs(60 * (JOBS as u64 / 20 - 1)));
}
