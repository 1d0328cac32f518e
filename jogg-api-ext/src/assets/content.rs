//! What an upload sends, piece by piece: of bytes, a file, a reader or a stream.

use std::fs::File;
use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::task::JoinHandle;

use super::transfer::CHUNK;

/// A sequence of pieces.
pub(crate) trait Content: Send {
    /// Returns the next piece; `None` after the last.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>>;
}

/// Bytes in memory.
pub(crate) struct BytesContent(pub(crate) Bytes);

impl Content for BytesContent {
    fn poll_piece(&mut self, _: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let piece = self.0.split_to(self.0.len().min(CHUNK));
        Poll::Ready((!piece.is_empty()).then_some(Ok(piece)))
    }
}

/// A file, whose next piece is read while the last one is sent.
pub(crate) enum FileContent {
    Unread(File),
    Reading(JoinHandle<io::Result<(File, Bytes)>>),
    /// After the last piece, or a failure.
    Done,
}

impl FileContent {
    /// Reads a piece on a thread that may block.
    fn reading(mut file: File) -> Self {
        Self::Reading(tokio::task::spawn_blocking(move || {
            let mut piece = Vec::with_capacity(CHUNK);
            file.by_ref().take(CHUNK as u64).read_to_end(&mut piece)?;
            Ok((file, piece.into()))
        }))
    }
}

impl Content for FileContent {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if let Self::Unread(_) = self
            && let Self::Unread(file) = std::mem::replace(self, Self::Done)
        {
            *self = Self::reading(file);
        }
        let Self::Reading(task) = self else { return Poll::Ready(None) };
        let read = ready!(Pin::new(task).poll(context));
        *self = Self::Done;
        Poll::Ready(match read.unwrap_or_else(|error| Err(io::Error::other(error))) {
            Ok((_, piece)) if piece.is_empty() => None,
            Ok((file, piece)) => {
                *self = Self::reading(file);
                Some(Ok(piece))
            }
            Err(error) => Some(Err(error)),
        })
    }
}

/// A reader, of which each piece is what one read returns.
pub(crate) struct ReaderContent<R> {
    reader: R,
    buffer: Vec<u8>,
}

impl<R> ReaderContent<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new() }
    }
}

impl<R: AsyncRead + Send + Unpin> Content for ReaderContent<R> {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        self.buffer.resize(CHUNK, 0);
        let mut free = ReadBuf::new(&mut self.buffer);
        let read = ready!(Pin::new(&mut self.reader).poll_read(context, &mut free));
        Poll::Ready(match read {
            Ok(()) if free.filled().is_empty() => None,
            Ok(()) => Some(Ok(Bytes::copy_from_slice(free.filled()))),
            Err(error) => Some(Err(error)),
        })
    }
}

/// A stream, whose items may be of any size.
pub(crate) struct StreamContent<S> {
    stream: S,
    /// What is left of the last item.
    item: Bytes,
}

impl<S> StreamContent<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, item: Bytes::new() }
    }
}

impl<S, E> Content for StreamContent<S>
where
    S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.item.is_empty() {
            self.item = match ready!(Pin::new(&mut self.stream).poll_next(context)) {
                Some(Ok(item)) => item,
                Some(Err(error)) => return Poll::Ready(Some(Err(io::Error::other(error)))),
                None => return Poll::Ready(None),
            };
        }
        if self.item.is_empty() {
            // Others get their turn: there may be empty items without end.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = self.item.split_to(self.item.len().min(CHUNK));
        Poll::Ready(Some(Ok(piece)))
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use futures_util::stream;

    use super::*;

    /// As there may be empty items without end, which would keep a thread busy for good.
    #[test]
    fn others_get_their_turn_between_empty_items() {
        let items = ["", "", "film", ""].map(|item| Ok::<_, io::Error>(Bytes::from(item)));
        let mut content = StreamContent::new(stream::iter(items));
        let mut poll = || content.poll_piece(&mut Context::from_waker(Waker::noop()));
        assert!(poll().is_pending() && poll().is_pending());
        assert!(matches!(poll(), Poll::Ready(Some(Ok(piece))) if piece == "film"));
        assert!(poll().is_pending());
        assert!(matches!(poll(), Poll::Ready(None)));
    }
}
