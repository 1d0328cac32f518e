//! The programs of the workspace, run as their users run them.

mod examples;
mod packaged;
mod smoke;
mod xtask;
