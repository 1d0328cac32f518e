//! The states of requests in a batch.

use std::fmt;

/// The state of a request in a [`Batch`](super::Batch), as the column `state` has it.
///
/// ```text
/// queued → sending → started → done | failed
///             ↓  ↖ not executed: queued
///          unknown
/// ```
///
/// A job that can't be polled for long makes its request unknown, too. Somebody decides about what
/// is unknown or has failed, with [`Batch::resolve`](super::Batch::resolve): it is started or
/// queued then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RequestState {
    /// It was not sent, or provably not executed.
    Queued,
    /// It may have left. Committed directly before that.
    Sending,
    /// Its job is under way, and paid for.
    Started,
    /// It has its result.
    Done,
    /// It was refused, or its job failed.
    Failed,
    /// It was sent, and may have been executed and paid for. It is never retried unless somebody
    /// decides so, with [`Batch::resolve`](super::Batch::resolve).
    Unknown,
}

impl RequestState {
    pub(super) const ALL: [Self; 6] =
        [Self::Queued, Self::Sending, Self::Started, Self::Done, Self::Failed, Self::Unknown];

    /// Returns the state as the database has it, such as `queued`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Started => "started",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// Reads what the database has. What no release writes isn't known to be unsent.
    pub(super) fn read(text: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.as_str() == text).unwrap_or(Self::Unknown)
    }

    /// Returns whether nothing happens to the request any more unless somebody decides so.
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Unknown)
    }
}

impl fmt::Display for RequestState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
