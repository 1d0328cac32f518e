//! The output of `cargo xtask codegen`. Only this file is written by hand.

mod client;
#[cfg(feature = "codecs")]
pub(crate) mod codecs;

/// The request types, one per operation: the values for its path, query and body.
pub mod endpoints;
/// The error codes with their meanings.
pub mod codes;
/// The enums of the API. Those in responses keep values they don't know.
pub mod enums;
/// The operations that create jobs, with those that report on them.
pub mod jobs;
/// One static per operation: its method, its path, and whether it may be retried.
pub mod operations;
/// The types of request bodies, queries and responses.
pub mod types;
