//! What a download is: its URL and settings.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::transfer::{ProgressHook, TransferProgress, without_query};

/// A file to download. A URL alone is one with the default settings.
#[derive(Clone)]
#[must_use]
pub struct Download {
    pub(crate) url: String,
    pub(crate) attempts: Option<u32>,
    pub(crate) read_timeout: Duration,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) sync: bool,
    pub(crate) on_progress: Option<ProgressHook>,
}

impl Download {
    /// Creates a download of the file behind this URL.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            attempts: None,
            read_timeout: Duration::from_secs(30),
            max_bytes: None,
            sync: false,
            on_progress: None,
        }
    }

    /// Sets how many attempts are made at most, the first included. Default: that of
    /// [`CallOptions`](crate::CallOptions), else 5, or 1 if the client never retries. 0 counts as
    /// 1.
    ///
    /// The waits in between grow from 5 s to 20 s.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// Sets how long the file host may send nothing before the next attempt is made, which
    /// continues where this one ended. Default: 30 s.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// Sets how large the file may be, in bytes; a larger one is an error. Default: 64 MiB for
    /// [`Assets::download_bytes`](super::Assets::download_bytes), no limit for the others.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// Sets whether the file is on the disk before it gets its name, so that it is whole even after
    /// a power failure; a disk is often slower than the network. Default: `false`, the system
    /// writes it when it sees fit. Has no effect without a path.
    pub fn sync(mut self, sync: bool) -> Self {
        self.sync = sync;
        self
    }

    /// Registers a function that is called as bytes arrive. The count begins anew if the file has
    /// to be downloaded from its start once more.
    ///
    /// It is called on the task that downloads, so it should be quick.
    pub fn on_progress(mut self, hook: impl Fn(&TransferProgress) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(hook));
        self
    }
}

impl From<String> for Download {
    fn from(url: String) -> Self {
        Self::new(url)
    }
}

impl From<&String> for Download {
    fn from(url: &String) -> Self {
        Self::new(url)
    }
}

impl From<&str> for Download {
    fn from(url: &str) -> Self {
        Self::new(url)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("url", &without_query(&self.url))
            .field("attempts", &self.attempts)
            .field("read_timeout", &self.read_timeout)
            .field("max_bytes", &self.max_bytes)
            .field("sync", &self.sync)
            .finish_non_exhaustive()
    }
}
