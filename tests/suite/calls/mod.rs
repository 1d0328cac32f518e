//! A call from its request to its value or error: connections, failures, retries, limits, and lists
//! of many pages.

mod codes;
#[cfg(target_os = "linux")]
mod connecting;
mod dropped;
mod keys;
mod limits;
mod lists;
mod matrix;
mod metadata;
mod outcomes;
mod raw_requests;
mod retries;
mod security;
mod tls;
mod values;
