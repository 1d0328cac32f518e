//! Answers as they go out, whole or damaged.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};
use serde_json::Value;

/// An answer to give instead of the usual one, or a fault.
#[derive(Clone, Debug)]
#[must_use]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    delivery: Delivery,
}

#[derive(Clone, Debug)]
enum Delivery {
    Whole(Bytes),
    Cut { body: Bytes, at: usize },
    Reset,
    Never,
}

impl Reply {
    /// A JSON body.
    ///
    /// # Panics
    /// If `status` is not between 100 and 999.
    pub fn json(status: u16, body: Value) -> Self {
        Self::raw(status, "application/json", body.to_string())
    }

    /// Any body.
    ///
    /// # Panics
    /// If `status` is not between 100 and 999, or `content_type` cannot be a header.
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

    /// Announces the whole body, sends `at_bytes` of it and closes the connection.
    ///
    /// # Panics
    /// If `status` is not between 100 and 999.
    pub fn cut(status: u16, body: impl Into<Bytes>, at_bytes: usize) -> Self {
        Self::new(status, Delivery::Cut { body: body.into(), at: at_bytes })
            .header("content-type", "application/json")
    }

    /// Sets a header.
    ///
    /// # Panics
    /// If it cannot be a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("the header has a valid name");
        let value = HeaderValue::from_str(value).expect("the header has a valid value");
        self.headers.insert(name, value);
        self
    }

    /// The bytes of a file, whose type comes from the network.
    pub(super) fn file(content_type: &HeaderValue, body: Bytes) -> Self {
        let mut reply = Self::new(200, Delivery::Whole(body));
        reply.headers.insert(CONTENT_TYPE, content_type.clone());
        reply
    }

    fn new(status: u16, delivery: Delivery) -> Self {
        let status = StatusCode::from_u16(status).expect("the status is between 100 and 999");
        Self { status, headers: HeaderMap::new(), delivery }
    }

    /// What hyper sends; an error makes it close the connection without an answer.
    pub(super) async fn send(self) -> Result<Response<ReplyBody>, Reset> {
        let body = match self.delivery {
            Delivery::Whole(body) => ReplyBody::new(body.len(), body, After::End),
            Delivery::Cut { body, at } => {
                ReplyBody::new(body.len(), body.slice(..at.min(body.len())), After::Flush)
            }
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
        Self { announced: announced as u64, bytes, after }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if !self.bytes.is_empty() {
            let bytes = std::mem::take(&mut self.bytes);
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
