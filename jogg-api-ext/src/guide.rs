//! Guides: what to do about one subject, with code that compiles.
//!
//! | subject | guide |
//! |---|---|
//! | what to do about each kind of error | [`errors`] |
//! | how nothing is paid for twice | [`money`] |
//! | what to do when the response to a paid request was lost | [`outcome_unknown`] |
//! | jobs across restarts and machines | [`restarts`] |
//! | thousands of jobs, on many machines, under one limit and budget | [`batch`] |
//! | how to learn at once that a job has ended | [`webhooks`] |
//! | tests of your code, with the simulator | [`testing`] |
//! | code without a runtime | [`blocking`] |
//! | language models that call the API | [`tools`] |
//! | tracing, OpenTelemetry and metrics | [`observability`] |
//! | hosts to allow, proxies and certificates | [`network`] |
//! | what to do when the API moves | [`upgrading`] |
//! | from v1, or an early v2 | [`from_v1`] |
//! | which changes make which versions | [`semver`] |
//! | all operations, with the methods that call them | [`operations`] |
//!
//! The [examples](https://docs.rs/crate/jogg-api-ext/latest/source/examples/) are whole programs.
//!
//! [`outcome_unknown`]: crate::outcome_unknown
#![cfg_attr(feature = "batch", doc = "[`batch`]: crate::batch")]
#![cfg_attr(
    not(feature = "batch"),
    doc = "[`batch`]: https://docs.rs/jogg-api-ext/latest/jogg_api_ext/batch/index.html"
)]
#![cfg_attr(feature = "blocking", doc = "[`blocking`]: crate::blocking")]
#![cfg_attr(
    not(feature = "blocking"),
    doc = "[`blocking`]: https://docs.rs/jogg-api-ext/latest/jogg_api_ext/blocking/index.html"
)]
#![cfg_attr(feature = "schemars", doc = "[`tools`]: crate::tools")]
#![cfg_attr(
    not(feature = "schemars"),
    doc = "[`tools`]: https://docs.rs/jogg-api-ext/latest/jogg_api_ext/tools/index.html"
)]
#![cfg_attr(feature = "webhooks", doc = "[`webhooks`]: crate::webhooks")]
#![cfg_attr(
    not(feature = "webhooks"),
    doc = "[`webhooks`]: https://docs.rs/jogg-api-ext/latest/jogg_api_ext/webhooks/index.html"
)]

#[doc = include_str!("../docs/errors.md")]
pub mod errors {}

#[doc = include_str!("../docs/from-v1.md")]
pub mod from_v1 {}

#[doc = include_str!("../docs/money.md")]
pub mod money {}

#[doc = include_str!("../docs/network.md")]
pub mod network {}

#[doc = include_str!("../docs/observability.md")]
pub mod observability {}

#[doc = include_str!("../docs/operations.md")]
pub mod operations {}

#[doc = include_str!("../docs/restarts.md")]
pub mod restarts {}

#[doc = include_str!("../docs/semver.md")]
pub mod semver {}

#[cfg_attr(feature = "simulator", doc = include_str!("../docs/testing.md"))]
#[cfg_attr(not(feature = "simulator"), doc = "Comes with the feature `simulator`.")]
pub mod testing {}

#[doc = include_str!("../docs/upgrading.md")]
pub mod upgrading {}
