//! A call as its caller sees it: a future of the value, and of the response's metadata if wanted.

mod attempts;
mod deadline;
mod insufficient_credit;
pub(crate) mod listing;
mod mentions;
mod metadata;
mod outcome;
pub(crate) mod retry_after;
mod started;
mod turn;

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::UNIX_EPOCH;

use jogg_api::{Endpoint, Operation, PreparedRequest, RawRequest, RawResponse};
use serde::de::DeserializeOwned;
use serde_json::Value;

use self::attempts::{Completed, Decode};
use crate::client::Jogg;
use crate::error::{Error, Result};
use crate::job_record::JobRecord;
use crate::policy::Attempt;
use crate::stream::BoxFuture;

pub use self::metadata::ResponseMetadata;

/// A call of the API, sent when it is awaited: a future of its value, or of the value and
/// [`ResponseMetadata`].
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
    future: BoxFuture<Result<(T, ResponseMetadata)>>,
}

impl<T> Call<T> {
    /// Returns a future of the value together with the response's metadata.
    ///
    /// # Errors
    /// Those of the call.
    pub fn with_metadata(self) -> BoxFuture<Result<(T, ResponseMetadata)>> {
        self.future
    }

    /// Creates a call that is made when it is awaited, of a client whose deadline begins then: with
    /// calls before it, that have the same.
    pub(crate) fn sharing_deadline<F>(
        jogg: &Jogg,
        call: impl FnOnce(Jogg) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Self>> + Send,
    {
        let jogg = jogg.clone();
        let future = async move {
            let options = jogg.options().clone().starting_at(jogg.clock().now());
            call(jogg.with_options(options)).await?.future.await
        };
        Self { future: Box::pin(future) }
    }
}

impl<T> Future for Call<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.future.as_mut().poll(context).map(|done| done.map(|(value, _)| value))
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

impl Jogg {
    /// Calls any operation of the low-level crate under this client's policy: rate limit, timeouts,
    /// retries, and the rule that a paid request is never sent twice.
    ///
    /// The value is the `data` of the response; where there is none, the type's default.
    ///
    /// ```no_run
    /// # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
    /// use jogg_api_ext::jogg_api::endpoints::ListTargetLanguages;
    ///
    /// let languages = jogg.call(ListTargetLanguages::new()).await?.languages;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub fn call<E: Endpoint>(&self, endpoint: E) -> Call<E::Response> {
        self.call_with(Ok(()), endpoint, |data, received| Ok(received.exact(data)))
    }

    /// Calls any method and path under the same policy, for operations that neither this crate nor
    /// the low-level one knows. The response's `data` is read as `T`; `serde_json::Value` takes
    /// whatever comes, null included. A number that a `Value` can't hold, such as a long id, is a
    /// string in it, with every digit.
    ///
    /// ```no_run
    /// # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
    /// use jogg_api_ext::jogg_api::{Operation, RawRequest, RetryClass};
    /// use serde_json::{Value, json};
    ///
    /// // The class tells the policy what a retry would do.
    /// static CREATE_OUTFIT: Operation = Operation::new(
    ///     "create_outfit",
    ///     "POST",
    ///     "/v2/outfits/{avatar_id}",
    ///     RetryClass::AtMostOnce,
    /// );
    ///
    /// let request =
    ///     RawRequest::new().with_path("avatar_id", 81).with_body(json!({"color": "blue"}));
    /// let outfit: Value = jogg.request(&CREATE_OUTFIT, request).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter) if an argument can't be
    /// sent; see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn request<T: DeserializeOwned + Default + Send + 'static>(
        &self,
        operation: &'static Operation,
        request: RawRequest,
    ) -> Call<T> {
        let request = request.prepare(operation).map_err(|error| refused(operation, error));
        let make = |data, received: &Received<'_>| Ok(received.exact(data));
        self.call_prepared(Prepared { operation, request }, |_, data| Ok(data), make)
    }

    /// Calls an operation, if the request passed its check, and makes the value of its `data`.
    pub(crate) fn call_with<E: Endpoint, T>(
        &self,
        checked: Result<()>,
        endpoint: E,
        make: impl FnOnce(E::Response, &Received<'_>) -> Result<T> + Send + 'static,
    ) -> Call<T> {
        self.call_to_read(checked, endpoint, |_, data| Ok(data), make)
    }

    /// The same for an operation whose `data` may lack what the caller needs. `read` returns that,
    /// or says what is missing; then the call has failed, and whoever observes it learns so.
    pub(crate) fn call_to_read<E: Endpoint, V: Send + 'static, T>(
        &self,
        checked: Result<()>,
        endpoint: E,
        read: fn(&Self, E::Response) -> std::result::Result<V, String>,
        make: impl FnOnce(V, &Received<'_>) -> Result<T> + Send + 'static,
    ) -> Call<T> {
        self.call_prepared(Prepared::of(&endpoint, checked), read, make)
    }

    fn call_prepared<D, V, T>(
        &self,
        prepared: Prepared,
        read: fn(&Self, D) -> std::result::Result<V, String>,
        make: impl FnOnce(V, &Received<'_>) -> Result<T> + Send + 'static,
    ) -> Call<T>
    where
        D: DeserializeOwned + Default + Send + 'static,
        V: Send + 'static,
    {
        let jogg = self.clone();
        let future = async move {
            let operation = prepared.operation;
            let mut value = None;
            let mut decode = |api: &jogg_api::Client, response: RawResponse| {
                let (data, rest) = api.decode::<D>(response)?.split();
                match read(&jogg, data.unwrap_or_default()) {
                    Ok(read) => value = Some(read),
                    Err(reason) => return Err(api.reject(rest.into_raw(operation), reason)),
                }
                Ok(rest)
            };
            let metadata = prepared.send(&jogg, Some(&mut decode)).await?.metadata;
            let received = Received { jogg: &jogg, operation, metadata: &metadata };
            let value = match value {
                Some(value) => value,
                // Deleted by an attempt before: there was nothing to decode.
                None => read(&jogg, D::default()).map_err(|reason| received.lacks(reason))?,
            };
            Ok((make(value, &received)?, metadata))
        };
        Call { future: Box::pin(future) }
    }

    /// Calls an operation that starts a job with an id of its own, and makes the job of its record.
    pub(crate) fn call_to_start<E: Endpoint, J: 'static>(
        &self,
        checked: Result<()>,
        endpoint: E,
        make: fn(Self, JobRecord) -> J,
    ) -> Call<J> {
        let (jogg, prepared) = (self.clone(), Prepared::of(&endpoint, checked));
        let future = async move {
            let (record, metadata) = prepared.start(&jogg).await?;
            Ok((make(jogg, record), metadata))
        };
        Call { future: Box::pin(future) }
    }
}

