//! What isn't in its place, or has another time, must not read as "not executed".

use std::time::{Duration, SystemTime};

use jogg_api::operations as op;
use jogg_api_ext::outcome_unknown::{Candidates, Certainty};
use jogg_api_ext::simulator::Reply;
use jogg_tests::replies::success;
use serde_json::{Value, json};

use super::{CASES, candidates, stage};

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

/// A video with the name of the request.
fn video(created_at: u64) -> Value {
    json!({"video_id": "v1", "video_name": "Sale 1", "created_at": created_at})
}

/// What is found where this is the response with the list of template videos, and the request was
/// not executed.
async fn found_in(reply: Reply) -> Candidates {
    let case = CASES.iter().find(|case| case.operation == &op::CREATE_VIDEO_WITH_TEMPLATE).unwrap();
    let stage = stage().await;
    let error = case.lose(&stage, Reply::reset()).await;
    let date = httpdate::fmt_http_date(SystemTime::now());
    stage.simulator.reply_next(case.list, reply.header("date", &date));
    candidates(&stage, &error).await
}

#[tokio::test]
async fn a_list_that_is_not_there_is_not_an_empty_one() {
    let item = video(now());
    let pages = |total: u64| json!({"page": 1, "page_size": 100, "total_items": total});
    let with = |list: Value, total| json!({"data": list, "pagination": pages(total)});
    for (data, says) in [
        (json!({"videos": [item], "pagination": pages(1)}), "no list `data`, but `videos`"),
        (with(json!([]), 1), "it has 1 items, and 0 came"),
        (with(json!([]), 5), "it has 5 items, and 0 came"),
        (with(json!(null), 0), "it has no list `data`"),
        (with(json!(null), 5), "although it says that there are items"),
        (with(json!({"items": [item]}), 1), "`data` is an object, not a list"),
        (with(json!("x"), 1), "`data` is a string, not a list"),
        (json!({"data": []}), ""),
        (json!({"data": {"data": [item]}}), "`data` is an object, not a list"),
        (json!({}), "no list `data`"),
        (json!(null), "it has no `data`"),
        (json!([]), ""),
        (json!("x"), "it can't be read"),
        (json!({"data": [], "pagination": {"total_pages": 3}}), "it has 3 pages, and 1 came"),
    ] {
        let found = found_in(success(data.clone())).await;
        // An empty list in so many words, without a total, is the only one that is believed.
        let certainty = if says.is_empty() { Certainty::NotListed } else { Certainty::Unsettled };
        let shown = format!("{data}: {found:?}");
        assert_eq!((found.certainty, found.items.len()), (certainty, 0), "{shown}");
        assert!(found.remains.contains(says), "{shown}");
    }
    for body in [json!({"code": 0, "msg": "Success"}), json!({"code": 0, "items": [item]})] {
        let found = found_in(Reply::json(200, body.clone())).await;
        assert_eq!(found.certainty, Certainty::Unsettled, "{body}: {found:?}");
    }
}

#[tokio::test]
async fn fact_18_the_end_of_a_list_may_be_omitted() {
    let case = CASES.iter().find(|case| case.list == &op::LIST_PHOTO_AVATARS).unwrap();
    let stage = stage().await;
    let error = case.lose(&stage, Reply::reset()).await;
    let other = json!({"avatars": [{"id": 1, "name": "Other"}]});
    for data in [other, json!({"avatars": null})] {
        stage.respond(case.list, data);
    }
    let found = candidates(&stage, &error).await;
    assert_eq!((found.certainty, found.items.len()), (Certainty::NotListed, 0), "{found:?}");
}

#[tokio::test]
async fn what_has_the_name_of_the_request_is_never_dropped_for_its_time() {
    let hour = 3600;
    for created_at in [now() - 90, now() - 8 * hour, now() - 40 * 24 * hour, 1] {
        let other = json!({"video_id": "v2", "video_name": "Other", "created_at": created_at});
        let list = json!({"data": [other, video(created_at)], "pagination": {"total_items": 2}});
        let found = found_in(success(list)).await;
        let ids: Vec<_> = found.items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!((found.certainty, ids), (Certainty::Unsettled, vec!["v1"]), "{found:?}");
        assert!(found.remains.contains("a time before it"), "{found:?}");
        assert!(found.job.is_none());
    }
    // Beside one whose time is right, it is an older one.
    let older = json!({"video_id": "v0", "video_name": "Sale 1", "created_at": now() - hour});
    let list = json!({"data": [video(now() + 5), older]});
    let found = found_in(success(list)).await;
    assert_eq!((found.certainty, found.items.len()), (Certainty::Settled, 1), "{found:?}");
}

#[tokio::test]
async fn a_request_without_a_name_says_that_only_times_were_compared() {
    let case = CASES.iter().find(|case| case.operation == &op::RENDER_PRODUCT_PREVIEW).unwrap();
    let stage = stage().await;
    let error = case.lose(&stage, Reply::reset()).await;
    stage.clock.advance(Duration::from_secs(60));
    let found = candidates(&stage, &error).await;
    assert_eq!(found.certainty, Certainty::NotListed);
    assert!(found.remains.contains("only times were compared"), "{found:?}");
}

#[tokio::test]
async fn a_lip_sync_that_is_found_in_no_known_form_is_not_none() {
    let case = CASES.iter().find(|case| case.operation == &op::CREATE_LIP_SYNC_VIDEO).unwrap();
    for data in [json!(null), json!({}), json!({"id": "t1"}), json!([]), json!("x")] {
        let stage = stage().await;
        let error = case.lose(&stage, Reply::reset()).await;
        stage.simulator.reply_next(case.list, success(data.clone()));
        let found = candidates(&stage, &error).await;
        assert_eq!(found.certainty, Certainty::Unsettled, "{data}: {found:?}");
        assert!(found.remains.contains("it can't be read"), "{found:?}");
    }
}
