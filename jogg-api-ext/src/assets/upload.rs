//! What an upload is: its content, name, type and settings.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_core::Stream;
use serde_json::{Map, Value};
use tokio::io::AsyncRead;

use super::content::{ReaderContent, StreamContent};
use super::source::{Once, Source};
use super::transfer::{ProgressHook, TransferProgress};

/// A file to upload.
#[derive(Clone)]
#[must_use]
pub struct Upload {
    pub(crate) source: Source,
    pub(crate) filename: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) on_progress: Option<ProgressHook>,
    pub(crate) extra: Map<String, Value>,
}

impl Upload {
    /// Creates an upload of a file on disk; it is streamed, not read into memory.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::new(Source::Path(path.into()), None)
    }

    /// Creates an upload of bytes in memory, under this file name. They aren't copied.
    pub fn bytes(filename: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self::new(Source::Bytes(bytes.into()), Some(filename.into()))
    }

    /// Creates an upload of what a reader returns, under this file name. The reader must end after
    /// `size` bytes; one that ends earlier or later is an error, and the storage gets no file.
    ///
    /// A reader can't be rewound, so an upload that failed when bytes of it were sent is not
    /// retried. Clones share the reader: one of them can be sent.
    pub fn reader(
        filename: impl Into<String>,
        size: u64,
        reader: impl AsyncRead + Send + 'static,
    ) -> Self {
        let once = Once::new(ReaderContent::new(Box::pin(reader)));
        Self::new(Source::Once(once, size), Some(filename.into()))
    }

    /// Creates an upload of what a stream returns, such as the body of another download, under this
    /// file name. It must end after `size` bytes.
    ///
    /// What is said of [`Upload::reader`] holds for streams, too.
    pub fn stream<E>(
        filename: impl Into<String>,
        size: u64,
        stream: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    ) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        let once = Once::new(StreamContent::new(Box::pin(stream)));
        Self::new(Source::Once(once, size), Some(filename.into()))
    }

    /// Sets the name to upload it under. Default: that of the path.
    pub fn filename(mut self, filename: impl Into<String>) -> Self {
        self.filename = Some(filename.into());
        self
    }

    /// Sets its content type. Default: inferred from the name. With a type set, any extension is
    /// allowed.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Sets how large it may be, in bytes, in place of the vendor's documented limit, which
    /// [`AssetKind::max_bytes`](super::AssetKind::max_bytes) returns. The storage may still refuse
    /// it.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// Registers a function that is called as bytes go out, at most 256 KiB since the last call.
    /// Those bytes are with the HTTP client, not yet with the storage. With each attempt the count
    /// begins anew.
    ///
    /// It is called on the task that sends, so it should be quick, and must not panic.
    pub fn on_progress(mut self, hook: impl Fn(&TransferProgress) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(hook));
        self
    }

    /// Sets a field of `create_asset_upload` that this crate doesn't know yet.
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    fn new(source: Source, filename: Option<String>) -> Self {
        let (content_type, max_bytes, on_progress) = (None, None, None);
        Self { source, filename, content_type, max_bytes, on_progress, extra: Map::new() }
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("source", &self.source)
            .field("filename", &self.filename)
            .field("content_type", &self.content_type)
            .field("max_bytes", &self.max_bytes)
            .finish_non_exhaustive()
    }
}
