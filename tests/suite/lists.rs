//! Lists as streams, over the five styles of paging and what the API does to them.

use jogg_api::Operation;
use jogg_api::operations::{
    LIST_CUSTOM_VOICES, LIST_MUSICS, LIST_PRODUCT_VIDEOS, LIST_PUBLIC_AVATARS, LIST_TEMPLATES,
    LIST_VOICES,
};
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{
    ErrorKind, ListCustomVoices, ListMusics, ListProductVideos, ListPublicAvatars, ListTemplates,
    ListVoices, Result,
};
use jogg_tests::Stage;
use serde_json::{Value, json};

/// A stage on which these answers to this operation are next.
async fn answering(operation: &'static Operation, pages: Vec<Value>) -> Stage {
    let stage = Stage::without_retries().await;
    for data in pages {
        let reply = Reply::json(200, json!({"code": 0, "msg": "Success", "data": data}));
        stage.simulator.reply_next(operation, reply);
    }
    stage
}

fn voices(ids: &[&str]) -> Value {
    ids.iter().map(|id| json!({"voice_id": id})).collect()
}

fn avatars(ids: std::ops::Range<i64>) -> Value {
    ids.map(|id| json!({"id": id})).collect()
}

/// The ids of the stock voices, and how many calls they took.
async fn voice_ids(pages: Vec<Value>, request: ListVoices) -> (Vec<String>, usize) {
    let stage = answering(&LIST_VOICES, pages).await;
    let items = stage.jogg.voices().list(request).items().try_collect().await.unwrap();
    let ids = items.into_iter().filter_map(|voice| voice.voice_id).collect();
    (ids, stage.simulator.request_count(&LIST_VOICES))
}

#[tokio::test]
async fn fact_35_pages_with_totals_end_with_the_last() {
    let page = |first: i64, number| {
        let music: Vec<_> = (first..first + 2).map(|id| json!({"id": id})).collect();
        json!({"music": music,
            "pagination": {"page": number, "page_size": 2, "total_items": 4, "total_pages": 2}})
    };
    let stage = answering(&LIST_MUSICS, vec![page(0, 1), page(2, 2)]).await;
    let mut pages = stage.jogg.musics().list(ListMusics::new().page_size(2)).pages();
    let first = pages.next().await.unwrap().unwrap();
    assert_eq!((first.total, first.total_pages, first.page_size), (Some(4), Some(2), Some(2)));
    assert_eq!(first.metadata.json()["data"]["pagination"]["page"], 1);
    // 0 is an id like any other (F23).
    assert_eq!(first.items[0].id, Some(0));
    assert_eq!(pages.next().await.unwrap().unwrap().items.len(), 2);
    assert!(pages.next().await.is_none());
    assert_eq!(stage.simulator.request_count(&LIST_MUSICS), 2);
    let queries: Vec<_> = stage.simulator.requests().into_iter().map(|seen| seen.query).collect();
    assert_eq!(queries, ["page_size=2", "page=2&page_size=2"]);
}

#[tokio::test]
async fn fact_35_a_total_ends_a_list_even_where_pages_are_smaller_than_asked_for() {
    let page = |ids: [&str; 2], number| {
        let videos: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
        json!({"videos": videos, "total": 5, "page": number, "page_size": 2})
    };
    let pages = vec![page(["a", "b"], 1), page(["c", "d"], 2), page(["e", "e"], 3)];
    let stage = answering(&LIST_PRODUCT_VIDEOS, pages).await;
    let request = ListProductVideos::new().page_size(100);
    let videos = stage.jogg.product_videos().list(request).items().try_collect().await.unwrap();
    let ids: Vec<_> = videos.iter().filter_map(|video| video.id.as_deref()).collect();
    assert_eq!(ids, ["a", "b", "c", "d", "e"]);
    assert_eq!(stage.simulator.request_count(&LIST_PRODUCT_VIDEOS), 3);
}

#[tokio::test]
async fn fact_35_has_more_says_whether_another_page_follows() {
    let pages = vec![
        json!({"voices": voices(&["a", "b"]), "has_more": true}),
        json!({"voices": voices(&["c"]), "has_more": false}),
    ];
    assert_eq!(
        voice_ids(pages, ListVoices::new()).await,
        (["a", "b", "c"].map(str::to_owned).to_vec(), 2)
    );
}

#[tokio::test]
async fn fact_35_a_list_without_metadata_ends_with_an_empty_page() {
    let pages =
        vec![json!({"avatars": avatars(0..10)}), json!({"avatars": avatars(10..13)}), json!({})];
    let stage = answering(&LIST_PUBLIC_AVATARS, pages).await;
    let list = stage.jogg.avatars().public(ListPublicAvatars::new());
    assert_eq!(list.items().try_collect().await.unwrap().len(), 13);
    assert_eq!(stage.simulator.request_count(&LIST_PUBLIC_AVATARS), 3);
}

