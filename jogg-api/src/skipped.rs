//! What was skipped in a response.

use std::fmt;

use serde_json::Value;

use crate::redact::one_line;

/// How many skipped parts are reported in full: a damaged response may have millions.
pub(crate) const MAX_REPORTED: usize = 100;

/// Why a member that is repeated was skipped.
pub(crate) const REPEATED: &str = "it is repeated, and another of its values counts";

/// A part of a response that was skipped because it doesn't have the expected type.
///
/// `Debug` and `Display` don't show the part itself.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Skipped {
    /// The path of the part, such as `data.voices[3]` or `data.voices[3].name`.
    pub at: String,
    /// What is wrong with it.
    pub reason: String,
    /// The part itself, as received. Not redacted.
    pub raw: Value,
}

impl fmt::Debug for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Skipped")
            .field("at", &one_line(&self.at))
            .field("reason", &one_line(&self.reason))
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", one_line(&self.at), one_line(&self.reason))
    }
}

/// What was skipped in a response.
#[derive(Debug, Default)]
pub(crate) struct SkippedParts {
    /// The first of the parts, at most [`MAX_REPORTED`].
    pub(crate) reported: Vec<Skipped>,
    /// How many parts were skipped.
    pub(crate) count: usize,
}

impl SkippedParts {
    /// Whether there is no room for another report.
    pub(crate) fn only_counts(&self) -> bool {
        self.count >= MAX_REPORTED
    }

    /// Counts a part, and reports it if it is one of the first.
    pub(crate) fn add(&mut self, part: impl FnOnce() -> Skipped) {
        self.count += 1;
        if self.count <= MAX_REPORTED {
            self.reported.push(part());
        }
    }

    /// Adds what was skipped after these.
    pub(crate) fn extend(&mut self, others: Self) {
        let room = MAX_REPORTED.saturating_sub(self.reported.len());
        self.reported.extend(others.reported.into_iter().take(room));
        self.count += others.count;
    }
}
