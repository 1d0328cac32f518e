//! Sends orders, each at most once. Every step is written to the database before the next one, so
//! that after a kill it is known what was never sent, and what may have been.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use jogg_api_ext::jogg_api::operations::CREATE_WEBHOOK_ENDPOINT;
use jogg_api_ext::policy::{Attempt, AttemptOutcome, BeforeSend, BeforeSendResult, Observer};
use jogg_api_ext::template_videos::{CreateVideo, TemplateValue};
use jogg_api_ext::{BoxFuture, CallOptions, ErrorKind, Jogg};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::say::{say, warn};
use crate::store::{End, Error, Order, Store};

/// How long nothing new is sent after the API couldn't be reached or refused everything.
const PAUSE: Duration = Duration::from_secs(10);
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// How often the database is read for orders while there are none.
const IDLE: Duration = Duration::from_secs(1);

/// Sends what is queued, some at a time, and whatever is queued later.
pub async fn run(jogg: Jogg, store: Store, at_once: usize) -> Result<Infallible, Error> {
    let mut tasks = JoinSet::new();
    let mut in_flight = BTreeSet::new();
    loop {
        let next = match tasks.len() < at_once {
            true => store.next_queued(&in_flight).await?,
            false => None,
        };
        if let Some(order) = next {
            let (number, jogg, store) = (order.number, jogg.clone(), store.clone());
            in_flight.insert(number);
            tasks.spawn(async move { (number, send(jogg, store, order).await) });
            continue;
        }
        match tasks.join_next().await {
            Some(sent) => {
                let (number, sent) = sent?;
                in_flight.remove(&number);
                if let Some(pause) = sent? {
                    sleep(pause).await;
                }
            }
            None => sleep(IDLE).await,
        }
    }
}

/// Writes ahead what the client is about to send; see [`BeforeSend`].
pub struct Journal(Store);

impl Journal {
    pub fn new(store: &Store) -> Arc<Self> {
        Arc::new(Self(store.clone()))
    }
}

impl BeforeSend for Journal {
    fn before_send(&self, attempt: &Attempt) -> BoxFuture<BeforeSendResult> {
        let (store, order) = (self.0.clone(), attempt.label.clone());
        let is_free = *attempt.operation == CREATE_WEBHOOK_ENDPOINT;
        Box::pin(async move {
            match order {
                Some(order) => store.sending(order).await,
                None if is_free => Ok(()),
                None => Err("a paid request without an order is not sent".into()),
            }
        })
    }
}

impl Observer for Journal {
    fn on_outcome(&self, attempt: &Attempt, outcome: &AttemptOutcome) {
        // A paid request that the client retries was not executed. The hook runs before the retry.
        let Some(order) = attempt.label.as_ref().filter(|_| outcome.retry_in.is_some()) else {
            return;
        };
        if let Err(error) = self.0.not_executed(order) {
            warn(format!("{order} was not executed, which can't be stored: {error}"));
        }
    }
}

/// Sends one order, and stores what became of it. Returns how long others should wait, if they
/// would fare no better.
async fn send(jogg: Jogg, store: Store, order: Order) -> Result<Option<Duration>, Error> {
    let id = order.id;
    // The label tells the hook which order a request is of.
    let jogg = jogg.with_options(CallOptions::new().label(id.as_str()));
    let request = CreateVideo::new(order.template_id, "english")
        .video_name(order.video_name)
        .variable("headline", TemplateValue::Text(order.headline));
    let error = match jogg.template_videos().create(request).await {
        Ok(job) => {
            // First of all: it is paid for, and the disk may be full.
            say(format!("{id}: started {}", job.id()));
            store.started(id, job.record().clone()).await?;
            return Ok(None);
        }
        Err(error) => error,
    };
    match (error.may_have_executed(), error.job()) {
        // The response was an error, and names the job it started nevertheless.
        (true, Some(job)) => store.started(id.clone(), job.clone()).await?,
        (true, None) => store.unknown(id.clone(), error.to_string()).await?,
        (false, _) if is_of_this_order(error.kind()) => {
            store.end(id.clone(), End::Failed(error.to_string())).await?;
        }
        (false, _) => {
            let pause = error.retry_after().unwrap_or(PAUSE).min(MAX_PAUSE);
            warn(format!("{id} stays queued, and nothing is sent for {pause:?}: {error}"));
            let to_store = id.clone();
            let queue = move || store.not_executed(&to_store);
            tokio::task::spawn_blocking(queue).await??;
            return Ok(Some(pause));
        }
    }
    say(format!("{id}: {error}"));
    Ok(None)
}

