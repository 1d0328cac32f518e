//! The body of an upload: a file or bytes, one chunk at a time.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::fs::File;
use tokio::io::{AsyncRead, ReadBuf};

use super::transfer::{CHUNK, ProgressHook, TransferProgress};

/// What is sent. It holds one chunk, however large the file is, and ends when its outcome is no
/// longer awaited.
pub(crate) struct Outgoing {
    content: Content,
    size: u64,
    sent: u64,
    on_progress: Option<ProgressHook>,
    outcome: Weak<Outcome>,
}

pub(crate) enum Content {
    Bytes(Bytes),
    File(FileContent),
}

/// What happened to a body that was handed to the HTTP client.
#[derive(Default)]
pub(crate) struct Outcome {
    sent: AtomicU64,
    trouble: Mutex<Option<Trouble>>,
}

/// What is wrong with a file, as opposed to the connection.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It is longer or shorter than it was when it was measured.
    Changed,
    Unreadable(io::Error),
}

impl Outgoing {
    /// Creates a body of content that has this size, and its outcome.
    pub(crate) fn new(
        content: Content,
        size: u64,
        on_progress: Option<ProgressHook>,
    ) -> (Self, Arc<Outcome>) {
        let outcome = Arc::<Outcome>::default();
        let body = Self { content, size, sent: 0, on_progress, outcome: Arc::downgrade(&outcome) };
        (body, outcome)
    }
}

impl Outcome {
    /// Returns how many bytes the HTTP client has taken.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Acquire)
    }

    pub(crate) fn take_trouble(&self) -> Option<Trouble> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Trouble>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        if this.is_end_stream() {
            return Poll::Ready(None);
        }
        // An upload that was dropped, or got an early response: the HTTP client would go on
        // sending.
        let Some(outcome) = this.outcome.upgrade() else {
            return Poll::Ready(Some(Err(io::Error::other("the upload was given up"))));
        };
        let left = this.size - this.sent;
        let chunk = match &mut this.content {
            Content::Bytes(bytes) => Ok(bytes.split_to(bytes.len().min(CHUNK))),
            Content::File(file) => ready!(file.poll_chunk(context, left)),
        };
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(trouble) => {
                *outcome.lock() = Some(trouble);
                return Poll::Ready(Some(Err(io::Error::other("the file can't be sent"))));
            }
        };
        this.sent += chunk.len() as u64;
        outcome.sent.store(this.sent, Ordering::Release);
        if let Some(hook) = &this.on_progress {
            hook(&TransferProgress { bytes: this.sent, total: Some(this.size) });
        }
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.sent >= self.size
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.size - self.sent)
    }
}

/// A file and the chunk that is being read.
pub(crate) struct FileContent {
    file: File,
    buffer: Vec<u8>,
    filled: usize,
}

impl FileContent {
    pub(crate) fn new(file: File) -> Self {
        // One byte more than a chunk, to see whether anything follows the last one.
        Self { file, buffer: vec![0; CHUNK + 1], filled: 0 }
    }

    /// Reads the next chunk, where so many bytes are left by what was measured. The last one is
    /// returned only when the file ends after it: the host never gets all of a file that changed,
    /// so it can't take a part of it for the whole.
    fn poll_chunk(&mut self, context: &mut Context<'_>, left: u64) -> Poll<Result<Bytes, Trouble>> {
        let last = left <= CHUNK as u64;
        let room = if last { CHUNK + 1 } else { CHUNK };
        loop {
            let mut free = ReadBuf::new(&mut self.buffer[self.filled..room]);
            let read = ready!(Pin::new(&mut self.file).poll_read(context, &mut free));
            let read = match read {
                Ok(()) => free.filled().len(),
                Err(error) => return Poll::Ready(Err(Trouble::Unreadable(error))),
            };
            self.filled += read;
            let filled = self.filled as u64;
            let ended = read == 0;
            if filled > left || (ended && filled < left) {
                return Poll::Ready(Err(Trouble::Changed));
            }
            if ended || (!last && self.filled == CHUNK) {
                let chunk = Bytes::copy_from_slice(&self.buffer[..self.filled]);
                self.filled = 0;
                return Poll::Ready(Ok(chunk));
            }
        }
    }
}
