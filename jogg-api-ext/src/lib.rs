#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod clock;
#[doc = include_str!("../docs/outcome-unknown.md")]
pub mod outcome_unknown {}
#[cfg(feature = "simulator")]
pub mod simulator;

mod account;
mod asset_kind;
mod assets;
mod call;
mod client;
mod credits;
mod download;
mod error;
mod job;
mod limit;
mod observe;
mod options;
mod outcome;
mod outgoing;
mod page;
mod partial;
mod photo_avatars;
mod request;
mod retry;
mod status;
mod transfer;
mod upload;
mod wait;

pub use account::Account;
pub use asset_kind::AssetKind;
pub use assets::{Asset, Assets, BoxFuture};
pub use call::Called;
pub use client::{API_KEY_VARIABLE, BASE_URL_VARIABLE, Jogg, JoggBuilder};
pub use download::Download;
pub use error::{Error, ErrorKind, Result};
pub use job::{Job, JobRecord, JobReport, JobResult};
pub use limit::Limiter;
pub use observe::{Attempt, Ended, Observer};
pub use options::{CallOptions, Timeouts};
pub use page::Page;
pub use photo_avatars::{AddMotion, ListPhotoAvatars, Motion, PhotoAvatars};
pub use retry::RetryPolicy;
pub use status::JobStatus;
pub use transfer::Transferred;
pub use upload::Upload;
pub use wait::{Progress, WaitOptions};

/// The low-level crate, whose types appear in this one.
pub use jogg_api;
pub use jogg_api::enums::{AvatarStatusFilter, MotionModel, StatusCode};
pub use jogg_api::types::{PhotoAvatar, User};
