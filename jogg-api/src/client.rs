//! The client, to which generated code adds a method per operation. Every request is sent here.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName};
use reqwest::{Request, Url};
use serde::de::DeserializeOwned;

use crate::decode::{decode, is_whole};
use crate::error::Received;
use crate::exchange::{Interruption, RawResponse, TimeLimit, exchange};
use crate::redact::one_line;
use crate::{
    ClientBuilder, Endpoint, Envelope, Error, ErrorKind, NoData, PreparedRequest, Response,
};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The low-level client: one method per operation, one HTTP request per call, no retries.
///
/// Clones are cheap and share their connections.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: String,
    pub(crate) key: HeaderValue,
    pub(crate) max_body_bytes: usize,
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
    /// [`ErrorKind::Connect`], [`ErrorKind::Connection`], [`ErrorKind::Timeout`] and
    /// [`ErrorKind::BodyTooLarge`] if no complete response was received.
    pub async fn exchange(
        &self,
        request: &PreparedRequest,
        limit: Option<TimeLimit>,
    ) -> Result<RawResponse, Error> {
        let operation = request.operation;
        let max_body_bytes = self.inner.max_body_bytes;
        let http_request = self.http_request(request)?;
        let (arrived, ended) =
            exchange(&self.inner.http, http_request, max_body_bytes, limit).await;
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
            (Some(Interruption::Http(error)), _) => {
                return Err(Error::http(operation, error, arrived));
            }
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
        match decode::<T>(&response.body) {
            Ok((envelope, skipped)) if envelope.code == 0 && response.status.is_success() => {
                let envelope = self.without_key(envelope);
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
            Err(error) => Err(self.refusal(response, error.envelope, Some(error.reason))),
        }
    }

    /// Converts a response that lacks what the caller needs into an [`ErrorKind::Decode`] with
    /// everything that was received. The reason completes "the response can't be decoded: …".
    pub fn reject(&self, response: RawResponse, reason: impl AsRef<str>) -> Error {
        let operation = response.operation;
        let mut received = Received::from(response);
        let envelope =
            decode::<NoData>(&received.body).map(|(envelope, _)| envelope.without_data());
        received.envelope = envelope.ok().map(|envelope| self.without_key(envelope));
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
        received.envelope = envelope.map(|envelope| self.without_key(envelope));
        Error::new(operation, kind, received, None)
    }

    /// Returns the base URL, without a trailing slash.
    pub fn base_url(&self) -> &str {
        &self.inner.base_url
    }

    /// Returns the HTTP client. Requests made with it carry no key and follow no redirects.
    pub fn http(&self) -> &reqwest::Client {
        &self.inner.http
    }

    /// Replaces the API key in a text from the server, as some servers echo what they receive.
    ///
    /// The message and the request id are already redacted. Use it for texts in `data` that become
    /// part of a message.
    pub fn redact_key(&self, text: &str) -> String {
        match self.key_text() {
            Some(key) => text.replace(key, "[redacted]"),
            None => text.to_owned(),
        }
    }

    /// The key, unless it is too short to be a real one: it would match parts of ordinary words.
    fn key_text(&self) -> Option<&str> {
        self.inner.key.to_str().ok().filter(|key| key.len() > 4)
    }

    fn without_key<T>(&self, mut envelope: Envelope<T>) -> Envelope<T> {
        let Some(key) = self.key_text() else { return envelope };
        let texts = [Some(&mut envelope.message), envelope.request_id.as_mut()];
        for text in texts.into_iter().flatten().filter(|text| text.contains(key)) {
            *text = self.redact_key(text);
        }
        envelope
    }

    fn http_request(&self, request: &PreparedRequest) -> Result<Request, Error> {
        let Inner { base_url, key, .. } = &*self.inner;
        let url = Url::parse(&format!("{base_url}{}", request.target)).map_err(|error| {
            Error::argument(request.operation, "path", format!("doesn't form a URL: {error}"))
        })?;
        let mut http_request = Request::new(request.method.clone(), url);
        let headers = http_request.headers_mut();
        headers.insert(ACCEPT, JSON);
        headers.insert(API_KEY, key.clone());
        if let Some(body) = &request.body {
            headers.insert(CONTENT_TYPE, JSON);
            *http_request.body_mut() = Some(body.clone().into());
        }
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
mod tests {
    use std::future::{Future, pending, ready};
    use std::net::TcpStream;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::endpoints::Whoami;
    use crate::test_server::{read_head, respond, send, serve};
    use crate::types::User;

    fn client(talk: impl FnMut(&TcpStream) + Send + 'static) -> Client {
        Client::builder("the-key").base_url(serve(talk)).build().unwrap()
    }

    /// A server that closes the connection in the middle of a body.
    fn cut_client(status: &'static str, body: &'static str) -> Client {
        client(move |stream| {
            read_head(stream);
            send(
                stream,
                &format!("HTTP/1.1 {status}\r\ncontent-length: 999\r\nx-a: b\r\n\r\n{body}"),
            );
        })
    }

    #[test]
    fn the_key_is_marked_as_sensitive() {
        let client = Client::builder("k").base_url("http://localhost").build().unwrap();
        assert!(client.inner.key.is_sensitive());
    }

    #[tokio::test]
    async fn a_complete_response_counts_even_if_its_transfer_was_cut_off() {
        let client = cut_client("200 OK", r#"{"code": 0, "rid": "r", "data": {"email": "a@b.c"}}"#);
        let response = client.whoami().await.unwrap();
        assert_eq!(response.data.unwrap().email.as_deref(), Some("a@b.c"));
        for (status, body, kind, code) in [
            ("200 OK", r#"{"code": 18020, "msg": "no credit"}"#, ErrorKind::Api, Some(18020)),
            ("404 Not Found", r#"{"code": 10104, "msg": "no"}"#, ErrorKind::Api, Some(10104)),
            ("403 Forbidden", r#"{"code": 0, "msg": "no"}"#, ErrorKind::Status, Some(0)),
        ] {
            let error = cut_client(status, body).whoami().await.unwrap_err();
            assert_eq!((error.kind(), error.code()), (&kind, code), "{body}");
        }
    }

    #[tokio::test]
    async fn the_received_part_of_a_cut_off_response_is_kept() {
        for status in ["200 OK", "401 Unauthorized", "429 Too Many Requests", "500 Oh"] {
            let error = cut_client(status, r#"{"code": 0, "da"#).whoami().await.unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::Connection);
            assert_eq!(error.status().unwrap().as_str(), &status[..3]);
            assert_eq!(error.headers()["x-a"], "b");
            assert_eq!(&error.body()[..], br#"{"code": 0, "da"#);
        }
    }

    #[tokio::test]
    async fn a_long_body_is_truncated_and_kept() {
        for (limit, status, body, kind, code) in [
            (10, "200 OK", r#"{"code": 0}"#, ErrorKind::BodyTooLarge { limit: 10 }, None),
            (11, "404 Not Found", r#"{"code": 0}"#, ErrorKind::Status, Some(0)),
            (10, "404 Not Found", "0123456789abc", ErrorKind::BodyTooLarge { limit: 10 }, None),
            (17, "404 Not Found", "{\"code\": 10104}     ", ErrorKind::Api, Some(10104)),
        ] {
            let server = serve(move |stream| {
                read_head(stream);
                respond(stream, status, body);
            });
            let builder = Client::builder("k").base_url(server).max_body_bytes(limit);
            let error = builder.build().unwrap().whoami().await.unwrap_err();
            assert_eq!((error.kind(), error.code()), (&kind, code), "{body}");
            assert_eq!(error.status().unwrap().as_str(), &status[..3]);
            assert_eq!(error.body(), &body.as_bytes()[..limit.min(body.len())]);
        }
    }

    /// Ends once the server has sent everything and the client has had time to read it.
    async fn after(sent: Arc<AtomicBool>) {
        while !sent.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_time_limit_keeps_what_has_been_received() {
        let whole = r#"{"code": 0, "data": {"email": "a@b.c"}}"#;
        let head = "HTTP/1.1 202 Accepted\r\ncontent-length: 999\r\nx-a: b\r\n\r\n";
        for (text, status, body) in [
            (String::new(), None, ""),
            (head.to_owned(), Some(202), ""),
            (format!("{head}{{\"code\": 0, "), Some(202), "{\"code\": 0, "),
            (format!("{head}{whole}"), Some(202), whole),
        ] {
            let sent = Arc::new(AtomicBool::new(false));
            let (mut open, done) = (Vec::new(), Arc::clone(&sent));
            let client = client(move |stream| {
                read_head(stream);
                send(stream, &text);
                // Closing the connection would end the response.
                open.push(stream.try_clone().unwrap());
                done.store(true, Ordering::SeqCst);
            });
            match limited(&client, after(sent)).await {
                Ok(response) => assert_eq!((&response.body[..], body), (whole.as_bytes(), whole)),
                Err(error) => {
                    assert_eq!(error.kind(), &ErrorKind::Timeout);
                    assert_eq!(error.status().map(|status| status.as_u16()), status);
                    assert_eq!(error.headers().contains_key("x-a"), status.is_some());
                    assert_eq!(error.body(), body);
                    assert_ne!(body, whole);
                }
            }
        }
    }

    async fn limited(
        client: &Client,
        limit: impl Future<Output = ()> + Send + 'static,
    ) -> Result<RawResponse, Error> {
        client.exchange(&Whoami::new().prepare()?, Some(Box::pin(limit))).await
    }

    #[tokio::test]
    async fn a_time_limit_ends_only_late_exchanges() {
        let client = client(|stream| {
            read_head(stream);
            respond(stream, "200 OK", r#"{"code": 0}"#);
        });
        limited(&client, pending()).await.unwrap();
        let error = limited(&client, ready(())).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (&ErrorKind::Timeout, None));
        fn spawnable<F: Future + Send + 'static>(_: F) {}
        spawnable(async move { client.whoami().await });
    }

    #[tokio::test]
    async fn the_key_is_redacted_in_messages() {
        for (status, code) in [("200 OK", 0), ("401 Unauthorized", 10105)] {
            let body = format!(
                r#"{{"code": {code}, "msg": "got the-key", "rid": "the-key", "data": {{}}}}"#
            );
            let client = client(move |stream| {
                read_head(stream);
                respond(stream, status, &body);
            });
            let (message, request_id) = match client.whoami().await {
                Ok(Response { message, request_id, .. }) => (message, request_id),
                Err(error) => {
                    (error.message().unwrap().to_owned(), error.request_id().map(str::to_owned))
                }
            };
            let redacted = ("got [redacted]", Some("[redacted]"));
            assert_eq!((message.as_str(), request_id.as_deref()), redacted);
        }
    }

    #[tokio::test]
    async fn an_unusual_envelope_does_not_prevent_a_typed_result() {
        let client = client(|stream| {
            read_head(stream);
            respond(stream, "200 OK", r#"{"code": "0", "msg": [], "data": {"email": "a"}}"#);
        });
        let response: Response<User> = client.whoami().await.unwrap();
        assert_eq!(response.data.unwrap().email.as_deref(), Some("a"));
    }

    #[tokio::test]
    async fn a_rejected_response_keeps_what_was_received() {
        let client = client(|stream| {
            read_head(stream);
            respond(stream, "201 Created", r#"{"code": 0, "msg": "m", "rid": "r"}"#);
        });
        let (_, response) = client.whoami().await.unwrap().split();
        let error = client.reject(response.into_raw(Whoami::OPERATION), "it has no `x`\nin it");
        assert_eq!(error.kind(), &ErrorKind::Decode { reason: "it has no `x` in it".to_owned() });
        assert_eq!((error.code(), error.message()), (Some(0), Some("m")));
        assert_eq!((error.request_id(), &error.body()[..4]), (Some("r"), &b"{\"co"[..]));
        assert_eq!(
            error.to_string(),
            "whoami: the response can't be decoded: it has no `x` in it (HTTP 201, request id r)"
        );
    }
}
