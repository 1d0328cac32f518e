//! Received requests.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

/// A request as it was received. Its `Debug` shows neither the key nor a signed query.
#[derive(Clone)]
#[non_exhaustive]
pub struct ReceivedRequest {
    /// When the whole request had been received, on the simulator's clock.
    pub received_at: Duration,
    /// The method, such as `POST`.
    pub method: String,
    /// The path, not decoded.
    pub path: String,
    /// The query without the question mark, not decoded.
    pub query: String,
    /// The headers, including the key.
    pub headers: HeaderMap,
    /// The body; empty if it exceeded a limit: the one of its route, or the
    /// [one of what is kept](crate::simulator::SimulatorBuilder::request_log).
    pub body: Bytes,
    /// The length of the body that was received, in bytes.
    pub body_length: u64,
    /// The id of the operation it calls; `None` for uploads, downloads and unknown paths.
    pub operation: Option<&'static str>,
}

impl fmt::Debug for ReceivedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signed = self.operation.is_none() && !self.query.is_empty();
        let mut headers = self.headers.clone();
        for (name, value) in headers.iter_mut() {
            let secret = matches!(name.as_str(), "authorization" | "cookie" | "x-api-key");
            value.set_sensitive(secret);
        }
        f.debug_struct("ReceivedRequest")
            .field("received_at", &self.received_at)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", if signed { &"[redacted]" } else { &self.query })
            .field("headers", &headers)
            .field("body", &format_args!("{} bytes", self.body_length))
            .field("operation", &self.operation)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn debug_shows_neither_key_nor_signature() {
        let mut headers = HeaderMap::new();
        headers.append("x-api-key", HeaderValue::from_static("hidden-key"));
        headers.append("x-api-key", HeaderValue::from_static("hidden-too"));
        headers.append("accept", HeaderValue::from_static("application/json"));
        let request = ReceivedRequest {
            received_at: Duration::ZERO,
            method: "PUT".to_owned(),
            path: "/uploads/a/b.jpg".to_owned(),
            query: "signature=hidden".to_owned(),
            headers,
            body: Bytes::from_static(b"hidden"),
            body_length: 6,
            operation: None,
        };
        let shown = format!("{request:?}");
        assert!(!shown.contains("hidden"), "{shown}");
        assert!(shown.contains("application/json") && shown.contains("6 bytes"), "{shown}");
        let call = ReceivedRequest {
            query: "motion_id=1".to_owned(),
            operation: Some("get_photo_avatar_motion"),
            ..request
        };
        assert!(format!("{call:?}").contains("motion_id=1"));
    }
}
