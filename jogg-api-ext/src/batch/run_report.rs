//! How runs end.

use std::fmt;

use super::counts::Counts;
use super::failure::Failure;
use super::spending::ReachedCap;

/// How a run has ended. `Display` says it in one line, with what is left to do.
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

/// Why a run has ended. `Display` says it in words.
#[derive(Clone, Debug, PartialEq)]
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

impl fmt::Display for RunReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.end, self.counts)?;
        match self.counts.unknown {
            0 => Ok(()),
            1 => f.write_str("; 1 waits for a decision"),
            count => write!(f, "; {count} wait for a decision"),
        }?;
        match self.unsettled {
            0 => Ok(()),
            1 => f.write_str("; 1 outcome wasn't taken"),
            count => write!(f, "; {count} outcomes weren't taken"),
        }
    }
}

impl fmt::Display for RunEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Completed => f.write_str("every request has ended"),
            Self::Stopped => f.write_str("the run was stopped"),
            Self::SpendCap(cap) => write!(f, "{cap}"),
            Self::InsufficientCredit(failure) | Self::ClientUnusable(failure) => {
                f.write_str(&failure.message)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn a_report_says_in_words_how_the_run_has_ended_and_what_is_left() {
        let counts = |done, unknown| Counts { done, unknown, ..Counts::default() };
        let failure = || Failure::new(ErrorKind::InvalidApiKey, "check the API key");
        let cap = ReachedCap::Batch { cap: 2.0, spent: 1.5 };
        for (end, counts, unsettled, words) in [
            (RunEnd::Completed, counts(3, 0), 0, "every request has ended; 3 done"),
            (RunEnd::Completed, counts(0, 0), 0, "every request has ended; nothing"),
            (
                RunEnd::Stopped,
                counts(0, 1),
                1,
                "the run was stopped; 1 unknown; 1 waits for a decision; 1 outcome wasn't taken",
            ),
            (
                RunEnd::ClientUnusable(failure()),
                counts(2, 3),
                2,
                "check the API key; 2 done, 3 unknown; 3 wait for a decision; 2 outcomes weren't \
                 taken",
            ),
            (RunEnd::InsufficientCredit(failure()), counts(1, 0), 0, "check the API key; 1 done"),
            (
                RunEnd::SpendCap(cap),
                counts(1, 0),
                0,
                "the batch has spent 1.5 of 2 credits, too much for another; 1 done",
            ),
        ] {
            assert_eq!(RunReport { end, counts, unsettled }.to_string(), words);
        }
    }
}
