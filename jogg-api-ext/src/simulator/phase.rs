//! How far a job is, and the words for it.

use std::time::Duration;

use jogg_api::Operation;
use jogg_api::enums::ErrorCode;
use jogg_api::operations as op;

use super::Dialect;

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Pending,
    Processing,
    Completed,
    Failed,
}

impl Phase {
    /// The phase of a job of this age: pending for the first tenth of its time.
    pub(super) fn at(age: Duration, duration: Duration, fails: bool) -> Self {
        match (age >= duration, fails) {
            (true, true) => Self::Failed,
            (true, false) => Self::Completed,
            (false, _) if age < duration / 10 => Self::Pending,
            (false, _) => Self::Processing,
        }
    }

    /// The number that lists show.
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Pending | Self::Processing => 0,
            Self::Completed => 1,
            Self::Failed => 2,
        }
    }
}

/// What one operation that shows jobs does in its own way. The spec has one set of words for
/// all of them, because clients have to understand all of them everywhere.
pub(super) struct Vocabulary {
    pending: &'static str,
    processing: &'static str,
    completed: &'static str,
    failed: &'static str,
    /// The code for an unknown id.
    pub(super) not_found: ErrorCode,
}

impl Vocabulary {
    const USUAL: Self = Self {
        pending: "pending",
        processing: "processing",
        completed: "completed",
        failed: "failed",
        not_found: ErrorCode::NotFound,
    };

    const LIP_SYNC: Self =
        Self { completed: "success", not_found: ErrorCode::LipSyncNotFound, ..Self::USUAL };

    const PHOTO: Self = Self {
        pending: "in_progress",
        processing: "in_progress",
        completed: "success",
        failed: "error",
        ..Self::USUAL
    };

    const NEVER_PENDING: Self = Self { pending: "processing", ..Self::USUAL };

    /// The words of an operation that shows jobs.
    pub(super) fn of(operation: &Operation) -> &'static Self {
        static UNUSUAL: [(&Operation, Vocabulary); 6] = [
            (&op::GET_LIP_SYNC_VIDEO, Vocabulary::LIP_SYNC),
            (&op::GET_PHOTO_GENERATION, Vocabulary::PHOTO),
            (&op::GET_PRODUCT_VIDEO, Vocabulary::NEVER_PENDING),
            (&op::LIST_PRODUCT_PREVIEWS, Vocabulary::NEVER_PENDING),
            (&op::LIST_PRODUCT_VIDEOS, Vocabulary::NEVER_PENDING),
            (&op::LIST_TEMPLATE_VIDEOS, Vocabulary::NEVER_PENDING),
        ];
        let words = UNUSUAL.iter().find(|(known, _)| *known == operation);
        words.map_or(&Self::USUAL, |(_, words)| words)
    }

    pub(super) fn word(&self, phase: Phase, dialect: Dialect) -> &'static str {
        match phase {
            Phase::Pending => self.pending,
            Phase::Processing => self.processing,
            Phase::Completed => dialect.word(self.completed),
            Phase::Failed => self.failed,
        }
    }
}

impl Dialect {
    /// The documented word as this dialect says it.
    pub(super) fn word(self, documented: &'static str) -> &'static str {
        match (self, documented) {
            (Self::Live, "completed") => "success",
            _ => documented,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_tenth_is_pending() {
        let second = Duration::from_secs;
        for (age, fails, phase) in [
            (0, false, Phase::Pending),
            (5, true, Phase::Pending),
            (6, false, Phase::Processing),
            (59, true, Phase::Processing),
            (60, false, Phase::Completed),
            (60, true, Phase::Failed),
        ] {
            assert_eq!(Phase::at(second(age), second(60), fails), phase);
        }
        assert_eq!(Phase::at(Duration::ZERO, Duration::ZERO, false), Phase::Completed);
    }
}
