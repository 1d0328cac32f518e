//! A call from its request to its value or error: connections, failures, retries, limits, and lists
//! of many pages.

mod blocking;
mod candidates;
mod causes;
mod codes;
#[cfg(target_os = "linux")]
mod connecting;
mod deadlines;
mod dropped;
mod hooks;
#[cfg(feature = "http2")]
mod http2;
mod keys;
mod limits;
mod lists;
mod matrix;
mod metadata;
mod named_jobs;
mod outcomes;
mod pools;
mod rate_limits;
mod raw_requests;
mod refusals;
mod renamed;
mod retries;
mod runtimes;
mod security;
mod tls;
mod values;
