//! Durable batches: queued, sent once, stopped, resumed and settled, on each kind of store.

mod chaos;
mod dropped;
mod ends;
mod entries;
mod example;
mod fairness;
mod kinds;
mod locks;
mod queries;
mod runs;
mod secrets;
mod spending;
mod stage;
mod stores;
mod unavailable;
mod unknown;
mod waits;
mod windows;
