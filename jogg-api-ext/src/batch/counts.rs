//! The requests of a batch, counted.

use std::fmt;

use super::state::RequestState;
use super::store::{Store, integer, needed_text};
use crate::error::Result;

/// The requests of a batch, counted by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Those that were not sent, or provably not executed.
    pub queued: u64,
    /// Those that may have left, and whose response isn't there yet.
    pub sending: u64,
    /// Those whose jobs are under way.
    pub started: u64,
    /// Those that have their results.
    pub done: u64,
    /// Those that were refused, or whose jobs failed.
    pub failed: u64,
    /// Those whose outcome isn't known.
    pub unknown: u64,
    /// Those of the done and the failed whose outcome the application has taken.
    pub settled: u64,
}

impl Counts {
    /// Returns how many requests there are.
    pub fn total(&self) -> u64 {
        self.queued + self.sending + self.started + self.done + self.failed + self.unknown
    }

    /// Returns how many have ended.
    pub fn ended(&self) -> u64 {
        self.done + self.failed + self.unknown
    }

    /// Returns whether all have ended.
    pub fn have_ended(&self) -> bool {
        self.ended() == self.total()
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { queued, sending, started, done, failed, unknown, .. } = self;
        let counts = [
            (queued, "queued"),
            (sending, "sending"),
            (started, "started"),
            (done, "done"),
            (failed, "failed"),
            (unknown, "unknown"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| **count > 0);
        let counts: Vec<_> = counts.map(|(count, state)| format!("{count} {state}")).collect();
        f.write_str(if counts.is_empty() { "nothing" } else { "" })?;
        f.write_str(&counts.join(", "))
    }
}

/// Counts the requests of a batch.
pub(super) async fn read_counts(store: &Store, batch: &str) -> Result<Counts> {
    let select = "SELECT state, COUNT(*) AS requests, COUNT(settled_at) AS settled FROM \
                  jogg_requests WHERE batch = $1 GROUP BY state";
    let mut counts = Counts::default();
    for row in store.rows(select, [batch.into()]).await? {
        let number = |column| -> Result<u64> {
            Ok(integer(&row, column)?.and_then(|count| count.try_into().ok()).unwrap_or(0))
        };
        let requests = number("requests")?;
        counts.settled += number("settled")?;
        match RequestState::read(&needed_text(&row, "state")?) {
            RequestState::Queued => counts.queued += requests,
            RequestState::Sending => counts.sending += requests,
            RequestState::Started => counts.started += requests,
            RequestState::Done => counts.done += requests,
            RequestState::Failed => counts.failed += requests,
            RequestState::Unknown => counts.unknown += requests,
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_counted_once() {
        let none = Counts::default();
        let all = Counts { queued: 1, sending: 2, started: 4, done: 8, failed: 16, ..none };
        let all = Counts { unknown: 32, settled: 64, ..all };
        assert_eq!((all.total(), all.ended(), all.have_ended()), (63, 56, false));
        for ended in [
            none,
            Counts { done: 1, ..none },
            Counts { failed: 1, ..none },
            Counts { unknown: 1, ..none },
        ] {
            assert!(ended.have_ended(), "{ended:?}");
        }
        for open in [
            Counts { queued: 1, done: 1, ..none },
            Counts { sending: 1, ..none },
            Counts { started: 1, ..none },
        ] {
            assert!(!open.have_ended(), "{open:?}");
        }
    }
}
