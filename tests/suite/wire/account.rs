//! The account, its webhook endpoints, uploads, and the lists that depend on nothing.

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
        call(&op::WHOAMI, "GET /v2/user/whoami", |jogg| jogg.account().whoami()),
        call(&op::GET_REMAINING_QUOTA, "GET /v2/user/remaining_quota", |jogg| {
            jogg.account().remaining_quota()
        }),
    ]
}

/// The ticket of an upload; what follows it is in `upload.rs`.
fn uploads() -> Vec<Case> {
    let mut upload = plain(&op::CREATE_ASSET_UPLOAD, "POST /v2/upload/asset", false, |jogg| {
        Box::pin(async move {
            let asset = jogg.assets().upload_bytes("cup & saucer.png", "bytes").await?;
            Ok(Received { value: None, data: json!({"asset_url": asset.url}) })
        })
    });
    let body = r#"{"content_type":"image/png","file_size":5,"filename":"cup & saucer.png"}"#;
    body.clone_into(&mut upload.body);
    vec![upload]
}

fn musics() -> Vec<Case> {
    let list =
        queries(&op::LIST_MUSICS, "GET /v2/musics", |jogg, query| jogg.musics().list(query).page());
    vec![
        list.case("minimal", ListMusics::new(), ""),
        list.case("maximal", ListMusics::new().page(3).page_size(25), "page=3&page_size=25"),
    ]
}

fn visual_styles() -> Vec<Case> {
    let list = queries(&op::LIST_VISUAL_STYLES, "GET /v2/visual_styles", |jogg, query| {
        jogg.visual_styles().list(query).page()
    });
    let maximal = ListStyles::new().aspect_ratio(AspectRatio::Landscape);
    vec![
        list.case("minimal", ListStyles::new(), ""),
        list.case("maximal", maximal, "aspect_ratio=landscape"),
    ]
}

fn webhook_endpoints() -> Vec<Case> {
    let create = bodies(&op::CREATE_WEBHOOK_ENDPOINT, "POST /v2/endpoint", |jogg, request| {
        jogg.webhook_endpoints().create(request)
    });
    let update =
        bodies(&op::UPDATE_WEBHOOK_ENDPOINT, "PUT /v2/endpoint/end%2Fpoint", |jogg, request| {
            jogg.webhook_endpoints().update("end/point", request)
        });
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
        call(&op::LIST_WEBHOOK_ENDPOINTS, "GET /v2/endpoints", |jogg| {
            jogg.webhook_endpoints().list().page()
        }),
        call(&op::DELETE_WEBHOOK_ENDPOINT, "DELETE /v2/endpoint/end%2Fpoint", |jogg| {
            jogg.webhook_endpoints().delete("end/point")
        }),
        call(&op::LIST_WEBHOOK_EVENTS, "GET /v2/events", |jogg| jogg.webhook_endpoints().events()),
    ]
}
