//! The errors of calls and of building a client.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, StatusCode};
use reqwest::Url;

use crate::cause;
use crate::enums::ErrorCode;
use crate::envelope::Envelope;
use crate::exchange::{Arrived, RawResponse};
use crate::redact::one_line;
use crate::{ErrorKind, NoData, Operation, Response};

/// The error of a call, with everything that was received.
///
/// `Debug` and `Display` don't show the key, signed URLs or the body; [`Error::body`] returns the
/// body.
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    operation: &'static Operation,
    kind: ErrorKind,
    received: Received,
    /// The host of a request that failed on its way, with the port if it isn't the usual one.
    host: Option<String>,
    source: Option<reqwest::Error>,
}

/// What was received before the call failed.
#[derive(Default)]
pub(crate) struct Received {
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) envelope: Option<Envelope<NoData>>,
}

impl From<Arrived> for Received {
    fn from(Arrived { status, headers, body }: Arrived) -> Self {
        Self { status, headers, body, envelope: None }
    }
}

impl From<RawResponse> for Received {
    fn from(response: RawResponse) -> Self {
        let RawResponse { status, headers, body, .. } = response;
        Self { status: Some(status), headers, body, envelope: None }
    }
}

impl Error {
    pub(crate) fn argument(
        operation: &'static Operation,
        name: &'static str,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        let reason = reason.into();
        Self::new(operation, ErrorKind::Argument { name, reason }, Received::default(), None)
    }

    /// Classifies an error of the HTTP client by what it says about the request. `was_sent` is
    /// whether sending had begun.
    pub(crate) fn http(
        operation: &'static Operation,
        source: reqwest::Error,
        received: impl Into<Received>,
        was_sent: bool,
    ) -> Self {
        let received = received.into();
        let kind = cause::kind(&source, received.status, was_sent);
        Self::new(operation, kind, received, Some(source))
    }

    pub(crate) fn new(
        operation: &'static Operation,
        kind: ErrorKind,
        received: impl Into<Received>,
        source: Option<reqwest::Error>,
    ) -> Self {
        let host = source.as_ref().and_then(reqwest::Error::url).and_then(host);
        // The URL of a request can contain a signature.
        let source = source.map(reqwest::Error::without_url);
        let received = received.into();
        Self { inner: Box::new(Inner { operation, kind, received, host, source }) }
    }

    /// Returns the message without the operation's name, which [`Display`](fmt::Display) prefixes.
    pub fn explanation(&self) -> impl fmt::Display + '_ {
        Explanation(self)
    }

    /// Returns what went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.inner.kind
    }

    fn host(&self) -> &str {
        self.inner.host.as_deref().unwrap_or("the server")
    }

    /// Returns the operation that was called.
    pub fn operation(&self) -> &'static Operation {
        self.inner.operation
    }

    /// Returns the HTTP status, if one was received.
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.received.status
    }

    /// Returns the headers of the response. Not redacted.
    pub fn headers(&self) -> &HeaderMap {
        &self.inner.received.headers
    }

    /// Returns the `code` of the response, if its body is an envelope.
    pub fn code(&self) -> Option<i64> {
        self.inner.received.envelope.as_ref().map(|envelope| envelope.code)
    }

    /// Returns the server's message. Signed URLs in it are not redacted; the API key is.
    pub fn message(&self) -> Option<&str> {
        self.inner.received.envelope.as_ref().map(|envelope| envelope.message.as_str())
    }

    /// Returns the request id, which the vendor's support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.inner.received.envelope.as_ref()?.request_id.as_deref()
    }

    /// Returns what was received of the body. Not redacted.
    pub fn body(&self) -> &Bytes {
        &self.inner.received.body
    }

    /// Converts the error into a response without `data` that keeps everything that was received:
    /// for callers that treat the error as success, such as "not found" when deleting something
    /// twice.
    ///
    /// The status is the one received, which may not be 2xx, or 200 if none was received.
    pub fn into_response<T>(self) -> Response<T> {
        let Received { status, headers, body, envelope } = self.inner.received;
        let envelope = envelope.map(|envelope| (envelope.message, envelope.request_id));
        let (message, request_id) = envelope.unwrap_or_default();
        Response {
            data: None,
            message,
            request_id,
            status: status.unwrap_or_default(),
            headers,
            body,
            skipped: Vec::new(),
            skipped_count: 0,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.inner.operation.id, Explanation(self))
    }
}

