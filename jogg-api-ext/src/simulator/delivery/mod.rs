//! Webhooks: what happens when a job has ended.
//!
//! `event` makes the body, `receivers` says who gets it, `outbox` in which order, and `sender`
//! sends it. The `deliverer` is the task that does all that in time; `faults` is what goes
//! wrong on purpose, and `log` what came of each attempt.

mod deliverer;
mod event;
mod faults;
mod log;
mod outbox;
mod receivers;
mod sender;

pub(crate) use self::deliverer::Deliverer;
pub use self::faults::DeliveryFaults;
pub(crate) use self::log::DeliveryLog;
pub use self::log::{DeliveryAttempt, DeliveryOutcome};
