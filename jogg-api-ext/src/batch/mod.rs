#![doc = include_str!("../../docs/batch.md")]

#[expect(clippy::module_inception)]
mod batch;
mod batch_request;
mod change;
mod claims;
mod counts;
mod entry;
mod failure;
mod follow;
mod journal;
mod lost_lip_syncs;
mod place;
mod request;
mod run;
mod run_report;
mod send;
mod settings;
mod settle;
mod shared_window;
mod spending;
mod state;
mod store;
mod value;
mod worker;

pub use batch::{Batch, Resolution};
pub use batch_request::BatchRequest;
pub use counts::Counts;
pub use entry::{Cost, Entry, Queued};
pub use failure::Failure;
pub use request::PaidRequest;
pub use run::Run;
pub use run_report::{RunEnd, RunReport};
pub use settings::SettleError;
pub use shared_window::{SharedWindow, StoreUnavailable};
pub use spending::{ReachedCap, SpendCap, Spent};
pub use state::RequestState;
pub use store::Store;
