//! Polls jobs whose event doesn't come or says too little: the reason why a lost event loses
//! nothing.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jogg_api_ext::jobs::JobStatus;
use jogg_api_ext::{ErrorKind, JobRecord, Jogg, Video};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::say::warn;
use crate::store::{End, Error, Store};

/// How long the API may say that it doesn't know a job it has started.
const NOT_FOUND_GRACE: u64 = 60 * 60;

/// How often the database is read for jobs that are due.
const IDLE: Duration = Duration::from_millis(500);

/// Polls each open job when it is due, which the database says, so that a restart changes nothing.
/// `poll` wakes it at once.
pub async fn run(jogg: Jogg, store: Store, poll: Arc<Notify>) -> Result<Infallible, Error> {
    loop {
        let mut polls = JoinSet::new();
        for (id, record) in store.due_polls().await? {
            polls.spawn(poll_once(jogg.clone(), store.clone(), id, record));
        }
        if polls.is_empty() {
            // Whether it was notified or not, what is due is read again.
            let _ = timeout(IDLE, poll.notified()).await;
        }
        while let Some(polled) = polls.join_next().await {
            polled??;
        }
    }
}

async fn poll_once(jogg: Jogg, store: Store, id: String, record: JobRecord) -> Result<(), Error> {
    let started_at = record.started_at;
    match jogg.resume::<Video>(record)?.report().await {
        Ok(report) => match (report.status, report.result) {
            (JobStatus::Completed, Some(video)) => store.end(id, End::Done(Box::new(video))).await,
            (JobStatus::Failed, _) => store.end(id, End::failed(report.error)).await,
            // In progress, or its result is late.
            _ => Ok(()),
        },
        Err(error) if error.kind() == ErrorKind::NotFound && is_old(started_at) => {
            warn(format!("{id}: the API doesn't know the job: {error}"));
            store.unknown(id, error.to_string()).await
        }
        // The job is paid for: whatever it is, the next poll may succeed.
        Err(error) => {
            warn(format!("{id}: {error}"));
            Ok(())
        }
    }
}

/// Whether a job was started long ago. 0 says that it isn't known when.
fn is_old(started_at: u64) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    started_at != 0 && now.saturating_sub(started_at) > NOT_FOUND_GRACE
}
