//! Addresses that are told, with a signature, how jobs end.

use jogg_api::enums::{EndpointStatus, WebhookEvent};
use jogg_api::operations::{
    CREATE_WEBHOOK_ENDPOINT, DELETE_WEBHOOK_ENDPOINT, LIST_WEBHOOK_ENDPOINTS, LIST_WEBHOOK_EVENTS,
    UPDATE_WEBHOOK_ENDPOINT,
};
use jogg_api::types::{
    CreateWebhookEndpointRequest, UpdateWebhookEndpointRequest, WebhookEndpoint,
};

use super::resource;
use crate::call::send;
use crate::page::Extent;
use crate::request::request;
use crate::{Call, List};

resource! {
    /// Addresses that are told, with a signature, how jobs end. From
    /// [`Jogg::webhook_endpoints`](crate::Jogg::webhook_endpoints).
    WebhookEndpoints
}

impl WebhookEndpoints {
    /// The account's endpoints, all at once, with their signing secrets, which do not show
    /// themselves in `Debug`. Calls `list_webhook_endpoints`; free.
    pub fn list(&self) -> List<WebhookEndpoint> {
        let jogg = self.jogg.clone();
        List::whole(
            |endpoint: &WebhookEndpoint| endpoint.endpoint_id.clone(),
            move || {
                jogg.page(
                    &LIST_WEBHOOK_ENDPOINTS,
                    Ok(()),
                    send!(list_webhook_endpoints()),
                    |data| (data.endpoints, Extent::default()),
                )
            },
        )
    }

    /// Registers an endpoint, with the secret that signs what is sent to it. Calls
    /// `create_webhook_endpoint`; free, but registering it twice makes two, so that it is never
    /// sent twice. At most 20 are taken.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the answer was lost or
    /// has no `endpoint_id`; see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateWebhookEndpoint) -> Call<WebhookEndpoint> {
        let operation = &CREATE_WEBHOOK_ENDPOINT;
        let (body, checked) = (request.0.clone(), request.check_extra());
        self.jogg.make(operation, checked, send!(create_webhook_endpoint(body)), |_, called| {
            match called.answer.data.clone() {
                Some(endpoint) if endpoint.endpoint_id.is_some() => Ok(endpoint),
                _ => Err(called.lacks(operation, "it has no `data.endpoint_id`")),
            }
        })
    }

    /// Replaces address, state and events of an endpoint. Its secret stays. Calls
    /// `update_webhook_endpoint`; free.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such endpoint; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn update(
        &self,
        endpoint_id: impl Into<String>,
        request: UpdateWebhookEndpoint,
    ) -> Call<WebhookEndpoint> {
        let (id, body, checked) = (endpoint_id.into(), request.0.clone(), request.check_extra());
        let send = send!(update_webhook_endpoint(id, body));
        self.jogg.value(&UPDATE_WEBHOOK_ENDPOINT, checked, send)
    }

    /// Removes an endpoint. Calls `delete_webhook_endpoint`; free.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such endpoint; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn delete(&self, endpoint_id: impl Into<String>) -> Call<()> {
        let id = endpoint_id.into();
        let send = send!(delete_webhook_endpoint(id));
        self.jogg.make(&DELETE_WEBHOOK_ENDPOINT, Ok(()), send, |_, _| Ok(()))
    }

    /// The events to subscribe to. Calls `list_webhook_events`; free. The set grows; names this
    /// crate does not know are kept.
    ///
    /// # Errors
    /// Those of a read; see [`ErrorKind`](crate::ErrorKind).
    pub fn events(&self) -> Call<Vec<WebhookEvent>> {
        let send = send!(list_webhook_events());
        self.jogg.make(&LIST_WEBHOOK_EVENTS, Ok(()), send, |_, called| {
            Ok(called.answer.data.unwrap_or_default().events)
        })
    }
}

request! {
    /// An endpoint to register.
    pub struct CreateWebhookEndpoint(CreateWebhookEndpointRequest);
}

impl CreateWebhookEndpoint {
    /// With the fields the API requires: an HTTPS address, whether it is told already, and of
    /// which events.
    pub fn new(
        url: impl Into<String>,
        status: EndpointStatus,
        events: impl IntoIterator<Item = WebhookEvent>,
    ) -> Self {
        Self(CreateWebhookEndpointRequest::new(url, status, events.into_iter().collect()))
    }
}

request! {
    /// An endpoint as it should be from now on. All of it is replaced but the secret.
    pub struct UpdateWebhookEndpoint(UpdateWebhookEndpointRequest);
}

impl UpdateWebhookEndpoint {
    /// With the fields the API requires: an HTTPS address, whether it is told, and of which
    /// events.
    pub fn new(
        url: impl Into<String>,
        status: EndpointStatus,
        events: impl IntoIterator<Item = WebhookEvent>,
    ) -> Self {
        Self(UpdateWebhookEndpointRequest::new(url, status, events.into_iter().collect()))
    }
}
