//! What an error of the HTTP client says: its kind, and the cause at the end of its chain.

use std::error::Error as StdError;
use std::io;
use std::iter::successors;

use http::StatusCode;

use crate::ErrorKind;
use crate::redact::one_line;

/// What the status 407 means, wherever it is met.
const PROXY_CREDENTIALS: &str = "the proxy refuses its credentials, or needs some";

/// The end of hyper-util's message for the status 407 of a proxy; its type is private.
const PROXY_REFUSES_CREDENTIALS: &str = "proxy authorization required";
/// The beginnings of what the connectors say of a proxy that is neither http nor https.
const PROXY_IS_NOT_HTTP: [&str; 2] = ["unsupported scheme ", "invalid URL, scheme is not http"];

/// Returns why a request of the HTTP client failed: the innermost cause, on one line and without
/// signed URLs.
pub fn http_cause(error: &reqwest::Error) -> String {
    text(error)
}

/// Returns whether the HTTP client got no connection, and never will: the certificate isn't
/// trusted, or the proxy can't be used.
pub fn is_rejected(error: &reqwest::Error) -> bool {
    error.is_connect() && chain(error).any(is_final)
}

/// Returns the message of the innermost cause, which says why, in a form that is safe to show.
pub(crate) fn text(error: &(dyn StdError + 'static)) -> String {
    let innermost = chain(error).last().map(ToString::to_string).unwrap_or_default();
    if refuses_credentials(&innermost) {
        return format!("{PROXY_CREDENTIALS} (HTTP 407)");
    }
    if is_no_http_proxy(&innermost) {
        let fix = "for a SOCKS proxy, enable reqwest's feature `socks`";
        return format!("the proxy is neither http nor https; {fix}");
    }
    match innermost.as_str() {
        // What tokio's timer says.
        "deadline has elapsed" => "timed out".to_owned(),
        other => one_line(other),
    }
}

/// Says what a status means that came without an envelope, and so perhaps not from the API.
pub(crate) fn of_status(status: Option<StatusCode>) -> &'static str {
    match status {
        Some(StatusCode::PROXY_AUTHENTICATION_REQUIRED) => PROXY_CREDENTIALS,
        Some(status) if status.is_server_error() => "the server, or a gateway before it, failed",
        Some(status) if status.is_redirection() => "it redirects elsewhere, where no key is sent",
        _ => "unexpected status",
    }
}

fn refuses_credentials(message: &str) -> bool {
    message.ends_with(PROXY_REFUSES_CREDENTIALS)
}

fn is_no_http_proxy(message: &str) -> bool {
    PROXY_IS_NOT_HTTP.iter().any(|beginning| message.starts_with(beginning))
}

/// Classifies an error of the HTTP client by what it says about the request. `status` is that of
/// the response, if one began, and `was_sent` whether sending had begun.
pub(crate) fn kind(
    error: &reqwest::Error,
    status: Option<StatusCode>,
    was_sent: bool,
) -> ErrorKind {
    if error.is_connect() {
        return match is_rejected(error) {
            true => ErrorKind::ConnectRejected,
            false => ErrorKind::Connect,
        };
    }
    if error.is_builder() {
        ErrorKind::Request
    } else if !was_sent && error.is_timeout() {
        ErrorKind::NotSent
    } else if !was_sent || status.is_none() && chain(error).any(proves_not_executed) {
        ErrorKind::NotExecuted
    } else if error.is_timeout() {
        ErrorKind::Timeout
    } else {
        ErrorKind::Connection
    }
}

/// Returns whether the next connection would fail in the same way.
fn is_final(error: &(dyn StdError + 'static)) -> bool {
    let message = error.to_string();
    is_certificate_fault(error) || refuses_credentials(&message) || is_no_http_proxy(&message)
}

/// Returns whether an error of a handshake is about certificates.
fn is_certificate_fault(error: &(dyn StdError + 'static)) -> bool {
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        use rustls::Error::{InvalidCertificate, NoCertificatesPresented};
        return matches!(error, InvalidCertificate(_) | NoCertificatesPresented);
    }
    // The libraries behind native-tls differ by system; each has the word in its message.
    cfg!(feature = "native-tls") && error.to_string().to_lowercase().contains("certificate")
}

/// Returns whether the server can't have seen the request, or says that it did not process it.
fn proves_not_executed(error: &(dyn StdError + 'static)) -> bool {
    #[cfg(feature = "http2")]
    if let Some(error) = error.downcast_ref::<h2::Error>() {
        // A GOAWAY is the error only of streams above its last id, which the server has ignored.
        let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
        return error.is_remote() && (refused || error.is_go_away());
    }
    // hyper hands a request back that it had not begun to write when the connection closed.
    error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled)
}

/// Returns an error and its causes, from the outermost to the innermost.
fn chain<'e>(
    error: &'e (dyn StdError + 'static),
) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    successors(Some(error), |&error| {
        // The source of an `io::Error` is the source of the error it wraps, not that error.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    })
}
