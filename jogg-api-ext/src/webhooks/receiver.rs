//! Receives deliveries: verifies each, hands its event to the application, and says whether it may
//! be forgotten.

use std::error::Error as StdError;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use futures_util::stream::unfold;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Method, Request, StatusCode};
use jogg_api::one_line;
use tokio::sync::{Semaphore, mpsc};

use super::callback::Callback;
use super::event::Event;
use super::signature::{SIGNATURE_HEADER, Signature};
use super::verifier::{MAX_BODY_BYTES, Rejection, Verifier};
use crate::clock::{Clock, SystemClock, within};
use crate::jobs::EventHub;
use crate::stream::{BoxFuture, BoxStream};

/// How long a delivery is received and handled, at most: 4 s. The API expects a response within
/// 5 s.
pub const HANDLER_TIMEOUT: Duration = Duration::from_secs(4);

/// What a handler returns. An error of any type becomes one by `?`.
pub type HandlerResult = Result<(), Box<dyn StdError + Send + Sync>>;

/// Receives deliveries over any server, and hands their events to the application.
///
/// It responds with 200 only after the handler returned `Ok`. Else it responds with 503, and the
/// API retries the delivery: an event is not lost by a crash, but may come more than once, so that
/// [`Event::key`] must be stored with what the handler does. Clones are one receiver.
///
/// | response | when |
/// |---|---|
/// | 200 | the handler returned `Ok` |
/// | 400 | the body is not an event, too old, or broke off |
/// | 401 | the signature is missing or wrong |
/// | 405 | the method is not `POST` |
/// | 413 | the body is too long |
/// | 503 | the handler returned an error, panicked, or took longer than [`HANDLER_TIMEOUT`] |
///
/// ```
/// use jogg_api_ext::webhooks::{Event, HandlerResult, Receiver, Verifier};
///
/// async fn store(event: Event) -> HandlerResult {
///     println!("{}: {:?}", event.key(), event.job()); // in a transaction, once per key
///     Ok(())
/// }
///
/// # fn demo(secret: String) -> jogg_api_ext::Result<()> {
/// let receiver = Receiver::new(Verifier::new([secret])?, store);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Receiver {
    accept: Arc<dyn Accept>,
    hub: Option<EventHub>,
    clock: Arc<dyn Clock>,
}

impl Receiver {
    /// Creates a receiver of signed deliveries. The future of the handler is dropped if it isn't
    /// ready in time, or if the connection breaks: the API then retries the delivery.
    pub fn new<H, F, E>(verifier: Verifier, handler: H) -> Self
    where
        H: Fn(Event) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self::of(Signed { verifier, handler: boxed(handler) })
    }

    /// Creates a receiver that puts events on a channel of this capacity, at least 1, and the
    /// stream of its events.
    ///
    /// **Events can be lost**: the delivery of one on the channel counts as received, and if the
    /// process ends before the event is handled, the API doesn't retry it. While the channel is
    /// full, or the stream is dropped, deliveries get 503. To lose none, store events in a handler.
    pub fn channel(verifier: Verifier, capacity: usize) -> (Self, BoxStream<Event>) {
        let (sender, receiver) = mpsc::channel(capacity.clamp(1, Semaphore::MAX_PERMITS));
        let events = unfold(receiver, |mut receiver| async {
            let event = receiver.recv().await?;
            Some((event, receiver))
        });
        let handler = move |event| {
            let sent = sender.try_send(event).map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => "the channel of events is full",
                mpsc::error::TrySendError::Closed(_) => "the stream of events was dropped",
            });
            async move { sent }
        };
        (Self::new(verifier, handler), BoxStream::new(events))
    }

    /// Creates a receiver of what comes to the `webhook_url` or `callback_url` of single requests.
    /// It isn't signed, so that the handler gets no event, but a hint which jobs to poll.
    pub fn unsigned<H, F, E>(handler: H) -> Self
    where
        H: Fn(Callback) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self::of(Unsigned { handler: boxed(handler) })
    }

    fn of(accept: impl Accept) -> Self {
        Self { accept: Arc::new(accept), hub: None, clock: Arc::new(SystemClock::new()) }
    }

    /// Gives each event or callback to this hub as well, before it is handled. What the waits do
    /// then, which is to poll, does no harm if it is done twice.
    #[must_use]
    pub fn publish_to(mut self, hub: &EventHub) -> Self {
        self.hub = Some(hub.clone());
        self
    }

    /// Sets the clock; for tests.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Receives a delivery as a request of any server whose requests are those of the `http` crate,
    /// and returns the status to respond with, without a body. Reads no more of the body than is
    /// allowed. Must run on a tokio runtime.
    pub async fn receive<B: http_body::Body>(&self, request: Request<B>) -> StatusCode {
        let guard = self.clock.timeout(HANDLER_TIMEOUT);
        let (parts, body) = request.into_parts();
        if parts.method != Method::POST {
            return StatusCode::METHOD_NOT_ALLOWED;
        }
        let limit = self.accept.limit();
        if length(&parts.headers).is_some_and(|length| length > limit) {
            return refused(Rejection::TooLarge { limit });
        }
        let signature = signature(&parts.headers);
        if !self.accept.may_accept(signature) {
            return refused(Rejection::Signature);
        }
        let work = async {
            match read(body, limit).await {
                Ok(body) => self.handle(signature, &body).await,
                Err(status) => status,
            }
        };
        in_time(within(work, guard).await)
    }

    /// Receives a delivery for servers of other kinds: `signature` is the value of the header
    /// [`SIGNATURE_HEADER`], if there is one, and `body` the body as received. Returns the status
    /// to respond with. Must run on a tokio runtime.
    pub async fn receive_bytes(&self, signature: Option<&str>, body: &[u8]) -> StatusCode {
        let guard = self.clock.timeout(HANDLER_TIMEOUT);
        in_time(within(self.handle(signature, body), guard).await)
    }

    async fn handle(&self, signature: Option<&str>, body: &[u8]) -> StatusCode {
        let handled = match self.accept.accept(signature, body, self.hub.as_ref()) {
            Ok(handling) => caught(handling).await,
            Err(rejection) => return refused(rejection),
        };
        match handled {
            Some(Ok(())) => StatusCode::OK,
            Some(Err(error)) => {
                // Without signed URLs, which it may quote.
                let reason = one_line(&error.to_string());
                tracing::warn!(reason, "a webhook was not handled; the API retries it");
                StatusCode::SERVICE_UNAVAILABLE
            }
            None => {
                tracing::error!("the handler of a webhook panicked; the API retries it");
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("hub", &self.hub).finish_non_exhaustive()
    }
}

/// What becomes of a body: the future of its handler, or a rejection.
trait Accept: Send + Sync + 'static {
    fn limit(&self) -> usize;

    /// Whether the signature can be that of a body, so that it is worth reading one.
    fn may_accept(&self, signature: Option<&str>) -> bool;

    fn accept(
        &self,
        signature: Option<&str>,
        body: &[u8],
        hub: Option<&EventHub>,
    ) -> Result<BoxFuture<HandlerResult>, Rejection>;
}

