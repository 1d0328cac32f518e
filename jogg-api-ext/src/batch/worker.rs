//! The worker of a run: claims what there is to do, and does it in tasks.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::batch::Batch;
use super::batch_request::BatchRequest;
use super::change::{Claim, What};
use super::claims::Work;
use super::failure::Failure;
use super::journal::{Journal, Written};
use super::lost_lip_syncs::Searches;
use super::run_report::{RunEnd, RunReport};
use super::settings::Settings;
use crate::client::Jogg;
use crate::error::{ErrorKind, Result};
use crate::job_record::JobRecord;
use crate::stream::BoxFuture;

/// How often a worker reads what others have queued, left or ended.
const TICK: Duration = Duration::from_millis(500);

/// How long the store may be unavailable before a run ends with its error.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a run's tasks share.
pub(super) struct Worker {
    pub(super) batch: Batch,
    pub(super) jogg: Jogg,
    pub(super) journal: Journal,
    pub(super) settings: Settings,
    id: String,
    /// Why nothing more is sent.
    end: Mutex<Option<RunEnd>>,
    pub(super) stop: watch::Sender<bool>,
    /// Something has ended, so that there may be more to do.
    pub(super) ended: Arc<Notify>,
    sends: Arc<Semaphore>,
    waits: Arc<Semaphore>,
    pub(super) settles: Arc<Semaphore>,
    searches: tokio::sync::Mutex<Searches>,
}

/// What a request that was sent needs next.
pub(super) enum Next {
    /// Its job is waited for.
    Wait { attempt: i64, record: JobRecord },
    /// Its outcome is handed over.
    Settle,
    /// Nothing, from this worker.
    Nothing,
}

impl Worker {
    /// Says that a new worker is alive.
    pub(super) async fn start(batch: Batch, jogg: Jogg, settings: Settings) -> Result<Arc<Self>> {
        batch.cap.check()?;
        let process = std::process::id();
        let id = format!("{process}-{:016x}", fastrand::u64(..));
        batch.renew(&id, settings.lease).await?;
        let journal = Journal::start(batch.store.clone(), &batch.name, &id, batch.cap);
        Ok(Arc::new(Self {
            journal,
            end: Mutex::default(),
            stop: watch::Sender::new(false),
            ended: Arc::default(),
            sends: Arc::new(Semaphore::new(settings.max_concurrent_calls)),
            waits: Arc::new(Semaphore::new(settings.max_resumed_jobs)),
            settles: Arc::new(Semaphore::new(settings.max_concurrent_calls)),
            searches: tokio::sync::Mutex::default(),
            batch,
            jogg,
            settings,
            id,
        }))
    }

    /// Works until everything has ended, or something stops it.
    pub(super) async fn run(self: Arc<Self>, stop: BoxFuture<()>) -> Result<RunReport> {
        let mut tasks = JoinSet::new();
        let mut alive = JoinSet::new();
        alive.spawn(Arc::clone(&self).stay_alive());
        alive.spawn(Arc::clone(&self).keep_searching());
        let watched = Arc::clone(&self);
        alive.spawn(async move {
            stop.await;
            watched.end_with(RunEnd::Stopped);
            watched.stop.send_replace(true);
            watched.ended.notify_one();
        });
        let worked = self.work(&mut tasks).await;
        // Responses that are on their way are waited for, and so is the store that takes them.
        self.stop.send_replace(true);
        while tasks.join_next().await.is_some() {}
        drop(alive);
        worked?;
        if let Err(error) = self.batch.leave(&self.id).await {
            tracing::warn!(batch = %self.batch.name, %error, "what is claimed isn't given back yet");
        }
        let counts = self.batch.counts().await?;
        let ended = counts.done + counts.failed;
        let unsettled = match self.settings.settle {
            Some(_) => ended.saturating_sub(counts.settled),
            None => 0,
        };
        let end = self.end().take().unwrap_or(RunEnd::Completed);
        Ok(RunReport { end, counts, unsettled })
    }

    async fn work(self: &Arc<Self>, tasks: &mut JoinSet<()>) -> Result<()> {
        let (mut failing_since, mut ticked) = (None, None::<Instant>);
        loop {
            // What others leave is claimed now and then, what is queued whenever there is room.
            let is_tick = ticked.is_none_or(|ticked| ticked.elapsed() >= TICK);
            if is_tick {
                ticked = Some(Instant::now());
            }
            match self.spawn(tasks, is_tick).await {
                Ok(false) => return Ok(()),
                Ok(true) => failing_since = None,
                Err(error) => {
                    let since = *failing_since.get_or_insert_with(Instant::now);
                    if !error.is_retryable() || since.elapsed() > PATIENCE {
                        return Err(error);
                    }
                    tracing::warn!(batch = %self.batch.name, %error, "the store is unavailable");
                    sleep(TICK).await;
                }
            }
            let _ = timeout(TICK, self.ended.notified()).await;
            while tasks.try_join_next().is_some() {}
        }
    }

    /// Claims what there is to do, and begins it. Returns whether there may be more later.
    async fn spawn(self: &Arc<Self>, tasks: &mut JoinSet<()>, is_tick: bool) -> Result<bool> {
        if *self.stop.borrow() {
            return Ok(false);
        }
        if is_tick {
            self.spawn_left(tasks).await?;
        }
        if self.end().is_none() {
            let Settings { max_concurrent_calls, max_jobs, .. } = self.settings;
            let free = self.sends.available_permits().min(max_jobs.saturating_sub(tasks.len()));
            // Several together: a claim is a transaction.
            let several = max_concurrent_calls.min(max_jobs).div_ceil(2);
            let enough = if is_tick { 1 } else { several };
            let free = if free < enough { 0 } else { free };
            for request in self.claim(Work::Queued, free).await? {
                let permit = Arc::clone(&self.sends).try_acquire_owned().ok();
                let claim = request.claimed();
                let work = Arc::clone(self).send_and_follow(request, permit);
                tasks.spawn(Arc::clone(self).guard(claim, work));
            }
        }
        if !tasks.is_empty() || !is_tick {
            return Ok(true);
        }
        self.batch.free_forgotten(&self.id).await?;
        // Before what is left is counted: what is found is open again.
        let too_young = self.search().await?;
        let left = self.batch.left().await?;
        let open = if self.end().is_none() { left.open } else { left.open - left.queued };
        let unsettled = if self.settings.settle.is_some() { left.unsettled } else { 0 };
        Ok(open > 0 || unsettled > 0 || too_young > 0)
    }

