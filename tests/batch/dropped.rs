//! Futures that are dropped while the store is written.

use std::future::{Future, IntoFuture as _, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use jogg_api_ext::batch::Queued;

use super::stage::{Stage, entry, queue};
use super::stores::on_each;

/// Polls a future this many times, and drops it. Returns whether it was ready before.
async fn polled(future: impl Future, times: usize) -> bool {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(|context| {
        polls += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if polls == times => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_future_that_is_dropped_at_any_point_holds_nobody_back() {
    on_each(async |test| {
        let batch = test.store.batch(test.name("dropped"));
        // Where it waits, and how often, differs from time to time.
        let mut dropped = 0;
        for round in 0..40 {
            let mut times = 1;
            while !polled(batch.queue(entry(&format!("order {round}"))), times).await {
                times += 1;
                dropped += 1;
                let written = batch.queue(entry(&format!("after {round}, {times}")));
                let written = tokio::time::timeout(Duration::from_secs(10), written).await;
                let written = written.unwrap_or_else(|_| panic!("after {times} polls"));
                assert_eq!(written.unwrap(), Queued::New);
            }
        }
        assert!(dropped > 80, "{dropped}: it hardly waits");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_dropped_leaves_the_rest_to_the_next() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let batch = test.store.batch(test.name("run"));
        queue(&batch, 12).await;
        for times in 1..12 {
            polled(stage.run(&batch).lease(Duration::from_secs(1)).into_future(), times).await;
        }
        let report = stage.finish(&batch).await;
        let (done, unknown) = (report.counts.done, report.counts.unknown);
        assert_eq!(done + unknown, 12, "{report:?}");
        assert!(stage.sent() <= 12);
    })
    .await;
}
