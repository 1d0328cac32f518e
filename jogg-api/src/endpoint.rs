//! Request types: one per operation, each with the type of its response.

use std::fmt;

use bytes::Bytes;
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Operation};

/// A request of one operation: the values for its path, query and body.
///
/// The types in [`endpoints`](crate::endpoints) implement it, one per operation. Implement it for
/// your own type to call an operation that this crate doesn't know:
///
/// ```
/// use jogg_api::{Endpoint, Error, Operation, PreparedRequest, RetryClass, path_segment};
///
/// struct GetOutfit {
///     outfit_id: String,
/// }
///
/// impl Endpoint for GetOutfit {
///     type Response = jogg_api::serde_json::Value;
///     const OPERATION: &'static Operation =
///         &Operation::new("get_outfit", "GET", "/v2/outfits/{outfit_id}", RetryClass::Read);
///
///     fn prepare(&self) -> Result<PreparedRequest, Error> {
///         let outfit_id = path_segment(Self::OPERATION, "outfit_id", &self.outfit_id)?;
///         PreparedRequest::new(Self::OPERATION, format!("/v2/outfits/{outfit_id}"))
///     }
/// }
/// ```
pub trait Endpoint {
    /// The type of the response's `data`.
    type Response: DeserializeOwned + Default + Send + 'static;

    /// The operation to call.
    const OPERATION: &'static Operation;

    /// Encodes the request.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) names the argument that can't be sent.
    fn prepare(&self) -> Result<PreparedRequest, Error>;
}

/// An encoded request, ready to be sent any number of times.
///
/// `Debug` shows neither the query nor the body.
#[derive(Clone)]
pub struct PreparedRequest {
    pub(crate) operation: &'static Operation,
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) body: Option<Bytes>,
}

impl PreparedRequest {
    /// Creates a request without query and body.
    ///
    /// `path` must begin with a slash. Encode its variable parts with
    /// [`path_segment`](crate::path_segment).
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if the path could lead to another host
    /// or operation, or if the operation's method isn't an HTTP method in capital letters.
    pub fn new(operation: &'static Operation, path: impl Into<String>) -> Result<Self, Error> {
        let target = path.into();
        if !target.starts_with('/') {
            return Err(Error::argument(operation, "path", "must begin with a slash"));
        }
        let mut may_have_dots = false;
        for byte in target.bytes() {
            match byte {
                b'?' | b'#' | b'\\' | 0..=0x1f | 0x7f => {
                    let reason = "contains characters that end a path";
                    return Err(Error::argument(operation, "path", reason));
                }
                b'.' | b'%' => may_have_dots = true,
                _ => {}
            }
        }
        if may_have_dots && target.split('/').any(is_dots) {
            return Err(Error::argument(operation, "path", "has a segment `.` or `..`"));
        }
        let capitals = operation.method.bytes().all(|letter| letter.is_ascii_uppercase());
        let method = Method::from_bytes(operation.method.as_bytes()).ok().filter(|_| capitals);
        let Some(method) = method else {
            let reason = "must be an HTTP method in capital letters";
            return Err(Error::argument(operation, "method", reason));
        };
        Ok(Self { operation, method, target, body: None })
    }

    /// Adds query parameters. Fields that are `None` are not sent.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if a field is not a string, a number or
    /// a boolean.
    pub fn query(mut self, query: &impl Serialize) -> Result<Self, Error> {
        let path = self.target.len();
        self.target.push(if self.target.contains('?') { '&' } else { '?' });
        let start = self.target.len();
        let mut encoder = form_urlencoded::Serializer::for_suffix(&mut self.target, start);
        if query.serialize(serde_urlencoded::Serializer::new(&mut encoder)).is_err() {
            let reason = "must be an object of plain values";
            return Err(Error::argument(self.operation, "query", reason));
        }
        if self.target.len() == start {
            self.target.truncate(path);
        }
        Ok(self)
    }

    /// Sets the JSON body.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if it can't be written as JSON.
    pub fn json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let encoded = serde_json::to_vec(body)
            .map_err(|_| Error::argument(self.operation, "body", "can't be written as JSON"))?;
        self.body = Some(encoded.into());
        Ok(self)
    }

    /// Returns the operation to call.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Returns the path and the query, percent-encoded. Not redacted.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Returns the JSON body, if there is one. Not redacted.
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }
}

/// Whether a segment of a path leads to the same or the one above, percent-encoded or not.
fn is_dots(segment: &str) -> bool {
    let (mut rest, mut dots) = (segment, 0);
    while let Some(after) = [".", "%2e", "%2E"].iter().find_map(|dot| rest.strip_prefix(dot)) {
        (rest, dots) = (after, dots + 1);
    }
    rest.is_empty() && (dots == 1 || dots == 2)
}

impl fmt::Debug for PreparedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedRequest")
            .field("operation", &self.operation.id)
            .field("body_bytes", &self.body.as_ref().map(Bytes::len))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::RetryClass;
    use crate::operations::LIST_VOICES;

    static LOWER: Operation = Operation::new("odd", "post", "/v2", RetryClass::AtMostOnce);
    static NO_METHOD: Operation = Operation::new("odd", "NO METHOD", "/v2", RetryClass::Read);

    #[test]
    fn a_request_cannot_leave_its_host_or_path() {
        for path in [
            "",
            "v2",
            "@evil.example/",
            "/v2?a=b",
            "/v2#a",
            "/v2\\..",
            "/v2\n",
            "/v2/..",
            "/./a",
            "/%2E./a",
        ] {
            let error = PreparedRequest::new(&LIST_VOICES, path).unwrap_err();
            assert!(error.to_string().contains("the argument `path`"), "{path:?}: {error}");
        }
        for operation in [&LOWER, &NO_METHOD] {
            let error = PreparedRequest::new(operation, "/v2").unwrap_err();
            assert!(error.to_string().contains("`method` must be an HTTP method"), "{error}");
        }
    }

    #[test]
    fn a_query_takes_only_plain_values() {
        let request = || PreparedRequest::new(&LIST_VOICES, "/v2/voices").unwrap();
        let encoded = request().query(&json!({"a": "x y&", "b": 7, "c": true})).unwrap();
        assert_eq!(encoded.target, "/v2/voices?a=x+y%26&b=7&c=true");
        assert_eq!(request().query(&json!({})).unwrap().target, "/v2/voices");
        let more = encoded.query(&json!({"d": 1})).unwrap().query(&json!({})).unwrap();
        assert_eq!(more.target, "/v2/voices?a=x+y%26&b=7&c=true&d=1");
        let error = request().query(&json!({"a": [1]})).unwrap_err();
        assert!(error.to_string().contains("`query` must be"), "{error}");
    }

    #[test]
    fn debug_shows_neither_query_nor_body() {
        let request = PreparedRequest::new(&LIST_VOICES, "/v2/voices").unwrap();
        let request = request.query(&json!({"a": "planted"})).unwrap();
        let request = request.json(&json!({"b": "planted"})).unwrap();
        let shown = format!("{request:?}");
        assert!(shown.contains("list_voices") && !shown.contains("planted"), "{shown}");
    }
}
