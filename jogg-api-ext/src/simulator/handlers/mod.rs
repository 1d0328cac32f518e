//! What each operation does. The table in `dispatch` says which handler an operation has.
//!
//! A handler executes a [`Call`](super::call::Call) on the [`State`](super::state::State). The
//! handlers of jobs and lists share `job_format` and `raw_status`.

pub(crate) mod example;
pub(crate) mod files;
pub(crate) mod job_format;
pub(crate) mod jobs;
pub(crate) mod lip_sync;
pub(crate) mod lists;
pub(crate) mod products;
mod query;
mod raw_status;
pub(crate) mod templates;
pub(crate) mod webhook_endpoints;