    /// Begins what others have left: jobs that nobody waits for, and outcomes.
    async fn spawn_left(self: &Arc<Self>, tasks: &mut JoinSet<()>) -> Result<()> {
        let free = self.waits.available_permits();
        for request in self.claim(Work::Started, free).await? {
            let permit = Arc::clone(&self.waits).try_acquire_owned().ok();
            let claim = request.claimed();
            let work = Arc::clone(self).follow_and_settle(request, permit);
            tasks.spawn(Arc::clone(self).guard(claim, work));
        }
        if self.settings.settle.is_some() {
            let free = self.settles.available_permits();
            for request in self.claim(Work::Ended, free).await? {
                tasks.spawn(Arc::clone(self).settle(request));
            }
        }
        Ok(())
    }

    /// Searches for what can be found by its URLs. Returns how many requests are too young for it.
    async fn search(&self) -> Result<usize> {
        let mut searches = self.searches.lock().await;
        searches.go_on(&self.batch, &self.jogg, self.settings.find_delay).await
    }

    async fn claim(&self, work: Work, limit: usize) -> Result<Vec<BatchRequest>> {
        match limit {
            0 => Ok(Vec::new()),
            limit => self.batch.claim(work, &self.id, limit).await,
        }
    }

    /// Works on a request. A panic of the application's hooks ends the work on no other.
    async fn guard(self: Arc<Self>, claim: Claim, work: impl Future<Output = ()> + Send) {
        if AssertUnwindSafe(work).catch_unwind().await.is_err() {
            let key = claim.shown();
            tracing::error!(batch = %self.batch.name, key, "a panic while it was worked on");
            self.persist(&claim, What::Panicked).await;
            self.ended.notify_one();
        }
    }

    async fn send_and_follow(
        self: Arc<Self>,
        mut request: BatchRequest,
        permit: Option<OwnedSemaphorePermit>,
    ) {
        let next = self.send(&mut request).await;
        drop(permit);
        self.ended.notify_one();
        let has_ended = match next {
            Next::Wait { attempt, record } => self.follow(&mut request, attempt, record).await,
            Next::Settle => self.read_again(&mut request).await,
            Next::Nothing => false,
        };
        if has_ended {
            self.settle_or_release(request).await;
        }
        self.ended.notify_one();
    }

    async fn follow_and_settle(
        self: Arc<Self>,
        mut request: BatchRequest,
        permit: Option<OwnedSemaphorePermit>,
    ) {
        let (attempt, claim) = (i64::from(request.attempts), request.claimed());
        let has_ended = match request.job.take() {
            Some(record) => self.follow(&mut request, attempt, record).await,
            // Nobody writes a state without its record.
            None => {
                let message = "the store has no record of its job";
                let failure = Failure::new(ErrorKind::OutcomeUnknown, message);
                self.persist(&claim, What::Unknown { attempt, failure }).await;
                false
            }
        };
        drop(permit);
        if has_ended {
            self.settle_or_release(request).await;
        }
        self.ended.notify_one();
    }

    /// Writes what must not be lost. Returns whether it is in the store.
    pub(super) async fn persist(&self, claim: &Claim, what: What) -> bool {
        let (key, change, job) = (claim.shown(), what.name(), what.job());
        match self.journal.persist(claim, what).await {
            Ok(Written::Committed | Written::MayLeave { .. }) => true,
            Ok(Written::Overtaken | Written::CapReached(_) | Written::NoPrice) => {
                tracing::warn!(batch = %self.batch.name, key, change, job, "overtaken");
                false
            }
            Err(error) => {
                tracing::error!(batch = %self.batch.name, key, change, job, %error, "lost");
                false
            }
        }
    }

    /// Sends nothing more, and says why. The first reason counts.
    pub(super) fn end_with(&self, end: RunEnd) {
        self.end().get_or_insert(end);
    }

    fn end(&self) -> std::sync::MutexGuard<'_, Option<RunEnd>> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the run is stopped.
    pub(super) async fn stopped(&self) {
        let mut stop = self.stop.subscribe();
        // Its sender lives as long as this.
        let _ = stop.wait_for(|stopped| *stopped).await;
    }

    async fn keep_searching(self: Arc<Self>) {
        loop {
            if let Err(error) = self.search().await {
                tracing::warn!(batch = %self.batch.name, %error, "nothing can be searched for");
            }
            sleep(self.settings.lease / 4).await;
        }
    }

    /// Renews the lease, and takes over from workers that have died. What these have locked must
    /// not keep this one from its own lease.
    async fn stay_alive(self: Arc<Self>) {
        let quarter = self.settings.lease / 4;
        loop {
            let outcome = match self.batch.renew(&self.id, self.settings.lease).await {
                Ok(()) => timeout(quarter, self.batch.take_over()).await.unwrap_or(Ok(())),
                Err(error) => Err(error),
            };
            if let Err(error) = outcome {
                tracing::warn!(batch = %self.batch.name, %error, "the store is unavailable");
            }
            sleep(quarter).await;
        }
    }
}
