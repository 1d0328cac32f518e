//! Waiting for a job: when to poll, and when to stop.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::unfold;
use jogg_api::Operation;
use tokio::sync::OwnedSemaphorePermit;

use super::hub::Watch;
use super::report::{JobResult, report};
use super::state::State;
use super::wait_options::WITHOUT_EVENT;
use super::{JobProgress, JobUpdate, WaitOptions};
use crate::client::Jogg;
use crate::clock::within;
use crate::error::{Error, Result};
use crate::job_record::JobRecord;
use crate::stream::BoxStream;

/// Polls a job until it has ended, or the deadline has passed. The time runs from when the future
/// is polled first.
pub(super) fn wait<T: JobResult>(
    jogg: Jogg,
    record: JobRecord,
    options: WaitOptions,
) -> impl Future<Output = Result<T>> + Send {
    let mut wait = Wait::new(jogg, record, options);
    async move {
        wait.start();
        wait.end().await
    }
}

/// Does the same in a time that runs from now, and returns the record with the result.
pub(super) fn begin<T: JobResult>(
    jogg: Jogg,
    record: JobRecord,
    options: WaitOptions,
) -> impl Future<Output = (JobRecord, Result<T>)> + Send {
    let mut wait = Wait::new(jogg, record, options);
    wait.start();
    async move {
        let end = wait.end().await;
        (wait.record, end)
    }
}

/// Returns the same as a stream.
pub(super) fn updates<T: JobResult>(
    jogg: Jogg,
    record: JobRecord,
    options: WaitOptions,
) -> BoxStream<Result<JobUpdate<T>>> {
    let wait = Box::new(Wait::new(jogg, record, options));
    BoxStream::new(unfold(Some((wait, false)), |wait| async move {
        let (mut wait, is_started) = wait?;
        // The time runs from when the first item is requested.
        if !is_started {
            wait.start();
        }
        match wait.poll().await {
            ControlFlow::Break(end) => Some((end.map(JobUpdate::Done), None)),
            ControlFlow::Continue(progress) => {
                Some((Ok(JobUpdate::Progress(progress)), Some((wait, true))))
            }
        }
    }))
}

/// One wait, from its first poll to its last.
///
/// There may be many thousands, which sleep nearly all of the time. So the futures of a wait borrow
/// it rather than have it moved into them, which would make room for it twice, and what is only
/// needed during a poll is boxed.
struct Wait<T: JobResult> {
    jogg: Jogg,
    record: JobRecord,
    options: WaitOptions,
    start: Duration,
    state: State,
    memory: T::Memory,
    watch: Option<Watch>,
    /// How many events have come.
    events: u32,
    /// When the last poll was sent.
    polled_at: Duration,
    /// How many polls there were when the intervals began to grow.
    polls_before: u32,
}

impl<T: JobResult> Wait<T> {
    fn new(jogg: Jogg, record: JobRecord, options: WaitOptions) -> Self {
        Self {
            jogg,
            record,
            options,
            start: Duration::ZERO,
            state: State::default(),
            memory: T::Memory::default(),
            watch: None,
            events: 0,
            polled_at: Duration::ZERO,
            polls_before: 0,
        }
    }

    /// Lets the time run from now.
    fn start(&mut self) {
        let Self { jogg, options, .. } = self;
        self.start = jogg.clock().now();
        // The wait polls again itself, and no poll outlasts it.
        let of_polls = jogg.options().clone().max_attempts(1);
        let ends_at = self.start.saturating_add(options.deadline);
        *jogg = jogg.with_options(of_polls.ending_at(ends_at));
        self.watch = options.hub.as_ref().map(|hub| hub.watch(&self.record));
    }

    /// Polls until the wait ends.
    async fn end(&mut self) -> Result<T> {
        loop {
            if let ControlFlow::Break(end) = self.poll().await {
                return end;
            }
        }
    }

    /// Sleeps until the next poll is due, and polls. Breaks with the end of the wait.
    async fn poll(&mut self) -> ControlFlow<Result<T>, JobProgress> {
        if let Err(error) = self.jogg.connected() {
            return ControlFlow::Break(Err(self.of_job(error)));
        }
        if !self.rest().await {
            self.jogg.clock().sleep(self.remaining()).await;
            return self.out_of_time();
        }
        let Some(turn) = self.turn().await else { return self.out_of_time() };
        let elapsed = self.elapsed();
        self.polled_at = elapsed;
        let report = report(self.jogg.clone(), self.record.clone(), &mut self.memory);
        let report = Box::pin(report).await;
        drop(turn);
        let poll_error = match self.state.take(report, elapsed, &self.options) {
            ControlFlow::Break(end) => {
                return ControlFlow::Break(end.map_err(|error| self.of_job(error)));
            }
            ControlFlow::Continue(poll_error) => poll_error,
        };
        let State { status, polls, .. } = self.state;
        let job_id = self.record.id.clone();
        let progress = JobProgress { job_id, status, polls, elapsed, poll_error };
        self.options.notify(&progress);
        ControlFlow::Continue(progress)
    }

