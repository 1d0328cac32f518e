//! The cross-crate tests, in one binary so that they link once.

mod answers;
mod arbitrary;
mod codes;
mod counts;
mod coverage;
mod futures;
mod matrix;
mod motion;
mod names;
mod outcomes;
mod policy;
mod program;
mod readable;
mod schemas;
mod security;
mod tls;
mod upload;
mod wire;
mod xtask;
