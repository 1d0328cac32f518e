//! What keeps a run from its end: requests that can't leave yet, outcomes that somebody is taking,
//! and lip syncs that are too young to be searched for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jogg_api_ext::batch::{RequestState, RunEnd};
use jogg_api_ext::jogg_api::operations::CREATE_LIP_SYNC_VIDEO;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{ErrorKind, Jogg, RetryPolicy};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::stage::{Stage, lip_sync, often, queue};
use super::stores::{on_each, sqlite};

#[tokio::test]
async fn a_request_that_cannot_leave_is_queued_for_later() {
    on_each(async |test| {
        let batch = test.store.batch(test.name("refused"));
        queue(&batch, 1).await;
        // Nobody listens there any more.
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let jogg = Jogg::builder("key").base_url(format!("http://{address}"));
        let jogg = jogg.retry_policy(RetryPolicy::never()).build().unwrap();
        let watched = batch.clone();
        let run = batch.run(&jogg).stop_when(async move {
            let is_over = async || {
                let request = watched.get("order 0").await.unwrap().unwrap();
                request.failure.is_some() && request.state != RequestState::Sending
            };
            while !is_over().await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        let report = run.await.unwrap();
        assert!(matches!(report.end, RunEnd::Stopped), "{report:?}");
        assert_eq!((report.counts.queued, report.counts.total()), (1, 1), "{report:?}");
        let request = batch.get("order 0").await.unwrap().unwrap();
        assert_eq!((request.state, request.attempts), (RequestState::Queued, 1));
        assert_eq!(request.failure.unwrap().kind, format!("{:?}", ErrorKind::Connection));
        assert_eq!(batch.spent().await.unwrap().batch, 0.0);
    })
    .await;
}

#[tokio::test]
async fn a_run_waits_for_outcomes_that_another_hands_over() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let batch = test.store.batch(test.name("handed over"));
        queue(&batch, 1).await;
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (taking, taken) = (Arc::clone(&begun), Arc::clone(&go_on));
        let run = batch.run(&stage.jogg).wait_options(often()).settle(move |_| {
            let (taking, taken) = (Arc::clone(&taking), Arc::clone(&taken));
            async move {
                taking.notify_one();
                taken.notified().await;
                Ok(())
            }
        });
        let first = tokio::spawn(run.into_future());
        begun.notified().await;
        let again = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&again);
        let run = batch.run(&stage.jogg).settle(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            async { Ok(()) }
        });
        let second = tokio::spawn(run.into_future());
        tokio::time::sleep(Duration::from_millis(250)).await;
        assert!(!second.is_finished(), "the outcome is not taken yet");
        go_on.notify_one();
        for run in [first, second] {
            let report = run.await.unwrap().unwrap();
            assert_eq!((report.counts.settled, report.unsettled), (1, 0), "{report:?}");
        }
        assert_eq!(again.load(Ordering::SeqCst), 0);
    })
    .await;
}

#[tokio::test]
async fn a_run_waits_until_a_lost_lip_sync_is_old_enough_to_be_searched_for() {
    let (test, stage) = (sqlite().await, Stage::in_real_time().await);
    let batch = test.store.batch("young");
    batch.queue_all([lip_sync("order")]).await.unwrap();
    stage.simulator.reply_next(&CREATE_LIP_SYNC_VIDEO, Reply::lost());
    let first = tokio::spawn(stage.run(&batch).into_future());
    while batch.counts().await.unwrap().unknown == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    first.abort();
    // There is nothing else to do, neither now nor later.
    let run = stage.run(&batch).find_delay(Duration::from_millis(500));
    let report = run.await.unwrap();
    assert_eq!((report.counts.done, report.counts.unknown), (1, 0), "{report:?}");
    assert_eq!(stage.simulator.request_count(&CREATE_LIP_SYNC_VIDEO), 1);
}
