//! Why a call has no value to give.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::enums::ErrorCode;
use crate::redact::one_line;
use crate::{Answer, Envelope, NoData, Operation};

/// A call without a value, with everything that was received kept.
///
/// `Debug` and `Display` show no key, no signed URL and no body; [`Error::body`] gives the body.
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    operation: &'static Operation,
    failure: Failure,
    received: Received,
    source: Option<reqwest::Error>,
}

/// What had arrived before the call failed.
#[derive(Default)]
pub(crate) struct Received {
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) envelope: Option<Envelope<NoData>>,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The server answered with an error code.
    Api,
    /// An argument cannot be sent. Nothing was.
    Argument {
        /// Its name.
        name: &'static str,
        /// What is wrong with it.
        reason: Cow<'static, str>,
    },
    /// The body is longer than the client reads.
    BodyTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// No connection was established: nothing was sent.
    Connect,
    /// HTTP 2xx with a body that is not the operation's answer.
    Decode {
        /// What is wrong with it.
        reason: String,
    },
    /// The request could not be built. Nothing was sent.
    Request,
    /// An HTTP status other than 2xx, without an error code.
    Status,
    /// A time-out of the HTTP client or the time limit of the [`Client`](crate::Client) passed
    /// after sending began.
    Timeout,
    /// The connection failed after sending began.
    Transport,
}

impl Error {
    pub(crate) fn argument(
        operation: &'static Operation,
        name: &'static str,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        let reason = reason.into();
        Self::new(operation, Failure::Argument { name, reason }, Received::default(), None)
    }

    pub(crate) fn request(operation: &'static Operation, source: reqwest::Error) -> Self {
        Self::new(operation, Failure::Request, Received::default(), Some(source))
    }

    /// Sorts an error of the HTTP client by what it says about the request.
    pub(crate) fn transport(
        operation: &'static Operation,
        source: reqwest::Error,
        received: Received,
    ) -> Self {
        let failure = if source.is_connect() {
            Failure::Connect
        } else if source.is_builder() {
            Failure::Request
        } else if source.is_timeout() {
            Failure::Timeout
        } else {
            Failure::Transport
        };
        Self::new(operation, failure, received, Some(source))
    }

    pub(crate) fn new(
        operation: &'static Operation,
        failure: Failure,
        received: Received,
        source: Option<reqwest::Error>,
    ) -> Self {
        // The URL of a request can hold a signature.
        let source = source.map(reqwest::Error::without_url);
        Self { inner: Box::new(Inner { operation, failure, received, source }) }
    }

    /// What went wrong.
    pub fn failure(&self) -> &Failure {
        &self.inner.failure
    }

