//! Files: uploads to the API's storage, downloads of results.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::assets::{Download, Upload};
//!
//! let upload = Upload::path("photo.bin").content_type("image/png");
//! let asset = jogg.assets().upload(upload).await?;
//! let download = Download::new(&asset.url)
//!     .on_progress(|progress| println!("{} of {:?} bytes", progress.bytes, progress.total));
//! jogg.assets().download(download, "copy.png").await?;
//! // And without a file:
//! let bytes = jogg.assets().download_bytes(&asset.url).await?;
//! # Ok(()) }
//! ```

mod asset;
mod body;
mod content;
mod download;
mod group;
mod incoming;
mod kind;
mod outgoing;
mod page;
mod partial;
mod patience;
mod ranges;
mod redirects;
mod refusal;
mod responses;
mod save;
mod sending;
mod source;
mod target;
mod transfer;
mod upload;

pub use asset::Asset;
pub use download::Download;
pub use group::Assets;
pub use kind::AssetKind;
pub use transfer::TransferProgress;
pub use upload::Upload;

pub use crate::host_response::HostResponse;
