//! Runs that end, stop, and go on.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jogg_api_ext::batch::{Entry, Queued, RequestState, RunEnd};
use jogg_api_ext::jobs::{EventHub, WaitOptions};
use jogg_api_ext::jogg_api::operations::ADD_PHOTO_AVATAR_MOTION;
use jogg_api_ext::photo_avatars::AddMotion;
use jogg_api_ext::policy::{Attempt, BeforeSend, BeforeSendResult, SlidingWindow};
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{BoxFuture, Jogg};
use serde_json::json;

use super::stage::{Stage, entry, motion, often, queue, refusal};
use super::stores::on_each;

#[tokio::test]
async fn what_is_queued_is_sent_once_and_settled() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let batch = test.store.batch(test.name("all"));
        let entries = || (0..40).map(|number| entry(&format!("order {number}")));
        let queued = batch.queue_all(entries()).await.unwrap();
        assert!(queued.iter().all(|queued| *queued == Queued::New));
        let queued = batch.queue_all(entries()).await.unwrap();
        assert!(queued.iter().all(|queued| *queued == Queued::Known));
        let other = Entry::new("order 3", motion("another"));
        assert_eq!(batch.queue(other).await.unwrap(), Queued::OtherRequest);
        assert_eq!(batch.cost().await.unwrap().to_string(), "80 credits for 40 requests");

        let taken = Arc::new(Mutex::new(Vec::new()));
        let settled = Arc::clone(&taken);
        let run = batch.run(&stage.jogg).wait_options(often()).settle(move |request| {
            let taken = Arc::clone(&settled);
            async move {
                let motion = request.result::<AddMotion>()?;
                assert!(request.attempts == 1 && request.sent_at.is_some(), "{request:?}");
                taken.lock().unwrap().push((request.key.to_string(), motion.preview_url));
                Ok(())
            }
        });
        let report = run.await.unwrap();
        assert!(matches!(report.end, RunEnd::Completed), "{report:?}");
        assert_eq!((report.counts.done, report.counts.settled), (40, 40), "{report:?}");
        assert_eq!(taken.lock().unwrap().len(), 40);
        assert_eq!(stage.sent(), 40);
        assert_eq!(batch.spent().await.unwrap().batch, 80.0);
        let request = batch.get("order 7").await.unwrap().unwrap();
        assert_eq!((request.state, request.attempts), (RequestState::Done, 1));
        // A run of a batch that has ended does nothing.
        let report = stage.finish(&batch).await;
        assert_eq!((report.counts.settled, stage.sent()), (40, 40));
    })
    .await;
}

#[tokio::test]
async fn two_workers_share_the_work() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let batch = test.store.batch(test.name("shared"));
        queue(&batch, 60).await;
        let (one, other) = tokio::join!(stage.finish(&batch), stage.finish(&batch));
        assert_eq!((one.counts.settled, other.counts.settled), (60, 60));
        assert_eq!(stage.sent(), 60);
    })
    .await;
}

#[tokio::test]
async fn a_run_that_is_stopped_sends_nothing_more_and_the_next_goes_on() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let batch = test.store.batch(test.name("stopped"));
        queue(&batch, 6).await;
        // One is on its way when the run is stopped, and the others wait for the limit.
        let slow = Reply::pass_through().delay(Duration::from_secs(500));
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, slow);
        let limit = SlidingWindow::new(1, Duration::from_secs(3600));
        let jogg = Jogg::builder("key").base_url(stage.simulator.base_url());
        let jogg = jogg.rate_limiter(Arc::new(limit)).build().unwrap();
        let run = batch.run(&jogg).max_concurrent_calls(3).stop_when(async {
            tokio::time::sleep(Duration::from_millis(250)).await;
        });
        let report = run.await.unwrap();
        assert!(matches!(report.end, RunEnd::Stopped), "{report:?}");
        assert_eq!((report.counts.queued, report.counts.started), (5, 1), "{report:?}");
        assert_eq!(stage.sent(), 1);
        let report = stage.finish(&batch).await;
        assert_eq!((report.counts.done, stage.sent()), (6, 6));
    })
    .await;
}

#[tokio::test]
async fn no_more_jobs_are_under_way_than_may_be() {
    on_each(async |test| {
        let stage = Stage::with(|simulator| simulator.job_duration(Duration::from_secs(1))).await;
        let batch = test.store.batch(test.name("jobs"));
        queue(&batch, 8).await;
        // What the first run leaves counts in the second.
        let watched = batch.clone();
        let run = stage.run(&batch).max_jobs(3).stop_when(async move {
            while watched.counts().await.unwrap().queued > 5 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        assert!(run.await.unwrap().counts.started > 0, "it leaves nothing");
        let run = tokio::spawn(stage.run(&batch).max_jobs(3).into_future());
        let mut most = 0;
        while !run.is_finished() {
            let counts = batch.counts().await.unwrap();
            most = most.max(counts.sending + counts.started);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!((2..=3).contains(&most), "{most}");
        assert_eq!(run.await.unwrap().unwrap().counts.settled, 8);
    })
    .await;
}

#[tokio::test]
async fn an_outcome_that_is_not_taken_is_handed_over_again() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let batch = test.store.batch(test.name("settle"));
        queue(&batch, 3).await;
        let run = stage.run(&batch).settle(async |request| match &*request.key {
            "order 0" => Err(refusal("the disk is full")),
            "order 1" => panic!("a mistake of the application"),
            _ => Ok(()),
        });
        let report = run.await.unwrap();
        assert_eq!((report.counts.done, report.unsettled), (3, 2), "{report:?}");
        let again = Arc::new(Mutex::new(Vec::new()));
        let taken = Arc::clone(&again);
        let run = stage.run(&batch).settle(move |request| {
            taken.lock().unwrap().push(request.key.to_string());
            async { Ok(()) }
        });
        assert_eq!(run.await.unwrap().unsettled, 0);
        let mut again = again.lock().unwrap().clone();
        again.sort();
        assert_eq!(again, ["order 0", "order 1"]);
    })
    .await;
}

