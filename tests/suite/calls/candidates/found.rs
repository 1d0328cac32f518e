//! What was executed is found, and something older does not pass for it.

use std::time::Duration;

use jogg_api::operations as op;
use jogg_api_ext::clock::Clock;
use jogg_api_ext::jobs::JobResult;
use jogg_api_ext::lip_sync::FIND_LIP_SYNC_VIDEO;
use jogg_api_ext::outcome_unknown::{Candidates, Certainty, Listed};
use jogg_api_ext::product_videos::Previews;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{Jogg, Video, lip_sync};
use serde_json::json;

use super::{CASES, candidates, shown, stage};

#[tokio::test]
async fn each_request_that_was_executed_is_found() {
    for case in &CASES {
        let stage = stage().await;
        let error = case.lose(&stage, Reply::lost()).await;
        assert!(error.to_string().contains("Jogg::candidates"), "{error}");
        let found = candidates(&stage, &error).await;
        let shown = shown(case, &found);
        assert_eq!((found.items.len(), found.certainty), (case.makes, case.certainty), "{shown}");
        let is_settled = found.certainty == Certainty::Settled;
        assert_eq!(found.items.iter().all(|item| item.matches == Some(true)), {
            is_settled
                || case.list == &op::LIST_PHOTO_AVATARS
                || case.list == &op::LIST_PRODUCT_AVATARS
        });
        let is_job = case.operation != &op::CREATE_WEBHOOK_ENDPOINT;
        assert_eq!(found.job.is_some(), is_settled && is_job, "{shown}");
        // Only its list is read, and the lost request never retried. Photo avatars have no total,
        // and endpoints are counted before one is created.
        assert_eq!(stage.simulator.request_count(case.operation), 1);
        let twice = [&op::LIST_PHOTO_AVATARS, &op::LIST_WEBHOOK_ENDPOINTS].contains(&case.list);
        let pages = if twice { 2 } else { 1 };
        assert_eq!(stage.simulator.request_count(case.list), pages);
        assert_eq!(stage.simulator.requests().len(), 1 + pages);
        assert!(!found.remains.is_empty());
    }
}

#[tokio::test]
async fn each_job_that_was_found_goes_on_by_its_record() {
    async fn wait<T: JobResult>(jogg: &Jogg, found: &Candidates) -> T {
        let record = found.job.clone().or_else(|| found.items[0].job.clone()).unwrap();
        assert!(record.started_at > 0, "{record:?}");
        jogg.resume::<T>(record).unwrap().wait().await.unwrap()
    }
    let (mut waited, mut without) = (0, 0);
    for case in &CASES {
        let stage = stage().await;
        let error = case.lose(&stage, Reply::lost()).await;
        let found = candidates(&stage, &error).await;
        match &found.items[0].item {
            Listed::LipSyncVideo(report) => {
                let video: lip_sync::Video = wait(&stage.jogg, &found).await;
                assert_eq!(Some(video.task_id), report.task_id);
            }
            Listed::ProductPreview(_) => {
                let previews: Previews = wait(&stage.jogg, &found).await;
                assert_eq!((previews.previews.len(), previews.failed.len()), (2, 0));
            }
            Listed::ProductVideo(video) => {
                assert_eq!(wait::<Video>(&stage.jogg, &found).await.video_id, video.id);
            }
            Listed::TemplateVideo(video) => {
                assert_eq!(wait::<Video>(&stage.jogg, &found).await.video_id, video.video_id);
            }
            Listed::PhotoAvatar(_) | Listed::ProductAvatar(_) | Listed::WebhookEndpoint(_) => {
                assert!(found.items[0].job.is_none(), "{found:?}");
                without += 1;
                continue;
            }
            other => panic!("{other:?}"),
        }
        waited += 1;
    }
    assert_eq!((waited, without), (6, 3));
}

