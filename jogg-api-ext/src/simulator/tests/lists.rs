//! Lists, and the jobs in them.

use std::time::Duration;

use jogg_api::operations as op;
use serde_json::json;

use super::*;

impl Fixture {
    async fn motion(&self, name: &str) -> Value {
        self.call(&op::ADD_PHOTO_AVATAR_MOTION, json!({"name": name})).await.data()
    }

    /// Names and states of the photo avatars.
    async fn avatars(&self, query: &str) -> String {
        let data = self.get(&format!("/v2/avatars/photo_avatars{query}")).await.data();
        let avatars = data["avatars"].as_array().unwrap().iter();
        let shown = avatars
            .map(|avatar| format!("{}:{}", avatar["name"].as_str().unwrap(), avatar["status"]));
        shown.collect::<Vec<_>>().join(" ")
    }
}

#[tokio::test]
async fn motions_are_in_the_list_of_photo_avatars() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.avatars("").await, "Mira:1");
    let done = fixture.motion("Done").await;
    fixture.simulator.fail_next_job("no face");
    fixture.motion("Broken").await;
    fixture.clock.advance(Duration::from_secs(60));
    fixture.motion("Fresh").await;
    for (query, expected) in [
        ("", "Fresh:0 Broken:2 Done:1 Mira:1"),
        ("?status=processing", "Fresh:0"),
        ("?status=completed", "Done:1 Mira:1"),
        ("?status=failed", "Broken:2"),
        ("?name=don", "Done:1"),
        ("?name=don&status=failed", ""),
        ("?page=1&page_size=3", "Fresh:0 Broken:2 Done:1"),
        ("?page=2&page_size=3", "Mira:1"),
        ("?page=3&page_size=3", ""),
    ] {
        assert_eq!(fixture.avatars(query).await, expected, "{query}");
    }
    let failed = fixture.get("/v2/avatars/photo_avatars?status=failed").await.data();
    assert_eq!(failed["avatars"][0]["fail_msg"], "no face");
    let named = fixture.get("/v2/avatars/photo_avatars?name=Done").await.data();
    assert_eq!(named["avatars"][0]["id"], done["avatar_id"]);
    assert!(named["avatars"][0]["cover_url"].is_string());
    assert_eq!(named["avatars"][0].get("fail_msg"), None);
}

#[tokio::test]
async fn previews_are_looked_up_in_their_list() {
    let fixture = Fixture::new().await;
    let sent = json!({"visual_styles": ["Calm", "Loud"]});
    let submitted = fixture.call(&op::CREATE_PRODUCT_PREVIEWS, sent).await.data();
    let previews = submitted["previews"].as_array().unwrap();
    let styles: Vec<_> = previews.iter().map(|preview| &preview["visual_style"]).collect();
    assert_eq!(styles, ["Calm", "Loud"]);
    assert_ne!(previews[0]["preview_id"], previews[1]["preview_id"]);
    for (seconds, status, has_url) in [(0, "processing", false), (60, "completed", true)] {
        fixture.clock.advance(Duration::from_secs(seconds));
        let list = fixture.get("/v2/product_previews").await.data();
        assert_eq!((&list["total"], &list["page_size"]), (&json!(3), &json!(10)));
        for preview in previews {
            let mut items = list["previews"].as_array().unwrap().iter();
            let item = items.find(|item| item["id"] == preview["preview_id"]).unwrap();
            assert_eq!(item["status"], status);
            assert_eq!(item.get("video_url").is_some(), has_url);
        }
    }
    let rendered = fixture.call(&op::RENDER_PRODUCT_PREVIEW, json!({})).await.data();
    let report = fixture.report(&op::RENDER_PRODUCT_PREVIEW, &rendered).await;
    assert_eq!(report["status"], "processing");
}

#[tokio::test]
async fn filters_by_number_and_order() {
    let fixture = Fixture::new().await;
    fixture.call(&op::CREATE_PRODUCT_PREVIEWS, json!({})).await.data();
    for (query, count) in [("?status=3", 1), ("?status=4", 1), ("?status=5", 0), ("", 2)] {
        let list = fixture.get(&format!("/v2/product_previews{query}")).await.data();
        assert_eq!(list["previews"].as_array().unwrap().len(), count, "{query}");
    }
    let first = |data: Value| data["previews"][0]["id"].clone();
    let newest = first(fixture.get("/v2/product_previews").await.data());
    let oldest = first(fixture.get("/v2/product_previews?sort_order=asc").await.data());
    assert_ne!(newest, oldest);
}

#[tokio::test]
async fn pages_have_numbers_and_an_end() {
    let fixture = Fixture::new().await;
    let musics = fixture.get("/v2/musics?page=2&page_size=5").await.data();
    assert_eq!(
        musics,
        json!({
            "music": [],
            "pagination": {"page": 2, "page_size": 5, "total_items": 1, "total_pages": 1},
        })
    );
    let voices = fixture.get("/v2/voices").await.data();
    assert_eq!(
        (voices["voices"].as_array().unwrap().len(), &voices["has_more"]),
        (1, &json!(false))
    );
    // Nothing that the network sends may overflow.
    let last = format!("/v2/musics?page={}&page_size={}", i64::MAX, i64::MAX);
    assert_eq!(fixture.get(&last).await.data()["music"], json!([]));
    assert_eq!(fixture.get("/v2/musics?page=-1").await.data()["pagination"]["page"], 1);
}
