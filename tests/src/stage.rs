//! A client and a server on one virtual clock.

use std::sync::Arc;

use jogg_api::Operation;
use jogg_api_ext::simulator::{ReceivedRequest, Simulator, SimulatorBuilder, VirtualClock};
use jogg_api_ext::{Jogg, JoggBuilder, RetryPolicy};
use serde_json::Value;

use crate::provider::install_provider;
use crate::replies::success;
use crate::secrets::KEY;

/// A simulator and a client of it. Time is virtual: waits take none.
#[derive(Debug)]
pub struct Stage {
    /// The server.
    pub simulator: Simulator,
    /// A client of it, with [`KEY`].
    pub jogg: Jogg,
    /// The time of both.
    pub clock: VirtualClock,
}

impl Stage {
    /// With the usual settings, but no limits on requests.
    pub async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    /// With other settings of the simulator.
    pub async fn with(settings: impl FnOnce(SimulatorBuilder) -> SimulatorBuilder) -> Self {
        Self::with_both(settings, |builder| builder).await
    }

    /// With other settings of the client.
    pub async fn with_client(client: impl FnOnce(JoggBuilder) -> JoggBuilder) -> Self {
        Self::with_both(|builder| builder, client).await
    }

    /// A client that makes each call once, so that a test sees each reply.
    pub async fn without_retries() -> Self {
        Self::with_client(|builder| builder.retry_policy(RetryPolicy::never())).await
    }

    /// With other settings of the simulator and of the client.
    pub async fn with_both(
        settings: impl FnOnce(SimulatorBuilder) -> SimulatorBuilder,
        client: impl FnOnce(JoggBuilder) -> JoggBuilder,
    ) -> Self {
        install_provider();
        let clock = VirtualClock::new();
        let builder = Simulator::builder().clock(Arc::new(clock.clone())).post_limit(None);
        let simulator = settings(builder).start().await.expect("a free port on loopback");
        let builder = client_of(simulator.base_url(), &clock).without_rate_limiter();
        let jogg = client(builder).build().expect("settings that are valid");
        Self { simulator, jogg, clock }
    }

    /// Another client of the simulator, with default limits.
    pub fn client(&self) -> JoggBuilder {
        client_of(self.simulator.base_url(), &self.clock)
    }

    /// Makes the next call of an operation succeed with this `data`.
    pub fn respond(&self, operation: &'static Operation, data: Value) {
        self.simulator.reply_next(operation, success(data));
    }

    /// The only request the simulator has received.
    #[track_caller]
    pub fn only_request(&self) -> ReceivedRequest {
        let mut requests = self.simulator.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests.remove(0)
    }
}

fn client_of(base_url: &str, clock: &VirtualClock) -> JoggBuilder {
    Jogg::builder(KEY).base_url(base_url).clock(Arc::new(clock.clone()))
}