/// Half a minute is less than clocks may differ by, an hour is more.
#[tokio::test]
async fn an_older_item_makes_it_uncertain_unless_it_is_too_old() {
    for (case, seconds) in CASES.iter().flat_map(|case| [(case, 30), (case, 3600)]) {
        let stage = stage().await;
        (case.call)(stage.jogg.clone()).await.unwrap();
        stage.clock.advance(Duration::from_secs(seconds));
        let error = case.lose(&stage, Reply::lost()).await;
        let found = candidates(&stage, &error).await;
        let shown = format!("after {seconds} s: {}", shown(case, &found));
        let has_times =
            !matches!(found.items[0].item, Listed::PhotoAvatar(_) | Listed::ProductAvatar(_));
        // Only the latest lip sync job is found.
        let both = (seconds == 30 || !has_times) && case.list != &FIND_LIP_SYNC_VIDEO;
        let certainty = if both { Certainty::Unsettled } else { case.certainty };
        let count = if both { 2 * case.makes } else { case.makes };
        assert_eq!((found.items.len(), found.certainty), (count, certainty), "{shown}");
        let times = found.items.iter().map(|item| item.created_at);
        assert!(times.is_sorted_by(|newer, older| newer >= older), "{shown}");
        let settled = found.job.is_some() || case.operation == &op::CREATE_WEBHOOK_ENDPOINT;
        assert!(settled || certainty != Certainty::Settled, "{shown}");
    }
}

#[tokio::test]
async fn an_older_item_does_not_pass_for_a_request_that_was_not_executed() {
    for (case, seconds) in CASES.iter().flat_map(|case| [(case, 30), (case, 3600)]) {
        let stage = stage().await;
        (case.call)(stage.jogg.clone()).await.unwrap();
        stage.clock.advance(Duration::from_secs(seconds));
        let error = case.lose(&stage, Reply::reset()).await;
        let found = candidates(&stage, &error).await;
        let shown = format!("after {seconds} s: {}", shown(case, &found));
        let has_times = ![&op::LIST_PHOTO_AVATARS, &op::LIST_PRODUCT_AVATARS].contains(&case.list);
        // The result of an older lip sync job serves as well, and what has the request's name may
        // be of it although its time says otherwise.
        let is_named = case.certainty == Certainty::Settled;
        let listed = seconds == 30 || !has_times || is_named;
        let certainty = if listed { Certainty::Unsettled } else { Certainty::NotListed };
        assert_eq!((found.certainty, found.items.is_empty()), (certainty, !listed), "{shown}");
        let may_serve = found.remains.contains("its URLs are those of the request");
        assert_eq!(may_serve, case.list == &FIND_LIP_SYNC_VIDEO, "{shown}");
        assert!(found.job.is_none(), "{shown}");
    }
}

#[tokio::test]
async fn what_was_not_executed_is_not_listed() {
    for case in &CASES {
        let stage = stage().await;
        let error = case.lose(&stage, Reply::reset()).await;
        let found = candidates(&stage, &error).await;
        assert_eq!(found.certainty, Certainty::NotListed, "{}", shown(case, &found));
        assert!(found.items.is_empty() && found.remains.contains("a minute after"), "{found:?}");
        // Those whose result is settled have a name or URLs, and lists of avatars have no times.
        let has_times = ![&op::LIST_PHOTO_AVATARS, &op::LIST_PRODUCT_AVATARS].contains(&case.list);
        let is_nameless = has_times && case.certainty == Certainty::Unsettled;
        let says_so = found.remains.contains("the request has no name, so that only times");
        assert_eq!(says_so, is_nameless, "{}", shown(case, &found));
    }
}

/// A name that the API changed must not read as "not executed".
#[tokio::test]
async fn what_is_new_is_a_candidate_although_its_name_differs() {
    for case in CASES.iter().filter(|case| case.certainty == Certainty::Settled) {
        if case.list == &FIND_LIP_SYNC_VIDEO {
            continue;
        }
        let stage = stage().await;
        let error = case.lose(&stage, Reply::reset()).await;
        let created_at = 1_764_000_000 + stage.clock.now().as_secs();
        let item = json!({
            "id": "i1", "video_id": "i1", "endpoint_id": "i1", "created_at": created_at,
            "title": "Other", "video_name": "Other", "url": "https://other.example",
        });
        stage.simulator.set_items(case.list, vec![item]).unwrap();
        let found = candidates(&stage, &error).await;
        let shown = shown(case, &found);
        assert_eq!((found.items.len(), found.certainty), (1, Certainty::Unsettled), "{shown}");
        assert_eq!(found.items[0].matches, Some(false), "{shown}");
        assert!(found.remains.contains("has the request's name"), "{shown}");
    }
}
