//! A successful response, with everything around the value.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::decode::raw_data;
use crate::redact::one_line;
use crate::{Operation, RawResponse, Skipped};

/// What a successful call returns: HTTP 2xx and `code` 0.
///
/// `Debug` shows the typed value, in which secrets don't show themselves, but not the body.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response<T> {
    /// The `data` of the response, or what stands at top level in its place; `None` where there
    /// was neither, or nothing in it.
    pub data: Option<T>,
    /// The message, `Success` in some spelling.
    pub message: String,
    /// The request id, which support asks for, where the server sent one.
    pub request_id: Option<String>,
    /// HTTP status.
    pub status: StatusCode,
    /// HTTP headers. Not redacted.
    pub headers: HeaderMap,
    /// The body as received: fields without a typed home are still in it. Not redacted.
    pub body: Bytes,
    /// Parts of the response that didn't have their type and were skipped; the first hundred.
    pub skipped: Vec<Skipped>,
    /// How many parts were skipped.
    pub skipped_count: usize,
}

impl<T> Response<T> {
    /// The `data` of the response as received, or its other members if the result stands at top
    /// level; null if there is neither. Not redacted.
    pub fn raw(&self) -> Value {
        raw_data(&self.body)
    }

    /// Splits the value from everything around it, whose `data` still says whether there was one.
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
    use crate::types::{WebhookEndpoint, WebhookEndpointList};
    use crate::{Envelope, decode::decode};

    fn response_to<T: serde::de::DeserializeOwned>(body: Value) -> Response<T> {
        let body = Bytes::from(body.to_string());
        let (Envelope { data, message, request_id, .. }, skipped) = decode(&body).unwrap();
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
