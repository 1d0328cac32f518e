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

use jogg_api::enums::{EndpointStatus, WebhookEvent};
use jogg_api::operations::CREATE_WEBHOOK_ENDPOINT;
use jogg_api::reqwest::Url;
use jogg_api::types::{CreateWebhookEndpointRequest, UpdateWebhookEndpointRequest};
use jogg_api::{endpoints, is_loopback};

use crate::call::Call;
use crate::client::Jogg;
use crate::error::Result;
use crate::lists::{Extent, Gap, List};
use crate::request::{group, refuse, request};

pub use jogg_api::types::{ListedWebhookEndpoint, WebhookEndpoint};

/// How many endpoints an account can have.
const MAX_ENDPOINTS: usize = 20;

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
    /// twice. An account can have 20, so that this first calls `list_webhook_endpoints`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter), and nothing is created,
    /// if there are 20 endpoints, or if the address isn't HTTPS;
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the response was lost or
    /// has no `endpoint_id`; see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateEndpoint) -> Call<WebhookEndpoint> {
        let checked = request.check_extra().and_then(|()| check_url(&self.jogg, &request.0.url));
        let endpoint = endpoints::CreateWebhookEndpoint::new(request.0);
        Call::sharing_deadline(&self.jogg, |jogg| async move {
            if checked.is_ok() {
                check_number(&jogg).await?;
            }
            Ok(jogg.call_to_read(
                checked,
                endpoint,
                |_, endpoint| match endpoint.endpoint_id {
                    Some(_) => Ok(endpoint),
                    None => Err("it has no `data.endpoint_id`".to_owned()),
                },
                |endpoint, _| Ok(endpoint),
            ))
        })
    }

    /// Replaces address, state and events of an endpoint. Its secret stays. Calls
    /// `update_webhook_endpoint`; free.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter) if the address isn't
    /// HTTPS; [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such endpoint; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn update(
        &self,
        endpoint_id: impl Into<String>,
        request: UpdateEndpoint,
    ) -> Call<WebhookEndpoint> {
        let checked = request.check_extra().and_then(|()| check_url(&self.jogg, &request.0.url));
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

/// Refuses an address that the API sends nothing to. A server on this machine, such as the
/// simulator, sends to plain addresses on this machine, too.
fn check_url(jogg: &Jogg, text: &str) -> Result<()> {
    let is_here = |url: &str| Url::parse(url).is_ok_and(|url| is_loopback(&url));
    match Url::parse(text) {
        Err(error) => refuse(format!("`url` can't be read: {error}; give all of `https://…`")),
        Ok(url) if url.scheme() == "https" => Ok(()),
        Ok(url)
            if url.scheme() == "http" && is_loopback(&url) && is_here(jogg.api().base_url()) =>
        {
            Ok(())
        }
        Ok(url) => refuse(format!(
            "`url` begins with `{}:`; the API sends webhooks only to `https://` addresses",
            url.scheme()
        )),
    }
}

/// Refuses one endpoint too many. If the list doesn't come at once, the API says so itself.
async fn check_number(jogg: &Jogg) -> Result<()> {
    let once = jogg.with_options(jogg.options().clone().max_attempts(1));
    let list = once.call(endpoints::ListWebhookEndpoints::new()).await;
    if list.is_ok_and(|list| list.endpoints.len() >= MAX_ENDPOINTS) {
        let reason = format!(
            "the account has {MAX_ENDPOINTS} webhook endpoints, as many as it can have; delete one, \
             or update one"
        );
        return refuse(reason).map_err(|error| error.with_operation(&CREATE_WEBHOOK_ENDPOINT));
    }
    Ok(())
}
