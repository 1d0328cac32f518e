//! The request whose outcome is unknown, as its error keeps it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde_json::Value;

use crate::clock::Clock;

/// A request that was sent: what it said, and when it left. Never shown, and not redacted.
#[derive(Clone)]
pub(crate) struct SentRequest {
    pub(crate) body: Option<Bytes>,
    pub(crate) sent_at: SystemTime,
    /// When it was sent, on this clock.
    pub(crate) sent_at_on_clock: Duration,
    pub(crate) clock: Arc<dyn Clock>,
}

impl SentRequest {
    /// Parses the body; null if there is none.
    pub(crate) fn json(&self) -> Value {
        let body = self.body.as_ref().map(|body| serde_json::from_slice(body));
        body.and_then(Result::ok).unwrap_or_default()
    }

    /// Returns how long ago it was sent. Of the clocks that disagree, as one that was set back or
    /// stood still does, the one that says the longest counts.
    pub(crate) fn age(&self) -> Duration {
        let on_clock = self.clock.now().saturating_sub(self.sent_at_on_clock);
        self.sent_at.elapsed().unwrap_or_default().max(on_clock)
    }
}
