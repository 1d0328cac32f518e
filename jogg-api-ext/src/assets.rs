//! Files: uploads to the API's storage, downloads of what it made.

use std::path::PathBuf;
use std::pin::Pin;

use bytes::Bytes;

use crate::{Jogg, Result, Upload, download, upload};

/// A future that borrows nothing, whatever its arguments were.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Uploads and downloads. From [`Jogg::assets`].
#[derive(Clone, Debug)]
pub struct Assets {
    jogg: Jogg,
}

/// A file in the API's storage.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Asset {
    /// Where it can be fetched; what other calls take as `image_url`, `audio_url` and so on.
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
    /// # Errors
    /// [`ErrorKind::File`](crate::ErrorKind::File) if it cannot be read,
    /// [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter) if its type or size is
    /// not taken, [`ErrorKind::Transfer`](crate::ErrorKind::Transfer) if the storage refuses it;
    /// see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn upload(&self, file: Upload) -> impl Future<Output = Result<Asset>> + Send + use<> {
        upload::upload(self.jogg.clone(), file)
    }

    /// Downloads a result to a file, and returns its size in bytes. The API key is not sent.
    ///
    /// The file is written beside its path and renamed when it is whole, so that a partial one
    /// never has the name. An existing file is replaced.
    ///
    /// # Errors
    /// [`ErrorKind::Transfer`](crate::ErrorKind::Transfer) if the host does not give the file or
    /// gives less than it announced, [`ErrorKind::File`](crate::ErrorKind::File) if it cannot be
    /// written.
    pub fn download(
        &self,
        url: impl Into<String>,
        path: impl Into<PathBuf>,
    ) -> BoxFuture<Result<u64>> {
        Box::pin(download::download(self.jogg.clone(), url.into(), path.into()))
    }
}
