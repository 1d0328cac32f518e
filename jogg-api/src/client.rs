//! The client, to which generated code adds a method per operation. Every request is sent here.

use std::fmt;
use std::sync::{Arc, OnceLock};

use http::HeaderValue;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName};
use reqwest::{Request, Url};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::connections::HttpSettings;
use crate::decode::{DecodeError, decode, decode_raw, is_whole, raw_data};
use crate::envelope::Envelope;
use crate::error::{Received, encoding};
use crate::exchange::{Interruption, RawResponse, TimeLimit, exchange};
use crate::key_search::KeySearch;
use crate::redact::one_line;
use crate::sending::{Sending, body};
use crate::skipped::SkippedParts;
use crate::{
    BuildError, ClientBuilder, Endpoint, Error, ErrorKind, NoData, Operation, PreparedRequest,
    Response, RetryClass,
};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The low-level client: one method per operation, one HTTP request per call, no retries.
///
/// Clones are cheap and share their connections. A request that must not be executed twice
/// ([`RetryClass::AtMostOnce`]) has a separate connection, which no request uses before or after.
///
/// # Panics
/// Calls panic outside of a Tokio runtime, and in one whose I/O or time driver is off
/// (`enable_all` turns both on). A connection is served by the runtime of the call that opened it:
/// in a program with several runtimes, a call can wait for one that is idle, for as long as its
/// time limit. Use a client per runtime there, or [`Client::unpooled`].
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: String,
    pub(crate) key: HeaderValue,
    /// Finds the key in texts, unless it is too short.
    pub(crate) key_search: Option<KeySearch>,
    pub(crate) max_body_bytes: usize,
    /// What `http` was built from; `None` if it has no pool.
    pub(crate) settings: Option<HttpSettings>,
    /// Built when it is needed for the first time.
    pub(crate) unpooled: OnceLock<Client>,
}

impl Client {
    pub(crate) fn new(inner: Inner) -> Self {
        Self { inner: Arc::new(inner) }
    }

    /// Returns a builder of a client with this API key.
    pub fn builder(key: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(key.into())
    }

    /// Sends a request and decodes the response. Every generated method calls it.
    ///
    /// # Errors
    /// [`Error`] keeps everything that was received; [`ErrorKind`] says what went wrong.
    pub async fn send<E: Endpoint>(&self, endpoint: &E) -> Result<Response<E::Response>, Error> {
        let response = self.exchange(&endpoint.prepare()?, None).await?;
        self.decode(response)
    }

    /// Sends a request and reads the response, whatever its status, without decoding it: the first
    /// half of [`Client::send`].
    ///
    /// If `limit` ends first, the exchange fails with [`ErrorKind::Timeout`], and the error keeps
    /// what has been received until then. Dropping the future instead loses it. This crate has no
    /// timer, so the caller provides one:
    ///
    /// ```no_run
    /// # fn sleep(_: std::time::Duration) -> std::future::Ready<()> { std::future::ready(()) }
    /// # async fn demo(client: jogg_api::Client) -> Result<(), jogg_api::Error> {
    /// use jogg_api::{Endpoint, endpoints::Whoami};
    ///
    /// let limit = Box::pin(sleep(std::time::Duration::from_secs(30)));
    /// let response = client.exchange(&Whoami::new().prepare()?, Some(limit)).await?;
    /// let user = client.decode::<<Whoami as Endpoint>::Response>(response)?.data;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Argument`] or [`ErrorKind::Request`] if the request can't be built;
    /// [`ErrorKind::Connect`], [`ErrorKind::ConnectRejected`], [`ErrorKind::NotExecuted`],
    /// [`ErrorKind::NotSent`], [`ErrorKind::Connection`], [`ErrorKind::Timeout`] and
    /// [`ErrorKind::BodyTooLarge`] if no complete response was received.
    pub async fn exchange(
        &self,
        request: &PreparedRequest,
        limit: Option<TimeLimit>,
    ) -> Result<RawResponse, Error> {
        let operation = request.operation;
        let max_body_bytes = self.inner.max_body_bytes;
        let sending = Sending::default();
        let http_request = self.http_request(request, &sending)?;
        let http = self.http_of(operation)?;
        let (arrived, ended) = exchange(http, http_request, max_body_bytes, limit).await;
        let interruption = match ended {
            Ok(()) => None,
            // A JSON object marks its end, so one that has been read to the end is a complete
            // response, even if the connection failed afterwards: a paid result is not lost.
            Err(_) if is_whole(&arrived.body) => None,
            Err(interruption) => Some(interruption),
        };
        let kind = match (interruption, arrived.status) {
            (None, Some(status)) => {
                let (headers, body) = (arrived.headers, arrived.body);
                return Ok(RawResponse { operation, status, headers, body });
            }
            (Some(Interruption::BodyTooLarge), _) => {
                ErrorKind::BodyTooLarge { limit: max_body_bytes }
            }
            (Some(Interruption::Http(error)), status) => {
                let was_sent = status.is_some() || !sending.withdraw();
                return Err(Error::http(operation, error, arrived, was_sent));
            }
            (Some(Interruption::TimeLimit), None) if sending.withdraw() => ErrorKind::NotSent,
            // There is no response without a status, so nothing can have been read.
            (Some(Interruption::TimeLimit) | None, _) => ErrorKind::Timeout,
        };
        Err(Error::new(operation, kind, arrived, None))
    }

