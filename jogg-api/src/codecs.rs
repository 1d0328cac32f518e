//! Checks request bodies, decodes responses and calls operations by operation id: for the
//! simulator, for tests, and for tools that read captured responses.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::decode::decode;
use crate::envelope::Envelope;
use crate::redact::one_line;
use crate::skipped::SkippedParts;
use crate::{
    Client, Endpoint, Error, Operation, PreparedRequest, RawRequest, RawResponse, Response, Skipped,
};

/// Tests that a body has the type its operation sends.
type CheckBody = fn(&[u8]) -> Result<(), BodyError>;

/// Encodes requests and decodes responses of one operation.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Codec {
    /// The operation.
    pub operation: &'static Operation,
    body: Option<CheckBody>,
    prepare: fn(&RawRequest) -> Result<PreparedRequest, Error>,
    response: fn(&[u8]) -> Result<Decoded, String>,
    decode: fn(&Client, RawResponse) -> Result<Response<Value>, Error>,
}

/// A decoded response, with the typed value converted back to JSON.
///
/// `Debug` doesn't show `data`, which contains secrets in plain text.
#[derive(Clone)]
#[non_exhaustive]
pub struct Decoded {
    /// 0, or an error code.
    pub code: i64,
    /// The server's message.
    pub message: String,
    /// The request id.
    pub request_id: Option<String>,
    /// The typed `data`, or null.
    pub data: Value,
    /// Parts that were skipped because they don't have the expected type; at most the first
    /// hundred.
    pub skipped: Vec<Skipped>,
    /// How many parts were skipped.
    pub skipped_count: usize,
}

/// Why a request body doesn't match its operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BodyError {
    /// The field, such as `voice.voice_id`; empty for the body as a whole.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Codec {
    /// Returns whether the operation takes a body.
    pub fn has_body(&self) -> bool {
        self.body.is_some()
    }

    /// Checks a request body: required fields, types, and values of closed enums.
    ///
    /// # Errors
    /// [`BodyError`] names the field.
    pub fn check_body(&self, body: &[u8]) -> Result<(), BodyError> {
        self.body.map_or(Ok(()), |check| check(body))
    }

    /// Decodes the body of a response the way the client does.
    ///
    /// # Errors
    /// Says why the body can't be decoded, without quoting it.
    pub fn decode_response(&self, body: &[u8]) -> Result<Decoded, String> {
        (self.response)(body)
    }

    /// Calls the operation. The `data` of the response is the typed value converted back to JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if an argument is missing or has the
    /// wrong type; otherwise the errors of [`Client::send`].
    pub async fn call(
        &self,
        client: &Client,
        request: &RawRequest,
    ) -> Result<Response<Value>, Error> {
        let response = client.exchange(&(self.prepare)(request)?, None).await?;
        (self.decode)(client, response)
    }
}

impl fmt::Debug for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded")
            .field("code", &self.code)
            .field("message", &one_line(&self.message))
            .field("request_id", &self.request_id.as_deref().map(one_line))
            .field("skipped", &self.skipped)
            .field("skipped_count", &self.skipped_count)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => f.write_str(&self.reason),
            field => write!(f, "{field}: {}", self.reason),
        }
    }
}

impl std::error::Error for BodyError {}

/// What [`visit`](crate::codec::visit) does with the request type of an operation.
pub trait EndpointVisitor {
    /// What it returns.
    type Output;

    /// Does something with the request.
    fn visit<E>(self, endpoint: E) -> Self::Output
    where
        E: Endpoint + Send + 'static,
        E::Response: Serialize;
}

pub(crate) fn unknown(operation: &'static Operation) -> Error {
    Error::argument(operation, "operation", "is not one of the API's")
}

/// An endpoint that can be created from untyped arguments. Implemented by generated code.
pub(crate) trait FromRaw: Endpoint + Sized {
    fn from_raw(request: &RawRequest) -> Result<Self, Error>;
}

