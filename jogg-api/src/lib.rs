#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// Generated code refers to this crate by its name.
extern crate self as jogg_api;

mod builder;
mod cause;
mod client;
mod connections;
mod decode;
mod endpoint;
mod enumeration;
mod envelope;
mod error;
mod error_kind;
mod escape;
mod exact;
mod exchange;
mod found;
mod key;
mod key_search;
mod lenient;
mod operation;
mod path;
mod place;
mod raw_request;
mod redact;
mod repair;
mod response;
mod salvage;
mod secret;
mod sending;
mod skipped;
mod span;
#[cfg(test)]
mod test_server;
mod tls;

#[cfg(feature = "codecs")]
mod codecs;

#[rustfmt::skip]
mod generated;

pub use builder::{ClientBuilder, DEFAULT_BASE_URL, MAX_BODY_BYTES, is_loopback};
pub use cause::{http_cause, is_rejected};
pub use client::Client;
pub use connections::{CONNECT_TIMEOUT, POOL_IDLE_TIMEOUT};
pub use decode::{decode_data, raw_data, raw_json, raw_text};
pub use endpoint::{Endpoint, PreparedRequest};
pub use enumeration::UnknownValue;
pub use envelope::NoData;
pub use error::{BuildError, Error};
pub use error_kind::ErrorKind;
pub use exchange::{RawResponse, TimeLimit};
pub use generated::{codes, endpoints, enums, jobs, operations, types};
pub use operation::{Code, Credits, IdPlace, JobLink, JobRule, Operation, Price, RetryClass};
pub use path::path_segment;
pub use raw_request::RawRequest;
pub use redact::{one_line, redact_urls};
pub use response::Response;
pub use secret::Secret;
pub use skipped::Skipped;

/// Crates whose types appear in this crate's signatures.
pub use {bytes, http, reqwest, serde_json};

/// The curated OpenAPI document this crate was generated from, as JSON.
#[cfg(feature = "spec")]
pub const SPEC: &str = include_str!("generated/spec.json");

/// Checks request bodies, decodes responses and calls operations by operation id: for the
/// simulator, for tests, and for tools that read captured responses.
#[cfg(feature = "codecs")]
pub mod codec {
    pub use crate::codecs::{BodyError, Codec, Decoded, EndpointVisitor};
    pub use crate::generated::codecs::{CODECS, visit};
}
