//! A successful response: the value and everything around it.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::decode::raw_data;
use crate::redact::one_line;
use crate::{Operation, RawResponse, Skipped};

/// A successful response: HTTP 2xx and `code` 0.
///
/// `Debug` shows the typed value with its secrets redacted, but not the body.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response<T> {
    /// The `data` of the response, or the fields at top level in its place; `None` if there is
    /// neither, or if it is empty.
    pub data: Option<T>,
    /// The server's message, `Success` in some spelling.
    pub message: String,
    /// The request id, which the vendor's support asks for, if the server sent one.
    pub request_id: Option<String>,
    /// The HTTP status.
    pub status: StatusCode,
    /// The HTTP headers. Not redacted.
    pub headers: HeaderMap,
    /// The body as received, including fields that the type doesn't have. Not redacted.
    pub body: Bytes,
    /// Parts of the response that were skipped because they don't have the expected type; at most
    /// the first hundred.
    pub skipped: Vec<Skipped>,
    /// How many parts were skipped.
    pub skipped_count: usize,
}

impl<T> Response<T> {
    /// Returns the `data` of the response as received, or its other members if the result is at top
    /// level; null if there is neither. Not redacted.
    pub fn raw(&self) -> Value {
        raw_data(&self.body)
    }

    /// Splits the value from everything around it. The `data` of the rest says whether there was a
    /// value.
    pub fn split(self) -> (Option<T>, Response<()>) {
        let Self { data, message, request_id, status, headers, body, skipped, skipped_count } =
            self;
        let rest = Response {
            data: data.as_ref().map(|_| ()),
            message,
            request_id,
            status,
            headers,
            body,
            skipped,
            skipped_count,
        };
        (data, rest)
    }

    /// Puts a value into it.
    pub(crate) fn with_data<U>(self, data: Option<U>) -> Response<U> {
        let Self { message, request_id, status, headers, body, skipped, skipped_count, .. } = self;
        Response { data, message, request_id, status, headers, body, skipped, skipped_count }
    }

    /// The response as it was received, for [`Client::reject`](crate::Client::reject).
    pub fn into_raw(self, operation: &'static Operation) -> RawResponse {
        let Self { status, headers, body, .. } = self;
        RawResponse { operation, status, headers, body }
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("data", &self.data)
            .field("status", &self.status.as_u16())
            .field("request_id", &self.request_id.as_deref().map(one_line))
            .field("body_bytes", &self.body.len())
            .field("skipped", &self.skipped)
            .field("skipped_count", &self.skipped_count)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::decode::decode;
    use crate::envelope::Envelope;
    use crate::operations::LIST_WEBHOOK_ENDPOINTS;
    use crate::types::{WebhookEndpoint, WebhookEndpointList};

    fn response_to<T: serde::de::DeserializeOwned>(body: Value) -> Response<T> {
        let body = Bytes::from(body.to_string());
        let (Envelope { data, message, request_id, .. }, skipped) =
            decode(&body, &LIST_WEBHOOK_ENDPOINTS).unwrap();
        let headers = HeaderMap::from_iter([(http::header::AGE, 1.into())]);
        let (skipped, skipped_count) = (skipped.reported, skipped.count);
        let status = StatusCode::CREATED;
        Response { data, message, request_id, status, headers, body, skipped, skipped_count }
    }

    #[test]
    fn debug_shows_the_value_and_no_secret() {
        let response: Response<WebhookEndpointList> =
            response_to(json!({"code": 0, "rid": "r\n1", "data": {
                "endpoints": [{"endpoint_id": "e1", "secret": "planted"}, "planted"],
            }}));
        assert!(response.body.windows(7).any(|part| part == b"planted"));
        let shown = format!("{response:?} {response:#?}");
        for part in ["e1", "201", "r 1", "body_bytes", "data.endpoints[1]", "skipped_count"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(!shown.contains("planted"), "{shown}");
    }

    #[test]
    fn raw_is_what_was_received() {
        for body in [
            json!({"code": 0, "msg": "", "data": {"endpoint_id": 7, "new": [1]}}),
            json!({"code": 0, "msg": "", "endpoint_id": 7, "new": [1]}),
        ] {
            let response: Response<WebhookEndpoint> = response_to(body);
            assert_eq!(response.raw(), json!({"endpoint_id": 7, "new": [1]}));
            let (endpoint, rest) = response.split();
            assert_eq!(endpoint.unwrap().endpoint_id.as_deref(), Some("7"));
            assert_eq!((rest.data, rest.status), (Some(()), StatusCode::CREATED));
        }
    }
}
