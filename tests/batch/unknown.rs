//! Requests whose outcome isn't known: kept, listed, searched for, and decided by people.

use std::process::Stdio;
use std::time::Duration;

use jogg_api_ext::ErrorKind;
use jogg_api_ext::batch::{RequestState, Resolution};
use jogg_api_ext::jogg_api::operations::{ADD_PHOTO_AVATAR_MOTION, CREATE_LIP_SYNC_VIDEO};
use jogg_api_ext::lip_sync::{CreateVideo, FIND_LIP_SYNC_VIDEO};
use jogg_api_ext::simulator::Reply;
use tokio::process::Command;

use super::stage::{Stage, lip_sync, queue};
use super::stores::{on_each, sqlite};

#[tokio::test]
async fn a_request_whose_response_was_lost_is_not_retried_until_somebody_decides() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let batch = test.store.batch(test.name("lost"));
        queue(&batch, 2).await;
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::lost());
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::lost());
        for _ in 0..2 {
            let report = stage.finish(&batch).await;
            assert_eq!((report.counts.unknown, stage.sent()), (2, 2), "{report:?}");
        }
        let unknown = batch.unknown().await.unwrap();
        let failure = unknown[0].failure.clone().unwrap();
        assert_eq!(failure.kind, "OutcomeUnknown");
        assert!(unknown[0].where_it_shows().contains("list_photo_avatars"));
        assert!(unknown[0].sent_at.is_some());
        let candidates = batch.candidates(&stage.jogg, "order 1").await.unwrap();
        assert!(!candidates.remains.is_empty());
        assert_eq!(batch.spent().await.unwrap().batch, 4.0);

        batch.resolve("order 0", Resolution::NotExecuted).await.unwrap();
        assert_eq!(batch.spent().await.unwrap().batch, 2.0);
        let started = Resolution::Started("motion_000001".to_owned());
        batch.resolve("order 1", started).await.unwrap();
        let report = stage.finish(&batch).await;
        assert_eq!((report.counts.ended(), stage.sent()), (2, 3), "{report:?}");
        let request = batch.get("order 0").await.unwrap().unwrap();
        assert_eq!((request.state, request.attempts), (RequestState::Done, 2));
        for key in ["order 0", "no such order"] {
            let error = batch.resolve(key, Resolution::NotExecuted).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidParameter, "{error}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_lost_lip_sync_is_found_and_waited_for() {
    on_each(async |test| {
        let stage = Stage::in_real_time().await;
        let batch = test.store.batch(test.name("lip sync"));
        batch.queue_all([lip_sync("order 0"), lip_sync("order 1")]).await.unwrap();
        stage.simulator.reply_next(&CREATE_LIP_SYNC_VIDEO, Reply::lost());
        // The other one was never executed.
        stage.simulator.reply_next(&CREATE_LIP_SYNC_VIDEO, Reply::reset());
        let run = stage.run(&batch).max_concurrent_calls(1).find_delay(Duration::from_millis(300));
        let report = run.lease(Duration::from_secs(1)).await.unwrap();
        assert_eq!((report.counts.done, report.counts.unknown), (1, 1), "{report:?}");
        assert_eq!(stage.simulator.request_count(&CREATE_LIP_SYNC_VIDEO), 2);
        let request = batch.get("order 0").await.unwrap().unwrap();
        assert!(request.result::<CreateVideo>().unwrap().url.starts_with("http"));
    })
    .await;
}

/// What can't be searched for is left to people.
#[tokio::test]
async fn a_search_that_is_refused_ends_no_run() {
    let (test, stage) = (sqlite().await, Stage::in_real_time().await);
    let batch = test.store.batch("search");
    batch.queue_all([lip_sync("order")]).await.unwrap();
    stage.simulator.reply_next(&CREATE_LIP_SYNC_VIDEO, Reply::lost());
    stage.simulator.reply_next(&FIND_LIP_SYNC_VIDEO, Reply::body(400, "text/plain", "no"));
    let run = stage.run(&batch).find_delay(Duration::ZERO).lease(Duration::from_secs(60));
    let report = run.await.unwrap();
    assert_eq!((report.counts.unknown, stage.simulator.requests().len()), (1, 2), "{report:?}");
}

#[tokio::test]
async fn what_a_killed_process_was_sending_is_of_unknown_outcome() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let batch = test.store.batch(test.name("killed"));
        queue(&batch, 3).await;
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::never());
        let mut worker = Command::new(env!("CARGO_BIN_EXE_batch-worker"))
            .args(["--store", &test.location, "--batch", batch.name(), "--at-once", "1"])
            .args(["--base-url", stage.simulator.base_url()])
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        while stage.sent() == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        worker.kill().await.unwrap();
        let report = stage.run(&batch).lease(Duration::from_secs(1)).await.unwrap();
        let unknown = batch.unknown().await.unwrap();
        let counts = (report.counts.done, report.counts.unknown);
        assert_eq!((counts, stage.sent()), ((2, 1), 3), "{report:?} {unknown:?}");
        assert_eq!((&*unknown[0].key, unknown[0].attempts), ("order 0", 1));
        assert!(unknown[0].failure.clone().unwrap().message.contains("the process ended"));
    })
    .await;
}
