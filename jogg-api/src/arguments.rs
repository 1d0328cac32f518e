//! Calls of operations that have no method: only method, path and arguments are known.

use reqwest::header::{ACCEPT, HeaderValue};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::redact::one_line;
use crate::{Answer, Client, Error, Operation, path_segment};

/// The arguments of a call whose operation is known at run time only.
///
/// ```
/// use jogg_api::Arguments;
/// use serde_json::json;
///
/// let arguments = Arguments::new().with_path("endpoint_id", "wh_1").with_body(json!({"url": "u"}));
/// assert_eq!(arguments.path["endpoint_id"], "wh_1");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Arguments {
    /// Parts of the path by their names: strings and integers.
    pub path: Map<String, Value>,
    /// Query parameters, an object; null for none.
    pub query: Value,
    /// The body, an object; null for none.
    pub body: Value,
}

impl Arguments {
    /// No arguments.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a part of the path.
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
    /// Calls any operation, also one this crate has no method for: see [`Operation::new`].
    ///
    /// Every segment `{name}` of the path is filled from `arguments.path`; ids are encoded as
    /// [`path_segment`] does it.
    ///
    /// # Errors
    /// [`Failure::Argument`](crate::Failure::Argument) if a part of the path is missing, unknown or
    /// cannot be sent, or the query is no object of plain values; else as the methods of the
    /// operations.
    pub async fn send<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
    ) -> Result<Answer<T>, Error> {
        let capitals = operation.method.bytes().all(|letter| letter.is_ascii_uppercase());
        let method = reqwest::Method::from_bytes(operation.method.as_bytes());
        let method = method.ok().filter(|_| capitals).ok_or_else(|| {
            Error::argument(operation, "method", "is no HTTP method in capital letters")
        })?;
        let url = format!("{}{}", self.base_url(), arguments.fill(operation)?);
        let mut request = self
            .http()
            .request(method, url)
            .header(ACCEPT, HeaderValue::from_static("application/json"));
        match &arguments.query {
            Value::Null => {}
            Value::Object(query) if query.values().all(is_plain) => request = request.query(query),
            _ => return Err(Error::argument(operation, "query", "is no object of plain values")),
        }
        if !arguments.body.is_null() {
            request = request.json(&arguments.body);
        }
        self.finish(request.build(), operation).await
    }
}

impl Arguments {
    /// The path with its parts filled in.
    fn fill(&self, operation: &'static Operation) -> Result<String, Error> {
        let name = |segment: &'static str| segment.strip_prefix('{')?.strip_suffix('}');
        let segments = || operation.path.split('/');
        let unused = |given: &&String| !segments().any(|part| name(part) == Some(given));
        if let Some(unused) = self.path.keys().find(unused) {
            let reason = format!("has no part `{}`", one_line(unused));
            return Err(Error::argument(operation, "path", reason));
        }
        let fill = |segment: &'static str| match name(segment) {
            Some(name) => path_segment(operation, name, self.text(operation, name)?),
            // It would be sent as it is, and reach something else.
            None if segment.contains(['{', '}']) => {
                Err(Error::argument(operation, "path", "has a placeholder within a segment"))
            }
            None => Ok(segment.to_owned()),
        };
        match segments().map(fill).collect::<Result<Vec<_>, _>>()?.join("/") {
            path if path.starts_with('/') => Ok(path),
            _ => Err(Error::argument(operation, "path", "does not begin with a slash")),
        }
    }

    pub(crate) fn text(
        &self,
        operation: &'static Operation,
        name: &'static str,
    ) -> Result<String, Error> {
        match self.path.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Number(number)) if !number.is_f64() => Ok(number.to_string()),
            Some(_) => Err(Error::argument(operation, name, "is not a string")),
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
        Operation::new("rename", "PUT", "/v2/thing/{id}/name", RetryClass::Write);
    static RELATIVE: Operation = Operation::new("odd", "GET", "v2/thing", RetryClass::Read);
    static METHOD: Operation = Operation::new("odd", "NO METHOD", "/v2", RetryClass::Read);
    static LOWER: Operation = Operation::new("odd", "post", "/v2", RetryClass::Paid);
    static WITHIN: Operation = Operation::new("odd", "GET", "/v2/a-{id}", RetryClass::Read);

    #[tokio::test]
    async fn an_operation_without_a_method_is_called() {
        let (sender, heads) = mpsc::channel();
        let server = serve(move |stream| {
            sender.send(read_head(stream)).unwrap();
            respond(stream, "200 OK", r#"{"code": 0, "rid": "r", "data": {"name": "n"}}"#);
        });
        let client = Client::builder("k").base_url(server).build().unwrap();
        let arguments = Arguments::new()
            .with_path("id", "a/b")
            .with_query(json!({"force": true, "q": "x y"}))
            .with_body(json!({"name": "n"}));
        let answer = client.send::<Value>(&NEW, &arguments).await.unwrap();
        assert_eq!(answer.data, Some(json!({"name": "n"})));
        let head = heads.recv().unwrap();
        assert!(head.starts_with("PUT /v2/thing/a%2Fb/name?force=true&q=x+y "), "{head}");
        assert!(head.contains("x-api-key: k"), "{head}");
    }

    #[tokio::test]
    async fn arguments_that_cannot_be_sent_are_refused() {
        let client = Client::builder("k").base_url("http://127.0.0.1:9").build().unwrap();
        let id = || Arguments::new().with_path("id", "a");
        for (operation, arguments, reason) in [
            (&NEW, Arguments::new(), "rename: the argument `id` is missing"),
            (&NEW, Arguments::new().with_path("id", ".."), "`id` is a relative path"),
            (&NEW, id().with_query(json!({"a": [1]})), "`query` is no object of plain values"),
            (&NEW, id().with_query(json!("a=1")), "`query` is no object of plain values"),
            (&RELATIVE, Arguments::new(), "`path` does not begin with a slash"),
            (&METHOD, Arguments::new(), "`method` is no HTTP method in capital letters"),
            (&LOWER, Arguments::new(), "`method` is no HTTP method in capital letters"),
            (&WITHIN, Arguments::new(), "`path` has a placeholder within a segment"),
            (&WITHIN, id(), "`path` has no part `id`"),
            (&NEW, id().with_path("ID", "b"), "`path` has no part `ID`"),
        ] {
            let error = client.send::<Value>(operation, &arguments).await.unwrap_err();
            assert!(matches!(error.failure(), crate::Failure::Argument { .. }), "{error}");
            assert!(error.to_string().contains(reason), "{error}");
        }
    }
}
