//! A batch, which has no status of its own: that follows from those of its members.

use jogg_api::enums::RawStatus;

use super::{JobReport, JobStatus, Raw};

/// What a member of a batch is, as far as its batch is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Member {
    /// It has its result.
    Done,
    /// It is completed, but its result isn't there.
    Incomplete,
    Failed,
    Open,
}

/// The members of a batch, counted.
#[derive(Default)]
pub(crate) struct Members {
    is_open: bool,
    has_done: bool,
    has_incomplete: bool,
    has_failed: bool,
    /// The first status that isn't known.
    unknown: Option<String>,
    /// Whether a member of unknown status has no result.
    is_undecided: bool,
}

impl Members {
    /// Counts a member with this status.
    pub(crate) fn count(&mut self, status: Option<&RawStatus>, has_result: bool) -> Member {
        let known = status.map_or(JobStatus::Unknown, JobStatus::from);
        let member = match (known, has_result) {
            (JobStatus::Completed | JobStatus::Unknown, true) => Member::Done,
            (JobStatus::Completed, false) => Member::Incomplete,
            (JobStatus::Failed, _) => Member::Failed,
            _ => Member::Open,
        };
        if known == JobStatus::Unknown {
            self.is_undecided |= !has_result;
            self.unknown.get_or_insert_with(|| status.map_or("", RawStatus::as_str).to_owned());
        } else {
            self.is_open |= member == Member::Open;
        }
        self.has_done |= member == Member::Done;
        self.has_incomplete |= member == Member::Incomplete;
        self.has_failed |= member == Member::Failed;
        member
    }

    /// Counts members that are known to be in progress.
    pub(crate) fn count_open(&mut self) {
        self.is_open = true;
    }

    /// Returns the status of the batch; `None` if no member was counted.
    pub(crate) fn status(&self) -> Option<JobStatus> {
        Some(match self {
            Self { is_open: true, .. } => JobStatus::Processing,
            Self { unknown: Some(_), .. } => JobStatus::Unknown,
            Self { has_done: true, .. } | Self { has_incomplete: true, .. } => JobStatus::Completed,
            Self { has_failed: true, .. } => JobStatus::Failed,
            _ => return None,
        })
    }

    /// Creates the report on the batch. Its result is only to fall back on if something may be
    /// missing from it, and none if it would be empty.
    pub(crate) fn report<T>(
        self,
        status: JobStatus,
        raw: Raw,
        result: impl FnOnce(Raw) -> T,
    ) -> JobReport<T> {
        let mut report = JobReport::new(status, raw);
        let result = |report: &JobReport<T>| result(report.raw.clone());
        match status {
            JobStatus::Completed if self.has_done && !self.has_incomplete => {
                report.result = Some(result(&report));
            }
            JobStatus::Completed | JobStatus::Unknown if self.has_done && !self.is_undecided => {
                report.fallback = Some(result(&report));
            }
            _ => {}
        }
        if status == JobStatus::Unknown {
            report.raw_status = self.unknown.unwrap_or_default();
        }
        report
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Returns whether there is a result to fall back on, with members that have a result or not.
    fn falls_back<const COUNT: usize>(counted: [(&str, bool); COUNT]) -> bool {
        let mut members = Members::default();
        for (status, has_result) in counted {
            members.count(Some(&RawStatus::from(status)), has_result);
        }
        let status = members.status().unwrap();
        assert_eq!(status, JobStatus::Unknown, "{counted:?}");
        let report = members.report(status, json!({}).into(), |raw| raw);
        assert!(report.result.is_none(), "{counted:?}");
        report.fallback.is_some()
    }

    #[test]
    fn a_batch_with_a_member_that_may_still_get_its_result_has_none_to_fall_back_on() {
        assert!(falls_back([("odd", true)]));
        assert!(falls_back([("odd", true), ("success", true)]));
        assert!(!falls_back([("odd", false)]));
        // Whichever comes first.
        assert!(!falls_back([("odd", true), ("odd", false)]));
        assert!(!falls_back([("odd", false), ("odd", true)]));
        assert!(!falls_back([("odd", false), ("success", true)]));
    }
}
