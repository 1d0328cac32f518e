//! Lists as streams, over the five styles of paging and what the API does to them.

use std::ops::Range;

use jogg_api::Operation;
use jogg_api::operations::{
    LIST_CUSTOM_VOICES, LIST_MUSICS, LIST_PRODUCT_VIDEOS, LIST_PUBLIC_AVATARS, LIST_TEMPLATES,
    LIST_VOICES,
};
use jogg_api_ext::avatars::ListPublicAvatars;
use jogg_api_ext::musics::ListMusics;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::templates::ListTemplates;
use jogg_api_ext::voices::{ListCustomVoices, ListVoices};
use jogg_api_ext::{ErrorKind, Result, product_videos};
use jogg_tests::Stage;
use serde::Serialize;
use serde_json::{Value, json};

/// A stage on which these pages are the next responses of this operation.
async fn with_pages(
    operation: &'static Operation,
    pages: impl IntoIterator<Item = Value>,
) -> Stage {
    let stage = Stage::without_retries().await;
    pages.into_iter().for_each(|data| stage.respond(operation, data));
    stage
}

/// A page: items that have nothing but ids, and what it says of the whole list.
fn page<T: Serialize>(
    list: &str,
    id: &str,
    ids: impl IntoIterator<Item = T>,
    mut totals: Value,
) -> Value {
    totals[list] = ids.into_iter().map(|value| json!({id: value})).collect();
    totals
}

fn voices(ids: &[&str], has_more: bool) -> Value {
    page("voices", "voice_id", ids, json!({"has_more": has_more}))
}

/// A page of videos, of which there are as many as `total` says.
fn videos(ids: Range<u32>, total: impl Into<Value>, page_size: u32) -> Value {
    let totals = json!({"total": total.into(), "page_size": page_size});
    page("videos", "id", ids.map(|id| id.to_string()), totals)
}

/// The ids of the stock voices, and how many calls they took.
async fn voice_ids(
    pages: impl IntoIterator<Item = Value>,
    request: ListVoices,
) -> (Vec<String>, usize) {
    let stage = with_pages(&LIST_VOICES, pages).await;
    let items = stage.jogg.voices().list(request).items().try_collect().await.unwrap();
    let ids = items.into_iter().map(|voice| voice.voice_id).collect();
    (ids, stage.simulator.request_count(&LIST_VOICES))
}

#[tokio::test]
async fn fact_35_pages_with_totals_end_with_the_last() {
    let musics = |ids: Range<i64>, number| {
        let totals = json!({"page": number, "page_size": 2, "total_items": 4, "total_pages": 2});
        page("music", "id", ids, json!({"pagination": totals}))
    };
    let stage = with_pages(&LIST_MUSICS, [musics(0..2, 1), musics(2..4, 2)]).await;
    let mut pages = stage.jogg.musics().list(ListMusics::new().page_size(2)).pages();
    let first = pages.next().await.unwrap().unwrap();
    assert_eq!((first.total, first.total_pages, first.page_size), (Some(4), Some(2), Some(2)));
    assert_eq!(first.metadata.json()["data"]["pagination"]["page"], 1);
    // 0 is an id like any other (F23).
    assert_eq!(first.items[0].id, 0);
    assert_eq!(pages.next().await.unwrap().unwrap().items.len(), 2);
    assert!(pages.next().await.is_none());
    assert_eq!(stage.simulator.request_count(&LIST_MUSICS), 2);
    let queries: Vec<_> = stage.simulator.requests().into_iter().map(|seen| seen.query).collect();
    assert_eq!(queries, ["page_size=2", "page=2&page_size=2"]);
}

