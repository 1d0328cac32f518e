#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod clock;
#[doc = include_str!("../docs/outcome-unknown.md")]
pub mod outcome_unknown {}
#[cfg(feature = "simulator")]
pub mod simulator;

mod aliases;
mod assets;
mod attempts;
mod call;
mod client;
mod credits;
mod error;
mod job;
mod limit;
mod list;
mod observe;
mod options;
mod outcome;
mod page;
mod request;
mod resources;
mod retry;
mod retry_after;
mod status;
mod stream;
mod wait;
mod wait_all;
mod wait_options;

pub use assets::{Asset, AssetKind, Assets, Download, Transferred, Upload};
pub use call::{BoxFuture, Call, Called, Metadata};
pub use client::{API_KEY_VARIABLE, BASE_URL_VARIABLE, Jogg, JoggBuilder};
pub use credits::Estimate;
pub use error::{Error, ErrorKind, Result};
pub use job::{Job, JobRecord, JobReport, JobResult, Raw};
pub use limit::Limiter;
pub use list::List;
pub use observe::{Attempt, Ended, Observer};
pub use options::{CallOptions, Timeouts};
pub use page::Page;
pub use resources::*;
pub use retry::RetryPolicy;
pub use status::JobStatus;
pub use stream::BoxStream;
pub use wait::{Progress, Update};
pub use wait_all::{wait_all, wait_all_with};
pub use wait_options::WaitOptions;

/// The low-level crate, whose types appear in this one.
pub use jogg_api;
pub use jogg_api::enums::*;
pub use jogg_api::types::{
    CustomAvatar, CustomTemplate, CustomVoice, GeneratedScript, Music, PhotoAvatar, Product,
    ProductAvatar, ProductAvatarImage, ProductMedia, ProductPreview, ProductVideo, PublicAvatar,
    Template, TemplateVariable, TemplateVideo, User, VisualStyle, Voice, WebhookEndpoint,
};
pub use jogg_api::{Arguments, Operation, RetryClass, Secret, Skipped};
