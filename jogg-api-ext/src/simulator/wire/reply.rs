//! Replies to requests, usual or faulty.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{
    CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING,
};
use http::{Response, StatusCode};
use jogg_api::Operation;
use serde_json::Value;

use super::body::ReplyBody;
use crate::clock::Clock;
use crate::simulator::clock::unix_seconds;

/// A reply to send instead of the usual response, or a fault.
///
/// A status that HTTP doesn't have is sent as 500. An invalid header is dropped, and so are
/// `content-length` and `transfer-encoding`, which the server sets.
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
    Drip { body: Bytes, chunk: usize, interval: Duration },
    Lost,
    Never,
    PassThrough,
    Reset,
    Whole(Bytes),
}

impl Reply {
    /// Returns a reply with a JSON body.
    pub fn json(status: u16, body: Value) -> Self {
        Self::body(status, "application/json", body.to_string())
    }

    /// Returns a reply with any body.
    pub fn body(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self::new(status, Delivery::Whole(body.into())).header("content-type", content_type)
    }

    /// Returns a fault that receives the request, then resets the connection.
    pub fn reset() -> Self {
        Self::new(200, Delivery::Reset)
    }

    /// Returns a fault that executes the request as usual, then resets the connection instead of
    /// responding. Use it to test what the client does about a paid request whose response is lost.
    pub fn lost() -> Self {
        Self::new(200, Delivery::Lost)
    }

    /// Returns a fault that receives the request, then keeps the connection open without a
    /// response. Use it to test timeouts.
    pub fn never() -> Self {
        Self::new(200, Delivery::Never)
    }

    /// Returns a placeholder for the usual response: for a request between faulty ones, or to
    /// delay the usual response with [`Reply::delay`].
    pub fn pass_through() -> Self {
        Self::new(200, Delivery::PassThrough)
    }

    /// Returns a reply with a JSON body that is sent `chunk` bytes at a time, with a pause of
    /// `interval` on the simulator's clock before each.
    pub fn drip(status: u16, body: impl Into<Bytes>, chunk: usize, interval: Duration) -> Self {
        let delivery = Delivery::Drip { body: body.into(), chunk: chunk.max(1), interval };
        Self::new(status, delivery).header("content-type", "application/json")
    }

    /// Returns a reply that announces a whole JSON body, sends `at_bytes` of it and closes the
    /// connection.
    pub fn cut(status: u16, body: impl Into<Bytes>, at_bytes: usize) -> Self {
        Self::new(status, Delivery::Cut { body: body.into(), at: at_bytes })
            .header("content-type", "application/json")
    }

    /// Sets a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value))
            && name != CONTENT_LENGTH
            && name != TRANSFER_ENCODING
        {
            self.headers.insert(name, value);
        }
        self
    }

    /// Delays the reply by this time on the simulator's clock.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The bytes of a file, whose content type comes from the network.
    pub(crate) fn file(content_type: &HeaderValue, body: Bytes) -> Self {
        let mut reply = Self::new(200, Delivery::Whole(body));
        reply.headers.insert(CONTENT_TYPE, content_type.clone());
        reply
    }

    /// Puts the usual response in place of [`Reply::pass_through`], and executes the request for
    /// [`Reply::lost`].
    pub(crate) fn or(self, usual: impl FnOnce() -> Self) -> Self {
        match self.delivery {
            Delivery::PassThrough => Self { delay: self.delay, ..usual() },
            Delivery::Lost => {
                drop(usual());
                Self { delay: self.delay, ..Self::reset() }
            }
            _ => self,
        }
    }

    fn new(status: u16, delivery: Delivery) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, headers: HeaderMap::new(), delay: Duration::ZERO, delivery }
    }

    /// What hyper sends; an error makes it close the connection without a response.
    pub(crate) async fn send(self, clock: Arc<dyn Clock>) -> Result<Response<ReplyBody>, Reset> {
        if !self.delay.is_zero() {
            clock.sleep(self.delay).await;
        }
        let now = clock.now();
        let body = match self.delivery {
            Delivery::Whole(body) => ReplyBody::whole(body),
            Delivery::Cut { body, at } => ReplyBody::cut(&body, at),
            Delivery::Drip { body, chunk, interval } => {
                ReplyBody::drip(body, chunk, interval, clock)
            }
            // Replaced before it is sent.
            Delivery::PassThrough => ReplyBody::whole(Bytes::new()),
            Delivery::Lost | Delivery::Reset => return Err(Reset),
            Delivery::Never => match std::future::pending::<Infallible>().await {},
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if let Ok(date) = HeaderValue::from_str(&date(now)) {
            // Of the same clock as the times in the data, by which clients compare clocks.
            response.headers_mut().entry(DATE).or_insert(date);
        }
        Ok(response)
    }
}

/// A time of the clock as HTTP writes it, which ends with the year 9999.
fn date(now: Duration) -> String {
    const LAST: u64 = 253_402_300_799;
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(unix_seconds(now).min(LAST)))
}

/// What [`Simulator::reply_next`](crate::simulator::Simulator::reply_next) sends a reply to.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ReplyTarget {
    /// The next download of a file.
    Download,
    /// The next call of this operation.
    Operation(&'static Operation),
    /// The next upload of a file.
    Upload,
}

impl From<&'static Operation> for ReplyTarget {
    fn from(operation: &'static Operation) -> Self {
        Self::Operation(operation)
    }
}

/// The connection is reset on purpose.
#[derive(Debug)]
pub(crate) struct Reset;

impl fmt::Display for Reset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is reset on purpose")
    }
}

impl std::error::Error for Reset {}