/// A response whose value is made of its `data`.
pub(crate) struct Received<'r> {
    pub(crate) jogg: &'r Jogg,
    pub(crate) operation: &'static Operation,
    pub(crate) metadata: &'r ResponseMetadata,
}

impl Received<'_> {
    /// Returns the `data` of a response; if it is wanted as a `Value`, as it was received, with the
    /// digits of numbers that were rounded when it was decoded.
    fn exact<T: 'static>(&self, mut data: T) -> T {
        let value = (&mut data as &mut dyn Any).downcast_mut::<Value>();
        if let Some(value) = value.filter(|value| !value.is_null()) {
            let raw = self.metadata.raw();
            *value = if raw.is_null() { value.take() } else { raw };
        }
        data
    }

    /// Returns the value that was made of the response's `data`, unless it is empty because there
    /// was none.
    pub(crate) fn needs_data<T: Default + PartialEq>(&self, value: T) -> Result<T> {
        let has_data = || match self.metadata.raw() {
            Value::Object(data) => !data.is_empty(),
            Value::Array(data) => !data.is_empty(),
            _ => false,
        };
        match value == T::default() && !has_data() {
            true => Err(self.lacks("it has no `data`")),
            false => Ok(value),
        }
    }

    /// Creates the error of a response that lacks what the caller needs. It keeps the response.
    pub(crate) fn lacks(&self, reason: impl AsRef<str>) -> Error {
        let Self { jogg, operation, metadata } = *self;
        let ResponseMetadata { status, attempts: number, sent_at, .. } = *metadata;
        let label = jogg.options().label.clone();
        let attempt = Attempt { operation, number, sent_at, label };
        let (headers, body) = (metadata.headers.clone(), metadata.body.clone());
        let response = RawResponse::new(operation, status, headers, body);
        outcome::classify(jogg.api().reject(response, reason), &attempt, None)
    }
}

/// A request that is ready to be sent, or the reason why it can't be.
struct Prepared {
    operation: &'static Operation,
    request: Result<PreparedRequest>,
}

impl Prepared {
    /// Prepares the request of an endpoint. `checked` says whether it may be sent at all.
    fn of<E: Endpoint>(endpoint: &E, checked: Result<()>) -> Self {
        let operation = E::OPERATION;
        let request = match checked {
            Ok(()) => endpoint.prepare().map_err(|error| refused(operation, error)),
            Err(error) => Err(error.with_operation(operation)),
        };
        Self { operation, request }
    }

    async fn send(self, jogg: &Jogg, decode: Option<&mut Decode<'_>>) -> Result<Completed> {
        attempts::call(jogg, &self.request?, decode).await
    }

    async fn start(self, jogg: &Jogg) -> Result<(JobRecord, ResponseMetadata)> {
        let operation = self.operation;
        let Completed { metadata, started } = self.send(jogg, None).await?;
        // The attempts have made sure that it is there.
        let (id, raw) = started.unwrap_or_default();
        Ok((JobRecord::started(operation, id, metadata.sent_at, raw), metadata))
    }
}

/// Creates the error of a request that can't be encoded. Nothing was sent.
fn refused(operation: &'static Operation, error: jogg_api::Error) -> Error {
    let attempt = Attempt { operation, number: 0, sent_at: UNIX_EPOCH, label: None };
    outcome::classify(error, &attempt, None)
}
