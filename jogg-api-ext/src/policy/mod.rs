//! The policy of calls: when they are retried, how long they may take, how many are sent, who is
//! notified of them, and who may refuse them.
//!
//! Every setting has a default that suits most programs. Set others on the
//! [`JoggBuilder`](crate::JoggBuilder):
//!
//! ```no_run
//! # fn demo() -> jogg_api_ext::Result<()> {
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use jogg_api_ext::policy::SlidingWindow;
//! use jogg_api_ext::{Jogg, RetryPolicy, Timeouts};
//!
//! // One limit for all clients of a key in this process.
//! let limit = Arc::new(SlidingWindow::default());
//! let jogg = Jogg::builder_from_env()?
//!     .retry_policy(RetryPolicy::new().max_attempts(2))
//!     .timeouts(Timeouts::new().read(Duration::from_secs(10)))
//!     .rate_limiter(limit)
//!     .build()?;
//! # Ok(()) }
//! ```
//!
//! # What is retried
//!
//! Reads, changes that can be repeated, and upload tickets are retried after transient errors; see
//! [`RetryPolicy`]. A *paid request* is one that must not happen twice
//! ([`RetryClass::AtMostOnce`](jogg_api::RetryClass::AtMostOnce)), such as starting a job or
//! creating a product. It is retried only if it provably wasn't executed:
//!
#![doc = include_str!("../../docs/paid-requests.md")]
//!
//! The kinds are those of [`ErrorKind`](crate::ErrorKind). The page
//! [`outcome_unknown`](crate::outcome_unknown) says what to do about the last ones.

pub(crate) mod before_send;
pub(crate) mod observer;
pub(crate) mod rate_limiter;
pub(crate) mod retry;
pub(crate) mod timeouts;

pub use before_send::{BeforeSend, BeforeSendResult};
pub use observer::{Attempt, AttemptOutcome, Observer};
pub use rate_limiter::{AcquireResult, Permit, RateLimiter, SlidingWindow};
pub use retry::RetryPolicy;
pub use timeouts::{CallOptions, Timeouts};
