#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod assets;
pub mod clock;
pub mod jobs;
pub mod lists;
#[doc = include_str!("../docs/outcome-unknown.md")]
pub mod outcome_unknown {}
pub mod policy;
#[cfg(feature = "simulator")]
pub mod simulator;

mod call;
mod client;
mod error;
mod job_record;
mod request;
mod resources;
mod stream;

pub use call::{Call, ResponseMetadata};
pub use client::{API_KEY_VARIABLE, BASE_URL_VARIABLE, Jogg, JoggBuilder};
pub use error::{Error, ErrorKind, Result};
pub use jobs::{Job, JobRecord, JobStatus, wait_all};
pub use lists::{List, Page};
pub use policy::{CallOptions, RetryPolicy, Timeouts};
pub use resources::estimate::Estimate;
pub use resources::motion::Motion;
pub use resources::video::Video;
pub use resources::{
    account, avatar_videos, avatars, lip_sync, musics, photo_avatars, product_avatars,
    product_videos, products, scripts, template_videos, templates, translations, visual_styles,
    voices, webhook_endpoints,
};
pub use stream::{BoxFuture, BoxStream};

/// The low-level crate, whose types appear in this one.
pub use jogg_api;
pub use jogg_api::{Secret, Skipped};

/// The values of request and response fields that are one of a set.
///
/// Values of requests are closed sets. Those of responses are open: each has a variant `Unknown`
/// that keeps a value this version doesn't know.
///
/// ```
/// use jogg_api_ext::enums::{AspectRatio, Gender};
///
/// assert_eq!(AspectRatio::Portrait.as_str(), "portrait");
/// assert_eq!(Gender::from("other").as_str(), "other");
/// ```
pub mod enums {
    pub use jogg_api::enums::*;
}
