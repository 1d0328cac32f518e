//! One row of the table of requests: how it is made through the public API, and what it must be on
//! the wire.

use std::fmt::Debug;

use jogg_api_ext::account::User;
use jogg_api_ext::enums::WebhookEvent;
use jogg_api_ext::jobs::JobResult;
use jogg_api_ext::jogg_api::Operation;
use jogg_api_ext::products::Product;
use jogg_api_ext::templates::CustomTemplate;
use jogg_api_ext::tools::{self, Tool, ToolRequest};
use jogg_api_ext::webhook_endpoints::WebhookEndpoint;
use jogg_api_ext::{BoxFuture, Call, Job, JobRecord, Jogg, Page, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// One request.
pub(crate) struct Case {
    /// The operation, and what is special about the request.
    pub(crate) name: String,
    pub(crate) operation: &'static Operation,
    /// The method it is made with, as the spec names it: `voices().list`.
    pub(crate) call: &'static str,
    /// Method, path and query.
    pub(crate) target: String,
    /// The body, byte for byte; empty if there is none.
    pub(crate) body: String,
    /// The type it was built with, unless it is made of plain arguments.
    pub(crate) builder: Option<Builder>,
    /// Whether it asks for a job the simulator never heard of.
    pub(crate) reports: bool,
    send: Box<dyn Fn(Jogg) -> BoxFuture<Result<Received>> + Send + Sync>,
    finish: Option<Box<Finish>>,
}

/// Makes a request, and waits for the job that it started; from its stored record if the flag is
/// set. `None` if it starts none.
type Finish = dyn Fn(Jogg, bool) -> BoxFuture<Result<Option<Finished>>> + Send + Sync;

/// What became of a job.
pub(crate) struct Finished {
    pub(crate) record: JobRecord,
    /// The result as `Debug` shows it.
    pub(crate) shown: String,
}

impl Case {
    pub(crate) async fn send(&self, jogg: &Jogg) -> Result<Received> {
        (self.send)(jogg.clone()).await
    }

    /// Starts a job and waits for it; from its stored record if the flag is set.
    pub(crate) async fn run(&self, jogg: &Jogg, stored: bool) -> Result<Finished> {
        let finish = self.finish.as_ref().expect("a request with a body");
        let finished = finish(jogg.clone(), stored).await?;
        Ok(finished.unwrap_or_else(|| panic!("{} starts no job", self.operation.id)))
    }
}

/// What the type of a request can do besides being sent.
pub(crate) struct Builder {
    /// The request as JSON.
    pub(crate) json: Value,
    /// Reads JSON into the type and writes it again.
    pub(crate) again: fn(&Value) -> Result<Value, String>,
    /// The tool that sends it.
    pub(crate) tool: fn() -> Tool,
    /// Reads the arguments of a tool call into the type and writes them again.
    pub(crate) arguments: fn(Value) -> Result<Value>,
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
    Clone + Debug + PartialEq + Serialize + DeserializeOwned + ToolRequest
{
}

impl<R> Request for R where R: Clone + Debug + PartialEq + Serialize + DeserializeOwned + ToolRequest
{}

/// The cases of one operation, which differ in the request only.
pub(crate) struct Calls<R, T> {
    operation: &'static Operation,
    call: &'static str,
    target: &'static str,
    send: fn(Jogg, R) -> Call<T>,
    separator: Option<&'static str>,
}

/// The cases of an operation that takes a body: its constant, its target, and the method of a group
/// that calls it, with its first arguments.
macro_rules! bodies {
    ($operation:ident, $target:expr, $group:ident.$method:ident $(($($argument:expr),*))?) => {
        $crate::wire::case::Calls::of(
            (&jogg_api_ext::jogg_api::operations::$operation, $target, None),
            concat!(stringify!($group), "().", stringify!($method)),
            |jogg, request| jogg.$group().$method($($($argument,)*)? request),
        )
    };
}

/// The cases of an operation that takes a query and lists something.
macro_rules! queries {
    ($operation:ident, $target:expr, $group:ident.$method:ident) => {
        $crate::wire::case::Calls::of(
            (&jogg_api_ext::jogg_api::operations::$operation, $target, Some("?")),
            concat!(stringify!($group), "().", stringify!($method)),
            |jogg, query| jogg.$group().$method(query).page(),
        )
    };
}

/// The case of an operation whose method takes plain arguments, or none. The page of a list is
/// `list().page`.
macro_rules! call {
    (
        $operation:ident, $target:expr,
        $group:ident.$method:ident $(($($argument:expr),*) $(.$then:ident)?)?
    ) => {
        $crate::wire::case::called(
            (&jogg_api_ext::jogg_api::operations::$operation, $target),
            concat!(stringify!($group), "().", stringify!($method)),
            |jogg| jogg.$group().$method($($($argument),*)?)$($(.$then())?)?,
        )
    };
}

/// The case of an operation that reports on a job another process started.
macro_rules! report {
    ($operation:ident, $target:expr, $group:ident.$method:ident($id:expr)) => {
        $crate::wire::case::reported(
            (&jogg_api_ext::jogg_api::operations::$operation, $target),
            concat!(stringify!($group), "().", stringify!($method)),
            |jogg| jogg.$group().$method($id),
            |result| result.raw.into_value(),
        )
    };
}
pub(super) use {bodies, call, queries, report};

impl<R, T> Calls<R, T> {
    pub(super) fn of(
        (operation, target, separator): (&'static Operation, &'static str, Option<&'static str>),
        call: &'static str,
        send: fn(Jogg, R) -> Call<T>,
    ) -> Self {
        Self { operation, call, target, send, separator }
    }
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
            tool: Tool::of::<R>,
            arguments: |arguments| {
                let request = tools::arguments::<R>(arguments)?;
                Ok(serde_json::to_value(request).expect("requests are JSON"))
            },
        };
        let send = self.send;
        let again = request.clone();
        let finish = move |jogg: Jogg, stored| -> BoxFuture<Result<Option<Finished>>> {
            let call = send(jogg.clone(), again.clone());
            Box::pin(async move {
                match call.await?.finish(jogg, stored) {
                    Some(finished) => finished.await.map(Some),
                    None => Ok(None),
                }
            })
        };
        Case {
            name: format!("{}: {name}", self.operation.id),
            operation: self.operation,
            call: self.call,
            target,
            body,
            builder: Some(builder),
            reports: false,
            send: Box::new(move |jogg| shown(send(jogg, request.clone()))),
            finish: Some(Box::new(finish)),
        }
    }
}

/// What `call!` makes.
pub(super) fn called<T: Shown + 'static>(
    (operation, target): (&'static Operation, &'static str),
    call: &'static str,
    send: fn(Jogg) -> Call<T>,
) -> Case {
    plain(operation, call, target, move |jogg| shown(send(jogg)))
}

