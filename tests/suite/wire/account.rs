//! The account, its webhook endpoints, uploads, and the lists that depend on nothing.

use jogg_api_ext::assets::Upload;
use jogg_api_ext::enums::{AspectRatio, EndpointStatus, WebhookEvent};
use jogg_api_ext::jogg_api::operations as op;
use jogg_api_ext::musics::ListMusics;
use jogg_api_ext::visual_styles::ListStyles;
use jogg_api_ext::webhook_endpoints::{CreateEndpoint, UpdateEndpoint};
use serde_json::json;

use super::case::{Case, Received, bodies, call, plain, queries};

pub(crate) fn cases() -> Vec<Case> {
    [account(), uploads(), musics(), visual_styles(), webhook_endpoints()]
        .into_iter()
        .flatten()
        .collect()
}

fn account() -> Vec<Case> {
    vec![
        call!(WHOAMI, "GET /v2/user/whoami", account.whoami),
        call!(GET_REMAINING_QUOTA, "GET /v2/user/remaining_quota", account.remaining_quota),
    ]
}

/// The ticket of an upload; what follows it is in `upload.rs`.
fn uploads() -> Vec<Case> {
    let target = "POST /v2/upload/asset";
    let mut upload = plain(&op::CREATE_ASSET_UPLOAD, "assets().upload", target, |jogg| {
        Box::pin(async move {
            let asset = jogg.assets().upload(Upload::bytes("cup & saucer.png", "bytes")).await?;
            Ok(Received { value: None, data: json!({"asset_url": asset.url}) })
        })
    });
    let body = r#"{"content_type":"image/png","file_size":5,"filename":"cup & saucer.png"}"#;
    body.clone_into(&mut upload.body);
    vec![upload]
}

fn musics() -> Vec<Case> {
    let list = queries!(LIST_MUSICS, "GET /v2/musics", musics.list);
    vec![
        list.case("minimal", ListMusics::new(), ""),
        list.case("maximal", ListMusics::new().page(3).page_size(25), "page=3&page_size=25"),
    ]
}

fn visual_styles() -> Vec<Case> {
    let list = queries!(LIST_VISUAL_STYLES, "GET /v2/visual_styles", visual_styles.list);
    let maximal = ListStyles::new().aspect_ratio(AspectRatio::Landscape);
    vec![
        list.case("minimal", ListStyles::new(), ""),
        list.case("maximal", maximal, "aspect_ratio=landscape"),
    ]
}

fn webhook_endpoints() -> Vec<Case> {
    let create = bodies!(CREATE_WEBHOOK_ENDPOINT, "POST /v2/endpoint", webhook_endpoints.create);
    let update = bodies!(
        UPDATE_WEBHOOK_ENDPOINT,
        "PUT /v2/endpoint/end%2Fpoint",
        webhook_endpoints.update("end/point")
    );
    let url = "https://shop.example/hook";
    let events = || [WebhookEvent::CreateAvatarFailed, WebhookEvent::from("brand_new_success")];
    vec![
        create.case(
            "all fields are required",
            CreateEndpoint::new(url, EndpointStatus::Enabled, events()),
            r#"{"events":["create_avatar_failed","brand_new_success"],"status":"enabled",
            "url":"https://shop.example/hook"}"#,
        ),
        create.case(
            "a list without items is sent",
            CreateEndpoint::new(url, EndpointStatus::from("paused"), []),
            r#"{"events":[],"status":"paused","url":"https://shop.example/hook"}"#,
        ),
        update.case(
            "all fields are required",
            UpdateEndpoint::new(url, EndpointStatus::Disabled, events()),
            r#"{"events":["create_avatar_failed","brand_new_success"],"status":"disabled",
            "url":"https://shop.example/hook"}"#,
        ),
        call!(LIST_WEBHOOK_ENDPOINTS, "GET /v2/endpoints", webhook_endpoints.list().page),
        call!(
            DELETE_WEBHOOK_ENDPOINT,
            "DELETE /v2/endpoint/end%2Fpoint",
            webhook_endpoints.delete("end/point")
        ),
        call!(LIST_WEBHOOK_EVENTS, "GET /v2/events", webhook_endpoints.events),
    ]
}
