//! A call as its caller sees it: a future of the value, with the answer's particulars if wanted.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use jogg_api::http::{HeaderMap, StatusCode};
use jogg_api::{Answer, Arguments, Operation};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::attempts;
use crate::job::started_id;
use crate::observe::Attempt;
use crate::{Error, Job, JobResult, Jogg, Result, outcome};

/// A future that borrows nothing, whatever its arguments were.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A call of the API, sent when it is awaited. The future of its value, or of value and
/// [`Metadata`].
///
/// ```no_run
/// # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
/// let user = jogg.account().whoami().await?;
/// let (user, metadata) = jogg.account().whoami().with_metadata().await?;
/// println!("request {:?}: {}", metadata.request_id, metadata.json());
/// # Ok(()) }
/// ```
#[must_use = "a call is sent when it is awaited"]
pub struct Call<T> {
    future: BoxFuture<Result<(T, Metadata)>>,
}

impl<T> Call<T> {
    /// The value together with how it was answered.
    ///
    /// # Errors
    /// Those of the call.
    pub fn with_metadata(self) -> BoxFuture<Result<(T, Metadata)>> {
        self.future
    }
}

impl<T> Future for Call<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.future.as_mut().poll(context).map(|answered| answered.map(|(value, _)| value))
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

/// How a call was answered. `Debug` shows neither headers nor body.
#[derive(Clone)]
#[non_exhaustive]
pub struct Metadata {
    /// HTTP status.
    pub status: StatusCode,
    /// HTTP headers. Not redacted.
    pub headers: HeaderMap,
    /// The id support asks for, if the answer had one.
    pub request_id: Option<String>,
    /// How many requests it took.
    pub attempts: u32,
    /// When the last of them was sent.
    pub sent_at: SystemTime,
    /// Time from the call to its answer, waits included.
    pub elapsed: Duration,
    /// The answer as received. Not redacted.
    pub body: Bytes,
}

impl Metadata {
    /// The whole answer as JSON, envelope included; null if it is none. Not redacted.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metadata")
            .field("status", &self.status.as_u16())
            .field("request_id", &self.request_id.as_deref().map(jogg_api::one_line))
            .field("attempts", &self.attempts)
            .field("elapsed", &self.elapsed)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What [`Jogg::call`] brings back.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Called<T> {
    /// The answer, with status, headers and body.
    pub answer: Answer<T>,
    /// How many requests it took.
    pub attempts: u32,
    /// When the last of them was sent.
    pub sent_at: SystemTime,
    /// Time from the call to its answer, waits included.
    pub elapsed: Duration,
}

impl<T> Called<T> {
    /// The error of an answer that lacks what the caller needs, with the answer kept.
    pub(crate) fn lacks(self, operation: &'static Operation, reason: impl AsRef<str>) -> Error {
        let attempt = Attempt { operation, number: self.attempts, sent_at: self.sent_at };
        outcome::classify(self.answer.reject(operation, reason), &attempt, None)
    }

    pub(crate) fn metadata(&self) -> Metadata {
        Metadata {
            status: self.answer.status,
            headers: self.answer.headers.clone(),
            request_id: self.answer.rid.clone(),
            attempts: self.attempts,
            sent_at: self.sent_at,
            elapsed: self.elapsed,
            body: self.answer.body.clone(),
        }
    }
}

/// Makes one request with a method of the low-level client: `send!(list_voices(query))`. The
/// arguments are local variables, cloned for each attempt.
macro_rules! send {
    ($method:ident($($argument:ident),*)) => {
        move |api: jogg_api::Client| {
            $(let $argument = $argument.clone();)*
            async move { api.$method($(&$argument),*).await }
        }
    };
}
pub(crate) use send;

impl Jogg {
    /// Calls any operation of the low-level client under this client's policy: limit, time-outs,
    /// repetitions, and the rule that a paid request is never sent twice.
    ///
    /// ```no_run
    /// # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
    /// use jogg_api_ext::jogg_api::operations::LIST_TARGET_LANGUAGES;
    ///
    /// let called = jogg
    ///     .call(&LIST_TARGET_LANGUAGES, |api| async move { api.list_target_languages().await })
    ///     .await?;
    /// println!("{:?}", called.answer.data.unwrap_or_default().languages);
    /// # Ok(()) }
    /// ```
    ///
    /// `send` makes one request of that operation; it is called for each attempt.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub fn call<T, F, R>(
        &self,
        operation: &'static Operation,
        send: F,
    ) -> impl Future<Output = Result<Called<T>>> + use<T, F, R>
    where
        F: Fn(jogg_api::Client) -> R,
        R: Future<Output = std::result::Result<Answer<T>, jogg_api::Error>>,
    {
        let jogg = self.clone();
        async move { attempts::call(&jogg, operation, send).await }
    }

