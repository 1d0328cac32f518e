//! A run of a batch: sends what is queued, waits for what is under way, and hands over outcomes.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use super::batch::Batch;
use super::batch_request::BatchRequest;
use super::run_report::RunReport;
use super::settings::{Settings, SettleError};
use super::worker::Worker;
use crate::client::Jogg;
use crate::error::Result;
use crate::jobs::{EventHub, WaitOptions};
use crate::stream::BoxFuture;

/// A run of a [`Batch`], which begins when it is awaited, and ends when every request of the batch
/// has ended or something stops it.
///
/// Other processes may run the same batch at the same time. Dropped, it is as if the process was
/// killed: what was being sent is of unknown outcome then. [`Run::stop_when`] stops it cleanly.
///
/// ```no_run
/// # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
/// use jogg_api_ext::avatar_videos::CreateVideo;
/// use jogg_api_ext::batch::Store;
///
/// let batch = Store::open("videos.db").await?.batch("spring");
/// let report = batch
///     .run(&jogg)
///     .settle(|request| async move {
///         match &request.failure {
///             None => println!("{}: {}", request.key, request.result::<CreateVideo>()?.url),
///             Some(failure) => eprintln!("{}: {}", request.key, failure.message),
///         }
///         Ok(())
///     })
///     .stop_when(async { _ = tokio::time::sleep(std::time::Duration::from_secs(3600)).await })
///     .await?;
/// println!("{report}");
/// # Ok(()) }
/// ```
#[must_use = "a run begins when it is awaited"]
pub struct Run {
    pub(super) batch: Batch,
    pub(super) jogg: Jogg,
    pub(super) settings: Settings,
    stop: BoxFuture<()>,
}

impl Batch {
    /// Starts to build a run, which sends what is queued and waits for what is under way when it
    /// is awaited. The limits, timeouts and hooks of the client hold.
    pub fn run(&self, jogg: &Jogg) -> Run {
        Run::new(self.clone(), jogg.clone())
    }
}

impl Run {
    fn new(batch: Batch, jogg: Jogg) -> Self {
        let settings = Settings {
            max_concurrent_calls: 4,
            max_jobs: usize::MAX,
            max_resumed_jobs: 2000,
            lease: Duration::from_secs(30),
            max_wait: Duration::from_secs(24 * 60 * 60),
            find_delay: Duration::from_secs(60),
            wait_options: None,
            hub: None,
            settle: None,
        };
        Self { batch, jogg, settings, stop: Box::pin(std::future::pending()) }
    }

    /// Sets how many paid requests are in flight at a time, and how many outcomes are handed over
    /// at a time: not how many jobs are under way, which is [`Run::max_jobs`]. Default: 4. 0 counts
    /// as 1.
    pub fn max_concurrent_calls(mut self, requests: usize) -> Self {
        self.settings.max_concurrent_calls = requests.clamp(1, 10_000);
        self
    }

    /// Sets how many requests this run works on at a time, from when they are claimed until their
    /// outcomes are handed over: it starts no job that would be one more. What it resumes counts,
    /// and is resumed even if that is more. Default: without a limit, as jobs run on the API's
    /// side. 0 counts as 1.
    pub fn max_jobs(mut self, jobs: usize) -> Self {
        self.settings.max_jobs = jobs.max(1);
        self
    }

    /// Sets how many jobs of other runs, which have ended or died, this one resumes at a time.
    /// Default: 2,000. It waits for all jobs that it has started.
    pub fn max_resumed_jobs(mut self, jobs: usize) -> Self {
        self.settings.max_resumed_jobs = jobs.clamp(1, 1_000_000);
        self
    }

    /// Sets after which time without a sign of life other workers take over what this one has
    /// claimed. Default: 30 s; 1 s at least.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease.max(Duration::from_secs(1));
        self
    }

    /// Sets how long after its start a job is given up, whose request is then of unknown outcome.
    /// Default: 24 h.
    pub fn max_wait(mut self, time: Duration) -> Self {
        self.settings.max_wait = time;
        self
    }

    /// Sets how long after it was sent a lip sync of unknown outcome is searched for by its URLs,
    /// as [`LipSync::find`](crate::lip_sync::LipSync::find) does: if its job is found, it is waited
    /// for.
    /// Default: 60 s.
    pub fn find_delay(mut self, delay: Duration) -> Self {
        self.settings.find_delay = delay;
        self
    }

    /// Sets how jobs are waited for. Default: the options that suit each kind of job.
    pub fn wait_options(mut self, options: WaitOptions) -> Self {
        self.settings.wait_options = Some(options);
        self
    }

    /// Waits with webhooks: a job is polled when the hub receives its event, and only slowly until
    /// then.
    pub fn hub(mut self, hub: &EventHub) -> Self {
        self.settings.hub = Some(hub.clone());
        self
    }

    /// Hands over each outcome, of requests that are done or have failed, and marks it as taken
    /// when the future has returned `Ok`: so each is handed over at least once, and again if the
    /// process dies in between. After an error or a panic it is handed over again a minute later,
    /// or by the next run. Requests of unknown outcome aren't handed over: see
    /// [`Batch::unknown`](super::Batch::unknown).
    ///
    /// Default: outcomes stay in the store, to be read with
    /// [`Batch::requests`](super::Batch::requests).
    pub fn settle<F>(mut self, settle: impl Fn(BatchRequest) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = std::result::Result<(), SettleError>> + Send + 'static,
    {
        self.settings.settle = Some(Arc::new(move |request| Box::pin(settle(request))));
        self
    }

    /// Stops the run when this future ends: nothing more is sent, and the responses that are on
    /// their way are waited for and stored. Jobs go on at the API; the next run waits for them.
    pub fn stop_when(mut self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        self.stop = Box::pin(stop);
        self
    }
}

impl IntoFuture for Run {
    type Output = Result<RunReport>;
    type IntoFuture = BoxFuture<Result<RunReport>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { batch, jogg, settings, stop } = self;
        Box::pin(async move { Worker::start(batch, jogg, settings).await?.run(stop).await })
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("batch", &self.batch).finish_non_exhaustive()
    }
}
