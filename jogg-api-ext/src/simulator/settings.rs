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
        }
    }
}
