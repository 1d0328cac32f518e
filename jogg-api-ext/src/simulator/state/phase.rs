//! How far a job is.

use std::time::Duration;

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Pending,
    Processing,
    Completed,
    Failed,
}

impl Phase {
    /// The phase of a job of this age: pending for the first tenth of its time.
    pub(crate) fn at(age: Duration, duration: Duration, fails: bool) -> Self {
        match (age >= duration, fails) {
            (true, true) => Self::Failed,
            (true, false) => Self::Completed,
            (false, _) if age < duration / 10 => Self::Pending,
            (false, _) => Self::Processing,
        }
    }

    /// The number in lists.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Pending | Self::Processing => 0,
            Self::Completed => 1,
            Self::Failed => 2,
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
