//! What can be queued, and what is seen of it.

use std::time::Duration;

use jogg_api_ext::ErrorKind;
use jogg_api_ext::avatar_videos::{CreateVideo, Speech};
use jogg_api_ext::avatars::Avatar;
use jogg_api_ext::batch::{Entry, Queued, RequestState, Resolution};
use jogg_api_ext::enums::{AspectRatio, ScreenStyle};

use super::stage::entry;
use super::stores::{on_each, sqlite};

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

/// More than are written by one statement, and than are read by one.
#[tokio::test]
async fn many_requests_have_the_order_in_which_they_were_queued() {
    on_each(async |test| {
        let batch = test.store.batch(test.name("order"));
        let keys: Vec<_> = (0..2100).map(|number| format!("order {}", 9000 - number)).collect();
        let queued = batch.queue_all(keys.iter().map(|key| entry(key))).await.unwrap();
        assert_eq!(queued, vec![Queued::New; keys.len()]);
        let requests: Vec<_> = batch.requests().try_collect().await.unwrap();
        let read: Vec<_> = requests.iter().map(|request| request.key.to_string()).collect();
        assert!(read == keys, "{} of {}: {:?}", read.len(), keys.len(), read.first());
    })
    .await;
}

#[tokio::test]
async fn progress_says_what_is_new_and_nothing_else() {
    on_each(async |test| {
        let batch = test.store.batch(test.name("progress"));
        batch.queue_all([entry("a"), entry("b")]).await.unwrap();
        let mut progress = batch.progress(Duration::from_millis(20));
        assert_eq!(progress.next().await.unwrap().unwrap().total(), 2);
        let mut next = Box::pin(progress.next());
        let early = tokio::time::timeout(Duration::from_millis(200), &mut next).await;
        assert!(early.is_err(), "nothing has changed: {early:?}");
        assert_eq!(batch.queue(entry("c")).await.unwrap(), Queued::New);
        let counts = tokio::time::timeout(Duration::from_secs(30), next).await;
        assert_eq!(counts.expect("it has changed").unwrap().unwrap().total(), 3);
    })
    .await;
}

/// A request that is refused before it is sent.
fn wrong() -> CreateVideo {
    let speech = Speech::script("voice", "Hello.");
    let (ratio, style) = (AspectRatio::Portrait, ScreenStyle::Transparent);
    CreateVideo::new(Avatar::Public(81), speech, ratio, style).caption(true)
}
