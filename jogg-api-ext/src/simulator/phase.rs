//! How far a job is, and the words for it.

use std::time::Duration;

use jogg_api::Operation;
use jogg_api::enums::ErrorCode;

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

    /// Whether a list filter asks for this phase, by word or by number.
    pub(super) fn is_asked_for(self, filter: &str) -> bool {
        match self {
            Self::Pending | Self::Processing => matches!(filter, "processing" | "3"),
            Self::Completed => matches!(filter, "completed" | "4"),
            Self::Failed => matches!(filter, "failed" | "5"),
        }
    }
}

/// What one operation that reports on jobs does in its own way. The spec has one set of words for
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

    /// The words of an operation that reports on jobs.
    pub(super) fn of(report: &Operation) -> Self {
        match report.id {
            "get_lip_sync_video" => {
                Self { completed: "success", not_found: ErrorCode::LipSyncNotFound, ..Self::USUAL }
            }
            "get_photo_generation" => Self {
                pending: "in_progress",
                processing: "in_progress",
                completed: "success",
                failed: "error",
                ..Self::USUAL
            },
            "get_product_video" | "list_product_previews" => {
                Self { pending: "processing", ..Self::USUAL }
            }
            _ => Self::USUAL,
        }
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
    use jogg_api::jobs::JOBS;

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

    /// An entry for an operation that was renamed would be ignored silently.
    #[test]
    fn exceptions_name_operations_that_report() {
        let usual = |report: &Operation| {
            let words = Vocabulary::of(report);
            words.pending == "pending" && words.completed == "completed"
        };
        let mut unusual: Vec<_> =
            JOBS.iter().map(|rule| rule.report).filter(|report| !usual(report)).collect();
        unusual.dedup_by_key(|report| report.id);
        let ids: Vec<_> = unusual.iter().map(|report| report.id).collect();
        for id in ["get_lip_sync_video", "get_photo_generation", "list_product_previews"] {
            assert!(ids.contains(&id), "{id}");
        }
        assert!(ids.contains(&"get_product_video"));
    }
}
