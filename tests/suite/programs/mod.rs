//! The programs of the workspace, run as their users run them.

mod batch;
mod decode;
mod examples;
mod journal;
mod packaged;
mod simulator;
mod smoke;
mod xtask;
