//! What is retried, and what goes wrong on purpose.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use jogg_api::operations as op;
use jogg_api_ext::clock::{Clock, Sleep};
use jogg_api_ext::simulator::{DeliveryFaults, DeliveryOutcome, VirtualClock};
use jogg_tests::until;

use super::hook::{Hook, Received, SILENCE};
use super::{JOB, MOMENT, Stage, attempts, endpoint, outcomes, register, stage, start};

const PAUSE: Duration = Duration::from_secs(10);
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Starts so many videos, and returns their ids.
async fn start_all(stage: &Stage, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(start(stage).await);
    }
    ids
}

fn jobs(received: &[Received]) -> Vec<String> {
    received.iter().map(|received| received.subject().1).collect()
}

/// Events come in the order in which they are due. So the event of another job that ends a moment
/// before a retry shows that the retry isn't early, and that of one that ends later, that there is
/// no retry.
#[tokio::test]
async fn fact_41_a_delivery_is_retried_until_a_2xx_comes_within_5_s() {
    const SHORT: Duration = Duration::from_secs(1);
    let ok = DeliveryOutcome::Responded(200);
    let hook = Hook::responding(&[500, 200, SILENCE, 200, 302, 200, 204]).await;
    let stage = stage(|builder| builder.job_duration(SHORT)).await;
    register(&stage, endpoint(&hook.url)).await;
    let retried = start(&stage).await;
    stage.clock.advance(SHORT);
    let mut expected = vec![(retried.clone(), 1, SHORT, DeliveryOutcome::Responded(500))];
    assert_eq!(attempts(&stage, 1).await, expected);
    for (attempt, outcome) in [
        (2, DeliveryOutcome::TimedOut),
        (3, DeliveryOutcome::Responded(302)),
        (4, DeliveryOutcome::Responded(204)),
    ] {
        stage.clock.advance(PAUSE * 2_u32.pow(attempt - 2) - SHORT - MOMENT);
        let other = start(&stage).await;
        stage.clock.advance(SHORT);
        expected.push((other, 1, stage.clock.now(), ok.clone()));
        assert_eq!(attempts(&stage, expected.len()).await, expected);
        stage.clock.advance(MOMENT);
        hook.has(expected.len() + 1).await;
        if outcome == DeliveryOutcome::TimedOut {
            stage.clock.advance(RESPONSE_TIMEOUT);
        }
        expected.push((retried.clone(), attempt, stage.clock.now(), outcome));
        assert_eq!(attempts(&stage, expected.len()).await, expected);
    }
    let received: Vec<_> = hook.received().into_iter().step_by(2).collect();
    assert!(
        received.iter().all(|it| it.body == received[0].body && it.headers == received[0].headers)
    );
    stage.clock.advance(Duration::from_secs(86_400));
    let last = start(&stage).await;
    stage.clock.advance(SHORT);
    expected.push((last, 1, stage.clock.now(), ok));
    assert_eq!(attempts(&stage, expected.len()).await, expected);
}

#[tokio::test]
async fn a_delivery_that_never_arrives_is_given_up() {
    let gone = Hook::responding(&[503; 10]).await;
    let faults = DeliveryFaults::new().retry_after(Duration::from_secs(1));
    let stage = stage(|builder| builder.delivery_faults(faults)).await;
    register(&stage, endpoint(&gone.url)).await;
    let lost = start(&stage).await;
    let mut expected = Vec::new();
    for attempt in 1..=10 {
        stage.clock.advance(Duration::from_secs(600));
        let refused = DeliveryOutcome::Responded(503);
        expected.push((lost.clone(), attempt, stage.clock.now(), refused));
        assert_eq!(attempts(&stage, expected.len()).await, expected);
    }
    stage.clock.advance(Duration::from_secs(86_400));
    let last = start(&stage).await;
    stage.clock.advance(JOB);
    expected.push((last, 1, stage.clock.now(), DeliveryOutcome::Responded(200)));
    assert_eq!(attempts(&stage, expected.len()).await, expected);
}

/// In a separate thread: a task that never yields would stop a guard of the same runtime, too.
#[test]
fn more_silent_receivers_than_are_sent_to_at_once_stop_nothing() {
    let (done, ended) = channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(send_to_silent_receivers(17));
        done.send(()).unwrap();
    });
    ended.recv_timeout(Duration::from_secs(60)).expect("it hangs");
}

async fn send_to_silent_receivers(count: usize) {
    let stage = stage(|builder| builder).await;
    stage.simulator.set_items(&op::LIST_WEBHOOK_ENDPOINTS, Vec::new()).unwrap();
    let mut hooks = Vec::new();
    for _ in 0..count {
        let hook = Hook::responding(&[SILENCE; 100]).await;
        register(&stage, endpoint(&hook.url)).await;
        hooks.push(hook);
    }
    let received = || hooks.iter().map(|hook| hook.received().len()).sum::<usize>();
    start(&stage).await;
    stage.clock.advance(Duration::from_secs(1));
    start(&stage).await;
    stage.clock.advance(JOB - Duration::from_secs(1));
    until(|| received() == 16).await;
    // The other job's messages are due now, while as many are under way as can be.
    stage.clock.advance(Duration::from_secs(1));
    start(&stage).await;
    stage.clock.advance(RESPONSE_TIMEOUT);
    until(|| received() == 32).await;
}

