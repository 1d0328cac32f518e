//! The group of operations on files.

use std::path::PathBuf;

use bytes::Bytes;

use super::asset::Asset;
use super::download::{self, Download};
use super::upload::{self, Upload};
use crate::error::Result;
use crate::request::group;
use crate::stream::BoxFuture;

group! {
    /// Files: uploads to the API's storage, downloads of results.
    Assets, assets
}

impl Assets {
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

    /// Uploads a file: gets a signed URL from `create_asset_upload`, then streams the file there,
    /// without the API key. Free.
    ///
    /// Limits: images (jpg, png, webp, gif) 10 MB; videos (mp4, webm, mov) 100 MB and 5 minutes;
    /// audio (mp3, wav, m4a) 20 MB and 10 minutes. Type and size are checked before anything is
    /// sent, the length in minutes is not.
    ///
    /// If the connection fails, or the storage is too slow or responds with 408, 429 or 5xx, the
    /// upload is retried with a new URL: up to three attempts in all, with the waits, total time
    /// and budget of the client's [`RetryPolicy`](crate::RetryPolicy). Its `max_attempts`, or that
    /// of [`CallOptions`](crate::CallOptions), may lower the number. The deadline of `CallOptions`
    /// is for the whole; its timeout replaces [`Timeouts::transfer`](crate::Timeouts::transfer).
    ///
    /// The memory it uses doesn't depend on the size. Dropping the future stops the upload.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if it can't be read or changes meanwhile,
    /// [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter) if its type or size
    /// isn't allowed, [`ErrorKind::FileTransfer`](crate::ErrorKind::FileTransfer) if the storage
    /// refuses it; see [`ErrorKind`](crate::ErrorKind) for those of `create_asset_upload`.
    pub fn upload(&self, file: Upload) -> impl Future<Output = Result<Asset>> + Send + use<> {
        let jogg = self.jogg.clone();
        async move {
            jogg.connected()?;
            upload::upload(jogg, file).await
        }
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
    /// The file is written beside its path and renamed when it is complete, so that a partial one
    /// never has the name. An existing file is replaced. The memory it uses doesn't depend on the
    /// size. Dropping the future stops the download and removes the partial file.
    ///
    /// The file behind a fresh URL may not be there yet, so the download is retried, 5 to 20 s
    /// apart, after 202, 204, 403, 404, 408, 425, 429 and 5xx, a page instead of the file, an empty
    /// or cut file and a failed or slow connection. A longer `Retry-After` is respected, up to
    /// `max_retry_after` of the client's [`RetryPolicy`](crate::RetryPolicy). Of
    /// [`CallOptions`](crate::CallOptions), the deadline is for the whole, and the timeout
    /// replaces [`Timeouts::transfer`](crate::Timeouts::transfer).
    ///
    /// # Errors
    /// [`ErrorKind::FileTransfer`](crate::ErrorKind::FileTransfer) if the host doesn't return the
    /// file, redirects, or returns less than it announced: the last such error, with
    /// [`attempts`](crate::Error::attempts). [`ErrorKind::Io`](crate::ErrorKind::Io) if the file
    /// can't be written, [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter) if
    /// files must not come from the URL.
    pub fn download_with(
        &self,
        download: Download,
    ) -> impl Future<Output = Result<u64>> + Send + use<> {
        let jogg = self.jogg.clone();
        async move {
            jogg.connected()?;
            download::download(jogg, download).await
        }
    }
}
