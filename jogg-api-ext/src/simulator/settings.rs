//! The settings of a simulator.

use std::sync::Arc;
use std::time::Duration;

use super::dialect::Dialect;
use crate::clock::{Clock, SystemClock};

/// What a simulator is configured with.
pub(super) struct Settings {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) dialect: Dialect,
    pub(super) credits: f64,
    /// How many POST requests a minute are admitted; `None` for any number.
    pub(super) post_limit: Option<usize>,
    pub(super) job_duration: Duration,
    /// Whether ids inside bodies must exist.
    pub(super) strict: bool,
    /// How many received requests are kept, and how many bytes of them.
    pub(super) max_requests: usize,
    pub(super) max_request_bytes: usize,
    /// How many jobs are kept, and how many of anything else that calls create.
    pub(super) max_stored: usize,
    /// How many bytes of uploaded files are kept.
    pub(super) max_upload_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock::new()),
            dialect: Dialect::Documented,
            credits: 1000.0,
            post_limit: Some(20),
            job_duration: Duration::from_secs(60),
            strict: false,
            max_requests: 10_000,
            max_request_bytes: 32 << 20,
            max_stored: 10_000,
            max_upload_bytes: 256 << 20,
        }
    }
}
