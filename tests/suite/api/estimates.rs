//! What requests say that they cost.

use std::time::Duration;

use jogg_api_ext::product_videos::RenderPreview;
use jogg_api_ext::{lip_sync, product_avatars, template_videos, translations};
use jogg_tests::requests;

#[test]
fn fact_15_each_request_says_what_it_costs() {
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let lip_sync = lip_sync::CreateVideo::new("https://a.example/v", "https://a.example/a");
    let translation = translations::CreateTranslation::new("https://a.example/v", "german");
    let motion = product_avatars::AddMotion::new("image_1", "Mira", "voice", "Waves");
    for (estimate, credits) in [
        (requests::add_motion().estimate(), Some(2.0)),
        (requests::photo().estimate(), Some(0.2)),
        (requests::avatar_video().estimate(minutes(1)), Some(1.0)),
        (requests::avatar_video().estimate(minutes(5)), Some(3.0)),
        (template_videos::CreateVideo::new(512, "english").estimate(minutes(3)), Some(2.0)),
        (requests::product_video().estimate(), Some(1.0)),
        // One for each style.
        (requests::previews(["a", "b", "c"]).estimate(), Some(1.5)),
        (requests::previews([]).estimate(), Some(0.0)),
        (RenderPreview::new("preview_1").estimate(minutes(3)), Some(2.0)),
        (lip_sync.estimate(minutes(1)), Some(0.48)),
        (translation.estimate(minutes(1)), Some(1.5)),
        (requests::script().estimate(), Some(0.2)),
        // These have no published price.
        (requests::product_avatar_images().estimate(), None),
        (motion.estimate(), None),
    ] {
        assert_eq!(estimate.map(|estimate| estimate.credits), credits, "{estimate:?}");
        assert_eq!(estimate.map(|estimate| estimate.as_of), credits.map(|_| "2026-03"));
    }
}

#[test]
fn an_estimate_is_written_with_its_date() {
    for (estimate, text) in [
        (requests::previews(["a"]).estimate(), "0.5 credits by the prices of 2026-03"),
        (requests::previews(["a", "b"]).estimate(), "1 credit by the prices of 2026-03"),
        (requests::add_motion().estimate(), "2 credits by the prices of 2026-03"),
    ] {
        assert_eq!(estimate.unwrap().to_string(), text);
    }
}