/// Displays the message of an error without the operation's name.
struct Explanation<'e>(&'e Error);

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.0;
        match error.kind() {
            ErrorKind::Api => {
                let code = error.code().unwrap_or_default();
                match ErrorCode::from(code) {
                    ErrorCode::Unknown(code) => write!(f, "error code {code}"),
                    name => write!(f, "error code {code} ({name:?})"),
                }
            }
            ErrorKind::Argument { name, reason } => write!(f, "the argument `{name}` {reason}"),
            ErrorKind::BodyTooLarge { limit } => {
                write!(f, "the response is longer than {limit} bytes")
            }
            ErrorKind::Connect | ErrorKind::ConnectRejected => {
                write!(f, "no connection to {}", error.host())
            }
            ErrorKind::Connection => {
                let host = error.host();
                write!(f, "the connection to {host} failed before the response was complete")
            }
            ErrorKind::Decode { reason } => write!(f, "the response can't be decoded: {reason}"),
            ErrorKind::NotExecuted => {
                write!(f, "{} has not executed the request", error.host())
            }
            ErrorKind::NotSent => f.write_str("the request timed out before it was sent"),
            ErrorKind::Request => f.write_str("the request can't be built"),
            ErrorKind::Status => match encoding(error.headers()) {
                Some(encoded) => write!(f, "unexpected status, and {encoded}"),
                None => f.write_str(cause::of_status(error.status())),
            },
            ErrorKind::Timeout => f.write_str("the request timed out"),
        }?;
        let message = error.message().filter(|message| !message.is_empty());
        if let Some(message) = message.filter(|_| *error.kind() == ErrorKind::Api) {
            write!(f, ": {}", one_line(message))?;
        }
        if let Some(status) = error.status() {
            write!(f, " (HTTP {}", status.as_u16())?;
            if let Some(request_id) = error.request_id() {
                write!(f, ", request id {}", one_line(request_id))?;
            }
            f.write_str(")")?;
        }
        match &error.inner.source {
            Some(source) => write!(f, ": {}", cause::text(source)),
            None => Ok(()),
        }
    }
}

