//! The simulated API: received requests, queued replies and the state, each behind a lock.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use super::delivery::{Deliverer, DeliveryFaults, DeliveryLog};
use super::dispatch::dispatch;
use super::lock::lock;
use super::log::RequestLog;
use super::settings::Settings;
use super::state::State;
use super::wire::refusal::Refusal;
use super::wire::reply::{Reply, ReplyTarget};
use super::wire::request::ReceivedRequest;
use super::wire::route::Route;
use crate::clock::Clock;

/// Everything the simulator knows.
pub(super) struct Api {
    settings: Arc<Settings>,
    requests: Mutex<RequestLog>,
    replies: Mutex<Vec<(ReplyTarget, Reply)>>,
    state: Arc<Mutex<State>>,
    deliveries: Arc<Mutex<DeliveryLog>>,
}

impl Api {
    pub(super) fn new(settings: Settings, base_url: &str) -> Self {
        let state = Arc::new(Mutex::new(State::new(&settings, base_url)));
        let requests = RequestLog::new(settings.max_requests, settings.max_request_bytes);
        Self {
            settings: Arc::new(settings),
            requests: Mutex::new(requests),
            replies: Mutex::default(),
            state,
            deliveries: Arc::default(),
        }
    }

    /// What makes the deliveries of this API.
    pub(super) fn deliverer(&self, faults: DeliveryFaults) -> Deliverer {
        let (settings, state) = (Arc::clone(&self.settings), Arc::clone(&self.state));
        Deliverer::new(faults, settings, state, Arc::clone(&self.deliveries))
    }

    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.settings.clock)
    }

    pub(super) fn now(&self) -> Duration {
        self.settings.clock.now()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    pub(super) fn requests(&self) -> MutexGuard<'_, RequestLog> {
        lock(&self.requests)
    }

    /// The attempts to deliver events.
    pub(super) fn deliveries(&self) -> MutexGuard<'_, DeliveryLog> {
        lock(&self.deliveries)
    }

    /// The queued replies, in the order in which they are sent.
    pub(super) fn replies(&self) -> MutexGuard<'_, Vec<(ReplyTarget, Reply)>> {
        lock(&self.replies)
    }

    /// Records a request and returns the reply to it: the queued one, or else the usual response.
    /// `limit` is the size limit that its body exceeds, if it does.
    pub(super) fn reply(
        &self,
        route: Route,
        request: &ReceivedRequest,
        limit: Option<usize>,
    ) -> Reply {
        self.requests().record(request);
        let queued = self.queued(&route).unwrap_or_else(Reply::pass_through);
        queued.or(|| match limit {
            Some(limit) => Refusal::too_large(limit).into_reply(),
            None => {
                let now = self.now();
                dispatch(route, request, &self.settings, now, &mut self.state())
            }
        })
    }

    fn queued(&self, route: &Route) -> Option<Reply> {
        let target = match route {
            Route::Operation(operation, _) => ReplyTarget::Operation(operation),
            Route::Upload(_) => ReplyTarget::Upload,
            Route::Download(_) => ReplyTarget::Download,
            Route::UnknownPath | Route::WrongMethod { .. } => return None,
        };
        let mut replies = self.replies();
        let first = replies.iter().position(|(queued, _)| *queued == target)?;
        Some(replies.remove(first).1)
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("clock", &self.settings.clock)
            .field("dialect", &self.settings.dialect)
            .field("requests", &self.requests().received())
            .finish_non_exhaustive()
    }
}
