//! What a run registers, changes and removes: only what it registered itself.

use std::time::{SystemTime, UNIX_EPOCH};

use jogg_api_ext::enums::{EndpointStatus, Language, ScriptStyle, VideoLength, WebhookEvent};
use jogg_api_ext::jogg_api::operations as op;
use jogg_api_ext::products::{CreateProduct, MediaFile, UpdateProduct};
use jogg_api_ext::scripts;
use jogg_api_ext::scripts::CreateScript;
use jogg_api_ext::webhook_endpoints::{CreateEndpoint, UpdateEndpoint};

use crate::run::Run;

impl Run {
    /// The id of a product that is registered and changed.
    pub(crate) async fn products(&mut self) -> Option<String> {
        let products = self.jogg.products();
        let picture = MediaFile::image(self.found.image_url.as_str())
            .name("smoke.png")
            .description("A photo");
        let create = CreateProduct::from_details("Smoke test")
            .description("Made by a test of the API; of no use")
            .target_audience("Nobody")
            .media(picture.clone());
        let product = self.call(&op::CREATE_PRODUCT, products.create(create)).await;
        let Some(id) = product.and_then(|product| product.product_id) else {
            return self.no_id(&op::UPDATE_PRODUCT);
        };
        let update = UpdateProduct::new(id.as_str())
            .name("Smoke test, changed")
            .description("Changed by a test of the API; of no use")
            .target_audience("Nobody at all")
            .media(picture);
        self.call_for_nothing(&op::UPDATE_PRODUCT, products.update(update)).await;
        Some(id)
    }

    pub(crate) async fn scripts(&mut self, product_id: Option<&str>) {
        let source = match product_id {
            Some(id) => scripts::Source::Product(id.to_owned()),
            None => scripts::Source::Details {
                name: "Smoke test".to_owned(),
                description: "Of no use".to_owned(),
            },
        };
        let length = VideoLength::Seconds15;
        let create = CreateScript::new(Language::English, length, ScriptStyle::Storytime, source)
            .target_audience("Nobody");
        let create = self.jogg.scripts().create(create);
        let job = self.start(&op::CREATE_AI_SCRIPT, create).await;
        self.poll(&op::GET_AI_SCRIPT, job).await;
    }

    /// An endpoint that is registered, listed, changed and removed. It is never switched on.
    pub(crate) async fn webhook_endpoints(&mut self) {
        let endpoints = self.jogg.webhook_endpoints();
        let url = own_url();
        let events = [WebhookEvent::GeneratedMotionSuccess, WebhookEvent::GeneratedMotionFailed];
        let create = CreateEndpoint::new(url.as_str(), EndpointStatus::Disabled, events.clone());
        let created = self.call(&op::CREATE_WEBHOOK_ENDPOINT, endpoints.create(create)).await;
        let listed = self.call(&op::LIST_WEBHOOK_ENDPOINTS, endpoints.list().page()).await;
        // An endpoint whose response was lost is removed too.
        let listed = listed.map(|page| page.items).unwrap_or_default();
        let ours = listed.into_iter().find(|endpoint| endpoint.url.as_deref() == Some(&url));
        let created = created.and_then(|endpoint| endpoint.endpoint_id);
        let Some(id) = created.or(ours.map(|endpoint| endpoint.endpoint_id)) else {
            self.no_id::<()>(&op::UPDATE_WEBHOOK_ENDPOINT);
            self.no_id::<()>(&op::DELETE_WEBHOOK_ENDPOINT);
            return;
        };
        let update = UpdateEndpoint::new(url, EndpointStatus::Disabled, events);
        let update = endpoints.update(id.as_str(), update);
        self.call(&op::UPDATE_WEBHOOK_ENDPOINT, update).await;
        self.call_for_nothing(&op::DELETE_WEBHOOK_ENDPOINT, endpoints.delete(id)).await;
    }
}

/// An address that no other run uses, so that its endpoint is recognized.
fn own_url() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("https://example.com/hooks/smoke-{}", since.as_millis())
}
