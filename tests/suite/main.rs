//! The cross-crate tests, in one binary so that they link once.

mod api;
mod calls;
mod house;
mod jobs;
mod programs;
mod transfer;
mod webhooks;
mod wire;
