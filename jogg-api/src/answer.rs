//! A successful answer, with everything around the value.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::decode::payload;
use crate::error::Received;
use crate::redact::one_line;
use crate::{Envelope, Error, Failure, Operation, Skipped};

/// What a successful call brings back: HTTP 2xx and `code` 0.
///
/// `Debug` shows the typed value, in which secrets do not show themselves, but not the body.
#[derive(Clone)]
#[non_exhaustive]
pub struct Answer<T> {
    /// The `data` of the answer, or what stands at top level in its stead; `None` where there was
    /// neither, or nothing in it.
    pub data: Option<T>,
    /// The message, `Success` in some spelling.
    pub msg: String,
    /// The request id support asks for, where the server sent one.
    pub rid: Option<String>,
    /// HTTP status.
    pub status: StatusCode,
    /// HTTP headers.
    pub headers: HeaderMap,
    /// The body as received: fields without a typed home are still in it. Not redacted.
    pub body: Bytes,
    /// Parts of the answer that did not have their type, left out of `data`; the first hundred.
    pub skipped: Vec<Skipped>,
    /// How many such parts there were.
    pub skipped_count: usize,
}

impl<T> Answer<T> {
    /// The `data` of the answer as received, or its other members if the result stands at top
    /// level; null if there is neither. Not redacted.
    pub fn payload(&self) -> Value {
        payload(&self.body)
    }

    /// The answer with another value, made of this one.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Answer<U> {
        let Self { data, msg, rid, status, headers, body, skipped, skipped_count } = self;
        let data = data.map(make);
        Answer { data, msg, rid, status, headers, body, skipped, skipped_count }
    }

    /// Turns an answer that lacks what its caller needs into [`Failure::Decode`], with all that
    /// was received. The reason completes "the answer cannot be read: …".
    pub fn reject(self, operation: &'static Operation, reason: impl AsRef<str>) -> Error {
        let Self { msg, rid, status, headers, body, .. } = self;
        let envelope = Some(Envelope { code: 0, msg, rid, data: None, flat: false });
        let received = Received { status: Some(status), headers, body, envelope };
        let failure = Failure::Decode { reason: one_line(reason.as_ref()) };
        Error::new(operation, failure, received, None)
    }
}

impl<T: fmt::Debug> fmt::Debug for Answer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("data", &self.data)
            .field("status", &self.status.as_u16())
            .field("rid", &self.rid.as_deref().map(one_line))
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
    use crate::operations::LIST_WEBHOOK_ENDPOINTS;
    use crate::types::{WebhookEndpoint, WebhookEndpointList};
    use crate::{NoData, decode::decode};

    fn answer<T: serde::de::DeserializeOwned>(body: Value) -> Answer<T> {
        let body = Bytes::from(body.to_string());
        let (Envelope { data, msg, rid, .. }, left_out) = decode(&body).unwrap();
        let headers = HeaderMap::from_iter([(http::header::AGE, 1.into())]);
        let (skipped, skipped_count) = (left_out.reported, left_out.count);
        let status = StatusCode::CREATED;
        Answer { data, msg, rid, status, headers, body, skipped, skipped_count }
    }

    #[test]
    fn debug_shows_the_value_and_no_secret() {
        let answer: Answer<WebhookEndpointList> =
            answer(json!({"code": 0, "rid": "r\n1", "data": {
                "endpoints": [{"endpoint_id": "e1", "secret": "planted"}, "planted"],
            }}));
        assert!(answer.body.windows(7).any(|part| part == b"planted"));
        let shown = format!("{answer:?} {answer:#?}");
        for part in ["e1", "201", "r 1", "body_bytes", "data.endpoints[1]", "skipped_count"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(!shown.contains("planted"), "{shown}");
    }

    #[test]
    fn the_payload_is_what_was_received() {
        for body in [
            json!({"code": 0, "msg": "", "data": {"endpoint_id": 7, "new": [1]}}),
            json!({"code": 0, "msg": "", "endpoint_id": 7, "new": [1]}),
        ] {
            let answer: Answer<WebhookEndpoint> = answer(body);
            assert_eq!(answer.payload(), json!({"endpoint_id": 7, "new": [1]}));
            let id = answer.map(|endpoint| endpoint.endpoint_id);
            assert_eq!(id.data.unwrap().as_deref(), Some("7"));
            assert_eq!(id.status, StatusCode::CREATED);
        }
    }

    #[test]
    fn a_rejected_answer_keeps_what_was_received() {
        let answer: Answer<NoData> = answer(json!({"code": 0, "msg": "m", "rid": "r"}));
        let body = answer.body.clone();
        let error = answer.reject(&LIST_WEBHOOK_ENDPOINTS, "it has no `x`\nin it");
        assert_eq!(error.failure(), &Failure::Decode { reason: "it has no `x` in it".to_owned() });
        assert_eq!((error.code(), error.msg(), error.rid()), (Some(0), Some("m"), Some("r")));
        assert_eq!((error.status(), error.body()), (Some(StatusCode::CREATED), &body));
        assert_eq!(error.headers()["age"], "1");
        assert_eq!(
            error.to_string(),
            "list_webhook_endpoints: the answer cannot be read: it has no `x` in it \
             (HTTP 201, rid r)"
        );
    }
}