/// Constructors for the generated table.
impl Codec {
    pub(crate) const fn new<E>() -> Self
    where
        E: FromRaw,
        E::Response: Serialize,
    {
        Self {
            operation: E::OPERATION,
            body: None,
            prepare: |request| E::from_raw(request)?.prepare(),
            response: |body| read::<E::Response>(body, E::OPERATION),
            decode: |client, response| Ok(untyped(client.decode::<E::Response>(response)?)),
        }
    }

    pub(crate) const fn with_body<B: DeserializeOwned>(mut self) -> Self {
        self.body = Some(check_body::<B>);
        self
    }
}

/// Accessors for generated code.
impl RawRequest {
    pub(crate) fn path_text(
        &self,
        operation: &'static Operation,
        name: &'static str,
    ) -> Result<String, Error> {
        self.text(operation, name)
    }

    pub(crate) fn path_integer(
        &self,
        operation: &'static Operation,
        name: &'static str,
    ) -> Result<i64, Error> {
        let wrong = |_| Error::argument(operation, name, "must be an integer");
        self.text(operation, name)?.parse().map_err(wrong)
    }

    pub(crate) fn typed_query<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
    ) -> Result<T, Error> {
        match &self.query {
            Value::Null => typed(operation, "query", &Value::Object(Map::new())),
            query => typed(operation, "query", query),
        }
    }

    pub(crate) fn typed_body<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
    ) -> Result<T, Error> {
        match &self.body {
            Value::Null => Err(Error::argument(operation, "body", "is missing")),
            body => typed(operation, "body", body),
        }
    }
}

/// Converts the typed value of a response back to JSON.
fn untyped<T: Serialize>(response: Response<T>) -> Response<Value> {
    let (data, rest) = response.split();
    // Received types contain only string keys and finite numbers, so this can't fail.
    rest.with_data(data.map(|data| serde_json::to_value(data).unwrap_or_default()))
}

fn check_body<T: DeserializeOwned>(body: &[u8]) -> Result<(), BodyError> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize::<_, T>(&mut deserializer).map_err(BodyError::from)?;
    deserializer
        .end()
        .map_err(|error| BodyError { field: String::new(), reason: error.to_string() })
}

fn read<T: DeserializeOwned + Serialize>(
    body: &[u8],
    operation: &Operation,
) -> Result<Decoded, String> {
    let (envelope, skipped) = decode::<T>(body, operation).map_err(|error| error.reason)?;
    let data = serde_json::to_value(&envelope.data).map_err(|error| error.to_string())?;
    let Envelope { code, message, request_id, .. } = envelope;
    let SkippedParts { reported: skipped, count: skipped_count } = skipped;
    Ok(Decoded { code, message, request_id, data, skipped, skipped_count })
}

fn typed<T: DeserializeOwned>(
    operation: &'static Operation,
    name: &'static str,
    value: &Value,
) -> Result<T, Error> {
    // serde's structs would accept a list as their fields in order.
    if !value.is_object() {
        return Err(Error::argument(operation, name, "must be an object"));
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let reason = format!("doesn't match: {}", BodyError::from(error));
        Error::argument(operation, name, one_line(&reason))
    })
}

