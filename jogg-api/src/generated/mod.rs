//! What `cargo xtask codegen` writes; this file alone is written by hand.

mod client;
#[cfg(feature = "codecs")]
pub(crate) mod codecs;

/// One request type per operation: what fills its path, its query and its body.
pub mod endpoints;
/// The error codes with what they mean.
pub mod codes;
/// The enums of the API. Those that answers carry keep values they do not know.
pub mod enums;
/// The operations that start jobs, with those that report on them.
pub mod jobs;
/// One static per operation: method, path, and what a retry would do.
pub mod operations;
/// Everything that is sent and received.
pub mod types;