/// Whether a refusal is about the order. If not, it is about the account, the connection or the
/// limit, and others would be refused likewise.
fn is_of_this_order(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::InvalidParameter | ErrorKind::NotFound)
}

#[cfg(test)]
mod tests {
    use jogg_api_ext::jogg_api::operations::CREATE_VIDEO_WITH_TEMPLATE;
    use jogg_api_ext::policy::RetryPolicy;
    use jogg_api_ext::simulator::{Reply, Simulator, VirtualClock};
    use serde_json::json;
    use tokio::time::timeout;

    use super::*;
    use crate::store::tests::{Database, history};

    #[tokio::test]
    async fn an_order_that_was_refused_is_sent_while_another_is_on_its_way() {
        let simulator = Simulator::start().await.unwrap();
        let refusal = Reply::json(200, json!({"code": 429, "msg": "no"}));
        for reply in [refusal.header("retry-after", "0"), Reply::never()] {
            simulator.reply_next(&CREATE_VIDEO_WITH_TEMPLATE, reply);
        }
        let database = Database::new();
        let store = database.with_orders(&["a", "b"]).await;
        let journal = Journal::new(&store);
        let jogg = Jogg::builder("key").base_url(simulator.base_url());
        // What the client retries is not queued.
        let jogg = jogg.retry_policy(RetryPolicy::never());
        let jogg = jogg.before_send(journal.clone()).observer(journal).build().unwrap();
        let is_started = async {
            while !history(&store).ends_with("started") {
                sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::select! {
            sent = run(jogg, store.clone(), 2) => match sent.unwrap() {},
            is_started = timeout(Duration::from_secs(10), is_started) => is_started.unwrap(),
        }
        assert_eq!(simulator.request_count(&CREATE_VIDEO_WITH_TEMPLATE), 3);
    }

    #[tokio::test]
    async fn each_response_leaves_its_order_in_the_right_state() {
        let refusal = |code: i64| Reply::json(200, json!({"code": code, "msg": "no"}));
        for (replies, states, posts) in [
            (vec![], "sending started", 1),
            (vec![refusal(429)], "sending queued sending started", 2),
            (vec![Reply::lost()], "sending unknown", 1),
            (vec![Reply::reset()], "sending unknown", 1),
            (vec![refusal(50000)], "sending unknown", 1),
            (vec![refusal(40000)], "sending failed", 1),
            (vec![refusal(10104)], "sending failed", 1),
            // Of the account, and not of the order.
            (vec![refusal(18020)], "sending queued", 1),
            (vec![refusal(10105)], "sending queued", 1),
            (
                vec![Reply::json(200, json!({"code": 7, "data": {"video_id": "v"}}))],
                "sending started",
                1,
            ),
        ] {
            let clock = Arc::new(VirtualClock::new());
            let simulator = Simulator::builder().clock(clock.clone()).start().await.unwrap();
            for reply in replies {
                simulator.reply_next(&CREATE_VIDEO_WITH_TEMPLATE, reply);
            }
            let database = Database::new();
            let store = database.with_an_order().await;
            let journal = Journal::new(&store);
            let jogg = Jogg::builder("key").base_url(simulator.base_url()).clock(clock);
            let jogg = jogg.before_send(journal.clone()).observer(journal).build().unwrap();
            let order = store.next_queued(&BTreeSet::new()).await.unwrap().unwrap();
            let pause = send(jogg, store.clone(), order).await.unwrap();
            assert_eq!(history(&store), states);
            assert_eq!(simulator.request_count(&CREATE_VIDEO_WITH_TEMPLATE), posts, "{states}");
            assert_eq!(pause.is_some(), states.ends_with("queued"), "{states}");
        }
    }
}
