//! Files: uploads to the API's storage, downloads of what it made.

mod download;
mod kind;
mod outgoing;
mod partial;
mod transfer;
mod upload;

use std::fmt;
use std::path::PathBuf;

use bytes::Bytes;

use self::transfer::without_query;
use crate::{BoxFuture, Jogg, Result};

pub use self::download::Download;
pub use self::kind::AssetKind;
pub use self::transfer::Transferred;
pub use self::upload::Upload;

/// Uploads and downloads. From [`Jogg::assets`].
#[derive(Clone, Debug)]
pub struct Assets {
    jogg: Jogg,
}

/// A file in the API's storage. `Debug` shows its URL without the query.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Asset {
    /// Where it can be fetched; what other calls take as `image_url`, `audio_url` and so on. Not
    /// the signed address it was sent to, which expires.
    pub url: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its type, such as `image/png`.
    pub content_type: String,
}

impl Assets {
    pub(crate) fn new(jogg: Jogg) -> Self {
        Self { jogg }
    }

    /// Uploads a file; its type is inferred from its name.
    ///
    /// # Errors
    /// As [`Assets::upload`].
    pub fn upload_path(&self, path: impl Into<PathBuf>) -> BoxFuture<Result<Asset>> {
        Box::pin(self.upload(Upload::path(path)))
    }

    /// Uploads bytes under a file name, from which their type is inferred.
    ///
    /// # Errors
    /// As [`Assets::upload`].
    pub fn upload_bytes(
        &self,
        filename: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> BoxFuture<Result<Asset>> {
        Box::pin(self.upload(Upload::bytes(filename, bytes)))
    }

    /// Uploads a file: asks for an address with `create_asset_upload`, then streams the file
    /// there, without the API key. Free.
    ///
    /// Limits: images (jpg, png, webp, gif) 10 MB; videos (mp4, webm, mov) 100 MB and 5 minutes;
    /// audio (mp3, wav, m4a) 20 MB and 10 minutes. Type and size are checked before anything is
    /// sent, the length in minutes is not.
    ///
    /// If the connection fails, the storage is too slow or answers 408, 429 or 5xx, the file is
    /// sent again, to a new address: up to three times in all, with the waits, total time and
    /// budget of the client's [`RetryPolicy`](crate::RetryPolicy). Its `max_attempts`, or that of
    /// [`CallOptions`](crate::CallOptions), may lower the number. The deadline of `CallOptions`
    /// is for the whole; its time-out replaces [`Timeouts::transfer`](crate::Timeouts::transfer).
    ///
    /// Memory does not depend on the size. Dropping the future stops the upload.
    ///
    /// # Errors
    /// [`ErrorKind::File`](crate::ErrorKind::File) if it cannot be read or changes meanwhile,
    /// [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter) if its type or size is
    /// not taken, [`ErrorKind::Transfer`](crate::ErrorKind::Transfer) if the storage refuses it;
    /// see [`ErrorKind`](crate::ErrorKind) for those of `create_asset_upload`.
    pub fn upload(&self, file: Upload) -> impl Future<Output = Result<Asset>> + Send + use<> {
        upload::upload(self.jogg.clone(), file)
    }

    /// Downloads a result to a file, and returns its size in bytes.
    ///
    /// # Errors
    /// As [`Assets::download_with`].
    pub fn download(
        &self,
        url: impl Into<String>,
        path: impl Into<PathBuf>,
    ) -> BoxFuture<Result<u64>> {
        Box::pin(self.download_with(Download::new(url, path)))
    }

    /// Downloads a result to a file, and returns its size in bytes. The API key is not sent.
    ///
    /// The file is written beside its path and renamed when it is whole, so that a partial one
    /// never has the name. An existing file is replaced. Memory does not depend on the size.
    /// Dropping the future stops the download and removes the partial file.
    ///
    /// The file behind a fresh URL may not be there yet, so it is tried again, 5 to 20 s apart,
    /// after 202, 204, 403, 404, 408, 425, 429 and 5xx, a page instead of the file, an empty or
    /// cut file and a failed or slow connection. A longer `Retry-After` is kept to, up to
    /// `max_retry_after` of the client's [`RetryPolicy`](crate::RetryPolicy). Of
    /// [`CallOptions`](crate::CallOptions), the deadline is for the whole, and the time-out
    /// replaces [`Timeouts::transfer`](crate::Timeouts::transfer).
    ///
    /// # Errors
    /// [`ErrorKind::Transfer`](crate::ErrorKind::Transfer) if the host does not give the file,
    /// redirects, or gives less than it announced: the last such error, with
    /// [`attempts`](crate::Error::attempts). [`ErrorKind::File`](crate::ErrorKind::File) if it
    /// cannot be written, [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter) if
    /// the URL is none that files may come from.
    pub fn download_with(
        &self,
        download: Download,
    ) -> impl Future<Output = Result<u64>> + Send + use<> {
        download::download(self.jogg.clone(), download)
    }
}

impl fmt::Debug for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asset")
            .field("url", &without_query(&self.url))
            .field("size", &self.size)
            .field("content_type", &self.content_type)
            .finish()
    }
}