    /// Returns the time until the next poll; `None` if the wait ends before it is due. The last
    /// poll is brought forward, so that it has time before the deadline; it is also sent if the
    /// server wants a longer pause, as there is none after it.
    fn delay(&self) -> Option<Duration> {
        let Self { options, state, jogg, .. } = self;
        let elapsed = self.elapsed();
        let delay = match (state.polls, self.expects_event()) {
            (0, false) => options.initial_delay.saturating_sub(elapsed),
            (0, true) => options.fallback_interval.saturating_sub(elapsed),
            (_, true) => options.slow_delay(jogg.clock().random()).max(state.pause),
            (polls, false) => {
                let polls = polls.saturating_sub(self.polls_before);
                options.delay(polls, jogg.clock().random()).max(state.pause)
            }
        };
        let left = options.last_poll().checked_sub(elapsed)?;
        // Not right after the poll before.
        let least = if state.polls == 0 { Duration::ZERO } else { options.interval };
        (least <= left).then(|| delay.min(left))
    }

    /// Returns whether an event will come and say when to poll.
    fn expects_event(&self) -> bool {
        let has_event = !WITHOUT_EVENT.iter().any(|without| without.id == self.record.operation);
        self.watch.is_some() && has_event && self.events == 0 && self.state.is_in_progress()
    }

    /// Sleeps until the next poll is due: then, or because an event has come. Returns false if none
    /// is before the wait ends. The first event is followed by a poll at once, unless the server
    /// wants a pause. Later ones don't make polls more frequent than the interval allows: anyone
    /// may send them, where they aren't signed.
    async fn rest(&mut self) -> bool {
        let (clock, delay) = (Arc::clone(self.jogg.clock()), self.delay());
        let last = self.options.last_poll();
        // Without a regular poll, until the last that an event could be followed by.
        let longest = delay.unwrap_or_else(|| last.saturating_sub(self.elapsed()));
        let due = self.elapsed().saturating_add(longest);
        let sleep = clock.sleep(longest);
        let Some(watch) = &self.watch else {
            sleep.await;
            return delay.is_some();
        };
        if within(watch.notified(), sleep).await.is_none() {
            return delay.is_some();
        }
        let least = match self.events {
            0 => self.state.pause,
            _ => self.state.pause.max(self.options.interval),
        };
        (self.events, self.polls_before) = (self.events.saturating_add(1), self.state.polls);
        let earliest = self.polled_at.saturating_add(least);
        if delay.is_none() && earliest.max(self.elapsed()) > last {
            return false;
        }
        clock.sleep(earliest.min(due).saturating_sub(self.elapsed())).await;
        true
    }

    /// Waits for the right to poll, within the deadline.
    async fn turn(&self) -> Option<Turn> {
        let turn = match &self.options.concurrent_polls {
            Some(polls) => {
                let guard = self.jogg.clock().timeout(self.remaining());
                // The semaphore is never closed.
                within(Arc::clone(polls).acquire_owned(), guard).await?.ok()
            }
            None => None,
        };
        (!self.remaining().is_zero()).then_some(Turn { _permit: turn })
    }

    fn elapsed(&self) -> Duration {
        self.jogg.clock().now().saturating_sub(self.start)
    }

    fn remaining(&self) -> Duration {
        self.options.deadline.saturating_sub(self.elapsed())
    }

    fn out_of_time(&mut self) -> ControlFlow<Result<T>, JobProgress> {
        let error = self.state.out_of_time(&self.options);
        ControlFlow::Break(Err(self.of_job(error)))
    }

    /// Adds what all errors of a wait have: the job, and how many polls there were.
    fn of_job(&self, error: Error) -> Error {
        let started_by = |operation: &&&'static Operation| operation.id == self.record.operation;
        let error = error.with_job(self.record.clone()).with_attempts(self.state.polls);
        match T::OPERATIONS.iter().find(started_by) {
            // An error of a poll has the operation of the poll.
            Some(operation) if error.operation().is_none() => error.with_operation(operation),
            _ => error,
        }
    }
}

/// The right to poll, given back when the poll has ended.
struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

#[cfg(test)]
mod tests {
    use jogg_api::operations::CREATE_VIDEO_FROM_AVATAR;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::error::ErrorKind;
    use crate::resources::video::Video;

    /// 10,000 waits are measured by `cargo xtask bench memory`.
    #[test]
    fn a_wait_has_no_room_for_what_only_a_poll_needs() {
        let jogg = Jogg::builder("a-key-of-a-test").build().unwrap();
        let record = JobRecord::new(&CREATE_VIDEO_FROM_AVATAR, "v1");
        let waits = || (jogg.clone(), record.clone(), WaitOptions::default());
        let (client, job, options) = waits();
        let alone = size_of_val(&wait::<Video>(client, job, options));
        let (client, job, options) = waits();
        let with_others = size_of_val(&begin::<Video>(client, job, options));
        let limit = size_of::<Wait<Video>>() + 512;
        assert!(alone.max(with_others) <= limit, "{alone} and {with_others}, of {limit}");
        assert!(limit <= 1280, "{limit}");
    }

    #[tokio::test]
    async fn a_wait_that_never_gets_its_turn_ends_at_its_deadline() {
        let jogg = Jogg::builder("a-key-of-a-test").build().unwrap();
        let record = JobRecord::new(&CREATE_VIDEO_FROM_AVATAR, "v1");
        let taken = Arc::new(Semaphore::new(0));
        let options = WaitOptions::default().deadline(Duration::from_millis(20)).sharing(taken);
        let wait = wait::<Video>(jogg, record, options);
        let ended = tokio::time::timeout(Duration::from_secs(60), wait).await.expect("it hangs");
        let error = ended.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::WaitTimeout, 0));
    }
}
