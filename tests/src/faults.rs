//! Calls that meet the faults of the table, for every test that goes through all of them.

use std::time::Duration;

use jogg_api::codec::{Codec, EndpointVisitor, visit};
use jogg_api::{Endpoint, Operation, RawRequest};
use jogg_api_ext::clock::Clock;
use jogg_api_ext::simulator::{Reply, Simulator};
use jogg_api_ext::{BoxFuture, Error, Jogg, ResponseMetadata, RetryPolicy};
use serde::Serialize;
use serde_json::Value;

use crate::fault_table::{CAP, Setting};
use crate::{Stage, sample};

pub use crate::fault_table::{Fault, faults};

/// A stage for faults, and another server, to which no request may go.
#[derive(Debug)]
pub struct Faults {
    /// The server that fails, and its client.
    pub stage: Stage,
    /// The other server.
    pub elsewhere: Simulator,
}

/// What became of a call.
#[derive(Debug)]
pub struct Outcome {
    /// What the caller gets.
    pub result: CallResult,
    /// How many requests the server received.
    pub requests: usize,
    /// How much virtual time passed.
    pub time: Duration,
}

impl Faults {
    /// Starts both servers.
    pub async fn start() -> Self {
        let stage = Stage::with_both(
            |simulator| simulator.credits(1e9),
            |jogg| jogg.retry_policy(unlimited_budget()).max_body_bytes(CAP),
        )
        .await;
        let elsewhere = Simulator::start().await.expect("a free port on loopback");
        Self { stage, elsewhere }
    }

    /// Calls an operation that meets this fault at every attempt, or only at the first.
    pub async fn provoke(&self, fault: &Fault, codec: &'static Codec) -> Outcome {
        let Stage { simulator, jogg, clock } = &self.stage;
        let operation = codec.operation;
        let elsewhere = self.elsewhere.base_url().to_owned();
        let setting = Setting { response: sample::response(operation), elsewhere };
        let faulty = if fault.once { 1 } else { MOST_ATTEMPTS + 1 };
        let reply = (fault.reply)(&setting);
        (0..faulty).for_each(|_| simulator.reply_next(operation, reply.clone()));
        if fault.once {
            simulator.reply_next(operation, Reply::json(200, setting.response));
        }
        let (before, begun) = (simulator.request_count(operation), clock.now());
        let result = call(jogg, codec).await;
        let time = clock.now() - begun;
        let requests = simulator.request_count(operation) - before;
        simulator.clear_replies();
        Outcome { result, requests, time }
    }
}

/// More attempts than a call makes in these tests, those after a 429 included.
const MOST_ATTEMPTS: u32 = 30;

/// The default policy, but never short of budget, and with less patience with a server that always
/// refuses.
pub fn unlimited_budget() -> RetryPolicy {
    RetryPolicy::new().budget(1e9).max_rate_limit_wait(Duration::from_secs(180))
}

/// The typed value of a call as JSON, or why it failed.
pub type CallResult = Result<(Value, ResponseMetadata), Error>;

/// Calls an operation with the request of its sample.
pub async fn call(jogg: &Jogg, codec: &'static Codec) -> CallResult {
    call_with(jogg, codec.operation, &sample::request(codec.operation)).await
}

/// Calls an operation with a valid request.
///
/// # Panics
/// If an argument is missing or not of its type.
pub async fn call_with(
    jogg: &Jogg,
    operation: &'static Operation,
    request: &RawRequest,
) -> CallResult {
    visit(operation, request, Calling(jogg)).expect("a valid request").await
}

/// Calls the operation of an endpoint.
struct Calling<'j>(&'j Jogg);

impl EndpointVisitor for Calling<'_> {
    type Output = BoxFuture<CallResult>;

    fn visit<E>(self, endpoint: E) -> Self::Output
    where
        E: Endpoint + Send + 'static,
        E::Response: Serialize,
    {
        let call = self.0.call(endpoint).with_metadata();
        Box::pin(async move {
            let (data, metadata) = call.await?;
            Ok((serde_json::to_value(data).expect("responses are JSON"), metadata))
        })
    }
}

/// What an error says of a request: its kind, then `retryable` if the call may be retried, and
/// `executed?` if it may have been executed.
pub fn verdict(error: &Error) -> String {
    let mut words = format!("{:?}", error.kind());
    for (is_so, word) in
        [(error.is_retryable(), " retryable"), (error.may_have_executed(), " executed?")]
    {
        if is_so {
            words.push_str(word);
        }
    }
    words
}
