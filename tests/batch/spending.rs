//! Caps on what is spent.

use jogg_api_ext::ErrorKind;
use jogg_api_ext::batch::{Cost, Entry, ReachedCap, RunEnd, SpendCap};
use jogg_tests::requests::product_avatar_images;

use super::stage::{Stage, entry, queue};
use super::stores::on_each;

#[tokio::test]
async fn a_cap_of_the_batch_stops_sending_and_nothing_fails() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let batch = test.store.batch(test.name("cap"));
        let capped = batch.clone().spend_cap(SpendCap::new().per_batch(7.0));
        queue(&capped, 10).await;
        // However many workers there are.
        let (one, other) = tokio::join!(stage.finish(&capped), stage.finish(&capped));
        for report in [one, other] {
            let RunEnd::SpendCap(reached) = &report.end else { panic!("{report:?}") };
            assert_eq!(
                *reached.to_string(),
                *"the batch has spent 6 of 7 credits, too much for another"
            );
            assert_eq!((report.counts.done, report.counts.queued), (3, 7), "{report:?}");
            assert_eq!(report.counts.failed, 0);
        }
        assert_eq!(stage.sent(), 3);
        assert_eq!(stage.finish(&batch).await.counts.done, 10);
        assert_eq!(batch.spent().await.unwrap().batch, 20.0);
    })
    .await;
}

#[tokio::test]
async fn a_cap_of_the_day_counts_all_batches_of_the_store() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let before = test.store.batch(test.name("before"));
        queue(&before, 2).await;
        assert_eq!(stage.finish(&before).await.counts.done, 2);
        let day = before.spent().await.unwrap().day;
        assert!(day >= 4.0);
        let capped = test.store.batch(test.name("day"));
        let capped = capped.spend_cap(SpendCap::new().per_day(day + 2.0));
        queue(&capped, 3).await;
        let report = stage.finish(&capped).await;
        let RunEnd::SpendCap(ReachedCap::Day { spent, .. }) = report.end else {
            panic!("{report:?}")
        };
        // Other tests may spend in the same PostgreSQL meanwhile.
        assert!(spent > day && report.counts.done <= 1, "{spent} {report:?}");
    })
    .await;
}

#[tokio::test]
async fn a_request_without_a_known_price_is_refused_or_counts_as_configured() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let cap = SpendCap::new().per_batch(10.0);
        let unpriced = |key: &str| Entry::new(key, product_avatar_images());
        assert_eq!(unpriced("a").credits(), None);
        let cost = Cost::of(&[unpriced("a"), entry("b")]);
        assert_eq!(cost.to_string(), "2 credits for 1 requests, and 1 without a known price");

        let batch = test.store.batch(test.name("price")).spend_cap(cap);
        let error = batch.queue_all([entry("b"), unpriced("a")]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidParameter);
        assert!(error.to_string().contains("a: its price isn't known"), "{error}");
        assert_eq!(batch.counts().await.unwrap().total(), 0);

        let batch = batch.spend_cap(cap.unknown_price(6.0));
        batch.queue_all([unpriced("a"), unpriced("b")]).await.unwrap();
        let report = stage.run(&batch).at_once(1).await.unwrap();
        assert!(matches!(report.end, RunEnd::SpendCap(_)), "{report:?}");
        assert_eq!(batch.spent().await.unwrap().batch, 6.0);
        for (credits, is_right) in [(0.0, true), (-1.0, false), (f64::NAN, false)] {
            let entry = unpriced("c").credits_of(credits);
            assert_eq!(entry.check().is_ok(), is_right, "{credits}");
        }
    })
    .await;
}
