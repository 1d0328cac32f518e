//! Sends messages to receivers on this machine.

use std::error::Error;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jogg_api::reqwest::dns::{Addrs, Name, Resolve, Resolving};
use jogg_api::reqwest::{self, header::CONTENT_TYPE};

use super::log::DeliveryOutcome;
use super::receivers::Message;
use crate::clock::{Clock, within};
use crate::webhooks::signature::{EVENT_HEADER, SIGNATURE_HEADER};

/// How long a receiver has to respond.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// The HTTP client of deliveries. It is built when the first one is sent: that reads the system's
/// certificates, and most simulators send none.
#[derive(Clone, Default)]
pub(super) struct Sender(Arc<OnceLock<Result<reqwest::Client, String>>>);

impl Sender {
    /// Sends a message once.
    pub(super) async fn send(&self, message: &Message, clock: &dyn Clock) -> DeliveryOutcome {
        let Some(url) = message.url.clone() else { return DeliveryOutcome::Skipped };
        let http = match self.0.get_or_init(client) {
            Ok(http) => http,
            Err(reason) => return DeliveryOutcome::Failed(reason.clone()),
        };
        let mut request = http
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(EVENT_HEADER, &message.event)
            .body(message.body.clone());
        if let Some(signature) = &message.signature {
            request = request.header(SIGNATURE_HEADER, signature);
        }
        match within(request.send(), clock.timeout(RESPONSE_TIMEOUT)).await {
            None => DeliveryOutcome::TimedOut,
            Some(Ok(response)) => DeliveryOutcome::Responded(response.status().as_u16()),
            Some(Err(error)) => DeliveryOutcome::Failed(innermost(&error.without_url())),
        }
    }
}

fn client() -> Result<reqwest::Client, String> {
    // For its care of TLS, whatever features there are: of the client, only what has no key is
    // used. With this base URL it uses no proxy, and it follows no redirect.
    let client = jogg_api::Client::builder("unused")
        .base_url("http://127.0.0.1")
        .user_agent(concat!("jogg-simulator/", env!("CARGO_PKG_VERSION")))
        .http_client(|http| http.dns_resolver(ThisMachine))
        .build();
    client.map(|client| client.http().clone()).map_err(|error| error.to_string())
}

/// The cause that says most.
fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// Finds every name on this machine, whatever DNS says: nothing leaves it.
struct ThisMachine;

impl Resolve for ThisMachine {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        // The port is that of the URL.
        let addresses = addresses.map(|address| SocketAddr::new(address, 0));
        let addresses: Addrs = Box::new(addresses.into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}
