//! The body of a reply, whole or damaged.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use crate::clock::{Clock, Sleep};

/// A body that may announce more than it has.
pub(crate) struct ReplyBody {
    announced: u64,
    bytes: Bytes,
    after: After,
    drip: Option<Drip>,
}

impl ReplyBody {
    /// The whole body.
    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self { announced: bytes.len() as u64, bytes, after: After::End, drip: None }
    }

    /// Announces the whole body, but ends with an error after this many bytes.
    pub(crate) fn cut(body: &Bytes, at: usize) -> Self {
        let bytes = body.slice(..at.min(body.len()));
        Self { announced: body.len() as u64, bytes, after: After::Flush, drip: None }
    }

    /// Pauses before every `chunk` bytes.
    pub(crate) fn drip(
        bytes: Bytes,
        chunk: usize,
        interval: Duration,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let drip = Drip { chunk, interval, clock, pause: None };
        Self { drip: Some(drip), ..Self::whole(bytes) }
    }
}

/// What follows the bytes.
enum After {
    End,
    /// Lets hyper write what it has before the failure that closes the connection.
    Flush,
    Fail,
}

/// Releases the bytes a few at a time.
struct Drip {
    chunk: usize,
    interval: Duration,
    clock: Arc<dyn Clock>,
    pause: Option<Sleep>,
}

impl Drip {
    /// The next bytes, after a pause.
    fn poll_next(&mut self, bytes: &mut Bytes, context: &mut Context<'_>) -> Poll<Bytes> {
        let pause = self.pause.get_or_insert_with(|| self.clock.sleep(self.interval));
        std::task::ready!(pause.as_mut().poll(context));
        self.pause = None;
        Poll::Ready(bytes.split_to(self.chunk.min(bytes.len())))
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let this = &mut *self;
        if !this.bytes.is_empty() {
            let bytes = match &mut this.drip {
                Some(drip) => std::task::ready!(drip.poll_next(&mut this.bytes, context)),
                None => std::mem::take(&mut this.bytes),
            };
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.after {
            After::End => Poll::Ready(None),
            After::Flush => {
                self.after = After::Fail;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            After::Fail => Poll::Ready(Some(Err(Cut))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && matches!(self.after, After::End)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}

/// The body is cut on purpose.
#[derive(Debug)]
pub(crate) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body is cut on purpose")
    }
}

impl std::error::Error for Cut {}
