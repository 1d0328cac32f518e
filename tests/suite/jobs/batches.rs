//! Batches, of which some members may fail.

use jogg_api::operations::{
    CREATE_PRODUCT_PREVIEWS, GET_PRODUCT_AVATAR_IMAGES, LIST_PRODUCT_PREVIEWS,
};
use jogg_api_ext::product_videos::Previews;
use jogg_api_ext::{Error, ErrorKind, JobStatus};
use jogg_tests::Stage;
use jogg_tests::requests::{previews, product_avatar_images};
use serde_json::{Value, json};

#[tokio::test]
async fn a_preview_that_fails_does_not_lose_the_others() {
    let stage = Stage::new().await;
    stage.simulator.fail_next_job("no such style");
    let job = stage.jogg.product_videos().create_previews(previews(["a", "b", "c"]));
    let result = job.await.unwrap().wait().await.unwrap();
    assert_eq!(result.previews.len(), 2);
    assert_eq!(result.failed.len(), 1);
    assert_eq!(result.failed[0].visual_style.as_deref(), Some("a"));
    let styles: Vec<_> = result.previews.iter().map(|made| made.visual_style.as_deref()).collect();
    assert_eq!(styles, [Some("b"), Some("c")]);
}

/// What comes of a batch for which the API responds with these previews.
async fn batch(started: Value) -> (Stage, Result<Value, Error>) {
    let stage = Stage::new().await;
    stage.respond(&CREATE_PRODUCT_PREVIEWS, json!({"previews": started}));
    let listed = json!({"previews": [
        {"id": "other", "status": "failed"},
        {"id": "p1", "status": "success", "video_url": "https://cdn.example/p.mp4"},
    ], "total": 2, "page": 1, "page_size": 100});
    stage.respond(&LIST_PRODUCT_PREVIEWS, listed);
    let started = stage.jogg.product_videos().create_previews(previews(["calm", "loud"])).await;
    let outcome = match started {
        Ok(job) => job.wait().await.map(|result| json!(format!("{result:?}"))),
        Err(error) => Err(error),
    };
    (stage, outcome)
}

#[tokio::test]
async fn a_preview_that_is_refused_is_reported_with_its_reason() {
    let (stage, outcome) = batch(json!([
        {"visual_style": "calm", "preview_id": "p1"},
        {"visual_style": "loud", "err_msg": "no such style"},
    ]))
    .await;
    let shown = outcome.unwrap().to_string();
    assert!(shown.contains("no such style") && shown.contains("https://cdn.example/p.mp4"));
    assert_eq!(stage.simulator.request_count(&CREATE_PRODUCT_PREVIEWS), 1);
}

#[tokio::test]
async fn a_batch_that_is_refused_as_a_whole_says_why() {
    let (_, outcome) = batch(json!([
        {"visual_style": "calm", "err_msg": "no such style"},
        {"visual_style": "loud", "preview_id": "", "err_msg": "too loud"},
    ]))
    .await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::JobFailed);
    assert_eq!(
        error.to_string(),
        "create_product_previews: every preview was refused: calm: no such style; loud: too loud"
    );
    assert!(error.job().is_none() && error.raw().is_some());
}

#[tokio::test]
async fn a_batch_without_ids_and_reasons_has_an_unknown_outcome() {
    for previews in [json!([]), json!(null), json!([{"visual_style": "calm"}])] {
        let (stage, outcome) = batch(previews).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
        assert!(error.may_have_executed() && error.body().is_some());
        assert_eq!(stage.simulator.request_count(&CREATE_PRODUCT_PREVIEWS), 1);
    }
}