    /// The operation that was called.
    pub fn operation(&self) -> &'static Operation {
        self.inner.operation
    }

    /// The HTTP status, if an answer began.
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.received.status
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.inner.received.headers
    }

    /// The error code, if the answer had the form of the API's answers.
    pub fn code(&self) -> Option<i64> {
        self.inner.received.envelope.as_ref().map(|envelope| envelope.code)
    }

    /// The server's message. Not redacted.
    pub fn msg(&self) -> Option<&str> {
        self.inner.received.envelope.as_ref().map(|envelope| envelope.msg.as_str())
    }

    /// The request id, which support asks for.
    pub fn rid(&self) -> Option<&str> {
        self.inner.received.envelope.as_ref()?.rid.as_deref()
    }

    /// What was received of the body. Not redacted.
    pub fn body(&self) -> &Bytes {
        &self.inner.received.body
    }

    /// An answer without `data`, with all that was received: for a caller to whom this error is
    /// none, such as "not found" to one who deletes for the second time.
    ///
    /// The status is the one received, so that it need not be 2xx; 200 if none was.
    pub fn into_answer<T>(self) -> Answer<T> {
        let Received { status, headers, body, envelope } = self.inner.received;
        let (msg, rid) = envelope.map(|envelope| (envelope.msg, envelope.rid)).unwrap_or_default();
        let status = status.unwrap_or_default();
        Answer {
            data: None,
            msg,
            rid,
            status,
            headers,
            body,
            skipped: Vec::new(),
            skipped_count: 0,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { operation, failure, received, .. } = self.inner.as_ref();
        write!(f, "{}: ", operation.id)?;
        match failure {
            Failure::Api => {
                let code = self.code().unwrap_or_default();
                match ErrorCode::from(code) {
                    ErrorCode::Unknown(code) => write!(f, "error code {code}"),
                    name => write!(f, "error code {code} ({name:?})"),
                }
            }
            Failure::Argument { name, reason } => write!(f, "the argument `{name}` {reason}"),
            Failure::BodyTooLarge { limit } => {
                write!(f, "the answer is longer than {limit} bytes")
            }
            Failure::Connect => f.write_str("no connection to the server"),
            Failure::Decode { reason } => write!(f, "the answer cannot be read: {reason}"),
            Failure::Request => f.write_str("the request cannot be built"),
            Failure::Status => f.write_str("the server refused"),
            Failure::Timeout => f.write_str("no answer in time"),
            Failure::Transport => f.write_str("the connection failed before the answer was whole"),
        }?;
        if let Some(msg) = self.msg().filter(|msg| !msg.is_empty() && *failure == Failure::Api) {
            write!(f, ": {}", one_line(msg))?;
        }
        if let Some(status) = received.status {
            write!(f, " (HTTP {}", status.as_u16())?;
            if let Some(rid) = self.rid() {
                write!(f, ", rid {}", one_line(rid))?;
            }
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("operation", &self.inner.operation.id)
            .field("failure", &self.inner.failure)
            .field("status", &self.status().map(|status| status.as_u16()))
            .field("code", &self.code())
            .field("msg", &self.msg().map(one_line))
            .field("rid", &self.rid().map(one_line))
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

/// Why a client cannot be built.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL cannot be used.
    BaseUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// A root certificate cannot be read, or the system's cannot be loaded.
    Certificates {
        /// What is wrong with them.
        reason: String,
    },
    /// The HTTP client refuses its settings.
    HttpClient(reqwest::Error),
    /// The API key is empty or has characters a header cannot carry.
    Key,
    /// The base URL is plain `http://` to another machine, which would show the key to the network.
    PlainHttp,
    /// The base URL is `https://`, but the crate was built without a TLS feature.
    NoTls,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BaseUrl { reason } => write!(f, "the base URL {reason}"),
            Self::Certificates { reason } => write!(f, "root certificates: {reason}"),
            Self::HttpClient(_) => f.write_str("the HTTP client refuses its settings"),
            Self::Key => f.write_str(
                "the API key is empty or has characters a header cannot carry; \
                 copy it again from the JoggAI dashboard",
            ),
            Self::PlainHttp => f.write_str(
                "the base URL is plain http, which would show the API key to the network; \
                 use https, or allow it with `allow_plain_http(true)`",
            ),
            Self::NoTls => f.write_str(
                "the base URL is https, but neither the feature `rustls` nor `native-tls` is on",
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

    fn error(msg: &str, rid: &str) -> Error {
        let (msg, rid) = (msg.to_owned(), Some(rid.to_owned()));
        let received = Received {
            status: Some(StatusCode::NOT_FOUND),
            headers: HeaderMap::from_iter([(http::header::AGE, 1.into())]),
            body: Bytes::from_static(b"{}"),
            envelope: Some(Envelope { code: 10104, msg, rid, data: None, flat: false }),
        };
        Error::new(&DELETE_WEBHOOK_ENDPOINT, Failure::Api, received, None)
    }

    #[test]
    fn a_server_has_no_say_in_the_form_of_a_message() {
        let long = "x".repeat(5000);
        for (msg, rid, shown) in [
            ("gone", "r", "gone (HTTP 404, rid r)"),
            ("a\r\nb\u{1b}[2J", "r\n", "a  b [2J (HTTP 404, rid r )"),
            (
                "see http://a?sig=planted",
                "https://me:planted@b",
                "see http://a?[redacted] (HTTP 404, rid https://[redacted]@b)",
            ),
        ] {
            let error = error(msg, rid);
            assert_eq!(
                error.to_string(),
                format!("delete_webhook_endpoint: error code 10104 (NotFound): {shown}")
            );
            let debug = format!("{error:?}");
            assert!(!debug.contains("planted") && !debug.contains("\\n"), "{debug}");
            assert_eq!((error.msg(), error.rid()), (Some(msg), Some(rid)));
        }
        let error = error(&long, &long);
        assert!(error.to_string().len() < 1200 && format!("{error:?}").len() < 1300);
    }

    #[test]
    fn an_error_that_is_none_becomes_an_answer_with_all_that_was_received() {
        let answer = error("gone", "r").into_answer::<NoData>();
        assert_eq!((answer.data, answer.msg.as_str()), (None, "gone"));
        assert_eq!(answer.rid.as_deref(), Some("r"));
        assert_eq!((answer.status, &answer.body[..]), (StatusCode::NOT_FOUND, &b"{}"[..]));
        assert_eq!(answer.headers["age"], "1");
        let unsent = Error::argument(&DELETE_WEBHOOK_ENDPOINT, "endpoint_id", "is empty");
        assert_eq!(unsent.into_answer::<NoData>().status, StatusCode::OK);
    }
}
