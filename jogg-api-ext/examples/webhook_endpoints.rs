//! Endpoints that receive notifications of how jobs end: create, update, list, delete.
//!
//! `cargo run -p jogg-api-ext --features simulator --example webhook_endpoints`

mod support;

use std::error::Error;

use jogg_api_ext::enums::{EndpointStatus, WebhookEvent};
use jogg_api_ext::webhook_endpoints::{CreateEndpoint, UpdateEndpoint};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, _simulator) = support::simulated().await?;
    let endpoints = jogg.webhook_endpoints();

    let events = endpoints.events().await?;
    println!("{} events to subscribe to", events.len());
    let motion = [WebhookEvent::GeneratedMotionSuccess, WebhookEvent::GeneratedMotionFailed];

    let url = "https://hooks.example.com/jogg";
    let request = CreateEndpoint::new(url, EndpointStatus::Enabled, motion);
    let endpoint = endpoints.create(request).await?;
    let id = endpoint.endpoint_id.ok_or("no id")?;
    // The secret signs what is sent there. `Debug` doesn't show it.
    println!("created, secret {:?}", endpoint.secret.ok_or("no secret")?);

    let request = UpdateEndpoint::new(url, EndpointStatus::Disabled, events);
    let endpoint = endpoints.update(&id, request).await?;
    println!("updated to {} events", endpoint.events.len());
    println!("{} endpoint", endpoints.list().items().try_collect().await?.len());
    endpoints.delete(&id).await?;
    println!("{} endpoints", endpoints.list().items().try_collect().await?.len());
    Ok(())
}

// It prints:
//
// 22 events to subscribe to
// created, secret [redacted]
// updated to 22 events
// 1 endpoint
// 0 endpoints
