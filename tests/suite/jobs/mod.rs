//! Jobs of every kind: started, waited for, failed, resumed, and waited for together.

mod batches;
mod kinds;
mod lip_sync;
mod motion;
mod together;
mod waits;
