//! What happens to a request, from its route to its answer.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jogg_api::Operation;
use serde_json::Value;

use super::answer;
use super::call::{Call, State};
use super::credits::Balance;
use super::files::{Files, refused};
use super::ids::Ids;
use super::jobs::Jobs;
use super::parameters::Parameters;
use super::post_limit::PostLimit;
use super::refusal::Refusal;
use super::reply::Reply;
use super::request::ReceivedRequest;
use super::route::Route;
use super::store::Store;
use super::{Dialect, Target, lock};
use crate::clock::Clock;

/// How the simulator was set up.
pub(super) struct Settings {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) dialect: Dialect,
    pub(super) credits: f64,
    pub(super) post_limit: Option<usize>,
    pub(super) job_duration: Duration,
    /// Whether ids inside bodies must exist.
    pub(super) strict: bool,
}

/// Everything the simulator knows.
pub(super) struct Api {
    settings: Settings,
    requests: Mutex<Vec<ReceivedRequest>>,
    replies: Mutex<Vec<(Target, Reply)>>,
    state: Mutex<State>,
}

impl Api {
    pub(super) fn new(settings: Settings, base_url: &str) -> Self {
        let mut files = Files::new(base_url);
        let store = Store::new(settings.dialect, &mut files);
        let state = State {
            balance: Balance::new(settings.credits),
            files,
            ids: Ids::default(),
            jobs: Jobs::default(),
            posts: PostLimit::new(settings.post_limit),
            store,
        };
        Self {
            settings,
            requests: Mutex::default(),
            replies: Mutex::default(),
            state: Mutex::new(state),
        }
    }

    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.settings.clock)
    }

    pub(super) fn clear_replies(&self) {
        lock(&self.replies).clear();
    }

    pub(super) fn now(&self) -> Duration {
        self.settings.clock.now()
    }

    pub(super) fn requests(&self) -> Vec<ReceivedRequest> {
        lock(&self.requests).clone()
    }

    pub(super) fn count(&self, operation: &Operation) -> usize {
        let requests = lock(&self.requests);
        requests.iter().filter(|request| request.operation == Some(operation.id)).count()
    }

    pub(super) fn reply_next(&self, target: Target, reply: Reply) {
        lock(&self.replies).push((target, reply));
    }

    pub(super) fn fail_next_job(&self, message: &str) {
        lock(&self.state).jobs.fail_next(message.to_owned());
    }

    pub(super) fn fail_next_part(&self, message: &str) {
        lock(&self.state).jobs.fail_next_part(message.to_owned());
    }

    pub(super) fn refuse_next_preview(&self, message: &str) {
        lock(&self.state).jobs.refuse_next(message.to_owned());
    }

    /// Whether the operation reads a list, so that there was something to replace.
    pub(super) fn set_items(&self, list: &Operation, items: Vec<Value>) -> bool {
        let state = &mut *lock(&self.state);
        state.store.items_mut(list).map(|known| *known = items).is_some()
    }

    pub(super) fn credits(&self) -> f64 {
        lock(&self.state).balance.credits()
    }

    pub(super) fn set_credits(&self, credits: f64) {
        lock(&self.state).balance = Balance::new(credits);
    }

    /// Answers a request. `limit` is the length its body exceeds, if it does.
    pub(super) fn answer(
        &self,
        route: Route,
        request: ReceivedRequest,
        limit: Option<usize>,
    ) -> Reply {
        lock(&self.requests).push(request.clone());
        let queued = self.queued(&route).unwrap_or_else(Reply::pass);
        queued.or(|| self.usual(route, request, limit))
    }

    fn usual(&self, route: Route, request: ReceivedRequest, limit: Option<usize>) -> Reply {
        if let Some(limit) = limit {
            return Refusal::too_large(limit).into_reply();
        }
        match route {
            Route::Operation(operation, path) => {
                let parameters = Parameters::new(path, &request.query);
                let (request, settings, now) = (&request, &self.settings, self.now());
                let call = Call { operation, parameters, request, settings, now };
                match call.answer(&mut lock(&self.state)) {
                    Ok(data) => answer::success(self.settings.dialect, &data),
                    Err(refusal) => refusal.into_reply(),
                }
            }
            Route::Upload(key) if request.method == "PUT" => {
                let parameters = Parameters::new(Vec::new(), &request.query);
                let signature = parameters.query("signature");
                let files = &mut lock(&self.state).files;
                files.upload(key, signature, &request.headers, request.body)
            }
            Route::Download(key) if matches!(request.method.as_str(), "GET" | "HEAD") => {
                lock(&self.state).files.download(&key)
            }
            Route::Upload(_) | Route::Download(_) => refused(405, "not with this method"),
            route => route.refusal().into_reply(),
        }
    }

    fn queued(&self, route: &Route) -> Option<Reply> {
        let target = match route {
            Route::Operation(operation, _) => Target::Operation(operation),
            Route::Upload(_) => Target::Upload,
            Route::Download(_) => Target::Download,
            Route::UnknownPath | Route::WrongMethod { .. } => return None,
        };
        let mut replies = lock(&self.replies);
        let first = replies.iter().position(|(queued, _)| *queued == target)?;
        Some(replies.remove(first).1)
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("clock", &self.settings.clock)
            .field("dialect", &self.settings.dialect)
            .field("requests", &lock(&self.requests).len())
            .finish_non_exhaustive()
    }
}
