//! Jobs of every kind: started, waited for, failed, resumed, and waited for together.

mod batches;
mod deadlines;
mod graces;
mod kinds;
mod lip_sync;
mod motion;
mod polls;
mod search;
mod statuses;
mod together;
mod waits;