type Handler<T> = Box<dyn Fn(T) -> BoxFuture<HandlerResult> + Send + Sync>;

struct Signed {
    verifier: Verifier,
    handler: Handler<Event>,
}

impl Accept for Signed {
    fn limit(&self) -> usize {
        self.verifier.limit()
    }

    fn may_accept(&self, signature: Option<&str>) -> bool {
        signature.is_some_and(|header| Signature::read(header).is_some())
    }

    fn accept(
        &self,
        signature: Option<&str>,
        body: &[u8],
        hub: Option<&EventHub>,
    ) -> Result<BoxFuture<HandlerResult>, Rejection> {
        let event = self.verifier.verify(body, signature.unwrap_or_default())?;
        if let Some(hub) = hub {
            hub.publish(&event);
        }
        Ok((self.handler)(event))
    }
}

struct Unsigned {
    handler: Handler<Callback>,
}

impl Accept for Unsigned {
    fn limit(&self) -> usize {
        MAX_BODY_BYTES
    }

    fn may_accept(&self, _: Option<&str>) -> bool {
        true
    }

    fn accept(
        &self,
        _: Option<&str>,
        body: &[u8],
        hub: Option<&EventHub>,
    ) -> Result<BoxFuture<HandlerResult>, Rejection> {
        if body.len() > self.limit() {
            return Err(Rejection::TooLarge { limit: self.limit() });
        }
        let callback = Callback::parse(body);
        if let Some(hub) = hub {
            hub.publish_callback(&callback);
        }
        Ok((self.handler)(callback))
    }
}

fn boxed<T, H, F, E>(handler: H) -> Handler<T>
where
    T: Send + 'static,
    H: Fn(T) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), E>> + Send + 'static,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    let handler = Arc::new(handler);
    Box::new(move |value| {
        let handler = Arc::clone(&handler);
        // Called where its panics are caught.
        Box::pin(async move { handler(value).await.map_err(Into::into) })
    })
}

/// Returns the output of a future; `None` if it panics.
async fn caught<T>(mut future: BoxFuture<T>) -> Option<T> {
    std::future::poll_fn(|context| {
        // After a panic, nothing of the future is used.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(poll) => poll.map(Some),
            Err(_) => Poll::Ready(None),
        }
    })
    .await
}

/// Reads a body of at most this length.
async fn read<B: http_body::Body>(body: B, limit: usize) -> Result<BytesMut, StatusCode> {
    let (mut body, mut read) = (pin!(body), BytesMut::new());
    while let Some(frame) = next_frame(body.as_mut()).await {
        let Ok(frame) = frame else { return Err(StatusCode::BAD_REQUEST) };
        let Ok(mut data) = frame.into_data() else { continue };
        while data.has_remaining() {
            let chunk = data.chunk();
            if chunk.len() > limit - read.len() {
                return Err(refused(Rejection::TooLarge { limit }));
            }
            read.extend_from_slice(chunk);
            let length = chunk.len();
            data.advance(length);
        }
    }
    Ok(read)
}

type Frame<B> =
    Result<http_body::Frame<<B as http_body::Body>::Data>, <B as http_body::Body>::Error>;

async fn next_frame<B: http_body::Body>(mut body: Pin<&mut B>) -> Option<Frame<B>> {
    std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await
}

fn length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn signature(headers: &HeaderMap) -> Option<&str> {
    headers.get(SIGNATURE_HEADER)?.to_str().ok()
}

fn in_time(status: Option<StatusCode>) -> StatusCode {
    status.unwrap_or_else(|| {
        tracing::warn!("a webhook was not handled within 4 s; the API retries it");
        StatusCode::SERVICE_UNAVAILABLE
    })
}

fn refused(rejection: Rejection) -> StatusCode {
    tracing::warn!(%rejection, "a webhook was refused");
    rejection.status()
}

#[cfg(test)]
mod tests;