/// Returns a host as messages name it.
fn host(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// Says that a body is encoded, if a header says so: no encoding is requested.
pub(crate) fn encoding(headers: &HeaderMap) -> Option<String> {
    let encoding = headers.get(CONTENT_ENCODING)?.to_str().unwrap_or("unknown").trim();
    let encoded = !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity");
    encoded.then(|| {
        let encoding = one_line(encoding);
        format!("the body is encoded ({encoding}), although no encoding was requested")
    })
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("operation", &self.inner.operation.id)
            .field("kind", &self.inner.kind)
            .field("status", &self.status().map(|status| status.as_u16()))
            .field("code", &self.code())
            .field("message", &self.message().map(one_line))
            .field("request_id", &self.request_id().map(one_line))
            .field("body_bytes", &self.body().len())
            .field("source", &self.inner.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_ref().map(|source| source as _)
    }
}

/// The error of building a client.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL can't be used.
    BaseUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// A root certificate can't be read.
    Certificates {
        /// What is wrong with them.
        reason: String,
    },
    /// The HTTP client can't be built, as a setting is rejected, or as the system has no root
    /// certificates.
    HttpClient(reqwest::Error),
    /// The API key is none: it is empty, or has something around or in it that isn't visible ASCII.
    Key {
        /// What is wrong with it, and how to fix it. Never quotes it.
        reason: &'static str,
    },
    /// The crate was built with the feature `rustls-no-provider`, and the application has not
    /// installed a crypto provider.
    NoCryptoProvider,
    /// The base URL is plain `http://` to another machine, which would expose the key to the
    /// network.
    PlainHttp,
    /// The base URL is `https://`, but the crate was built without a TLS feature.
    NoTls,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BaseUrl { reason } => write!(f, "the base URL {reason}"),
            Self::Certificates { reason } => write!(f, "root certificates: {reason}"),
            Self::HttpClient(source) => {
                write!(f, "the HTTP client can't be built: {}", cause::text(source))
            }
            Self::Key { reason } => write!(f, "the API key {reason}"),
            Self::NoCryptoProvider => f.write_str(
                "no crypto provider is installed, which the feature `rustls-no-provider` needs; \
                 before building the client, call \
                 `rustls::crypto::ring::default_provider().install_default().unwrap()`, or \
                 another provider's, or enable the feature `rustls` instead",
            ),
            Self::PlainHttp => f.write_str(
                "the base URL is plain http, which would expose the API key to the network; \
                 use https, or allow it with `allow_plain_http(true)`",
            ),
            Self::NoTls => f.write_str(
                "the base URL is https, but no TLS feature is enabled; enable `rustls`, \
                 `rustls-no-provider` or `native-tls`",
            ),
        }
    }
}

impl StdError for BuildError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::HttpClient(source) => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::DELETE_WEBHOOK_ENDPOINT;

    fn error(message: &str, request_id: &str) -> Error {
        let (message, request_id) = (message.to_owned(), Some(request_id.to_owned()));
        let received = Received {
            status: Some(StatusCode::NOT_FOUND),
            headers: HeaderMap::from_iter([(http::header::AGE, 1.into())]),
            body: Bytes::from_static(b"{}"),
            envelope: Some(Envelope {
                code: 10104,
                message,
                request_id,
                data: None,
                incomplete: false,
                others: false,
            }),
        };
        Error::new(&DELETE_WEBHOOK_ENDPOINT, ErrorKind::Api, received, None)
    }

    #[test]
    fn texts_from_the_server_stay_redacted_and_on_one_line() {
        let long = "x".repeat(5000);
        for (message, request_id, shown) in [
            ("gone", "r", "gone (HTTP 404, request id r)"),
            ("a\r\nb\u{1b}[2J", "r\n", "a  b [2J (HTTP 404, request id r )"),
            (
                "see http://a?sig=planted",
                "https://me:planted@b",
                "see http://a?[redacted] (HTTP 404, request id https://[redacted]@b)",
            ),
        ] {
            let error = error(message, request_id);
            assert_eq!(
                error.to_string(),
                format!("delete_webhook_endpoint: error code 10104 (NotFound): {shown}")
            );
            let debug = format!("{error:?}");
            assert!(!debug.contains("planted") && !debug.contains("\\n"), "{debug}");
            assert_eq!((error.message(), error.request_id()), (Some(message), Some(request_id)));
        }
        let error = error(&long, &long);
        assert!(error.to_string().len() < 1200 && format!("{error:?}").len() < 1300);
    }

    #[test]
    fn an_error_converts_into_a_response_with_everything_that_was_received() {
        let response = error("gone", "r").into_response::<NoData>();
        assert_eq!((response.data, response.message.as_str()), (None, "gone"));
        assert_eq!(response.request_id.as_deref(), Some("r"));
        assert_eq!((response.status, &response.body[..]), (StatusCode::NOT_FOUND, &b"{}"[..]));
        assert_eq!(response.headers["age"], "1");
        let unsent = Error::argument(&DELETE_WEBHOOK_ENDPOINT, "endpoint_id", "is empty");
        assert_eq!(unsent.into_response::<NoData>().status, StatusCode::OK);
    }
}
