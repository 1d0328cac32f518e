//! The programs of the workspace, run as their users run them.

mod decode;
mod examples;
mod smoke;
mod xtask;
