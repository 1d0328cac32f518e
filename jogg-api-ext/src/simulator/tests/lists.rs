//! Lists, and the jobs in them.

use std::collections::HashSet;

use jogg_api::operations::OPERATIONS;

use super::*;
use crate::simulator::Dialect;
use crate::simulator::spec::ListSpec;

impl Fixture {
    async fn motion(&self, name: &str) -> Value {
        self.call(&op::ADD_PHOTO_AVATAR_MOTION, json!({"name": name})).await.data()
    }

    /// The names and statuses of the photo avatars.
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
    fixture.clock.advance(JOB_DURATION);
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
async fn previews_are_found_in_their_list() {
    let fixture = Fixture::new().await;
    let sent = json!({"visual_styles": ["Calm", "Loud"]});
    let submitted = fixture.call(&op::CREATE_PRODUCT_PREVIEWS, sent).await.data();
    let previews = submitted["previews"].as_array().unwrap();
    let styles: Vec<_> = previews.iter().map(|preview| &preview["visual_style"]).collect();
    assert_eq!(styles, ["Calm", "Loud"]);
    assert_ne!(previews[0]["preview_id"], previews[1]["preview_id"]);
    for (seconds, status, has_url) in [(0, "processing", false), (60, "completed", true)] {
        fixture.clock.advance(Duration::from_secs(seconds));
        let list = fixture.items(&op::LIST_PRODUCT_PREVIEWS, "").await;
        assert_eq!(list.len(), 2);
        for preview in previews {
            let mut items = list.iter();
            let item = items.find(|item| item["id"] == preview["preview_id"]).unwrap();
            assert_eq!(item["status"], status);
            assert_eq!(item.get("video_url").is_some(), has_url);
        }
    }
}

/// The ids of the items, in order.
async fn ids(fixture: &Fixture, list: &Operation, id: &str, query: &str) -> Vec<Value> {
    let items = fixture.items(list, query).await;
    items.iter().map(|item| item[id].clone()).collect()
}

#[tokio::test]
async fn videos_are_in_the_lists_of_their_kind() {
    for (list, id, creates) in [
        (
            &op::LIST_PRODUCT_VIDEOS,
            "id",
            [&op::CREATE_VIDEO_FROM_PRODUCT, &op::RENDER_PRODUCT_PREVIEW],
        ),
        (&op::LIST_TEMPLATE_VIDEOS, "video_id", [&op::CREATE_VIDEO_WITH_TEMPLATE; 2]),
    ] {
        let fixture = Fixture::new().await;
        assert_eq!(fixture.items(list, "").await, Vec::<Value>::new(), "{}", list.id);
        let mut started = Vec::new();
        for (number, create) in creates.into_iter().enumerate() {
            if number == 0 {
                fixture.simulator.fail_next_job("out of film");
            }
            started.push(fixture.call(create, json!({})).await.data()["video_id"].clone());
            fixture.clock.advance(Duration::from_secs(40));
        }
        // The first has failed, the second still runs.
        let (failed, running) = (started[0].clone(), started[1].clone());
        for (query, expected) in [
            ("", vec![&running, &failed]),
            ("?sort_order=asc", vec![&failed, &running]),
            ("?status=3", vec![&running]),
            ("?status=4", vec![]),
            ("?status=5", vec![&failed]),
            ("?page=2&page_size=1", vec![&failed]),
        ] {
            let found = ids(&fixture, list, id, query).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{}{query}", list.id);
        }
        let items = fixture.items(list, "").await;
        let statuses: Vec<_> = items.iter().map(|item| &item["status"]).collect();
        assert_eq!(statuses, ["processing", "failed"]);
        fixture.clock.advance(Duration::from_secs(20));
        assert_eq!(ids(&fixture, list, id, "?status=4").await, [running]);
    }
}

#[tokio::test]
async fn no_item_of_a_list_is_pending() {
    let fixture = Fixture::new().await;
    let video = fixture.call(&op::CREATE_VIDEO_WITH_TEMPLATE, json!({})).await.data();
    let report = fixture.report(&op::CREATE_VIDEO_WITH_TEMPLATE, &video).await;
    let item = &fixture.items(&op::LIST_TEMPLATE_VIDEOS, "").await[0];
    assert_eq!((&report["status"], &item["status"]), (&json!("pending"), &json!("processing")));
}

#[tokio::test]
async fn product_avatars_are_filtered_by_aspect_ratio() {
    let fixture = Fixture::new().await;
    let sent = json!({"name": "Wide", "aspect_ratio": "landscape"});
    let motion = fixture.call(&op::ADD_PRODUCT_AVATAR_MOTION, sent).await.data();
    let avatars = fixture.items(&op::LIST_PRODUCT_AVATARS, "?aspect_ratio=landscape").await;
    assert_eq!(avatars.len(), 1);
    assert_eq!(
        (&avatars[0]["avatar_id"], &avatars[0]["status"]),
        (&motion["avatar_id"], &json!(0))
    );
    assert_eq!(fixture.items(&op::LIST_PRODUCT_AVATARS, "").await.len(), 2);
}

/// The members of `data` beside the list, with their values.
const STYLES: [(&Operation, &str); 16] = [
    (&op::LIST_PUBLIC_AVATARS, "{}"),
    (&op::LIST_CUSTOM_AVATARS, "{}"),
    (&op::LIST_PHOTO_AVATARS, "{}"),
    (&op::LIST_PRODUCT_AVATARS, "{}"),
    (
        &op::LIST_MUSICS,
        r#"{"pagination":{"page":1,"page_size":10,"total_items":25,"total_pages":3}}"#,
    ),
    (
        &op::LIST_TEMPLATE_VIDEOS,
        r#"{"pagination":{"page":1,"page_size":10,"total_items":0,"total_pages":0}}"#,
    ),
    (&op::LIST_PRODUCT_VIDEOS, r#"{"page":1,"page_size":10,"total":0}"#),
    (&op::LIST_PRODUCT_PREVIEWS, r#"{"page":1,"page_size":10,"total":0}"#),
    (&op::LIST_VOICES, r#"{"has_more":true}"#),
    (&op::LIST_CUSTOM_VOICES, r#"{"total":1}"#),
    (&op::LIST_TEMPLATES, "{}"),
    (&op::LIST_CUSTOM_TEMPLATES, "{}"),
    (&op::LIST_VISUAL_STYLES, "{}"),
    (&op::LIST_TARGET_LANGUAGES, "{}"),
    (&op::LIST_WEBHOOK_ENDPOINTS, "{}"),
    (&op::LIST_WEBHOOK_EVENTS, "{}"),
];

#[tokio::test]
async fn fact_35_each_list_has_its_style_of_pages() {
    let fixture = Fixture::new().await;
    for (list, expected) in STYLES {
        let mut data = fixture.get(list.path).await.data();
        data.as_object_mut().unwrap().remove(ListSpec::of(list).unwrap().name).unwrap();
        assert_eq!(data.to_string(), expected, "{}", list.id);
    }
    let lists = OPERATIONS.iter().filter(|operation| ListSpec::of(operation).is_some());
    for list in lists {
        assert!(STYLES.iter().any(|(known, _)| known == list), "{}", list.id);
    }
}

#[tokio::test]
async fn pages_follow_each_other() {
    let fixture = Fixture::new().await;
    for (list, id) in
        [(&op::LIST_PUBLIC_AVATARS, "id"), (&op::LIST_MUSICS, "id"), (&op::LIST_VOICES, "voice_id")]
    {
        let mut seen = HashSet::new();
        for (page, count) in [(1, 10), (2, 10), (3, 5), (4, 0)] {
            let found = ids(&fixture, list, id, &format!("?page={page}")).await;
            assert_eq!(found.len(), count, "{}", list.id);
            seen.extend(found.iter().map(Value::to_string));
        }
        assert_eq!(seen.len(), 25, "{}", list.id);
        assert_eq!(fixture.items(list, "?page=2&page_size=20").await.len(), 5);
    }
    for (page, more) in [(1, true), (2, true), (3, false), (4, false)] {
        let voices = fixture.get(&format!("/v2/voices?page={page}")).await.data();
        assert_eq!(voices["has_more"], more, "{page}");
    }
    let musics = fixture.get("/v2/musics?page=2&page_size=7").await.data();
    let pagination = json!({"page": 2, "page_size": 7, "total_items": 25, "total_pages": 4});
    assert_eq!(musics["pagination"], pagination);
    // No number from the network may overflow.
    let last = format!("/v2/musics?page={}&page_size=100", i64::MAX);
    assert_eq!(fixture.get(&last).await.data()["music"], json!([]));
}

#[tokio::test]
async fn fact_36_stock_lists_of_the_live_api_have_no_pages() {
    let fixture = Fixture::with(|builder| builder.dialect(Dialect::Live)).await;
    for (list, name) in [(&op::LIST_PUBLIC_AVATARS, "avatars"), (&op::LIST_VOICES, "voices")] {
        for query in ["", "?page_size=5", "?page=9"] {
            let data = fixture.get(&format!("{}{query}", list.path)).await.data();
            assert_eq!(data[name].as_array().unwrap().len(), 25, "{}{query}", list.id);
            assert_eq!(data["has_more"], true);
        }
    }
    assert_eq!(fixture.items(&op::LIST_MUSICS, "").await.len(), 10);
    assert_ne!(fixture.items(&op::LIST_VOICES, "?gender=female").await.len(), 25);
    assert_eq!(fixture.items(&op::LIST_CUSTOM_AVATARS, "").await[0]["avatar_status"], "success");
}

#[tokio::test]
async fn filters_select_items() {
    let fixture = Fixture::new().await;
    for (list, name, value, shown) in [
        (&op::LIST_PUBLIC_AVATARS, "gender", "male", json!("male")),
        (&op::LIST_PUBLIC_AVATARS, "age", "senior", json!("senior")),
        (&op::LIST_PUBLIC_AVATARS, "style", "social", json!("social")),
        (&op::LIST_PUBLIC_AVATARS, "aspect_ratio", "square", json!(2)),
        (&op::LIST_VOICES, "language", "french", json!("french")),
        (&op::LIST_VOICES, "use_case", "news", json!("news")),
        (&op::LIST_TEMPLATES, "aspect_ratio", "landscape", json!(1)),
        (&op::LIST_CUSTOM_TEMPLATES, "aspect_ratio", "portrait", json!(0)),
    ] {
        let found = fixture.items(list, &format!("?page_size=100&{name}={value}")).await;
        let all = fixture.items(list, "?page_size=100").await;
        assert!(!found.is_empty() && found.len() < all.len(), "{} {name}", list.id);
        assert!(found.iter().all(|item| item[name] == shown), "{} {name}", list.id);
    }
}

#[tokio::test]
async fn any_list_can_be_replaced() {
    let fixture = Fixture::new().await;
    let items = vec![json!({"id": 1, "odd": []}), json!(null), json!(7), json!({"id": 1})];
    for list in OPERATIONS.iter().filter(|operation| ListSpec::of(operation).is_some()) {
        fixture.simulator.set_items(list, items.clone()).unwrap();
        assert_eq!(fixture.items(list, "").await, items, "{}", list.id);
        fixture.simulator.set_items(list, Vec::new()).unwrap();
        assert_eq!(fixture.items(list, "").await, Vec::<Value>::new(), "{}", list.id);
    }
    // Jobs come first.
    fixture.simulator.set_items(&op::LIST_PHOTO_AVATARS, vec![json!({"name": "Given"})]).unwrap();
    fixture.motion("Made").await;
    let avatars = fixture.items(&op::LIST_PHOTO_AVATARS, "").await;
    assert_eq!([&avatars[0]["name"], &avatars[1]["name"]], ["Made", "Given"]);
}

#[tokio::test]
async fn operations_without_a_list_have_no_items() {
    let error = Fixture::new().await.simulator.set_items(&op::WHOAMI, Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "whoami returns no list");
}
