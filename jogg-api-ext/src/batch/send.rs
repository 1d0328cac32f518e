//! One request, from its claim until it is started, refused, or of unknown outcome.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::batch_request::BatchRequest;
use super::change::{Claim, What};
use super::failure::Failure;
use super::journal::{Journal, Written};
use super::request::{Handler, Started};
use super::run_report::RunEnd;
use super::worker::{Next, Worker};
use crate::client::Jogg;
use crate::error::{Error, ErrorKind};
use crate::job_record::JobRecord;
use crate::policy::before_send::Journal as CallJournal;
use crate::policy::{Attempt, AttemptOutcome, BeforeSend, BeforeSendResult, Observer};
use crate::stream::BoxFuture;

impl Worker {
    /// Sends a claimed request, and stores what has become of it.
    pub(super) async fn send(&self, request: &mut BatchRequest) -> Next {
        let claim = request.claimed();
        let hook = Arc::new(Hook::new(&self.journal, request));
        let call = match self.call(request, &hook) {
            Ok(call) => call,
            Err(error) => return self.refused(request, &error).await,
        };
        let outcome = tokio::select! {
            outcome = call => outcome,
            () = self.cancelled(&hook) => {
                self.persist(&claim, What::NotSent { delay: Duration::ZERO }).await;
                return Next::Nothing;
            }
        };
        let attempt = hook.attempt();
        if let Some(attempt) = attempt {
            request.sent(attempt, hook.lock().sent_at);
        }
        match (outcome, attempt) {
            (Ok(Started::Job(record)), Some(attempt)) => {
                self.started(&claim, attempt, record, None).await
            }
            (Ok(Started::Result(record)), Some(attempt)) => {
                let result = record.raw.clone();
                let stored = self.persist(&claim, What::Done { attempt, record, result }).await;
                if stored { Next::Settle } else { Next::Nothing }
            }
            // Without the hook nothing is sent, so there is no success either.
            (Ok(_), None) => Next::Nothing,
            (Err(error), Some(attempt)) if error.may_have_executed() => {
                self.lost(&claim, attempt, &error).await
            }
            (Err(error), attempt) => self.not_executed(request, attempt, &error, &hook).await,
        }
    }

    fn call(
        &self,
        request: &BatchRequest,
        hook: &Arc<Hook>,
    ) -> Result<BoxFuture<Result<Started, Error>>, Error> {
        let handler = Handler::of(&request.operation).ok_or_else(|| {
            let message = format!("this release can't send `{}`", request.operation);
            Error::new(ErrorKind::InvalidParameter, message)
        })?;
        let options = self.jogg.options().clone().label(Arc::clone(&request.key));
        let jogg: Jogg = self.jogg.with_options(options).with_journal(Arc::new(Arc::clone(hook)));
        (handler.start)(&jogg, &request.body.to_string())
    }

    /// Waits until the run is stopped, and the request can be kept from leaving.
    async fn cancelled(&self, hook: &Hook) {
        self.stopped().await;
        while !hook.cancel() {
            hook.changed.notified().await;
        }
    }

    /// Stores the job that a request has started. A response that is an error and names it may be
    /// right: its polls will tell.
    async fn started(
        &self,
        claim: &Claim,
        attempt: i64,
        record: JobRecord,
        failure: Option<Failure>,
    ) -> Next {
        let key = claim.shown();
        tracing::info!(batch = %self.batch.name, key, job = record.shown_id(), "started");
        match self.persist(claim, What::Started { attempt, record: record.clone(), failure }).await
        {
            true => Next::Wait { attempt, record },
            false => Next::Nothing,
        }
    }

    /// Stores that a response was lost.
    async fn lost(&self, claim: &Claim, attempt: i64, error: &Error) -> Next {
        let key = claim.shown();
        tracing::warn!(batch = %self.batch.name, key, %error, "the outcome isn't known");
        let failure = Failure::of(error);
        match error.job().cloned() {
            Some(record) => self.started(claim, attempt, record, Some(failure)).await,
            None => {
                self.persist(claim, What::Unknown { attempt, failure }).await;
                Next::Nothing
            }
        }
    }

    /// Stores that a request was not executed: it is retried later, or has failed.
    async fn not_executed(
        &self,
        request: &BatchRequest,
        attempt: Option<i64>,
        error: &Error,
        hook: &Hook,
    ) -> Next {
        let claim = request.claimed();
        let delay = match (hook.take_obstacle(), error.kind()) {
            (Some(Obstacle::CapReached(end)), _) => {
                self.end_with(end);
                Duration::ZERO
            }
            // Unless it has really been overtaken, it is queued again.
            (Some(Obstacle::Overtaken | Obstacle::Stopped), _) => Duration::ZERO,
            (Some(Obstacle::StoreUnavailable), _) => Duration::from_secs(1),
            (None, ErrorKind::InsufficientCredit) => {
                self.end_with(RunEnd::InsufficientCredit(Failure::of(error)));
                Duration::ZERO
            }
            (None, ErrorKind::InvalidApiKey | ErrorKind::Configuration) => {
                self.end_with(RunEnd::ClientUnusable(Failure::of(error)));
                Duration::ZERO
            }
            (Some(Obstacle::NoPrice), _) => {
                let message = format!("{error}: {}", source_of(error));
                let failure = Failure::new(ErrorKind::InvalidParameter, message);
                return self.refuse(request, failure).await;
            }
            (None, _) if error.is_retryable() => backoff(request.attempts),
            (None, _) => {
                let Some(attempt) = attempt else { return self.refused(request, error).await };
                tracing::warn!(batch = %self.batch.name, key = claim.shown(), %error, "failed");
                let (failure, result) = (Failure::of(error), error.raw().cloned());
                let result = result.unwrap_or_default();
                let what = What::Failed { attempt, was_executed: false, failure, result };
                let stored = self.persist(&claim, what).await;
                return if stored { Next::Settle } else { Next::Nothing };
            }
        };
        let what = match attempt {
            Some(attempt) => {
                let failure = Failure::of(error);
                What::NotExecuted { attempt, delay, failure, keeps_claim: false }
            }
            None => What::NotSent { delay },
        };
        self.persist(&claim, what).await;
        Next::Nothing
    }