/// A clock with a bug.
#[derive(Debug)]
struct PanicsOnce(VirtualClock, AtomicBool);

impl Clock for PanicsOnce {
    fn now(&self) -> Duration {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.0.sleep(duration)
    }

    fn timeout(&self, duration: Duration) -> Sleep {
        let is_first = duration == RESPONSE_TIMEOUT && !self.1.swap(true, Ordering::Relaxed);
        assert!(!is_first, "the bug of a clock");
        self.0.timeout(duration)
    }
}

#[tokio::test]
async fn a_delivery_that_panics_is_retried() {
    let (clock, hook) = (VirtualClock::new(), Hook::new().await);
    let broken = Arc::new(PanicsOnce(clock.clone(), AtomicBool::new(false)));
    let stage = stage(|builder| builder.clock(broken)).await;
    register(&stage, endpoint(&hook.url)).await;
    start(&stage).await;
    clock.advance(JOB);
    let panicked = DeliveryOutcome::Failed("the delivery panicked".to_owned());
    assert_eq!(outcomes(&stage.simulator, 1).await, std::slice::from_ref(&panicked));
    clock.advance(PAUSE);
    let ok = DeliveryOutcome::Responded(200);
    assert_eq!(outcomes(&stage.simulator, 2).await, [panicked, ok]);
}

#[tokio::test]
async fn a_receiver_that_is_not_there_delays_no_other() {
    let (stage, hook) = (stage(|builder| builder).await, Hook::new().await);
    register(&stage, endpoint("http://127.0.0.1:1/hook")).await;
    let silent = Hook::responding(&[SILENCE; 100]).await;
    register(&stage, endpoint(&silent.url)).await;
    register(&stage, endpoint(&hook.url)).await;
    let ids = start_all(&stage, 3).await;
    stage.clock.advance(JOB);
    assert_eq!(jobs(&hook.has(3).await), ids);
    let attempts = outcomes(&stage.simulator, 6).await;
    let failed = attempts.iter().filter(|it| matches!(it, DeliveryOutcome::Failed(_)));
    assert_eq!(failed.count(), 3, "{attempts:?}");
}

#[tokio::test]
async fn deliveries_are_lost_on_purpose() {
    const JOBS: usize = 40;
    let (hook, faults) = (Hook::new().await, DeliveryFaults::new().lost(0.3));
    let stage = stage(|builder| builder.delivery_faults(faults)).await;
    register(&stage, endpoint(&hook.url)).await;
    let ids = start_all(&stage, JOBS).await;
    stage.clock.advance(JOB);
    outcomes(&stage.simulator, JOBS).await;
    let attempts = stage.simulator.deliveries();
    let lost = attempts.iter().filter(|it| it.outcome == DeliveryOutcome::Lost);
    let lost: Vec<_> = lost.map(|attempt| attempt.job_id.clone()).collect();
    assert!((5..20).contains(&lost.len()), "{lost:?}");
    let others: Vec<_> = ids.into_iter().filter(|id| !lost.contains(id)).collect();
    assert_eq!(jobs(&hook.received()), others);
}

#[tokio::test]
async fn deliveries_are_duplicated_on_purpose() {
    let (hook, faults) = (Hook::new().await, DeliveryFaults::new().duplicated(1.0));
    let stage = stage(|builder| builder.delivery_faults(faults)).await;
    register(&stage, endpoint(&hook.url)).await;
    let ids = start_all(&stage, 5).await;
    stage.clock.advance(JOB);
    hook.has(5).await;
    outcomes(&stage.simulator, 5).await;
    stage.clock.advance(PAUSE);
    let received = hook.has(10).await;
    assert_eq!(jobs(&received), [ids.clone(), ids].concat());
    for (one, other) in received[..5].iter().zip(&received[5..]) {
        assert_eq!(one.event().key(), other.event().key());
        assert_eq!(one.body, other.body);
    }
    // They come no third time, which would be before the next job's.
    outcomes(&stage.simulator, 10).await;
    stage.clock.advance(10 * PAUSE);
    let next = start(&stage).await;
    stage.clock.advance(JOB);
    assert_eq!(jobs(&hook.has(11).await)[10], next);
}

#[tokio::test]
async fn deliveries_are_reordered_on_purpose() {
    let (hook, faults) = (Hook::new().await, DeliveryFaults::new().reordered(1.0));
    let stage = stage(|builder| builder.delivery_faults(faults)).await;
    register(&stage, endpoint(&hook.url)).await;
    let ids = start_all(&stage, 20).await;
    stage.clock.advance(JOB + PAUSE);
    let mut received = jobs(&hook.has(20).await);
    assert_ne!(received, ids);
    received.sort();
    assert_eq!(received, ids);
}

#[tokio::test]
async fn what_waits_to_be_delivered_is_bounded() {
    let silent = Hook::responding(&[SILENCE; 100]).await;
    let stage = stage(|builder| builder.max_stored(3)).await;
    register(&stage, endpoint(&silent.url)).await;
    register(&stage, endpoint(&silent.url)).await;
    // Of the three jobs that are kept, with two deliveries each.
    start_all(&stage, 10).await;
    stage.clock.advance(JOB);
    assert_eq!(outcomes(&stage.simulator, 3).await, vec![DeliveryOutcome::Lost; 3]);
}
