//! How runs end.

use super::counts::Counts;
use super::failure::Failure;
use super::spending::ReachedCap;

/// How a run has ended.
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub struct RunReport {
    /// Why it ended.
    pub end: RunEnd,
    /// The requests of the batch at the end, by state.
    pub counts: Counts,
    /// How many outcomes the application couldn't take. The next run hands them over again.
    pub unsettled: u64,
}

/// Why a run has ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RunEnd {
    /// Every request has ended.
    Completed,
    /// [`Run::stop_when`](super::Run::stop_when) has stopped it.
    Stopped,
    /// A cap is reached. What was started is done; the rest is still queued.
    SpendCap(ReachedCap),
    /// The account has too few credits. What was started is done; the rest is still queued.
    InsufficientCredit(Failure),
    /// No request of this client can succeed, as its key isn't known, or its settings can't be
    /// used.
    ClientUnusable(Failure),
}
