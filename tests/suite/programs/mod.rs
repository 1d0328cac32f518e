//! The programs of the workspace, run as their users run them.

mod decode;
mod examples;
mod packaged;
mod simulator;
mod smoke;
mod xtask;
