//! The strict mode, which checks ids inside bodies.

use super::*;

/// Operations with a body that refers to something missing, and one that refers to something known.
async fn references(fixture: &Fixture) -> Vec<(&'static Operation, Value, Value)> {
    let product = fixture.product("Mug").await;
    let script = |id: &Value| json!({"product_info": {"source_type": "id", "data": {"id": id}}});
    let of = |name: &str, id: &Value| json!({name: id});
    let none = json!("product_999999");
    let sent = of("product_id", &product);
    let previews = fixture.call(&op::CREATE_PRODUCT_PREVIEWS, sent).await.data();
    let preview = previews["previews"][0]["preview_id"].clone();
    let batch = fixture.call(&op::GENERATE_PRODUCT_AVATAR_IMAGES, json!({"num_images": 2})).await;
    let image = batch.data()["generations"][1]["generation_id"].clone();
    let photo = fixture.call(&op::GENERATE_PHOTO, json!({})).await.data()["photo_id"].clone();
    let stock = fixture.items(&op::LIST_TEMPLATES, "").await[2]["id"].clone();
    fixture.simulator.set_items(&op::LIST_CUSTOM_TEMPLATES, vec![json!({"id": 7})]).unwrap();
    vec![
        (&op::CREATE_VIDEO_FROM_PRODUCT, of("product_id", &none), of("product_id", &product)),
        (&op::CREATE_PRODUCT_PREVIEWS, of("product_id", &none), of("product_id", &product)),
        (&op::CREATE_AI_SCRIPT, script(&none), script(&product)),
        (&op::CREATE_VIDEO_WITH_TEMPLATE, json!({"template_id": 8}), of("template_id", &stock)),
        (&op::CREATE_VIDEO_WITH_TEMPLATE, json!({"template_id": 0}), json!({"template_id": 7})),
        (&op::RENDER_PRODUCT_PREVIEW, of("preview_id", &product), of("preview_id", &preview)),
        (&op::ADD_PRODUCT_AVATAR_MOTION, json!({}), of("generation_id", &image)),
        (&op::ADD_PHOTO_AVATAR_MOTION, of("photo_id", &image), of("photo_id", &photo)),
    ]
}

#[tokio::test]
async fn only_the_strict_mode_refuses_unknown_ids() {
    for strict in [true, false] {
        let fixture = Fixture::with(|builder| builder.strict(strict)).await;
        for (operation, unknown, known) in references(&fixture).await {
            let credits = fixture.simulator.credits();
            let response = fixture.call(operation, unknown).await;
            if strict {
                response.refused(200, 10104);
                assert_eq!(fixture.simulator.credits(), credits, "{}", operation.id);
            } else {
                response.data();
            }
            fixture.call(operation, known).await.data();
        }
    }
}

#[tokio::test]
async fn unused_ids_are_not_checked() {
    let fixture = Fixture::with(|builder| builder.strict(true)).await;
    let described = |source: &str| {
        let data = json!({"id": "none", "name": "Mug"});
        json!({"product_info": {"source_type": source, "data": data}})
    };
    fixture.call(&op::CREATE_AI_SCRIPT, described("details")).await.data();
    fixture.call(&op::CREATE_AI_SCRIPT, described("id")).await.refused(200, 10104);
    fixture.call(&op::ADD_PHOTO_AVATAR_MOTION, json!({})).await.data();
}
