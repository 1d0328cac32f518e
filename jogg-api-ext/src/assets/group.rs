//! The group of operations on files.

use std::path::PathBuf;
use std::pin::Pin;

use bytes::Bytes;
use tokio::io::AsyncWrite;

use super::asset::Asset;
use super::download::Download;
use super::save;
use super::sending;
use super::upload::Upload;
use crate::error::Result;
use crate::request::group;
use crate::stream::{BoxFuture, BoxStream};

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
    /// Limits: images (jpg, png, webp, gif) 10 MiB; videos (mp4, webm, mov) 100 MiB and 5 minutes;
    /// audio (mp3, wav, m4a) 20 MiB and 10 minutes. Type and size are checked before anything is
    /// sent, the length in minutes is not. [`Upload::max_bytes`] sets another limit.
    ///
    /// If the connection fails, or the storage is too slow or responds with 408, 429 or 5xx, the
    /// upload is retried with a new URL: up to three attempts in all, with the waits, total time
    /// and budget of the client's [`RetryPolicy`](crate::RetryPolicy). Its `max_attempts`, or that
    /// of [`CallOptions`](crate::CallOptions), may lower the number. A signature that expired is
    /// renewed once, likewise. The deadline of `CallOptions` is for the whole; its timeout replaces
    /// [`Timeouts::transfer`](crate::Timeouts::transfer).
    ///
    /// Any 2xx of the storage is success, unless its body is an error. HTTP 203 means that the file
    /// is stored, while the storage's callback to the API failed: see
    /// [`Asset::callback_failure`].
    ///
    /// The memory it uses doesn't depend on the size. Dropping the future stops the upload.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if it can't be read or changes meanwhile,
    /// [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter) if its type or size
    /// isn't allowed, [`ErrorKind::FileTransfer`](crate::ErrorKind::FileTransfer) if the storage
    /// refuses it, with what it said as [`host_response`](crate::Error::host_response); see
    /// [`ErrorKind`](crate::ErrorKind) for those of `create_asset_upload`.
    pub fn upload(&self, file: Upload) -> impl Future<Output = Result<Asset>> + Send + use<> {
        sending::upload(self.jogg.clone(), file)
    }

    /// Downloads a result to a file, and returns its size in bytes. The API key is not sent.
    ///
    /// The file is written beside its path and renamed when it is complete, so that a partial one
    /// never has the name. An existing file is replaced and keeps its mode; of a symlink, what it
    /// leads to is replaced. A path that can't be a regular file is an error before the request.
    /// The memory it uses doesn't depend on the size. Dropping the future stops the download and
    /// removes the partial file; what a killed process left beside the path is removed by the next
    /// download to the same path that begins more than an hour later.
    ///
    /// The file behind a fresh URL may not be there yet, so the download is retried, 5 to 20 s
    /// apart, after 202, 204, 403, 404, 408, 425, 429 and 5xx, a page instead of the file, an empty
    /// or cut file, a failed connection and one that is silent for
    /// [`Download::read_timeout`]. If the host gave the file a strong `ETag`, a retry requests only
    /// what is missing. A longer `Retry-After` is respected, up to `max_retry_after` of the
    /// client's [`RetryPolicy`](crate::RetryPolicy). Of [`CallOptions`](crate::CallOptions), the
    /// deadline is for the whole, and the timeout replaces
    /// [`Timeouts::transfer`](crate::Timeouts::transfer).
    ///
    /// Up to five redirects are followed, none from https to plain http. A page, that is HTML, XML
    /// or JSON, is never taken for the file, whatever its content type says. A cut file is noticed
    /// by its `Content-Length` or its chunked encoding; if the host sends neither and just closes
    /// the connection, nobody can tell whether that was the end.
    ///
    /// # Errors
    /// [`ErrorKind::FileTransfer`](crate::ErrorKind::FileTransfer) if the host doesn't return the
    /// file, or returns less than it announced: the last such error, with
    /// [`attempts`](crate::Error::attempts) and what the host said, as
    /// [`host_response`](crate::Error::host_response). [`ErrorKind::Io`](crate::ErrorKind::Io) if
    /// the file can't be written,
    /// [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter) if files must not come
    /// from the URL.
    pub fn download(
        &self,
        download: impl Into<Download>,
        path: impl Into<PathBuf>,
    ) -> BoxFuture<Result<u64>> {
        Box::pin(save::to_path(self.jogg.clone(), download.into(), path.into()))
    }

    /// Downloads a result into memory, up to [`Download::max_bytes`]. Default: 64 MiB.
    ///
    /// # Errors
    /// As [`Assets::download`], and
    /// [`ErrorKind::FileTransfer`](crate::ErrorKind::FileTransfer) if the file is larger.
    pub fn download_bytes(&self, download: impl Into<Download>) -> BoxFuture<Result<Bytes>> {
        Box::pin(save::to_bytes(self.jogg.clone(), download.into()))
    }

    /// Downloads a result piece by piece, as fast as the stream is read. The whole file came when
    /// the stream ends without an error. A timeout is for the begin of the response: how long the
    /// rest takes is up to the reader, as long as the host isn't silent and the deadline not past.
    ///
    /// A retry requests what is missing, if the host gave the file a strong `ETag`; without one,
    /// what came before can't be taken back, and the download fails. The error says how many bytes
    /// came before.
    ///
    /// # Errors
    /// The last item. As [`Assets::download`].
    pub fn download_stream(&self, download: impl Into<Download>) -> BoxStream<Result<Bytes>> {
        save::to_stream(self.jogg.clone(), download.into())
    }

    /// Downloads a result into a writer, flushes that, and returns how many bytes were written.
    ///
    /// It is retried as [`Assets::download_stream`].
    ///
    /// # Errors
    /// As [`Assets::download`], and [`ErrorKind::Io`](crate::ErrorKind::Io) if the writer fails, or
    /// isn't ready before the deadline.
    pub fn download_into<'a>(
        &self,
        download: impl Into<Download>,
        writer: impl AsyncWrite + Send + Unpin + 'a,
    ) -> Pin<Box<dyn Future<Output = Result<u64>> + Send + 'a>> {
        Box::pin(save::to_writer(self.jogg.clone(), download.into(), writer))
    }
}