    /// Stores that a request can't even be sent.
    async fn refused(&self, request: &BatchRequest, error: &Error) -> Next {
        self.refuse(request, Failure::of(error)).await
    }

    async fn refuse(&self, request: &BatchRequest, failure: Failure) -> Next {
        let (claim, message) = (request.claimed(), &failure.message);
        tracing::warn!(batch = %self.batch.name, key = claim.shown(), message, "can't be sent");
        match self.persist(&claim, What::Refused { failure }).await {
            true => Next::Settle,
            false => Next::Nothing,
        }
    }
}

fn source_of(error: &Error) -> String {
    std::error::Error::source(error).map(ToString::to_string).unwrap_or_default()
}

/// Returns how long a request that may be retried is left alone, after this many attempts.
fn backoff(attempts: u32) -> Duration {
    Duration::from_secs(5 * 2_u64.pow(attempts.min(6))).min(Duration::from_secs(300))
}

/// Writes ahead that a request is about to leave. It is not sent otherwise.
struct Hook {
    journal: Journal,
    claim: Claim,
    credits: Option<f64>,
    state: Mutex<HookState>,
    changed: Notify,
}

#[derive(Default)]
struct HookState {
    /// Whether an attempt is allowed to leave, or has left.
    has_begun: bool,
    is_cancelled: bool,
    /// The attempt that may have left.
    attempt: Option<i64>,
    /// When that was, in milliseconds since 1970.
    sent_at: i64,
    obstacle: Option<Obstacle>,
}

/// Why a request was not allowed to leave.
enum Obstacle {
    CapReached(RunEnd),
    NoPrice,
    Overtaken,
    Stopped,
    StoreUnavailable,
}

impl Hook {
    fn new(journal: &Journal, request: &BatchRequest) -> Self {
        Self {
            journal: journal.clone(),
            claim: request.claimed(),
            credits: request.credits,
            state: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Returns the attempt that may have left, unless it was found not to be executed.
    fn attempt(&self) -> Option<i64> {
        self.lock().attempt
    }

    /// Keeps the request from leaving, unless it may have left.
    fn cancel(&self) -> bool {
        let mut state = self.lock();
        state.is_cancelled |= !state.has_begun;
        state.is_cancelled
    }

    fn take_obstacle(&self) -> Option<Obstacle> {
        self.lock().obstacle.take()
    }

    fn begin(&self) -> bool {
        let mut state = self.lock();
        state.has_begun = !state.is_cancelled;
        state.has_begun
    }

    /// Notes what was in the way, and says so to the call.
    fn stopped_by(&self, obstacle: Obstacle, message: String) -> BeforeSendResult {
        let mut state = self.lock();
        (state.attempt, state.obstacle) = (None, Some(obstacle));
        Err(message.into())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HookState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CallJournal for Arc<Hook> {}

impl BeforeSend for Arc<Hook> {
    fn before_send(&self, _: &Attempt) -> BoxFuture<BeforeSendResult> {
        let hook = Self::clone(self);
        Box::pin(async move {
            if !hook.begin() {
                return hook.stopped_by(Obstacle::Stopped, "the run was stopped".to_owned());
            }
            let sending = What::Sending { credits: hook.credits };
            match hook.journal.write(&hook.claim, sending).await {
                Ok(Written::MayLeave { attempt, now }) => {
                    let mut state = hook.lock();
                    (state.attempt, state.sent_at) = (Some(attempt), now);
                    Ok(())
                }
                Ok(Written::CapReached(reached)) => {
                    let message = reached.to_string();
                    hook.stopped_by(Obstacle::CapReached(RunEnd::SpendCap(reached)), message)
                }
                Ok(Written::NoPrice) => {
                    let message = "its price isn't known, and the batch has a cap; set \
                                   `SpendCap::unknown_price`";
                    hook.stopped_by(Obstacle::NoPrice, message.to_owned())
                }
                Ok(Written::Committed | Written::Overtaken) => {
                    let message = "another worker has taken the request over";
                    hook.stopped_by(Obstacle::Overtaken, message.to_owned())
                }
                Err(error) => hook.stopped_by(Obstacle::StoreUnavailable, error.to_string()),
            }
        })
    }
}

impl Observer for Arc<Hook> {
    fn on_outcome(&self, _: &Attempt, outcome: &AttemptOutcome) {
        // A paid request that is retried was provably not executed.
        let (Some(_), Some(attempt)) = (outcome.retry_in, self.attempt()) else { return };
        let kind = outcome.error.unwrap_or(ErrorKind::RateLimited);
        let failure = Failure::of_attempt(kind, outcome);
        let (delay, keeps_claim) = (Duration::ZERO, true);
        self.journal
            .write_later(&self.claim, What::NotExecuted { attempt, delay, failure, keeps_claim });
        let mut state = self.lock();
        (state.attempt, state.has_begun) = (None, false);
        drop(state);
        self.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attempt_is_followed_by_a_longer_pause() {
        for (attempts, seconds) in [(0, 5), (1, 10), (2, 20), (5, 160), (6, 300), (u32::MAX, 300)] {
            assert_eq!(backoff(attempts), Duration::from_secs(seconds), "{attempts}");
        }
    }
}
