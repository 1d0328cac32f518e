//! The policy of calls: when they are retried, how long they may take, how many are sent, and who
//! is notified of them.
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

pub(crate) mod observer;
pub(crate) mod rate_limiter;
pub(crate) mod retry;
pub(crate) mod timeouts;

pub use observer::{Attempt, AttemptOutcome, Observer};
pub use rate_limiter::{Permit, RateLimiter, SlidingWindow};
pub use retry::RetryPolicy;
pub use timeouts::{CallOptions, Timeouts};
