//! Webhooks with axum: a server that receives events, and a wait that polls when one has come.
//!
//! `cargo run -p jogg-api-ext --features axum,simulator --example webhooks_axum`

mod support;

use std::error::Error;

use jogg_api_ext::Secret;
use jogg_api_ext::enums::WebhookEvent;
use jogg_api_ext::jobs::WaitOptions;
use jogg_api_ext::jogg_api::reqwest::Client;
use jogg_api_ext::product_videos::RenderPreview;
use jogg_api_ext::webhooks::{
    Event, EventHub, HandlerResult, Receiver, SIGNATURE_HEADER, SampleEvent, Verifier, sign,
};
use tokio::net::TcpListener;

/// Stores an event under its key; here it only prints. After an error, it would come again.
async fn store(event: Event) -> HandlerResult {
    let job = event.job().ok_or("an event without a job")?;
    println!("received: the job of {} is {}", job.operation, event.status());
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, _simulator) = support::simulated().await?;
    // Yours is what `webhook_endpoints().create` returns.
    let secret = Secret::from("whsec_7c1e");
    let hub = EventHub::new();
    let receiver = Receiver::new(Verifier::new([secret.clone()])?, store).publish_to(&hub);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/hooks/jogg", listener.local_addr()?);
    let router = receiver.into_router("/hooks/jogg")?;
    tokio::spawn(async move { axum::serve(listener, router).await });

    let job = jogg.product_videos().render(RenderPreview::new("preview_1")).await?;
    // What the API sends when the job has ended, and what somebody else may send.
    let sample = SampleEvent::new(WebhookEvent::GeneratedProductVideoSuccess).job_id(job.id());
    let http = Client::new();
    for signature in [sign(&secret, &sample.body()), "forged".to_owned()] {
        let delivery = http.post(&url).header(SIGNATURE_HEADER, signature).body(sample.body());
        println!("responded: {}", delivery.send().await?.status());
    }
    let video = job.wait_with(WaitOptions::default().hub(&hub)).await?;
    println!("the video is there: {}", video.url.starts_with("http"));
    Ok(())
}
