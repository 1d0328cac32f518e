//! The attempts to deliver events, as many as are kept.

use std::collections::VecDeque;
use std::time::Duration;

/// How many attempts are kept.
const MAX_KEPT: usize = 10_000;

/// An attempt to deliver an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveryAttempt {
    /// When its outcome was known, on the simulator's clock.
    pub at: Duration,
    /// The name of the event, such as `generated_motion_success`.
    pub event: String,
    /// The id of the job that has ended.
    pub job_id: String,
    /// The id of the endpoint; `None` if the receiver is the `webhook_url` or `callback_url` of the
    /// request.
    pub endpoint_id: Option<String>,
    /// The number of the attempt, from 1; 0 if nothing was sent.
    pub attempt: u32,
    /// What came of it.
    pub outcome: DeliveryOutcome,
}

/// What came of an attempt to deliver an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryOutcome {
    /// The receiver responded with this status. If it isn't a 2xx, the delivery is retried.
    Responded(u16),
    /// There was no response, for this reason. The delivery is retried.
    Failed(String),
    /// There was no response within 5 s. The delivery is retried.
    TimedOut,
    /// Nothing was sent: the delivery is [lost on purpose](super::DeliveryFaults::lost), or more
    /// were outstanding than [are kept](crate::simulator::SimulatorBuilder::max_stored).
    Lost,
    /// Nothing was sent: the receiver's URL doesn't point to this machine.
    Skipped,
}

/// The newest attempts, in order.
#[derive(Default)]
pub(crate) struct DeliveryLog(VecDeque<DeliveryAttempt>);

impl DeliveryLog {
    pub(super) fn record(&mut self, attempt: DeliveryAttempt) {
        if self.0.len() == MAX_KEPT {
            self.0.pop_front();
        }
        self.0.push_back(attempt);
    }

    pub(crate) fn kept(&self) -> Vec<DeliveryAttempt> {
        self.0.iter().cloned().collect()
    }
}
