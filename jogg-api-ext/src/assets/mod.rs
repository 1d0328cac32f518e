//! Files: uploads to the API's storage, downloads of results.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::assets::{Download, Upload};
//!
//! let upload = Upload::path("photo.bin").content_type("image/png");
//! let asset = jogg.assets().upload(upload).await?;
//! let download = Download::new(asset.url, "copy.png")
//!     .on_progress(|progress| println!("{} of {:?} bytes", progress.bytes, progress.total));
//! jogg.assets().download_with(download).await?;
//! # Ok(()) }
//! ```

mod asset;
mod download;
mod group;
mod kind;
mod outgoing;
mod partial;
mod transfer;
mod upload;

pub use asset::Asset;
pub use download::Download;
pub use group::Assets;
pub use kind::AssetKind;
pub use transfer::TransferProgress;
pub use upload::Upload;
