//! Futures that are dropped while their request is under way: every operation.

use std::sync::Arc;

use jogg_api::RetryClass;
use jogg_api::codec::CODECS;
use jogg_api_ext::simulator::Reply;
use jogg_tests::faults::{call, unlimited_budget};
use jogg_tests::{Diary, Stage, until};

#[tokio::test]
async fn a_dropped_call_is_reported_if_it_is_paid_and_never_retried() {
    let diary = Arc::new(Diary::default());
    let observer = diary.clone();
    let stage =
        Stage::with_client(|builder| builder.observer(observer).retry_policy(unlimited_budget()))
            .await;
    for codec in CODECS {
        let operation = codec.operation;
        stage.simulator.reply_next(operation, Reply::never());
        tokio::select! {
            outcome = call(&stage.jogg, codec) => panic!("{outcome:?}"),
            () = until(|| stage.simulator.request_count(operation) > 0) => {}
        }
        let mut expected = vec![format!("{} 1 started", operation.id)];
        if operation.retry == RetryClass::AtMostOnce {
            expected.push(format!("{} 1 abandoned", operation.id));
        }
        assert_eq!(diary.lines(), expected);
        // Whatever is left of the call could run now.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(stage.simulator.request_count(operation), 1, "{}", operation.id);
    }
}