#[tokio::test]
async fn fact_35_a_list_that_comes_at_once_is_asked_for_once() {
    let templates = json!({"templates": [{"id": 1}, {"id": 2}]});
    let stage = answering(&LIST_TEMPLATES, vec![templates]).await;
    let list = stage.jogg.templates().list(ListTemplates::new());
    assert_eq!(list.items().try_collect().await.unwrap().len(), 2);
    assert_eq!(stage.simulator.request_count(&LIST_TEMPLATES), 1);
    // One of them has a total all the same.
    let data = json!({"total": 1, "voices": [{"voice_id": "a"}]});
    let stage = answering(&LIST_CUSTOM_VOICES, vec![data]).await;
    let page = stage.jogg.voices().custom(ListCustomVoices::new()).page().await.unwrap();
    assert_eq!((page.total, page.items.len()), (Some(1), 1));
}

#[tokio::test]
async fn fact_36_a_list_that_announces_more_for_ever_ends() {
    let more = |ids: &[&str]| json!({"voices": voices(ids), "has_more": true});
    for (pages, expected, calls) in [
        // An empty page.
        (vec![more(&["a"]), more(&[])], vec!["a"], 2),
        // A page without anything new.
        (vec![more(&["a", "b"]), more(&["b", "a"])], vec!["a", "b"], 2),
        // A page longer than asked for, which is everything.
        (vec![more(&["a", "b", "c", "d"])], vec!["a", "b", "c", "d"], 1),
    ] {
        let (ids, called) = voice_ids(pages, ListVoices::new().page_size(3)).await;
        assert_eq!((ids, called), (expected.into_iter().map(str::to_owned).collect(), calls));
    }
}

#[tokio::test]
async fn fact_36_a_page_without_ids_that_comes_again_is_an_end() {
    let page = || json!({"voices": [{"name": "one"}, {"name": "two"}], "has_more": true});
    let stage = answering(&LIST_VOICES, vec![page(), page()]).await;
    let items = stage.jogg.voices().list(ListVoices::new()).items().try_collect().await.unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(stage.simulator.request_count(&LIST_VOICES), 2);
}

#[tokio::test]
async fn fact_18_bad_items_and_duplicates_lose_nothing_else() {
    let bad = json!([{"voice_id": "a"}, 5, null, {"voice_id": "a"}, {"voice_id": "b"}]);
    let data = json!({"voices": bad, "has_more": false});
    let stage = answering(&LIST_VOICES, vec![data.clone(), data]).await;
    let list = stage.jogg.voices().list(ListVoices::new());
    let page = list.clone().page().await.unwrap();
    assert_eq!(page.items.len(), 3);
    let places: Vec<_> = page.skipped.iter().map(|skipped| skipped.at.as_str()).collect();
    assert!(places.contains(&"data.voices[1]"), "{places:?}");
    let ids: Vec<_> = list.items().try_collect().await.unwrap();
    let ids: Vec<_> = ids.iter().filter_map(|voice| voice.voice_id.as_deref()).collect();
    assert_eq!(ids, ["a", "b"]);
}

#[tokio::test]
async fn one_page_of_bad_items_alone_does_not_end_a_list_but_two_do() {
    let bad = || json!({"voices": [5, 6], "has_more": true});
    let good = |id| json!({"voices": voices(&[id]), "has_more": true});
    let pages = vec![bad(), good("a"), bad(), good("b"), bad(), bad()];
    let (ids, calls) = voice_ids(pages, ListVoices::new()).await;
    assert_eq!((ids, calls), (vec!["a".to_owned(), "b".to_owned()], 6));
}

/// Every answer has another request id, so that no two pages are the same text.
#[tokio::test]
async fn fact_36_a_page_with_a_bad_item_that_comes_for_ever_is_an_end() {
    for odd in [json!(null), json!({"voice_id": "b", "name": [1]})] {
        let stage = Stage::new().await;
        for number in 0..9 {
            let data = json!({"voices": [{"voice_id": "a"}, odd], "has_more": true});
            let answer = json!({"code": 0, "rid": format!("r{number}"), "data": data});
            stage.simulator.reply_next(&LIST_VOICES, Reply::json(200, answer));
        }
        let items = stage.jogg.voices().list(ListVoices::new()).items();
        items.try_collect().await.unwrap();
        assert_eq!(stage.simulator.request_count(&LIST_VOICES), 2, "{odd}");
    }
}

#[tokio::test]
async fn fact_36_a_page_with_bad_items_is_longer_than_asked_for_as_well() {
    let data = json!({"voices": [{"voice_id": "a"}, 1, 2, 3], "has_more": true});
    let (ids, calls) = voice_ids(vec![data], ListVoices::new().page_size(3)).await;
    assert_eq!((ids.len(), calls), (1, 1));
}

