//! What can be queued.

use jogg_api_ext::ErrorKind;
use jogg_api_ext::avatar_videos::{CreateVideo, Speech};
use jogg_api_ext::avatars::Avatar;
use jogg_api_ext::batch::{Entry, Queued, RequestState, Resolution};
use jogg_api_ext::enums::{AspectRatio, ScreenStyle};

use super::stage::entry;
use super::stores::sqlite;

#[tokio::test]
async fn an_entry_that_can_not_be_queued_says_why() {
    let test = sqlite().await;
    let batch = test.store.batch("wrong");
    let long = "x".repeat(501);
    for (entry, problem) in [
        (entry(" "), "the key is empty"),
        (entry(&long), "longer than 500 bytes"),
        (entry("a\0b"), "contains NUL"),
        (entry("a").credits(-1.0), "-1 credits can't be counted"),
        (entry("a").credits(f64::NAN), "NaN credits can't be counted"),
        (Entry::new("a", wrong()), "a: a transparent video needs captions off"),
    ] {
        let checked = entry.check().expect_err(problem);
        for error in [checked, batch.queue(entry).await.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::InvalidParameter);
            assert!(error.to_string().contains(problem), "{error}");
        }
    }
    for key in [" ", &long, "a\0b"] {
        assert_eq!(batch.get(key).await.unwrap_err().kind(), ErrorKind::InvalidParameter);
        let error = batch.resolve(key, Resolution::Retry).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidParameter);
    }
    let free = entry("free").credits(0.0);
    assert_eq!((free.key(), free.price()), ("free", Some(0.0)));
    assert_eq!(batch.queue(free).await.unwrap(), Queued::New);
    let counts = batch.counts().await.unwrap();
    assert_eq!((counts.total(), counts.ended(), counts.to_string().as_str()), (1, 0, "1 queued"));
    assert!(RequestState::Failed.has_ended() && !RequestState::Started.has_ended());
}

/// A request that is refused before it is sent.
fn wrong() -> CreateVideo {
    let speech = Speech::script("voice", "Hello.");
    let (ratio, style) = (AspectRatio::Portrait, ScreenStyle::Transparent);
    CreateVideo::new(Avatar::Public(81), speech, ratio, style).caption(true)
}
