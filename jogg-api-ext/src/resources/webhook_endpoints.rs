//! Webhook endpoints: addresses that receive signed notifications of how jobs end.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::enums::{EndpointStatus, WebhookEvent};
//! use jogg_api_ext::webhook_endpoints::CreateEndpoint;
//!
//! let events = [WebhookEvent::GeneratedMotionSuccess, WebhookEvent::GeneratedMotionFailed];
//! let request =
//!     CreateEndpoint::new("https://example.com/hooks/jogg", EndpointStatus::Enabled, events);
//! let endpoint = jogg.webhook_endpoints().create(request).await?;
//! println!("{:?}", endpoint.endpoint_id);
//! # Ok(()) }
//! ```

use jogg_api::endpoints;
use jogg_api::enums::{EndpointStatus, WebhookEvent};
use jogg_api::types::{CreateWebhookEndpointRequest, UpdateWebhookEndpointRequest};

use crate::call::Call;
use crate::lists::{Extent, Gap, List};
use crate::request::{group, request};

pub use jogg_api::types::{ListedWebhookEndpoint, WebhookEndpoint};

group! {
    /// Webhook endpoints: addresses that receive signed notifications of how jobs end.
    WebhookEndpoints, webhook_endpoints
}

impl WebhookEndpoints {
    /// Lists the account's endpoints, all at once, with their signing secrets, which `Debug`
    /// doesn't show. Calls `list_webhook_endpoints`; free.
    pub fn list(&self) -> List<ListedWebhookEndpoint> {
        List::whole(
            &self.jogg,
            || (Ok(()), endpoints::ListWebhookEndpoints::new()),
            |endpoint| endpoint.endpoint_id.clone(),
            |data| (data.endpoints, Extent::default()),
        )
    }

    /// Creates an endpoint, and returns it with the secret that signs what is sent to it. Calls
    /// `create_webhook_endpoint`; free, but creating it twice makes two, so that it is never sent
    /// twice. The API takes at most 20.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the response was lost or
    /// has no `endpoint_id`; see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateEndpoint) -> Call<WebhookEndpoint> {
        let checked = request.check_extra();
        let endpoint = endpoints::CreateWebhookEndpoint::new(request.0);
        self.jogg.call_to_read(
            checked,
            endpoint,
            |_, endpoint| match endpoint.endpoint_id {
                Some(_) => Ok(endpoint),
                None => Err("it has no `data.endpoint_id`".to_owned()),
            },
            |endpoint, _| Ok(endpoint),
        )
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
        request: UpdateEndpoint,
    ) -> Call<WebhookEndpoint> {
        let checked = request.check_extra();
        let endpoint = endpoints::UpdateWebhookEndpoint::new(endpoint_id, request.0);
        self.jogg.call_with(checked, endpoint, |endpoint, _| Ok(endpoint))
    }

    /// Deletes an endpoint. Calls `delete_webhook_endpoint`; free.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such endpoint; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn delete(&self, endpoint_id: impl Into<String>) -> Call<()> {
        let endpoint = endpoints::DeleteWebhookEndpoint::new(endpoint_id);
        self.jogg.call_with(Ok(()), endpoint, |_, _| Ok(()))
    }

    /// Returns the events to subscribe to. Calls `list_webhook_events`; free. The set grows; names
    /// this crate doesn't know are kept.
    ///
    /// # Errors
    /// Those of a read; see [`ErrorKind`](crate::ErrorKind).
    pub fn events(&self) -> Call<Vec<WebhookEvent>> {
        self.jogg.call_with(Ok(()), endpoints::ListWebhookEvents::new(), |data, received| {
            Gap::checked(data.events, received)
        })
    }
}

request! {
    /// A request to create an endpoint.
    pub struct CreateEndpoint(CreateWebhookEndpointRequest);
}

impl CreateEndpoint {
    /// Creates a request with the fields the API requires: an HTTPS address, whether it is enabled,
    /// and the events it receives.
    pub fn new(
        url: impl Into<String>,
        status: EndpointStatus,
        events: impl IntoIterator<Item = WebhookEvent>,
    ) -> Self {
        Self(CreateWebhookEndpointRequest::new(url, status, events.into_iter().collect()))
    }
}

request! {
    /// A request to update an endpoint: everything is replaced but the secret.
    pub struct UpdateEndpoint(UpdateWebhookEndpointRequest);
}

impl UpdateEndpoint {
    /// Creates a request with the fields the API requires: an HTTPS address, whether it is enabled,
    /// and the events it receives.
    pub fn new(
        url: impl Into<String>,
        status: EndpointStatus,
        events: impl IntoIterator<Item = WebhookEvent>,
    ) -> Self {
        Self(UpdateWebhookEndpointRequest::new(url, status, events.into_iter().collect()))
    }
}
