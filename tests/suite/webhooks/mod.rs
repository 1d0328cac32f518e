//! Webhooks: what is verified, what an event says, how deliveries are received, and how waits use
//! them.

mod deliveries;
mod endpoints;
mod events;
mod outcomes;
mod received;
mod signatures;
mod waits;
