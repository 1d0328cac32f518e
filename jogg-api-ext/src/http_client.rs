//! The HTTP client below, which is reqwest's: for settings that this crate has no method for.
//!
//! [`JoggBuilder::http_client`](crate::JoggBuilder::http_client) takes a function that changes a
//! [`ClientBuilder`]:
//!
//! ```
//! use jogg_api_ext::http_client::reqwest::Proxy;
//!
//! # fn demo(proxy: Proxy) -> jogg_api_ext::Result<()> {
//! let jogg = jogg_api_ext::Jogg::builder("key")
//!     .http_client(move |http| http.proxy(proxy.clone()).tcp_nodelay(true))
//!     .build()?;
//! # Ok(()) }
//! ```
//!
//! This is the only module that names types of reqwest. When this crate moves to a new version of
//! it that breaks code, that is a new minor version here, and only code that uses this module, or
//! the low-level crate, has to change.

pub use jogg_api::reqwest;

/// The settings of the HTTP client.
pub type ClientBuilder = reqwest::ClientBuilder;
