//! The settings of a run.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use super::batch_request::BatchRequest;
use crate::jobs::{EventHub, WaitOptions};
use crate::stream::BoxFuture;

/// What is set with the methods of `Run`.
pub(super) struct Settings {
    pub(super) max_concurrent_calls: usize,
    pub(super) max_jobs: usize,
    pub(super) max_resumed_jobs: usize,
    pub(super) lease: Duration,
    pub(super) max_wait: Duration,
    pub(super) find_delay: Duration,
    pub(super) wait_options: Option<WaitOptions>,
    pub(super) hub: Option<EventHub>,
    pub(super) settle: Option<Settle>,
}

/// What takes outcomes.
pub(super) type Settle =
    Arc<dyn Fn(BatchRequest) -> BoxFuture<Result<(), SettleError>> + Send + Sync>;

/// Why the application couldn't take an outcome.
pub type SettleError = Box<dyn StdError + Send + Sync>;
