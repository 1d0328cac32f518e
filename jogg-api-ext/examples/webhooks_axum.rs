//! Webhooks with axum: a server that receives events, and a wait that polls when one has come.
//!
//! `cargo run -p jogg-api-ext --features axum,simulator --example webhooks_axum`

mod support;

use std::error::Error;
use std::time::Duration;

use jogg_api_ext::enums::{EndpointStatus, WebhookEvent};
use jogg_api_ext::jobs::WaitOptions;
use jogg_api_ext::product_videos::RenderPreview;
use jogg_api_ext::webhook_endpoints::CreateEndpoint;
use jogg_api_ext::webhooks::{Event, EventHub, HandlerResult, Receiver, Verifier};
use tokio::net::TcpListener;

/// Stores an event under its key; here it only prints. After an error, the API retries it.
async fn store(event: Event) -> HandlerResult {
    let job = event.job().ok_or("an event without a job")?;
    println!("received: the job of {} is {}", job.operation, event.status());
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, _simulator) = support::simulated().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    // Yours begins with `https://`. The simulator delivers to this machine.
    let url = format!("http://{}/hooks/jogg", listener.local_addr()?);
    let events =
        [WebhookEvent::GeneratedProductVideoSuccess, WebhookEvent::GeneratedProductVideoFailed];
    let endpoint = CreateEndpoint::new(url, EndpointStatus::Enabled, events);
    let secret = jogg.webhook_endpoints().create(endpoint).await?.secret.ok_or("no secret")?;

    let hub = EventHub::new();
    let receiver = Receiver::new(Verifier::new([secret])?, store).publish_to(&hub);
    let router = receiver.into_router("/hooks/jogg")?;
    tokio::spawn(async move { axum::serve(listener, router).await });

    let job = jogg.product_videos().render(RenderPreview::new("preview_1")).await?;
    // Without this, a poll would find the result just when the event comes.
    let options = WaitOptions::default().hub(&hub).fallback_interval(Duration::from_secs(1200));
    let video = job.wait_with(options).await?;
    println!("the video is there: {}", video.url.starts_with("http"));
    Ok(())
}

// It prints:
//
// received: the job of create_video_from_product is completed
// the video is there: true
