//! Every kind of request, from the queue to its typed result.

use std::time::Duration;

use jogg_api_ext::batch::{BatchRequest, Entry, PaidRequest, RequestState};
use jogg_api_ext::products::CreateProduct;
use jogg_api_ext::{
    avatar_videos, lip_sync, photo_avatars, product_avatars, product_videos, scripts,
    template_videos, translations,
};
use jogg_tests::requests::{
    add_motion, avatar_video, photo, previews, product_avatar_images, product_video, script,
};

use super::stage::Stage;
use super::stores::on_each;

#[tokio::test]
async fn every_kind_has_its_typed_result() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let product = stage.jogg.products().create(CreateProduct::from_details("Bottle")).await;
        drop(product.unwrap());
        let batch = test.store.batch(test.name("kinds"));
        let url = "https://example.com/a.mp4";
        let length = Duration::from_secs(30);
        let entries = [
            Entry::new("avatar video", avatar_video()).length(length),
            Entry::new("lip sync", lip_sync::CreateVideo::new(url, url)).length(length),
            Entry::new("motion", add_motion()),
            Entry::new("photo", photo()),
            Entry::new("images", product_avatar_images()),
            Entry::new("previews", previews(["Simple Product Switch", "other"])),
            Entry::new("product video", product_video()),
            Entry::new("script", script()),
            Entry::new("product", CreateProduct::from_details("Another bottle")),
        ];
        batch.queue_all(entries).await.unwrap();
        let report = stage.finish(&batch).await;
        for key in [
            "avatar video",
            "lip sync",
            "motion",
            "photo",
            "images",
            "previews",
            "product video",
            "script",
            "product",
        ] {
            let request = batch.get(key).await.unwrap().unwrap();
            assert_eq!(request.state, RequestState::Done, "{key}: {:?}", request.failure);
            let read: fn(&BatchRequest) -> Option<jogg_api_ext::Error> = match key {
                "avatar video" => failure::<avatar_videos::CreateVideo>,
                "lip sync" => failure::<lip_sync::CreateVideo>,
                "motion" => failure::<photo_avatars::AddMotion>,
                "photo" => failure::<photo_avatars::GeneratePhoto>,
                "images" => failure::<product_avatars::GenerateImages>,
                "previews" => failure::<product_videos::CreatePreviews>,
                "product video" => failure::<product_videos::CreateVideo>,
                "script" => failure::<scripts::CreateScript>,
                _ => failure::<CreateProduct>,
            };
            assert!(read(&request).is_none(), "{key}: {:?}", read(&request));
            let wrong = request.result::<translations::CreateTranslation>().err();
            assert!(wrong.unwrap().to_string().contains("is of the operation"));
            let wrong = request.result::<template_videos::CreateVideo>().err();
            assert!(wrong.is_some());
        }
        assert_eq!(report.counts.settled, 9);
    })
    .await;
}

fn failure<R: PaidRequest>(request: &BatchRequest) -> Option<jogg_api_ext::Error> {
    request.result::<R>().err()
}
