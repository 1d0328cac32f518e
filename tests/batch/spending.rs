//! Caps on what is spent.

use jogg_api_ext::ErrorKind;
use jogg_api_ext::batch::{Cost, Entry, ReachedCap, Resolution, RunEnd, SpendCap};
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
        assert_eq!(unpriced("a").price(), None);
        let cost = Cost::of(&[unpriced("a"), entry("b")]);
        assert_eq!(cost.to_string(), "2 credits for 1 request, and 1 without a known price");

        let batch = test.store.batch(test.name("price")).spend_cap(cap);
        let error = batch.queue_all([entry("b"), unpriced("a")]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidParameter);
        assert!(error.to_string().contains("a: its price isn't known"), "{error}");
        assert_eq!(batch.counts().await.unwrap().total(), 0);

        let batch = batch.spend_cap(cap.unknown_price(6.0));
        batch.queue_all([unpriced("a"), unpriced("b")]).await.unwrap();
        let report = stage.run(&batch).max_concurrent_calls(1).await.unwrap();
        assert!(matches!(report.end, RunEnd::SpendCap(_)), "{report:?}");
        assert_eq!(batch.spent().await.unwrap().batch, 6.0);
        for (credits, is_right) in [(0.0, true), (-1.0, false), (f64::NAN, false)] {
            let entry = unpriced("c").credits(credits);
            assert_eq!(entry.check().is_ok(), is_right, "{credits}");
        }
    })
    .await;
}

/// A price that isn't known is no number, and the driver must not get one.
#[tokio::test]
async fn entries_with_and_without_a_price_are_queued_in_any_order() {
    on_each(async |test| {
        let batch = test.store.batch(test.name("null"));
        for number in 0..30 {
            let unpriced = Entry::new(format!("a {number}"), product_avatar_images());
            batch.queue_all([unpriced]).await.unwrap();
            batch.queue_all([entry(&format!("b {number}"))]).await.unwrap();
        }
        let cost = batch.cost().await.unwrap();
        assert_eq!((cost.requests, cost.credits, cost.without_price), (60, 60.0, 30));
    })
    .await;
}

#[tokio::test]
async fn no_price_is_no_way_round_a_cap() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let batch = test.store.batch(test.name("way round"));
        // Whoever queues it knows of no cap.
        batch.queue_all([Entry::new("a", product_avatar_images())]).await.unwrap();
        let capped = batch.clone().spend_cap(SpendCap::new().per_batch(100.0));
        let report = stage.finish(&capped).await;
        assert_eq!(report.counts.failed, 1, "{report:?}");
        let failure = batch.get("a").await.unwrap().unwrap().failure.unwrap();
        assert!(failure.message.contains("its price isn't known"), "{failure:?}");
        assert_eq!(stage.simulator.requests().len(), 0);
        for cap in [f64::NAN, -1.0, f64::INFINITY] {
            let capped = batch.clone().spend_cap(SpendCap::new().per_batch(cap));
            let error = stage.run(&capped).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidParameter, "{error}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_paid_for_again_is_counted_again() {
    on_each(async |test| {
        let stage = Stage::new().await;
        let batch = test.store.batch(test.name("again"));
        queue(&batch, 1).await;
        stage.simulator.fail_next_job("the face is hidden");
        assert_eq!(stage.finish(&batch).await.counts.failed, 1);
        let error = batch.resolve("order 0", Resolution::NotExecuted).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidParameter, "it was executed: {error}");
        batch.resolve("order 0", Resolution::Retry).await.unwrap();
        assert_eq!(stage.finish(&batch).await.counts.done, 1);
        assert_eq!(batch.spent().await.unwrap().batch, 4.0);
    })
    .await;
}
