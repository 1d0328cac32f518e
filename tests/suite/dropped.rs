//! Futures that are dropped while their request is under way: every operation.

use std::sync::{Arc, Mutex};

use jogg_api::RetryClass;
use jogg_api::codec::CODECS;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{Attempt, Ended, Observer};
use jogg_tests::faults::{call, lavish};
use jogg_tests::{Stage, secrets};

/// What was told, as lines.
#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl Observer for Told {
    fn started(&self, attempt: &Attempt) {
        self.0.lock().unwrap().push(format!("{} started", attempt.operation.id));
    }

    fn ended(&self, attempt: &Attempt, _: &Ended) {
        self.0.lock().unwrap().push(format!("{} ended", attempt.operation.id));
    }

    fn abandoned(&self, attempt: &Attempt) {
        secrets::assert_hidden(&secrets::debugged(attempt), attempt.operation.id);
        self.0.lock().unwrap().push(format!("{} abandoned", attempt.operation.id));
    }
}

#[tokio::test]
async fn a_dropped_call_is_told_of_if_it_is_paid_and_not_sent_again() {
    let told = Arc::new(Told::default());
    let settings =
        |jogg: jogg_api_ext::JoggBuilder| jogg.observer(told.clone()).retry_policy(lavish());
    let stage = Stage::with_client(|simulator| simulator, settings).await;
    for codec in CODECS {
        let operation = codec.operation;
        stage.simulator.reply_next(operation, Reply::never());
        let arrived = async {
            while stage.simulator.request_count(operation) == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            outcome = call(&stage.jogg, codec) => panic!("{outcome:?}"),
            () = arrived => {}
        }
        let mut expected = vec![format!("{} started", operation.id)];
        if operation.retry == RetryClass::Paid {
            expected.push(format!("{} abandoned", operation.id));
        }
        assert_eq!(std::mem::take(&mut *told.0.lock().unwrap()), expected);
        // Whatever is left over of the call has its chance.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(stage.simulator.request_count(operation), 1, "{}", operation.id);
    }
}
