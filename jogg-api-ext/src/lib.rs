//! The SDK for the JoggAI v2 API, which makes videos with avatars that speak.
//!
//! [`Jogg`] is the client. Its methods return groups of operations, and most methods of a group
//! return a [`Call`], which is sent when it is awaited, or a [`List`]. A call that starts something
//! paid returns a [`Job`], whose result is waited for:
//!
//! ```no_run
//! # async fn demo() -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::Jogg;
//! use jogg_api_ext::enums::MotionModel;
//! use jogg_api_ext::photo_avatars::AddMotion;
//!
//! let jogg = Jogg::from_env()?; // reads the key from JOGG_API_KEY
//! let photo = jogg.assets().upload_path("me.jpg").await?;
//! let request = AddMotion::new(photo.url, "Ada", "en-US-ChristopherNeural", MotionModel::V2_0);
//! let job = jogg.photo_avatars().add_motion(request).await?; // paid for from here on
//! let motion = job.wait().await?;
//! jogg.assets().download(&motion.preview_url, "preview.mp4").await?;
//! # Ok(()) }
//! ```
//!
//! The rest of this page is a map of the crate.
//!
//! # Groups of operations
//!
//! Each group has a public module of its own, with its requests, its results, and an example. The
//! method of [`Jogg`] that returns the group has the name of the module.
//!
//! | module | what it does |
//! |---|---|
//! | [`account`] | The user the key belongs to, and the remaining credits. |
//! | [`assets`] | Uploads of files, and downloads of results. |
//! | [`avatar_videos`] | Videos in which an avatar speaks a text or a recording. |
//! | [`avatars`] | Public avatars, and custom ones of the account. |
//! | [`lip_sync`] | Fits the lips in a video to another audio track. |
//! | [`musics`] | Tracks to play behind videos. |
//! | [`photo_avatars`] | Generates photos, and gives photos motion and a voice. |
//! | [`product_avatars`] | Generates avatars together with a product, and gives them motion. |
//! | [`product_videos`] | Videos about a product, and previews of them. |
//! | [`products`] | Products to make videos and scripts about. |
//! | [`scripts`] | Scripts written about a product. |
//! | [`template_videos`] | Videos made by filling a template. |
//! | [`templates`] | Templates and their variables. |
//! | [`translations`] | Dubs a video in another language. |
//! | [`visual_styles`] | Visual styles for product videos. |
//! | [`voices`] | Public and custom voices. |
//! | [`webhook_endpoints`] | Addresses that receive notifications of how jobs end. |
//!
//! Values that are one of a set, such as an aspect ratio, are in [`enums`].
//!
//! # What calls return
//!
//! - **Jobs** ([`jobs`]): [`Job::wait`] polls until the result is there, [`Job::updates`] returns
//!   the progress as a stream, and [`wait_all`] waits for many. [`jobs::WaitOptions`] set how often
//!   and for how long. A [`JobRecord`] is what to store, and [`Jogg::resume`] continues with it.
//! - **Lists** ([`lists`]): a [`List`] is fetched as one [`Page`], or as a stream of pages or
//!   items.
//! - **Responses**: [`Call::with_metadata`] returns [`ResponseMetadata`] beside the value, with
//!   what was skipped and with the body as received.
//! - **Errors**: one [`Error`], whose [`ErrorKind`] says what the caller can do.
//!
//! # Settings
//!
//! - **The client**: [`Jogg::from_env`] or a [`JoggBuilder`]. You find your API key in JoggAI's web
//!   app, on the API page of the dashboard.
//! - **Policy** ([`policy`]): [`RetryPolicy`], [`Timeouts`], [`policy::RateLimiter`],
//!   [`policy::Observer`], and [`policy::BeforeSend`], which runs before a paid request is sent;
//!   what is retried, and what never is. [`CallOptions`] override it for some calls, and label
//!   them.
//! - **The HTTP client** ([`http_client`]): proxies, client certificates, DNS.
//! - **Time** ([`clock`]): the clock of the client, for tests.
//!
//! # Beyond the typed methods
//!
//! [`Jogg::call`] calls any operation of the low-level crate, and [`Jogg::request`] any method and
//! path, both under the client's policy. [`Jogg::api`] returns the low-level client itself;
//! [`jogg_api`] is its crate.
//!
//! # Your tests
//!
//! The module [`simulator`], behind the feature of the same name, is a server on this machine that
//! behaves like the API. Its `VirtualClock` makes waiting take no time.
//!
//! # Guides
//!
//! The module [`guide`] has a page for each subject: errors, money, restarts, tests, networks,
//! upgrades, and all operations in a table. [`outcome_unknown`] says what to do when the response
//! to a paid request was lost, which [`Jogg::candidates`] searches for, and
//! [the policy](policy#what-is-retried) what is retried. [`batch`] is about thousands of paid
//! requests. [The examples](https://docs.rs/crate/jogg-api-ext/latest/source/examples/) are programs
//! for the groups.
//!
//! # Features
//!
//! | feature | default | what it does |
//! |---|---|---|
//! | `rustls` | yes | TLS by rustls with reqwest's crypto provider |
//! | `rustls-no-provider` | | TLS by rustls with the provider that the application installs |
//! | `native-tls` | | TLS by the system's library; with several, rustls is used |
//! | `http2` | | HTTP/2 where the server offers it |
//! | `schemars` | | tool definitions: `JsonSchema` for every request type, and `tools` |
//! | `blocking` | | calls, jobs and lists from code without a runtime |
//! | `simulator` | | the simulator |
//! | `webhooks` | | verified events, and a receiver of them for every server |
//! | `axum` | | `webhooks`, and the receiver as a router of axum |
//! | `batch` | | durable batches in SQLite or PostgreSQL, and a limit that processes share |
//! | `cli` | | the program `jogg-simulator`, which runs the simulator |
//!
//! The TLS features are named as reqwest's. Without one, an `https://` base URL is an error when the
//! client is built.
//!
//! # Runtimes
//!
//! Calls, waits, uploads and downloads run on a tokio runtime whose drivers are on, such as that of
//! `#[tokio::main]`, or one built with `enable_all`. Outside of a runtime, they return an error of
//! the kind [`ErrorKind::Configuration`]. In one without the I/O or the time driver they panic, as
//! tokio doesn't say whether it has them. A client may be used from several runtimes; all but the
//! first to use it open a connection for each call. Code without a runtime uses [`blocking`].
//!
#![cfg_attr(
    not(feature = "batch"),
    doc = "[`batch`]: https://docs.rs/jogg-api-ext/latest/jogg_api_ext/batch/index.html"
)]
#![cfg_attr(
    not(feature = "blocking"),
    doc = "[`blocking`]: https://docs.rs/jogg-api-ext/latest/jogg_api_ext/blocking/index.html"
)]
#![cfg_attr(
    not(feature = "simulator"),
    doc = "[`simulator`]: https://docs.rs/jogg-api-ext/latest/jogg_api_ext/simulator/index.html"
)]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod assets;
#[cfg(feature = "batch")]
pub mod batch;
#[cfg(feature = "blocking")]
pub mod blocking;
pub mod clock;
pub mod guide;
pub mod http_client;
pub mod jobs;
pub mod lists;
#[doc = include_str!("../docs/outcome-unknown.md")]
pub mod outcome_unknown;
pub mod policy;
#[cfg(feature = "simulator")]
pub mod simulator;
#[cfg(feature = "schemars")]
pub mod tools;
#[cfg(feature = "webhooks")]
pub mod webhooks;

mod call;
mod client;
mod error;
mod error_kind;
mod host_response;
mod job_record;
mod request;
mod resources;
mod runtimes;
mod sent_request;
mod stream;
mod undocumented;

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

/// The code in the README compiles.
#[cfg(all(doctest, feature = "blocking", feature = "simulator"))]
#[doc = include_str!("../README.md")]
struct Readme;
