//! What can go wrong in a call.

use std::borrow::Cow;

/// The kind of an [`Error`](crate::Error).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The response has an error code.
    Api,
    /// An argument can't be sent. Nothing was sent.
    Argument {
        /// The name of the argument.
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
    /// No connection was established, and another attempt would fail in the same way: the server's
    /// certificate isn't trusted, the proxy refuses its credentials (407), or it is of an
    /// unsupported kind. Nothing was sent.
    ConnectRejected,
    /// The connection failed after sending began.
    Connection,
    /// The status is 2xx, but the body isn't a response of the operation.
    Decode {
        /// What is wrong with it.
        reason: String,
    },
    /// The connection failed, and the request provably wasn't executed: nothing of it was sent, or
    /// the server said so (`REFUSED_STREAM` or `GOAWAY` of HTTP/2).
    NotExecuted,
    /// A timeout of the HTTP client, or the [`TimeLimit`](crate::TimeLimit) of the exchange, passed
    /// before sending began, as no connection was ready. Nothing was sent.
    NotSent,
    /// The request can't be built. Nothing was sent.
    Request,
    /// The HTTP status isn't 2xx, and the response has no error code.
    Status,
    /// A timeout of the HTTP client, or the [`TimeLimit`](crate::TimeLimit) of the exchange, passed
    /// after sending began.
    Timeout,
}
