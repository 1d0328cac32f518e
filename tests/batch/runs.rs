//! Runs that end, stop, and go on.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jogg_api_ext::Jogg;
use jogg_api_ext::batch::{Entry, Queued, RequestState, RunEnd};
use jogg_api_ext::enums::MotionModel;
use jogg_api_ext::jobs::WaitOptions;
use jogg_api_ext::jogg_api::operations::ADD_PHOTO_AVATAR_MOTION;
use jogg_api_ext::photo_avatars::AddMotion;
use jogg_api_ext::simulator::{AcceleratedClock, Simulator};

use super::stores::on_each;

#[tokio::test]
async fn what_is_queued_is_sent_once_and_settled() {
    on_each(async |test| {
        let (simulator, jogg) = simulator().await;
        let batch = test.store.batch(test.name("all"));
        let entries = || (0..40).map(|number| entry(&format!("order {number}")));
        let queued = batch.queue_all(entries()).await.unwrap();
        assert!(queued.iter().all(|queued| *queued == Queued::New));
        let queued = batch.queue_all(entries()).await.unwrap();
        assert!(queued.iter().all(|queued| *queued == Queued::Known));
        assert_eq!(batch.cost().await.unwrap().to_string(), "80 credits for 40 requests");

        let taken = Arc::new(Mutex::new(Vec::new()));
        let settled = Arc::clone(&taken);
        let run = batch.run(&jogg).wait_options(quick()).settle(move |request| {
            let taken = Arc::clone(&settled);
            async move {
                let motion = request.result::<AddMotion>()?;
                taken.lock().unwrap().push((request.key.to_string(), motion.preview_url));
                Ok(())
            }
        });
        let report = run.await.unwrap();
        assert!(matches!(report.end, RunEnd::Completed), "{report:?}");
        assert_eq!((report.counts.done, report.counts.settled), (40, 40), "{report:?}");
        assert_eq!(taken.lock().unwrap().len(), 40);
        assert_eq!(simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), 40);
        assert_eq!(batch.spent().await.unwrap().batch, 80.0);

        let request = batch.get("order 7").await.unwrap().unwrap();
        assert_eq!((request.state, request.attempts), (RequestState::Done, 1));
    })
    .await;
}

pub(super) fn entry(key: &str) -> Entry {
    let photo = "https://example.com/photo.png";
    Entry::new(key, AddMotion::new(photo, key, "en-US-ChristopherNeural", MotionModel::V2_0))
}

fn quick() -> WaitOptions {
    let interval = Duration::from_millis(50);
    WaitOptions::default().initial_delay(interval).interval(interval).max_interval(interval)
}

async fn simulator() -> (Simulator, Jogg) {
    let clock = Arc::new(AcceleratedClock::new(1000.0));
    let simulator = Simulator::builder().clock(clock).post_limit(None).start().await.unwrap();
    let builder = Jogg::builder("any-key").base_url(simulator.base_url());
    (simulator, builder.without_rate_limiter().build().unwrap())
}
