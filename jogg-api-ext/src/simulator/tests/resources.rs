//! Webhook endpoints, products and templates.

use super::*;

fn endpoint(url: &str) -> Value {
    json!({"url": url, "status": "enabled", "events": ["generated_script_success"]})
}

#[tokio::test]
async fn endpoints_are_stored_with_their_secrets() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.items(&op::LIST_WEBHOOK_ENDPOINTS, "").await, Vec::<Value>::new());
    let create = &op::CREATE_WEBHOOK_ENDPOINT;
    let first = fixture.call(create, endpoint("https://a.example/1")).await.data();
    fixture.clock.advance(Duration::from_secs(5));
    let mut second = fixture.call(create, endpoint("http://127.0.0.1:9/2")).await.data();
    for name in ["url", "status", "events"] {
        assert_eq!(first[name], endpoint("https://a.example/1")[name]);
    }
    assert_ne!(first["endpoint_id"], second["endpoint_id"]);
    assert_ne!(first["secret"], second["secret"]);
    assert_eq!(second["created_at"].as_u64(), first["created_at"].as_u64().map(|at| at + 5));
    let list = || fixture.items(&op::LIST_WEBHOOK_ENDPOINTS, "");
    assert_eq!(list().await, [first.clone(), second.clone()]);

    let path = format!("/v2/endpoint/{}", second["endpoint_id"].as_str().unwrap());
    let changes = json!({"url": "https://b.example", "status": "disabled", "events": []});
    let put = |body: &Value| Response::of(fixture.with_key("PUT", &path).body(body.to_string()));
    let changed = put(&changes).await.data();
    for (name, value) in changes.as_object().unwrap() {
        second[name] = value.clone();
    }
    assert_eq!(changed, second);
    assert!(put(&endpoint("ftp://b.example")).await.refused(200, 40000).starts_with("url: "));
    assert_eq!(list().await, [first.clone(), second]);

    let delete = || Response::of(fixture.with_key("DELETE", &path));
    assert!(delete().await.data()["message"].is_string());
    delete().await.refused(200, 10104);
    put(&changes).await.refused(200, 10104);
    assert_eq!(list().await, [first]);
}

#[tokio::test]
async fn endpoints_are_checked() {
    let fixture = Fixture::new().await;
    let create = |url: &str| {
        let body = endpoint(url);
        async { fixture.call(&op::CREATE_WEBHOOK_ENDPOINT, body).await }
    };
    for url in ["http://a.example", "ftp://a.example", "a.example", ""] {
        let message = create(url).await.refused(200, 40000);
        assert!(message.starts_with("url: "), "{url}: {message}");
    }
    for number in 0..20 {
        let host = if number % 2 == 0 { "https://a.example" } else { "http://localhost:9" };
        create(host).await.data();
    }
    let message = create("https://a.example").await.refused(200, 40000);
    assert!(message.contains("at most 20"), "{message}");
    assert_eq!(fixture.items(&op::LIST_WEBHOOK_ENDPOINTS, "").await.len(), 20);
    assert_eq!(fixture.items(&op::LIST_WEBHOOK_EVENTS, "").await.len(), 22);
}

#[tokio::test]
async fn products_come_from_a_page_or_a_name() {
    let fixture = Fixture::new().await;
    let create = |body: Value| async { fixture.call(&op::CREATE_PRODUCT, body).await };
    for body in [json!({}), json!({"description": "Blue"}), json!({"name": "", "url": ""})] {
        assert!(create(body).await.refused(200, 40000).starts_with("name: "));
    }
    let page = create(json!({"url": "https://a.example/mug", "name": "Mug"})).await.data();
    assert_eq!((&page["url"], &page["name"]), (&json!("https://a.example/mug"), &json!("Mug")));
    assert!(page["description"].is_string() && page["media"][0]["url"].is_string());
    let mut named = create(json!({"name": "Cup", "media": []})).await.data();
    let id = named.as_object_mut().unwrap().remove("product_id").unwrap();
    assert_ne!(id, page["product_id"]);
    assert_eq!(named, json!({"name": "Cup", "media": []}));
}

#[tokio::test]
async fn products_change() {
    let fixture = Fixture::new().await;
    let (mug, hat) = (fixture.product("Mug").await, fixture.product("Hat").await);
    let change = json!({"product_id": mug, "name": "Jug"});
    assert_eq!(fixture.call(&op::UPDATE_PRODUCT, change).await.data(), Value::Null);
    let change = json!({"product_id": hat, "description": "Red"});
    fixture.call(&op::UPDATE_PRODUCT, change).await.data();
    let unknown = json!({"product_id": "product_999999"});
    fixture.call(&op::UPDATE_PRODUCT, unknown).await.refused(200, 10104);
    // No operation returns a product, but its videos have its name.
    for (product, title) in [(mug, "Jug"), (hat, "Hat")] {
        let create = &op::CREATE_VIDEO_FROM_PRODUCT;
        let sent = json!({"product_id": product, "video_spec": {"length": "15"}});
        let video = fixture.call(create, sent).await.data();
        assert_eq!(fixture.report(create, &video).await["title"], title);
    }
}

#[tokio::test]
async fn custom_templates_have_variables() {
    let fixture = Fixture::new().await;
    let listed = fixture.items(&op::LIST_CUSTOM_TEMPLATES, "").await;
    assert_eq!(listed.len(), 3);
    for template in &listed {
        assert_eq!(template.get("variables"), None);
        let one = fixture.get(&format!("/v2/template/custom/{}", template["id"])).await.data();
        assert_eq!((&one["id"], &one["template_id"]), (&template["id"], &template["id"]));
        assert_eq!(one["name"], template["name"]);
        assert!(one["variables"][0]["name"].is_string());
    }
    fixture.get("/v2/template/custom/511").await.refused(200, 10104);

    let variables = json!([{"type": "hologram", "name": "x"}, null]);
    let given = json!({"template_id": "7", "name": "Mine", "variables": variables, "more": 1});
    fixture.simulator.set_items(&op::LIST_CUSTOM_TEMPLATES, vec![json!(null), given]).unwrap();
    let listed = fixture.items(&op::LIST_CUSTOM_TEMPLATES, "").await;
    assert_eq!(listed, [json!(null), json!({"template_id": "7", "name": "Mine", "more": 1})]);
    let one = fixture.get("/v2/template/custom/7").await.data();
    assert_eq!((&one["variables"], &one["id"], &one["more"]), (&variables, &json!("7"), &json!(1)));
    fixture.get(&format!("/v2/template/custom/{}", 512)).await.refused(200, 10104);
}
