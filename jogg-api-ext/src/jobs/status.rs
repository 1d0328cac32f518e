//! One status for the many raw statuses that the API has for it.

use jogg_api::enums::{AvatarStatus, RawStatus};

/// The status of a job. The API has nineteen texts and three numbers for these five.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobStatus {
    /// Waiting in a queue.
    Pending,
    /// In progress.
    Processing,
    /// Done.
    Completed,
    /// Ended without a result, or canceled.
    Failed,
    /// A status that this crate doesn't know, or none. The job hasn't ended: poll again.
    Unknown,
}

impl JobStatus {
    /// Returns whether the job has ended.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

impl From<&RawStatus> for JobStatus {
    fn from(raw_status: &RawStatus) -> Self {
        match raw_status {
            RawStatus::Pending | RawStatus::Queued | RawStatus::Waiting => Self::Pending,
            RawStatus::Processing | RawStatus::InProgress | RawStatus::Running => Self::Processing,
            RawStatus::Completed
            | RawStatus::Complete
            | RawStatus::Success
            | RawStatus::Succeeded
            | RawStatus::Done
            | RawStatus::Finished => Self::Completed,
            RawStatus::Failed
            | RawStatus::Fail
            | RawStatus::Error
            | RawStatus::Cancelled
            | RawStatus::Canceled
            | RawStatus::Rejected
            | RawStatus::Expired => Self::Failed,
            RawStatus::Unknown(text) if text.trim() != &**text => {
                Self::from(&RawStatus::from(text.trim()))
            }
            // The numbers of the avatar lists, should they come in a report.
            other => other
                .as_str()
                .parse::<i64>()
                .map_or(Self::Unknown, |number| AvatarStatus::from(number).into()),
        }
    }
}

impl From<AvatarStatus> for JobStatus {
    fn from(code: AvatarStatus) -> Self {
        match code {
            AvatarStatus::Processing => Self::Processing,
            AvatarStatus::Success => Self::Completed,
            AvatarStatus::Failed => Self::Failed,
            _ => Self::Unknown,
        }
    }
}

impl std::fmt::Display for JobStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fact_19_each_raw_status_means_its_state() {
        for (status, raw_statuses) in [
            (JobStatus::Pending, ["pending", "queued", "waiting", "PENDING"].as_slice()),
            (JobStatus::Processing, &["processing", "in_progress", "running", "Processing"]),
            (JobStatus::Completed, &["completed", "success", "succeeded", "done", "SUCCESS", "1"]),
            (JobStatus::Completed, &["complete", "finished", " Completed\n", "\t1 "]),
            (JobStatus::Failed, &["failed", "fail", "error", "cancelled", "Failed", " FAILED "]),
            (JobStatus::Failed, &["canceled", "rejected", "Expired"]),
            (JobStatus::Unknown, &["", " ", "rendering", " rendering ", "4", "3"]),
        ] {
            for raw_status in raw_statuses {
                assert_eq!(JobStatus::from(&RawStatus::from(*raw_status)), status, "{raw_status}");
            }
            let has_ended = [JobStatus::Completed, JobStatus::Failed].contains(&status);
            assert_eq!(status.is_final(), has_ended, "{status}");
        }
        // Each of the spec has a state.
        for raw_status in RawStatus::KNOWN {
            assert_ne!(JobStatus::from(raw_status), JobStatus::Unknown, "{raw_status}");
        }
    }

    #[test]
    fn fact_20_the_numbers_of_the_avatar_lists_are_states_too() {
        for (number, status) in [
            (0, JobStatus::Processing),
            (1, JobStatus::Completed),
            (2, JobStatus::Failed),
            (4, JobStatus::Unknown),
        ] {
            assert_eq!(JobStatus::from(AvatarStatus::from(number)), status);
        }
    }
}
