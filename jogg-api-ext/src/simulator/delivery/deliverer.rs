//! The task that makes deliveries in time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::{Id, JoinSet};

use super::event::Event;
use super::faults::{DeliveryFaults, Fates};
use super::log::{DeliveryAttempt, DeliveryLog, DeliveryOutcome};
use super::outbox::{Delivery, Outbox};
use super::receivers::Message;
use super::sender::Sender;
use crate::clock::Clock;
use crate::simulator::lock::lock;
use crate::simulator::settings::Settings;
use crate::simulator::state::State;

/// How often a delivery is tried.
const MAX_ATTEMPTS: u32 = 10;

/// To how many servers messages are sent at the same time.
const MAX_SENDING: usize = 16;

/// Makes the deliveries of a simulator.
pub(crate) struct Deliverer {
    settings: Arc<Settings>,
    state: Arc<Mutex<State>>,
    log: Arc<Mutex<DeliveryLog>>,
    faults: DeliveryFaults,
    fates: Fates,
    events: u64,
    outbox: Outbox,
    sending: JoinSet<DeliveryOutcome>,
    /// What is being sent, by its task, so that it is not lost if the task panics.
    sent: HashMap<Id, Delivery>,
    sender: Sender,
}

impl Deliverer {
    pub(crate) fn new(
        faults: DeliveryFaults,
        settings: Arc<Settings>,
        state: Arc<Mutex<State>>,
        log: Arc<Mutex<DeliveryLog>>,
    ) -> Self {
        let fates = Fates::new(faults.clone());
        let (events, outbox, sender) = (0, Outbox::default(), Sender::default());
        let (sending, sent) = (JoinSet::new(), HashMap::new());
        Self { settings, state, log, faults, fates, events, outbox, sending, sent, sender }
    }

    /// Makes deliveries until the future is dropped, which also ends those under way.
    pub(crate) async fn run(mut self) {
        let started = lock(&self.state).endings.added();
        loop {
            let next_end = self.collect();
            self.send();
            let next = next_end.into_iter().chain(self.outbox.next()).min();
            tokio::select! {
                () = started.notified() => {}
                () = reached(&*self.settings.clock, next) => {}
                Some(sent) = self.sending.join_next_with_id() => {
                    let panicked = || DeliveryOutcome::Failed("the delivery panicked".to_owned());
                    let (id, outcome) = sent.unwrap_or_else(|error| (error.id(), panicked()));
                    self.settle(id, outcome);
                }
            }
        }
    }

    /// Makes the messages of the jobs that have ended. Returns when the next job ends.
    fn collect(&mut self) -> Option<Duration> {
        let state = Arc::clone(&self.state);
        let mut state = lock(&state);
        let now = self.settings.clock.now();
        while let Some(ending) = state.endings.take(now) {
            // A job that is no longer kept has no report.
            let Some(job) = state.jobs.shared(ending.rule.report, &ending.id) else { continue };
            self.events += 1;
            let event = Event::of(&job, &ending, self.events, &self.settings, &mut state);
            let Some(event) = event else { continue };
            for message in Message::all(&job, &event, &state) {
                self.add(message, ending.at);
            }
        }
        state.endings.next()
    }

    fn add(&mut self, message: Message, ended: Duration) {
        let fate = self.fates.next();
        let message = Arc::new(message);
        let delivery = Delivery { message, attempts: 0, duplicate: fate.duplicated };
        if delivery.message.url.is_none() {
            self.record(&delivery, DeliveryOutcome::Skipped);
        } else if fate.lost || self.outbox.len() >= self.settings.max_stored {
            self.record(&delivery, DeliveryOutcome::Lost);
        } else {
            self.outbox.add(ended.saturating_add(fate.delay), delivery);
        }
    }

    fn send(&mut self) {
        // Also if nothing can be sent now: what is due is no reason to wake at once.
        self.outbox.reach(self.settings.clock.now());
        while self.sending.len() < MAX_SENDING {
            let Some(delivery) = self.outbox.take() else { return };
            let (sender, clock) = (self.sender.clone(), Arc::clone(&self.settings.clock));
            let message = Arc::clone(&delivery.message);
            let task = self.sending.spawn(async move { sender.send(&message, &*clock).await });
            self.sent.insert(task.id(), delivery);
        }
    }

    /// Decides whether a delivery is retried, or duplicated.
    fn settle(&mut self, task: Id, outcome: DeliveryOutcome) {
        let Some(mut delivery) = self.sent.remove(&task) else { return };
        // Before others can see the outcome, and move the clock.
        let now = self.settings.clock.now();
        self.outbox.sent(&delivery);
        delivery.attempts += 1;
        let arrived = matches!(outcome, DeliveryOutcome::Responded(200..=299));
        self.record(&delivery, outcome);
        let pause = match arrived {
            true if delivery.duplicate => self.faults.duplicate_after(),
            false if delivery.attempts < MAX_ATTEMPTS => self.faults.pause(delivery.attempts),
            _ => return,
        };
        delivery.duplicate &= !arrived;
        self.outbox.add(now.saturating_add(pause), delivery);
    }

    fn record(&self, delivery: &Delivery, outcome: DeliveryOutcome) {
        let message = &delivery.message;
        lock(&self.log).record(DeliveryAttempt {
            at: self.settings.clock.now(),
            event: message.event.clone(),
            job_id: message.job_id.clone(),
            endpoint_id: message.endpoint_id.clone(),
            attempt: delivery.attempts,
            outcome,
        });
    }
}

/// Ends when the clock reads this time; never if there is none.
async fn reached(clock: &dyn Clock, time: Option<Duration>) {
    match time {
        Some(time) => clock.until(time).await,
        None => std::future::pending().await,
    }
}
