//! Whether the HTTP library has begun to send a request: it asks for the body directly before it
//! writes the head, and never before there is a connection.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

const WAITING: u8 = 0;
const BEGUN: u8 = 1;
const WITHDRAWN: u8 = 2;

/// How far the sending of a request has come. Clones are of the same request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sending(Arc<AtomicU8>);

impl Sending {
    /// Takes the request back: it will never be sent. Returns whether that came in time, that is
    /// before sending began.
    pub(crate) fn withdraw(&self) -> bool {
        self.settle(WITHDRAWN)
    }

    /// Returns whether the request may be sent.
    fn begin(&self) -> bool {
        self.settle(BEGUN)
    }

    /// The first of both counts, whichever threads they are on.
    fn settle(&self, state: u8) -> bool {
        let Self(settled) = self;
        match settled.compare_exchange(WAITING, state, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => true,
            Err(settled) => settled == state,
        }
    }
}

/// Creates the body of a request, which has the same bytes and length on the wire as without
/// [`Sending`]. An empty one isn't polled, but the library asks whether it has ended.
pub(crate) fn body(bytes: Bytes, sending: &Sending) -> reqwest::Body {
    reqwest::Body::wrap(Body { bytes, sending: sending.clone() })
}

struct Body {
    bytes: Bytes,
    sending: Sending,
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Withdrawn;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Withdrawn>>> {
        if !self.sending.begin() {
            return Poll::Ready(Some(Err(Withdrawn)));
        }
        let bytes = std::mem::take(&mut self.bytes);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    /// A body that was withdrawn hasn't ended: the library polls it, and gets the error.
    fn is_end_stream(&self) -> bool {
        self.sending.begin() && self.bytes.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}

/// The time of the request was over before it was sent. Nobody waits for this error.
#[derive(Debug)]
struct Withdrawn;

impl fmt::Display for Withdrawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request was withdrawn")
    }
}

impl std::error::Error for Withdrawn {}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use http_body::Body as _;

    use super::*;

    type Polled = Poll<Option<Result<Frame<Bytes>, Withdrawn>>>;

    fn poll(body: &mut Body) -> Polled {
        Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop()))
    }

    fn body(bytes: &'static [u8]) -> (Body, Sending) {
        let sending = Sending::default();
        (Body { bytes: Bytes::from_static(bytes), sending: sending.clone() }, sending)
    }

    #[test]
    fn a_request_is_withdrawn_only_before_the_library_asks_for_its_body() {
        for bytes in [&b""[..], b"{}"] {
            let (body, sending) = body(bytes);
            assert_eq!(body.size_hint().exact(), Some(bytes.len() as u64));
            // Its size was read, but that begins nothing.
            assert!(sending.withdraw() && sending.withdraw());

            let (body, sending) = self::body(bytes);
            assert_eq!(body.is_end_stream(), bytes.is_empty());
            assert!(!sending.withdraw());

            let (mut body, sending) = self::body(bytes);
            let Poll::Ready(frame) = poll(&mut body) else { panic!("it waits") };
            let sent = frame.map(|frame| frame.unwrap().into_data().unwrap());
            assert_eq!(sent.unwrap_or_default(), bytes);
            assert!(body.is_end_stream() && !sending.withdraw());
        }
    }

    #[test]
    fn what_was_withdrawn_is_never_sent() {
        for bytes in [&b""[..], b"{}"] {
            let (mut body, sending) = body(bytes);
            assert!(sending.withdraw());
            assert!(!body.is_end_stream());
            assert!(matches!(poll(&mut body), Poll::Ready(Some(Err(Withdrawn)))));
        }
    }
}
