//! The cross-crate tests, in one binary so that they link once.

mod answers;
mod arbitrary;
mod calls;
mod codes;
#[cfg(target_os = "linux")]
mod connecting;
mod counts;
mod coverage;
mod download;
mod dropped;
mod futures;
mod house;
mod jobs;
mod lists;
mod matrix;
mod motion;
mod names;
mod outcomes;
mod packaged;
mod policy;
mod program;
mod readable;
mod redaction;
mod schemas;
mod security;
mod shown;
mod smoke;
mod tls;
mod transfer;
mod upload;
mod wire;
mod xtask;