#[tokio::test]
async fn fact_35_a_total_ends_a_list_even_where_pages_are_smaller_than_asked_for() {
    // The last comes twice.
    let last = page("videos", "id", ["4", "4"], json!({"total": 5, "page_size": 2}));
    let pages = [videos(0..2, 5, 2), videos(2..4, 5, 2), last];
    let stage = with_pages(&LIST_PRODUCT_VIDEOS, pages).await;
    let request = product_videos::ListVideos::new().page_size(100);
    let videos = stage.jogg.product_videos().list(request).items().try_collect().await.unwrap();
    let ids: Vec<_> = videos.iter().map(|video| video.id.as_str()).collect();
    assert_eq!(ids, ["0", "1", "2", "3", "4"]);
    assert_eq!(stage.simulator.request_count(&LIST_PRODUCT_VIDEOS), 3);
}

#[tokio::test]
async fn fact_35_has_more_says_whether_another_page_follows() {
    let pages = [voices(&["a", "b"], true), voices(&["c"], false)];
    let (ids, calls) = voice_ids(pages, ListVoices::new()).await;
    assert_eq!((ids, calls), (["a", "b", "c"].map(str::to_owned).to_vec(), 2));
}

#[tokio::test]
async fn fact_35_a_list_without_metadata_ends_with_an_empty_page() {
    let avatars = |ids: Range<i64>| page("avatars", "id", ids, json!({}));
    let pages = [avatars(0..10), avatars(10..13), json!({})];
    let stage = with_pages(&LIST_PUBLIC_AVATARS, pages).await;
    let list = stage.jogg.avatars().public(ListPublicAvatars::new());
    assert_eq!(list.items().try_collect().await.unwrap().len(), 13);
    assert_eq!(stage.simulator.request_count(&LIST_PUBLIC_AVATARS), 3);
}

#[tokio::test]
async fn fact_35_a_list_of_one_page_takes_one_request() {
    let stage = with_pages(&LIST_TEMPLATES, [page("templates", "id", 1..3, json!({}))]).await;
    let list = stage.jogg.templates().list(ListTemplates::new());
    assert_eq!(list.items().try_collect().await.unwrap().len(), 2);
    assert_eq!(stage.simulator.request_count(&LIST_TEMPLATES), 1);
    // One of them has a total all the same.
    let voices = page("voices", "voice_id", ["a"], json!({"total": 1}));
    let stage = with_pages(&LIST_CUSTOM_VOICES, [voices]).await;
    let page = stage.jogg.voices().custom(ListCustomVoices::new()).page().await.unwrap();
    assert_eq!((page.total, page.items.len()), (Some(1), 1));
}

#[tokio::test]
async fn fact_36_a_list_that_announces_more_for_ever_ends() {
    let more = |ids: &[&str]| voices(ids, true);
    for (pages, expected, calls) in [
        // An empty page.
        (vec![more(&["a"]), more(&[])], vec!["a"], 2),
        // A page without anything new.
        (vec![more(&["a", "b"]), more(&["b", "a"])], vec!["a", "b"], 2),
        // A page longer than requested, which is everything.
        (vec![more(&["a", "b", "c", "d"])], vec!["a", "b", "c", "d"], 1),
    ] {
        let (ids, called) = voice_ids(pages, ListVoices::new().page_size(3)).await;
        assert_eq!((ids, called), (expected.into_iter().map(str::to_owned).collect(), calls));
    }
}

#[tokio::test]
async fn fact_36_a_page_without_ids_that_comes_twice_is_an_end() {
    let page = || json!({"voices": [{"name": "one"}, {"name": "two"}], "has_more": true});
    let stage = with_pages(&LIST_VOICES, [page(), page()]).await;
    let mut pages = stage.jogg.voices().list(ListVoices::new()).pages();
    let first = pages.next().await.unwrap().unwrap();
    let skipped: Vec<_> = first.metadata.skipped.iter().map(ToString::to_string).collect();
    let reason = "missing field `voice_id`";
    assert_eq!(skipped, [0, 1].map(|index| format!("data.voices[{index}]: {reason}")));
    assert!(first.items.is_empty());
    assert!(pages.next().await.is_none());
    assert_eq!(stage.simulator.request_count(&LIST_VOICES), 2);
}