#[tokio::test]
async fn fact_34_previews_are_looked_up_in_their_list_by_id() {
    let stage = Stage::new().await;
    // Not on the first page, and one that comes twice.
    let items = |ids: &[&str]| {
        let preview = |id: &&str| json!({"id": id, "status": "success", "video_url": "u"});
        ids.iter().map(preview).collect::<Vec<_>>()
    };
    for page in [items(&["x", "y"]), items(&["y", "p2"]), items(&["p1"])] {
        let data = json!({"previews": page, "total": 5, "page_size": 2});
        stage.respond(&LIST_PRODUCT_PREVIEWS, data);
    }
    let report = stage.jogg.product_videos().previews_job(["p1", "p2"]).report().await.unwrap();
    assert_eq!(report.status, JobStatus::Completed);
    let ids: Vec<_> =
        report.result.unwrap().previews.into_iter().map(|preview| preview.preview_id).collect();
    assert_eq!(ids, ["p1", "p2"]);
    assert_eq!(stage.simulator.request_count(&LIST_PRODUCT_PREVIEWS), 3);
    let query = &stage.simulator.requests()[1].query;
    assert_eq!(query, "page=2&page_size=100&sort_by=created_at&sort_order=desc");
}

#[tokio::test]
async fn previews_are_not_looked_for_among_those_older_than_their_batch() {
    let started = 1_764_000_000;
    let record =
        json!({"operation": "create_product_previews", "id": "p1,p2", "started_at": started});
    let page = |first: &str, created_at: [i64; 2]| {
        let item =
            |id: &str, created_at| json!({"id": id, "status": "queued", "created_at": created_at});
        json!({"previews": [item(first, created_at[0]), item(&format!("{first}-"), created_at[1])]})
    };
    let day = 24 * 60 * 60;
    for (newest, pages) in [
        // An hour older may be another clock, two days are another batch.
        (started, 2),
        // Nothing in the list is as new as the batch: its times are no help.
        (started - 9 * day, 3),
    ] {
        let stage = Stage::new().await;
        for data in [
            page("p1", [newest, newest - 3600]),
            page("a", [newest - 3600, newest - 2 * day]),
            page("p2", [newest - 3 * day, newest - 4 * day]),
        ] {
            stage.respond(&LIST_PRODUCT_PREVIEWS, data);
        }
        let job = stage.jogg.resume::<Previews>(serde_json::from_value(record.clone()).unwrap());
        drop(job.unwrap().report().await.unwrap());
        assert_eq!(stage.simulator.request_count(&LIST_PRODUCT_PREVIEWS), pages, "{newest}");
    }
}

#[tokio::test]
async fn an_id_that_is_empty_or_twice_is_not_waited_for() {
    let stage = Stage::new().await;
    let done = json!({"id": "p1", "status": "completed", "video_url": "u"});
    stage.respond(&LIST_PRODUCT_PREVIEWS, json!({"previews": [done]}));
    let job = stage.jogg.product_videos().previews_job(["p1", "", "p1"]);
    let previews = job.wait().await.unwrap();
    assert_eq!((previews.previews.len(), previews.failed.len()), (1, 0));
    assert_eq!(stage.simulator.request_count(&LIST_PRODUCT_PREVIEWS), 1);
}

#[tokio::test]
async fn previews_that_no_list_has_are_not_found() {
    let stage = Stage::new().await;
    let error = stage.jogg.product_videos().previews_job(["nowhere"]).wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.job().is_some());
}

#[tokio::test]
async fn an_image_that_fails_does_not_lose_the_others() {
    let stage = Stage::new().await;
    let job = stage.jogg.product_avatars().generate(product_avatar_images()).await.unwrap();
    let image = |id: &str, status: &str| json!({"generation_id": id, "status": status, "url": "u"});
    for generations in [
        json!([image("a", "success"), image("b", "processing"), image("c", "failed")]),
        json!([image("a", "success"), image("b", "success"), image("c", "failed")]),
    ] {
        let data = json!({"batch_id": job.id(), "generations": generations});
        stage.respond(&GET_PRODUCT_AVATAR_IMAGES, data);
    }
    let result = job.wait().await.unwrap();
    let ids: Vec<_> = result.images.iter().map(|image| image.generation_id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    let failed: Vec<_> = result.failed.iter().map(|image| image.generation_id.as_deref()).collect();
    assert_eq!(failed, [Some("c")]);
    assert_eq!(stage.simulator.request_count(&GET_PRODUCT_AVATAR_IMAGES), 2);
}
