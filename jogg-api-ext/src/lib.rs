//! SDK for the JoggAI v2 API.
#![forbid(unsafe_code)]

pub mod clock;
#[cfg(feature = "simulator")]
pub mod simulator;
