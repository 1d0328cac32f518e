//! What the simulator delivers, over real sockets to receivers that are ours.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use jogg_api_ext::enums::{EndpointStatus, WebhookEvent};
use jogg_api_ext::simulator::SimulatorBuilder;
use jogg_api_ext::webhook_endpoints::CreateEndpoint;
use jogg_api_ext::webhooks::Event;
use jogg_api_ext::{Secret, webhooks};
use jogg_tests::requests::avatar_video;
use jogg_tests::{Stage, until};
use tokio::net::TcpListener;

/// How long jobs take.
const JOB: Duration = Duration::from_secs(60);

/// A request as a receiver got it.
#[derive(Clone)]
struct Received {
    headers: HeaderMap,
    body: Bytes,
}

impl Received {
    fn event(&self) -> Event {
        Event::parse(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// A receiver that responds with these statuses, then with 200. Instead of 0, it never responds.
struct Hook {
    url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Hook {
    async fn new(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let received = Arc::default();
        let state =
            (Arc::clone(&received), Arc::new(Mutex::new(statuses.iter().copied().collect())));
        let router = Router::new().route("/hook", post(receive)).with_state(state);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, received }
    }

    fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until so many requests have come.
    async fn has(&self, count: usize) -> Vec<Received> {
        until(|| self.received.lock().unwrap().len() >= count).await;
        self.received()
    }
}

type Hooked = (Arc<Mutex<Vec<Received>>>, Arc<Mutex<VecDeque<u16>>>);

async fn receive(
    State((received, statuses)): State<Hooked>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    received.lock().unwrap().push(Received { headers, body });
    let status = statuses.lock().unwrap().pop_front().unwrap_or(200);
    if status == 0 {
        std::future::pending::<()>().await;
    }
    StatusCode::from_u16(status).unwrap()
}

async fn stage(settings: impl FnOnce(SimulatorBuilder) -> SimulatorBuilder) -> Stage {
    Stage::with(|builder| settings(builder.job_duration(JOB).credits(1e6))).await
}

/// Registers an endpoint for all events, and returns its id and its secret.
async fn register(stage: &Stage, url: &str) -> (String, Secret) {
    let create = CreateEndpoint::new(url, EndpointStatus::Enabled, WebhookEvent::KNOWN.to_vec());
    let created = stage.jogg.webhook_endpoints().create(create).await.unwrap();
    (created.endpoint_id.unwrap(), created.secret.unwrap())
}

async fn start(stage: &Stage) -> String {
    let job = stage.jogg.avatar_videos().create(avatar_video()).await.unwrap();
    job.id().to_owned()
}

#[tokio::test]
async fn fact_40_an_event_is_signed_and_named_in_the_headers() {
    let (stage, hook) = (stage(|builder| builder).await, Hook::new(&[]).await);
    let (_, secret) = register(&stage, &hook.url).await;
    let id = start(&stage).await;
    stage.clock.advance(JOB);
    let received = hook.has(1).await.remove(0);
    let signature = received.header("X-Webhook-Signature").unwrap();
    assert_eq!(signature, webhooks::sign(&secret, &received.body));
    assert_eq!(received.header("X-Webhook-Event"), Some("generated_avatar_video_success"));
    assert_eq!(received.event().job().unwrap().id, id);
}
