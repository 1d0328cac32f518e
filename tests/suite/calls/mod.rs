//! A call from its request to its value or error: connections, failures, retries, limits, and lists
//! of many pages.

mod causes;
mod codes;
#[cfg(target_os = "linux")]
mod connecting;
mod dropped;
#[cfg(feature = "http2")]
mod http2;
mod keys;
mod limits;
mod lists;
mod matrix;
mod metadata;
mod outcomes;
mod pools;
mod raw_requests;
mod retries;
mod runtimes;
mod security;
mod tls;
