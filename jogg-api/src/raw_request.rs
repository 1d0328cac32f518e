//! Untyped requests, for operations that are known only at run time.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::redact::one_line;
use crate::{Client, Error, Operation, PreparedRequest, Response, path_segment};

/// An untyped request: path, query and body of an operation that is known only at run time.
///
/// ```
/// use jogg_api::RawRequest;
/// use serde_json::json;
///
/// let request = RawRequest::new().with_path("endpoint_id", "wh_1").with_body(json!({"url": "u"}));
/// assert_eq!(request.path["endpoint_id"], "wh_1");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RawRequest {
    /// Path parameters by name: strings and integers.
    pub path: Map<String, Value>,
    /// Query parameters, an object; null for none.
    pub query: Value,
    /// The body, an object; null for none.
    pub body: Value,
}

impl RawRequest {
    /// Creates an empty request.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a path parameter.
    pub fn with_path(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.path.insert(name.into(), value.into());
        self
    }

    /// Sets the query parameters.
    pub fn with_query(mut self, query: impl Into<Value>) -> Self {
        self.query = query.into();
        self
    }

    /// Sets the body.
    pub fn with_body(mut self, body: impl Into<Value>) -> Self {
        self.body = body.into();
        self
    }
}

impl Client {
    /// Calls any operation, including those that this crate has no method for: see
    /// [`Operation::new`].
    ///
    /// Each segment `{name}` of the operation's path is filled in from `request.path`, encoded by
    /// [`path_segment`].
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if a path parameter is missing, unknown
    /// or can't be sent, or if the query isn't an object of plain values; otherwise the errors of
    /// [`Client::send`].
    pub async fn request<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: &RawRequest,
    ) -> Result<Response<T>, Error> {
        let response = self.exchange(&request.prepare(operation)?, None).await?;
        self.decode(response)
    }
}

impl RawRequest {
    /// Encodes the request.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument), as for [`Client::request`].
    pub fn prepare(&self, operation: &'static Operation) -> Result<PreparedRequest, Error> {
        let mut request = PreparedRequest::new(operation, self.fill(operation)?)?;
        match &self.query {
            Value::Null => {}
            Value::Object(query) if query.values().all(is_plain) => {
                request = request.query(query)?;
            }
            _ => {
                let reason = "must be an object of plain values";
                return Err(Error::argument(operation, "query", reason));
            }
        }
        match &self.body {
            Value::Null => Ok(request),
            body => request.json(body),
        }
    }

    /// Fills in the parameters of the path.
    fn fill(&self, operation: &'static Operation) -> Result<String, Error> {
        let name = |segment: &'static str| segment.strip_prefix('{')?.strip_suffix('}');
        let segments = || operation.path.split('/');
        let unused = |given: &&String| !segments().any(|part| name(part) == Some(given));
        if let Some(unused) = self.path.keys().find(unused) {
            let reason = format!("has no parameter `{}`", one_line(unused));
            return Err(Error::argument(operation, "path", reason));
        }
        let fill = |segment: &'static str| match name(segment) {
            Some(name) => path_segment(operation, name, self.text(operation, name)?),
            // The placeholder would be sent literally, and reach another resource.
            None if segment.contains(['{', '}']) => {
                Err(Error::argument(operation, "path", "has a placeholder within a segment"))
            }
            None => Ok(segment.to_owned()),
        };
        Ok(segments().map(fill).collect::<Result<Vec<_>, _>>()?.join("/"))
    }

    pub(crate) fn text(
        &self,
        operation: &'static Operation,
        name: &'static str,
    ) -> Result<String, Error> {
        match self.path.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Number(number)) if !number.is_f64() => Ok(number.to_string()),
            Some(_) => Err(Error::argument(operation, name, "must be a string or an integer")),
            None => Err(Error::argument(operation, name, "is missing")),
        }
    }
}

fn is_plain(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use serde_json::json;

    use super::*;
    use crate::RetryClass;
    use crate::test_server::{read_head, respond, serve};

    static NEW: Operation =
        Operation::new("rename", "PUT", "/v2/thing/{id}/name", RetryClass::Idempotent);
    static RELATIVE: Operation = Operation::new("odd", "GET", "v2/thing", RetryClass::Read);
    static METHOD: Operation = Operation::new("odd", "NO METHOD", "/v2", RetryClass::Read);
    static LOWER: Operation = Operation::new("odd", "post", "/v2", RetryClass::AtMostOnce);
    static WITHIN: Operation = Operation::new("odd", "GET", "/v2/a-{id}", RetryClass::Read);

    #[tokio::test]
    async fn an_operation_without_a_method_can_be_called() {
        let (sender, heads) = mpsc::channel();
        let server = serve(move |stream| {
            sender.send(read_head(stream)).unwrap();
            respond(stream, "200 OK", r#"{"code": 0, "rid": "r", "data": {"name": "n"}}"#);
        });
        let client = Client::builder("k").base_url(server).build().unwrap();
        let request = RawRequest::new()
            .with_path("id", "a/b")
            .with_query(json!({"force": true, "q": "x y"}))
            .with_body(json!({"name": "n"}));
        let response = client.request::<Value>(&NEW, &request).await.unwrap();
        assert_eq!(response.data, Some(json!({"name": "n"})));
        let head = heads.recv().unwrap();
        assert!(head.starts_with("PUT /v2/thing/a%2Fb/name?force=true&q=x+y "), "{head}");
        assert!(head.contains("x-api-key: k"), "{head}");
    }

    #[tokio::test]
    async fn requests_that_cannot_be_sent_are_rejected() {
        let client = Client::builder("k").base_url("http://127.0.0.1:9").build().unwrap();
        let id = || RawRequest::new().with_path("id", "a");
        for (operation, request, reason) in [
            (&NEW, RawRequest::new(), "rename: the argument `id` is missing"),
            (&NEW, RawRequest::new().with_path("id", ".."), "`id` is a relative path"),
            (&NEW, id().with_query(json!({"a": [1]})), "`query` must be an object of plain values"),
            (&NEW, id().with_query(json!("a=1")), "`query` must be an object of plain values"),
            (&RELATIVE, RawRequest::new(), "`path` must begin with a slash"),
            (&METHOD, RawRequest::new(), "`method` must be an HTTP method in capital letters"),
            (&LOWER, RawRequest::new(), "`method` must be an HTTP method in capital letters"),
            (&WITHIN, RawRequest::new(), "`path` has a placeholder within a segment"),
            (&WITHIN, id(), "`path` has no parameter `id`"),
            (&NEW, id().with_path("ID", "b"), "`path` has no parameter `ID`"),
        ] {
            let error = client.request::<Value>(operation, &request).await.unwrap_err();
            assert!(matches!(error.kind(), crate::ErrorKind::Argument { .. }), "{error}");
            assert!(error.to_string().contains(reason), "{error}");
        }
    }
}