    /// Decodes a response: the second half of [`Client::send`].
    ///
    /// Only 2xx with code 0 is success. The body is read at every status, and an error code in it
    /// takes precedence over the status.
    ///
    /// # Errors
    /// [`ErrorKind::Api`], [`ErrorKind::Status`] or [`ErrorKind::Decode`], with everything that was
    /// received.
    pub fn decode<T: DeserializeOwned>(&self, response: RawResponse) -> Result<Response<T>, Error> {
        let decoded = decode::<T>(&response.body, response.operation);
        self.response(response, decoded)
    }

    /// Decodes a response whose `data` is wanted as JSON, without changing it: a number that a
    /// [`Value`] can't hold is a string with its digits, and of a repeated member the last that
    /// isn't null counts, and the others are skipped.
    ///
    /// With 2xx and a `code` that can't be read, the response counts as a success if it has a
    /// result: what it says may be the only trace of what was paid for.
    ///
    /// # Errors
    /// Those of [`Client::decode`].
    pub fn decode_raw(&self, response: RawResponse) -> Result<Response<Value>, Error> {
        let decoded = decode_raw(&response.body);
        let error = match self.response(response, decoded) {
            Err(error) if matches!(error.kind(), ErrorKind::Decode { .. }) => error,
            decided => return decided,
        };
        match error.code().map_or_else(|| raw_data(error.body()), |_| Value::Null) {
            data @ Value::Object(_) => Ok(error.into_response::<Value>().with_data(Some(data))),
            _ => Err(error),
        }
    }

    /// Makes a response, or an error, of what was decoded.
    fn response<T>(
        &self,
        response: RawResponse,
        decoded: Result<(Envelope<T>, SkippedParts), DecodeError>,
    ) -> Result<Response<T>, Error> {
        match decoded {
            Ok((mut envelope, mut skipped))
                if envelope.code == 0 && response.status.is_success() =>
            {
                self.redact(&mut envelope.message, &mut envelope.request_id);
                // A name in a response is the server's text, too.
                for part in &mut skipped.reported {
                    self.redact(&mut part.at, &mut None);
                }
                Ok(Response {
                    data: envelope.data,
                    message: envelope.message,
                    request_id: envelope.request_id,
                    status: response.status,
                    headers: response.headers,
                    body: response.body,
                    skipped: skipped.reported,
                    skipped_count: skipped.count,
                })
            }
            Ok((envelope, _)) => Err(self.refusal(response, Some(envelope.without_data()), None)),
            Err(error) => {
                let reason = match &error.envelope {
                    None => encoding(&response.headers).unwrap_or(error.reason),
                    Some(_) => error.reason,
                };
                Err(self.refusal(response, error.envelope, Some(reason)))
            }
        }
    }

    /// Converts a response that lacks what the caller needs into an [`ErrorKind::Decode`] with
    /// everything that was received. The reason completes "the response can't be decoded: …".
    pub fn reject(&self, response: RawResponse, reason: impl AsRef<str>) -> Error {
        let operation = response.operation;
        let mut received = Received::from(response);
        let envelope = decode::<NoData>(&received.body, operation)
            .map(|(envelope, _)| envelope.without_data());
        received.envelope = envelope.ok().map(|envelope| self.redacted(envelope));
        let kind = ErrorKind::Decode { reason: one_line(reason.as_ref()) };
        Error::new(operation, kind, received, None)
    }

