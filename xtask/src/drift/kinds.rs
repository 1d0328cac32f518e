//! The kinds of problems that drift reports.

use super::review::Problem;

/// What problems have in common: their title, and how to fix them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProblemKind {
    Unacknowledged,
    Stale,
    Unfinished,
    Misleading,
    Repeated,
}

impl ProblemKind {
    pub(super) const ALL: [Self; 5] =
        [Self::Unacknowledged, Self::Stale, Self::Unfinished, Self::Misleading, Self::Repeated];

    pub(super) fn of(problem: &Problem<'_>) -> Self {
        match problem {
            Problem::Unacknowledged { .. } => Self::Unacknowledged,
            Problem::Stale { .. } => Self::Stale,
            Problem::Unfinished { .. } => Self::Unfinished,
            Problem::Misleading { .. } => Self::Misleading,
            Problem::Repeated { .. } => Self::Repeated,
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Unacknowledged => "Not acknowledged",
            Self::Stale => "Stale: acknowledged, but no longer different",
            Self::Unfinished => "Without a reason",
            Self::Misleading => "Entry and fingerprint disagree",
            Self::Repeated => "Acknowledged twice",
        }
    }
}
