//! The raw statuses of jobs, which differ between operations.

use jogg_api::Operation;
use jogg_api::enums::ErrorCode;
use jogg_api::operations as op;

use crate::simulator::dialect::Dialect;
use crate::simulator::state::phase::Phase;

/// How one operation that returns jobs names their phases. The spec has one set of raw statuses
/// for all operations, because clients have to understand each of them everywhere.
pub(crate) struct RawStatuses {
    pending: &'static str,
    processing: &'static str,
    completed: &'static str,
    /// What the live API says for it.
    live_completed: &'static str,
    failed: &'static str,
    /// The code for an unknown id.
    pub(crate) not_found: ErrorCode,
}

impl RawStatuses {
    const USUAL: Self = Self {
        pending: "pending",
        processing: "processing",
        completed: "completed",
        live_completed: "success",
        failed: "failed",
        not_found: ErrorCode::NotFound,
    };

    /// The vendor's own workflow waits for `completed` in the items of a batch.
    const IMAGES: Self = Self { live_completed: "completed", ..Self::USUAL };

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

    /// The raw statuses of an operation.
    pub(crate) fn of(operation: &Operation) -> &'static Self {
        static UNUSUAL: [(&Operation, RawStatuses); 7] = [
            (&op::GET_LIP_SYNC_VIDEO, RawStatuses::LIP_SYNC),
            (&op::GET_PHOTO_GENERATION, RawStatuses::PHOTO),
            (&op::GET_PRODUCT_AVATAR_IMAGES, RawStatuses::IMAGES),
            (&op::GET_PRODUCT_VIDEO, RawStatuses::NEVER_PENDING),
            (&op::LIST_PRODUCT_PREVIEWS, RawStatuses::NEVER_PENDING),
            (&op::LIST_PRODUCT_VIDEOS, RawStatuses::NEVER_PENDING),
            (&op::LIST_TEMPLATE_VIDEOS, RawStatuses::NEVER_PENDING),
        ];
        let statuses = UNUSUAL.iter().find(|(known, _)| *known == operation);
        statuses.map_or(&Self::USUAL, |(_, statuses)| statuses)
    }

    pub(crate) fn get(&self, phase: Phase, dialect: Dialect) -> &'static str {
        match phase {
            Phase::Pending => self.pending,
            Phase::Processing => self.processing,
            Phase::Completed => match dialect {
                Dialect::Documented => self.completed,
                Dialect::Live => self.live_completed,
            },
            Phase::Failed => self.failed,
        }
    }
}