    /// Calls any method and path under the same policy, for operations that neither this crate nor
    /// the low-level one knows. The answer's `data` is read as `T`; `serde_json::Value` takes
    /// whatever comes, null included.
    ///
    /// ```no_run
    /// # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
    /// use jogg_api_ext::jogg_api::{Arguments, Operation, RetryClass};
    /// use serde_json::{Value, json};
    ///
    /// // Tells the policy what sending it twice would do.
    /// static CREATE_OUTFIT: Operation =
    ///     Operation::new("create_outfit", "POST", "/v2/outfits/{avatar_id}", RetryClass::Paid);
    ///
    /// let arguments =
    ///     Arguments::new().with_path("avatar_id", 81).with_body(json!({"color": "blue"}));
    /// let outfit: Value = jogg.send(&CREATE_OUTFIT, arguments).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter) if an argument cannot be
    /// sent; see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn send<T: DeserializeOwned + Default + Send + 'static>(
        &self,
        operation: &'static Operation,
        arguments: Arguments,
    ) -> Call<T> {
        let send = move |api: jogg_api::Client| {
            let arguments = arguments.clone();
            async move { api.send::<T>(operation, &arguments).await }
        };
        self.value(operation, Ok(()), send)
    }

    /// The call of an operation whose `data` is the value.
    pub(crate) fn value<D, F, R>(
        &self,
        operation: &'static Operation,
        checked: Result<()>,
        send: F,
    ) -> Call<D>
    where
        D: Default + Send + 'static,
        F: Fn(jogg_api::Client) -> R + Send + Sync + 'static,
        R: Future<Output = std::result::Result<Answer<D>, jogg_api::Error>> + Send,
    {
        self.make(operation, checked, send, |_, called| Ok(called.answer.data.unwrap_or_default()))
    }

    /// The call of an operation, and how its value is made. `checked` says whether the request can
    /// be sent at all.
    pub(crate) fn make<D, T, F, R>(
        &self,
        operation: &'static Operation,
        checked: Result<()>,
        send: F,
        make: impl FnOnce(Self, Called<D>) -> Result<T> + Send + 'static,
    ) -> Call<T>
    where
        D: Send + 'static,
        F: Fn(jogg_api::Client) -> R + Send + Sync + 'static,
        R: Future<Output = std::result::Result<Answer<D>, jogg_api::Error>> + Send,
    {
        let jogg = self.clone();
        let future = async move {
            checked.map_err(|error| error.with_operation(operation))?;
            let called = jogg.call(operation, send).await?;
            let metadata = called.metadata();
            Ok((make(jogg, called)?, metadata))
        };
        Call { future: Box::pin(future) }
    }

    /// The call of an operation that starts a job with an id of its own.
    pub(crate) fn start<D, T, F, R>(
        &self,
        operation: &'static Operation,
        checked: Result<()>,
        send: F,
    ) -> Call<Job<T>>
    where
        D: Send + 'static,
        T: JobResult,
        F: Fn(jogg_api::Client) -> R + Send + Sync + 'static,
        R: Future<Output = std::result::Result<Answer<D>, jogg_api::Error>> + Send,
    {
        self.make(operation, checked, send, move |jogg, called| {
            // The call has made sure that it is there.
            let id = started_id(operation, &called.answer).unwrap_or_default();
            Ok(Job::started(jogg, operation, &called, id))
        })
    }
}
