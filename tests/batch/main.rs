//! Durable batches: queued, sent once, stopped, resumed and settled, on each kind of store.

mod chaos;
mod runs;
mod stores;
