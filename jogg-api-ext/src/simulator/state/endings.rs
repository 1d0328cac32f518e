//! When the jobs that run will end.

use std::sync::Arc;
use std::time::Duration;

use jogg_api::JobRule;
use tokio::sync::Notify;

use super::jobs::Job;
use super::schedule::Schedule;

/// The end of a job: which one, and when.
pub(crate) struct Ending {
    pub(crate) rule: &'static JobRule,
    pub(crate) id: String,
    pub(crate) at: Duration,
}

/// The ends that are still to come, as many as jobs are kept.
pub(crate) struct Endings {
    schedule: Schedule<Ending>,
    max_kept: usize,
    added: Arc<Notify>,
}

impl Endings {
    pub(crate) fn new(max_kept: usize) -> Self {
        Self { schedule: Schedule::default(), max_kept, added: Arc::default() }
    }

    /// Adds the end of a job that takes this long.
    pub(crate) fn add(&mut self, job: &Job, duration: Duration) {
        let at = job.created.saturating_add(duration);
        self.schedule.add(at, Ending { rule: job.rule, id: job.id_text(), at });
        if self.schedule.len() > self.max_kept.max(1) {
            self.schedule.drop_first();
        }
        self.added.notify_one();
    }

    /// When the first job ends.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.schedule.next()
    }

    /// Takes the end of the first job, if it has ended by now.
    pub(crate) fn take(&mut self, now: Duration) -> Option<Ending> {
        self.schedule.take(now)
    }

    /// Is notified of each end that is added.
    pub(crate) fn added(&self) -> Arc<Notify> {
        Arc::clone(&self.added)
    }
}
