//! Keys, signed URLs and paths: what must not get out, and what must not get in.

use jogg_api::operations::{self, DELETE_WEBHOOK_ENDPOINT};
#[cfg(feature = "http2")]
use jogg_api_ext::RetryPolicy;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{ErrorKind, Jogg};
use jogg_tests::replies::ticket;
use jogg_tests::{KEY, Stage, connections, requests, secrets};
use serde_json::json;

#[tokio::test]
async fn redirects_are_not_followed_and_the_key_stays() {
    let stage = Stage::without_retries().await;
    let other = Stage::new().await;
    for status in [301, 302, 303, 307, 308] {
        let target = format!("{}/v2/user/whoami", other.simulator.base_url());
        let reply = Reply::body(status, "text/plain", "").header("location", &target);
        stage.simulator.reply_next(&operations::WHOAMI, reply);
        let error = stage.jogg.account().whoami().await.unwrap_err();
        assert_eq!(error.http_status(), Some(status));
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    }
    assert!(other.simulator.requests().is_empty(), "a redirect was followed");
}

/// Even when the caller's own HTTP settings say otherwise.
#[tokio::test]
async fn custom_http_settings_do_not_bring_redirects_back() {
    let stage = Stage::new().await;
    let other = Stage::new().await;
    let redirects = || reqwest::redirect::Policy::limited(5);
    let jogg = stage.client().http_client(move |http| http.redirect(redirects())).build().unwrap();
    let target = format!("{}/v2/user/whoami", other.simulator.base_url());
    let reply = Reply::body(307, "text/plain", "").header("location", &target);
    stage.simulator.reply_next(&operations::WHOAMI, reply);
    jogg.account().whoami().await.unwrap_err();
    assert!(other.simulator.requests().is_empty(), "a redirect was followed");
}

#[tokio::test]
async fn an_id_cannot_reach_another_operation() {
    let stage = Stage::new().await;
    let api = stage.jogg.api();
    for id in ["..\\user\\whoami", "../user/whoami", "a/b", "a?b=c", "a#b", "%2e%2e"] {
        api.delete_webhook_endpoint(id).await.ok();
        let seen = stage.simulator.requests().pop().unwrap();
        assert_eq!(seen.operation, Some("delete_webhook_endpoint"), "{id}");
        assert!(seen.query.is_empty(), "{id}");
    }
    let before = stage.simulator.requests().len();
    for id in ["", ".", ".."] {
        let error = api.delete_webhook_endpoint(id).await.unwrap_err();
        assert_eq!(error.operation(), &DELETE_WEBHOOK_ENDPOINT);
        assert!(error.to_string().contains("`endpoint_id`"), "{error}");
    }
    assert_eq!(stage.simulator.requests().len(), before, "a request went out");
}

#[tokio::test]
async fn the_key_shows_nowhere() {
    let stage = Stage::new().await;
    // A server that repeats it.
    let body = json!({"code": 10105, "msg": format!("the key {KEY} is not known")});
    stage.simulator.reply_next(&operations::WHOAMI, Reply::json(401, body));
    let error = stage.jogg.account().whoami().await.unwrap_err();
    let request = requests::add_motion();
    let job = stage.jogg.photo_avatars().add_motion(request.clone()).await.unwrap();
    let builder = Jogg::builder(KEY);
    let groups = (stage.jogg.account(), stage.jogg.assets(), stage.jogg.photo_avatars());
    for text in [
        format!("{error} {error:?} {error:#?}"),
        format!("{:?} {:?}", stage.jogg, stage.jogg.api()),
        format!("{:?}", stage.jogg.api().http()),
        format!("{job:?} {request:?} {builder:?} {groups:?}"),
        serde_json::to_string(&job).unwrap(),
        format!("{:?}", stage.simulator.requests()),
    ] {
        assert!(!text.contains(KEY), "{text}");
    }
}

#[tokio::test]
async fn a_signed_url_shows_in_no_error() {
    let stage = Stage::without_retries().await;
    let (nowhere, _taken) = connections::refusing();
    let sign_url = format!("{nowhere}/put?X-Signature=planted-signature");
    let reply = ticket(sign_url, "https://a.example/f.png");
    stage.simulator.reply_next(&operations::CREATE_ASSET_UPLOAD, reply);
    let error = stage.jogg.assets().upload_bytes("f.png", "x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::FileTransfer);
    let text = secrets::shown(&error);
    assert!(!text.contains("planted-signature") && !text.contains("X-Signature"), "{text}");
    // Nor do the values that carry it.
    let api = stage.jogg.api();
    let endpoint = json!({"endpoint_id": "e", "secret": "planted"});
    stage.respond(&operations::CREATE_WEBHOOK_ENDPOINT, endpoint);
    let body = jogg_api::types::CreateWebhookEndpointRequest::new(
        "https://a.example/hook",
        jogg_api::enums::EndpointStatus::Enabled,
        Vec::new(),
    );
    let response = api.create_webhook_endpoint(body).await.unwrap();
    assert!(!format!("{response:?}").contains("planted"), "{response:?}");
    let endpoint = response.data.unwrap();
    assert_eq!(endpoint.secret.as_ref().unwrap().expose(), "planted");
    assert!(!format!("{endpoint:?}").contains("planted"));
}

#[tokio::test]
async fn a_body_over_the_cap_is_cut_off() {
    let stage = Stage::new().await;
    let jogg = stage.client().max_body_bytes(1000).build().unwrap();
    let body = json!({"code": 0, "msg": "x".repeat(5000)});
    stage.simulator.reply_next(&operations::WHOAMI, Reply::json(200, body));
    let error = jogg.account().whoami().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert_eq!(error.to_string(), "whoami: the response is longer than 1000 bytes (HTTP 200)");
    assert_eq!(error.body().unwrap().len(), 1000);
}

/// The HTTP library's own replay is off: one call is one request.
#[tokio::test]
async fn a_reset_is_not_replayed() {
    let stage = Stage::without_retries().await;
    // A pooled connection, which is where clients like to replay.
    stage.jogg.account().whoami().await.unwrap();
    stage.simulator.reply_next(&operations::WHOAMI, Reply::reset());
    let error = stage.jogg.account().whoami().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert_eq!(stage.simulator.requests().len(), 2);
}

/// Over HTTP/2 the HTTP library would retry a refused stream, POST included.
#[cfg(feature = "http2")]
#[tokio::test]
async fn a_refused_stream_is_not_replayed() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    let (listener, base_url) = connections::listen().await;
    let streams = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&streams);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let counted = Arc::clone(&counted);
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(socket).await.unwrap();
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    counted.fetch_add(1, Ordering::SeqCst);
                    respond.send_reset(h2::Reason::REFUSED_STREAM);
                }
            });
        }
    });
    let jogg = Jogg::builder(KEY)
        .base_url(base_url)
        .http_client(|http| http.http2_prior_knowledge())
        .retry_policy(RetryPolicy::never())
        .build()
        .unwrap();
    let error = jogg.photo_avatars().add_motion(requests::add_motion()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
    assert!(!error.may_have_executed() && error.is_retryable(), "{error:?}");
    assert_eq!(streams.load(Ordering::SeqCst), 1);
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    let error = Jogg::builder(KEY).base_url("http://192.0.2.1").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("plain http"), "{error}");
    Jogg::builder(KEY).base_url("http://192.0.2.1").allow_plain_http(true).build().unwrap();
}
