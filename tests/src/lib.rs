//! What the tests share: a client and a simulator on one virtual clock, requests and replies, the
//! spec as data, and faults.

mod cargo;
pub mod classes;
pub mod connections;
mod diary;
pub mod distant;
mod fault_table;
pub mod faults;
pub mod http2;
pub mod late;
pub mod limited;
mod provider;
pub mod replies;
pub mod requests;
pub mod sample;
pub mod secrets;
mod sources;
pub mod spec;
mod stage;
mod waiting;
mod wire;

pub use self::cargo::{Output, build_example, cargo, example};
pub use self::diary::Diary;
pub use self::provider::install_provider;
pub use self::secrets::KEY;
pub use self::sources::{collect, root};
pub use self::stage::Stage;
pub use self::waiting::{soon, until};
pub use self::wire::wire;

/// The code in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