#[tokio::test]
async fn a_server_that_gives_less_than_asked_for_or_a_wrong_total_loses_nothing() {
    let page = |ids: std::ops::Range<u32>, total: Value| {
        let videos: Vec<_> = ids.map(|id| json!({"id": id.to_string()})).collect();
        json!({"videos": videos, "total": total, "page_size": 100})
    };
    for (total, calls) in [(json!(25), 3), (json!(0), 4), (json!(24), 4), (json!(null), 4)] {
        let pages = [0..10, 10..20, 20..25, 25..25].map(|ids| page(ids, total.clone()));
        let stage = answering(&LIST_PRODUCT_VIDEOS, pages.to_vec()).await;
        let request = ListProductVideos::new().page_size(100);
        let videos = stage.jogg.product_videos().list(request).items();
        assert_eq!(videos.try_collect().await.unwrap().len(), 25, "{total}");
        assert_eq!(stage.simulator.request_count(&LIST_PRODUCT_VIDEOS), calls, "{total}");
    }
}

#[tokio::test]
async fn a_list_begun_later_is_as_long_as_the_pages_the_server_gives() {
    let page = |ids: std::ops::Range<u32>| {
        let videos: Vec<_> = ids.map(|id| json!({"id": id.to_string()})).collect();
        json!({"videos": videos, "total": 25, "page_size": 10})
    };
    let stage = answering(&LIST_PRODUCT_VIDEOS, vec![page(10..20), page(20..25)]).await;
    let request = ListProductVideos::new().page(2).page_size(100);
    let videos = stage.jogg.product_videos().list(request).items().try_collect().await.unwrap();
    assert_eq!(videos.len(), 15);
    assert_eq!(stage.simulator.request_count(&LIST_PRODUCT_VIDEOS), 2);
}

/// Pages are as they came; items are given once, also those that come twice on one page.
#[tokio::test]
async fn fact_18_pages_keep_duplicates_and_items_do_not() {
    let pages = || {
        vec![
            json!({"voices": voices(&["a", "a", "b"]), "has_more": true}),
            json!({"voices": voices(&["b", "c"]), "has_more": false}),
        ]
    };
    let stage = answering(&LIST_VOICES, pages()).await;
    let listed = stage.jogg.voices().list(ListVoices::new()).pages().try_collect().await.unwrap();
    assert_eq!(listed.iter().map(|page| page.items.len()).collect::<Vec<_>>(), [3, 2]);
    let (ids, _) = voice_ids(pages(), ListVoices::new()).await;
    assert_eq!(ids, ["a", "b", "c"]);
}

#[tokio::test]
async fn pages_the_api_does_not_count_are_refused() {
    let stage = Stage::new().await;
    for (request, reason) in [
        (ListVoices::new().page(0), "`page` is 0; pages count from 1"),
        (ListVoices::new().page_size(0), "`page_size` is 0; it may be 1 to 100"),
        (ListVoices::new().page_size(101), "`page_size` is 101; it may be 1 to 100"),
        (ListVoices::new().extra("a", json!([1])), "`a` is no text, number or boolean"),
    ] {
        let error = stage.jogg.voices().list(request).items().next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidParameter);
        assert_eq!(error.to_string(), format!("list_voices: {reason}"));
    }
    assert!(stage.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_list_is_lazy_and_begins_where_it_is_told() {
    let stage = answering(
        &LIST_VOICES,
        vec![
            json!({"voices": voices(&["a", "b"]), "has_more": true}),
            json!({"voices": voices(&["c"]), "has_more": false}),
        ],
    )
    .await;
    let mut items = stage.jogg.voices().list(ListVoices::new().page(4)).items();
    assert_eq!(stage.simulator.request_count(&LIST_VOICES), 0);
    for _ in 0..2 {
        items.next().await.unwrap().unwrap();
    }
    assert_eq!(stage.simulator.request_count(&LIST_VOICES), 1);
    items.next().await.unwrap().unwrap();
    assert!(items.next().await.is_none() && items.next().await.is_none());
    let queries: Vec<_> = stage.simulator.requests().into_iter().map(|seen| seen.query).collect();
    assert_eq!(queries, ["page=4", "page=5"]);
}

#[tokio::test]
async fn an_error_ends_the_stream_after_what_came_before() {
    let stage =
        answering(&LIST_VOICES, vec![json!({"voices": voices(&["a"]), "has_more": true})]).await;
    stage.simulator.reply_next(&LIST_VOICES, Reply::body(502, "text/html", "<h1>no</h1>"));
    let mut items = stage.jogg.voices().list(ListVoices::new()).items();
    items.next().await.unwrap().unwrap();
    let error = items.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    assert!(items.next().await.is_none());
}

/// The streams are those of the `futures` crates.
#[tokio::test]
async fn streams_work_with_adapters() {
    use futures_util::TryStreamExt;

    let stage =
        answering(&LIST_VOICES, vec![json!({"voices": voices(&["a", "b"])}), json!({})]).await;
    let items = stage.jogg.voices().list(ListVoices::new()).items();
    let ids: Result<Vec<_>> = TryStreamExt::try_collect(items.map_ok(|voice| voice.voice_id)).await;
    assert_eq!(ids.unwrap().len(), 2);
}
