//! Batches, of which some members may fail.

use jogg_api::operations::{
    CREATE_PRODUCT_PREVIEWS, GET_PRODUCT_AVATAR_IMAGES, LIST_PRODUCT_PREVIEWS,
};
use jogg_api_ext::{Error, ErrorKind, JobStatus, Previews};
use jogg_tests::Stage;
use serde_json::{Value, json};

use super::{answer, previews, product_avatar_images};

#[tokio::test]
async fn a_preview_that_fails_does_not_lose_the_others() {
    let stage = Stage::new().await;
    stage.simulator.fail_next_job("no such look");
    let job = stage.jogg.product_videos().create_previews(previews(["a", "b", "c"]));
    let result = job.await.unwrap().wait().await.unwrap();
    assert_eq!(result.previews.len(), 2);
    assert_eq!(result.failed.len(), 1);
    assert_eq!(result.failed[0].visual_style.as_deref(), Some("a"));
    let styles: Vec<_> = result.previews.iter().map(|made| made.visual_style.as_deref()).collect();
    assert_eq!(styles, [Some("b"), Some("c")]);
}

async fn refused(previews_of_answer: Value) -> (Stage, Result<Value, Error>) {
    let stage = Stage::new().await;
    let reply = answer(json!({"previews": previews_of_answer}));
    stage.simulator.reply_next(&CREATE_PRODUCT_PREVIEWS, reply);
    let listed = json!({"previews": [
        {"id": "other", "status": "failed"},
        {"id": "p1", "status": "success", "video_url": "https://cdn.example/p.mp4"},
    ], "total": 2, "page": 1, "page_size": 100});
    stage.simulator.reply_next(&LIST_PRODUCT_PREVIEWS, answer(listed));
    let started = stage.jogg.product_videos().create_previews(previews(["calm", "loud"])).await;
    let outcome = match started {
        Ok(job) => job.wait().await.map(|result| json!(format!("{result:?}"))),
        Err(error) => Err(error),
    };
    (stage, outcome)
}

#[tokio::test]
async fn a_preview_that_is_refused_is_reported_with_its_reason() {
    let (stage, outcome) = refused(json!([
        {"visual_style": "calm", "preview_id": "p1"},
        {"visual_style": "loud", "err_msg": "no such look"},
    ]))
    .await;
    let shown = outcome.unwrap().to_string();
    assert!(shown.contains("no such look") && shown.contains("https://cdn.example/p.mp4"));
    assert_eq!(stage.simulator.request_count(&CREATE_PRODUCT_PREVIEWS), 1);
}

#[tokio::test]
async fn a_batch_of_which_nothing_was_taken_on_says_why() {
    let (_, outcome) = refused(json!([
        {"visual_style": "calm", "err_msg": "no such look"},
        {"visual_style": "loud", "preview_id": "", "err_msg": "too loud"},
    ]))
    .await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::JobFailed);
    assert_eq!(
        error.to_string(),
        "create_product_previews: every preview was refused: calm: no such look; loud: too loud"
    );
    assert!(error.job().is_none() && error.payload().is_some());
}

#[tokio::test]
async fn a_batch_without_ids_and_reasons_has_an_unknown_outcome() {
    for previews in [json!([]), json!(null), json!([{"visual_style": "calm"}])] {
        let (stage, outcome) = refused(previews).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
        assert!(error.may_have_executed() && error.body().is_some());
        assert_eq!(stage.simulator.request_count(&CREATE_PRODUCT_PREVIEWS), 1);
    }
}

#[tokio::test]
async fn fact_34_previews_are_looked_up_in_their_list_by_its_id() {
    let stage = Stage::new().await;
    // Not on the first page, and one that comes twice.
    let items = |ids: &[&str]| {
        let preview = |id: &&str| json!({"id": id, "status": "success", "video_url": "u"});
        ids.iter().map(preview).collect::<Vec<_>>()
    };
    for page in [items(&["x", "y"]), items(&["y", "p2"]), items(&["p1"])] {
        let data = json!({"previews": page, "total": 5, "page_size": 2});
        stage.simulator.reply_next(&LIST_PRODUCT_PREVIEWS, answer(data));
    }
    let look = stage.jogg.product_videos().previews(["p1", "p2"]).status().await.unwrap();
    assert_eq!(look.status, JobStatus::Completed);
    let ids: Vec<_> =
        look.result.unwrap().previews.into_iter().map(|preview| preview.preview_id).collect();
    assert_eq!(ids, ["p1", "p2"]);
    assert_eq!(stage.simulator.request_count(&LIST_PRODUCT_PREVIEWS), 3);
    let query = &stage.simulator.requests()[1].query;
    assert_eq!(query, "page=2&page_size=100&sort_by=created_at&sort_order=desc");
}

#[tokio::test]
async fn previews_are_not_looked_for_among_what_is_older_than_their_batch() {
    let started = 1_764_000_000;
    let record =
        json!({"operation": "create_product_previews", "id": "p1,p2", "started_at": started});
    let page = |first: &str, created_at: [i64; 2]| {
        let item =
            |id: &str, created_at| json!({"id": id, "status": "queued", "created_at": created_at});
        json!({"previews": [item(first, created_at[0]), item(&format!("{first}-"), created_at[1])]})
    };
    let day = 24 * 60 * 60;
    for (newest, looked_at) in [
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
            stage.simulator.reply_next(&LIST_PRODUCT_PREVIEWS, answer(data));
        }
        let job = stage.jogg.resume::<Previews>(serde_json::from_value(record.clone()).unwrap());
        drop(job.unwrap().status().await.unwrap());
        let looks = stage.simulator.request_count(&LIST_PRODUCT_PREVIEWS);
        assert_eq!(looks, looked_at, "{newest}");
    }
}

#[tokio::test]
async fn previews_that_no_list_has_are_not_found() {
    let stage = Stage::new().await;
    let error = stage.jogg.product_videos().previews(["nowhere"]).wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.job().is_some());
}

#[tokio::test]
async fn a_drawing_that_fails_does_not_lose_the_others() {
    let stage = Stage::new().await;
    let job = stage.jogg.product_avatars().generate(product_avatar_images()).await.unwrap();
    let image = |id: &str, status: &str| json!({"generation_id": id, "status": status, "url": "u"});
    for generations in [
        json!([image("a", "success"), image("b", "processing"), image("c", "failed")]),
        json!([image("a", "success"), image("b", "success"), image("c", "failed")]),
    ] {
        let data = json!({"batch_id": job.id(), "generations": generations});
        stage.simulator.reply_next(&GET_PRODUCT_AVATAR_IMAGES, answer(data));
    }
    let result = job.wait().await.unwrap();
    let ids = |images: &[jogg_api_ext::ProductAvatarImage]| {
        images.iter().filter_map(|image| image.generation_id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        (ids(&result.images), ids(&result.failed)),
        (vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()])
    );
    assert_eq!(stage.simulator.request_count(&GET_PRODUCT_AVATAR_IMAGES), 2);
}
