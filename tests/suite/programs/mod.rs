//! The programs of the workspace, run as their users run them.

mod examples;
mod smoke;
mod xtask;
