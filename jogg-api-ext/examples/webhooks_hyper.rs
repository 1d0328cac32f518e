//! Webhooks with hyper, and so with every server whose requests are those of the `http` crate.
//!
//! `cargo run -p jogg-api-ext --features webhooks --example webhooks_hyper`

use std::convert::Infallible;
use std::error::Error;

use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use jogg_api_ext::Secret;
use jogg_api_ext::jogg_api::bytes::Bytes;
use jogg_api_ext::jogg_api::reqwest::Client;
use jogg_api_ext::webhooks::{Receiver, SIGNATURE_HEADER, SampleEvent, Verifier, sign};
use tokio::net::TcpListener;

/// Serves a receiver at every path.
async fn serve(listener: TcpListener, receiver: Receiver) -> std::io::Result<()> {
    loop {
        let (socket, _) = listener.accept().await?;
        let receiver = receiver.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let receiver = receiver.clone();
            async move {
                let mut response = Response::new(Empty::<Bytes>::new());
                *response.status_mut() = receiver.receive(request).await;
                Ok::<_, Infallible>(response)
            }
        });
        tokio::spawn(async move {
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new());
            if let Err(error) = http.serve_connection(TokioIo::new(socket), service).await {
                eprintln!("connection: {error}");
            }
        });
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // Two, while an endpoint is replaced by another.
    let secrets = ["whsec_old", "whsec_new"].map(Secret::from);
    let (receiver, mut events) = Receiver::channel(Verifier::new(secrets.clone())?, 100);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    tokio::spawn(serve(listener, receiver));

    let http = Client::new();
    for (sample, secret) in SampleEvent::all().into_iter().zip(secrets.iter().cycle()).take(3) {
        let body = sample.live().body();
        let delivery = http.post(&url).header(SIGNATURE_HEADER, sign(secret, &body)).body(body);
        let status = delivery.send().await?.status();
        let event = events.next().await.ok_or("no event")?;
        println!("{status}: {}", event.key());
    }
    Ok(())
}

// It prints:
//
// 200 OK: job:generated_video_success project_id="video_1e88"
// 200 OK: job:generated_video_failed project_id="video_1e88"
// 200 OK: job:generated_avatar_video_success project_id="video_1e88"
