//! Polls jobs whose event doesn't come or says too little: the reason why a lost event loses
//! nothing.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use jogg_api_ext::jobs::JobStatus;
use jogg_api_ext::{ErrorKind, JobRecord, Jogg, Video};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::say::warn;
use crate::store::{End, Error, Poll, Store};

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
    let poll = match jogg.resume::<Video>(record)?.report().await {
        Ok(report) => match (report.status, report.result) {
            (JobStatus::Completed, Some(video)) => Poll::Ended(End::Done(Box::new(video))),
            (JobStatus::Failed, _) => Poll::Ended(End::failed(report.error)),
            // In progress, or its result is late.
            _ => Poll::Open,
        },
        // The job is paid for: whatever it is, the next poll may succeed.
        Err(error) => {
            warn(format!("{id}: {error}"));
            match error.kind() {
                ErrorKind::NotFound => Poll::NotFound(error.to_string()),
                _ => Poll::Failed,
            }
        }
    };
    store.polled(id, poll).await
}

#[cfg(test)]
mod tests {
    use jogg_api_ext::jogg_api::operations::{CREATE_VIDEO_WITH_TEMPLATE, GET_TEMPLATE_VIDEO};
    use jogg_api_ext::simulator::{Reply, Simulator, VirtualClock};
    use jogg_api_ext::template_videos::CreateVideo;
    use serde_json::json;

    use super::*;
    use crate::store::tests::{Database, an_hour_passes, history};

    #[tokio::test]
    async fn a_job_that_is_not_found_for_an_hour_is_unknown_until_it_is_found() {
        let clock = Arc::new(VirtualClock::new());
        let simulator = Simulator::builder().clock(clock.clone()).start().await.unwrap();
        let jogg = Jogg::builder("key").base_url(simulator.base_url()).clock(clock.clone());
        let jogg = jogg.build().unwrap();
        let job = jogg.template_videos().create(CreateVideo::new(512, "english")).await.unwrap();
        // As the list finds it: it isn't known when it was started.
        let record = JobRecord::new(&CREATE_VIDEO_WITH_TEMPLATE, job.id());
        let database = Database::new();
        let store = database.with_an_order().await;
        store.sending("a".into()).await.unwrap();
        store.started("a".to_owned(), record.clone()).await.unwrap();

        let poll = async |code: Option<i64>| {
            an_hour_passes(&store);
            if let Some(code) = code {
                let refusal = Reply::json(200, json!({"code": code, "msg": "no"}));
                simulator.reply_next(&GET_TEMPLATE_VIDEO, refusal);
            }
            let polled = poll_once(jogg.clone(), store.clone(), "a".to_owned(), record.clone());
            polled.await.unwrap();
            history(&store)
        };
        let (not_found, other) = (Some(10104), Some(10105));
        // Not in a row: another response, or none that says so, is between them.
        assert_eq!(poll(not_found).await, "sending started");
        assert_eq!(poll(other).await, "sending started");
        assert_eq!(poll(not_found).await, "sending started");
        assert_eq!(poll(None).await, "sending started");
        assert_eq!(poll(not_found).await, "sending started");
        assert_eq!(poll(not_found).await, "sending started unknown");
        assert_eq!(poll(other).await, "sending started unknown");
        assert_eq!(poll(None).await, "sending started unknown started");
        assert_eq!(poll(not_found).await, "sending started unknown started");
        assert_eq!(poll(not_found).await, "sending started unknown started unknown");
        clock.advance(Duration::from_secs(60));
        assert_eq!(poll(None).await, "sending started unknown started unknown done");
    }
}
