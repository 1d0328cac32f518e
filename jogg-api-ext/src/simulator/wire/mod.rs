//! Requests and replies at the level of HTTP.
//!
//! In: `request` is what was received, `route` finds the operation or file it is for, and
//! `parameters` and `fields` check its parameters and its body. Out: `body` is sent by a `reply`,
//! `envelope` wraps data, and `refusal` wraps the reason why a request is not executed.

pub(crate) mod body;
pub(crate) mod envelope;
pub(crate) mod fields;
pub(crate) mod parameters;
pub(crate) mod refusal;
pub(crate) mod reply;
pub(crate) mod request;
pub(crate) mod route;
