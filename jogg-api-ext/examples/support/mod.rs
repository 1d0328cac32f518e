//! What the examples run on: a simulator in their own process, so that they need no key and spend
//! no credits. With a key, use `Jogg::from_env()?` instead.

use std::error::Error;
use std::sync::Arc;

use jogg_api_ext::simulator::{AcceleratedClock, Simulator};
use jogg_api_ext::{Jogg, JoggBuilder};

/// Starts a simulator, in which a minute takes a tenth of a second, and a client of it.
#[allow(dead_code, reason = "not used by every example")]
pub(crate) async fn simulated() -> Result<(Jogg, Simulator), Box<dyn Error>> {
    let (builder, simulator) = simulator().await?;
    Ok((builder.build()?, simulator))
}

/// Starts the same, and begins to build a client of it.
pub(crate) async fn simulator() -> Result<(JoggBuilder, Simulator), Box<dyn Error>> {
    let clock = Arc::new(AcceleratedClock::new(600.0));
    let simulator = Simulator::builder().clock(clock.clone()).start().await?;
    Ok((Jogg::builder("any-key").base_url(simulator.base_url()).clock(clock), simulator))
}
