//! How a list is read: malformed items, times, clocks and pages.

use std::time::{Duration, SystemTime};

use jogg_api::Operation;
use jogg_api::operations as op;
use jogg_api_ext::Jogg;
use jogg_api_ext::outcome_unknown::Certainty;
use jogg_api_ext::simulator::Reply;
use jogg_tests::replies::success;
use serde_json::{Value, json};

use super::{CASES, Case, candidates, stage};

fn case(operation: &Operation) -> &'static Case {
    CASES.iter().find(|case| case.operation == operation).unwrap()
}

/// An item of the list of product videos.
fn video(number: usize, created_at: i64) -> Value {
    json!({"id": format!("v{number}"), "title": "Mug 2", "created_at": created_at})
}

#[tokio::test]
async fn fact_18_a_malformed_item_is_skipped_and_leaves_doubt() {
    let case = case(&op::CREATE_VIDEO_FROM_PRODUCT);
    for (reply, certainty, count) in [
        (Reply::lost(), Certainty::Settled, 1),
        // What can't be read may be what was made.
        (Reply::reset(), Certainty::Unsettled, 0),
    ] {
        let stage = stage().await;
        let items = vec![json!(null), json!({"title": "Mug 2"}), json!([7])];
        stage.simulator.set_items(case.list, items).unwrap();
        let error = case.lose(&stage, reply).await;
        let found = candidates(&stage, &error).await;
        assert_eq!((found.certainty, found.items.len()), (certainty, count), "{found:?}");
        let gap = "3 items of the list can't be decoded";
        assert!(found.remains.contains(gap), "{found:?}");
    }
}

#[tokio::test]
async fn an_item_without_a_time_is_a_candidate_that_settles_nothing() {
    let case = case(&op::CREATE_VIDEO_FROM_PRODUCT);
    for created_at in [json!(null), json!(0), json!("soon")] {
        let stage = stage().await;
        let item = json!({"id": "v1", "title": "Mug 2", "created_at": created_at});
        stage.simulator.set_items(case.list, vec![item]).unwrap();
        let error = case.lose(&stage, Reply::reset()).await;
        let found = candidates(&stage, &error).await;
        assert_eq!((found.certainty, found.items.len()), (Certainty::Unsettled, 1));
        assert_eq!(found.items[0].created_at, None);
    }
}

#[tokio::test]
async fn the_server_says_how_its_clock_differs() {
    let case = case(&op::CREATE_VIDEO_FROM_PRODUCT);
    let now = SystemTime::now();
    let unix = now.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let unix = i64::try_from(unix).unwrap();
    let date = |behind: u64| httpdate::fmt_http_date(now - Duration::from_secs(behind));
    for (date, created_at, certainty, count) in [
        // The server is an hour behind, or a day ahead of this machine.
        (date(3600), unix - 3600, Certainty::Settled, 1),
        (date(3600), unix - 3600 - 30, Certainty::Unsettled, 1),
        (date(3600), unix - 7200, Certainty::NotListed, 0),
        (date(0), unix, Certainty::Settled, 1),
        (date(0), unix - 3600, Certainty::NotListed, 0),
        // Which clock it has isn't known: nothing of the last day is overlooked.
        ("soon".to_owned(), unix, Certainty::Unsettled, 1),
        ("soon".to_owned(), unix - 3600, Certainty::Unsettled, 1),
        ("soon".to_owned(), unix - 25 * 3600, Certainty::NotListed, 0),
    ] {
        let stage = stage().await;
        let error = case.lose(&stage, Reply::reset()).await;
        let mut video = video(1, created_at);
        if certainty == Certainty::NotListed {
            // What has the request's name is found at any time.
            video["title"] = json!("Other");
        }
        let list = json!({"videos": [video], "total": 1});
        stage.simulator.reply_next(case.list, success(list).header("date", &date));
        let found = candidates(&stage, &error).await;
        let shown = format!("{date}, {created_at}: {found:?}");
        assert_eq!((found.certainty, found.items.len()), (certainty, count), "{shown}");
        let unknown = date == "soon" && count > 0;
        assert_eq!(found.remains.contains("`Date`"), unknown, "{shown}");
    }
}

/// What matches may then be the older one.
#[tokio::test]
async fn without_a_known_clock_no_candidate_is_dropped_for_its_name() {
    let case = case(&op::CREATE_VIDEO_FROM_PRODUCT);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    for (date, count) in [("soon".to_owned(), 2), (httpdate::fmt_http_date(SystemTime::now()), 1)] {
        let stage = stage().await;
        let error = case.lose(&stage, Reply::reset()).await;
        let other = json!({"id": "v2", "title": "Other", "created_at": now + 10});
        let videos = [video(1, i64::try_from(now + 10).unwrap()), other];
        let list = json!({"videos": videos, "total": 2});
        stage.simulator.reply_next(case.list, success(list).header("date", &date));
        let found = candidates(&stage, &error).await;
        assert_eq!(found.items.len(), count, "{date}: {found:?}");
        assert_eq!(found.items[0].id, "v1");
    }
}

/// The error knows how long ago its request was sent, by the clock of the client that sent it.
#[tokio::test]
async fn time_that_passes_before_the_search_changes_nothing() {
    let case = case(&op::CREATE_VIDEO_FROM_PRODUCT);
    let stage = stage().await;
    let error = case.lose(&stage, Reply::lost()).await;
    stage.clock.advance(Duration::from_secs(3600));
    assert_eq!(candidates(&stage, &error).await.certainty, Certainty::Settled);
    let other = Jogg::builder("other").base_url(stage.simulator.base_url()).build().unwrap();
    assert_eq!(other.candidates(&error).await.unwrap().certainty, Certainty::Settled);
}

#[tokio::test]
async fn a_list_is_read_back_to_the_time_of_the_request() {
    let case = case(&op::CREATE_VIDEO_FROM_PRODUCT);
    let start = 1_764_000_000;
    let hour_ago = |number: i64| start + 7200 - 3600 - number;
    let videos = |count: usize, created_at: &dyn Fn(i64) -> i64| -> Vec<_> {
        (0..count).map(|number| video(number, created_at(number.try_into().unwrap()))).collect()
    };
    for (items, pages, certainty, count) in [
        // The rest of the first page is older.
        (videos(4000, &hour_ago), 1, Certainty::Settled, 1),
        // In no order, the whole list is read.
        (videos(350, &|number| hour_ago(-(number % 7))), 4, Certainty::Settled, 1),
        // All are new, up to the limit.
        (videos(4000, &|_| start + 7200), 10, Certainty::Unsettled, 1000),
    ] {
        let stage = stage().await;
        stage.clock.advance(Duration::from_secs(7200));
        stage.simulator.set_items(case.list, items).unwrap();
        let error = case.lose(&stage, Reply::lost()).await;
        let found = candidates(&stage, &error).await;
        assert_eq!(stage.simulator.request_count(case.list), pages);
        assert_eq!((found.certainty, found.items.len()), (certainty, count));
        assert_eq!(found.remains.contains("only the first 1000 items were read"), pages == 10);
    }
}
