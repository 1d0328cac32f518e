//! What ends the wait for a job that is paid for.

use std::time::Duration;

use jogg_api_ext::batch::{RequestState, RunEnd};
use jogg_api_ext::jobs::WaitOptions;
use jogg_api_ext::jogg_api::operations::GET_PHOTO_AVATAR_MOTION;
use jogg_api_ext::simulator::Reply;

use super::stage::{Stage, often, queue};
use super::stores::{TestStore, sqlite};

/// A batch whose one request gets this reply to the first poll of its job, and then waits so.
async fn after(test: &TestStore, stage: &Stage, reply: Reply, options: WaitOptions) -> RunEnd {
    let batch = test.store.batch("waits");
    queue(&batch, 1).await;
    stage.simulator.reply_next(&GET_PHOTO_AVATAR_MOTION, reply);
    let run = stage.run(&batch).wait_options(options).max_wait(Duration::from_secs(3600));
    run.max_resumed_jobs(usize::MAX).await.unwrap().end
}

#[tokio::test]
async fn a_key_that_is_no_longer_known_ends_the_run_and_the_next_goes_on() {
    let (test, stage) = (sqlite().await, Stage::new().await);
    let end = after(&test, &stage, Reply::error(10105), often()).await;
    assert!(matches!(end, RunEnd::ClientUnusable(_)), "{end:?}");
    let batch = test.store.batch("waits");
    assert_eq!(batch.get("order 0").await.unwrap().unwrap().state, RequestState::Started);
    assert_eq!((stage.finish(&batch).await.counts.done, stage.sent()), (1, 1));
}

#[tokio::test]
async fn a_job_that_the_api_does_not_know_is_of_unknown_outcome() {
    let (test, stage) = (sqlite().await, Stage::new().await);
    let options = often().not_found_grace(Duration::ZERO);
    let end = after(&test, &stage, Reply::error(10104), options).await;
    assert!(matches!(end, RunEnd::Completed), "{end:?}");
    let request = test.store.batch("waits").get("order 0").await.unwrap().unwrap();
    assert_eq!(request.state, RequestState::Unknown);
    assert_eq!(request.failure.unwrap().kind, "NotFound");
}

#[tokio::test]
async fn a_job_that_takes_too_long_is_given_up_and_not_before() {
    let (test, stage) = (sqlite().await, Stage::in_real_time().await);
    let batch = test.store.batch("waits");
    queue(&batch, 1).await;
    // Its job takes 0.2 s. Each wait is shorter, and is followed by another.
    let short = often().deadline(Duration::from_millis(40));
    let run = stage.run(&batch).wait_options(short.clone());
    assert_eq!(run.await.unwrap().counts.done, 1);

    let slow = Stage::with(|simulator| simulator.job_duration(Duration::from_secs(3600))).await;
    let batch = test.store.batch("slow");
    queue(&batch, 1).await;
    let run = slow.run(&batch).wait_options(short).max_wait(Duration::from_secs(1));
    let report = run.await.unwrap();
    assert_eq!((report.counts.unknown, slow.sent()), (1, 1), "{report:?}");
    let request = batch.get("order 0").await.unwrap().unwrap();
    assert_eq!(request.failure.unwrap().kind, "WaitTimeout");
}
