//! What is delivered again, and what goes wrong on purpose.

use std::time::Duration;

use jogg_api_ext::simulator::{Deliveries, DeliveryOutcome};

use super::hook::{Hook, Received, SILENCE};
use super::{JOB, Stage, endpoint, outcomes, register, stage, start};

const PAUSE: Duration = Duration::from_secs(10);

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

#[tokio::test]
async fn fact_41_a_delivery_is_retried_until_a_2xx_comes_within_5_s() {
    let hook = Hook::responding(&[500, SILENCE, 302, 204]).await;
    let stage = stage(|builder| builder).await;
    register(&stage, endpoint(&hook.url)).await;
    start(&stage).await;
    let mut expected = Vec::new();
    for (place, (pause, outcome)) in [
        (JOB, DeliveryOutcome::Responded(500)),
        (PAUSE, DeliveryOutcome::TimedOut),
        (2 * PAUSE, DeliveryOutcome::Responded(302)),
        (4 * PAUSE, DeliveryOutcome::Responded(204)),
    ]
    .into_iter()
    .enumerate()
    {
        stage.clock.advance(pause - Duration::from_nanos(1));
        tokio::task::yield_now().await;
        assert_eq!(hook.received().len(), place);
        stage.clock.advance(Duration::from_nanos(1));
        hook.has(place + 1).await;
        if outcome == DeliveryOutcome::TimedOut {
            stage.clock.advance(Duration::from_secs(5));
        }
        expected.push(outcome);
        assert_eq!(outcomes(&stage.simulator, place + 1).await, expected);
    }
    let received = hook.received();
    assert!(
        received.iter().all(|it| it.body == received[0].body && it.headers == received[0].headers)
    );
    let attempts: Vec<u32> = stage.simulator.deliveries().iter().map(|it| it.attempt).collect();
    assert_eq!(attempts, [1, 2, 3, 4]);
    stage.clock.advance(Duration::from_secs(86_400));
    tokio::task::yield_now().await;
    assert_eq!(hook.received().len(), 4);
}

#[tokio::test]
async fn a_delivery_that_never_arrives_is_given_up() {
    let gone = Hook::responding(&[503; 100]).await;
    let deliveries = Deliveries::new().retry_after(Duration::from_secs(1));
    let stage = stage(|builder| builder.deliveries(deliveries)).await;
    register(&stage, endpoint(&gone.url)).await;
    start(&stage).await;
    for attempts in 1..=10 {
        stage.clock.advance(Duration::from_secs(600));
        outcomes(&stage.simulator, attempts).await;
    }
    stage.clock.advance(Duration::from_secs(86_400));
    tokio::task::yield_now().await;
    assert_eq!(stage.simulator.deliveries().len(), 10);
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
    let (hook, deliveries) = (Hook::new().await, Deliveries::new().lost(0.3));
    let stage = stage(|builder| builder.deliveries(deliveries)).await;
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
async fn deliveries_are_doubled_on_purpose() {
    let (hook, deliveries) = (Hook::new().await, Deliveries::new().duplicated(1.0));
    let stage = stage(|builder| builder.deliveries(deliveries)).await;
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
    let (hook, deliveries) = (Hook::new().await, Deliveries::new().reordered(1.0));
    let stage = stage(|builder| builder.deliveries(deliveries)).await;
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
