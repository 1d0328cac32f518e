//! Jobs: what a create call returns, and how its result is waited for.
//!
//! A [`Job`] is paid for and runs for seconds to minutes. [`Job::wait`] polls it until its result
//! is there; [`wait_all`] waits for any number of jobs together. A job serializes as its
//! [`JobRecord`]: store that, and another process resumes the job.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use std::time::Duration;
//!
//! use jogg_api_ext::jobs::WaitOptions;
//!
//! let job = jogg.avatar_videos().video_job("video_1e88");
//! // What suits this kind of job, but for the deadline.
//! let options = WaitOptions::of(&job.record().operation)
//!     .deadline(Duration::from_secs(600))
//!     .on_progress(|progress| println!("{} after {:?}", progress.status, progress.elapsed));
//! println!("{}", job.wait_with(options).await?.url);
//! # Ok(()) }
//! ```

pub(crate) mod batch;
pub(crate) mod fields;
mod hub;
mod job;
mod progress;
mod raw;
mod report;
mod state;
mod status;
mod wait;
mod wait_all;
mod wait_options;

pub use crate::job_record::JobRecord;
pub use hub::EventHub;
pub use job::Job;
pub use progress::{JobProgress, JobUpdate};
pub use raw::Raw;
#[cfg(feature = "batch")]
pub(crate) use report::enveloped;
pub use report::{JobReport, JobResult};
pub(crate) use report::{Sealed, decoded, wrong_type};
pub use status::JobStatus;
pub use wait_all::{wait_all, wait_all_with};
pub use wait_options::WaitOptions;