    /// The error for a response that isn't a success. `reason` says why it can't be decoded.
    fn refusal(
        &self,
        response: RawResponse,
        envelope: Option<Envelope<NoData>>,
        reason: Option<String>,
    ) -> Error {
        let code = envelope.as_ref().map_or(0, |envelope| envelope.code);
        let kind = match (code, reason) {
            (0, Some(reason)) if response.status.is_success() => ErrorKind::Decode { reason },
            (0, _) => ErrorKind::Status,
            _ => ErrorKind::Api,
        };
        let operation = response.operation;
        let mut received = Received::from(response);
        received.envelope = envelope.map(|envelope| self.redacted(envelope));
        Error::new(operation, kind, received, None)
    }

    /// Returns the base URL, without a trailing slash.
    pub fn base_url(&self) -> &str {
        &self.inner.base_url
    }

    /// Returns this client with the same settings, but with a new connection for each request: for
    /// when idle connections may be dead, as after a timeout, or belong to another runtime.
    ///
    /// It is built when this is called for the first time. If that fails, which is possible only if
    /// the system's certificates can't be read any more, this returns the client itself.
    pub fn unpooled(&self) -> &Self {
        self.built_unpooled().unwrap_or(self)
    }

    fn built_unpooled(&self) -> Result<&Self, BuildError> {
        let Inner { base_url, key, key_search, max_body_bytes, settings, unpooled, .. } =
            &*self.inner;
        let (Some(settings), None) = (settings, unpooled.get()) else {
            return Ok(unpooled.get().unwrap_or(self));
        };
        let http = settings.build(false)?;
        Ok(unpooled.get_or_init(|| {
            Self::new(Inner {
                http,
                base_url: base_url.clone(),
                key: key.clone(),
                key_search: key_search.clone(),
                max_body_bytes: *max_body_bytes,
                settings: None,
                unpooled: OnceLock::new(),
            })
        }))
    }

    /// Returns the HTTP client for requests of an operation. One that must not be executed twice
    /// shares its connection with no other: what comes on a connection late would pass for its
    /// response, and a connection that closes after a response would leave its outcome unknown.
    fn http_of(&self, operation: &'static Operation) -> Result<&reqwest::Client, Error> {
        if operation.retry != RetryClass::AtMostOnce {
            return Ok(&self.inner.http);
        }
        let client = self.built_unpooled().map_err(|error| {
            let source = match error {
                BuildError::HttpClient(source) => Some(source),
                _ => None,
            };
            Error::new(operation, ErrorKind::ConnectRejected, Received::default(), source)
        })?;
        Ok(&client.inner.http)
    }

    /// Returns the HTTP client. Requests made with it carry no key and follow no redirects.
    pub fn http(&self) -> &reqwest::Client {
        &self.inner.http
    }

    /// Replaces the API key in a text from the server, as some servers echo what they receive: also
    /// in another case, percent-encoded or in base64. A key of fewer than 8 characters isn't
    /// replaced, as it may be part of an ordinary word.
    ///
    /// The message and the request id are already redacted. Use it for texts in `data` that become
    /// part of a message.
    pub fn redact_key(&self, text: &str) -> String {
        self.without_key(text).unwrap_or_else(|| text.to_owned())
    }

    /// Returns a text without the key; `None` if it isn't in it.
    fn without_key(&self, text: &str) -> Option<String> {
        self.inner.key_search.as_ref()?.redacted(text)
    }

    /// Takes the key out of what the server says.
    fn redact(&self, message: &mut String, request_id: &mut Option<String>) {
        for text in [Some(message), request_id.as_mut()].into_iter().flatten() {
            if let Some(redacted) = self.without_key(text) {
                *text = redacted;
            }
        }
    }

    fn redacted(&self, mut envelope: Envelope<NoData>) -> Envelope<NoData> {
        self.redact(&mut envelope.message, &mut envelope.request_id);
        envelope
    }

    fn http_request(&self, request: &PreparedRequest, sending: &Sending) -> Result<Request, Error> {
        let Inner { base_url, key, .. } = &*self.inner;
        let url = Url::parse(&format!("{base_url}{}", request.target)).map_err(|error| {
            Error::argument(request.operation, "path", format!("doesn't form a URL: {error}"))
        })?;
        let mut http_request = Request::new(request.method.clone(), url);
        let headers = http_request.headers_mut();
        headers.insert(ACCEPT, JSON);
        headers.insert(API_KEY, key.clone());
        if request.body.is_some() {
            headers.insert(CONTENT_TYPE, JSON);
        }
        let bytes = request.body.clone().unwrap_or_default();
        *http_request.body_mut() = Some(body(bytes, sending));
        Ok(http_request)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.inner.base_url)
            .field("key", &"[redacted]")
            .field("max_body_bytes", &self.inner.max_body_bytes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
