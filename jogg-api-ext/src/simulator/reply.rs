//! Answers as they go out, whole or damaged.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};
use serde_json::Value;

use crate::clock::{Clock, Sleep};

/// An answer to give instead of the usual one, or a fault.
///
/// A status that HTTP does not have is sent as 500, and a header that cannot be one is left out.
#[derive(Clone, Debug)]
#[must_use]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    delay: Duration,
    delivery: Delivery,
}

#[derive(Clone, Debug)]
enum Delivery {
    Cut { body: Bytes, at: usize },
    Drip { body: Bytes, chunk: usize, every: Duration },
    Never,
    Pass,
    Reset,
    Whole(Bytes),
}

impl Reply {
    /// A JSON body.
    pub fn json(status: u16, body: Value) -> Self {
        Self::raw(status, "application/json", body.to_string())
    }

    /// Any body.
    pub fn raw(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self::new(status, Delivery::Whole(body.into())).header("content-type", content_type)
    }

    /// Takes the request, then resets the connection without an answer.
    pub fn reset() -> Self {
        Self::new(200, Delivery::Reset)
    }

    /// Takes the request, then keeps the connection open without an answer: for time-outs.
    pub fn never() -> Self {
        Self::new(200, Delivery::Never)
    }

    /// The usual answer, for a place in a queue or with [`Reply::after`].
    pub fn pass() -> Self {
        Self::new(200, Delivery::Pass)
    }

    /// A body that comes so many bytes at a time, with this time of the simulator's clock in
    /// between.
    pub fn drip(status: u16, body: impl Into<Bytes>, chunk: usize, every: Duration) -> Self {
        let delivery = Delivery::Drip { body: body.into(), chunk: chunk.max(1), every };
        Self::new(status, delivery).header("content-type", "application/json")
    }

    /// Announces the whole body, sends `at_bytes` of it and closes the connection.
    pub fn cut(status: u16, body: impl Into<Bytes>, at_bytes: usize) -> Self {
        Self::new(status, Delivery::Cut { body: body.into(), at: at_bytes })
            .header("content-type", "application/json")
    }

    /// Sets a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Is given only when this time has passed on the simulator's clock.
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The usual answer in place of [`Reply::pass`].
    pub(super) fn or(self, usual: impl FnOnce() -> Self) -> Self {
        match self.delivery {
            Delivery::Pass => Self { delay: self.delay, ..usual() },
            _ => self,
        }
    }

    /// The bytes of a file, whose type comes from the network.
    pub(super) fn file(content_type: &HeaderValue, body: Bytes) -> Self {
        let mut reply = Self::new(200, Delivery::Whole(body));
        reply.headers.insert(CONTENT_TYPE, content_type.clone());
        reply
    }

    fn new(status: u16, delivery: Delivery) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, headers: HeaderMap::new(), delay: Duration::ZERO, delivery }
    }

    /// What hyper sends; an error makes it close the connection without an answer.
    pub(super) async fn send(self, clock: Arc<dyn Clock>) -> Result<Response<ReplyBody>, Reset> {
        if !self.delay.is_zero() {
            clock.sleep(self.delay).await;
        }
        let body = match self.delivery {
            Delivery::Whole(body) => ReplyBody::new(body.len(), body, After::End),
            Delivery::Cut { body, at } => {
                ReplyBody::new(body.len(), body.slice(..at.min(body.len())), After::Flush)
            }
            Delivery::Drip { body, chunk, every } => {
                let drip = Drip { chunk, every, clock, pause: None };
                ReplyBody { drip: Some(drip), ..ReplyBody::new(body.len(), body, After::End) }
            }
            // Replaced before it is sent.
            Delivery::Pass => ReplyBody::new(0, Bytes::new(), After::End),
            Delivery::Reset => return Err(Reset),
            Delivery::Never => match std::future::pending::<Infallible>().await {},
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        Ok(response)
    }
}

/// The connection is to be reset.
#[derive(Debug)]
pub(super) struct Reset;

impl fmt::Display for Reset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is reset on purpose")
    }
}

impl std::error::Error for Reset {}

/// The answer is cut on purpose.
#[derive(Debug)]
pub(super) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer is cut on purpose")
    }
}

impl std::error::Error for Cut {}

/// A body that may announce more than it has.
pub(super) struct ReplyBody {
    announced: u64,
    bytes: Bytes,
    after: After,
    drip: Option<Drip>,
}

/// Lets the bytes through a few at a time.
struct Drip {
    chunk: usize,
    every: Duration,
    clock: Arc<dyn Clock>,
    pause: Option<Sleep>,
}

impl Drip {
    /// The next bytes, after a pause.
    fn poll_next(&mut self, bytes: &mut Bytes, context: &mut Context<'_>) -> Poll<Bytes> {
        let pause = self.pause.get_or_insert_with(|| self.clock.sleep(self.every));
        std::task::ready!(pause.as_mut().poll(context));
        self.pause = None;
        Poll::Ready(bytes.split_to(self.chunk.min(bytes.len())))
    }
}

/// What follows the bytes.
enum After {
    End,
    /// Lets hyper write what it has before the failure that closes the connection.
    Flush,
    Fail,
}

impl ReplyBody {
    fn new(announced: usize, bytes: Bytes, after: After) -> Self {
        Self { announced: announced as u64, bytes, after, drip: None }
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
