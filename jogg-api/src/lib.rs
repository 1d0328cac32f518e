#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// Generated code names this crate by its own name.
extern crate self as jogg_api;

mod answer;
mod client;
mod decode;
mod enumeration;
mod envelope;
mod error;
mod lenient;
mod operation;
mod path;
mod redact;
mod secret;
mod tls;

#[cfg(feature = "codecs")]
pub mod codec;

#[rustfmt::skip]
mod generated;

pub use answer::Answer;
pub use client::{Client, ClientBuilder, DEFAULT_BASE_URL, MAX_BODY_BYTES};
pub use decode::Skipped;
pub use enumeration::UnknownValue;
pub use envelope::{Envelope, NoData};
pub use error::{BuildError, Error, Failure};
pub use generated::{codes, enums, jobs, operations, types};
pub use operation::{Code, Credits, IdPlace, JobLink, JobRule, Operation, RetryClass};
pub use path::path_segment;
pub use redact::redact_urls;
pub use secret::Secret;

/// HTTP types that appear in this crate's signatures.
pub use {bytes, http, reqwest, serde_json};

/// The curated OpenAPI document this crate was generated from, as JSON.
#[cfg(feature = "spec")]
pub const SPEC: &str = include_str!("generated/spec.json");
