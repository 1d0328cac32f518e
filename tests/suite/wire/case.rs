//! One row of the table of requests: how it is made through the public API, and what it must be on
//! the wire.

use std::fmt::Debug;

use jogg_api_ext::account::User;
use jogg_api_ext::enums::WebhookEvent;
use jogg_api_ext::jobs::JobResult;
use jogg_api_ext::jogg_api::Operation;
use jogg_api_ext::product_videos::Previews;
use jogg_api_ext::products::Product;
use jogg_api_ext::scripts::GeneratedScripts;
use jogg_api_ext::templates::CustomTemplate;
use jogg_api_ext::translations::Translation;
use jogg_api_ext::webhook_endpoints::WebhookEndpoint;
use jogg_api_ext::{
    BoxFuture, Call, Job, Jogg, Motion, Page, Result, Video, lip_sync, photo_avatars,
    product_avatars,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// One request.
pub(crate) struct Case {
    /// The operation, and what is special about the request.
    pub(crate) name: String,
    pub(crate) operation: &'static Operation,
    /// Method, path and query.
    pub(crate) target: String,
    /// The body, byte for byte; empty if there is none.
    pub(crate) body: String,
    /// The type it was built with, unless it is made of plain arguments.
    pub(crate) builder: Option<Builder>,
    /// Whether it asks for a job the simulator never heard of.
    pub(crate) reports: bool,
    send: Box<dyn Fn(Jogg) -> BoxFuture<Result<Received>> + Send + Sync>,
}

impl Case {
    pub(crate) async fn send(&self, jogg: &Jogg) -> Result<Received> {
        (self.send)(jogg.clone()).await
    }
}

/// What the type of a request can do besides being sent.
pub(crate) struct Builder {
    /// The request as JSON.
    pub(crate) json: Value,
    /// Reads JSON into the type and writes it again.
    pub(crate) again: fn(&Value) -> Result<Value, String>,
    /// Its schema.
    pub(crate) schema: fn() -> Value,
}

/// What was made of a response.
#[derive(Debug)]
pub(crate) struct Received {
    /// The value of the call as JSON; `None` if it has none.
    pub(crate) value: Option<Value>,
    /// The response's `data` as the caller can get at it.
    pub(crate) data: Value,
}

/// A request type: what the macro `request!` makes.
pub(crate) trait Request:
    Clone + Debug + PartialEq + Serialize + DeserializeOwned + schemars::JsonSchema
{
}

impl<R> Request for R where
    R: Clone + Debug + PartialEq + Serialize + DeserializeOwned + schemars::JsonSchema
{
}

/// The cases of one operation, which differ in the request only.
pub(crate) struct Calls<R, T> {
    operation: &'static Operation,
    target: &'static str,
    send: fn(Jogg, R) -> Call<T>,
    separator: Option<&'static str>,
}

/// An operation that takes a body.
pub(crate) fn bodies<R, T>(
    operation: &'static Operation,
    target: &'static str,
    send: fn(Jogg, R) -> Call<T>,
) -> Calls<R, T> {
    Calls { operation, target, send, separator: None }
}

/// An operation that takes a query.
pub(crate) fn queries<R, T>(
    operation: &'static Operation,
    target: &'static str,
    send: fn(Jogg, R) -> Call<T>,
) -> Calls<R, T> {
    Calls { operation, target, send, separator: Some("?") }
}

impl<R: Request + Send + Sync + 'static, T: Shown + 'static> Calls<R, T> {
    /// A request, and the body or query it is sent as. Line breaks and indentation of what is
    /// expected are removed.
    pub(crate) fn case(&self, name: &str, request: R, expected: &str) -> Case {
        let expected: String = expected.lines().map(str::trim).collect();
        let (target, body) = match self.separator {
            Some(_) if expected.is_empty() => (self.target.to_owned(), expected),
            Some(separator) => (format!("{}{separator}{expected}", self.target), String::new()),
            None => (self.target.to_owned(), expected),
        };
        let builder = Builder {
            json: serde_json::to_value(&request).expect("requests are JSON"),
            again: |json| {
                let request: R = serde_json::from_value(json.clone()).map_err(|e| e.to_string())?;
                serde_json::to_value(request).map_err(|error| error.to_string())
            },
            schema: || schemars::schema_for!(R).to_value(),
        };
        let send = self.send;
        Case {
            name: format!("{}: {name}", self.operation.id),
            operation: self.operation,
            target,
            body,
            builder: Some(builder),
            reports: false,
            send: Box::new(move |jogg| shown(send(jogg, request.clone()))),
        }
    }
}

/// A request that is made of plain arguments, or of none.
pub(crate) fn call<T: Shown + 'static>(
    operation: &'static Operation,
    target: &str,
    send: fn(Jogg) -> Call<T>,
) -> Case {
    plain(operation, target, false, move |jogg| shown(send(jogg)))
}

/// A poll of a job that another process started.
pub(crate) fn report<T: JobResult + Raw>(
    operation: &'static Operation,
    target: &str,
    job: fn(Jogg) -> Job<T>,
) -> Case {
    plain(operation, target, true, move |jogg| {
        let report = job(jogg).report();
        Box::pin(async move {
            let report = report.await?;
            let data = report.raw.into_value();
            Ok(Received { value: report.result.map(Raw::raw), data })
        })
    })
}

/// A request that is made in any other way.
pub(crate) fn plain(
    operation: &'static Operation,
    target: &str,
    reports: bool,
    send: impl Fn(Jogg) -> BoxFuture<Result<Received>> + Send + Sync + 'static,
) -> Case {
    Case {
        name: operation.id.to_owned(),
        operation,
        target: target.to_owned(),
        body: String::new(),
        builder: None,
        reports,
        send: Box::new(send),
    }
}

fn shown<T: Shown + 'static>(call: Call<T>) -> BoxFuture<Result<Received>> {
    let call = call.with_metadata();
    Box::pin(async move {
        let (value, metadata) = call.await?;
        Ok(Received { value: value.shown(), data: metadata.json()["data"].clone() })
    })
}

/// The value of a call, as JSON.
pub(crate) trait Shown: Send {
    fn shown(&self) -> Option<Value>;
}

impl Shown for () {
    fn shown(&self) -> Option<Value> {
        None
    }
}

impl<T: JobResult> Shown for Job<T> {
    fn shown(&self) -> Option<Value> {
        Some(self.record().raw.clone())
    }
}

impl<T: Serialize + Send> Shown for Page<T> {
    fn shown(&self) -> Option<Value> {
        Some(json!(self.items))
    }
}

macro_rules! shown {
    ($($value:ty),*) => {
        $(impl Shown for $value {
            fn shown(&self) -> Option<Value> {
                Some(json!(self))
            }
        })*
    };
}

shown!(CustomTemplate, Product, User, Vec<String>, Vec<WebhookEvent>, WebhookEndpoint, f64);

/// The report a result was made of.
pub(crate) trait Raw {
    fn raw(self) -> Value;
}

macro_rules! raw {
    ($($result:ty),*) => {
        $(impl Raw for $result {
            fn raw(self) -> Value {
                self.raw.into_value()
            }
        })*
    };
}

raw!(
    lip_sync::Video,
    Motion,
    photo_avatars::Generation,
    Previews,
    product_avatars::Images,
    Translation,
    Video,
    GeneratedScripts
);