/// What `report!` makes.
pub(super) fn reported<T: JobResult>(
    (operation, target): (&'static Operation, &'static str),
    call: &'static str,
    job: fn(Jogg) -> Job<T>,
    raw: fn(T) -> Value,
) -> Case {
    let case = plain(operation, call, target, move |jogg| {
        let report = job(jogg).report();
        Box::pin(async move {
            let report = report.await?;
            let data = report.raw.into_value();
            Ok(Received { value: report.result.map(raw), data })
        })
    });
    Case { reports: true, ..case }
}

/// A request that is made in any other way.
pub(crate) fn plain(
    operation: &'static Operation,
    call: &'static str,
    target: &str,
    send: impl Fn(Jogg) -> BoxFuture<Result<Received>> + Send + Sync + 'static,
) -> Case {
    Case {
        name: operation.id.to_owned(),
        operation,
        call,
        target: target.to_owned(),
        body: String::new(),
        builder: None,
        reports: false,
        send: Box::new(send),
        finish: None,
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
pub(crate) trait Shown: Send + Sized {
    fn shown(&self) -> Option<Value>;

    /// Waits for the job, if this is one; from its stored record if the flag is set.
    fn finish(self, _jogg: Jogg, _stored: bool) -> Option<BoxFuture<Result<Finished>>> {
        None
    }
}

impl Shown for () {
    fn shown(&self) -> Option<Value> {
        None
    }
}

impl<T: JobResult + Debug> Shown for Job<T> {
    fn shown(&self) -> Option<Value> {
        Some(self.record().raw.clone())
    }

    fn finish(self, jogg: Jogg, stored: bool) -> Option<BoxFuture<Result<Finished>>> {
        Some(Box::pin(async move {
            let record = self.record().clone();
            let job = match stored {
                true => {
                    let text = serde_json::to_string(&self).expect("jobs are JSON");
                    jogg.resume::<T>(serde_json::from_str(&text).expect("a record"))?
                }
                false => self,
            };
            Ok(Finished { record, shown: format!("{:#?}", job.wait().await?) })
        }))
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
