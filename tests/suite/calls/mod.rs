//! A call from its request to its value or error: connections, failures, retries, limits, and lists
//! of many pages.

mod codes;
#[cfg(target_os = "linux")]
mod connecting;
mod deadlines;
mod dropped;
mod hooks;
mod limits;
mod lists;
mod matrix;
mod metadata;
mod named_jobs;
mod outcomes;
mod rate_limits;
mod raw_requests;
mod refusals;
mod retries;
mod security;
mod tls;
