//! The body of an upload, one piece at a time.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::source::Opened;
use super::transfer::{ProgressHook, TransferProgress};

/// What is sent. It holds a few pieces, however large the content is, and ends when its outcome is
/// no longer awaited.
pub(crate) struct Outgoing {
    /// Never locked: the HTTP client wants bodies that can be shared, and shares none.
    state: Mutex<State>,
    size: u64,
    sent: u64,
    on_progress: Option<ProgressHook>,
    outcome: Weak<Outcome>,
}

struct State {
    opened: Opened,
    /// The last piece, until it is known that nothing follows.
    last: Option<Bytes>,
}

/// What happened to a body that was handed to the HTTP client.
#[derive(Default)]
pub(crate) struct Outcome {
    sent: AtomicU64,
    trouble: Mutex<Option<Trouble>>,
}

/// What is wrong with the content, as opposed to the connection.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It ends after so many bytes, which is less than its size.
    Short(u64),
    /// It goes on after its size.
    Long,
    Unreadable(io::Error),
}

impl Outgoing {
    /// Creates a body of content that has this size, and its outcome.
    pub(crate) fn new(
        opened: Opened,
        size: u64,
        on_progress: Option<ProgressHook>,
    ) -> (Self, Arc<Outcome>) {
        let outcome = Arc::<Outcome>::default();
        let state = Mutex::new(State { opened, last: None });
        let body = Self { state, size, sent: 0, on_progress, outcome: Arc::downgrade(&outcome) };
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

impl State {
    /// Returns the next piece, where so many bytes are left by what was measured. The last one is
    /// returned only when the content ends after it: the host never gets all of what changed, so it
    /// can't take a part of it for the whole.
    fn poll_piece(&mut self, context: &mut Context<'_>, left: u64) -> Poll<Result<Bytes, Trouble>> {
        let content = match &mut self.opened {
            Opened::Ready(content) => content,
            Opened::Once(once) => {
                let Some(content) = once.take() else {
                    let error = io::Error::other("it was read by another upload meanwhile");
                    return Poll::Ready(Err(Trouble::Unreadable(error)));
                };
                self.opened = Opened::Ready(content);
                return self.poll_piece(context, left);
            }
        };
        loop {
            let piece = match ready!(content.poll_piece(context)) {
                Some(Ok(piece)) if piece.is_empty() => continue,
                Some(Ok(piece)) => piece,
                Some(Err(error)) => return Poll::Ready(Err(Trouble::Unreadable(error))),
                None => {
                    return Poll::Ready(self.last.take().ok_or(Trouble::Short(left)));
                }
            };
            let length = piece.len() as u64;
            if self.last.is_some() || length > left {
                return Poll::Ready(Err(Trouble::Long));
            }
            if length < left {
                return Poll::Ready(Ok(piece));
            }
            self.last = Some(piece);
        }
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
        let state = this.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let piece = match ready!(state.poll_piece(context, left)) {
            Ok(piece) => piece,
            Err(trouble) => {
                *outcome.lock() = Some(match trouble {
                    Trouble::Short(left) => Trouble::Short(this.size - left),
                    trouble => trouble,
                });
                return Poll::Ready(Some(Err(io::Error::other("the content can't be sent"))));
            }
        };
        this.sent += piece.len() as u64;
        outcome.sent.store(this.sent, Ordering::Release);
        if let Some(hook) = &this.on_progress {
            hook(&TransferProgress { bytes: this.sent, total: Some(this.size) });
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.sent >= self.size
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.size - self.sent)
    }
}
