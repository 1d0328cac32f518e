//! Errors that have no candidates, and lists that can't be fetched.

use jogg_api::operations as op;
use jogg_api::{Operation, RawRequest, RetryClass};
use jogg_api_ext::outcome_unknown::Certainty;
use jogg_api_ext::products::CreateProduct;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{ErrorKind, Jogg, translations};
use jogg_tests::requests;
use serde_json::{Value, json};

use super::{CASES, candidates, stage};

#[tokio::test]
async fn where_no_list_shows_it_nothing_is_sent_and_the_reason_is_there() {
    static CREATE_OUTFIT: Operation =
        Operation::new("create_outfit", "POST", "/v2/ai_scripts", RetryClass::AtMostOnce);
    let stage = stage().await;
    let (jogg, lost) = (&stage.jogg, |operation| {
        stage.simulator.reply_next(operation, Reply::lost());
    });
    let mut errors = Vec::new();
    lost(&op::CREATE_AI_SCRIPT);
    errors.extend(jogg.scripts().create(requests::script()).await.err());
    lost(&op::CREATE_PRODUCT);
    errors.extend(jogg.products().create(CreateProduct::from_details("Mug")).await.err());
    lost(&op::CREATE_VIDEO_FROM_AVATAR);
    errors.extend(jogg.avatar_videos().create(requests::avatar_video()).await.err());
    lost(&op::CREATE_VIDEO_TRANSLATION);
    let request = translations::CreateTranslation::new("https://a.example/v", "german");
    errors.extend(jogg.translations().create(request).await.err());
    lost(&op::GENERATE_PHOTO);
    errors.extend(jogg.photo_avatars().generate(requests::photo()).await.err());
    lost(&op::GENERATE_PRODUCT_AVATAR_IMAGES);
    let request = requests::product_avatar_images();
    errors.extend(jogg.product_avatars().generate(request).await.err());
    // Of an operation that isn't known, no list is either.
    lost(&op::CREATE_AI_SCRIPT);
    let request = RawRequest::new().with_body(json!({}));
    errors.extend(jogg.request::<Value>(&CREATE_OUTFIT, request).await.err());
    assert_eq!(errors.len(), 7);
    let sent = stage.simulator.requests().len();
    for error in &errors {
        let found = candidates(&stage, error).await;
        assert_eq!(found.certainty, Certainty::NoList, "{error}");
        assert!(found.items.is_empty() && found.job.is_none(), "{error}");
        let (operation, text) = (error.operation().unwrap(), &found.remains);
        assert!(text.contains("no list shows") && text.contains(operation), "{text}");
        let harmless = operation == "create_product";
        assert_eq!(text.contains("does no harm"), harmless, "{text}");
    }
    assert_eq!(stage.simulator.requests().len(), sent);
}

#[tokio::test]
async fn other_errors_have_no_candidates() {
    let stage = stage().await;
    let refused = Reply::json(200, json!({"code": 18020, "msg": "insufficient"}));
    stage.simulator.reply_next(&op::ADD_PHOTO_AVATAR_MOTION, refused);
    let refused = stage.jogg.photo_avatars().add_motion(requests::add_motion()).await.unwrap_err();
    stage.simulator.fail_next_job("out of film");
    let job = stage.jogg.photo_avatars().add_motion(requests::add_motion()).await.unwrap();
    let failed = job.wait().await.unwrap_err();
    let unbuilt = Jogg::builder("").build().unwrap_err();
    let sent = stage.simulator.requests().len();
    for (error, kind, hint) in [
        (&refused, "InsufficientCredit", "nothing was executed"),
        (&failed, "JobFailed", "resume the job"),
        (&unbuilt, "Configuration", "nothing was executed"),
    ] {
        let refusal = stage.jogg.candidates(error).await.unwrap_err();
        assert_eq!(refusal.kind(), ErrorKind::InvalidParameter);
        let text = refusal.to_string();
        assert!(text.contains(kind) && text.contains(hint), "{text}");
        assert_eq!(refusal.operation(), error.operation());
    }
    assert_eq!(stage.simulator.requests().len(), sent);
}

#[tokio::test]
async fn errors_of_the_list_are_errors() {
    for case in &CASES {
        let stage = stage().await;
        let error = case.lose(&stage, Reply::lost()).await;
        stage.simulator.reply_next(case.list, Reply::body(503, "text/plain", ""));
        let failed = stage.jogg.candidates(&error).await.unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::ServerError, "{failed:?}");
        assert_eq!(failed.operation(), Some(case.list.id));
        // And the error can be used again.
        assert!(!candidates(&stage, &error).await.items.is_empty());
    }
}
