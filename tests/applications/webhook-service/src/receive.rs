//! Receives events: registers the endpoint once, verifies what comes, and stores it.

use std::sync::Arc;

use axum::Router;
use jogg_api_ext::enums::{EndpointStatus, WebhookEvent};
use jogg_api_ext::webhook_endpoints::{CreateEndpoint, UpdateEndpoint};
use jogg_api_ext::webhooks::{Event, HandlerResult, Receiver, Verifier};
use jogg_api_ext::{Jogg, Secret};
use tokio::sync::Notify;

use crate::store::{Error, Store};

/// Where events come in.
pub const PATH: &str = "/hooks/jogg";

/// The events of the jobs that this service starts.
const EVENTS: [WebhookEvent; 2] =
    [WebhookEvent::GeneratedTemplateVideoSuccess, WebhookEvent::GeneratedTemplateVideoFailed];

/// Returns a router that stores verified events, and confirms each only when that is committed: a
/// kill before makes the API deliver it again. `poll` is notified when an event says too little.
pub fn router(secrets: Vec<Secret>, store: Store, poll: Arc<Notify>) -> Result<Router, Error> {
    let handle = move |event: Event| {
        let (store, poll) = (store.clone(), Arc::clone(&poll));
        async move {
            if store.received(event).await? {
                poll.notify_one();
            }
            HandlerResult::Ok(())
        }
    };
    Ok(Receiver::new(Verifier::new(secrets)?, handle).into_router(PATH)?)
}

/// Returns the secrets that sign what is sent to this URL. The API lists endpoints with their
/// secrets, so that none needs to be stored, and an endpoint that an earlier run created is found
/// again: an account can have 20.
pub async fn secrets(jogg: &Jogg, url: &str) -> Result<Vec<Secret>, Error> {
    let mut secrets = Vec::new();
    let mut endpoints = jogg.webhook_endpoints().list().items();
    while let Some(endpoint) = endpoints.next().await {
        let endpoint = endpoint?;
        if endpoint.url.as_deref() != Some(url) {
            continue;
        }
        let has_all = EVENTS.iter().all(|event| endpoint.events.contains(event));
        if !has_all || endpoint.status != Some(EndpointStatus::Enabled) {
            let request = UpdateEndpoint::new(url, EndpointStatus::Enabled, EVENTS);
            jogg.webhook_endpoints().update(endpoint.endpoint_id, request).await?;
        }
        secrets.extend(endpoint.secret);
    }
    if secrets.is_empty() {
        let request = CreateEndpoint::new(url, EndpointStatus::Enabled, EVENTS);
        let endpoint = jogg.webhook_endpoints().create(request).await?;
        secrets.extend(endpoint.secret);
    }
    match secrets.is_empty() {
        false => Ok(secrets),
        true => Err("the API doesn't return the secret of the webhook endpoint; \
                     set JOGG_WEBHOOK_SECRET to it"
            .into()),
    }
}

#[cfg(test)]
mod tests {
    use jogg_api_ext::jogg_api::operations::CREATE_WEBHOOK_ENDPOINT;
    use jogg_api_ext::simulator::Simulator;

    use super::*;

    #[tokio::test]
    async fn an_endpoint_is_created_once_and_enabled_again() {
        let simulator = Simulator::start().await.unwrap();
        let jogg = Jogg::builder("key").base_url(simulator.base_url()).build().unwrap();
        let url = "http://127.0.0.1:9/hooks/jogg";
        let first = secrets(&jogg, url).await.unwrap();
        let endpoints = || jogg.webhook_endpoints().list().items().try_collect();
        let id = endpoints().await.unwrap()[0].endpoint_id.clone();
        let events = [WebhookEvent::GeneratedMotionSuccess];
        let request = UpdateEndpoint::new(url, EndpointStatus::Disabled, events);
        jogg.webhook_endpoints().update(id, request).await.unwrap();

        assert_eq!(secrets(&jogg, url).await.unwrap(), first);
        assert_eq!(simulator.request_count(&CREATE_WEBHOOK_ENDPOINT), 1);
        let endpoints = endpoints().await.unwrap();
        assert_eq!(endpoints[0].status, Some(EndpointStatus::Enabled));
        assert_eq!((endpoints.len(), &endpoints[0].events[..]), (1, &EVENTS[..]));
    }
}