#[tokio::test]
async fn fact_18_bad_items_and_duplicates_lose_nothing_else() {
    let bad = json!([{"voice_id": "a"}, 5, null, {"voice_id": "a"}, {"voice_id": "b"}]);
    let data = json!({"voices": bad, "has_more": false});
    let stage = with_pages(&LIST_VOICES, [data.clone(), data]).await;
    let list = stage.jogg.voices().list(ListVoices::new());
    let page = list.clone().page().await.unwrap();
    assert_eq!(page.items.len(), 3);
    let places: Vec<_> = page.metadata.skipped.iter().map(|skipped| skipped.at.as_str()).collect();
    assert!(places.contains(&"data.voices[1]"), "{places:?}");
    let ids: Vec<_> = list.items().try_collect().await.unwrap();
    let ids: Vec<_> = ids.iter().map(|voice| voice.voice_id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
}

#[tokio::test]
async fn one_page_of_bad_items_alone_does_not_end_a_list_but_two_do() {
    let bad = || json!({"voices": [5, 6], "has_more": true});
    let good = |id| voices(&[id], true);
    let pages = [bad(), good("a"), bad(), good("b"), bad(), bad()];
    let (ids, calls) = voice_ids(pages, ListVoices::new()).await;
    assert_eq!((ids, calls), (vec!["a".to_owned(), "b".to_owned()], 6));
}

/// Every response has another request id, so that no two pages are the same text.
#[tokio::test]
async fn fact_36_a_page_with_a_bad_item_that_comes_for_ever_is_an_end() {
    for odd in [json!(null), json!({"voice_id": "b", "name": [1]})] {
        let stage = Stage::new().await;
        for number in 0..9 {
            let data = json!({"voices": [{"voice_id": "a"}, odd], "has_more": true});
            let body = json!({"code": 0, "rid": format!("r{number}"), "data": data});
            stage.simulator.reply_next(&LIST_VOICES, Reply::json(200, body));
        }
        let items = stage.jogg.voices().list(ListVoices::new()).items();
        items.try_collect().await.unwrap();
        assert_eq!(stage.simulator.request_count(&LIST_VOICES), 2, "{odd}");
    }
}

#[tokio::test]
async fn fact_36_a_page_with_bad_items_is_also_longer_than_asked_for() {
    let data = json!({"voices": [{"voice_id": "a"}, 1, 2, 3], "has_more": true});
    let (ids, calls) = voice_ids([data], ListVoices::new().page_size(3)).await;
    assert_eq!((ids.len(), calls), (1, 1));
}

#[tokio::test]
async fn a_server_that_gives_less_than_asked_for_or_a_wrong_total_loses_nothing() {
    for (total, calls) in [(json!(25), 3), (json!(0), 4), (json!(24), 4), (json!(null), 4)] {
        let pages = [0..10, 10..20, 20..25, 25..25].map(|ids| videos(ids, total.clone(), 100));
        let stage = with_pages(&LIST_PRODUCT_VIDEOS, pages).await;
        let request = product_videos::ListVideos::new().page_size(100);
        let videos = stage.jogg.product_videos().list(request).items();
        assert_eq!(videos.try_collect().await.unwrap().len(), 25, "{total}");
        assert_eq!(stage.simulator.request_count(&LIST_PRODUCT_VIDEOS), calls, "{total}");
    }
}

#[tokio::test]
async fn a_list_begun_later_is_as_long_as_the_pages_the_server_gives() {
    let pages = [videos(10..20, 25, 10), videos(20..25, 25, 10)];
    let stage = with_pages(&LIST_PRODUCT_VIDEOS, pages).await;
    let request = product_videos::ListVideos::new().page(2).page_size(100);
    let videos = stage.jogg.product_videos().list(request).items().try_collect().await.unwrap();
    assert_eq!(videos.len(), 15);
    assert_eq!(stage.simulator.request_count(&LIST_PRODUCT_VIDEOS), 2);
}

/// Pages are as they came; items are given once, also those that come twice on one page.
#[tokio::test]
async fn fact_18_pages_keep_duplicates_and_items_do_not() {
    let pages = || [voices(&["a", "a", "b"], true), voices(&["b", "c"], false)];
    let stage = with_pages(&LIST_VOICES, pages()).await;
    let listed = stage.jogg.voices().list(ListVoices::new()).pages().try_collect().await.unwrap();
    assert_eq!(listed.iter().map(|page| page.items.len()).collect::<Vec<_>>(), [3, 2]);
    let (ids, _) = voice_ids(pages(), ListVoices::new()).await;
    assert_eq!(ids, ["a", "b", "c"]);
}

#[tokio::test]
async fn pages_the_api_does_not_count_are_refused() {
    let stage = Stage::new().await;
    for (request, reason) in [
        (ListVoices::new().page(0), "`page` is 0; it must be 1 or more"),
        (ListVoices::new().page_size(0), "`page_size` is 0; it must be 1 to 100"),
        (ListVoices::new().page_size(101), "`page_size` is 101; it must be 1 to 100"),
        (ListVoices::new().extra("a", json!([1])), "`a` must be a string, a number or a boolean"),
    ] {
        let error = stage.jogg.voices().list(request).items().next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidParameter);
        assert_eq!(error.to_string(), format!("list_voices: {reason}"));
    }
    assert!(stage.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_list_is_lazy_and_begins_at_the_page_that_is_set() {
    let pages = [voices(&["a", "b"], true), voices(&["c"], false)];
    let stage = with_pages(&LIST_VOICES, pages).await;
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
    let stage = with_pages(&LIST_VOICES, [voices(&["a"], true)]).await;
    stage.simulator.reply_next(&LIST_VOICES, Reply::body(502, "text/html", "<h1>no</h1>"));
    let mut items = stage.jogg.voices().list(ListVoices::new()).items();
    items.next().await.unwrap().unwrap();
    let error = items.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ServerError);
    assert!(items.next().await.is_none());
}

/// The streams are those of the `futures` crates.
#[tokio::test]
async fn streams_work_with_adapters() {
    use futures_util::TryStreamExt;

    let stage = with_pages(&LIST_VOICES, [voices(&["a", "b"], false)]).await;
    let items = stage.jogg.voices().list(ListVoices::new()).items();
    let ids: Result<Vec<_>> = TryStreamExt::try_collect(items.map_ok(|voice| voice.voice_id)).await;
    assert_eq!(ids.unwrap().len(), 2);
}

/// The lengths of the pages of videos that come of these, and how many requests they took.
async fn lengths(
    pages: impl IntoIterator<Item = Value>,
    request: product_videos::ListVideos,
) -> (Vec<usize>, usize) {
    let stage = with_pages(&LIST_PRODUCT_VIDEOS, pages).await;
    let pages = stage.jogg.product_videos().list(request).pages().try_collect().await.unwrap();
    let lengths = pages.into_iter().map(|page| page.items.len()).collect();
    (lengths, stage.simulator.request_count(&LIST_PRODUCT_VIDEOS))
}

#[tokio::test]
async fn a_page_that_brings_nothing_new_ends_a_list_and_is_no_page() {
    let whole = || page("videos", "id", ["a", "b", "c"], json!({}));
    let known = json!({"videos": [{"id": "a"}, {"id": "b"}, 7]});
    for last in [json!({"videos": []}), whole(), known] {
        let request = product_videos::ListVideos::new().page_size(3);
        let pages = lengths([whole(), last.clone(), whole()], request).await;
        assert_eq!(pages, (vec![3], 2), "{last}");
    }
}

#[tokio::test]
async fn a_page_size_of_0_says_nothing_about_the_pages_before() {
    let request = product_videos::ListVideos::new().page(3).page_size(2);
    let pages = [videos(4..6, 6, 0), videos(6..7, 6, 0)];
    assert_eq!(lengths(pages, request).await, (vec![2], 1));
}