#[tokio::test]
async fn what_fails_says_why_and_costs_what_it_cost() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let batch = test.store.batch(test.name("failed"));
        queue(&batch, 3).await;
        stage.simulator.fail_next_job("the face is hidden");
        let refused = json!({"code": 10104, "msg": "the name is taken", "data": null});
        let refused = Reply::json(200, refused);
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::pass_through());
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, refused);
        let run = stage.run(&batch).max_concurrent_calls(1);
        let report = run.await.unwrap();
        assert_eq!((report.counts.done, report.counts.failed), (1, 2), "{report:?}");
        let mut kinds = Vec::new();
        for key in ["order 0", "order 1", "order 2"] {
            let request = batch.get(key).await.unwrap().unwrap();
            kinds.push(request.failure.map(|failure| (failure.kind, failure.message)));
        }
        insta::assert_debug_snapshot!("failures", kinds);
        assert_eq!(batch.spent().await.unwrap().batch, 4.0);
    })
    .await;
}

#[tokio::test]
async fn too_few_credits_end_the_run_and_leave_the_rest_queued() {
    on_each(async |test| {
        let stage = Stage::new().await;
        stage.simulator.set_credits(5.0);
        let batch = test.store.batch(test.name("credits"));
        queue(&batch, 4).await;
        let report = stage.run(&batch).max_concurrent_calls(1).await.unwrap();
        assert!(matches!(report.end, RunEnd::InsufficientCredit(_)), "{report:?}");
        assert_eq!((report.counts.done, report.counts.queued), (2, 2), "{report:?}");
        stage.simulator.set_credits(100.0);
        assert_eq!(stage.finish(&batch).await.counts.done, 4);
        assert_eq!(batch.spent().await.unwrap().batch, 8.0);
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_unknown_ends_the_run() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let batch = test.store.batch(test.name("key"));
        queue(&batch, 2).await;
        let jogg = Jogg::builder("invalid").base_url(stage.simulator.base_url());
        let report = batch.run(&jogg.build().unwrap()).await.unwrap();
        assert!(matches!(report.end, RunEnd::ClientUnusable(_)), "{report:?}");
        assert_eq!(report.counts.queued, 2);
    })
    .await;
}

struct Hook;

impl BeforeSend for Hook {
    fn before_send(&self, attempt: &Attempt) -> BoxFuture<BeforeSendResult> {
        let label = attempt.label.clone();
        Box::pin(async move {
            match label.as_deref() {
                Some("order 0") => panic!("a mistake of the application"),
                Some("order 1") => Err("not today".into()),
                _ => Ok(()),
            }
        })
    }
}

#[tokio::test]
async fn hooks_of_the_application_refuse_and_panic_alone() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let batch = test.store.batch(test.name("hooks"));
        queue(&batch, 4).await;
        let jogg = Jogg::builder("key").base_url(stage.simulator.base_url());
        let jogg = jogg.before_send(Arc::new(Hook)).build().unwrap();
        let report = batch.run(&jogg).wait_options(often()).await.unwrap();
        assert_eq!((report.counts.done, report.counts.failed), (2, 2), "{report:?}");
        assert_eq!((stage.sent(), batch.spent().await.unwrap().batch), (2, 4.0));
    })
    .await;
}

#[tokio::test]
async fn an_event_ends_a_wait_at_once() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let batch = test.store.batch(test.name("event"));
        queue(&batch, 1).await;
        let hub = EventHub::new();
        let slow = Duration::from_secs(3600);
        let options = WaitOptions::default().initial_delay(slow).fallback_interval(slow);
        let run = batch.run(&stage.jogg).wait_options(options.deadline(2 * slow)).hub(&hub);
        let watched = batch.clone();
        let notify = async {
            loop {
                let request = watched.get("order 0").await.unwrap().unwrap();
                if let Some(job) = request.job {
                    // Motions take two to three minutes, here 0.2 s.
                    tokio::time::sleep(Duration::from_millis(500)).await;
                    return hub.notify(&job.id);
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let (report, ()) = tokio::join!(run.into_future(), notify);
        assert_eq!(report.unwrap().counts.done, 1);
    })
    .await;
}

#[tokio::test]
async fn progress_is_a_stream_that_ends() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let batch = test.store.batch(test.name("progress"));
        queue(&batch, 8).await;
        let progress = batch.progress(Duration::from_millis(20));
        let (report, counts) = tokio::join!(stage.finish(&batch), progress.try_collect());
        let counts = counts.unwrap();
        assert_eq!(counts.first().unwrap().total(), 8);
        assert_eq!(counts.last().unwrap().done, report.counts.done);
        assert!(counts.windows(2).all(|two| two[0] != two[1] && two[0].ended() <= two[1].ended()));
    })
    .await;
}
