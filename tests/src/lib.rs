//! What the tests share: a client and a simulator on one virtual clock, and requests as text.

mod cargo;
pub mod connections;
pub mod faults;
pub mod sample;
pub mod secrets;
mod sources;
pub mod spec;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use jogg_api_ext::simulator::{ReceivedRequest, Simulator, SimulatorBuilder, VirtualClock};
use jogg_api_ext::{Jogg, JoggBuilder, RetryPolicy};

pub use self::cargo::{Output, cargo};
pub use secrets::KEY;
pub use sources::{collect, root};

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
        Self::with_client(settings, |builder| builder).await
    }

    /// A client that makes each call once, so that a test sees each reply.
    pub async fn without_retries() -> Self {
        let never = |builder: JoggBuilder| builder.retry_policy(RetryPolicy::never());
        Self::with_client(|builder| builder, never).await
    }

    /// With other settings of the simulator and of the client.
    pub async fn with_client(
        settings: impl FnOnce(SimulatorBuilder) -> SimulatorBuilder,
        client: impl FnOnce(JoggBuilder) -> JoggBuilder,
    ) -> Self {
        let clock = VirtualClock::new();
        let builder = Simulator::builder().clock(Arc::new(clock.clone())).post_limit(None);
        let simulator = settings(builder).start().await.expect("a free port on loopback");
        let builder = Jogg::builder(KEY)
            .base_url(simulator.base_url())
            .clock(Arc::new(clock.clone()))
            .without_rate_limiter();
        let jogg = client(builder).build().expect("settings that are valid");
        Self { simulator, jogg, clock }
    }

    /// The only request the simulator has received.
    #[track_caller]
    pub fn only_request(&self) -> ReceivedRequest {
        let mut requests = self.simulator.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests.remove(0)
    }
}

/// The output of a future that is to end soon: a guard against a test that would never end.
///
/// # Panics
/// If it takes a minute.
pub async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("it hangs")
}

/// A request as text: first line, headers in order of their names, body. The host's port is
/// replaced, as it differs between runs.
pub fn wire(request: &ReceivedRequest) -> String {
    let mut text = format!("{} {}", request.method, request.path);
    if !request.query.is_empty() {
        let _ = write!(text, "?{}", request.query);
    }
    text.push('\n');
    let mut headers: Vec<(&str, &[u8])> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    headers.sort_unstable();
    for (name, value) in headers {
        let value = match name {
            "host" => "127.0.0.1".to_owned(),
            _ => String::from_utf8_lossy(value).into_owned(),
        };
        let _ = writeln!(text, "{name}: {value}");
    }
    if !request.body.is_empty() {
        let _ = write!(text, "\n{}", String::from_utf8_lossy(&request.body));
    }
    text
}

/// The code in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
