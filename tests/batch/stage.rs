//! What tests of batches share: a fast simulator, a client, and a request.

use std::sync::Arc;
use std::time::Duration;

use jogg_api_ext::batch::{Batch, Entry, Run, RunReport, SettleError};
use jogg_api_ext::enums::MotionModel;
use jogg_api_ext::jobs::WaitOptions;
use jogg_api_ext::jogg_api::operations::ADD_PHOTO_AVATAR_MOTION;
use jogg_api_ext::photo_avatars::AddMotion;
use jogg_api_ext::simulator::{AcceleratedClock, Simulator, SimulatorBuilder};
use jogg_api_ext::{Jogg, lip_sync};

/// A simulator, and a client of it without a limit.
pub(super) struct Stage {
    pub(super) simulator: Simulator,
    pub(super) jogg: Jogg,
}

impl Stage {
    pub(super) async fn new() -> Self {
        Self::with(|simulator| simulator.clock(Arc::new(AcceleratedClock::new(1000.0)))).await
    }

    /// Creates one in real time, whose jobs are quick: for what is found by its time.
    pub(super) async fn in_real_time() -> Self {
        Self::with(|simulator| simulator.job_duration(Duration::from_millis(200))).await
    }

    pub(super) async fn with(settings: impl FnOnce(SimulatorBuilder) -> SimulatorBuilder) -> Self {
        let builder = settings(Simulator::builder().post_limit(None));
        let simulator = builder.start().await.unwrap();
        let builder = Jogg::builder("a-secret-key").base_url(simulator.base_url());
        Self { simulator, jogg: builder.without_rate_limiter().build().unwrap() }
    }

    /// How many motions were requested.
    pub(super) fn sent(&self) -> usize {
        self.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION)
    }

    /// Prepares a run that polls often, and takes every outcome.
    pub(super) fn run(&self, batch: &Batch) -> Run {
        batch.run(&self.jogg).wait_options(often()).settle(async |_| Ok(()))
    }

    /// Runs a batch to its end.
    pub(super) async fn finish(&self, batch: &Batch) -> RunReport {
        let report = tokio::time::timeout(Duration::from_secs(60), self.run(batch).into_future());
        report.await.expect("the run hangs").unwrap()
    }
}

/// Queues this many motions, `order 0` and so on, of 2 credits each.
pub(super) async fn queue(batch: &Batch, count: usize) {
    batch.queue_all((0..count).map(|number| entry(&format!("order {number}")))).await.unwrap();
}

pub(super) fn entry(key: &str) -> Entry {
    Entry::new(key, motion(key))
}

pub(super) fn motion(name: &str) -> AddMotion {
    let photo = "https://example.com/photo.png";
    AddMotion::new(photo, name, "en-US-ChristopherNeural", MotionModel::V2_0)
}

/// A lip sync of half a minute, which is found by its URLs.
pub(super) fn lip_sync(key: &str) -> Entry {
    let video = format!("https://example.com/{}.mp4", key.replace(' ', "-"));
    let request = lip_sync::CreateVideo::new(video, "https://example.com/a.mp3");
    Entry::new(key, request).length(Duration::from_secs(30))
}

/// Polls often.
pub(super) fn often() -> WaitOptions {
    let interval = Duration::from_millis(50);
    WaitOptions::default().initial_delay(interval).interval(interval).max_interval(interval)
}

/// An error of the application.
pub(super) fn refusal(reason: &str) -> SettleError {
    reason.to_owned().into()
}
