#![doc = include_str!("../../docs/webhooks.md")]

mod body;
mod callback;
mod event;
mod key;
mod outcome;
mod publish;
mod receiver;
#[cfg(feature = "axum")]
mod router;
mod sample;
pub(crate) mod shape;
pub(crate) mod signature;
mod subject;
mod verifier;

pub use self::callback::Callback;
pub use self::event::{Event, NotAnEvent};
pub use self::outcome::Outcome;
pub use self::receiver::{HANDLER_TIMEOUT, HandlerResult, Receiver};
pub use self::sample::SampleEvent;
pub use self::signature::{EVENT_HEADER, SIGNATURE_HEADER, sign};
pub use self::verifier::{MAX_BODY_BYTES, Rejection, Verifier};
pub use crate::jobs::EventHub;