impl From<serde_path_to_error::Error<serde_json::Error>> for BodyError {
    fn from(error: serde_path_to_error::Error<serde_json::Error>) -> Self {
        let field = error.path().to_string();
        let field = if field == "." { String::new() } else { field };
        // Drops the position in the JSON text that serde appends.
        let text = error.into_inner().to_string();
        let reason = one_line(text.split(" at line ").next().unwrap_or_default());
        Self { field, reason }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::operations::{CREATE_WEBHOOK_ENDPOINT as CREATE, LIST_VOICES as LIST};
    use crate::types::{CreateWebhookEndpointRequest, ListVoicesQuery, WebhookEndpointList};

    #[test]
    fn arguments_are_converted_or_rejected_by_name() {
        let path = RawRequest::new()
            .with_path("word", "a")
            .with_path("number", 7)
            .with_path("digits", "-8")
            .with_path("float", 1.5)
            .with_path("none", Value::Null);
        for (name, text, integer) in [
            ("word", Ok("a"), Err("must be an integer")),
            ("number", Ok("7"), Ok(7)),
            ("digits", Ok("-8"), Ok(-8)),
            ("float", Err("must be a string or an integer"), Err("must be a string or an integer")),
            ("none", Err("must be a string or an integer"), Err("must be a string or an integer")),
            ("absent", Err("is missing"), Err("is missing")),
        ] {
            let rejected =
                |reason| format!("create_webhook_endpoint: the argument `{name}` {reason}");
            let actual = path.path_text(&CREATE, name).map_err(|error| error.to_string());
            assert_eq!(actual, text.map(str::to_owned).map_err(rejected));
            let actual = path.path_integer(&CREATE, name).map_err(|error| error.to_string());
            assert_eq!(actual, integer.map_err(rejected));
        }
    }

    #[test]
    fn queries_and_bodies_are_converted_or_rejected_by_field() {
        let none = RawRequest::new();
        assert_eq!(none.typed_query::<ListVoicesQuery>(&LIST).unwrap(), ListVoicesQuery::default());
        let query =
            |query| RawRequest::new().with_query(query).typed_query::<ListVoicesQuery>(&LIST);
        assert_eq!(query(json!({"page": 2})).unwrap().page, Some(2));
        let body = |body| {
            RawRequest::new().with_body(body).typed_body::<CreateWebhookEndpointRequest>(&CREATE)
        };
        let sent = json!({"url": "https://a", "status": "enabled", "events": []});
        assert_eq!(serde_json::to_value(body(sent.clone()).unwrap()).unwrap(), sent);
        for (error, shown) in [
            (query(json!({"page": "x"})).unwrap_err(), "`query` doesn't match: page: invalid type"),
            (query(json!([2])).unwrap_err(), "`query` must be an object"),
            (body(json!(null)).unwrap_err(), "`body` is missing"),
            (body(json!({"url": 5})).unwrap_err(), "`body` doesn't match: url: invalid type"),
            (body(json!({})).unwrap_err(), "`body` doesn't match: missing field"),
        ] {
            assert!(matches!(error.kind(), crate::ErrorKind::Argument { .. }));
            assert!(error.to_string().contains(shown), "{error}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let body = json!({"code": 0, "msg": "a\nb", "data": {
            "endpoints": [{"endpoint_id": "e1", "secret": "planted"}, "planted"],
        }});
        let decoded = read::<WebhookEndpointList>(body.to_string().as_bytes(), &CREATE).unwrap();
        assert_eq!(decoded.data["endpoints"][0]["secret"], "planted");
        assert_eq!(decoded.skipped_count, 1);
        let shown = format!("{decoded:?}");
        assert!(shown.contains("data.endpoints[1]") && shown.contains("a b"), "{shown}");
        assert!(!shown.contains("planted"), "{shown}");
        let body = json!({"code": 0, "data": "planted"}).to_string();
        assert!(
            !read::<WebhookEndpointList>(body.as_bytes(), &CREATE).unwrap_err().contains("planted")
        );
    }

    #[tokio::test]
    async fn a_response_keeps_everything_but_its_type() {
        let data = json!({"code": 0, "rid": "r", "data": {"endpoints": [{"endpoint_id": 7}]}});
        let server = crate::test_server::serve(move |stream| {
            crate::test_server::read_head(stream);
            crate::test_server::respond(stream, "200 OK", &data.to_string());
        });
        let client = Client::builder("k").base_url(server).build().unwrap();
        let codec = Codec::of("list_webhook_endpoints").unwrap();
        let response = codec.call(&client, &RawRequest::new()).await.unwrap();
        assert_eq!(response.data, Some(json!({"endpoints": [{"endpoint_id": "7"}]})));
        assert_eq!(response.request_id.as_deref(), Some("r"));
    }
}
