//! Outcomes, handed over to the application.

use std::sync::Arc;
use std::time::Duration;

use super::batch_request::BatchRequest;
use super::change::What;
use super::worker::Worker;

/// How long after an outcome could not be taken it is handed over again.
const SETTLE_AGAIN: Duration = Duration::from_secs(60);

const RELEASED: What = What::Released { delay: Duration::ZERO };

impl Worker {
    /// Reads a request whose outcome was just stored. Returns whether it is still this task's.
    pub(super) async fn read_again(&self, request: &mut BatchRequest) -> bool {
        match self.batch.get(&request.key).await {
            Ok(Some(stored)) if stored.claim == request.claim => *request = stored,
            // It is claimed again later, as what nobody works on.
            _ => {
                self.persist(&request.claimed(), RELEASED).await;
                return false;
            }
        }
        true
    }

    /// Hands over an outcome that was just stored, or leaves it in the store.
    pub(super) async fn settle_or_release(self: &Arc<Self>, request: BatchRequest) {
        match self.settings.settle.is_some() {
            true => Arc::clone(self).settle(request).await,
            false => {
                self.persist(&request.claimed(), RELEASED).await;
            }
        }
    }

    /// Hands over an outcome, and marks it as taken when the application says so.
    pub(super) async fn settle(self: Arc<Self>, request: BatchRequest) {
        let Some(settle) = self.settings.settle.clone() else { return };
        let claim = request.claimed();
        let key = claim.shown();
        // Never closed.
        let permit = self.settles.acquire().await;
        // In a task of its own, so that a panic in it ends nothing else.
        let taken = tokio::spawn(async move { settle(request).await }).await;
        drop(permit);
        let what = match taken {
            Ok(Ok(())) => What::Settled,
            Ok(Err(error)) => {
                tracing::warn!(batch = %self.batch.name, key, %error, "the outcome was not taken");
                What::Released { delay: SETTLE_AGAIN }
            }
            Err(error) => {
                let error = if error.is_panic() { "a panic" } else { "the runtime ends" };
                tracing::error!(batch = %self.batch.name, key, error, "the outcome was not taken");
                What::Released { delay: SETTLE_AGAIN }
            }
        };
        self.persist(&claim, what).await;
        self.ended.notify_one();
    }
}
