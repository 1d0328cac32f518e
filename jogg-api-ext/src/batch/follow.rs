//! The job of one request, until it ends.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::sleep;

use super::batch_request::BatchRequest;
use super::change::What;
use super::failure::Failure;
use super::request::Handler;
use super::run_report::RunEnd;
use super::settings::Settings;
use super::state::RequestState;
use super::worker::Worker;
use crate::error::{Error, ErrorKind, Result};
use crate::job_record::JobRecord;
use crate::jobs::WaitOptions;

impl Worker {
    /// Waits for a job, and stores its end. Returns whether there is an outcome to hand over.
    pub(super) async fn follow(
        &self,
        request: &mut BatchRequest,
        attempt: i64,
        record: JobRecord,
    ) -> bool {
        let claim = &request.claimed();
        let key = claim.shown();
        loop {
            let ended = tokio::select! {
                ended = self.wait(record.clone()) => ended,
                () = self.stopped() => return false,
            };
            let error = match ended {
                Ok(result) => {
                    tracing::info!(batch = %self.batch.name, key, job = record.shown_id(), "done");
                    request.end_with(RequestState::Done, &record, &result, None);
                    return self.persist(claim, What::Done { attempt, record, result }).await;
                }
                Err(error) => error,
            };
            tracing::warn!(batch = %self.batch.name, key, %error, "not done");
            let failure = Failure::of(&error);
            match error.kind() {
                ErrorKind::JobFailed | ErrorKind::ResultIncomplete => {
                    let result = error.raw().cloned().unwrap_or_default();
                    request.end_with(RequestState::Failed, &record, &result, Some(&failure));
                    let what = What::Failed { attempt, was_executed: true, failure, result };
                    return self.persist(claim, what).await;
                }
                ErrorKind::InvalidApiKey | ErrorKind::Configuration => {
                    self.end_with(RunEnd::ClientUnusable(failure));
                    self.stop.send_replace(true);
                    return false;
                }
                ErrorKind::NotFound | ErrorKind::InvalidParameter => {
                    self.persist(claim, What::Unknown { attempt, failure }).await;
                    return false;
                }
                _ if age(&record) > self.settings.max_wait => {
                    self.persist(claim, What::Unknown { attempt, failure }).await;
                    return false;
                }
                ErrorKind::WaitTimeout => {}
                _ => tokio::select! {
                    () = sleep(Duration::from_secs(30)) => {}
                    () = self.stopped() => return false,
                },
            }
        }
    }

    async fn wait(&self, record: JobRecord) -> Result<serde_json::Value> {
        let Some(handler) = Handler::of(&record.operation) else {
            let message = format!("this release can't wait for jobs of `{}`", record.operation);
            return Err(Error::new(ErrorKind::InvalidParameter, message));
        };
        let Settings { wait_options, hub, .. } = &self.settings;
        let options = wait_options.clone();
        let mut options = options.unwrap_or_else(|| WaitOptions::of(&record.operation));
        if let Some(hub) = hub {
            options = options.hub(hub);
        }
        (handler.wait)(self.jogg.clone(), record, options).await
    }
}

/// Returns how long ago a job was started.
fn age(record: &JobRecord) -> Duration {
    let started = UNIX_EPOCH + Duration::from_secs(record.started_at);
    match record.started_at {
        0 => Duration::ZERO,
        _ => SystemTime::now().duration_since(started).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use jogg_api::operations::ADD_PHOTO_AVATAR_MOTION;

    use super::*;

    #[test]
    fn the_age_of_a_job_is_counted_from_its_start() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        for (started_at, ages) in [(0, 0..1), (now - 100, 100..110), (now + 100, 0..1)] {
            let record = JobRecord { started_at, ..JobRecord::new(&ADD_PHOTO_AVATAR_MOTION, "m") };
            assert!(ages.contains(&age(&record).as_secs()), "{started_at}");
        }
    }
}
