//! Streams and boxed futures of this crate.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::StreamExt;

use crate::error::Result;

/// A future that borrows nothing, whatever its arguments were.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A stream that borrows nothing. Dropping it stops what it does.
///
/// It is a `Stream` of the `futures` crates, but [`BoxStream::next`] needs none of them.
#[must_use = "a stream does nothing until its next item is requested"]
pub struct BoxStream<T> {
    stream: Pin<Box<dyn Stream<Item = T> + Send>>,
}

impl<T> BoxStream<T> {
    pub(crate) fn new(stream: impl Stream<Item = T> + Send + 'static) -> Self {
        // Polled after its end, a stream may panic; a fused one has no more.
        Self { stream: Box::pin(stream.fuse()) }
    }

    /// Returns the next item; `None` after the last. Dropping the future loses no item.
    pub async fn next(&mut self) -> Option<T> {
        std::future::poll_fn(|context| self.stream.as_mut().poll_next(context)).await
    }
}

impl<T> BoxStream<Result<T>> {
    /// Collects all items that are left.
    ///
    /// # Errors
    /// The first error; the items before it are lost.
    pub async fn try_collect(mut self) -> Result<Vec<T>> {
        let mut items = Vec::new();
        while let Some(item) = self.next().await {
            items.push(item?);
        }
        Ok(items)
    }
}

impl<T> Stream for BoxStream<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.stream.as_mut().poll_next(context)
    }
}

impl<T> fmt::Debug for BoxStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoxStream").finish_non_exhaustive()
    }
}
